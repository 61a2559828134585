// Loss recovery as current systems have it: RACK-TLP (RFC 8985), PRR (RFC 9937), and taking back
// what was a mistake (RFC 2883, 3522, 5682).

#include "network.h"
#include "peer-test.h"

namespace lifecycle::test
{
namespace
{

class ModernRecovery : public PeerTest
{
  protected:
    ModernRecovery()
    {
        config.data.lossDetection = LossDetection::Rack;
        config.data.prr = true;
        config.data.eifel = true;
        config.data.fRto = true;
    }

    /** Establishes with SACK and sends \p segments of 1000 bytes; the next byte is 1. */
    void SendSegments(uint32_t segments)
    {
        ConnectAndEstablish(SynAck().SackPermitted());
        Write(1000 * segments);
        for (uint32_t i = 0; i < segments; ++i)
        {
            Expect(Data(1000));
        }
        NothingSent();
    }

    /** The same with timestamps: the payload is 12 bytes less than the MSS. */
    void SendStampedSegments(uint32_t segments)
    {
        ConnectAndEstablish(SynAck().SackPermitted().Stamp(500));
        Write(988 * segments);
        for (uint32_t i = 0; i < segments; ++i)
        {
            Expect(Data(988));
        }
        NothingSent();
    }

    uint32_t Cwnd()
    {
        return View().congestion.cwnd;
    }

    uint32_t Ssthresh()
    {
        return View().congestion.ssthresh;
    }
};

// RACK (RFC 8985 §6).

TEST_F(ModernRecovery, ThreeSackedSegmentsShowALossAtOnce) // §6.2 (4): no reordering was seen
{
    SendSegments(10);
    Advance(kRtt);
    Send(Ack(1).Sack(1001, 3001));
    NothingSent();
    Send(Ack(1).Sack(1001, 4001));
    Expect(Data(1000).Seq(1));
    NothingSent();
    EXPECT_EQ(Count().fastRecoveries, 1U);
}

TEST_F(ModernRecovery, OneSackedSegmentShowsALossAQuarterOfARoundTripLater) // §6.2 (4), (5)
{
    SendSegments(3);
    Advance(kRtt);
    Send(Ack(1).Sack(1001, 2001));
    NothingSent();
    ExpectAfter(kRtt / 4, Data(1000).Seq(1));
    EXPECT_EQ(Count().fastRecoveries, 1U);
    EXPECT_EQ(Count().timeouts, 0U);
}

TEST_F(ModernRecovery, LateSegmentThatComesInTimeIsNotLost)
{
    SendSegments(4);
    Advance(kRtt);
    Send(Ack(1).Sack(1001, 2001));
    Advance(kRtt / 4 - 1ms);
    Send(Ack(2001));
    Advance(kRtt / 2);
    NothingSent();
    EXPECT_EQ(Count().retransmits, 0U);
}

TEST_F(ModernRecovery, OnceReorderingWasSeenThreeSackedSegmentsAreNotEnough) // §6.2 (4)
{
    SendSegments(10);
    Advance(kRtt);
    Send(Ack(1).Sack(1001, 2001));
    Send(Ack(2001)); // 1 was late
    Send(Ack(2001).Sack(3001, 6001));
    NothingSent();
    ExpectAfter(kRtt / 4, Data(1000).Seq(2001));
}

TEST_F(ModernRecovery, DuplicateReportDoublesTheWaitForLateSegments) // §6.2 (4)
{
    SendSegments(10);
    Advance(kRtt);
    Send(Ack(1).Sack(1001, 2001));
    Send(Ack(2001)); // 1 was late
    Send(Ack(2001).Sack(3001, 4001));
    ExpectAfter(kRtt / 4, Data(1000).Seq(2001));
    Send(Ack(4001));                  // the late one
    Send(Ack(4001).Sack(2001, 3001)); // and the repetition
    Send(Ack(4001).Sack(5001, 6001));
    NothingSent();
    ExpectAfter(kRtt / 2, Data(1000).Seq(4001));
}

TEST_F(ModernRecovery, LostRepetitionIsRepeated) // §6.2: what dup ACKs cannot see
{
    SendSegments(10);
    Advance(kRtt);
    Send(Ack(1).Sack(1001, 4001));
    Expect(Data(1000).Seq(1));
    Write(10000);
    Ignore();
    Advance(10ms);
    Send(Ack(1).Sack(1001, 9001)); // room for new data, sent after the repetition
    Ignore();
    Send(Ack(1).Sack(1001, 10001));
    Ignore();
    const uint64_t before = Count().retransmits;
    Advance(kRtt - 10ms);
    Send(Ack(1).Sack(1001, 12001)); // and that arrives
    Ignore();
    Advance(kRtt / 4);
    Ignore();
    EXPECT_GT(Count().retransmits, before);
    EXPECT_EQ(Count().timeouts, 0U);
    EXPECT_EQ(Count().fastRecoveries, 1U) << "it is the same congestion";
}

TEST_F(ModernRecovery, TimeoutLeavesAloneWhatWasSentJustNow) // §6.3
{
    SendSegments(2);
    Advance(kRtt);
    config.data.lossProbe = false;
    Configure(config);
    Send(Ack(1001)); // the timer starts anew
    Advance(kRto - 10ms);
    NothingSent();
    Write(2000);
    Expect(Data(1000));
    Expect(Data(1000));
    ExpectAfter(10ms, Data(1000).Seq(1001));
    NothingSent();
    EXPECT_EQ(View().pipe, 3000U) << "the two new ones, and the repetition";
}

TEST_F(ModernRecovery, PeerWithoutSackIsWatchedByCounting)
{
    ConnectAndEstablish();
    Write(10000);
    Ignore();
    Advance(kRtt);
    for (int i = 0; i < 3; ++i)
    {
        Send(Ack(1));
    }
    Expect(Data(1000).Seq(1));
}

// Tail loss probes (RFC 8985 §7).

TEST_F(ModernRecovery, LostTailIsProbedAfterTwoRoundTrips) // §7.2, §7.3
{
    SendSegments(3);
    ExpectAfter(2 * kRtt, Data(1000).Seq(2001));
    EXPECT_EQ(Count().lossProbes, 1U);
    EXPECT_EQ(Count().timeouts, 0U);
}

TEST_F(ModernRecovery, ProbeOfASingleSegmentAllowsForADelayedAckButNotBeyondTheTimeout) // §7.2
{
    SendSegments(1);
    ExpectAfter(kRto, Data(1000).Seq(1));
    EXPECT_EQ(Count().lossProbes, 1U);
    EXPECT_EQ(Count().timeouts, 0U);
    ExpectAfter(kRto, Data(1000).Seq(1));
    EXPECT_EQ(Count().timeouts, 1U) << "there is one probe, and then the timer";
}

TEST_F(ModernRecovery, ProbeIsNewDataIfThereIsSome) // §7.3
{
    config.data.initialWindow = 2;
    ConnectAndEstablish(SynAck().SackPermitted());
    Write(5000);
    Expect(Data(1000));
    Expect(Data(1000));
    ExpectAfter(2 * kRtt, Data(1000).Seq(2001));
}

TEST_F(ModernRecovery, SackOfTheProbeStartsFastRecovery) // §7.4: what it is for
{
    SendSegments(4);
    Advance(kRtt);
    Send(Ack(1001));
    AdvanceUntilSent();
    Expect(Data(1000).Seq(3001));
    Advance(kRtt);
    Send(Ack(1001).Sack(3001, 4001));
    Expect(Data(1000).Seq(1001));
    Ignore();
    EXPECT_EQ(Count().fastRecoveries, 1U);
    EXPECT_EQ(Count().timeouts, 0U);
}

TEST_F(ModernRecovery, ProbeThatRepairedALossReducesTheWindow) // §7.4.1
{
    SendSegments(3);
    ExpectAfter(2 * kRtt, Data(1000).Seq(2001));
    Advance(kRtt);
    Write(1000);
    Expect(Data(1000));
    Send(Ack(3001)); // was it the original or the probe?
    EXPECT_EQ(Cwnd(), 10000U);
    Advance(kRtt);
    Send(Ack(4001)); // nothing came twice: the probe
    EXPECT_LT(Cwnd(), 10000U);
}

TEST_F(ModernRecovery, ProbeThatRepairedNothingLeavesTheWindow) // §7.4.2
{
    SendSegments(3);
    ExpectAfter(2 * kRtt, Data(1000).Seq(2001));
    Write(1000);
    Expect(Data(1000));
    Send(Ack(3001));
    Send(Ack(3001).Sack(2001, 3001)); // it came twice
    Send(Ack(4001));
    EXPECT_EQ(Cwnd(), 10000U);
    EXPECT_EQ(Count().duplicatesReported, 1U);
}

// Proportional rate reduction (RFC 9937).

TEST_F(ModernRecovery, WindowComesDownInStepWithWhatArrives)
{
    SendSegments(10);
    Write(20000);
    Advance(kRtt);
    Send(Ack(1).Sack(1001, 4001));
    Expect(Data(1000).Seq(1));
    // Half of 10: one segment for every two that arrive.
    const uint64_t before = Count().bytesOut;
    for (uint32_t right = 5001; right <= 10001; right += 1000)
    {
        Send(Ack(1).Sack(1001, right));
        Ignore();
    }
    EXPECT_NEAR(static_cast<double>(Count().bytesOut - before), 3000, 1000);
    Advance(kRtt);
    Send(Ack(10001));
    Ignore();
    EXPECT_EQ(Cwnd(), 5000U);
}

TEST_F(ModernRecovery, HeavyLossIsRepairedAsFastAsDataArrives) // RFC 9937 §6.2: slow-start part
{
    SendSegments(10); // 1 to 7 are lost
    Advance(kRtt);
    Send(Ack(1).Sack(7001, 10001));
    Ignore();
    const uint64_t first = Count().retransmits;
    EXPECT_GE(first, 1U);
    EXPECT_LE(first, 3U) << "no burst";
    Advance(kRtt);
    Send(Ack(1001 + 1000 * static_cast<uint32_t>(first - 1)).Sack(7001, 10001));
    Ignore();
    EXPECT_GE(Count().retransmits, first + 2);
    EXPECT_EQ(Count().timeouts, 0U);
}

// Taking back what was a mistake.

TEST_F(ModernRecovery, TimestampShowsThatTheTimeoutWasSpurious) // RFC 3522, RFC 4015
{
    config.data.lossProbe = false;
    SendStampedSegments(10);
    const uint32_t stamp = Last().options.timestamps->value;
    AdvanceUntilSent();
    Expect(Data(988).Seq(1));
    EXPECT_EQ(Cwnd(), 988U);
    Send(Ack(989).Stamp(600).Echo(stamp)); // of the original
    NothingSent();
    EXPECT_EQ(Cwnd(), 9880U);
    EXPECT_EQ(Ssthresh(), UINT32_MAX);
    EXPECT_EQ(Count().undone, 1U);
    EXPECT_EQ(Count().retransmits, 1U);
}

TEST_F(ModernRecovery, TimestampOfTheRepetitionShowsThatTheTimeoutWasRight)
{
    config.data.lossProbe = false;
    SendStampedSegments(10);
    AdvanceUntilSent();
    Expect(Data(988).Seq(1));
    Advance(kRtt);
    Send(Ack(989).Stamp(600)); // echoes the last one
    Ignore();
    EXPECT_EQ(Count().undone, 0U);
    EXPECT_LT(Cwnd(), 3000U);
}

TEST_F(ModernRecovery, TimestampShowsThatFastRetransmitWasSpurious)
{
    SendStampedSegments(10);
    const uint32_t stamp = Last().options.timestamps->value;
    Advance(kRtt);
    Send(Ack(1).Sack(989, 3953).Stamp(600).Echo(stamp));
    Expect(Data(988).Seq(1));
    EXPECT_LT(Ssthresh(), UINT32_MAX);
    Send(Ack(3953).Stamp(600).Echo(stamp)); // it was only late
    EXPECT_EQ(Ssthresh(), UINT32_MAX);
    EXPECT_EQ(Count().undone, 1U);
    EXPECT_EQ(View().phase, Phase::Open);
}

TEST_F(ModernRecovery, DuplicateOfAllThatWasRepeatedShowsThatNothingWasLost) // RFC 2883, as Linux
{
    SendSegments(10);
    Advance(kRtt);
    Send(Ack(1).Sack(1001, 4001));
    Expect(Data(1000).Seq(1));
    Send(Ack(1).Sack(1001, 10001));
    Write(1000);
    Expect(Data(1000));
    Send(Ack(10001));
    EXPECT_EQ(Cwnd(), 5000U);
    Send(Ack(10001).Sack(1, 1001));
    EXPECT_EQ(Cwnd(), 10000U);
    EXPECT_EQ(Count().undone, 1U);
}

TEST_F(ModernRecovery, WithoutTimestampsNewDataShowsThatTheTimeoutWasSpurious) // RFC 5682 §3.1
{
    config.data.lossProbe = false;
    config.data.initialWindow = 5;
    ConnectAndEstablish(SynAck().SackPermitted());
    Write(10000);
    for (int i = 0; i < 5; ++i)
    {
        Expect(Data(1000));
    }
    ExpectAfter(kRto, Data(1000).Seq(1));
    Send(Ack(1001)); // step 2: new data instead of old
    Expect(Data(1000).Seq(5001));
    Expect(Data(1000).Seq(6001));
    NothingSent();
    Send(Ack(2001)); // step 3: of what was never sent again
    Ignore();        // what the window lets go again
    EXPECT_EQ(Count().undone, 1U);
    EXPECT_EQ(Count().retransmits, 1U);
    EXPECT_GE(Cwnd(), 5000U);
}

TEST_F(ModernRecovery, WithoutTimestampsADuplicateAckShowsThatTheTimeoutWasRight) // RFC 5682 §3.1
{
    config.data.lossProbe = false;
    config.data.initialWindow = 5;
    ConnectAndEstablish(SynAck().SackPermitted());
    Write(10000);
    Ignore();
    AdvanceUntilSent();
    Expect(Data(1000).Seq(1));
    Send(Ack(1001));
    Expect(Data(1000).Seq(5001));
    Expect(Data(1000).Seq(6001));
    Send(Ack(1001).Sack(5001, 6001)); // 1001 is missing indeed
    Ignore();
    EXPECT_EQ(Count().undone, 0U);
    EXPECT_GT(Count().retransmits, 1U);
}

// Reporting duplicates (RFC 2883).

TEST_F(ModernRecovery, SegmentThatCameBeforeIsReported) // RFC 2883 §4.1
{
    AcceptAndEstablish(Syn().SackPermitted());
    Send(Data(1000));
    Send(Data(1000));
    Expect(Ack(2001));
    Send(Data(1000).Seq(1));
    Expect(Ack(2001).Sack(1, 1001));
    Send(Data(1000).Seq(4001));
    Expect(Ack(2001).Sack(4001, 5001)); // once is enough
}

TEST_F(ModernRecovery, SegmentThatCameAheadOfItsTurnTwiceIsReported) // RFC 2883 §4.1.2
{
    AcceptAndEstablish(Syn().SackPermitted());
    Send(Data(1000).Seq(1001));
    Expect(Ack(1).Sack(1001, 2001));
    Send(Data(1000).Seq(2001));
    Expect(Ack(1).Sack(1001, 3001));
    Send(Data(1000).Seq(1001));
    Expect(Ack(1).Sack(1001, 2001).Sack(1001, 3001));
}

TEST_F(ModernRecovery, PartOfASegmentThatCameBeforeIsReported) // RFC 2883 §4.2
{
    AcceptAndEstablish(Syn().SackPermitted());
    Send(Data(1000));
    Send(Data(1000).Seq(501));
    Expect(Ack(1501).Sack(501, 1001));
}

TEST_F(ModernRecovery, WhatFillsAHoleAndMoreIsReportedAsFarAsItWasHeld) // Linux tcp_ofo_queue()
{
    AcceptAndEstablish(Syn().SackPermitted());
    Send(Data(1000).Seq(1001));
    Expect(Ack(1).Sack(1001, 2001));
    Send(Data(1000).Seq(4001));
    Expect(Ack(1).Sack(4001, 5001).Sack(1001, 2001));
    Send(Data(1500).Seq(1)); // the second half is held already
    Expect(Ack(2001).Sack(1001, 1501).Sack(4001, 5001));
}

TEST_F(ModernRecovery, OfWhatCameTwiceTheFirstPartIsReported)
{
    AcceptAndEstablish(Syn().SackPermitted());
    Send(Data(1000));
    Send(Data(1000).Seq(2001));
    Expect(Ack(1001).Sack(2001, 3001));
    Send(Data(2000).Seq(501)); // its beginning was read, its end is held
    Expect(Ack(3001).Sack(501, 1001));
}

TEST_F(ModernRecovery, DuplicatesAreNotReportedToWhoDoesNotSpeakSack)
{
    AcceptAndEstablish();
    Send(Data(1000));
    Send(Data(1000));
    Expect(Ack(2001));
    Send(Data(1000).Seq(1));
    Expect(Ack(2001));
}

TEST_F(ModernRecovery, DuplicatesAreNotReportedWhereThatIsOff)
{
    config.data.duplicateSack = false;
    AcceptAndEstablish(Syn().SackPermitted());
    Send(Data(1000));
    Send(Data(1000));
    Expect(Ack(2001));
    Send(Data(1000).Seq(1));
    Expect(Ack(2001));
}

// Over a wire: A sends, Z acknowledges.

struct Outcome
{
    Counters sender;
    Duration took;
};

Outcome
Send10Megabytes(const WireScript& there, Config config)
{
    config.data.sndBuf = 4 << 20;
    config.data.rcvBuf = 4 << 20;
    config.data.initialSsthresh = 500'000; // the wire is endless: the window shall not be
    Network network(config, config, 7);
    network.a.outgoing = there;
    network.z.outgoing.latency = there.latency;
    network.a.toWrite = 10'000'000;
    const Instant start = network.now;
    network.Open();
    network.Run();
    network.ExpectAllDelivered(10'000'000, 0);
    return {network.a.shell.Core().GetCounters(), network.now - start};
}

TEST(ModernTransfer, OnePercentOfLossIsRepairedWithoutTimeouts)
{
    const Outcome outcome = Send10Megabytes({.latency = 10ms, .lose = {}, .loss = 0.01}, {});
    EXPECT_EQ(outcome.sender.timeouts, 0U);
    EXPECT_LT(outcome.sender.retransmits, 120U) << "about 70 of 6850 are lost";
}

TEST(ModernTransfer, ReorderingIsFoundOutAndLeftAlone)
{
    const WireScript reordering{.latency = 40ms,
                                .lose = {},
                                .reordering = 0.1,
                                .reorderingDelay = 15ms};
    const Outcome by = Send10Megabytes(reordering, {});
    EXPECT_LT(by.sender.retransmits, 50U);
    Config counting;
    counting.data.lossDetection = LossDetection::DuplicateAcks;
    counting.data.eifel = false;
    const Outcome byCounting = Send10Megabytes(reordering, counting);
    EXPECT_GT(byCounting.sender.retransmits, 5 * by.sender.retransmits)
        << "what duplicate ACKs do with it";
}

} // namespace
} // namespace lifecycle::test
