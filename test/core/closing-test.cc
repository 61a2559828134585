// Closing: every path of the state diagram from ESTABLISHED to CLOSED, and the ways it goes wrong.

#include "peer-test.h"

namespace lifecycle::test
{
namespace
{

class Closing : public PeerTest
{
};

// Active close.

TEST_F(Closing, ActiveCloseGoesThroughBothFinWaitsToTimeWait)
{
    ConnectAndEstablish();
    ShutdownSend();
    Expect(Fin());
    ExpectState(State::FinWait1);
    Send(Ack());
    NothingSent();
    ExpectState(State::FinWait2);
    Send(Fin());
    Expect(Ack());
    ExpectState(State::TimeWait);
    ExpectClosed(CloseReason::Normal);
    EXPECT_TRUE(Node().Of(connection).peerClosed);
}

TEST_F(Closing, FinAndAckInOneSegmentLeadStraightToTimeWait)
{
    ConnectAndEstablish();
    ShutdownSend();
    Expect(Fin());
    Send(Fin());
    Expect(Ack());
    ExpectState(State::TimeWait);
    ExpectClosed(CloseReason::Normal);
}

TEST_F(Closing, FinIsRepeatedWithBackOffAndGivenUp) // stock ns-3: for ever, without back-off
{
    config.data.dataRetries = 3;
    ConnectAndEstablish();
    ShutdownSend();
    Expect(Fin());
    ExpectAfter(kRto, Fin().Seq(1));
    ExpectAfter(2 * kRto, Fin().Seq(1));
    ExpectAfter(4 * kRto, Fin().Seq(1));
    ExpectState(State::FinWait1);
    Advance(8 * kRto);
    ExpectState(State::Closed);
    ExpectClosed(CloseReason::DataTimeout);
    Ignore(); // a RST may follow
}

TEST_F(Closing, FinFollowsTheDataThatWasWritten)
{
    ConnectAndEstablish();
    Write(2500);
    Expect(Data(1000));
    Expect(Data(1000));
    ShutdownSend();
    Expect(Data(500).Plus(Flag::FIN).Plus(Flag::PSH));
    ExpectState(State::FinWait1);
    Send(Ack(2501));
    ExpectState(State::FinWait1);
    Send(Ack(2502));
    ExpectState(State::FinWait2);
}

TEST_F(Closing, LostFinWithDataIsRepeatedWithItsData)
{
    ConnectAndEstablish();
    Write(500);
    Expect(Data(500));
    Write(400); // held back by Nagle's algorithm
    NothingSent();
    ShutdownSend();
    Expect(Data(400).Plus(Flag::FIN));
    Advance(kRtt);
    Send(Ack(501));
    ExpectAfter(kRto, Data(400).Seq(501).Plus(Flag::FIN));
    Send(Ack(902));
    ExpectState(State::FinWait2);
}

TEST_F(Closing, WritingAfterShutdownFails)
{
    ConnectAndEstablish();
    ShutdownSend();
    Expect(Fin());
    EXPECT_EQ(Core().Write(now, connection, 100).error, Error::SendShutDown);
    Send(Ack());
    ExpectState(State::FinWait2);
}

TEST_F(Closing, ShuttingDownTwiceSendsOneFin)
{
    ConnectAndEstablish();
    ShutdownSend();
    Expect(Fin());
    Core().ShutdownSend(now, connection);
    Advance(0s);
    NothingSent();
    ExpectState(State::FinWait1);
}

// Half-close: one direction is closed, the other goes on.

TEST_F(Closing, DataIsStillReceivedInFinWait2)
{
    GoTo(State::FinWait2);
    Send(Data(1000));
    Send(Data(1000));
    Expect(Ack(2001));
    EXPECT_EQ(Unread(), 2000U);
    ExpectState(State::FinWait2);
    Send(Data(300).Plus(Flag::FIN)); // stock ns-3 miscounts a FIN with data here
    Expect(Ack(2302));
    ExpectState(State::TimeWait);
    EXPECT_EQ(Unread(), 2300U);
}

TEST_F(Closing, DataIsStillReceivedInFinWait1)
{
    GoTo(State::FinWait1);
    Send(Data(1000).Ack(1));
    Send(Data(1000).Ack(1));
    Expect(Ack(2001));
    EXPECT_EQ(Unread(), 2000U);
    ExpectState(State::FinWait1);
}

TEST_F(Closing, FinWithDataInFinWait1LeadsToClosing)
{
    GoTo(State::FinWait1);
    Send(Data(1000).Ack(1).Plus(Flag::FIN));
    Expect(Ack(1002));
    ExpectState(State::Closing);
    EXPECT_EQ(Unread(), 1000U);
}

TEST_F(Closing, FinWithDataAndAckInFinWait1LeadsToTimeWait)
{
    GoTo(State::FinWait1);
    Send(Data(1000).Plus(Flag::FIN));
    Expect(Ack(1002));
    ExpectState(State::TimeWait);
    EXPECT_EQ(Unread(), 1000U);
}

TEST_F(Closing, DataIsStillSentInCloseWait)
{
    GoTo(State::CloseWait);
    Write(3000);
    Expect(Data(1000));
    Expect(Data(1000));
    Expect(Data(1000));
    Send(Ack());
    EXPECT_EQ(Node().Of(connection).acked, 3000U);
    ExpectState(State::CloseWait);
    ShutdownSend();
    Expect(Fin());
    ExpectState(State::LastAck);
}

TEST_F(Closing, DataIsStillRepeatedInCloseWait)
{
    GoTo(State::CloseWait);
    Write(1000);
    Expect(Data(1000));
    ExpectAfter(kRto, Data(1000).Seq(1));
}

// Passive close.

TEST_F(Closing, PassiveCloseGoesThroughCloseWaitAndLastAck)
{
    ConnectAndEstablish();
    Send(Fin());
    Expect(Ack());
    ExpectState(State::CloseWait);
    EXPECT_TRUE(Node().Of(connection).peerClosed);
    Close();
    Expect(Fin());
    ExpectState(State::LastAck);
    Send(Ack());
    NothingSent();
    ExpectState(State::Closed);
    ExpectClosed(CloseReason::Normal);
    EXPECT_EQ(Core().NextDeadline(), kNever);
}

TEST_F(Closing, LastAckWaitsForTheAckOfTheFin) // stock ns-3 closes on any ACK
{
    GoTo(State::CloseWait);
    Write(500);
    Expect(Data(500));
    ShutdownSend();
    Expect(Fin());
    Send(Ack(1)); // an old one
    ExpectState(State::LastAck);
    Send(Ack(501)); // of the data only
    ExpectState(State::LastAck);
    Send(Ack(502));
    ExpectState(State::Closed);
    ExpectClosed(CloseReason::Normal);
}

TEST_F(Closing, RepeatedFinIsAcknowledgedAgainInCloseWait)
{
    GoTo(State::CloseWait);
    Send(Fin().Seq(1));
    Expect(Ack(2));
    ExpectState(State::CloseWait);
}

TEST_F(Closing, RepeatedFinIsAcknowledgedAgainInLastAck)
{
    GoTo(State::LastAck);
    Send(Fin().Seq(1).Ack(1));
    Expect(Ack(2));
    ExpectState(State::LastAck);
}

TEST_F(Closing, FinIsRepeatedInLastAckAndGivenUp)
{
    config.data.dataRetries = 2;
    GoTo(State::LastAck);
    ExpectAfter(kRto, Fin().Seq(1));
    ExpectAfter(2 * kRto, Fin().Seq(1));
    Advance(4 * kRto);
    Ignore();
    ExpectClosed(CloseReason::DataTimeout);
}

TEST_F(Closing, FinAheadOfMissingDataWaitsForIt)
{
    ConnectAndEstablish();
    Send(Fin().Seq(1001));
    Expect(Ack(1));
    ExpectState(State::Established);
    EXPECT_FALSE(Node().Of(connection).peerClosed);
    Send(Data(1000).Seq(1));
    Expect(Ack(1002));
    ExpectState(State::CloseWait);
    EXPECT_EQ(Unread(), 1000U);
}

TEST_F(Closing, DataBeyondTheFinIsNotTaken)
{
    GoTo(State::CloseWait);
    Send(Data(100).Seq(2));
    Ignore();
    EXPECT_EQ(Unread(), 0U);
    ExpectState(State::CloseWait);
}

// Simultaneous close.

TEST_F(Closing, SimultaneousCloseGoesThroughClosing)
{
    ConnectAndEstablish();
    ShutdownSend();
    Expect(Fin());
    Send(Fin().Ack(1)); // the peer had not seen ours
    Expect(Ack(2));
    ExpectState(State::Closing);
    Send(Ack(2));
    NothingSent();
    ExpectState(State::TimeWait);
    ExpectClosed(CloseReason::Normal);
}

TEST_F(Closing, FinIsRepeatedInClosing)
{
    GoTo(State::Closing);
    ExpectAfter(kRto, Fin().Seq(1));
    Send(Ack(2));
    ExpectState(State::TimeWait);
}

TEST_F(Closing, RepeatedFinIsAcknowledgedAgainInClosing)
{
    GoTo(State::Closing);
    Send(Fin().Seq(1).Ack(1));
    Expect(Ack(2));
    ExpectState(State::Closing);
}

// The application is gone.

TEST_F(Closing, CloseWithUnreadDataResets) // RFC 2525 §2.17, RFC 1122 §4.2.2.13
{
    ConnectAndEstablish();
    Send(Data(100));
    Close();
    Expect(RstAck().Seq(1));
    ExpectState(State::Closed);
    ExpectClosed(CloseReason::Aborted);
}

TEST_F(Closing, CloseAfterReadingEverythingIsGraceful)
{
    ConnectAndEstablish();
    Send(Data(100));
    ReadAll();
    Close();
    Expect(Fin());
    ExpectState(State::FinWait1);
}

TEST_F(Closing, CloseWithUnreadDataIsGracefulWhereSoConfigured)
{
    config.closing.resetOnUnreadData = false;
    ConnectAndEstablish();
    Send(Data(100));
    Close();
    Expect(Fin());
    ExpectState(State::FinWait1);
}

TEST_F(Closing, DataThatArrivesAfterCloseResets) // RFC 1122 §4.2.2.13
{
    for (State state : {State::FinWait1, State::FinWait2})
    {
        SCOPED_TRACE(Name(state));
        ConnectAndEstablish();
        Close();
        Expect(Fin());
        if (state == State::FinWait2)
        {
            Send(Ack());
        }
        Send(Data(100).Ack(state == State::FinWait2 ? 2 : 1));
        Expect(Rst().Seq(state == State::FinWait2 ? 2 : 1));
        ExpectState(State::Closed);
        ExpectClosed(CloseReason::Aborted);
        StartOver();
    }
}

TEST_F(Closing, ClosedConnectionWaitsInFinWait2OnlySoLong) // Linux tcp_fin_timeout
{
    ConnectAndEstablish();
    Close();
    Expect(Fin());
    Send(Ack());
    ExpectState(State::FinWait2);
    Advance(59999ms);
    ExpectState(State::FinWait2);
    Advance(1ms);
    NothingSent();
    ExpectState(State::Closed);
    ExpectClosed(CloseReason::FinWait2Timeout);
}

TEST_F(Closing, FinWait2LastsForEverWhereSoConfigured) // RFC 9293 knows no time-out there
{
    config.closing.finWait2Timeout = std::nullopt;
    ConnectAndEstablish();
    Close();
    Expect(Fin());
    Send(Ack());
    Advance(24h);
    ExpectState(State::FinWait2);
    Send(Fin());
    Expect(Ack());
    ExpectState(State::TimeWait);
}

TEST_F(Closing, HalfClosedConnectionWaitsInFinWait2ForEver) // the application still reads
{
    GoTo(State::FinWait2);
    Advance(24h);
    ExpectState(State::FinWait2);
    Send(Data(100));
    EXPECT_EQ(Unread(), 100U);
    ExpectAfter(40ms, Ack(101));
}

TEST_F(Closing, OrphanGivesUpSoonerThanAConnectionWithAnOwner) // Linux tcp_orphan_retries
{
    config.closing.orphanRetries = 2;
    ConnectAndEstablish();
    Write(500);
    Expect(Data(500));
    Close();
    Expect(Fin());
    Advance(3 * kRto);
    Ignore(); // two repetitions
    ExpectState(State::FinWait1);
    Advance(4 * kRto);
    Ignore();
    ExpectState(State::Closed);
    ExpectClosed(CloseReason::DataTimeout);
}

TEST_F(Closing, AcceptedConnectionIsClosedByItselfAfterItsListenerIsGone)
{
    // PacketSink closes its listener and never what it accepted.
    AcceptAndEstablish();
    StopListening();
    NothingSent();
    ExpectState(State::Established);
    Send(Fin());
    Expect(Ack());
    Close();
    Expect(Fin());
    Send(Ack());
    ExpectState(State::Closed);
}

TEST_F(Closing, PeerMayCloseBeforeTheConnectionIsAccepted)
{
    Listen();
    Send(Syn());
    Expect(SynAck());
    Send(Data(100).Plus(Flag::FIN));
    Expect(Ack());
    Accept();
    ExpectState(State::CloseWait);
    EXPECT_EQ(Unread(), 100U);
    EXPECT_TRUE(Node().Of(connection).peerClosed);
}

TEST_F(Closing, ConnectionResetBeforeItIsAcceptedIsNotHandedOut)
{
    Listen();
    Send(Syn());
    Expect(SynAck());
    Send(Ack());
    Send(Rst());
    EXPECT_EQ(Core().Accept(listener).error, Error::WouldBlock);
    ExpectState(State::Listen);
}

// Abort.

TEST_F(Closing, AbortSendsResetAndForgets) // RFC 9293 §3.10.5
{
    for (State state : {State::Established, State::FinWait1, State::FinWait2, State::CloseWait})
    {
        SCOPED_TRACE(Name(state));
        GoTo(state);
        Abort();
        Expect(RstAck());
        ExpectState(State::Listen);
        ExpectClosed(CloseReason::Aborted);
        StartOver();
    }
}

TEST_F(Closing, AbortForgetsUnsentData)
{
    ConnectAndEstablish();
    Write(100000);
    for (int i = 0; i < 10; ++i)
    {
        Expect(Data(1000));
    }
    Abort();
    Expect(RstAck());
    ExpectClosed(CloseReason::Aborted);
    EXPECT_EQ(Core().NextDeadline(), kNever);
}

TEST_F(Closing, AbortInSynSentSendsNothing) // RFC 9293 §3.10.5: the TCB is deleted
{
    GoTo(State::SynSent);
    Abort();
    NothingSent();
    ExpectState(State::Closed);
}

TEST_F(Closing, AbortInClosingAndLastAckLeavesNothing) // RFC 9293 §3.10.5: no RST is needed
{
    for (State state : {State::Closing, State::LastAck})
    {
        SCOPED_TRACE(Name(state));
        GoTo(state);
        Abort();
        Ignore(); // Linux sends one all the same
        ExpectState(State::Listen);
        EXPECT_EQ(Core().NextDeadline(), kNever);
        StartOver();
    }
}

} // namespace
} // namespace lifecycle::test
