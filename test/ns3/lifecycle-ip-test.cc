#include "lifecycle-network.h"

#include "ns3/icmpv4.h"
#include "ns3/icmpv6-header.h"
#include "ns3/inet-socket-address.h"
#include "ns3/inet6-socket-address.h"
#include "ns3/internet-stack-helper.h"
#include "ns3/ipv4-header.h"
#include "ns3/ipv4-interface.h"
#include "ns3/ipv4-l3-protocol.h"
#include "ns3/ipv6-address-helper.h"
#include "ns3/ipv6.h"
#include "ns3/lifecycle-tcp-helper.h"
#include "ns3/lifecycle-tcp-socket.h"
#include "ns3/loopback-net-device.h"
#include "ns3/packet.h"
#include "ns3/point-to-point-helper.h"
#include "ns3/simulator.h"
#include "ns3/string.h"
#include "ns3/tcp-header.h"
#include "ns3/tcp-socket-base.h"

#include <array>

/**
 * \file
 * What lies between TCP and IP: ICMP, devices, link-local addresses, other packets' company.
 */

namespace lifecycle_test
{

using namespace ns3;

namespace
{

constexpr uint16_t PORT = 80;

/// The first eight bytes of a TCP header.
std::array<uint8_t, 8>
HeadOf(const TcpHeader& header)
{
    const uint32_t seq = header.GetSequenceNumber().GetValue();
    return {static_cast<uint8_t>(header.GetSourcePort() >> 8),
            static_cast<uint8_t>(header.GetSourcePort()),
            static_cast<uint8_t>(header.GetDestinationPort() >> 8),
            static_cast<uint8_t>(header.GetDestinationPort()),
            static_cast<uint8_t>(seq >> 24),
            static_cast<uint8_t>(seq >> 16),
            static_cast<uint8_t>(seq >> 8),
            static_cast<uint8_t>(seq)};
}

/// Answers the SYN of a client with ICMP.
template <typename Answer>
void
AnswerSyn(const TalkingClient& client, Answer answer)
{
    client.socket->TraceConnectWithoutContext(
        "Tx",
        Callback<void, Ptr<const Packet>, const TcpHeader&, Ptr<const TcpSocketBase>>(
            [answer](Ptr<const Packet>, const TcpHeader& header, Ptr<const TcpSocketBase>) {
                Simulator::Schedule(MilliSeconds(1),
                                    [answer, head = HeadOf(header)] { answer(head); });
            }));
}

void
ExpectUnreachable(const TalkingClient& client)
{
    Simulator::Stop(Seconds(2.1));
    Simulator::Run();
    EXPECT_EQ(client.failed, 1);
    EXPECT_EQ(DynamicCast<LifecycleTcpSocket>(client.socket)->GetCloseReason(),
              LifecycleTcpCloseReason::UNREACHABLE);
    EXPECT_EQ(client.socket->GetErrno(), Socket::ERROR_NOROUTETOHOST);
}

} // namespace

using IpTest = Simulation;

TEST_F(IpTest, AnUnreachablePortFailsTheConnectionAtOnce)
{
    Network network;
    const Ipv4Address nowhere("10.1.1.77");
    TalkingClient client(network.Client(), InetSocketAddress(nowhere, PORT), 0, 1);
    AnswerSyn(client, [&](std::array<uint8_t, 8> head) {
        Address name;
        client.socket->GetSockName(name);
        network.ClientTcp()->ReceiveIcmp(Ipv4Address("10.1.1.1"),
                                         64,
                                         Icmpv4Header::ICMPV4_DEST_UNREACH,
                                         Icmpv4DestinationUnreachable::ICMPV4_PORT_UNREACHABLE,
                                         0,
                                         InetSocketAddress::ConvertFrom(name).GetIpv4(),
                                         nowhere,
                                         head.data());
    });
    ExpectUnreachable(client);
}

TEST_F(IpTest, AnUnreachableIpv6PortFailsTheConnectionAtOnce)
{
    Network network({.family = Family::V6});
    const Ipv6Address nowhere("fd00:2::77");
    TalkingClient client(network.Client(), Inet6SocketAddress(nowhere, PORT), 0, 1);
    AnswerSyn(client, [&](std::array<uint8_t, 8> head) {
        Address name;
        client.socket->GetSockName(name);
        network.ClientTcp()->ReceiveIcmp(Ipv6Address("fd00:2::1"),
                                         64,
                                         Icmpv6Header::ICMPV6_ERROR_DESTINATION_UNREACHABLE,
                                         Icmpv6Header::ICMPV6_PORT_UNREACHABLE,
                                         0,
                                         Inet6SocketAddress::ConvertFrom(name).GetIpv6(),
                                         nowhere,
                                         head.data());
    });
    ExpectUnreachable(client);
}

TEST_F(IpTest, AListenerOnOneDeviceTakesNothingFromAnother)
{
    Network network;
    TalkingServer server(network.Server(), network.AnyAt(PORT), 0);
    for (uint32_t i = 0; i < network.Server()->GetNDevices(); ++i)
    {
        if (DynamicCast<LoopbackNetDevice>(network.Server()->GetDevice(i)))
        {
            server.listener->BindToNetDevice(network.Server()->GetDevice(i));
        }
    }
    TalkingClient outside(network.Client(), network.ServerAt(PORT), 0, 1);
    TalkingClient inside(network.Server(),
                         InetSocketAddress(Ipv4Address::GetLoopback(), PORT),
                         10,
                         0);
    Simulator::Stop(Seconds(5));
    Simulator::Run();
    EXPECT_EQ(outside.errorCloses, 1);
    ASSERT_EQ(server.talkers.size(), 1);
    EXPECT_EQ(server.talkers.front().received, 10);
    EXPECT_EQ(inside.normalCloses, 1);
}

TEST_F(IpTest, SegmentsToEverybodyAreForNobody)
{
    Network network;
    TalkingServer server(network.Server(), network.AnyAt(PORT), 0);
    const Ptr<Ipv4Interface> interface =
        network.Server()->GetObject<Ipv4L3Protocol>()->GetInterface(1);
    const auto send = [&](const char* destination) {
        TcpHeader syn;
        syn.SetFlags(TcpHeader::SYN);
        syn.SetSourcePort(1000);
        syn.SetDestinationPort(PORT);
        const Ptr<Packet> packet = Create<Packet>();
        packet->AddHeader(syn);
        Ipv4Header ip;
        ip.SetSource(Ipv4Address("10.1.0.1"));
        ip.SetDestination(Ipv4Address(destination));
        network.ServerTcp()->Receive(packet, ip, interface);
    };
    Simulator::ScheduleNow([&] {
        send("255.255.255.255");
        send("224.0.0.1");
        send("10.1.1.255");
        EXPECT_EQ(network.ServerTcp()->GetCensus()[TcpSocket::SYN_RCVD], 0);
        send("10.1.1.2");
        EXPECT_EQ(network.ServerTcp()->GetCensus()[TcpSocket::SYN_RCVD], 1);
    });
    Simulator::Stop(Seconds(1));
    Simulator::Run();
}

TEST_F(IpTest, ANodeTalksToItself)
{
    Network network;
    TalkingServer server(network.Client(), network.AnyAt(PORT), 1000000);
    TalkingClient client(network.Client(),
                         InetSocketAddress(Ipv4Address::GetLoopback(), PORT),
                         1000000,
                         1000000);
    Simulator::Stop(Seconds(10));
    Simulator::Run();
    EXPECT_EQ(client.received, 1000000);
    EXPECT_TRUE(client.isIntact);
    EXPECT_EQ(server.talkers.front().received, 1000000);
}

TEST_F(IpTest, LinkLocalAddressesStayOnTheirLink)
{
    // Two links between the same two hosts, which route fe80::/10 over either.
    NodeContainer nodes(2);
    LifecycleTcpHelper().Install(nodes);
    InternetStackHelper().Install(nodes);
    PointToPointHelper link;
    link.SetChannelAttribute("Delay", StringValue("5ms"));
    const NetDeviceContainer links[] = {link.Install(nodes), link.Install(nodes)};
    Ipv6AddressHelper addresses("fd00:1::", Ipv6Prefix(64));
    TalkingServer server(nodes.Get(1), Inet6SocketAddress(Ipv6Address::GetAny(), PORT), 1000);
    std::list<TalkingClient> clients;
    for (const NetDeviceContainer& devices : links)
    {
        const Ipv6Address linkLocal = addresses.Assign(devices).GetLinkLocalAddress(1);
        addresses.NewNetwork();
        clients.emplace_back(nodes.Get(0), Inet6SocketAddress(linkLocal, PORT), 1000, 1000);
        clients.back().socket->BindToNetDevice(devices.Get(0));
    }
    Simulator::Stop(Seconds(5));
    Simulator::Run();
    for (const TalkingClient& client : clients)
    {
        EXPECT_EQ(client.received, 1000);
        EXPECT_EQ(client.normalCloses, 1);
    }
}

TEST_F(IpTest, SegmentsPassNs3sOwnChecksOfHeaders)
{
    // ns-3 ends the process if a header is taken off that is not there, or not whole.
    Packet::EnableChecking();
    for (const Tcp peer : {Tcp::LIFECYCLE, Tcp::STOCK})
    {
        Network network({.server = peer});
        TalkingServer server(network.Server(), network.AnyAt(PORT), 50000);
        TalkingClient client(network.Client(), network.ServerAt(PORT), 50000, 50000);
        Simulator::Stop(Seconds(20));
        Simulator::Run();
        EXPECT_EQ(client.received, 50000);
        Simulator::Destroy();
    }
}

TEST_F(IpTest, DataSentCountsEveryByteOnce)
{
    Network network;
    const auto loss = CreateObject<RateErrorModel>();
    loss->SetUnit(RateErrorModel::ERROR_UNIT_PACKET);
    loss->SetRate(0.05);
    loss->AssignStreams(1);
    network.SetErrorModel(loss);
    TalkingServer server(network.Server(), network.AnyAt(PORT), 0);
    TalkingClient client(network.Client(), network.ServerAt(PORT), 300000, 0);
    uint64_t sent = 0;
    client.socket->SetDataSentCallback(
        Callback<void, Ptr<Socket>, uint32_t>([&](Ptr<Socket>, uint32_t bytes) { sent += bytes; }));
    Simulator::Stop(Seconds(200));
    Simulator::Run();
    EXPECT_EQ(sent, 300000);
    EXPECT_GT(network.ClientTcp()->GetCounters()["retransmits"], 3);
}

} // namespace lifecycle_test
