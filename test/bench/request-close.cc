// What a short connection costs from its first segment to its last: connect, request, response,
// close. Also with many connections of before in TIME-WAIT.

#include "bench.h"
#include "network.h"

#include "ns3/inet-socket-address.h"
#include "ns3/node.h"
#include "ns3/packet.h"
#include "ns3/simulator.h"
#include "ns3/socket.h"
#include "ns3/tcp-socket-factory.h"

using namespace ns3;

namespace
{

constexpr uint32_t CLIENTS = 10;
constexpr uint16_t FIRST_PORT = 80;
constexpr uint64_t PER_PORT = 16000; // stock TCP has 16,384 local ports; Linux 28,232 a destination
constexpr double GAP_US = 100;       // of simulated time, between two connects
constexpr uint32_t REQUEST = 100;    // bytes
constexpr uint32_t RESPONSE = 1000;  // bytes

/// Clients that ask and servers that answer and close, so that TIME-WAIT is the server's.
class Exchange
{
  public:
    Exchange(bench::Tcp tcp, uint64_t connections, Time timeWait)
        : m_star(tcp, CLIENTS, {"10Gbps", MicroSeconds(50), 1000}, timeWait),
          m_left(connections)
    {
        m_ports = static_cast<uint16_t>(connections / CLIENTS / PER_PORT + 1);
        for (uint16_t i = 0; i < m_ports; ++i)
        {
            m_listeners.push_back(bench::Listen(m_star.server,
                                                FIRST_PORT + i,
                                                MakeCallback(&Exchange::OnAccepted, this)));
        }
        Simulator::Schedule(MilliSeconds(1), &Exchange::OpenNext, this);
    }

    uint64_t GetAnswered() const
    {
        return m_answered;
    }

    uint64_t GetClosed() const
    {
        return m_closed;
    }

    uint64_t GetReceived() const
    {
        return m_received;
    }

  private:
    void OpenNext()
    {
        if (m_left == 0)
        {
            return;
        }
        --m_left;
        const auto client = static_cast<uint32_t>(m_left % CLIENTS);
        const auto port = static_cast<uint16_t>(FIRST_PORT + m_left / CLIENTS % m_ports);
        const Ptr<Socket> socket =
            Socket::CreateSocket(m_star.clients.Get(client), TcpSocketFactory::GetTypeId());
        socket->SetConnectCallback(MakeCallback(&Exchange::OnConnected, this),
                                   MakeNullCallback<void, Ptr<Socket>>());
        socket->SetRecvCallback(MakeCallback(&Exchange::OnResponse, this));
        socket->SetCloseCallbacks(MakeCallback(&Exchange::OnServerClosed, this),
                                  MakeNullCallback<void, Ptr<Socket>>());
        socket->Connect(InetSocketAddress(m_star.addresses[client], port));
        Simulator::Schedule(NanoSeconds(1000 * GAP_US), &Exchange::OpenNext, this);
    }

    void OnConnected(Ptr<Socket> socket)
    {
        socket->Send(Create<Packet>(REQUEST));
    }

    void OnAccepted(Ptr<Socket> socket, const Address&)
    {
        socket->SetRecvCallback(MakeCallback(&Exchange::OnRequest, this));
    }

    /// \returns bytes
    uint64_t ReadAll(Ptr<Socket> socket)
    {
        uint64_t bytes = 0;
        Ptr<Packet> packet;
        while ((packet = socket->Recv()) && packet->GetSize() > 0)
        {
            bytes += packet->GetSize();
        }
        m_received += bytes;
        return bytes;
    }

    void OnRequest(Ptr<Socket> socket)
    {
        if (ReadAll(socket) ==
            REQUEST) // stock TCP says of a FIN too that there is something to read
        {
            ++m_answered;
            socket->Send(Create<Packet>(RESPONSE));
            socket->Close();
        }
    }

    void OnResponse(Ptr<Socket> socket)
    {
        ReadAll(socket);
    }

    void OnServerClosed(Ptr<Socket> socket)
    {
        ++m_closed;
        socket->Close();
    }

    bench::Star m_star;
    std::vector<Ptr<Socket>> m_listeners;
    uint64_t m_left;
    uint16_t m_ports{0};
    uint64_t m_answered{0};
    uint64_t m_closed{0};
    uint64_t m_received{0};
};

/// What a run has to do.
struct Workload
{
    uint64_t before;   ///< connections whose TIME-WAIT has not ended
    uint64_t measured; ///< connections after those
};

bench::Outcome
Run(bench::Tcp tcp, const Workload& workload)
{
    const uint64_t all = workload.before + workload.measured;
    const Time lasting = NanoSeconds(1000 * GAP_US * static_cast<double>(all)) + MilliSeconds(10);
    // Without connections of before, TIME-WAIT ends soon.
    const Time timeWait = workload.before > 0 ? lasting : MilliSeconds(1);
    Exchange exchange(tcp, all, timeWait);
    bench::CpuTimer timer;
    uint64_t eventsBefore = 0;
    Simulator::Schedule(NanoSeconds(1000 * GAP_US * static_cast<double>(workload.before)) +
                            MilliSeconds(1),
                        [&] {
                            timer.Start();
                            eventsBefore = Simulator::GetEventCount();
                        });
    Simulator::Stop(lasting);
    Simulator::Run();
    const auto count = static_cast<double>(workload.measured);
    bench::Outcome outcome;
    outcome.figures["time"] = timer.Microseconds() / count;
    outcome.figures["events"] =
        static_cast<double>(Simulator::GetEventCount() - eventsBefore) / count;
    outcome.work["requests answered"] = exchange.GetAnswered();
    outcome.work["connections closed"] = exchange.GetClosed();
    outcome.work["bytes received"] = exchange.GetReceived();
    return outcome;
}

} // namespace

int
main(int argc, char* argv[])
{
    namespace po = boost::program_options;
    bench::Benchmark benchmark("request-close",
                               "What a connection costs that is opened, asked a request, answered "
                               "and closed.");
    benchmark.Options().add_options()
        // clang-format off
        ("connections", po::value<uint64_t>()->value_name("N")->default_value(2000),
            "connections to measure")
        ("time-wait", po::value<std::string>()->value_name("LIST")->default_value("1000,200000"),
            "connections in TIME-WAIT that are there already; empty: no such case")
        ("stock-most", po::value<uint64_t>()->value_name("N")->default_value(1000),
            "the most of these that stock TCP is run with: its time grows with the square");
    // clang-format on
    if (!benchmark.Parse(argc, argv))
    {
        return benchmark.Status();
    }
    const auto measured = benchmark.Get<uint64_t>("connections");
    const bench::Figure events{"events", "events per connection"};
    std::vector<bench::Case> cases{{"request, close",
                                    measured,
                                    {{"time", "us per connection", 45.0, 0.21}, events},
                                    [measured](bench::Tcp tcp) {
                                        return Run(tcp, {0, measured});
                                    }}};
    for (const uint64_t before : bench::ParseSizes(benchmark.Get<std::string>("time-wait")))
    {
        cases.push_back({"with TIME-WAIT of",
                         before,
                         {{"time", "us per connection", 50.0}, events},
                         [=](bench::Tcp tcp) {
                             return Run(tcp, {before, measured});
                         },
                         before <= benchmark.Get<uint64_t>("stock-most")});
    }
    return benchmark.Run(cases);
}
