// What a short connection costs from its first segment to its last: connect, request, response,
// close. Also with many connections of before in TIME-WAIT.

#include "bench.h"
#include "heap.h"
#include "network.h"
#include "opener.h"

#include "ns3/packet.h"
#include "ns3/simulator.h"
#include "ns3/socket.h"

#include <optional>

using namespace ns3;

namespace
{

constexpr uint32_t CLIENTS = 10;
constexpr uint32_t REQUEST = 100;   // bytes
constexpr uint32_t RESPONSE = 1000; // bytes
constexpr uint64_t WARM_UP = 500;   // connections

/// Clients that ask and servers that answer and close, so that TIME-WAIT is the server's.
class Exchange
{
  public:
    Exchange(const bench::Star& star, const bench::Schedule& schedule)
    {
        m_opener.Open(star, schedule, MakeCallback(&Exchange::OnAccepted, this));
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
    void Prepare(Ptr<Socket> socket)
    {
        socket->SetConnectCallback(MakeCallback(&Exchange::OnConnected, this), {});
        socket->SetRecvCallback(MakeCallback(&Exchange::OnResponse, this));
        socket->SetCloseCallbacks(MakeCallback(&Exchange::OnServerClosed, this), {});
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
        // Stock TCP says of a FIN too that there is something to read.
        if (ReadAll(socket) == REQUEST)
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

    bench::Opener m_opener{MakeCallback(&Exchange::Prepare, this)};
    uint64_t m_answered{0};
    uint64_t m_closed{0};
    uint64_t m_received{0};
};

/// What a run has to do, once it is warm.
struct Workload
{
    uint64_t before;   ///< connections whose TIME-WAIT does not end; none: TIME-WAIT is short
    uint64_t measured; ///< connections after those
};

bench::Outcome
Run(bench::Tcp tcp, const Workload& workload)
{
    const uint64_t all = WARM_UP + workload.before + workload.measured;
    const bench::Schedule schedule{all, MilliSeconds(1), MicroSeconds(100)};
    const Time warm = schedule.start + WARM_UP * schedule.gap;
    const Time end = all * schedule.gap + MilliSeconds(10);
    const bench::Star star(tcp,
                           CLIENTS,
                           {"10Gbps", MicroSeconds(50), 1000},
                           {workload.before > 0 ? end : MilliSeconds(1)});
    const Exchange exchange(star, schedule);
    bench::Outcome outcome;
    std::optional<bench::HeapMeter> heap;
    bench::CpuTimer timer;
    uint64_t eventsBefore = 0;
    Simulator::Schedule(warm, [&] { heap.emplace(); });
    Simulator::Schedule(warm + workload.before * schedule.gap, [&] {
        if (workload.before > 0)
        {
            outcome.figures["heap"] = heap->Bytes() / static_cast<double>(workload.before);
        }
        timer.Start();
        eventsBefore = Simulator::GetEventCount();
    });
    Simulator::Stop(end);
    Simulator::Run();
    const auto count = static_cast<double>(workload.measured);
    outcome.figures["time"] = timer.Microseconds() / count;
    outcome.figures["events"] =
        static_cast<double>(Simulator::GetEventCount() - eventsBefore) / count;
    outcome.work["requests answered"] = exchange.GetAnswered();
    outcome.work["connections closed"] = exchange.GetClosed();
    outcome.work["bytes received"] = exchange.GetReceived();
    bench::Check(exchange.GetClosed() == all, "not all connections are closed");
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
                         {{"time", "us per connection", 50.0},
                          events,
                          {"heap", "bytes per connection in TIME-WAIT"}},
                         [=](bench::Tcp tcp) {
                             return Run(tcp, {before, measured});
                         },
                         before <= benchmark.Get<uint64_t>("stock-most")});
    }
    return benchmark.Run(cases);
}
