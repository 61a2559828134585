#include "lifecycle-network.h"

#include "ns3/application-container.h"
#include "ns3/bulk-send-helper.h"
#include "ns3/data-rate.h"
#include "ns3/inet-socket-address.h"
#include "ns3/inet6-socket-address.h"
#include "ns3/on-off-helper.h"
#include "ns3/packet-sink-helper.h"
#include "ns3/packet-sink.h"
#include "ns3/simulator.h"
#include "ns3/string.h"
#include "ns3/three-gpp-http-client.h"
#include "ns3/three-gpp-http-helper.h"
#include "ns3/three-gpp-http-server.h"
#include "ns3/udp-echo-helper.h"
#include "ns3/uinteger.h"

namespace lifecycle_test
{

using namespace ns3;

namespace
{

constexpr uint16_t PORT = 9;
constexpr auto FACTORY = "ns3::TcpSocketFactory";

Ptr<PacketSink>
InstallSink(const Network& network)
{
    PacketSinkHelper helper(FACTORY, network.AnyAt(PORT));
    return DynamicCast<PacketSink>(helper.Install(network.Server()).Get(0));
}

void
RunUntil(double seconds)
{
    Simulator::Stop(Seconds(seconds));
    Simulator::Run();
}

} // namespace

/// ns-3's own applications, as they are.
class ApplicationsTest : public Simulation, public ::testing::WithParamInterface<Family>
{
  protected:
    Network m_network{{.family = GetParam()}};
};

INSTANTIATE_TEST_SUITE_P(Families,
                         ApplicationsTest,
                         ::testing::Values(Family::V4, Family::V6),
                         [](const auto& family) {
                             return family.param == Family::V4 ? "Ipv4" : "Ipv6";
                         });

TEST_P(ApplicationsTest, BulkSendDeliversAllToPacketSink)
{
    const Ptr<PacketSink> sink = InstallSink(m_network);
    BulkSendHelper helper(FACTORY, m_network.ServerAt(PORT));
    helper.SetAttribute("MaxBytes", UintegerValue(1234567));
    helper.Install(m_network.Client()).Start(Seconds(2));
    RunUntil(20);
    EXPECT_EQ(sink->GetTotalRx(), 1234567);
    // PacketSink never closes what it accepted, and the connection has ended all the same.
    EXPECT_EQ(m_network.ClientTcp()->GetCensus()[TcpSocket::TIME_WAIT], 1);
    EXPECT_EQ(m_network.ServerTcp()->GetConnections().size(), 1); // the listener
    EXPECT_EQ(m_network.ServerTcp()->GetCensus()[TcpSocket::LISTEN], 1);
}

TEST_P(ApplicationsTest, BulkSendFillsTheLink)
{
    const Ptr<PacketSink> sink = InstallSink(m_network);
    BulkSendHelper helper(FACTORY, m_network.ServerAt(PORT));
    helper.Install(m_network.Client()).Start(Seconds(2));
    RunUntil(12);
    const double bitsPerSecond = static_cast<double>(sink->GetTotalRx()) * 8 / 10;
    EXPECT_GT(bitsPerSecond, 0.9 * 10e6);
}

TEST_P(ApplicationsTest, OnOffDeliversAllToPacketSink)
{
    const Ptr<PacketSink> sink = InstallSink(m_network);
    OnOffHelper helper(FACTORY, m_network.ServerAt(PORT));
    helper.SetConstantRate(DataRate("1Mbps"), 700);
    helper.SetAttribute("MaxBytes", UintegerValue(70000));
    helper.Install(m_network.Client()).Start(Seconds(2));
    RunUntil(20);
    EXPECT_EQ(sink->GetTotalRx(), 70000);
}

TEST_P(ApplicationsTest, HttpPagesAreLoaded)
{
    Address server;
    if (GetParam() == Family::V4)
    {
        server = InetSocketAddress::ConvertFrom(m_network.ServerAt(80)).GetIpv4();
    }
    else
    {
        server = Inet6SocketAddress::ConvertFrom(m_network.ServerAt(80)).GetIpv6();
    }
    ThreeGppHttpServerHelper serverHelper(server);
    serverHelper.Install(m_network.Server()).Start(Seconds(2));
    ThreeGppHttpClientHelper clientHelper(server);
    ApplicationContainer clients = clientHelper.Install(m_network.Client());
    clients.Start(Seconds(3));
    clients.Stop(Seconds(200));
    uint32_t mainObjects = 0;
    uint32_t embeddedObjects = 0;
    uint64_t bytes = 0;
    using Received = Callback<void, Ptr<const ThreeGppHttpClient>, Ptr<const Packet>>;
    clients.Get(0)->TraceConnectWithoutContext(
        "RxMainObject",
        Received([&](Ptr<const ThreeGppHttpClient>, Ptr<const Packet> packet) {
            ++mainObjects;
            bytes += packet->GetSize();
        }));
    clients.Get(0)->TraceConnectWithoutContext(
        "RxEmbeddedObject",
        Received([&](Ptr<const ThreeGppHttpClient>, Ptr<const Packet> packet) {
            ++embeddedObjects;
            bytes += packet->GetSize();
        }));
    RunUntil(250);
    EXPECT_GE(mainObjects, 2);
    EXPECT_GE(embeddedObjects, 2);
    EXPECT_GT(bytes, 1000);
    EXPECT_EQ(m_network.ServerTcp()->GetCensus()[TcpSocket::ESTABLISHED], 0);
    EXPECT_EQ(m_network.ClientTcp()->GetCensus()[TcpSocket::ESTABLISHED], 0);
}

TEST_P(ApplicationsTest, UdpIsNotTouched)
{
    UdpEchoServerHelper server(PORT);
    server.Install(m_network.Server());
    Address address = m_network.ServerAt(PORT);
    UdpEchoClientHelper client(address);
    client.SetAttribute("MaxPackets", UintegerValue(3));
    ApplicationContainer clients = client.Install(m_network.Client());
    clients.Start(Seconds(2));
    uint32_t echoes = 0;
    clients.Get(0)->TraceConnectWithoutContext(
        "Rx",
        Callback<void, Ptr<const Packet>>([&](Ptr<const Packet>) { ++echoes; }));
    RunUntil(10);
    EXPECT_EQ(echoes, 3);
}

TEST_P(ApplicationsTest, ManyConnectionsAllComplete)
{
    constexpr uint32_t CONNECTIONS = 2000;
    const Ptr<PacketSink> sink = InstallSink(m_network);
    for (uint32_t i = 0; i < CONNECTIONS; ++i)
    {
        BulkSendHelper helper(FACTORY, m_network.ServerAt(PORT));
        helper.SetAttribute("MaxBytes", UintegerValue(5000));
        helper.Install(m_network.Client()).Start(MilliSeconds(2000 + 5 * i));
    }
    RunUntil(40);
    EXPECT_EQ(sink->GetTotalRx(), uint64_t{CONNECTIONS} * 5000);
    EXPECT_EQ(m_network.ClientTcp()->GetCensus()[TcpSocket::TIME_WAIT], CONNECTIONS);
    EXPECT_EQ(m_network.ServerTcp()->GetConnections().size(), 1);
}

using TwoFamiliesTest = Simulation;

TEST_F(TwoFamiliesTest, AHostWithBothFamiliesServesBothOnOnePort)
{
    // As two PacketSinks on the same port do with stock TCP.
    Network network({.family = Family::V6});
    const Ptr<Socket> v4 = Network::MakeSocket(network.Server());
    const Ptr<Socket> v6 = Network::MakeSocket(network.Server());
    EXPECT_EQ(v6->Bind(Inet6SocketAddress(Ipv6Address::GetAny(), PORT)), 0);
    EXPECT_EQ(v4->Bind(InetSocketAddress(Ipv4Address::GetAny(), PORT)), 0);
    EXPECT_EQ(v6->Listen(), 0);
    EXPECT_EQ(v4->Listen(), 0);
}

} // namespace lifecycle_test
