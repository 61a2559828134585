#include "simulated.h"

#include "ns3/bulk-send-helper.h"
#include "ns3/inet-socket-address.h"
#include "ns3/internet-stack-helper.h"
#include "ns3/ipv4-address-helper.h"
#include "ns3/ipv4-global-routing-helper.h"
#include "ns3/lifecycle-tcp-helper.h"
#include "ns3/nstime.h"
#include "ns3/packet-sink-helper.h"
#include "ns3/packet-sink.h"
#include "ns3/point-to-point-helper.h"
#include "ns3/simulator.h"
#include "ns3/string.h"
#include "ns3/uinteger.h"

#include <vector>

using namespace ns3;

namespace transfer
{

Outcome
RunSimulated(const Cell& cell, bool lifecycle, uint32_t seed)
{
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
    const NetDeviceContainer first = access.Install(nodes.Get(0), nodes.Get(1));
    const NetDeviceContainer second =
        MakeBottleneck(cell, NodeContainer(nodes.Get(1), nodes.Get(2)), seed);
    SetQueue(cell, second);
    Ipv4AddressHelper addresses("10.0.0.0", "255.255.255.0");
    addresses.Assign(first);
    addresses.NewNetwork();
    const Ipv4InterfaceContainer far = addresses.Assign(second);
    Ipv4GlobalRoutingHelper::PopulateRoutingTables();

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
    Tally tally;
    for (const Ptr<PacketSink>& sink : sinks)
    {
        tally.Add(sink->GetTotalRx());
    }
    Simulator::Destroy();
    return tally.Get(cell.seconds);
}

} // namespace transfer
