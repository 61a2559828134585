#include "lifecycle-network.h"

#include "ns3/boolean.h"
#include "ns3/config.h"
#include "ns3/inet-socket-address.h"
#include "ns3/lifecycle-tcp-socket.h"
#include "ns3/nstime.h"
#include "ns3/packet-sink-helper.h"
#include "ns3/packet-sink.h"
#include "ns3/simulator.h"
#include "ns3/string.h"
#include "ns3/uinteger.h"

/**
 * \file
 * Listeners whose queues an application, or a flood of clients, leaves full.
 */

namespace lifecycle_test
{

using namespace ns3;

namespace
{

constexpr uint16_t PORT = 80;

} // namespace

/// A listener that accepts when it is told to.
class AcceptTest : public Simulation
{
  protected:
    void Listen(uint32_t backlog)
    {
        m_listener = DynamicCast<LifecycleTcpSocket>(Network::MakeSocket(m_network.Server()));
        m_listener->SetAutoAccept(false);
        EXPECT_EQ(m_listener->Bind(m_network.AnyAt(PORT)), 0);
        EXPECT_EQ(m_listener->Listen(backlog), 0);
        m_listener->SetRecvCallback(
            Callback<void, Ptr<Socket>>([this](Ptr<Socket>) { ++m_announced; }));
        m_listener->SetAcceptCallback(
            MakeNullCallback<bool, Ptr<Socket>, const Address&>(),
            Callback<void, Ptr<Socket>, const Address&>([this](Ptr<Socket> socket, const Address&) {
                m_served.emplace_back(0, UINT64_MAX).Use(socket);
            }));
    }

    TalkingClient& Connect(uint64_t toSend = 0, uint64_t toReceive = 1)
    {
        return m_clients.emplace_back(m_network.Client(),
                                      m_network.ServerAt(PORT),
                                      toSend,
                                      toReceive);
    }

    /// How many clients are connected, as far as they know.
    uint32_t Connected() const
    {
        uint32_t connected = 0;
        for (const TalkingClient& client : m_clients)
        {
            connected += client.connected;
        }
        return connected;
    }

    void RunUntil(double seconds)
    {
        Simulator::Stop(Seconds(seconds) - Simulator::Now());
        Simulator::Run();
    }

    Network m_network;
    Ptr<LifecycleTcpSocket> m_listener;
    std::list<TalkingClient> m_clients;
    std::list<Talker> m_served;
    uint32_t m_announced{0};
};

TEST_F(AcceptTest, ConnectionsWaitUntilTheyAreAccepted)
{
    Listen(10);
    EXPECT_EQ(m_listener->Accept(), nullptr);
    EXPECT_EQ(m_listener->GetErrno(), Socket::ERROR_AGAIN);
    for (int i = 0; i < 3; ++i)
    {
        Connect();
    }
    RunUntil(3);
    EXPECT_EQ(Connected(), 3);
    EXPECT_EQ(m_announced, 3);
    EXPECT_EQ(m_listener->GetListenerInfo().backlog, 10);
    EXPECT_EQ(m_listener->GetListenerInfo().acceptQueue, 3);
    EXPECT_EQ(m_served.size(), 0);
    for (const TalkingClient& client : m_clients)
    {
        const Ptr<Socket> accepted = m_listener->Accept();
        ASSERT_TRUE(accepted);
        Address peer;
        Address name;
        accepted->GetPeerName(peer);
        client.socket->GetSockName(name);
        EXPECT_EQ(peer, name) << "first come, first served";
    }
    EXPECT_EQ(m_served.size(), 3);
    EXPECT_EQ(m_listener->GetListenerInfo().acceptQueue, 0);
    EXPECT_EQ(m_listener->Accept(), nullptr);
}

TEST_F(AcceptTest, WhatCameMeanwhileIsTold)
{
    Listen(10);
    TalkingClient& client = Connect(5000, 0);
    RunUntil(3);
    EXPECT_EQ(client.connected, 1);
    EXPECT_EQ(m_network.ServerTcp()->GetCensus()[TcpSocket::CLOSE_WAIT], 1);
    EXPECT_TRUE(m_listener->Accept());
    RunUntil(4);
    EXPECT_EQ(m_served.front().received, 5000);
    EXPECT_TRUE(m_served.front().isIntact);
    EXPECT_EQ(m_served.front().normalCloses, 1);
    EXPECT_EQ(m_network.ServerTcp()->GetCensus()[TcpSocket::CLOSE_WAIT], 0);
}

TEST_F(AcceptTest, AConnectionMayBeRefusedAsItIsAccepted)
{
    Listen(10);
    m_listener->SetAcceptCallback(
        Callback<bool, Ptr<Socket>, const Address&>(
            [calls = 0](Ptr<Socket>, const Address&) mutable { return ++calls == 2; }),
        MakeNullCallback<void, Ptr<Socket>, const Address&>());
    TalkingClient& first = Connect();
    TalkingClient& second = Connect();
    RunUntil(3);
    const Ptr<Socket> accepted = m_listener->Accept();
    ASSERT_TRUE(accepted);
    RunUntil(4);
    EXPECT_EQ(first.errorCloses, 1);
    EXPECT_EQ(second.errorCloses, 0);
}

TEST_F(AcceptTest, AResetConnectionIsNoLongerThere)
{
    Listen(10);
    TalkingClient& client = Connect();
    client.socket->SetAttribute("Linger", TimeValue(Time(0)));
    RunUntil(3);
    EXPECT_EQ(m_listener->GetListenerInfo().acceptQueue, 1);
    client.socket->Close();
    RunUntil(4);
    EXPECT_EQ(m_listener->GetListenerInfo().acceptQueue, 0);
    EXPECT_EQ(m_listener->Accept(), nullptr);
}

TEST_F(AcceptTest, TheNodeCapsWhatAListenerAsksFor) // somaxconn
{
    m_network.ServerTcp()->SetAttribute("MaxBacklog", UintegerValue(2));
    Listen(100);
    EXPECT_EQ(m_listener->GetListenerInfo().backlog, 2);
}

TEST_F(AcceptTest, AFullAcceptQueueDropsSynsUntilSomebodyAccepts)
{
    Listen(1); // one more than that, as in Linux
    for (int i = 0; i < 2; ++i)
    {
        Connect();
        RunUntil(3 + i);
    }
    TalkingClient& late = Connect();
    RunUntil(6.5); // its SYN goes out at 6, and again at 7
    EXPECT_EQ(Connected(), 2);
    EXPECT_EQ(m_listener->GetListenerInfo().acceptQueue, 2);
    EXPECT_EQ(m_listener->GetListenerInfo().synOverflows, 1);
    EXPECT_EQ(m_network.ServerTcp()->GetCounters()["synOverflows"], 1);
    EXPECT_TRUE(m_listener->Accept());
    RunUntil(7.5);
    EXPECT_EQ(late.connected, 1);
    EXPECT_EQ(m_listener->GetListenerInfo().acceptQueue, 2);
}

TEST_F(AcceptTest, AFullAcceptQueueRefusesWhereTheSystemDoes)
{
    m_network.ServerTcp()->SetAttribute("SynOverflow", StringValue("Reset"));
    Listen(0);
    Connect();
    RunUntil(3);
    TalkingClient& late = Connect();
    RunUntil(6);
    EXPECT_EQ(late.failed, 1);
    EXPECT_EQ(DynamicCast<LifecycleTcpSocket>(late.socket)->GetCloseReason(),
              LifecycleTcpCloseReason::REFUSED);
}

/// Both SYNs get a cookie, and the second to complete its handshake finds the queue full.
class AcceptOverflowTest : public AcceptTest
{
  protected:
    void OverflowWith(const char* policy)
    {
        m_network.ServerTcp()->SetAttribute("SynCookies", StringValue("Always"));
        m_network.ServerTcp()->SetAttribute("AcceptOverflow", StringValue(policy));
        Listen(0);
        Connect(100, 1000);
        Connect(100, 1000);
        RunUntil(2.5);
        EXPECT_EQ(Connected(), 2) << "either is, to itself";
        EXPECT_EQ(m_listener->GetListenerInfo().acceptQueue, 1);
        EXPECT_GT(m_listener->GetListenerInfo().acceptOverflows, 0);
        EXPECT_EQ(m_listener->GetListenerInfo().acceptOverflows,
                  m_network.ServerTcp()->GetCounters()["acceptOverflows"]);
    }
};

TEST_F(AcceptOverflowTest, IsIgnoredSoThatTheClientTriesAgain)
{
    OverflowWith("Drop");
    EXPECT_EQ(m_clients.back().errorCloses, 0);
    EXPECT_TRUE(m_listener->Accept());
    RunUntil(10);
    EXPECT_EQ(m_listener->GetListenerInfo().acceptQueue, 1);
    EXPECT_TRUE(m_listener->Accept());
    EXPECT_EQ(m_served.back().received, 100);
}

TEST_F(AcceptOverflowTest, IsResetWhereTheSystemDoes) // Linux tcp_abort_on_overflow
{
    OverflowWith("Reset");
    EXPECT_EQ(m_clients.back().errorCloses, 1);
    EXPECT_EQ(DynamicCast<LifecycleTcpSocket>(m_clients.back().socket)->GetCloseReason(),
              LifecycleTcpCloseReason::RESET);
}

TEST_F(AcceptTest, AutomaticAcceptanceTakesAllThatWait)
{
    Listen(10);
    for (int i = 0; i < 3; ++i)
    {
        Connect(100, 0);
    }
    RunUntil(3);
    m_listener->SetAutoAccept(true);
    EXPECT_EQ(m_served.size(), 3);
    EXPECT_EQ(m_served.back().received, 100);
    Connect(100, 0);
    RunUntil(6);
    EXPECT_EQ(m_served.size(), 4);
}

TEST_F(AcceptTest, WhoWaitsIsResetAsTheListenerCloses)
{
    Listen(10);
    TalkingClient& client = Connect();
    RunUntil(3);
    m_listener->Close();
    RunUntil(4);
    EXPECT_EQ(client.errorCloses, 1);
    EXPECT_EQ(m_listener->GetListenerInfo().backlog, 0);
    EXPECT_EQ(m_listener->Accept(), nullptr);
    EXPECT_EQ(m_listener->GetErrno(), Socket::ERROR_INVAL);
}

TEST_F(AcceptTest, AnApplicationsListenerMayBePausedAsWell)
{
    Config::SetDefault("ns3::LifecycleTcpSocket::AutoAccept", BooleanValue(false));
    PacketSinkHelper helper("ns3::TcpSocketFactory", m_network.AnyAt(PORT));
    const auto sink = DynamicCast<PacketSink>(helper.Install(m_network.Server()).Get(0));
    TalkingClient& client = Connect(1000, 0);
    RunUntil(3);
    EXPECT_EQ(client.connected, 1);
    EXPECT_EQ(sink->GetTotalRx(), 0);
    sink->GetListeningSocket()->SetAttribute("AutoAccept", BooleanValue(true));
    RunUntil(4);
    EXPECT_EQ(sink->GetTotalRx(), 1000);
    EXPECT_EQ(client.normalCloses, 1);
}

} // namespace lifecycle_test
