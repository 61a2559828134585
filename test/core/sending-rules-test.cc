// When data and acknowledgements go out, and when they wait: Nagle, cork, quick ACKs, restart after
// silence, the receive buffer, pacing.

#include "network.h"
#include "peer-test.h"

namespace lifecycle::test
{
namespace
{

class SendingRules : public PeerTest
{
  protected:
    uint32_t Cwnd()
    {
        return View().congestion.cwnd;
    }

    /** Lets the window grow by sending a lot. */
    void GrowWindow()
    {
        ConnectAndEstablish();
        Write(100000);
        Ignore();
        for (uint32_t acked = 1000; acked <= 100000; acked += 1000)
        {
            Send(Ack(acked + 1));
            Ignore();
        }
    }
};

// Nagle's algorithm (RFC 9293 §3.7.4) in Minshall's form, as Linux has it.

TEST_F(SendingRules, SmallSegmentWaitsOnlyForAnotherSmallOne)
{
    config.data.nagleRule = Nagle::SmallInFlight;
    ConnectAndEstablish();
    Write(1100);
    Expect(Data(1000));
    Expect(Data(100)); // the full one in flight does not matter
    Write(100);
    NothingSent();
    Send(Ack(1001)); // the small one is still in flight
    NothingSent();
    Send(Ack(1101));
    Expect(Data(100));
}

TEST_F(SendingRules, ClassicSmallSegmentWaitsForAnythingInFlight)
{
    ConnectAndEstablish();
    Write(1100);
    Expect(Data(1000));
    NothingSent();
    Send(Ack(1001));
    Expect(Data(100));
}

TEST_F(SendingRules, SmallSegmentLongAgoDoesNotMatterAfterTheSequenceSpaceWrapped)
{
    config.data.nagleRule = Nagle::SmallInFlight;
    config.data.mss = 60000;
    config.data.sndBuf = 1 << 30;
    Connect();
    Expect(Syn().Mss(60000));
    Send(SynAck().Mss(60000).Scale(14));
    Expect(Ack());
    Write(1);
    Expect(Data(1));
    Send(Ack());
    for (uint64_t sent = 0; sent < 0x90000000; sent += 60000) // more than half of it
    {
        Write(60000);
        Ignore();
        Send(Ack());
    }
    Write(60001);
    Expect(Data(60000));
    Expect(Data(1));
}

// Cork (Linux TCP_CORK).

TEST_F(SendingRules, CorkHoldsWhatDoesNotFillASegment)
{
    config.data.cork = true;
    config.data.nagle = false;
    ConnectAndEstablish();
    Write(1500);
    Expect(Data(1000));
    Send(Ack());
    NothingSent();
    Write(500);
    Expect(Data(1000));
}

TEST_F(SendingRules, RemovedCorkLetsItGo)
{
    config.data.cork = true;
    ConnectAndEstablish();
    Write(100);
    NothingSent();
    Config changed = config;
    changed.data.cork = false;
    Configure(changed);
    Expect(Data(100));
}

TEST_F(SendingRules, FinGoesThroughACork)
{
    config.data.cork = true;
    ConnectAndEstablish();
    Write(100);
    NothingSent();
    ShutdownSend();
    Expect(Data(100).Plus(Flag::FIN));
}

TEST_F(SendingRules, CorkDoesNotHoldForEver) // Linux: 200 ms
{
    config.data.cork = true;
    ConnectAndEstablish();
    Write(100);
    NothingSent();
    AdvanceUntilSent();
    Expect(Data(100));
}

// Quick ACKs, as in Linux.

TEST_F(SendingRules, FirstAcksAreNotDelayed)
{
    config.data.quickAcks = 4;
    AcceptAndEstablish();
    for (uint32_t i = 1; i <= 4; ++i)
    {
        Send(Data(100));
        Expect(Ack(100 * i + 1));
    }
    Send(Data(100));
    NothingSent();
    ExpectAfter(40ms, Ack(501));
}

TEST_F(SendingRules, QuickAcksEndWhenDataIsAnsweredWithData)
{
    config.data.quickAcks = 16;
    AcceptAndEstablish();
    Send(Data(100));
    Expect(Ack(101));
    Write(100);
    Expect(Data(100));
    Send(Data(100));
    NothingSent();
    ExpectAfter(40ms, Ack(201));
}

TEST_F(SendingRules, AcksAreQuickAgainAfterAPause)
{
    config.data.quickAcks = 1;
    AcceptAndEstablish();
    Send(Data(100));
    Expect(Ack(101));
    Send(Data(100));
    NothingSent();
    ExpectAfter(40ms, Ack(201));
    Advance(5s);
    Send(Data(100));
    Expect(Ack(301));
}

// Restart after silence (RFC 5681 §4.1, RFC 2861).

TEST_F(SendingRules, WindowIsHalvedForEveryTimeoutOfSilence)
{
    config.data.idleRestart = IdleRestart::Halving;
    GrowWindow();
    const uint32_t before = Cwnd();
    ASSERT_GE(before, 25000U);
    Advance(View().rto + 1ms);
    Write(1000);
    Ignore();
    EXPECT_EQ(Cwnd(), before / 2);
    EXPECT_GE(View().congestion.ssthresh, before / 4 * 3);
}

TEST_F(SendingRules, WindowIsNotSmallerThanTheInitialOneAfterLongSilence)
{
    config.data.idleRestart = IdleRestart::Halving;
    GrowWindow();
    Advance(1h);
    Write(1000);
    Ignore();
    EXPECT_EQ(Cwnd(), 10000U);
}

TEST_F(SendingRules, WindowIsTheInitialOneAfterSilenceByRfc5681)
{
    config.data.idleRestart = IdleRestart::InitialWindow;
    GrowWindow();
    Advance(View().rto + 1ms);
    Write(1000);
    Ignore();
    EXPECT_EQ(Cwnd(), 10000U);
}

TEST_F(SendingRules, WindowStaysWhereThatIsOff)
{
    config.data.idleRestart = IdleRestart::Never;
    GrowWindow();
    const uint32_t before = Cwnd();
    Advance(1h);
    Write(1000);
    Ignore();
    EXPECT_EQ(Cwnd(), before);
}

TEST_F(SendingRules, ShortSilenceLeavesTheWindow)
{
    config.data.idleRestart = IdleRestart::InitialWindow;
    GrowWindow();
    const uint32_t before = Cwnd();
    Advance(View().rto - 10ms);
    Write(1000);
    Ignore();
    EXPECT_EQ(Cwnd(), before);
}

// The receive buffer, over a wire: A sends as fast as Z lets it.

Duration
TimeFor(uint64_t bytes, Config receiver, uint32_t readsAtMost = UINT32_MAX)
{
    Config sender;
    sender.data.sndBuf = 16 << 20;
    Network network(sender, receiver, 1);
    network.a.outgoing.latency = 50ms;
    network.z.outgoing.latency = 50ms;
    network.z.readsAtMost = readsAtMost;
    network.z.readsEvery = readsAtMost == UINT32_MAX ? Duration(0) : Duration(10ms);
    network.a.toWrite = bytes;
    const Instant start = network.now;
    network.Open();
    network.Run();
    network.ExpectAllDelivered(bytes, 0);
    return network.now - start - 60s; // TIME-WAIT
}

TEST(ReceiveBuffer, GrowsWithWhatTheApplicationReads)
{
    Config fixed;
    Config tuned;
    tuned.data.rcvBufMost = 6 << 20;
    const Duration slow = TimeFor(20'000'000, fixed);
    EXPECT_GT(slow, 12s) << "20 MB at 128 kB in 100 ms take 15 s";
    EXPECT_LT(TimeFor(20'000'000, tuned), slow / 4);
}

TEST(ReceiveBuffer, GrowsWithoutTimestampsAsWell)
{
    Config tuned;
    tuned.data.rcvBufMost = 6 << 20;
    tuned.data.timestamps = false;
    EXPECT_LT(TimeFor(20'000'000, tuned), 4s);
}

TEST_F(SendingRules, ReceiveBufferStaysWithinItsBound)
{
    config.data.rcvBuf = 20000;
    config.data.rcvBufMost = 50000;
    AcceptAndEstablish(Syn().Scale(0));
    for (int i = 0; i < 300; ++i)
    {
        Send(Data(1000));
        Ignore();
        ReadAll();
        Ignore();
        Advance(i % 10 == 9 ? kRtt : Duration(0));
        Ignore();
    }
    EXPECT_GT(View().rcvWnd, 20000U);
    EXPECT_LE(View().rcvWnd, 50000U);
}

TEST_F(SendingRules, ReceiveBufferDoesNotGrowForAnApplicationThatDoesNotRead)
{
    config.data.rcvBuf = 20000;
    config.data.rcvBufMost = 50000;
    AcceptAndEstablish(Syn().Scale(0));
    for (int i = 0; i < 20; ++i)
    {
        Send(Data(1000));
        Advance(kRtt);
        Ignore();
    }
    EXPECT_EQ(View().rcvWnd, 0U);
}

// Pacing.

TEST_F(SendingRules, PacedSegmentsAreSpreadOverTheRoundTrip)
{
    config.data.pacing = true;
    ConnectAndEstablish();
    Write(10000);
    Expect(Data(1000));
    NothingSent();
    // 10 segments in 100 ms, twice as fast in slow start.
    for (int i = 1; i < 10; ++i)
    {
        ExpectAfter(5ms, Data(1000));
    }
    NothingSent();
}

TEST_F(SendingRules, PacingIsALittleFasterThanTheWindowAfterSlowStart)
{
    config.data.pacing = true;
    config.data.initialSsthresh = 10000;
    ConnectAndEstablish();
    Write(3000);
    Expect(Data(1000));
    AdvanceUntilSent();
    EXPECT_NEAR(std::chrono::duration<double>(now - Instant(1000s) - kRtt).count(),
                0.1 / 12,
                0.0001);
    Expect(Data(1000));
    AdvanceUntilSent();
    Expect(Data(1000));
}

/** A congestion control that asks for a rate. */
class SteadyRate : public CongestionControl
{
  public:
    std::string_view Name() const override
    {
        return "SteadyRate";
    }

    void Grow(Flow&, const AckSample&) const override
    {
    }

    uint32_t SsThresh(Flow& flow, CongestionSignal) const override
    {
        return flow.window.cwnd;
    }

    std::optional<uint64_t> PacingRate(const Flow&) const override
    {
        return 100'000;
    }
};

TEST_F(SendingRules, CongestionControlMayAskForARate)
{
    config.data.congestion = std::make_shared<SteadyRate>();
    ConnectAndEstablish();
    Write(3000);
    Expect(Data(1000));
    ExpectAfter(10ms, Data(1000));
    ExpectAfter(10ms, Data(1000));
}

TEST_F(SendingRules, PacedDataIsNotForgottenWhenAllElseIsAcknowledged)
{
    config.data.congestion = std::make_shared<SteadyRate>();
    ConnectAndEstablish();
    Write(2000);
    Expect(Data(1000));
    Send(Ack());
    NothingSent();
    ExpectAfter(10ms, Data(1000));
}

} // namespace
} // namespace lifecycle::test
