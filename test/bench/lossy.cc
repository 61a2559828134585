// A hundred flows over three hops with losses: CPU time of the whole simulation, and how much of it
// is TCP's own.

#include "bench.h"
#include "network.h"
#include "profile.h"

#include "ns3/bulk-send-helper.h"
#include "ns3/inet-socket-address.h"
#include "ns3/ipv4-global-routing-helper.h"
#include "ns3/node.h"
#include "ns3/packet-sink-helper.h"
#include "ns3/packet-sink.h"
#include "ns3/rng-seed-manager.h"
#include "ns3/simulator.h"
#include "ns3/uinteger.h"

using namespace ns3;

namespace
{

constexpr uint16_t FIRST_PORT = 5000;

/// What there is to transfer.
struct Transfers
{
    uint32_t flows;
    uint64_t segments; ///< of each
    double loss;       ///< probability, on the middle link
};

bench::Outcome
Run(bench::Tcp tcp, const Transfers& transfers)
{
    RngSeedManager::SetRun(1);
    bench::SetDataDefaults(tcp, 256 << 10);
    const NodeContainer nodes(4);
    bench::InstallStack(tcp, nodes);
    const bench::Link access{"10Gbps", MicroSeconds(100), 1000};
    const bench::Link middle{"1Gbps", MilliSeconds(5), 1000};
    bench::Connect(nodes.Get(0), nodes.Get(1), access);
    bench::LosePackets(bench::Connect(nodes.Get(1), nodes.Get(2), middle).device, transfers.loss);
    const bench::Ends far = bench::Connect(nodes.Get(2), nodes.Get(3), access);
    Ipv4GlobalRoutingHelper::PopulateRoutingTables();

    ApplicationContainer sinks;
    for (uint32_t flow = 0; flow < transfers.flows; ++flow)
    {
        const InetSocketAddress there(far.address, static_cast<uint16_t>(FIRST_PORT + flow));
        sinks.Add(PacketSinkHelper("ns3::TcpSocketFactory", there).Install(nodes.Get(3)));
        BulkSendHelper source("ns3::TcpSocketFactory", there);
        source.SetAttribute("SendSize", UintegerValue(bench::FULL_SEGMENT));
        source.SetAttribute("MaxBytes", UintegerValue(transfers.segments * bench::FULL_SEGMENT));
        source.Install(nodes.Get(0)).Start(MilliSeconds(flow));
    }
    Simulator::Stop(Seconds(600));
    bench::Profile profile;
    profile.Start();
    bench::CpuTimer timer;
    timer.Start();
    Simulator::Run();
    const auto segments = static_cast<double>(transfers.flows * transfers.segments);
    bench::Outcome outcome;
    outcome.figures["time"] = timer.Microseconds() / segments;
    outcome.figures["share"] = 100 * profile.ShareOfTcp();
    outcome.figures["events"] = static_cast<double>(Simulator::GetEventCount()) / segments;
    uint64_t& received = outcome.work["bytes received"];
    for (uint32_t flow = 0; flow < transfers.flows; ++flow)
    {
        received += DynamicCast<PacketSink>(sinks.Get(flow))->GetTotalRx();
    }
    return outcome;
}

} // namespace

int
main(int argc, char* argv[])
{
    namespace po = boost::program_options;
    bench::Benchmark benchmark("lossy",
                               "What a data segment costs where flows share a path of three hops "
                               "that loses packets, and how much of it is TCP's own: samples of "
                               "the program counter inside TCP, of all samples.");
    benchmark.Options().add_options()
        // clang-format off
        ("flows", po::value<uint32_t>()->value_name("N")->default_value(100), "how many")
        ("segments", po::value<uint64_t>()->value_name("N")->default_value(1000),
            "segments of each flow")
        ("loss", po::value<double>()->value_name("P")->default_value(0.01),
            "probability that the middle link loses a packet");
    // clang-format on
    if (!benchmark.Parse(argc, argv))
    {
        return benchmark.Status();
    }
    const Transfers transfers{benchmark.Get<uint32_t>("flows"),
                              benchmark.Get<uint64_t>("segments"),
                              benchmark.Get<double>("loss")};
    return benchmark.Run({{"lossy flows",
                           transfers.flows,
                           {{"time", "us per segment"},
                            {"share", "% of time in TCP", 8.0},
                            {"events", "events per segment"}},
                           [transfers](bench::Tcp tcp) { return Run(tcp, transfers); }}});
}
