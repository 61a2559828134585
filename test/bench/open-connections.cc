// What it costs to open a connection, when so many are open already that stay so.

#include "bench.h"
#include "network.h"

#include "ns3/inet-socket-address.h"
#include "ns3/node.h"
#include "ns3/simulator.h"
#include "ns3/socket.h"
#include "ns3/tcp-socket-factory.h"

#include <map>
#include <optional>
#include <vector>

using namespace ns3;

namespace
{

constexpr uint32_t CLIENTS = 10;
constexpr uint16_t FIRST_PORT = 80;
constexpr uint64_t PER_PORT = 16000; // stock TCP has 16,384 local ports; Linux 28,232 a destination
constexpr double GAP_US = 20;        // of simulated time, between two connects

/// Opens connections one after the other and keeps them.
class Opener
{
  public:
    Opener(bench::Tcp tcp, uint64_t connections)
        : m_star(tcp, CLIENTS, {"10Gbps", MicroSeconds(50), 1000}, Seconds(240)),
          m_left(connections)
    {
        const uint64_t perClient = (connections + CLIENTS - 1) / CLIENTS;
        m_ports = static_cast<uint16_t>((perClient + PER_PORT - 1) / PER_PORT);
        for (uint16_t i = 0; i < m_ports; ++i)
        {
            m_sockets.push_back(bench::Listen(m_star.server,
                                              FIRST_PORT + i,
                                              MakeCallback(&Opener::OnAccepted, this)));
        }
        m_sockets.reserve(2 * connections);
        Simulator::Schedule(MilliSeconds(1), &Opener::OpenNext, this);
    }

    uint64_t GetConnected() const
    {
        return m_connected;
    }

    uint64_t GetAccepted() const
    {
        return m_accepted;
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
        socket->SetConnectCallback(MakeCallback(&Opener::OnConnected, this),
                                   MakeNullCallback<void, Ptr<Socket>>());
        socket->Connect(InetSocketAddress(m_star.addresses[client], port));
        m_sockets.push_back(socket);
        Simulator::Schedule(NanoSeconds(1000 * GAP_US), &Opener::OpenNext, this);
    }

    void OnConnected(Ptr<Socket>)
    {
        ++m_connected;
    }

    void OnAccepted(Ptr<Socket> socket, const Address&)
    {
        ++m_accepted;
        m_sockets.push_back(socket);
    }

    bench::Star m_star;
    std::vector<Ptr<Socket>> m_sockets;
    uint64_t m_left;
    uint16_t m_ports{0};
    uint64_t m_connected{0};
    uint64_t m_accepted{0};
};

bench::Outcome
Run(bench::Tcp tcp, uint64_t connections)
{
    Opener opener(tcp, connections);
    const auto count = static_cast<double>(connections);
    Simulator::Stop(MilliSeconds(10) + NanoSeconds(1000 * GAP_US * count));
    bench::CpuTimer timer;
    timer.Start();
    Simulator::Run();
    bench::Outcome outcome;
    outcome.figures["time"] = timer.Microseconds() / count;
    outcome.figures["events"] = static_cast<double>(Simulator::GetEventCount()) / count;
    outcome.work["connections opened"] = opener.GetConnected();
    outcome.work["connections accepted"] = opener.GetAccepted();
    return outcome;
}

/// What the budget of 15 us is of stock TCP's cost, which was known when it was set.
std::optional<double>
PlannedRatio(uint64_t connections)
{
    const std::map<uint64_t, double> stockUs{{1000, 119}, {10000, 1500}, {50000, 19700}};
    const auto found = stockUs.find(connections);
    return found == stockUs.end() ? std::nullopt : std::optional(15 / found->second);
}

} // namespace

int
main(int argc, char* argv[])
{
    namespace po = boost::program_options;
    bench::Benchmark benchmark(
        "open-connections",
        "What it costs to open a connection: 10 clients open N connections to one server, and none "
        "is closed.");
    benchmark.Options().add_options()
        // clang-format off
        ("connections", po::value<std::string>()->value_name("LIST")->default_value("1000,10000,50000"),
            "how many, for instance 1000,1000000")
        ("stock-most", po::value<uint64_t>()->value_name("N")->default_value(10000),
            "the most that stock TCP is run with: 50000 take it a quarter of an hour");
    // clang-format on
    if (!benchmark.Parse(argc, argv))
    {
        return benchmark.Status();
    }
    std::vector<bench::Case> cases;
    for (const uint64_t connections : bench::ParseSizes(benchmark.Get<std::string>("connections")))
    {
        cases.push_back({"open",
                         connections,
                         {{"time", "us per connection", 15.0, PlannedRatio(connections)},
                          {"events", "events per connection"}},
                         [connections](bench::Tcp tcp) { return Run(tcp, connections); },
                         connections <= benchmark.Get<uint64_t>("stock-most")});
    }
    return benchmark.Run(cases);
}
