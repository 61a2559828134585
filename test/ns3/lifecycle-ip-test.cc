#include "lifecycle-network.h"

#include "ns3/inet-socket-address.h"
#include "ns3/inet6-socket-address.h"
#include "ns3/internet-stack-helper.h"
#include "ns3/ipv4-header.h"
#include "ns3/ipv4-interface.h"
#include "ns3/ipv4-l3-protocol.h"
#include "ns3/ipv6-address-helper.h"
#include "ns3/ipv6.h"
#include "ns3/lifecycle-tcp-helper.h"
#include "ns3/loopback-net-device.h"
#include "ns3/packet.h"
#include "ns3/point-to-point-helper.h"
#include "ns3/simulator.h"
#include "ns3/string.h"
#include "ns3/tcp-header.h"

#include <vector>

/**
 * \file
 * What lies between TCP and IP: devices, link-local addresses, other packets' company.
 */

namespace lifecycle_test
{

using namespace ns3;

namespace
{

constexpr uint16_t PORT = 80;

} // namespace

using IpTest = Simulation;

/// The device by which a node talks to itself.
Ptr<NetDevice>
LoopbackOf(Ptr<Node> node)
{
    for (uint32_t i = 0; i < node->GetNDevices(); ++i)
    {
        if (DynamicCast<LoopbackNetDevice>(node->GetDevice(i)))
        {
            return node->GetDevice(i);
        }
    }
    return nullptr;
}

TEST_F(IpTest, AListenerOnOneDeviceRefusesWhatComesByAnother)
{
    Network network;
    TalkingServer server(network.Server(), network.AnyAt(PORT), 0);
    server.listener->BindToNetDevice(LoopbackOf(network.Server()));
    TalkingClient outside(network.Client(), network.ServerAt(PORT), 0, 1);
    TalkingClient inside(network.Server(),
                         InetSocketAddress(Ipv4Address::GetLoopback(), PORT),
                         10,
                         0);
    Simulator::Stop(Seconds(5));
    Simulator::Run();
    EXPECT_EQ(outside.failed, 1);
    EXPECT_EQ(outside.connected, 0);
    ASSERT_EQ(server.talkers.size(), 1);
    EXPECT_EQ(server.talkers.front().received, 10);
    EXPECT_EQ(inside.normalCloses, 1);
}

TEST_F(IpTest, TwoDevicesShareAPort)
{
    Network network;
    const auto listenOn = [&](Ptr<NetDevice> device) {
        const Ptr<Socket> socket = Network::MakeSocket(network.Server());
        socket->BindToNetDevice(device);
        EXPECT_EQ(socket->Bind(network.AnyAt(PORT)), 0);
        EXPECT_EQ(socket->Listen(), 0);
        return socket;
    };
    const Ptr<Socket> outside = listenOn(network.ServerDevice());
    const Ptr<Socket> inside = listenOn(LoopbackOf(network.Server()));
    const Ptr<Socket> third = Network::MakeSocket(network.Server());
    third->BindToNetDevice(network.ServerDevice());
    EXPECT_EQ(third->Bind(network.AnyAt(PORT)), -1);
    EXPECT_EQ(third->GetErrno(), Socket::ERROR_ADDRINUSE);
    std::vector<Ptr<Socket>> acceptedBy;
    for (const Ptr<Socket>& socket : {outside, inside})
    {
        socket->SetAcceptCallback(MakeNullCallback<bool, Ptr<Socket>, const Address&>(),
                                  Callback<void, Ptr<Socket>, const Address&>(
                                      [&acceptedBy, socket](Ptr<Socket>, const Address&) {
                                          acceptedBy.push_back(socket);
                                      }));
    }
    TalkingClient client(network.Client(), network.ServerAt(PORT), 0, 1);
    Simulator::Stop(Seconds(3));
    Simulator::Run();
    EXPECT_EQ(client.connected, 1);
    EXPECT_EQ(acceptedBy, std::vector<Ptr<Socket>>{outside});
    inside->Close();
    outside->Close();
    EXPECT_EQ(third->Bind(network.AnyAt(PORT)), 0) << "given back";
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
