#include "lifecycle-network.h"

#include "ns3/inet-socket-address.h"
#include "ns3/lifecycle-tcp-socket.h"
#include "ns3/nstime.h"
#include "ns3/simulator.h"
#include "ns3/uinteger.h"

/**
 * \file
 * What an application says of how its connections close, and what becomes of it.
 */

namespace lifecycle_test
{

using namespace ns3;

namespace
{

constexpr uint16_t PORT = 80;

} // namespace

class ClosingTest : public Simulation
{
  protected:
    ClosingTest()
        : m_server(m_network.Server(), m_network.AnyAt(PORT), 0),
          m_client(m_network.Client(), m_network.ServerAt(PORT), 0, 1)
    {
    }

    /// At 3 s the network is cut, and the application writes and closes.
    void WriteAndCloseWithoutAnswer()
    {
        Simulator::Schedule(Seconds(3), [this] {
            m_network.SetErrorModel(LoseAll());
            m_client.socket->Send(Create<Packet>(1000));
            m_client.socket->Close();
        });
    }

    Ptr<LifecycleTcpSocket> Ours() const
    {
        return DynamicCast<LifecycleTcpSocket>(m_client.socket);
    }

    uint64_t ClientIn(TcpSocket::TcpStates_t state) const
    {
        return m_network.ClientTcp()->GetCensus()[state];
    }

    void RunUntil(double seconds)
    {
        Simulator::Stop(Seconds(seconds) - Simulator::Now());
        Simulator::Run();
    }

    Network m_network;
    TalkingServer m_server;
    TalkingClient m_client;
};

TEST_F(ClosingTest, WithoutLingerTheRestIsSentInTheBackground)
{
    WriteAndCloseWithoutAnswer();
    RunUntil(20);
    EXPECT_EQ(ClientIn(TcpSocket::FIN_WAIT_1), 1);
    EXPECT_EQ(m_client.errorCloses, 0);
    m_network.SetErrorModel(nullptr);
    RunUntil(100);
    EXPECT_EQ(m_server.talkers.front().received, 1000);
    EXPECT_EQ(Ours()->GetCloseReason(), LifecycleTcpCloseReason::NORMAL);
}

TEST_F(ClosingTest, LingerOfZeroThrowsTheRestAwayAndResets)
{
    Ours()->SetLinger(Time(0));
    Simulator::Schedule(Seconds(3), [this] {
        m_client.socket->Send(Create<Packet>(1000));
        m_client.socket->Close();
    });
    RunUntil(3.001);
    EXPECT_EQ(m_network.ClientTcp()->GetConnections().size(), 0) << "no TIME_WAIT either";
    EXPECT_EQ(Ours()->GetCloseReason(), LifecycleTcpCloseReason::ABORTED);
    RunUntil(4);
    EXPECT_EQ(m_server.talkers.front().errorCloses, 1);
}

TEST_F(ClosingTest, LingerGivesThePeerSoLongToAcknowledge)
{
    m_client.socket->SetAttribute("Linger", TimeValue(Seconds(5)));
    EXPECT_EQ(Ours()->GetLinger(), Seconds(5));
    WriteAndCloseWithoutAnswer();
    RunUntil(7.99);
    EXPECT_EQ(ClientIn(TcpSocket::FIN_WAIT_1), 1);
    RunUntil(8.01);
    EXPECT_EQ(ClientIn(TcpSocket::FIN_WAIT_1), 0);
    EXPECT_EQ(m_client.errorCloses, 1);
    EXPECT_EQ(Ours()->GetCloseReason(), LifecycleTcpCloseReason::ABORTED);
    EXPECT_EQ(m_network.ClientTcp()->GetCounters()["resetsOut"], 1);
}

TEST_F(ClosingTest, LingerDoesNotDisturbACloseInTime)
{
    Ours()->SetLinger(MilliSeconds(100));
    Simulator::Schedule(Seconds(3), [this] {
        m_client.socket->Send(Create<Packet>(1000));
        m_client.socket->Close();
    });
    RunUntil(4);
    EXPECT_EQ(ClientIn(TcpSocket::TIME_WAIT), 1);
    EXPECT_EQ(m_client.normalCloses, 1);
    EXPECT_EQ(Ours()->GetCloseReason(), LifecycleTcpCloseReason::NORMAL);
    EXPECT_EQ(m_network.ClientTcp()->GetCounters()["resetsOut"], 0);
}

TEST_F(ClosingTest, LingerOfOneConnectionDoesNotEndTheNext)
{
    Ours()->SetLinger(Seconds(5));
    const Ptr<Socket> other = Network::MakeSocket(m_network.Client());
    Simulator::Schedule(Seconds(3), [&] { m_client.socket->Close(); });
    Simulator::Schedule(Seconds(4), [&] {
        EXPECT_EQ(other->Connect(m_network.ServerAt(PORT)), 0); // where the first one was
        EXPECT_EQ(m_client.socket->Connect(m_network.ServerAt(PORT)), 0);
    });
    RunUntil(20);
    EXPECT_EQ(Ours()->GetState(), TcpSocket::ESTABLISHED);
    EXPECT_EQ(m_client.errorCloses, 0);
}

TEST_F(ClosingTest, LingerEndsOnceAllIsAcknowledgedAlsoIfThePeerDoesNotClose)
{
    Ours()->SetLinger(Seconds(1));
    m_server.listener->SetAcceptCallback(
        MakeNullCallback<bool, Ptr<Socket>, const Address&>(),
        Callback<void, Ptr<Socket>, const Address&>([](Ptr<Socket>, const Address&) {}));
    Simulator::Schedule(Seconds(3), [this] { m_client.socket->Close(); });
    RunUntil(10);
    EXPECT_EQ(ClientIn(TcpSocket::FIN_WAIT_2), 1);
}

TEST_F(ClosingTest, ASocketMayWaitForThePeersFinAsLongAsItLikes) // TCP_LINGER2
{
    m_client.socket->SetAttribute("FinWait2Timeout", TimeValue(Seconds(2)));
    m_server.listener->SetAcceptCallback(
        MakeNullCallback<bool, Ptr<Socket>, const Address&>(),
        Callback<void, Ptr<Socket>, const Address&>([](Ptr<Socket>, const Address&) {}));
    Simulator::Schedule(Seconds(3), [this] { m_client.socket->Close(); });
    RunUntil(4.9);
    EXPECT_EQ(ClientIn(TcpSocket::FIN_WAIT_2), 1);
    RunUntil(5.1);
    EXPECT_EQ(ClientIn(TcpSocket::FIN_WAIT_2), 0);
    EXPECT_EQ(Ours()->GetCloseReason(), LifecycleTcpCloseReason::FIN_WAIT_2_TIMEOUT);
}

TEST_F(ClosingTest, UserTimeoutOfASocketReachesTheApplication)
{
    m_client.socket->SetAttribute("UserTimeout", TimeValue(Seconds(4)));
    Simulator::Schedule(Seconds(3), [this] {
        m_network.SetErrorModel(LoseAll());
        m_client.socket->Send(Create<Packet>(1000));
    });
    RunUntil(6.99);
    EXPECT_EQ(m_client.errorCloses, 0);
    RunUntil(7.01);
    EXPECT_EQ(m_client.errorCloses, 1);
    EXPECT_EQ(Ours()->GetCloseReason(), LifecycleTcpCloseReason::DATA_TIMEOUT);
    EXPECT_EQ(m_client.socket->GetErrno(), Socket::ERROR_AGAIN);
}

TEST_F(ClosingTest, PersistTimeoutOfASocketSpacesItsWindowProbes)
{
    m_client.socket->SetAttribute("PersistTimeout", TimeValue(Seconds(6)));
    Simulator::Schedule(Seconds(2.9), [this] {
        // The server's application stops reading.
        m_server.talkers.front().socket->SetRecvCallback(MakeNullCallback<void, Ptr<Socket>>());
        m_client.socket->Send(Create<Packet>(131072)); // all of its buffer
    });
    Simulator::Schedule(Seconds(3.9), [this] { m_client.socket->Send(Create<Packet>(1000)); });
    RunUntil(5);
    EXPECT_EQ(m_network.ClientTcp()->GetCounters()["windowProbes"], 0);
    RunUntil(10);
    EXPECT_EQ(m_network.ClientTcp()->GetCounters()["windowProbes"], 1);
    RunUntil(21.8);
    EXPECT_EQ(m_network.ClientTcp()->GetCounters()["windowProbes"], 1);
    RunUntil(22);
    EXPECT_EQ(m_network.ClientTcp()->GetCounters()["windowProbes"], 2) << "twice 6 s later";
}

TEST_F(ClosingTest, WhoNeverClosesIsSeenToLeak)
{
    m_server.listener->SetAcceptCallback(
        MakeNullCallback<bool, Ptr<Socket>, const Address&>(),
        Callback<void, Ptr<Socket>, const Address&>([](Ptr<Socket>, const Address&) {}));
    TalkingClient second(m_network.Client(), m_network.ServerAt(PORT), 0, 1);
    Simulator::Schedule(Seconds(3), [&] { m_client.socket->Close(); });
    Simulator::Schedule(Seconds(5), [&] { second.socket->Close(); });
    RunUntil(2.5);
    EXPECT_EQ(m_network.ServerTcp()->GetCloseWaits().count, 0);
    RunUntil(10);
    const LifecycleTcpCloseWaits leak = m_network.ServerTcp()->GetCloseWaits();
    EXPECT_EQ(leak.count, 2);
    EXPECT_NEAR(leak.oldest.GetSeconds(), 7, 0.02);
    EXPECT_NEAR(leak.total.GetSeconds(), 7 + 5, 0.04);
    Address client;
    m_client.socket->GetSockName(client);
    EXPECT_EQ(leak.oldestPeer, client);
}

} // namespace lifecycle_test
