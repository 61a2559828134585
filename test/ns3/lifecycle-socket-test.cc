#include "lifecycle-network.h"

#include "ns3/boolean.h"
#include "ns3/inet-socket-address.h"
#include "ns3/inet6-socket-address.h"
#include "ns3/internet-stack-helper.h"
#include "ns3/lifecycle-tcp-helper.h"
#include "ns3/lifecycle-tcp-socket.h"
#include "ns3/nstime.h"
#include "ns3/object-vector.h"
#include "ns3/simulator.h"
#include "ns3/uinteger.h"

#include <gmock/gmock.h>
#include <map>
#include <set>
#include <vector>

namespace lifecycle_test
{

using namespace ns3;
using ::testing::ElementsAre;

namespace
{

constexpr uint16_t PORT = 80;

uint16_t
PortOf(Ptr<Socket> socket)
{
    Address name;
    socket->GetSockName(name);
    return InetSocketAddress::ConvertFrom(name).GetPort();
}

LifecycleTcpCloseReason
ReasonOf(Ptr<Socket> socket)
{
    return DynamicCast<LifecycleTcpSocket>(socket)->GetCloseReason();
}

void
RunUntil(double seconds)
{
    Simulator::Stop(Seconds(seconds) - Simulator::Now());
    Simulator::Run();
}

} // namespace

/// What applications see of a socket.
class SocketTest : public Simulation
{
  protected:
    Ptr<Socket> Make()
    {
        return Network::MakeSocket(m_network.Client());
    }

    Network m_network;
};

// Names.

TEST_F(SocketTest, AnUnboundSocketHasNoName)
{
    const Ptr<Socket> socket = Make();
    EXPECT_EQ(PortOf(socket), 0);
    Address peer;
    EXPECT_EQ(socket->GetPeerName(peer), -1);
    EXPECT_EQ(socket->GetErrno(), Socket::ERROR_NOTCONN);
}

TEST_F(SocketTest, AskingForThePortChoosesIt)
{
    const Ptr<Socket> socket = Make();
    EXPECT_EQ(socket->Bind(), 0);
    const uint16_t port = PortOf(socket);
    EXPECT_NE(port, 0);
    EXPECT_EQ(PortOf(socket), port);
    EXPECT_EQ(Make()->Bind(InetSocketAddress(Ipv4Address::GetAny(), port)), -1);
}

TEST_F(SocketTest, APortIsBoundOnlyOnce)
{
    const Ptr<Socket> first = Make();
    EXPECT_EQ(first->Bind(InetSocketAddress(Ipv4Address::GetAny(), PORT)), 0);
    const Ptr<Socket> second = Make();
    EXPECT_EQ(second->Bind(InetSocketAddress(Ipv4Address::GetAny(), PORT)), -1);
    EXPECT_EQ(second->GetErrno(), Socket::ERROR_ADDRINUSE);
    first->Close();
    EXPECT_EQ(second->Bind(InetSocketAddress(Ipv4Address::GetAny(), PORT)), 0);
}

TEST_F(SocketTest, AClosedSocketCanBeBoundAgain)
{
    const Ptr<Socket> socket = Make();
    EXPECT_EQ(socket->Bind(InetSocketAddress(Ipv4Address::GetAny(), PORT)), 0);
    EXPECT_EQ(socket->Bind(InetSocketAddress(Ipv4Address::GetAny(), PORT + 1)), -1);
    EXPECT_EQ(socket->Close(), 0);
    EXPECT_EQ(socket->Bind(InetSocketAddress(Ipv4Address::GetAny(), PORT + 1)), 0);
    EXPECT_EQ(PortOf(socket), PORT + 1);
}

TEST_F(SocketTest, ASocketThatIsDroppedGivesItsPortBack)
{
    Ptr<Socket> first = Make();
    EXPECT_EQ(first->Bind(InetSocketAddress(Ipv4Address::GetAny(), PORT)), 0);
    first = nullptr;
    EXPECT_EQ(Make()->Bind(InetSocketAddress(Ipv4Address::GetAny(), PORT)), 0);
}

TEST_F(SocketTest, BothEndsKnowBothNames)
{
    TalkingServer server(m_network.Server(), m_network.AnyAt(PORT), 0);
    TalkingClient client(m_network.Client(), m_network.ServerAt(PORT), 0, 1);
    RunUntil(3);
    ASSERT_EQ(server.talkers.size(), 1);
    const Ptr<Socket> accepted = server.talkers.front().socket;
    Address clientName;
    Address clientPeer;
    Address serverName;
    Address serverPeer;
    client.socket->GetSockName(clientName);
    client.socket->GetPeerName(clientPeer);
    accepted->GetSockName(serverName);
    accepted->GetPeerName(serverPeer);
    EXPECT_EQ(clientName, serverPeer);
    EXPECT_EQ(clientPeer, serverName);
    EXPECT_EQ(clientPeer, m_network.ServerAt(PORT));
}

TEST_F(SocketTest, EachOfManyConnectionsIsHeardBySocketsOfItsOwn)
{
    constexpr uint32_t COUNT = 300;
    std::vector<Ptr<Socket>> clients;
    std::vector<Ptr<Socket>> servers;
    const Ptr<Socket> listener = Network::MakeSocket(m_network.Server());
    listener->Bind(m_network.AnyAt(PORT));
    listener->Listen();
    listener->SetAcceptCallback(
        MakeNullCallback<bool, Ptr<Socket>, const Address&>(),
        Callback<void, Ptr<Socket>, const Address&>(
            [&](Ptr<Socket> socket, const Address&) { servers.push_back(socket); }));
    Simulator::Schedule(Seconds(1), [&] {
        for (uint32_t i = 0; i < COUNT; ++i)
        {
            clients.push_back(Make());
            EXPECT_EQ(clients.back()->Connect(m_network.ServerAt(PORT)), 0);
            EXPECT_EQ(clients.back()->Send(Create<Packet>(i + 1)), i + 1);
        }
    });
    RunUntil(10);
    ASSERT_EQ(servers.size(), COUNT);
    std::map<Address, uint32_t> received;
    for (const Ptr<Socket>& socket : servers)
    {
        Address peer;
        socket->GetPeerName(peer);
        received[peer] = socket->GetRxAvailable();
    }
    for (uint32_t i = 0; i < COUNT; ++i)
    {
        Address name;
        clients[i]->GetSockName(name);
        EXPECT_EQ(received[name], i + 1);
    }
}

TEST_F(SocketTest, AnIpv6ListenerAcceptsIpv4)
{
    TalkingServer server(m_network.Server(), Inet6SocketAddress(Ipv6Address::GetAny(), PORT), 0);
    TalkingClient client(m_network.Client(), m_network.ServerAt(PORT), 0, 1);
    RunUntil(3);
    ASSERT_EQ(server.talkers.size(), 1);
    Address peer;
    server.talkers.front().socket->GetPeerName(peer);
    EXPECT_TRUE(Inet6SocketAddress::ConvertFrom(peer).GetIpv6().IsIpv4MappedAddress());
}

TEST_F(SocketTest, PortsAreChosenPerDestination)
{
    // Stock TCP has 16384 for a node, whatever the destination.
    m_network.ClientTcp()->SetAttribute("FirstEphemeralPort", UintegerValue(50000));
    m_network.ClientTcp()->SetAttribute("LastEphemeralPort", UintegerValue(50009));
    std::vector<Ptr<Socket>> sockets;
    std::set<uint16_t> ports;
    Simulator::Schedule(Seconds(1), [&] {
        for (uint16_t port : {81, 82})
        {
            for (int i = 0; i < 10; ++i)
            {
                sockets.push_back(Make());
                EXPECT_EQ(sockets.back()->Connect(m_network.ServerAt(port)), 0);
                ports.insert(PortOf(sockets.back()));
            }
        }
        const Ptr<Socket> oneTooMany = Make();
        EXPECT_EQ(oneTooMany->Connect(m_network.ServerAt(81)), -1);
        EXPECT_EQ(oneTooMany->GetErrno(), Socket::ERROR_ADDRNOTAVAIL);
    });
    RunUntil(1.001);
    EXPECT_EQ(ports.size(), 10);
}

// Opening.

TEST_F(SocketTest, ARefusedConnectionFailsAtOnce)
{
    // Stock TCP ignores the RST and fails after 189 s.
    TalkingClient client(m_network.Client(), m_network.ServerAt(PORT), 0, 1);
    RunUntil(2.1);
    EXPECT_EQ(client.failed, 1);
    EXPECT_EQ(client.connected, 0);
    EXPECT_EQ(client.normalCloses + client.errorCloses, 0);
    EXPECT_EQ(ReasonOf(client.socket), LifecycleTcpCloseReason::REFUSED);
    EXPECT_EQ(client.socket->GetErrno(), Socket::ERROR_ADDRNOTAVAIL);
    EXPECT_EQ(m_network.ClientTcp()->GetConnections().size(), 0);
}

TEST_F(SocketTest, AConnectionToNowhereTimesOut)
{
    m_network.ClientTcp()->SetAttribute("SynRetries", UintegerValue(2));
    m_network.SetErrorModel(LoseAll());
    TalkingClient client(m_network.Client(), m_network.ServerAt(PORT), 0, 1);
    RunUntil(2 + 1 + 2 + 4 + 0.1);
    EXPECT_EQ(client.failed, 1);
    EXPECT_EQ(ReasonOf(client.socket), LifecycleTcpCloseReason::CONNECT_TIMEOUT);
}

TEST_F(SocketTest, AListenerMayRefuse)
{
    TalkingServer server(m_network.Server(), m_network.AnyAt(PORT), 0);
    server.listener->SetAcceptCallback(Callback<bool, Ptr<Socket>, const Address&>(
                                           [](Ptr<Socket>, const Address&) { return false; }),
                                       MakeNullCallback<void, Ptr<Socket>, const Address&>());
    TalkingClient client(m_network.Client(), m_network.ServerAt(PORT), 0, 1);
    RunUntil(3);
    EXPECT_EQ(client.errorCloses, 1);
    EXPECT_EQ(ReasonOf(client.socket), LifecycleTcpCloseReason::RESET);
    EXPECT_EQ(m_network.ServerTcp()->GetConnections().size(), 1);
}

TEST_F(SocketTest, ASocketCanBeUsedAgain)
{
    // Stock TCP: Connect in TIME_WAIT returns success and does nothing.
    TalkingServer server(m_network.Server(), m_network.AnyAt(PORT), 0);
    TalkingClient client(m_network.Client(), m_network.ServerAt(PORT), 0, 0);
    RunUntil(3);
    ASSERT_EQ(m_network.ClientTcp()->GetCensus()[TcpSocket::TIME_WAIT], 1);
    EXPECT_EQ(client.socket->Connect(m_network.ServerAt(PORT)), 0);
    RunUntil(4);
    EXPECT_EQ(client.connected, 2);
    EXPECT_EQ(server.talkers.size(), 2);
}

TEST_F(SocketTest, AbortedInACallbackThatConnectsAnotherASocketIsClosed)
{
    TalkingServer server(m_network.Server(), m_network.AnyAt(PORT), 10);
    const auto first = DynamicCast<LifecycleTcpSocket>(Make());
    const auto second = DynamicCast<LifecycleTcpSocket>(Make());
    first->SetRecvCallback(Callback<void, Ptr<Socket>>([&](Ptr<Socket>) {
        first->SetLinger(Seconds(0));
        first->Close();
        second->Connect(m_network.ServerAt(PORT)); // which gets what stood for the first
    }));
    Simulator::Schedule(Seconds(1), [&] { first->Connect(m_network.ServerAt(PORT)); });
    RunUntil(3);
    EXPECT_EQ(first->GetState(), TcpSocket::CLOSED);
    EXPECT_EQ(second->GetState(), TcpSocket::ESTABLISHED);
}

TEST_F(SocketTest, UrgentDataIsReadInItsTurnAndToldOf)
{
    TalkingServer server(m_network.Server(), m_network.AnyAt(PORT), 0);
    std::vector<uint32_t> told;
    server.listener->TraceConnectWithoutContext(
        "Urgent",
        Callback<void, uint32_t>([&told](uint32_t ahead) { told.push_back(ahead); }));
    const Ptr<Socket> socket = Make();
    Simulator::Schedule(Seconds(1), [&] {
        ASSERT_EQ(socket->Connect(m_network.ServerAt(PORT)), 0);
        EXPECT_EQ(socket->Send(Create<Packet>(10), 0), 10);
        EXPECT_EQ(socket->Send(Create<Packet>(5), LifecycleTcpSocket::URGENT), 5);
        EXPECT_EQ(socket->Send(Create<Packet>(5), 2), -1); // MSG_PEEK: what would that be?
        EXPECT_EQ(socket->GetErrno(), Socket::ERROR_OPNOTSUPP);
    });
    RunUntil(3);
    EXPECT_THAT(told, ElementsAre(15U));
    ASSERT_EQ(server.talkers.size(), 1);
    EXPECT_EQ(server.talkers.front().received, 15);
}

TEST_F(SocketTest, ConnectingTwiceIsAnError)
{
    TalkingServer server(m_network.Server(), m_network.AnyAt(PORT), 0);
    TalkingClient client(m_network.Client(), m_network.ServerAt(PORT), 0, 1);
    RunUntil(3);
    EXPECT_EQ(client.socket->Connect(m_network.ServerAt(PORT)), -1);
    EXPECT_EQ(client.socket->GetErrno(), Socket::ERROR_ISCONN);
    EXPECT_EQ(client.socket->Listen(), -1);
    EXPECT_EQ(server.listener->Connect(m_network.ServerAt(PORT)), -1);
    EXPECT_EQ(server.listener->GetErrno(), Socket::ERROR_OPNOTSUPP);
}

TEST_F(SocketTest, DataCanBeWrittenBeforeTheConnectionStands)
{
    TalkingServer server(m_network.Server(), m_network.AnyAt(PORT), 0);
    const Ptr<Socket> socket = Make();
    Simulator::Schedule(Seconds(2), [&] {
        socket->Connect(m_network.ServerAt(PORT));
        EXPECT_EQ(socket->Send(Create<Packet>(1000)), 1000);
    });
    RunUntil(3);
    ASSERT_EQ(server.talkers.size(), 1);
    EXPECT_EQ(server.talkers.front().received, 1000);
}

// Data.

TEST_F(SocketTest, APacketIsTakenWholeOrNotAtAll)
{
    TalkingServer server(m_network.Server(), m_network.AnyAt(PORT), 0);
    TalkingClient client(m_network.Client(), m_network.ServerAt(PORT), 0, 1);
    client.socket->SetAttribute("SndBufSize", UintegerValue(1000));
    EXPECT_EQ(client.socket->Send(Create<Packet>(1)), -1);
    EXPECT_EQ(client.socket->GetErrno(), Socket::ERROR_NOTCONN);
    RunUntil(3);
    EXPECT_EQ(client.socket->GetTxAvailable(), 1000);
    EXPECT_EQ(client.socket->Send(Create<Packet>(600)), 600);
    EXPECT_EQ(client.socket->GetTxAvailable(), 400);
    EXPECT_EQ(client.socket->Send(Create<Packet>(600)), -1);
    EXPECT_EQ(client.socket->GetErrno(), Socket::ERROR_MSGSIZE);
    EXPECT_EQ(client.socket->GetTxAvailable(), 400);
    EXPECT_EQ(client.socket->Send(Create<Packet>(400)), 400);
    EXPECT_EQ(client.socket->Send(Create<Packet>(0)), 0);
    RunUntil(4);
    EXPECT_EQ(client.socket->GetTxAvailable(), 1000);
    EXPECT_EQ(server.talkers.front().received, 1000);
}

TEST_F(SocketTest, TheEndOfTheStreamIsReadOnce)
{
    TalkingServer server(m_network.Server(), m_network.AnyAt(PORT), 5000);
    const Ptr<Socket> socket = Make();
    Simulator::Schedule(Seconds(2), [&] {
        socket->Connect(m_network.ServerAt(PORT));
        socket->ShutdownSend();
    });
    RunUntil(3);
    EXPECT_EQ(socket->GetRxAvailable(), 5000);
    EXPECT_EQ(socket->Recv(2000, 0)->GetSize(), 2000);
    EXPECT_EQ(socket->Recv()->GetSize(), 3000);
    const Ptr<Packet> end = socket->Recv();
    ASSERT_TRUE(end);
    EXPECT_EQ(end->GetSize(), 0);
    EXPECT_FALSE(socket->Recv());
}

TEST_F(SocketTest, ShutdownRecvThrowsAwayWhatArrives)
{
    TalkingServer server(m_network.Server(), m_network.AnyAt(PORT), 1000000);
    TalkingClient client(m_network.Client(), m_network.ServerAt(PORT), 0, 1);
    client.socket->ShutdownRecv();
    RunUntil(10);
    EXPECT_EQ(client.received, 0);
    EXPECT_EQ(server.talkers.front().sent, 1000000); // the window did not close
}

TEST_F(SocketTest, AClosedWindowOpensWhenTheApplicationReads)
{
    TalkingServer server(m_network.Server(), m_network.AnyAt(PORT), 1000000);
    const Ptr<Socket> socket = Make();
    uint64_t received = 0;
    Simulator::Schedule(Seconds(2), [&] { socket->Connect(m_network.ServerAt(PORT)); });
    const auto readAll = [&] {
        while (const Ptr<Packet> packet = socket->Recv())
        {
            received += packet->GetSize();
        }
    };
    RunUntil(60);
    EXPECT_EQ(socket->GetRxAvailable(), 131072);
    socket->SetRecvCallback(Callback<void, Ptr<Socket>>([&](Ptr<Socket>) { readAll(); }));
    Simulator::ScheduleNow(readAll);
    RunUntil(120);
    EXPECT_EQ(received, 1000000);
    EXPECT_GT(m_network.ServerTcp()->GetCounters()["windowProbes"], 3);
}

TEST_F(SocketTest, PacketTagsOfTheSocketReachTheNetwork)
{
    TalkingServer server(m_network.Server(), m_network.AnyAt(PORT), 0);
    TalkingClient client(m_network.Client(), m_network.ServerAt(PORT), 1000, 0);
    client.socket->SetIpTtl(17);
    // Connect() takes the type of service from the address, as stock TCP's does.
    Simulator::Schedule(Seconds(2), [&] { client.socket->SetIpTos(0x10); });
    uint32_t segments = 0;
    m_network.ServerDevice()->TraceConnectWithoutContext(
        "PhyRxEnd",
        Callback<void, Ptr<const Packet>>([&](Ptr<const Packet> packet) {
            uint8_t bytes[2 + 20]; // PPP and IPv4
            packet->CopyData(bytes, sizeof(bytes));
            if (bytes[2 + 9] == TcpL4Protocol::PROT_NUMBER)
            {
                ++segments;
                EXPECT_EQ(bytes[2 + 1], segments == 1 ? 0 : 0x10);
                EXPECT_EQ(bytes[2 + 8], 17 - 1); // one router
            }
        }));
    RunUntil(3);
    EXPECT_GE(segments, 4); // SYN, ACK, data with FIN, and the last ACK, in TIME_WAIT
}

// Closing.

TEST_F(SocketTest, AHalfClosedConnectionStillReceives)
{
    TalkingServer server(m_network.Server(), m_network.AnyAt(PORT), 300000);
    TalkingClient client(m_network.Client(), m_network.ServerAt(PORT), 0, 300000);
    client.socket->ShutdownSend();
    RunUntil(10);
    EXPECT_EQ(client.received, 300000);
    EXPECT_TRUE(client.isIntact);
    EXPECT_EQ(client.socket->Send(Create<Packet>(1)), -1);
    EXPECT_EQ(client.normalCloses, 1);
    EXPECT_EQ(server.talkers.front().normalCloses, 1);
    EXPECT_EQ(m_network.ServerTcp()->GetConnections().size(), 1);
}

TEST_F(SocketTest, ClosingWithUnreadDataResets)
{
    TalkingServer server(m_network.Server(), m_network.AnyAt(PORT), 1000);
    const Ptr<Socket> socket = Make();
    Simulator::Schedule(Seconds(2), [&] { socket->Connect(m_network.ServerAt(PORT)); });
    Simulator::Schedule(Seconds(3), [&] { socket->Close(); });
    RunUntil(4);
    EXPECT_EQ(ReasonOf(socket), LifecycleTcpCloseReason::ABORTED);
    EXPECT_EQ(server.talkers.front().errorCloses, 1);
    EXPECT_EQ(server.talkers.front().normalCloses, 0);
    EXPECT_EQ(ReasonOf(server.talkers.front().socket), LifecycleTcpCloseReason::RESET);
}

TEST_F(SocketTest, AnErrorAfterThePeersFinIsToldOfToo)
{
    TalkingServer server(m_network.Server(), m_network.AnyAt(PORT), 1000000);
    TalkingClient client(m_network.Client(), m_network.ServerAt(PORT), 0, 1000000);
    client.socket->ShutdownSend();
    Simulator::Schedule(Seconds(2.2), [&] { client.socket->Close(); }); // in mid-transfer
    RunUntil(4);
    const Talker& talker = server.talkers.front();
    EXPECT_EQ(talker.normalCloses, 1);
    EXPECT_EQ(talker.errorCloses, 1);
    EXPECT_EQ(ReasonOf(talker.socket), LifecycleTcpCloseReason::RESET);
}

TEST_F(SocketTest, ClosingWhileConnectingEndsIt)
{
    m_network.SetErrorModel(LoseAll());
    TalkingClient client(m_network.Client(), m_network.ServerAt(PORT), 0, 1);
    Simulator::Schedule(Seconds(3), [&] { client.socket->Close(); });
    RunUntil(4);
    EXPECT_EQ(client.failed, 0);
    EXPECT_EQ(client.normalCloses, 1);
    EXPECT_EQ(m_network.ClientTcp()->GetConnections().size(), 0);
}

TEST_F(SocketTest, AListenerThatClosesTakesNoMore)
{
    TalkingServer server(m_network.Server(), m_network.AnyAt(PORT), 0);
    server.listener->Close();
    TalkingClient client(m_network.Client(), m_network.ServerAt(PORT), 0, 1);
    RunUntil(3);
    EXPECT_EQ(client.failed, 1);
    EXPECT_EQ(m_network.ServerTcp()->GetCensus()[TcpSocket::LISTEN], 0);
}

TEST_F(SocketTest, ASilentPeerIsFoundOutByKeepalive)
{
    TalkingServer server(m_network.Server(), m_network.AnyAt(PORT), 0);
    TalkingClient client(m_network.Client(), m_network.ServerAt(PORT), 0, 1);
    client.socket->SetAttribute("KeepaliveEnabled", BooleanValue(true));
    client.socket->SetAttribute("KeepaliveIdle", TimeValue(Seconds(100)));
    client.socket->SetAttribute("KeepaliveInterval", TimeValue(Seconds(10)));
    client.socket->SetAttribute("KeepaliveProbes", UintegerValue(3));
    RunUntil(500);
    EXPECT_EQ(client.errorCloses, 0); // the peer answers
    Simulator::ScheduleNow([this] {
        const auto deaf = CreateObject<RateErrorModel>();
        deaf->SetUnit(RateErrorModel::ERROR_UNIT_PACKET);
        deaf->SetRate(1);
        m_network.SetErrorModel(deaf);
    });
    RunUntil(700);
    EXPECT_EQ(client.errorCloses, 1);
    EXPECT_EQ(ReasonOf(client.socket), LifecycleTcpCloseReason::KEEPALIVE_TIMEOUT);
}

// Whose a socket is.

TEST_F(SocketTest, AConnectionNobodyHoldsLivesOn)
{
    uint64_t received = 0;
    Simulator::Schedule(Seconds(1), [&] {
        const Ptr<Socket> listener = Network::MakeSocket(m_network.Server());
        listener->Bind(m_network.AnyAt(PORT));
        listener->Listen();
        listener->SetAcceptCallback(
            MakeNullCallback<bool, Ptr<Socket>, const Address&>(),
            Callback<void, Ptr<Socket>, const Address&>([&](Ptr<Socket> socket, const Address&) {
                socket->SetRecvCallback(Callback<void, Ptr<Socket>>([&](Ptr<Socket> from) {
                    while (const Ptr<Packet> packet = from->Recv())
                    {
                        received += packet->GetSize();
                    }
                }));
            }));
    });
    TalkingClient client(m_network.Client(), m_network.ServerAt(PORT), 100000, 0);
    RunUntil(10);
    EXPECT_EQ(received, 100000);
}

TEST_F(SocketTest, AClosedSocketNobodyHoldsIsFreed)
{
    const auto socketsOfClient = [this] {
        ObjectVectorValue sockets;
        m_network.ClientTcp()->GetAttribute("SocketList", sockets);
        return sockets.GetN();
    };
    TalkingServer server(m_network.Server(), m_network.AnyAt(PORT), 0);
    Simulator::Schedule(Seconds(2), [this] {
        const Ptr<Socket> socket = Make();
        socket->SetConnectCallback(
            Callback<void, Ptr<Socket>>([](Ptr<Socket> connected) { connected->Close(); }),
            MakeNullCallback<void, Ptr<Socket>>());
        socket->Connect(m_network.ServerAt(PORT));
    });
    RunUntil(2.01);
    EXPECT_EQ(socketsOfClient(), 1);
    RunUntil(3);
    EXPECT_EQ(socketsOfClient(), 0); // a TIME_WAIT record is left
    EXPECT_EQ(m_network.ClientTcp()->GetCensus()[TcpSocket::TIME_WAIT], 1);
}

} // namespace lifecycle_test
