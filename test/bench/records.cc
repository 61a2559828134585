// Heap of what is not yet a connection, and of what was one: half-open and TIME-WAIT records. Those
// of stock TCP are whole sockets; its TIME-WAIT is measured by request-close.

#include "bench.h"
#include "core-pair.h"
#include "heap.h"
#include "internal/lifecycle-tcp-header.h"
#include "network.h"

#include "ns3/ipv4-header.h"
#include "ns3/ipv4-routing-protocol.h"
#include "ns3/lifecycle-tcp-helper.h"
#include "ns3/lifecycle-tcp-l4-protocol.h"
#include "ns3/simulator.h"
#include "ns3/tcp-l4-protocol.h"

#include <functional>
#include <optional>
#include <vector>

namespace
{

using bench::Family;

bench::Outcome
MakeOutcome(const bench::HeapMeter& heap, uint64_t records)
{
    bench::Outcome outcome;
    outcome.figures["heap"] = heap.Bytes() / static_cast<double>(records);
    outcome.figures["peak"] = heap.PeakBytes() / 1e6;
    return outcome;
}

bench::Outcome
RunHalfOpen(uint64_t records, Family family)
{
    bench::CorePair pair(family);
    const bench::HeapMeter heap;
    for (uint64_t i = 0; i < records; ++i)
    {
        pair.Syn(i);
    }
    bench::Check(pair.CountAtServer(lifecycle::State::SynReceived) == records,
                 "not all are half-open");
    return MakeOutcome(heap, records);
}

bench::Outcome
RunTimeWait(uint64_t records, Family family)
{
    bench::CorePair pair(family);
    const bench::HeapMeter heap;
    for (uint64_t i = 0; i < records; ++i)
    {
        pair.Close(pair.Open(i));
    }
    bench::Check(pair.CountAtClient(lifecycle::State::TimeWait) == records,
                 "not all are in TIME-WAIT");
    return MakeOutcome(heap, records);
}

using namespace ns3;

/// Sends SYNs of connections that nobody has, and hears no answer.
class Stranger
{
  public:
    /// \param pair of a server and one client, whose place is taken
    explicit Stranger(const bench::Star& pair)
        : m_ipv4(pair.clients.Get(0)->GetObject<Ipv4>()),
          m_server(pair.addresses[0])
    {
        const Ptr<NetDevice> device = m_ipv4->GetNetDevice(1);
        bench::LosePackets(device, 1);
        device->TraceConnectWithoutContext("PhyRxDrop", MakeCallback(&Stranger::OnAnswer, this));
    }

    void Send(uint64_t number)
    {
        lifecycle::Segment syn;
        syn.tuple.localPort = static_cast<uint16_t>(FIRST_PORT + number % PORTS);
        syn.tuple.remotePort = ServerPort(number);
        syn.flags = lifecycle::Flag::SYN;
        syn.window = 65535;
        syn.options.mss = 1460;
        const Ptr<Packet> packet = Create<Packet>();
        packet->AddHeader(LifecycleTcpHeader(syn));
        Ipv4Header header;
        header.SetDestination(m_server);
        header.SetProtocol(TcpL4Protocol::PROT_NUMBER);
        Socket::SocketErrno error;
        const Ptr<Ipv4Route> route =
            m_ipv4->GetRoutingProtocol()->RouteOutput(packet, header, nullptr, error);
        m_ipv4->Send(packet, route->GetSource(), m_server, TcpL4Protocol::PROT_NUMBER, route);
    }

    /// \returns the port of the server that a SYN goes to
    static uint16_t ServerPort(uint64_t number)
    {
        return static_cast<uint16_t>(80 + number / PORTS);
    }

    /// \returns SYN-ACKs that the server has sent
    uint64_t GetAnswers() const
    {
        return m_answers;
    }

  private:
    static constexpr uint64_t FIRST_PORT = 1024;
    static constexpr uint64_t PORTS = 60000;

    void OnAnswer(Ptr<const Packet>)
    {
        ++m_answers;
    }

    Ptr<Ipv4> m_ipv4;
    Ipv4Address m_server;
    uint64_t m_answers{0};
};

bench::Outcome
RunHalfOpenSimulated(bench::Tcp tcp, uint64_t records)
{
    bench::Stack stack;
    stack.backlog = UINT32_MAX;
    const bench::Star pair(tcp, 1, {"10Gbps", MicroSeconds(50), 1000}, stack);
    std::vector<Ptr<Socket>> listeners;
    for (uint16_t port = Stranger::ServerPort(0); port <= Stranger::ServerPort(records); ++port)
    {
        listeners.push_back(bench::Listen(pair.server, port, {}));
    }
    Stranger stranger(pair);
    std::optional<bench::HeapMeter> heap;
    Simulator::Schedule(MilliSeconds(1), &Stranger::Send, &stranger, 0);
    Simulator::Schedule(MilliSeconds(9), [&] { heap.emplace(); });
    const Time gap = MicroSeconds(2); // all within the second after which SYN-ACKs are repeated
    std::function<void(uint64_t)> sendFrom = [&](uint64_t number) {
        stranger.Send(number);
        if (number < records)
        {
            Simulator::Schedule(gap, [&sendFrom, number] { sendFrom(number + 1); });
        }
    };
    Simulator::Schedule(MilliSeconds(10), [&sendFrom] { sendFrom(1); });
    Simulator::Stop(MilliSeconds(20) + records * gap);
    Simulator::Run();
    bench::Check(stranger.GetAnswers() == records + 1, "not all SYNs were answered");
    if (tcp == bench::Tcp::LIFECYCLE)
    {
        const auto census = LifecycleTcpHelper::GetTcp(pair.server)->GetCensus();
        bench::Check(census[TcpSocket::SYN_RCVD] == records + 1,
                     "not all are half-open: were there SYN cookies?");
    }
    bench::Outcome outcome = MakeOutcome(*heap, records);
    outcome.work["SYNs answered"] = stranger.GetAnswers();
    return outcome;
}

} // namespace

int
main(int argc, char* argv[])
{
    namespace po = boost::program_options;
    bench::Benchmark benchmark("records", "Heap of half-open and TIME-WAIT records.");
    benchmark.Options().add_options()
        // clang-format off
        ("records", po::value<std::string>()->value_name("LIST")->default_value("1000,10000,100000"),
            "how many of each kind")
        ("stock-most", po::value<uint64_t>()->value_name("N")->default_value(10000),
            "the most that stock TCP is run with: its time grows with the square")
        ("many", po::value<std::string>()->value_name("LIST")->default_value("10000000"),
            "how many in TIME-WAIT in one process, all its memory counted; empty: no such case");
    // clang-format on
    if (!benchmark.Parse(argc, argv))
    {
        return benchmark.Status();
    }
    std::vector<bench::Case> cases;
    const auto add = [&](const char* name, bench::Outcome (*run)(uint64_t, Family), Family family) {
        for (const uint64_t size : bench::ParseSizes(benchmark.Get<std::string>("records")))
        {
            cases.push_back({name,
                             size,
                             {{"heap", "bytes per record", 80.0}},
                             [=](bench::Tcp) { return run(size, family); },
                             false});
        }
    };
    add("half-open", RunHalfOpen, Family::IPV4);
    add("half-open, IPv6", RunHalfOpen, Family::IPV6);
    for (const uint64_t size : bench::ParseSizes(benchmark.Get<std::string>("records")))
    {
        cases.push_back({"half-open, in a simulation",
                         size,
                         {{"heap", "bytes per record", 80.0}},
                         [size](bench::Tcp tcp) { return RunHalfOpenSimulated(tcp, size); },
                         size <= benchmark.Get<uint64_t>("stock-most")});
    }
    add("TIME-WAIT", RunTimeWait, Family::IPV4);
    add("TIME-WAIT, IPv6", RunTimeWait, Family::IPV6);
    for (const uint64_t size : bench::ParseSizes(benchmark.Get<std::string>("many")))
    {
        const auto budget = size == 10000000 ? std::optional(1000.0) : std::nullopt;
        cases.push_back(
            {"TIME-WAIT, whole process",
             size,
             {{"heap", "bytes per record", 80.0}, {"peak", "MB of memory at most", budget}},
             [=](bench::Tcp) { return RunTimeWait(size, Family::IPV4); },
             false});
    }
    return benchmark.Run(cases);
}
