// Goodput of bulk transfers side by side: stock ns-3 TCP and this one, over the same links with the
// same seeds, in one run. Prints a table in Markdown.
//
//   cmake --build build/release --target transfer && build/release/bench/transfer
//
// --help tells how to have more seeds, or only some of the lines.

#include "ns3/bulk-send-helper.h"
#include "ns3/command-line.h"
#include "ns3/config.h"
#include "ns3/data-rate.h"
#include "ns3/double.h"
#include "ns3/error-model.h"
#include "ns3/inet-socket-address.h"
#include "ns3/internet-stack-helper.h"
#include "ns3/ipv4-address-helper.h"
#include "ns3/ipv4-global-routing-helper.h"
#include "ns3/lifecycle-tcp-helper.h"
#include "ns3/node-container.h"
#include "ns3/nstime.h"
#include "ns3/packet-sink-helper.h"
#include "ns3/packet-sink.h"
#include "ns3/point-to-point-helper.h"
#include "ns3/point-to-point-net-device.h"
#include "ns3/pointer.h"
#include "ns3/random-variable-stream.h"
#include "ns3/rng-seed-manager.h"
#include "ns3/simulator.h"
#include "ns3/string.h"
#include "ns3/uinteger.h"

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <iostream>
#include <set>
#include <string>
#include <vector>

using namespace ns3;

namespace
{

constexpr uint32_t BUFFER = 4 << 20; // bytes, of both

/// One line of the table.
struct Cell
{
    std::string rate;   ///< of the bottleneck
    double roundTripMs; ///< without queues
    double loss;        ///< probability for a packet towards the sink
    double reordering;  ///< probability of being delayed by half a round trip
    uint32_t flows{1};
    double seconds{20}; ///< of sending
};

/// Takes some packets out of the row and lets them go on later.
class Reorderer : public ErrorModel
{
  public:
    Reorderer(Ptr<PointToPointNetDevice> device, double probability, Time delay)
        : m_device(device),
          m_probability(probability),
          m_delay(delay),
          m_random(CreateObject<UniformRandomVariable>())
    {
        m_random->SetStream(1);
    }

  private:
    bool DoCorrupt(Ptr<Packet> packet) override
    {
        if (m_late.erase(packet->GetUid()) > 0 || m_random->GetValue() >= m_probability)
        {
            return false;
        }
        m_late.insert(packet->GetUid());
        Simulator::Schedule(m_delay, &PointToPointNetDevice::Receive, m_device, packet->Copy());
        return true;
    }

    void DoReset() override
    {
        m_late.clear();
    }

    Ptr<PointToPointNetDevice> m_device;
    double m_probability;
    Time m_delay;
    Ptr<UniformRandomVariable> m_random;
    std::set<uint64_t> m_late;
};

void
Impair(Ptr<NetDevice> device, const Cell& cell)
{
    if (cell.loss > 0)
    {
        const auto model = CreateObject<RateErrorModel>();
        model->SetUnit(RateErrorModel::ERROR_UNIT_PACKET);
        model->SetRate(cell.loss);
        model->AssignStreams(1); // the same of the seed for both, whatever ran before
        device->SetAttribute("ReceiveErrorModel", PointerValue(model));
    }
    else if (cell.reordering > 0)
    {
        const auto model = Create<Reorderer>(DynamicCast<PointToPointNetDevice>(device),
                                             cell.reordering,
                                             MilliSeconds(cell.roundTripMs / 2));
        device->SetAttribute("ReceiveErrorModel", PointerValue(model));
    }
}

/// What came of a cell.
struct Outcome
{
    double goodput{0};  ///< Mbit/s
    double fairness{0}; ///< Jain's index
};

Outcome
Run(const Cell& cell, bool lifecycle, uint32_t seed)
{
    RngSeedManager::SetRun(seed);
    NodeContainer nodes;
    nodes.Create(3); // sources, router, sinks
    InternetStackHelper stack;
    if (lifecycle)
    {
        LifecycleTcpHelper tcp;
        tcp.SetProfile("Linux");
        tcp.SetAttribute("SndBufSize", UintegerValue(BUFFER));
        tcp.SetAttribute("RcvBufSize", UintegerValue(BUFFER));
        tcp.Install(nodes);
    }
    stack.Install(nodes);
    PointToPointHelper access;
    access.SetDeviceAttribute("DataRate", StringValue("40Gbps"));
    access.SetChannelAttribute("Delay", StringValue("10us"));
    PointToPointHelper bottleneck;
    bottleneck.SetDeviceAttribute("DataRate", StringValue(cell.rate));
    bottleneck.SetChannelAttribute("Delay", TimeValue(MicroSeconds(500 * cell.roundTripMs)));
    const NetDeviceContainer first = access.Install(nodes.Get(0), nodes.Get(1));
    const NetDeviceContainer second = bottleneck.Install(nodes.Get(1), nodes.Get(2));
    Ipv4AddressHelper addresses("10.0.0.0", "255.255.255.0");
    addresses.Assign(first);
    addresses.NewNetwork();
    const Ipv4InterfaceContainer far = addresses.Assign(second);
    Ipv4GlobalRoutingHelper::PopulateRoutingTables();
    Impair(second.Get(1), cell);

    std::vector<Ptr<PacketSink>> sinks;
    for (uint32_t flow = 0; flow < cell.flows; ++flow)
    {
        const InetSocketAddress there(far.GetAddress(1), static_cast<uint16_t>(5000 + flow));
        PacketSinkHelper sink("ns3::TcpSocketFactory", there);
        sinks.push_back(DynamicCast<PacketSink>(sink.Install(nodes.Get(2)).Get(0)));
        BulkSendHelper source("ns3::TcpSocketFactory", there);
        source.Install(nodes.Get(0)).Start(MilliSeconds(100 + flow));
    }
    Simulator::Stop(Seconds(cell.seconds + 0.1));
    Simulator::Run();
    double sum = 0;
    double squares = 0;
    for (const Ptr<PacketSink>& sink : sinks)
    {
        const double rate = static_cast<double>(sink->GetTotalRx()) * 8 / cell.seconds / 1e6;
        sum += rate;
        squares += rate * rate;
    }
    Simulator::Destroy();
    return {sum, squares > 0 ? sum * sum / (cell.flows * squares) : 0};
}

Outcome
Average(const Cell& cell, bool lifecycle, uint32_t seeds)
{
    Outcome average;
    for (uint32_t seed = 1; seed <= seeds; ++seed)
    {
        const Outcome outcome = Run(cell, lifecycle, seed);
        average.goodput += outcome.goodput / seeds;
        average.fairness += outcome.fairness / seeds;
    }
    return average;
}

void
Report(const Cell& cell, uint32_t seeds)
{
    // Where one flow meets few losses, it depends much on when they come.
    seeds *= cell.loss > 0 && cell.flows == 1 ? 5 : 1;
    const Outcome stock = Average(cell, false, seeds);
    const Outcome ours = Average(cell, true, seeds);
    std::printf("| %s | %g ms | %g %% | %g %% | %u | %.3f | %.3f | **%.2f** | %.2f | %.2f |\n",
                cell.rate.c_str(),
                cell.roundTripMs,
                100 * cell.loss,
                100 * cell.reordering,
                cell.flows,
                stock.goodput,
                ours.goodput,
                stock.goodput > 0 ? ours.goodput / stock.goodput : 0,
                stock.fairness,
                ours.fairness);
    std::fflush(stdout);
}

std::vector<Cell>
Cells()
{
    std::vector<Cell> cells;
    for (const double loss : {0.0, 0.001, 0.01, 0.05})
    {
        for (const double roundTrip : {1.0, 20.0, 100.0, 200.0})
        {
            cells.push_back({"10Mbps", roundTrip, loss, 0, 1, 20});
        }
        cells.push_back({"1Mbps", 50, loss, 0, 1, 40});
        cells.push_back({"100Mbps", 20, loss, 0, 1, 10});
        cells.push_back({"10Mbps", 20, loss, 0, 10, 20});
    }
    for (const double roundTrip : {20.0, 100.0})
    {
        cells.push_back({"10Mbps", roundTrip, 0, 0.1, 1, 20});
    }
    cells.push_back({"100Mbps", 20, 0, 0.1, 1, 10});
    cells.push_back({"1Gbps", 20, 0, 0, 1, 3});
    cells.push_back({"100Mbps", 20, 0, 0, 100, 5});
    return cells;
}

void
SetDefaults()
{
    // Buffers and segments of the same size; else what users get who set nothing.
    Config::SetDefault("ns3::TcpSocket::SegmentSize", UintegerValue(1448));
    Config::SetDefault("ns3::TcpSocket::SndBufSize", UintegerValue(BUFFER));
    Config::SetDefault("ns3::TcpSocket::RcvBufSize", UintegerValue(BUFFER));
}

} // namespace

int
main(int argc, char* argv[])
{
    uint32_t seeds = 3;
    double loss = -1;
    double roundTrip = -1;
    CommandLine commandLine(__FILE__);
    commandLine.AddValue("seeds",
                         "Runs of each cell that are averaged, five times as many with losses",
                         seeds);
    commandLine.AddValue("loss", "Only lines with this probability of loss", loss);
    commandLine.AddValue("roundTrip", "Only lines with this round trip, ms", roundTrip);
    commandLine.Parse(argc, argv);
    SetDefaults();
    std::cout << "| bottleneck | round trip | loss | reordered | flows | stock, Mbit/s | this, "
                 "Mbit/s | ratio | fairness of stock | of this |\n"
                 "|---|---|---|---|---|---|---|---|---|---|\n"
              << std::flush;
    for (const Cell& cell : Cells())
    {
        const bool wanted =
            (loss < 0 || cell.loss == loss) && (roundTrip < 0 || cell.roundTripMs == roundTrip);
        if (wanted)
        {
            Report(cell, seeds);
        }
    }
    return 0;
}
