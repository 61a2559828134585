// Loss: the retransmission time-out, fast retransmit, NewReno and SACK recovery, the windows.

#include "peer-test.h"

namespace lifecycle::test
{
namespace
{

class LossRecovery : public PeerTest
{
  protected:
    /** Establishes and sends \p segments full ones, of 1000 bytes; the next byte is 1. */
    void SendSegments(uint32_t segments, const Sketch& synAck = SynAck())
    {
        ConnectAndEstablish(synAck);
        Write(1000 * segments);
        for (uint32_t i = 0; i < segments; ++i)
        {
            Expect(Data(1000));
        }
        NothingSent();
    }

    /** The same with a peer that speaks SACK. */
    void SendSegmentsWithSack(uint32_t segments)
    {
        SendSegments(segments, SynAck().SackPermitted());
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

// The time-out (RFC 6298).

TEST_F(LossRecovery, DataIsRepeatedWithBackOffAndGivenUp)
{
    config.data.dataRetries = 3;
    SendSegments(1);
    ExpectAfter(kRto, Data(1000).Seq(1));
    ExpectAfter(2 * kRto, Data(1000).Seq(1));
    ExpectAfter(4 * kRto, Data(1000).Seq(1));
    Advance(8 * kRto - 1ms);
    ExpectState(State::Established);
    Advance(1ms);
    Ignore();
    ExpectState(State::Closed);
    ExpectClosed(CloseReason::DataTimeout);
    EXPECT_EQ(Core().NextDeadline(), kNever);
}

TEST_F(LossRecovery, DataIsGivenUpAsInLinuxAfterFifteenRepetitions) // tcp_retries2
{
    SendSegments(1);
    Advance(10min);
    Ignore();
    ExpectState(State::Established);
    Advance(10min);
    Ignore();
    ExpectClosed(CloseReason::DataTimeout);
    EXPECT_EQ(Count().retransmits, 15U);
}

TEST_F(LossRecovery, BackOffIsBounded) // RFC 6298 §2.5
{
    config.data.rto.maximum = 1s;
    SendSegments(1);
    ExpectAfter(kRto, Data(1000).Seq(1));
    ExpectAfter(2 * kRto, Data(1000).Seq(1));
    ExpectAfter(1s, Data(1000).Seq(1));
    ExpectAfter(1s, Data(1000).Seq(1));
}

TEST_F(LossRecovery, AckRestartsTheTimerForWhatIsLeft) // RFC 6298 §5.3
{
    SendSegments(2);
    Advance(kRtt);
    Send(Ack(1001));
    ExpectAfter(kRto, Data(1000).Seq(1001));
}

TEST_F(LossRecovery, TimerStopsWhenAllIsAcknowledged) // RFC 6298 §5.2
{
    SendSegments(2);
    Send(Ack());
    Advance(1h);
    NothingSent();
    EXPECT_EQ(Count().timeouts, 0U);
}

TEST_F(LossRecovery, RepeatedSegmentIsNotMeasuredAndTheBackOffStays) // Karn, RFC 6298 §3, §5.5
{
    SendSegments(1);
    ExpectAfter(kRto, Data(1000).Seq(1));
    Advance(kRtt);
    Send(Ack());
    EXPECT_EQ(View().srtt, kRtt);
    Write(1000);
    Expect(Data(1000));
    ExpectAfter(2 * kRto, Data(1000).Seq(1001));
}

TEST_F(LossRecovery, NextMeasurementEndsTheBackOff)
{
    SendSegments(1);
    ExpectAfter(kRto, Data(1000).Seq(1));
    Advance(kRtt);
    Send(Ack());
    Write(1000);
    Expect(Data(1000));
    Advance(kRtt);
    Send(Ack());
    Write(1000);
    Expect(Data(1000));
    ExpectAfter(kRto, Data(1000).Seq(2001));
}

TEST_F(LossRecovery, TimestampMeasuresARepeatedSegment) // RFC 7323 §4.1: no ambiguity
{
    ConnectAndEstablish(SynAck().Stamp(500));
    Write(500);
    Expect(Data(500));
    ExpectAfter(kRto, Data(500).Seq(1));
    Advance(2 * kRtt);
    Send(Ack().Stamp(600));               // echoes the stamp of the second one
    EXPECT_EQ(View().srtt, kRtt * 9 / 8); // 7/8 of 100 ms and 1/8 of 200 ms
    Write(500);
    Expect(Data(500));
    ExpectAfter(362500us, Data(500).Seq(501)); // the back-off is over; RTTVAR is 62.5 ms
}

TEST_F(LossRecovery, LateAckAfterATimeoutMeansNothingWasLost)
{
    SendSegments(3);
    ExpectAfter(kRto, Data(1000).Seq(1));
    Send(Ack(3001));
    NothingSent();
    EXPECT_EQ(Node().Of(connection).acked, 3000U);
    Advance(1h);
    NothingSent();
}

TEST_F(LossRecovery, AfterATimeoutTheWindowIsOneSegmentAndGrowsAgain) // RFC 5681 §3.1
{
    SendSegments(10);
    ExpectAfter(kRto, Data(1000).Seq(1));
    NothingSent();
    EXPECT_EQ(Cwnd(), 1000U);
    EXPECT_EQ(Ssthresh(), 5000U);
    Send(Ack(1001));
    Expect(Data(1000).Seq(1001));
    Expect(Data(1000).Seq(2001));
    NothingSent();
    Send(Ack(3001));
    Expect(Data(1000).Seq(3001));
    Expect(Data(1000).Seq(4001));
    Ignore(); // three or four, by how acknowledged bytes are counted (RFC 3465)
    Send(Ack(10001));
    EXPECT_EQ(Node().Of(connection).acked, 10000U);
}

TEST_F(LossRecovery, SecondTimeoutLeavesTheThreshold) // RFC 5681 §3.1: "held constant"
{
    SendSegments(10);
    ExpectAfter(kRto, Data(1000).Seq(1));
    ExpectAfter(2 * kRto, Data(1000).Seq(1));
    EXPECT_EQ(Ssthresh(), 5000U);
    EXPECT_EQ(Cwnd(), 1000U);
}

TEST_F(LossRecovery, DuplicateAcksAfterATimeoutDoNotStartFastRecovery) // RFC 6582 §4.1
{
    SendSegments(10);
    ExpectAfter(kRto, Data(1000).Seq(1));
    Send(Ack(1001));
    Expect(Data(1000).Seq(1001));
    Expect(Data(1000).Seq(2001));
    for (int i = 0; i < 5; ++i)
    {
        Send(Ack(1001)); // the first copies arrive late
        Ignore();
    }
    EXPECT_EQ(Count().fastRecoveries, 0U);
    EXPECT_EQ(Ssthresh(), 5000U);
}

// Slow start and congestion avoidance (RFC 5681 §3.1).

TEST_F(LossRecovery, InitialWindowIsTenSegments) // RFC 6928
{
    ConnectAndEstablish();
    Write(20000);
    for (int i = 0; i < 10; ++i)
    {
        Expect(Data(1000));
    }
    NothingSent();
}

TEST_F(LossRecovery, SlowStartSendsTwoSegmentsForEachAcknowledged)
{
    ConnectAndEstablish();
    Write(40000);
    for (int i = 0; i < 10; ++i)
    {
        Expect(Data(1000));
    }
    Send(Ack(2001));
    for (int i = 0; i < 4; ++i)
    {
        Expect(Data(1000));
    }
    NothingSent();
    EXPECT_EQ(Cwnd(), 12000U);
}

TEST_F(LossRecovery, WindowDoesNotGrowWhileItIsNotUsed) // RFC 9293 §3.8.2, RFC 2861
{
    ConnectAndEstablish();
    for (int i = 0; i < 20; ++i)
    {
        Write(1000);
        Expect(Data(1000));
        Send(Ack());
    }
    EXPECT_EQ(Cwnd(), 10000U);
}

TEST_F(LossRecovery, WindowDoesNotGrowWhileThePeersWindowIsTheLimit)
{
    ConnectAndEstablish(SynAck().Window(3000));
    Write(60000);
    for (uint32_t acked = 3001; acked <= 30001; acked += 3000)
    {
        for (int i = 0; i < 3; ++i)
        {
            Expect(Data(1000));
        }
        Send(Ack(acked).Window(3000));
    }
    Ignore();
    EXPECT_EQ(Cwnd(), 10000U);
}

TEST_F(LossRecovery, CubicKeepsSevenTenthsOfTheWindow) // RFC 9438 §4.6
{
    config.data.congestion = Cubic();
    SendSegments(10);
    for (int i = 0; i < 3; ++i)
    {
        Send(Ack(1));
    }
    Expect(Data(1000).Seq(1));
    EXPECT_EQ(Ssthresh(), 7000U);
}

TEST_F(LossRecovery, CongestionControlCanBeChangedOnTheWay)
{
    config.data.congestion = Cubic();
    ConnectAndEstablish();
    Write(40000);
    Ignore();
    Send(Ack(5001)); // now it has a memory
    Ignore();
    Config changed = config;
    changed.data.congestion = NewReno();
    Configure(changed);
    Ignore();
    Send(Ack(10001));
    Ignore();
    Configure(config);
    Send(Ack(15001));
    Ignore();
    EXPECT_EQ(Cwnd(), 25000U);
}

// Fast retransmit and NewReno (RFC 5681 §3.2, RFC 6582).

TEST_F(LossRecovery, ThirdDuplicateAckRepeatsTheMissingSegment)
{
    SendSegments(10);
    Send(Ack(1));
    Send(Ack(1));
    NothingSent();
    Send(Ack(1));
    Expect(Data(1000).Seq(1));
    NothingSent();
    EXPECT_EQ(Ssthresh(), 5000U);
    EXPECT_EQ(Count().fastRecoveries, 1U);
    EXPECT_EQ(Count().timeouts, 0U);
}

TEST_F(LossRecovery, FirstTwoDuplicateAcksLetNewDataGo) // limited transmit, RFC 3042
{
    ConnectAndEstablish();
    Write(20000);
    for (int i = 0; i < 10; ++i)
    {
        Expect(Data(1000));
    }
    Send(Ack(1));
    Expect(Data(1000).Seq(10001));
    Send(Ack(1));
    Expect(Data(1000).Seq(11001));
    Send(Ack(1));
    Expect(Data(1000).Seq(1));
}

TEST_F(LossRecovery, FurtherDuplicateAcksLetNewDataGo) // RFC 5681 §3.2 (4), (5)
{
    SendSegments(10);
    Write(10000);
    NothingSent();
    Send(Ack(1));
    Ignore(); // limited transmit
    Send(Ack(1));
    Ignore();
    Send(Ack(1));
    Expect(Data(1000).Seq(1));
    // 12 in flight, half of 10 or 12 allowed: new data from the sixth or seventh duplicate on.
    uint64_t sentBefore = Count().bytesOut;
    for (int i = 0; i < 2; ++i)
    {
        Send(Ack(1));
        NothingSent();
    }
    for (int i = 0; i < 4; ++i)
    {
        Send(Ack(1));
        Ignore();
    }
    EXPECT_GE(Count().bytesOut, sentBefore + 2000);
}

TEST_F(LossRecovery, LimitedTransmitDoesNotCountForTheThreshold) // RFC 5681 §3.2 (2), MUST NOT
{
    ConnectAndEstablish();
    Write(20000);
    for (int i = 0; i < 10; ++i)
    {
        Expect(Data(1000));
    }
    Send(Ack(1));
    Expect(Data(1000));
    Send(Ack(1));
    Expect(Data(1000));
    Send(Ack(1));
    Expect(Data(1000).Seq(1));
    EXPECT_EQ(Ssthresh(), 5000U);
}

TEST_F(LossRecovery, PartialAckDoesNotLetABurstGo) // RFC 6582 §3.2: the window is deflated
{
    SendSegments(10); // 1 and 5001 are lost
    Write(20000);
    for (int i = 0; i < 8; ++i)
    {
        Send(Ack(1));
        Ignore(); // limited transmit, the repetition of 1, new data
    }
    const uint64_t sentBefore = Count().bytesOut;
    Advance(kRtt);
    Send(Ack(5001));
    Expect(Data(1000).Seq(5001));
    Ignore();
    EXPECT_LE(Count().bytesOut, sentBefore + 1000);
}

TEST_F(LossRecovery, FullAckEndsRecoveryWithHalfTheWindow) // RFC 6582 §3.2
{
    SendSegments(10);
    for (int i = 0; i < 9; ++i)
    {
        Send(Ack(1));
        Ignore();
    }
    Send(Ack(10001));
    EXPECT_EQ(Count().retransmits, 1U);
    EXPECT_LE(Cwnd(), 5000U);
    Write(20000);
    const uint32_t cwnd = Cwnd();
    for (uint32_t i = 0; i < cwnd / 1000; ++i)
    {
        Expect(Data(1000));
    }
    NothingSent();
}

TEST_F(LossRecovery, PartialAckRepeatsTheNextMissingSegment) // RFC 6582 §3.2
{
    SendSegments(10); // 1 and 3001 are lost
    for (int i = 0; i < 3; ++i)
    {
        Send(Ack(1));
    }
    Expect(Data(1000).Seq(1));
    Advance(kRtt);
    Send(Ack(3001));
    Expect(Data(1000).Seq(3001));
    Advance(kRtt);
    Send(Ack(10001));
    NothingSent();
    EXPECT_EQ(Count().fastRecoveries, 1U);
    EXPECT_EQ(Count().timeouts, 0U);
    EXPECT_EQ(Count().retransmits, 2U);
}

TEST_F(LossRecovery, AckWithANewWindowIsNoDuplicate) // RFC 5681 §2
{
    SendSegments(10);
    Send(Ack(1).Window(60000));
    Send(Ack(1).Window(61000));
    Send(Ack(1).Window(62000));
    Send(Ack(1).Window(63000));
    NothingSent();
}

TEST_F(LossRecovery, AckWithDataIsNoDuplicate) // RFC 5681 §2
{
    SendSegments(10);
    for (int i = 0; i < 4; ++i)
    {
        Send(Data(100).Ack(1));
        Ignore(); // ACKs
    }
    EXPECT_EQ(Count().retransmits, 0U);
}

TEST_F(LossRecovery, DuplicateAckWithNothingInFlightIsNothing)
{
    ConnectAndEstablish();
    for (int i = 0; i < 10; ++i)
    {
        Send(Ack(1));
    }
    NothingSent();
}

TEST_F(LossRecovery, LostRepetitionIsLeftToTheTimer)
{
    SendSegments(10);
    for (int i = 0; i < 9; ++i)
    {
        Send(Ack(1));
        Ignore();
    }
    EXPECT_EQ(Count().retransmits, 1U);
    Advance(kRto);
    Expect(Data(1000).Seq(1));
    Send(Ack(10001));
    NothingSent();
    EXPECT_EQ(Node().Of(connection).acked, 10000U);
}

TEST_F(LossRecovery, LostTailIsLeftToTheTimer)
{
    SendSegments(3);
    Advance(kRtt);
    Send(Ack(2001));
    ExpectAfter(kRto, Data(1000).Seq(2001));
    Send(Ack(3001));
    NothingSent();
}

// SACK (RFC 2018, RFC 6675).

TEST_F(LossRecovery, ThreeSackedSegmentsShowALoss)
{
    SendSegmentsWithSack(10);
    Send(Ack(1).Sack(1001, 2001));
    Send(Ack(1).Sack(1001, 3001));
    NothingSent();
    Send(Ack(1).Sack(1001, 4001));
    Expect(Data(1000).Seq(1));
    NothingSent();
    EXPECT_EQ(Count().fastRecoveries, 1U);
}

TEST_F(LossRecovery, OneAckThatReportsThreeSegmentsShowsALoss) // RFC 6675 §5: ACKs get lost
{
    SendSegmentsWithSack(10);
    Send(Ack(1).Sack(1001, 4001));
    Expect(Data(1000).Seq(1));
}

TEST_F(LossRecovery, DuplicateAcksWithoutSackNewsDoNotCount) // RFC 6675 §2
{
    SendSegmentsWithSack(10);
    for (int i = 0; i < 5; ++i)
    {
        Send(Ack(1).Sack(1001, 2001));
    }
    NothingSent();
}

TEST_F(LossRecovery, EveryHoleIsFilledAsThePipeDrains) // RFC 6675 §5 (C)
{
    SendSegmentsWithSack(10); // 1 and 2001 are lost
    Send(Ack(1).Sack(1001, 2001));
    Send(Ack(1).Sack(3001, 4001).Sack(1001, 2001));
    NothingSent();
    Send(Ack(1).Sack(3001, 5001).Sack(1001, 2001));
    Expect(Data(1000).Seq(1));
    for (uint32_t right = 6001; right <= 10001; right += 1000)
    {
        Send(Ack(1).Sack(3001, right).Sack(1001, 2001));
        if (Count().retransmits == 2)
        {
            break;
        }
        NothingSent();
    }
    Expect(Data(1000).Seq(2001));
    Send(Ack(10001));
    NothingSent();
    EXPECT_EQ(Count().retransmits, 2U);
    EXPECT_EQ(Count().timeouts, 0U);
}

TEST_F(LossRecovery, WhatWasSackedIsNotRepeatedAfterATimeout) // RFC 2018 §5.1
{
    SendSegmentsWithSack(5);
    Send(Ack(1).Sack(2001, 4001));
    NothingSent();
    ExpectAfter(kRto, Data(1000).Seq(1));
    Send(Ack(1001).Sack(2001, 4001));
    Expect(Data(1000).Seq(1001));
    Ignore(); // 4001 may go with it
    Send(Ack(4001));
    Ignore();
    Send(Ack(5001));
    EXPECT_EQ(Count().retransmits, 3U) << "1, 1001 and 4001";
}

TEST_F(LossRecovery, PeerThatForgetsWhatItSackedIsSentItAgain) // RFC 2018 §8
{
    SendSegmentsWithSack(4);
    Send(Ack(1).Sack(1001, 3001));
    NothingSent();
    Advance(kRtt);
    Send(Ack(1001)); // and not 3001
    Ignore();
    Advance(1h);
    EXPECT_GE(Count().retransmits, 1U);
    ExpectState(State::Closed); // nobody answered; but not for want of trying
    Ignore();
}

TEST_F(LossRecovery, PeerThatForgetsWhatItSackedGetsItAllInTheEnd) // RFC 2018 §8
{
    SendSegmentsWithSack(4);
    Send(Ack(1).Sack(1001, 3001));
    Advance(kRtt);
    Send(Ack(1001));
    NothingSent();
    ExpectAfter(kRto, Data(1000).Seq(1001));
    Send(Ack(2001));
    Expect(Data(1000).Seq(2001));
    Ignore(); // 3001 may go with it
    Send(Ack(4001));
    EXPECT_EQ(Node().Of(connection).acked, 4000U);
}

TEST_F(LossRecovery, ReportsOfDuplicatesAreNoSignOfLoss) // D-SACK, RFC 2883
{
    SendSegmentsWithSack(10);
    Send(Ack(5001));
    for (int i = 0; i < 5; ++i)
    {
        Send(Ack(5001).Sack(1, 1001));
    }
    NothingSent();
    EXPECT_EQ(Count().fastRecoveries, 0U);
}

TEST_F(LossRecovery, RecoveryGoesOnInCloseWait)
{
    SendSegments(10);
    Send(Fin().Ack(1));
    Expect(Ack(2));
    for (int i = 0; i < 3; ++i)
    {
        Send(Ack(1));
    }
    Expect(Data(1000).Seq(1));
    Send(Ack(10001));
    EXPECT_EQ(Node().Of(connection).acked, 10000U);
}

} // namespace
} // namespace lifecycle::test
