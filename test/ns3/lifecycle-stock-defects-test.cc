#include "lifecycle-network.h"

#include "ns3/boolean.h"
#include "ns3/inet-socket-address.h"
#include "ns3/ipv4.h"
#include "ns3/packet.h"
#include "ns3/simulator.h"
#include "ns3/tcp-header.h"
#include "ns3/tcp-option.h"
#include "ns3/tcp-socket-base.h"

#include <set>
#include <vector>

/**
 * \file
 * What stock TCP gets wrong and shows to applications; the core's tests have the rest.
 */

namespace lifecycle_test
{

using namespace ns3;

namespace
{

constexpr uint16_t PORT = 80;

using Segments = Callback<void, Ptr<const Packet>, const TcpHeader&, Ptr<const TcpSocketBase>>;

/// Calls back with the header of the SYN-ACK that a socket receives.
void
WatchSynAck(Ptr<Socket> socket, std::function<void(const TcpHeader&)> seen)
{
    socket->TraceConnectWithoutContext(
        "Rx",
        Segments([seen](Ptr<const Packet>, const TcpHeader& header, Ptr<const TcpSocketBase>) {
            if ((header.GetFlags() & TcpHeader::SYN) != 0)
            {
                seen(header);
            }
        }));
}

} // namespace

using StockDefectsTest = Simulation;

TEST_F(StockDefectsTest, OneClientWithoutOptionsDoesNotTakeThemFromTheNext)
{
    Network network;
    TalkingServer server(network.Server(), network.AnyAt(PORT), 0);
    TalkingClient plain(network.Client(), network.ServerAt(PORT), 1000, 0);
    for (const char* option : {"Timestamp", "WindowScaling", "Sack"})
    {
        plain.socket->SetAttribute(option, BooleanValue(false));
    }
    Simulator::Stop(Seconds(5));
    Simulator::Run();
    TalkingClient modern(network.Client(), network.ServerAt(PORT), 1000, 0);
    bool seen = false;
    WatchSynAck(modern.socket, [&](const TcpHeader& header) {
        seen = true;
        EXPECT_TRUE(header.HasOption(TcpOption::TS));
        EXPECT_TRUE(header.HasOption(TcpOption::WINSCALE));
        EXPECT_TRUE(header.HasOption(TcpOption::SACKPERMITTED));
    });
    Simulator::Stop(Seconds(5));
    Simulator::Run();
    EXPECT_TRUE(seen);
    EXPECT_EQ(server.talkers.size(), 2);
}

TEST_F(StockDefectsTest, InitialSequenceNumbersDiffer)
{
    Network network;
    TalkingServer server(network.Server(), network.AnyAt(PORT), 0);
    std::list<TalkingClient> clients;
    std::set<SequenceNumber32> numbers;
    for (int i = 0; i < 20; ++i)
    {
        clients.emplace_back(network.Client(), network.ServerAt(PORT), 0, 0);
        WatchSynAck(clients.back().socket, [&](const TcpHeader& header) {
            numbers.insert(header.GetSequenceNumber());
            numbers.insert(header.GetAckNumber() - 1);
        });
    }
    Simulator::Stop(Seconds(5));
    Simulator::Run();
    EXPECT_EQ(numbers.size(), 40);
}

TEST_F(StockDefectsTest, SimultaneousOpenMakesOneConnection)
{
    Network network;
    const Ipv4Address clientAddress =
        network.Client()->GetObject<Ipv4>()->GetAddress(1, 0).GetLocal();
    const Ipv4Address serverAddress =
        InetSocketAddress::ConvertFrom(network.ServerAt(PORT)).GetIpv4();
    Talker left(10000, 10000);
    Talker right(10000, 10000);
    left.Use(Network::MakeSocket(network.Client()));
    right.Use(Network::MakeSocket(network.Server()));
    EXPECT_EQ(left.socket->Bind(InetSocketAddress(Ipv4Address::GetAny(), 1111)), 0);
    EXPECT_EQ(right.socket->Bind(InetSocketAddress(Ipv4Address::GetAny(), 2222)), 0);
    std::vector<TcpSocket::TcpStates_t> states;
    left.socket->TraceConnectWithoutContext(
        "State",
        Callback<void, TcpSocket::TcpStates_t, TcpSocket::TcpStates_t>(
            [&](TcpSocket::TcpStates_t, TcpSocket::TcpStates_t to) { states.push_back(to); }));
    Simulator::Schedule(Seconds(2), [&] {
        left.socket->Connect(InetSocketAddress(serverAddress, 2222));
        right.socket->Connect(InetSocketAddress(clientAddress, 1111));
    });
    Simulator::Stop(Seconds(10));
    Simulator::Run();
    EXPECT_EQ(left.connected, 1);
    EXPECT_EQ(right.connected, 1);
    EXPECT_EQ(left.received, 10000);
    EXPECT_EQ(right.received, 10000);
    EXPECT_EQ(left.errorCloses + right.errorCloses, 0);
    ASSERT_GE(states.size(), 3);
    EXPECT_EQ(states[0], TcpSocket::SYN_SENT);
    EXPECT_EQ(states[1], TcpSocket::SYN_RCVD);
    EXPECT_EQ(states[2], TcpSocket::ESTABLISHED);
}

TEST_F(StockDefectsTest, AResetOutOfTheWindowKillsNothing)
{
    Network network;
    TalkingServer server(network.Server(), network.AnyAt(PORT), 0);
    TalkingClient client(network.Client(), network.ServerAt(PORT), 0, 1);
    Simulator::Stop(Seconds(3));
    Simulator::Run();
    Address name;
    client.socket->GetSockName(name);
    TcpHeader reset;
    reset.SetFlags(TcpHeader::RST);
    reset.SetSequenceNumber(SequenceNumber32(12345));
    reset.SetSourcePort(InetSocketAddress::ConvertFrom(name).GetPort());
    reset.SetDestinationPort(PORT);
    Simulator::ScheduleNow([&] {
        network.Client()->GetObject<TcpL4Protocol>()->SendPacket(Create<Packet>(),
                                                                 reset,
                                                                 name,
                                                                 network.ServerAt(PORT));
    });
    Simulator::Stop(Seconds(1));
    Simulator::Run();
    EXPECT_EQ(network.ServerTcp()->GetCensus()[TcpSocket::ESTABLISHED], 1);
    EXPECT_EQ(server.talkers.front().errorCloses + server.talkers.front().normalCloses, 0);
}

} // namespace lifecycle_test
