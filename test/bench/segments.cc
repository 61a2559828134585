// What a data segment costs, its acknowledgement included: one bulk transfer, divided by the
// segments it takes.

#include "bench.h"
#include "floor.h"
#include "network.h"

#include "ns3/bulk-send-helper.h"
#include "ns3/inet-socket-address.h"
#include "ns3/map-scheduler.h"
#include "ns3/object-factory.h"
#include "ns3/packet-sink-helper.h"
#include "ns3/packet-sink.h"
#include "ns3/simulator.h"
#include "ns3/uinteger.h"

#include <algorithm>

using namespace ns3;

namespace
{

using bench::FULL_SEGMENT;
constexpr uint16_t PORT = 5000;

/// ns-3's default scheduler; tells how many events are pending.
class CountingScheduler : public MapScheduler
{
  public:
    static TypeId GetTypeId()
    {
        static const TypeId tid = TypeId("ns3::CountingScheduler")
                                      .SetParent<MapScheduler>()
                                      .AddConstructor<CountingScheduler>();
        return tid;
    }

    void Insert(const Event& event) override
    {
        MapScheduler::Insert(event);
        ++m_pending;
        s_most = std::max(s_most, m_pending);
    }

    Event RemoveNext() override
    {
        --m_pending;
        return MapScheduler::RemoveNext();
    }

    void Remove(const Event& event) override
    {
        --m_pending;
        MapScheduler::Remove(event);
    }

    static inline uint64_t s_most{0};

  private:
    uint64_t m_pending{0};
};

/// What is transferred, and over what.
struct Transfer
{
    bench::Link link;
    uint64_t segments;
    uint32_t buffer;                  ///< bytes, for sending and for receiving
    uint32_t writeSize{FULL_SEGMENT}; ///< bytes that the application writes at once
    bool countsPending{false};        ///< with a scheduler that counts, which costs time
};

/// Two nodes with a link.
struct Pair
{
    Pair(bench::Tcp tcp, const bench::Link& link)
        : nodes(2)
    {
        bench::InstallStack(tcp, nodes);
        far = bench::Connect(nodes.Get(0), nodes.Get(1), link);
    }

    NodeContainer nodes;
    bench::Ends far;
};

/// Runs the simulation. \returns what it took
bench::Outcome
Measure(const Transfer& transfer)
{
    Simulator::Stop(Seconds(100)); // stock TCP would repeat its FIN for ever, if one were lost
    bench::CpuTimer timer;
    timer.Start();
    Simulator::Run();
    const double elapsed = timer.Microseconds();
    const auto segments = static_cast<double>(transfer.segments);
    bench::Outcome outcome;
    outcome.figures["time"] = elapsed / segments;
    outcome.figures["events"] = static_cast<double>(Simulator::GetEventCount()) / segments;
    outcome.figures["pending"] = static_cast<double>(CountingScheduler::s_most);
    return outcome;
}

/// The same packets without TCP.
bench::Outcome
RunFloor(const Transfer& transfer)
{
    Pair pair(bench::Tcp::NONE, transfer.link);
    const Ipv4Address near = pair.nodes.Get(0)->GetObject<Ipv4>()->GetAddress(1, 0).GetLocal();
    const auto sender = bench::Floor::Install(pair.nodes.Get(0), pair.far.address);
    const auto receiver = bench::Floor::Install(pair.nodes.Get(1), near);
    Simulator::ScheduleNow(&bench::Floor::Start,
                           sender,
                           transfer.segments,
                           transfer.buffer / FULL_SEGMENT);
    bench::Outcome outcome = Measure(transfer);
    outcome.work["bytes received"] = receiver->GetReceived();
    return outcome;
}

bench::Outcome
Run(bench::Tcp tcp, const Transfer& transfer)
{
    if (transfer.countsPending)
    {
        ObjectFactory factory;
        factory.SetTypeId(CountingScheduler::GetTypeId());
        Simulator::SetScheduler(factory);
    }
    if (tcp == bench::Tcp::NONE)
    {
        return RunFloor(transfer);
    }
    bench::SetDataDefaults(tcp, transfer.buffer);
    Pair pair(tcp, transfer.link);
    const InetSocketAddress there(pair.far.address, PORT);
    const ApplicationContainer sinks =
        PacketSinkHelper("ns3::TcpSocketFactory", there).Install(pair.nodes.Get(1));
    BulkSendHelper source("ns3::TcpSocketFactory", there);
    source.SetAttribute("SendSize", UintegerValue(transfer.writeSize));
    source.SetAttribute("MaxBytes", UintegerValue(transfer.segments * FULL_SEGMENT));
    source.Install(pair.nodes.Get(0));
    bench::Outcome outcome = Measure(transfer);
    outcome.work["bytes received"] = DynamicCast<PacketSink>(sinks.Get(0))->GetTotalRx();
    return outcome;
}

/// Buffers hold a window, and so does the link: it is all in flight.
Transfer
WithWindow(uint64_t window, uint64_t segments)
{
    constexpr double BITS = 8 * 1502; // of a packet on the wire
    Transfer transfer{};
    transfer.link.delay = NanoSeconds(static_cast<uint64_t>(window * BITS / 10 / 2));
    transfer.link.queuePackets = static_cast<uint32_t>(2 * window + 100);
    transfer.buffer = static_cast<uint32_t>(window * FULL_SEGMENT);
    transfer.segments = segments;
    return transfer;
}

} // namespace

int
main(int argc, char* argv[])
{
    namespace po = boost::program_options;
    bench::Benchmark benchmark("segments",
                               "What a data segment costs, its acknowledgement included: one bulk "
                               "transfer over one link.");
    benchmark.Options().add_options()
        // clang-format off
        ("segments", po::value<uint64_t>()->value_name("N")->default_value(30000),
            "segments to transfer with a small window; four times as many with 8 MB buffers")
        ("windows", po::value<std::string>()->value_name("LIST")->default_value("10,100,1000,10000"),
            "windows to compare, segments; empty: none")
        ("stock-windows", po::value<uint64_t>()->value_name("N")->default_value(1000),
            "the largest of them that stock TCP is run with")
        ("write", po::value<uint32_t>()->value_name("BYTES")->default_value(FULL_SEGMENT),
            "what the application writes at once");
    // clang-format on
    if (!benchmark.Parse(argc, argv))
    {
        return benchmark.Status();
    }
    const auto segments = benchmark.Get<uint64_t>("segments");
    std::vector<bench::Case> cases;
    const auto add = [&](bench::Case made, Transfer transfer) {
        transfer.writeSize = benchmark.Get<uint32_t>("write");
        made.run = [transfer](bench::Tcp tcp) { return Run(tcp, transfer); };
        made.withFloor = true;
        cases.push_back(std::move(made));
    };
    const bench::Figure events{"events", "events per segment", 3.1};
    const bench::Figure pending{"pending", "events pending at most"};

    Transfer small{{"100Mbps", MilliSeconds(1)}, segments, 64 << 10};
    add({"small window", segments, {{"time", "us per segment", 5.0, 0.40}, events}}, small);
    small.link.fqCoDel = true;
    add({"small window, FqCoDel", segments, {{"time", "us per segment", 6.5, 0.45}, events}},
        small);
    Transfer large{{"10Gbps", MilliSeconds(3), 10000}, 4 * segments, 8 << 20};
    add({"10 Gbit/s, 8 MB", 4 * segments, {{"time", "us per segment", 6.5, 0.05}, events}}, large);
    large.countsPending = true;
    add({"10 Gbit/s, 8 MB", 4 * segments, {pending}}, large);
    for (const uint64_t window : bench::ParseSizes(benchmark.Get<std::string>("windows")))
    {
        bench::Case made{"window", window, {{"time", "us per segment", {}, {}, 1.3}}};
        made.withStock = window <= benchmark.Get<uint64_t>("stock-windows");
        add(std::move(made), WithWindow(window, std::max(segments, 10 * window)));
    }
    return benchmark.Run(cases);
}
