#include "lifecycle-network.h"

#include "ns3/boolean.h"
#include "ns3/bulk-send-helper.h"
#include "ns3/config.h"
#include "ns3/lifecycle-tcp-socket.h"
#include "ns3/packet-sink-helper.h"
#include "ns3/packet-sink.h"
#include "ns3/simulator.h"
#include "ns3/tcp-header.h"
#include "ns3/tcp-socket-base.h"
#include "ns3/uinteger.h"

#include <list>
#include <optional>
#include <vector>

/**
 * \file
 * Data before the handshake is complete: queued, or with the SYN (RFC 7413).
 */

namespace lifecycle_test
{

using namespace ns3;

namespace
{

constexpr uint16_t PORT = 80;
constexpr double RTT = 0.0204; // two links of 5 ms each way, and the time that segments take

/// Loses the first segments that come.
class LoseFirst : public ErrorModel
{
  public:
    explicit LoseFirst(uint32_t count)
        : m_left(count)
    {
    }

  private:
    bool DoCorrupt(Ptr<Packet>) override
    {
        const bool lost = m_left > 0;
        m_left -= lost;
        return lost;
    }

    void DoReset() override
    {
    }

    uint32_t m_left;
};

} // namespace

class FastOpenTest : public Simulation
{
  protected:
    /// A server, and a client that has been there before if \p hasCookie.
    void Start(bool hasCookie)
    {
        m_network.ServerTcp()->SetAttribute("FastOpenQueue", UintegerValue(8));
        m_server.emplace(m_network.Server(), m_network.AnyAt(PORT), 1000);
        if (hasCookie)
        {
            Connect(100);
            RunUntil(Simulator::Now().GetSeconds() + 5);
            ASSERT_EQ(m_clients.back().received, 1000);
            EXPECT_EQ(Counter("fastOpensOut"), 0) << "the first time, there is no cookie";
        }
    }

    /// Connects, and writes as soon as that is said to have worked.
    Talker& Connect(uint64_t toSend)
    {
        Talker& client = MakeClient(toSend);
        Simulator::ScheduleNow([&] {
            m_began = Simulator::Now();
            EXPECT_EQ(client.socket->Connect(m_network.ServerAt(PORT)), 0);
        });
        return client;
    }

    Talker& MakeClient(uint64_t toSend)
    {
        const Ptr<Socket> socket = Network::MakeSocket(m_network.Client());
        socket->SetAttribute("FastOpen", BooleanValue(true));
        Talker& client = m_clients.emplace_back(toSend, 1000);
        client.Use(socket);
        return client;
    }

    uint64_t Counter(const char* name) const
    {
        return m_network.ClientTcp()->GetCounters()[name];
    }

    /// When the server had the first byte of its youngest connection, since Connect().
    double FirstByteAfter(Talker& client)
    {
        while (m_server->talkers.size() < m_clients.size() ||
               m_server->talkers.back().received == 0)
        {
            RunUntil(Simulator::Now().GetSeconds() + 0.0005);
            if (Simulator::Now() > m_began + Seconds(20) || client.failed > 0)
            {
                ADD_FAILURE() << "nothing arrived";
                break;
            }
        }
        return (Simulator::Now() - m_began).GetSeconds();
    }

    void RunUntil(double seconds)
    {
        Simulator::Stop(Seconds(seconds) - Simulator::Now());
        Simulator::Run();
    }

    Network m_network;
    std::optional<TalkingServer> m_server;
    std::list<Talker> m_clients;
    Time m_began;
};

TEST_F(FastOpenTest, TheFirstTimeItAsksForACookieAndTakesTheUsualTime)
{
    Start(false);
    Talker& client = Connect(100);
    EXPECT_NEAR(FirstByteAfter(client), 1.5 * RTT, 0.002);
    RunUntil(5);
    EXPECT_EQ(client.received, 1000);
    EXPECT_EQ(Counter("fastOpensOut"), 0);
}

TEST_F(FastOpenTest, TheFirstTimeNothingIsWaitedFor) // Linux tcp_fastopen_defer_connect
{
    Start(false);
    Talker& client = Connect(0);
    RunUntil(5);
    EXPECT_EQ(client.connected, 1);
    EXPECT_EQ(client.received, 1000);
}

TEST_F(FastOpenTest, DataWrittenWithoutWaitingGoWithTheSynAsWell)
{
    Start(true);
    Talker& client = MakeClient(0);
    Simulator::ScheduleNow([&] {
        m_began = Simulator::Now();
        EXPECT_EQ(client.socket->Connect(m_network.ServerAt(PORT)), 0);
        EXPECT_EQ(client.socket->Send(Create<Packet>(300)), 300);
    });
    EXPECT_NEAR(FirstByteAfter(client), 0.5 * RTT, 0.002);
    RunUntil(10);
    EXPECT_EQ(client.connected, 1);
    EXPECT_EQ(m_server->talkers.back().received, 300);
}

TEST_F(FastOpenTest, TheNextTimeDataComeWithTheSyn)
{
    Start(true);
    Talker& client = Connect(100);
    EXPECT_NEAR(FirstByteAfter(client), 0.5 * RTT, 0.002);
    EXPECT_EQ(DynamicCast<LifecycleTcpSocket>(m_server->talkers.back().socket)->GetState(),
              TcpSocket::SYN_RCVD);
    EXPECT_EQ(m_network.ServerTcp()->GetCounters()["fastOpensIn"], 1);
    RunUntil(10);
    EXPECT_EQ(client.connected, 1) << "told once";
    EXPECT_EQ(client.received, 1000);
    EXPECT_TRUE(client.isIntact);
    EXPECT_EQ(m_server->talkers.back().received, 100);
    EXPECT_TRUE(m_server->talkers.back().isIntact);
    EXPECT_EQ(m_server->talkers.back().normalCloses, 1);
    EXPECT_EQ(Counter("fastOpensOut"), 1);
    EXPECT_EQ(Counter("fastOpensRefused"), 0);
}

TEST_F(FastOpenTest, MoreThanASynCarriesFollows)
{
    Start(true);
    Talker& client = Connect(50000);
    RunUntil(15);
    EXPECT_EQ(client.received, 1000);
    EXPECT_EQ(m_server->talkers.back().received, 50000);
    EXPECT_TRUE(m_server->talkers.back().isIntact);
}

TEST_F(FastOpenTest, SendToConnectsAndSendsAtOnce) // sendto(2) with MSG_FASTOPEN
{
    Start(true);
    Talker& client = MakeClient(0);
    Simulator::ScheduleNow([&] {
        m_began = Simulator::Now();
        EXPECT_EQ(client.socket->SendTo(Create<Packet>(300), 0, m_network.ServerAt(PORT)), 300);
    });
    EXPECT_NEAR(FirstByteAfter(client), 0.5 * RTT, 0.002);
    EXPECT_EQ(m_server->talkers.back().received, 300);
}

TEST_F(FastOpenTest, ASynWithDataThatIsLostIsSentAgainWithout) // RFC 7413 §4.1.3.1
{
    Start(true);
    m_network.SetErrorModel(Create<LoseFirst>(1));
    Talker& client = Connect(100);
    uint64_t sent = 0;
    client.socket->SetDataSentCallback(
        Callback<void, Ptr<Socket>, uint32_t>([&](Ptr<Socket>, uint32_t bytes) { sent += bytes; }));
    EXPECT_NEAR(FirstByteAfter(client), 1 + 1.5 * RTT, 0.002);
    EXPECT_EQ(m_network.ServerTcp()->GetCounters()["fastOpensIn"], 0);
    RunUntil(15);
    EXPECT_EQ(client.received, 1000);
    EXPECT_EQ(m_server->talkers.back().received, 100);
    EXPECT_EQ(sent, 100) << "each byte is told once";
    EXPECT_EQ(client.errorCloses + client.failed, 0);
}

TEST_F(FastOpenTest, AServerThatNoLongerTakesItGetsTheDataAfterTheHandshake)
{
    Start(true);
    m_server->listener->SetAttribute("FastOpenQueue", UintegerValue(0));
    m_server->listener->Close();
    m_network.ServerTcp()->SetAttribute("FastOpenQueue", UintegerValue(0));
    TalkingServer plain(m_network.Server(), m_network.AnyAt(PORT), 1000);
    Talker& client = Connect(100);
    RunUntil(10);
    EXPECT_EQ(client.received, 1000);
    ASSERT_EQ(plain.talkers.size(), 1);
    EXPECT_EQ(plain.talkers.front().received, 100);
    EXPECT_EQ(Counter("fastOpensOut"), 1);
    EXPECT_EQ(Counter("fastOpensRefused"), 1);
}

TEST_F(FastOpenTest, ARefusalAfterAllIsAnError)
{
    Start(true);
    m_server->listener->Close();
    Talker& client = Connect(100);
    RunUntil(10);
    EXPECT_EQ(client.connected, 1) << "as far as the application could tell";
    EXPECT_EQ(client.failed, 0);
    EXPECT_EQ(client.errorCloses, 1);
    EXPECT_EQ(DynamicCast<LifecycleTcpSocket>(client.socket)->GetCloseReason(),
              LifecycleTcpCloseReason::REFUSED);
}

TEST_F(FastOpenTest, ASilentApplicationConnectsAllTheSame)
{
    Start(true);
    Talker& client = Connect(0);
    RunUntil(10);
    EXPECT_EQ(client.received, 1000);
    EXPECT_EQ(Counter("fastOpensOut"), 0);
}

TEST_F(FastOpenTest, ApplicationsNeedNotKnow)
{
    Config::SetDefault("ns3::LifecycleTcpSocket::FastOpen", BooleanValue(true));
    Config::SetDefault("ns3::LifecycleTcpSocket::FastOpenQueue", UintegerValue(8));
    const auto sink =
        DynamicCast<PacketSink>(PacketSinkHelper("ns3::TcpSocketFactory", m_network.AnyAt(PORT))
                                    .Install(m_network.Server())
                                    .Get(0));
    BulkSendHelper bulk("ns3::TcpSocketFactory", m_network.ServerAt(PORT));
    bulk.SetAttribute("MaxBytes", UintegerValue(3000));
    for (const double start : {1, 3})
    {
        bulk.Install(m_network.Client()).Start(Seconds(start));
    }
    RunUntil(10);
    EXPECT_EQ(sink->GetTotalRx(), 6000);
    EXPECT_EQ(Counter("fastOpensOut"), 1);
}

TEST_F(FastOpenTest, DataWrittenBeforeTheHandshakeFollowIt)
{
    TalkingServer server(m_network.Server(), m_network.AnyAt(PORT), 0);
    const Ptr<Socket> socket = Network::MakeSocket(m_network.Client());
    std::vector<uint32_t> payloads;
    socket->TraceConnectWithoutContext(
        "Tx",
        Callback<void, Ptr<const Packet>, const TcpHeader&, Ptr<const TcpSocketBase>>(
            [&](Ptr<const Packet> packet, const TcpHeader&, Ptr<const TcpSocketBase>) {
                payloads.push_back(packet->GetSize());
            }));
    Simulator::ScheduleNow([&] {
        EXPECT_EQ(socket->Connect(m_network.ServerAt(PORT)), 0);
        EXPECT_EQ(socket->Send(Create<Packet>(500)), 500);
        EXPECT_EQ(socket->Send(Create<Packet>(500)), 500);
        EXPECT_EQ(socket->Close(), 0);
    });
    RunUntil(5);
    ASSERT_GE(payloads.size(), 2);
    EXPECT_EQ(payloads.front(), 0) << "the SYN";
    ASSERT_EQ(server.talkers.size(), 1);
    EXPECT_EQ(server.talkers.front().received, 1000);
    EXPECT_EQ(server.talkers.front().normalCloses, 1);
}

using FastOpenElsewhereTest = Simulation;

TEST_F(FastOpenElsewhereTest, AStockServerIsReachedAsEver)
{
    const Network network({.server = Tcp::STOCK});
    const TalkingServer server(network.Server(), network.AnyAt(PORT), 1000);
    TalkingClient client(network.Client(), network.ServerAt(PORT), 100, 1000);
    client.socket->SetAttribute("FastOpen", BooleanValue(true));
    Simulator::Stop(Seconds(5));
    Simulator::Run();
    EXPECT_EQ(client.received, 1000);
    EXPECT_EQ(server.talkers.front().received, 100);
}

} // namespace lifecycle_test
