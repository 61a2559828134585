// Data without loss: windows of both sides, Nagle's algorithm, delayed ACKs, reassembly, persist.

#include "peer-test.h"

namespace lifecycle::test
{
namespace
{

class FlowControl : public PeerTest
{
};

// Sending.

TEST_F(FlowControl, SendsAsMuchAsThePeersWindowAllows)
{
    ConnectAndEstablish(SynAck().Window(3000));
    Write(6000);
    Expect(Data(1000));
    Expect(Data(1000));
    Expect(Data(1000));
    NothingSent();
    Send(Ack(1001).Window(3000));
    Expect(Data(1000));
    NothingSent();
    Send(Ack(4001).Window(3000));
    Expect(Data(1000));
    Expect(Data(1000).Plus(Flag::PSH));
}

TEST_F(FlowControl, WindowUpdateLetsDataGo)
{
    ConnectAndEstablish(SynAck().Window(1000));
    Write(3000);
    Expect(Data(1000));
    Send(Ack(1).Window(3000));
    Expect(Data(1000));
    Expect(Data(1000));
}

TEST_F(FlowControl, DataThatAnAckHasOvertakenDoesNotBringBackAnOlderWindow)
{
    ConnectAndEstablish(SynAck().Window(1000));
    Send(Ack(1).Seq(11).Window(5000));  // nothing is on its way here when it comes
    Send(Data(10).Seq(1).Window(1000)); // sent before it
    Write(8000);
    for (uint32_t sent = 0; sent < 5000; sent += 1000)
    {
        Expect(Data(1000).Seq(1 + sent));
    }
    NothingSent();
}

TEST_F(FlowControl, OlderSegmentDoesNotBringBackAnOlderWindow) // RFC 9293 §3.10.7.4, SND.WL1
{
    ConnectAndEstablish(SynAck().Window(1000));
    Write(100);
    Expect(Data(100));
    Send(Data(10).Seq(11).Window(5000)); // the second of two
    Expect(Ack(1));
    Send(Data(10).Seq(1).Window(1000)); // the first comes late
    Expect(Ack(21));
    Write(5000);
    for (int i = 0; i < 5; ++i)
    {
        Expect(Data(1000));
    }
}

TEST_F(FlowControl, ShrunkenWindowStopsSendingAndNothingElse) // RFC 9293 MUST-34
{
    ConnectAndEstablish();
    Write(3000);
    Expect(Data(1000));
    Expect(Data(1000));
    Expect(Data(1000));
    Send(Ack(1).Window(1000));
    Write(5000);
    NothingSent();
    Send(Ack(3001).Window(5000));
    for (int i = 0; i < 5; ++i)
    {
        Expect(Data(1000));
    }
}

TEST_F(FlowControl, SmallWritesAreCollectedWhileDataIsInFlight) // Nagle, RFC 9293 §3.7.4
{
    ConnectAndEstablish();
    Write(100);
    Expect(Data(100));
    Write(100);
    Write(100);
    NothingSent();
    Send(Ack());
    Expect(Data(200));
}

TEST_F(FlowControl, FullSegmentIsNotHeldBackByNagle)
{
    ConnectAndEstablish();
    Write(100);
    Expect(Data(100));
    Write(1500);
    Expect(Data(1000));
    NothingSent();
    Send(Ack());
    Expect(Data(500));
}

TEST_F(FlowControl, SmallWritesGoAtOnceWithoutNagle)
{
    config.data.nagle = false;
    ConnectAndEstablish();
    Write(100);
    Expect(Data(100));
    Write(100);
    Expect(Data(100));
}

TEST_F(FlowControl, SmallWindowIsFilledOnlyAfterAWait) // RFC 9293 §3.8.6.2.1: silly windows
{
    ConnectAndEstablish();
    Write(65000); // so that the largest window seen is in use
    Ignore();
    Send(Ack(10001).Window(300));
    NothingSent();
    Advance(99ms);
    NothingSent();
    Advance(901ms); // "0.1 to 1.0 seconds"
    Expect(Data(300).Seq(10001));
}

TEST_F(FlowControl, HalfTheLargestWindowIsFilledAtOnce) // RFC 9293 §3.8.6.2.1 (3)
{
    ConnectAndEstablish(SynAck().Window(800));
    Write(5000);
    Expect(Data(800));
    Send(Ack(801).Window(400));
    Expect(Data(400));
    Send(Ack(1201).Window(399));
    NothingSent();
}

TEST_F(FlowControl, LastSegmentIsPushed)
{
    ConnectAndEstablish();
    Write(1500);
    Expect(Data(1000));
    EXPECT_FALSE(Last().flags.Has(Flag::PSH));
    Send(Ack());
    Expect(Data(500).Plus(Flag::PSH));
}

TEST_F(FlowControl, WriteTakesWhatTheBufferHoldsAndAcksMakeRoom)
{
    config.data.sndBuf = 2500;
    ConnectAndEstablish();
    Write(2000);
    Expect(Data(1000));
    Expect(Data(1000));
    const Result<uint32_t> some = Core().Write(now, connection, 1000);
    EXPECT_EQ(some.value, 500U);
    Node().Of(connection).written += some.value;
    EXPECT_EQ(Core().Write(now, connection, 1).error, Error::WouldBlock);
    Send(Ack(1001));
    Ignore();
    EXPECT_EQ(Core().WriteSpace(connection), 1000U);
}

TEST_F(FlowControl, UnknownConnectionsAreRefusedPolitely)
{
    Core();
    const ConnectionId nobody{7, 9};
    EXPECT_EQ(Core().Write(now, nobody, 1).error, Error::NotConnected);
    EXPECT_EQ(Core().ShutdownSend(now, nobody), Error::NotConnected);
    EXPECT_EQ(Core().Close(now, nobody), Error::NotConnected);
    EXPECT_EQ(Core().Abort(now, nobody), Error::NotConnected);
    Core().Read(now, nobody, 1);
    EXPECT_FALSE(Core().IsAlive(nobody));
    EXPECT_EQ(Core().WriteSpace(nobody), 0U);
    EXPECT_EQ(Core().View(nobody).state, State::Closed);
}

// Receiving.

TEST_F(FlowControl, OneSegmentIsAcknowledgedAfterAMoment) // RFC 9293 §3.8.6.3; Linux: 40 ms
{
    ConnectAndEstablish();
    Send(Data(1000));
    ExpectAfter(40ms, Ack(1001));
    Advance(10s);
    NothingSent();
}

TEST_F(FlowControl, EverySecondSegmentIsAcknowledgedAtOnce) // RFC 5681 §4.2
{
    ConnectAndEstablish();
    Send(Data(1000));
    NothingSent();
    Send(Data(1000));
    Expect(Ack(2001));
    Send(Data(1000));
    NothingSent();
    Send(Data(1000));
    Expect(Ack(4001));
    Advance(1s);
    NothingSent();
}

TEST_F(FlowControl, AckRidesOnDataThatGoesTheOtherWay)
{
    ConnectAndEstablish();
    Send(Data(1000));
    Write(100);
    Expect(Data(100).Ack(1001));
    Send(Ack());
    Advance(1s);
    NothingSent();
}

TEST_F(FlowControl, EverySegmentIsAcknowledgedAtOnceWhereAcksAreNotDelayed)
{
    config.data.segmentsPerAck = 1;
    ConnectAndEstablish();
    Send(Data(1000));
    Expect(Ack(1001));
    Send(Data(1000));
    Expect(Ack(2001));
}

TEST_F(FlowControl, SegmentAheadOfItsTurnIsAcknowledgedAtOnce) // RFC 5681 §4.2
{
    ConnectAndEstablish();
    Send(Data(1000).Seq(1001));
    Expect(Ack(1));
    Send(Data(1000).Seq(2001));
    Expect(Ack(1));
    EXPECT_EQ(Unread(), 0U);
    Send(Data(1000).Seq(1));
    Expect(Ack(3001));
    EXPECT_EQ(Unread(), 3000U);
}

TEST_F(FlowControl, HalfFilledHoleIsAcknowledgedAtOnce) // RFC 5681 §4.2
{
    ConnectAndEstablish();
    Send(Data(1000).Seq(2001));
    Expect(Ack(1));
    Send(Data(1000).Seq(1));
    Expect(Ack(1001));
    Send(Data(1000).Seq(1001));
    Expect(Ack(3001));
}

TEST_F(FlowControl, RepeatedDataIsAcknowledgedAtOnceAndTakenOnce)
{
    ConnectAndEstablish();
    Send(Data(1000));
    Send(Data(1000).Seq(1));
    Expect(Ack(1001));
    EXPECT_EQ(Unread(), 1000U);
}

TEST_F(FlowControl, OverlappingSegmentsAreTakenOnce)
{
    ConnectAndEstablish();
    Send(Data(100).Seq(1));
    Send(Data(200).Seq(51));
    Expect(Ack(251));
    EXPECT_EQ(Unread(), 250U);
    Send(Data(100).Seq(301));
    Expect(Ack(251));
    Send(Data(100).Seq(351));
    Expect(Ack(251));
    Send(Data(200).Seq(151));
    Expect(Ack(451));
    EXPECT_EQ(Unread(), 450U);
}

TEST_F(FlowControl, DataGoesBothWaysAtOnce)
{
    ConnectAndEstablish();
    Write(2000);
    Expect(Data(1000).Ack(1));
    Expect(Data(1000).Ack(1));
    Send(Data(1000).Ack(1001));
    Send(Data(1000).Ack(2001));
    Expect(Ack(2001));
    EXPECT_EQ(Unread(), 2000U);
    EXPECT_EQ(Node().Of(connection).acked, 2000U);
}

// The window offered.

TEST_F(FlowControl, WindowShrinksByWhatIsNotReadAndOpensWhenItIs)
{
    config.data.rcvBuf = 5000;
    ConnectAndEstablish();
    EXPECT_EQ(Last().window, 5000);
    Send(Data(1000));
    Send(Data(1000));
    Expect(Ack(2001).Window(3000));
    Send(Data(1000));
    Send(Data(1000));
    Expect(Ack(4001).Window(1000));
    Send(Data(1000));
    ExpectAfter(40ms, Ack(5001).Window(0));
    ReadAll();
    Expect(Ack(5001).Window(5000)); // RFC 9293 §3.8.6.2.2
}

TEST_F(FlowControl, SmallReadsDoNotOpenAClosedWindow) // RFC 9293 §3.8.6.2.2: silly windows
{
    config.data.rcvBuf = 5000;
    ConnectAndEstablish();
    for (int i = 0; i < 5; ++i)
    {
        Send(Data(1000));
        Ignore();
    }
    Advance(1s);
    Ignore();
    Read(500);
    NothingSent();
    Read(499);
    NothingSent();
    Read(1);
    Expect(Ack(5001).Window(1000));
}

TEST_F(FlowControl, WindowIsNotTakenBackWhenScalingRounds) // RFC 9293 §3.8.6: no shrinking
{
    config.data.rcvBuf = 1 << 20; // a shift of 5
    ConnectAndEstablish(SynAck().Scale(0));
    uint64_t edge = 0;
    uint64_t received = 0;
    for (uint32_t i = 0; i < 200; ++i)
    {
        const uint32_t bytes = 1 + 37 * i % 999;
        received += bytes;
        Send(Data(bytes));
        Advance(50ms);
        Expect(Ack());
        const uint64_t newEdge = received + (uint64_t{Last().window} << 5);
        EXPECT_GE(newEdge, edge);
        EXPECT_LE(newEdge, received + (1 << 20) + 31);
        edge = newEdge;
    }
}

TEST_F(FlowControl, ProbeOfAClosedWindowIsAnswered) // stock ns-3 is silent
{
    config.data.rcvBuf = 2000;
    ConnectAndEstablish();
    Send(Data(1000));
    Send(Data(1000));
    Expect(Ack(2001).Window(0));
    Send(Data(1)); // one byte beyond, RFC 9293 §3.8.6.1
    Expect(Ack(2001).Window(0));
    Send(Ack().Seq(2000)); // no byte at all, as Linux does
    Expect(Ack(2001).Window(0));
    EXPECT_EQ(Unread(), 2000U);
}

TEST_F(FlowControl, AckIsTakenWhileOurWindowIsClosed) // RFC 9293 §3.10.7.4: "valid ACKs"
{
    config.data.rcvBuf = 2000;
    ConnectAndEstablish();
    Write(500);
    Expect(Data(500));
    Send(Data(1000).Ack(1));
    Send(Data(1000).Ack(1));
    Expect(Ack(2001).Window(0));
    Send(Ack(501).Seq(2001));
    EXPECT_EQ(Node().Of(connection).acked, 500U);
    Write(100);
    Expect(Data(100));
    Send(Data(1).Seq(2001).Ack(601)); // its byte does not fit, its ACK does
    EXPECT_EQ(Node().Of(connection).acked, 600U);
    Ignore();
}

// Persist (RFC 9293 §3.8.6.1).

TEST_F(FlowControl, ZeroWindowWithNothingToSendIsHarmless) // stock ns-3 crashes
{
    ConnectAndEstablish();
    Send(Ack().Window(0));
    Advance(1h);
    NothingSent();
    Send(Data(100).Window(0));
    ExpectAfter(40ms, Ack(101));
    ExpectState(State::Established);
}

TEST_F(FlowControl, ClosedWindowIsProbedWithBackOff)
{
    ConnectAndEstablish();
    Send(Ack().Window(0));
    Write(500);
    NothingSent();
    ExpectAfter(kRto, Data(1));
    Send(Ack(1).Window(0));
    ExpectAfter(2 * kRto, Data(1).Seq(1));
    Send(Ack(1).Window(0));
    ExpectAfter(4 * kRto, Data(1).Seq(1));
    Send(Ack(1).Window(0));
    ExpectAfter(8 * kRto, Data(1).Seq(1));
    EXPECT_EQ(Count().windowProbes, 4U);
}

TEST_F(FlowControl, ProbeWithoutDataLooksAsInLinux)
{
    config.data.persistProbe = PersistProbe::ZeroLength;
    ConnectAndEstablish();
    Send(Ack().Window(0));
    Write(500);
    ExpectAfter(kRto, Ack().Seq(0));
    Send(Ack(1).Window(0));
    ExpectAfter(2 * kRto, Ack().Seq(0));
    Send(Ack(1).Window(65535));
    Expect(Data(500));
}

TEST_F(FlowControl, ProbesAreSpacedByTheirOwnTimeoutWhereThereIsOne)
{
    config.data.persistTimeout = 5s;
    config.data.rto.maximum = 8s;
    config.data.persistProbe = PersistProbe::ZeroLength;
    ConnectAndEstablish();
    Send(Ack().Window(0));
    Write(500);
    ExpectAfter(5s, Ack().Seq(0));
    ExpectAfter(8s, Ack().Seq(0));
}

TEST_F(FlowControl, ProbedConnectionIsNotGivenUpWhileThePeerAnswers) // RFC 9293 MUST-37
{
    for (PersistProbe probe : {PersistProbe::OneByte, PersistProbe::ZeroLength})
    {
        config.data.persistProbe = probe;
        config.data.dataRetries = 3;
        ConnectAndEstablish();
        Send(Ack().Window(0));
        Write(500);
        for (int i = 0; i < 200; ++i)
        {
            AdvanceUntilSent();
            Ignore();
            Send(Ack(1).Window(0));
        }
        ExpectState(State::Established);
        EXPECT_GT(now - Instant(1000s), 6h) << "back-off goes up to two minutes";
        EXPECT_EQ(Count().windowProbes, 200U);
        Send(Ack(1).Window(65535));
        Ignore();
        Send(Ack());
        Ignore();
        Send(Ack());
        EXPECT_EQ(Node().Of(connection).acked, 500U);
        StartOver();
    }
}

TEST_F(FlowControl, ProbedConnectionIsGivenUpWhenThePeerIsSilent)
{
    config.data.dataRetries = 3;
    ConnectAndEstablish();
    Send(Ack().Window(0));
    Write(500);
    ExpectAfter(kRto, Data(1));
    ExpectAfter(2 * kRto, Data(1).Seq(1));
    ExpectAfter(4 * kRto, Data(1).Seq(1));
    Advance(8 * kRto);
    Ignore();
    ExpectClosed(CloseReason::DataTimeout);
}

TEST_F(FlowControl, PeerThatTakesTheProbesByteIsSentTheNextOne)
{
    ConnectAndEstablish();
    Send(Ack().Window(0));
    Write(500);
    ExpectAfter(kRto, Data(1));
    Send(Ack(2).Window(0));
    Advance(120s);
    Expect(Data(1).Seq(2));
    Ignore();
    Send(Ack(3).Window(65535));
    Expect(Data(498).Seq(3));
}

TEST_F(FlowControl, OpenedWindowLetsDataGoAtOnce)
{
    ConnectAndEstablish();
    Send(Ack().Window(0));
    Write(5000);
    ExpectAfter(kRto, Data(1));
    Send(Ack(1).Window(65535));
    Expect(Data(1).Seq(1)); // the probe's byte was not taken
    for (int i = 0; i < 4; ++i)
    {
        Expect(Data(1000)); // the congestion window is what it was
    }
    Send(Ack(4002));
    Expect(Data(999));
    Send(Ack(5001));
    EXPECT_EQ(Node().Of(connection).acked, 5000U);
    Advance(1h);
    NothingSent();
}

TEST_F(FlowControl, FinWaitsForAClosedWindowAndIsThenProbedWith)
{
    ConnectAndEstablish();
    Send(Ack().Window(0));
    ShutdownSend();
    NothingSent();
    ExpectAfter(kRto, Fin());
    Send(Ack(2).Window(0));
    ExpectState(State::FinWait2);
}

TEST_F(FlowControl, WindowThatClosesWhileDataIsInFlightIsProbed)
{
    ConnectAndEstablish(SynAck().Window(2000));
    Write(5000);
    Expect(Data(1000));
    Expect(Data(1000));
    Advance(kRtt);
    Send(Ack(2001).Window(0));
    NothingSent();
    Advance(10s);
    Expect(Data(1).Seq(2001));
    Ignore();
    Send(Ack(2001).Window(10000));
    Expect(Data(1).Seq(2001));
    Expect(Data(1000));
    Expect(Data(1000));
    Send(Ack());
    Expect(Data(999));
    Send(Ack());
    EXPECT_EQ(Node().Of(connection).acked, 5000U);
}

} // namespace
} // namespace lifecycle::test
