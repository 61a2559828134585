// Congestion controls of ns-3 that look at more than losses: BBR at how fast data arrives, DCTCP at
// marks, LEDBAT and LP at the delay of one way.

#include "lifecycle-network.h"

#include "ns3/boolean.h"
#include "ns3/config.h"
#include "ns3/double.h"
#include "ns3/error-model.h"
#include "ns3/lifecycle-tcp-socket.h"
#include "ns3/nstime.h"
#include "ns3/queue-disc.h"
#include "ns3/simulator.h"
#include "ns3/string.h"
#include "ns3/tcp-dctcp.h"
#include "ns3/tcp-socket-base.h"
#include "ns3/traffic-control-helper.h"
#include "ns3/traffic-control-layer.h"
#include "ns3/uinteger.h"

#include <algorithm>
#include <string>
#include <vector>

namespace lifecycle_test
{

using namespace ns3;

namespace
{

constexpr uint16_t PORT = 80;
constexpr double LINK = 10e6;           ///< bit/s, of the bottleneck
constexpr double SHARE = 1448.0 / 1502; ///< of the link that is left for payload

/// Shows what DCTCP thinks of congestion.
class OpenDctcp : public TcpDctcp
{
  public:
    explicit OpenDctcp(std::vector<double>& alphas)
        : m_alphas(alphas)
    {
    }

    Ptr<TcpCongestionOps> Fork() override
    {
        const auto fork = CreateObject<OpenDctcp>(m_alphas);
        fork->TraceConnectWithoutContext(
            "CongestionEstimate",
            Callback<void, uint32_t, uint32_t, double>(
                [this](uint32_t, uint32_t, double alpha) { m_alphas.push_back(alpha); }));
        return fork;
    }

  private:
    std::vector<double>& m_alphas;
};

/// Notes the delay of one way as LEDBAT and LP measure it.
class DelayWatcher : public TcpNewReno
{
  public:
    explicit DelayWatcher(std::vector<uint32_t>& delays)
        : m_delays(delays)
    {
    }

    void PktsAcked(Ptr<TcpSocketState> tcb, uint32_t, const Time&) override
    {
        m_delays.push_back(tcb->m_rcvTimestampValue - tcb->m_rcvTimestampEchoReply);
        EXPECT_LE(tcb->m_rcvTimestampEchoReply, Simulator::Now().GetMilliSeconds());
    }

    Ptr<TcpCongestionOps> Fork() override
    {
        return Create<DelayWatcher>(m_delays);
    }

  private:
    std::vector<uint32_t>& m_delays;
};

} // namespace

/// A client on a fast link, and a bottleneck of 10 Mbit/s behind it; 20 ms there and back.
class BottleneckTest : public Simulation
{
  protected:
    BottleneckTest()
    {
        Config::SetDefault("ns3::TcpSocket::SegmentSize", UintegerValue(1448));
        Config::SetDefault("ns3::TcpSocket::SndBufSize", UintegerValue(1 << 20));
        Config::SetDefault("ns3::TcpSocket::RcvBufSize", UintegerValue(1 << 20));
    }

    static Ptr<QueueDisc> Narrow(const Network& network, TrafficControlHelper queue)
    {
        const Ptr<NetDevice> device = network.Router()->GetDevice(2); // 0 is the loopback
        DynamicCast<PointToPointNetDevice>(device)->GetQueue()->SetMaxSize(QueueSize("1p"));
        network.ClientDevice()->SetAttribute("DataRate", StringValue("100Mbps"));
        queue.Uninstall(device);
        return queue.Install(device).Get(0);
    }

    struct Outcome
    {
        double goodput{0};     ///< bit/s
        double meanQueue{0};   ///< packets that waited
        uint32_t mostQueue{0}; ///< at the same time
    };

    /// Sends as much as it goes, and measures for eight seconds, two after the beginning.
    /// \param ops the client's congestion control, if not that of the node
    static Outcome Saturate(Network& network,
                            Ptr<QueueDisc> queue,
                            Ptr<TcpCongestionOps> ops = nullptr)
    {
        TalkingServer server(network.Server(), network.AnyAt(PORT), 0);
        TalkingClient client(network.Client(), network.ServerAt(PORT), 1'000'000'000, 0);
        if (ops)
        {
            DynamicCast<LifecycleTcpSocket>(client.socket)->SetCongestionControlAlgorithm(ops);
        }
        Simulator::Stop(Seconds(4));
        Simulator::Run();
        const uint64_t before = server.talkers.front().received;
        Outcome outcome;
        constexpr int SAMPLES = 800;
        for (int i = 0; i < SAMPLES; ++i)
        {
            Simulator::Stop(MilliSeconds(10));
            Simulator::Run();
            outcome.meanQueue += static_cast<double>(queue->GetNPackets()) / SAMPLES;
            outcome.mostQueue = std::max(outcome.mostQueue, queue->GetNPackets());
        }
        outcome.goodput = static_cast<double>(server.talkers.front().received - before);
        return outcome;
    }

    /// The same in a network of its own, where slow start ends at 120 kB.
    static Outcome SaturateWith(const std::string& ops, Tcp client, double loss)
    {
        Config::SetDefault("ns3::TcpL4Protocol::SocketType", StringValue(ops));
        Config::SetDefault("ns3::TcpSocket::InitialSlowStartThreshold", UintegerValue(120000));
        NetworkOptions options;
        options.client = client;
        Network network(options);
        const auto losing = CreateObject<RateErrorModel>();
        losing->SetUnit(RateErrorModel::ERROR_UNIT_PACKET);
        losing->SetRate(loss);
        losing->AssignStreams(1);
        network.SetErrorModel(losing);
        const Outcome outcome = Saturate(network, Narrow(network, Fifo("200p")));
        Simulator::Destroy();
        return outcome;
    }

    static TrafficControlHelper MarkingAt(uint32_t k)
    {
        TrafficControlHelper red;
        red.SetRootQueueDisc("ns3::RedQueueDisc",
                             "MinTh",
                             DoubleValue(k),
                             "MaxTh",
                             DoubleValue(k),
                             "QW",
                             DoubleValue(1),
                             "UseEcn",
                             BooleanValue(true),
                             "UseHardDrop",
                             BooleanValue(false),
                             "MeanPktSize",
                             UintegerValue(1500),
                             "LinkBandwidth",
                             StringValue("10Mbps"),
                             "LinkDelay",
                             StringValue("5ms"),
                             "MaxSize",
                             StringValue("500p"));
        return red;
    }

    static TrafficControlHelper Fifo(const std::string& size)
    {
        TrafficControlHelper fifo;
        fifo.SetRootQueueDisc("ns3::FifoQueueDisc", "MaxSize", StringValue(size));
        return fifo;
    }
};

TEST_F(BottleneckTest, BbrFillsTheLinkAndNotTheQueue)
{
    const Outcome ours = SaturateWith("ns3::TcpBbr", Tcp::LIFECYCLE, 0);
    const Outcome stock = SaturateWith("ns3::TcpBbr", Tcp::STOCK, 0);
    EXPECT_GT(ours.goodput, 0.95 * LINK * SHARE);
    EXPECT_LT(ours.meanQueue, 17) << "a round trip's worth";
    EXPECT_GE(ours.goodput, 0.98 * stock.goodput);
}

TEST_F(BottleneckTest, BbrDoesNotTakeLossForCongestion)
{
    const Outcome ours = SaturateWith("ns3::TcpBbr", Tcp::LIFECYCLE, 0.01);
    const Outcome stock = SaturateWith("ns3::TcpBbr", Tcp::STOCK, 0.01);
    EXPECT_GT(ours.goodput, 0.8 * LINK * SHARE);
    EXPECT_LT(ours.meanQueue, 17);
    EXPECT_GE(ours.goodput, 0.98 * stock.goodput);
}

TEST_F(BottleneckTest, DctcpKeepsTheQueueAtTheMark)
{
    constexpr uint32_t K = 20;
    std::vector<double> alphas;
    Config::SetDefault("ns3::TcpL4Protocol::SocketType", StringValue("ns3::TcpDctcp"));
    Network network;
    const Ptr<QueueDisc> queue = Narrow(network, MarkingAt(K));
    const Outcome outcome = Saturate(network, queue, CreateObject<OpenDctcp>(alphas));
    EXPECT_GT(outcome.goodput, 0.95 * LINK * SHARE);
    EXPECT_GT(outcome.meanQueue, K / 4.0);
    EXPECT_LT(outcome.meanQueue, K * 1.25);
    EXPECT_LT(outcome.mostQueue, 2 * K);
    EXPECT_EQ(queue->GetStats().nTotalDroppedPackets, 0U);
    ASSERT_GT(alphas.size(), 100U);
    EXPECT_GT(*std::min_element(alphas.begin(), alphas.end()), 0);
    EXPECT_LE(*std::max_element(alphas.begin(), alphas.end()), 1);
    EXPECT_LT(alphas.back(), 0.6);
}

TEST_F(BottleneckTest, DctcpTalksToStockDctcpEitherWay)
{
    Config::SetDefault("ns3::TcpL4Protocol::SocketType", StringValue("ns3::TcpDctcp"));
    for (const Tcp client : {Tcp::LIFECYCLE, Tcp::STOCK})
    {
        NetworkOptions options;
        options.client = client;
        options.server = client == Tcp::STOCK ? Tcp::LIFECYCLE : Tcp::STOCK;
        Network network(options);
        if (client == Tcp::LIFECYCLE)
        {
            network.ClientTcp()->SetModel(FixedIsn());
        }
        const Ptr<QueueDisc> queue = Narrow(network, MarkingAt(20));
        const Outcome outcome = Saturate(network, queue);
        EXPECT_GT(outcome.goodput, 0.85 * LINK * SHARE);
        EXPECT_LT(outcome.meanQueue, 30);
        EXPECT_GT(queue->GetStats().nTotalMarkedPackets, 0U);
        Simulator::Destroy();
    }
}

TEST_F(BottleneckTest, TimestampsTellTheDelayOfOneWay)
{
    std::vector<uint32_t> delays;
    Network network;
    const Outcome outcome =
        Saturate(network, Narrow(network, Fifo("100p")), Create<DelayWatcher>(delays));
    ASSERT_GT(delays.size(), 1000U);
    const uint32_t base = *std::min_element(delays.begin(), delays.end());
    EXPECT_GE(base, 10U) << "that of the way there";
    EXPECT_LE(base, 25U) << "and no more than that of the way back";
    const auto middle = delays.begin() + static_cast<std::ptrdiff_t>(delays.size() / 2);
    std::nth_element(delays.begin(), middle, delays.end());
    EXPECT_NEAR(*middle - base, outcome.meanQueue * 1502 * 8 / 10e3, 15) << "in the queue, ms";
}

TEST_F(BottleneckTest, LedbatLeavesMostOfTheQueueEmpty)
{
    Config::SetDefault("ns3::TcpLedbat::TargetDelay", TimeValue(MilliSeconds(40)));
    const Outcome ours = SaturateWith("ns3::TcpLedbat", Tcp::LIFECYCLE, 0);
    const Outcome stock = SaturateWith("ns3::TcpLedbat", Tcp::STOCK, 0);
    EXPECT_GT(ours.goodput, 0.95 * LINK * SHARE);
    EXPECT_GT(ours.meanQueue, 10) << "100 kB are in flight";
    EXPECT_LT(ours.meanQueue, 40) << "40 ms are 33 packets";
    EXPECT_NEAR(ours.meanQueue, stock.meanQueue, 3);
}

} // namespace lifecycle_test
