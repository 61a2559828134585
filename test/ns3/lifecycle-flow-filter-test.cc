#include "lifecycle-network.h"

#include "ns3/boolean.h"
#include "ns3/fq-codel-queue-disc.h"
#include "ns3/internet-stack-helper.h"
#include "ns3/ipv4-queue-disc-item.h"
#include "ns3/ipv6-queue-disc-item.h"
#include "ns3/lifecycle-tcp-flow-filter.h"
#include "ns3/lifecycle-tcp-helper.h"
#include "ns3/mac48-address.h"
#include "ns3/point-to-point-helper.h"
#include "ns3/simulator.h"
#include "ns3/tcp-header.h"
#include "ns3/traffic-control-helper.h"
#include "ns3/traffic-control-layer.h"
#include "ns3/udp-header.h"
#include "ns3/uinteger.h"

#include <vector>

namespace lifecycle_test
{

using namespace ns3;

namespace
{

constexpr uint8_t ICMP = 1;
constexpr uint8_t TCP = 6;
constexpr uint8_t UDP = 17;

/// A packet of TCP or UDP.
template <typename Header>
Ptr<Packet>
PacketWith(uint16_t port)
{
    Header header;
    header.SetSourcePort(port);
    header.SetDestinationPort(80);
    const Ptr<Packet> packet = Create<Packet>(100);
    packet->AddHeader(header);
    return packet;
}

Ptr<QueueDiscItem>
Ipv4Item(Ptr<Packet> packet, uint8_t protocol, uint16_t fragmentOffset = 0)
{
    Ipv4Header header;
    header.SetSource("10.1.2.3");
    header.SetDestination("10.9.8.7");
    header.SetProtocol(protocol);
    header.SetFragmentOffset(fragmentOffset);
    return Create<Ipv4QueueDiscItem>(packet, Mac48Address(), 0x0800, header);
}

Ptr<QueueDiscItem>
Ipv6Item(Ptr<Packet> packet, uint8_t protocol)
{
    Ipv6Header header;
    header.SetSource("2001:db8::1");
    header.SetDestination("2001:db8::2");
    header.SetNextHeader(protocol);
    return Create<Ipv6QueueDiscItem>(packet, Mac48Address(), 0x86dd, header);
}

/// Whether a filter with this salt says what the packet says of itself.
void
ExpectSameFlow(Ptr<QueueDiscItem> item, uint32_t perturbation)
{
    const auto filter = CreateObject<LifecycleTcpFlowFilter>();
    filter->SetAttribute("Perturbation", UintegerValue(perturbation));
    EXPECT_EQ(static_cast<uint32_t>(filter->Classify(item)), item->Hash(perturbation));
}

/// Two nodes with a link, and with queue discs as ns-3 installs them unless there are others.
struct Pair
{
    explicit Pair(bool filtersFlows = true)
        : nodes(2)
    {
        LifecycleTcpHelper tcp;
        tcp.SetAttribute("FlowFilter", BooleanValue(filtersFlows));
        tcp.Install(nodes.Get(0));
        InternetStackHelper().Install(nodes);
        devices = PointToPointHelper().Install(nodes);
    }

    void UseFqCoDel(uint32_t perturbation = 0)
    {
        TrafficControlHelper traffic;
        traffic.SetRootQueueDisc("ns3::FqCoDelQueueDisc",
                                 "Perturbation",
                                 UintegerValue(perturbation));
        traffic.Install(devices);
    }

    Ptr<QueueDisc> Root(uint32_t node) const
    {
        return nodes.Get(node)->GetObject<TrafficControlLayer>()->GetRootQueueDiscOnDevice(
            devices.Get(node));
    }

    /// Lets the simulation begin.
    static void Begin()
    {
        Simulator::Stop(NanoSeconds(1));
        Simulator::Run();
    }

    NodeContainer nodes; //!< the first with our TCP
    NetDeviceContainer devices;
};

} // namespace

using FlowFilterTest = Simulation;

TEST_F(FlowFilterTest, SaysOfEveryPacketWhatQueueDiscsWouldSay)
{
    for (const uint32_t perturbation : {0U, 1U, 0xfedcba98U})
    {
        for (const uint16_t port : {1, 256, 65535})
        {
            ExpectSameFlow(Ipv4Item(PacketWith<TcpHeader>(port), TCP), perturbation);
            ExpectSameFlow(Ipv4Item(PacketWith<UdpHeader>(port), UDP), perturbation);
            ExpectSameFlow(Ipv6Item(PacketWith<TcpHeader>(port), TCP), perturbation);
            ExpectSameFlow(Ipv6Item(PacketWith<UdpHeader>(port), UDP), perturbation);
        }
    }
}

TEST_F(FlowFilterTest, TakesNoBytesForPortsWhereThereAreNone)
{
    ExpectSameFlow(Ipv4Item(PacketWith<TcpHeader>(7), TCP, 1480), 0);
    ExpectSameFlow(Ipv4Item(Create<Packet>(64), ICMP), 0);
    ExpectSameFlow(Ipv6Item(Create<Packet>(64), ICMP), 0);
}

TEST_F(FlowFilterTest, ANodeGivesOneToItsQueueDiscsAsItBegins)
{
    Pair pair;
    pair.UseFqCoDel(42);
    Pair::Begin();
    ASSERT_EQ(pair.Root(0)->GetNPacketFilters(), 1U);
    UintegerValue perturbation;
    pair.Root(0)->GetPacketFilter(0)->GetAttribute("Perturbation", perturbation);
    EXPECT_EQ(perturbation.Get(), 42U);
    EXPECT_EQ(pair.Root(1)->GetNPacketFilters(), 0U) << "of a node without our TCP";
}

TEST_F(FlowFilterTest, ANodeThatIsToldNotToGivesNone)
{
    Pair pair(false);
    pair.UseFqCoDel();
    Pair::Begin();
    EXPECT_EQ(pair.Root(0)->GetNPacketFilters(), 0U);
}

TEST_F(FlowFilterTest, AFilterOfTheScriptStaysAlone)
{
    Pair pair;
    pair.UseFqCoDel();
    pair.Root(0)->AddPacketFilter(CreateObject<LifecycleTcpFlowFilter>());
    Pair::Begin();
    EXPECT_EQ(pair.Root(0)->GetNPacketFilters(), 1U);
}

TEST_F(FlowFilterTest, QueueDiscsThatDoNotQueueByFlowGetNone)
{
    Pair pair;
    TrafficControlHelper traffic;
    traffic.SetRootQueueDisc("ns3::FifoQueueDisc");
    traffic.Install(pair.devices);
    Pair::Begin();
    EXPECT_EQ(pair.Root(0)->GetNPacketFilters(), 0U);
}

TEST_F(FlowFilterTest, QueueDiscsInsideOthersGetOne)
{
    Pair pair;
    TrafficControlHelper traffic;
    const uint16_t handle = traffic.SetRootQueueDisc("ns3::MqQueueDisc");
    const auto classes = traffic.AddQueueDiscClasses(handle, 1, "ns3::QueueDiscClass");
    traffic.AddChildQueueDiscs(handle, classes, "ns3::FqCoDelQueueDisc");
    traffic.Install(pair.devices);
    Pair::Begin();
    const Ptr<QueueDisc> child = pair.Root(0)->GetQueueDiscClass(0)->GetQueueDisc();
    EXPECT_EQ(child->GetNPacketFilters(), 1U);
    EXPECT_EQ(pair.Root(0)->GetNPacketFilters(), 0U);
}

TEST_F(FlowFilterTest, RoutersGetThemByTheHelperOnce)
{
    Pair pair;
    pair.UseFqCoDel();
    EXPECT_EQ(LifecycleTcpHelper::InstallFlowFilters(pair.nodes), 2U);
    EXPECT_EQ(LifecycleTcpHelper::InstallFlowFilters(pair.nodes), 0U);
    Pair::Begin();
    EXPECT_EQ(pair.Root(1)->GetNPacketFilters(), 1U);
}

} // namespace lifecycle_test
