// What FreeBSD answers where it differs from RFC 9293, asked of the model with FreeBsd's profile.
// From the source of FreeBSD 14: tcp_input(), tcp_do_segment(), tcp_twcheck(), syncache_*().

#include "core/profiles.h"
#include "peer-test.h"

namespace lifecycle::test
{
namespace
{

class FreeBsdAnswers : public PeerTest
{
  protected:
    FreeBsdAnswers()
    {
        config = MakeConfig(Profile::FreeBsd);
        config.handshake.isn = IsnChoice::Fixed;
        config.handshake.fixedIsn = kIss;
        config.data.mss = 1000;
    }

    void ToRequest(const Sketch& syn = Syn())
    {
        Listen();
        Send(syn);
        Expect(SynAck());
    }
};

// A half-open request: the SYN cache.

TEST_F(FreeBsdAnswers, AnySynOfTheSamePeerHasTheSynAckSentAgain) // syncache_add()
{
    ToRequest();
    Send(Syn());
    Expect(SynAck());
    Send(Syn().Seq(5000));
    Expect(SynAck().Ack(1));
    ExpectState(State::SynReceived);
}

TEST_F(FreeBsdAnswers, WrongAckEndsTheRequest) // syncache_expand()
{
    ToRequest();
    Send(Ack().Ack(77));
    Expect(Rst().Seq(77));
    ExpectState(State::Closed);
}

TEST_F(FreeBsdAnswers, ThirdSegmentOutOfTheWindowEndsTheRequest) // syncache_expand()
{
    ToRequest();
    Send(Ack().Seq(500000));
    Expect(Rst().Seq(1));
    ExpectState(State::Closed);
}

TEST_F(FreeBsdAnswers, SynAckEndsTheRequest) // syncache_badack()
{
    ToRequest();
    Send(SynAck().Ack(1));
    Expect(Rst().Seq(1));
    ExpectState(State::Closed);
}

TEST_F(FreeBsdAnswers, ResetElsewhereInTheWindowOfARequestIsChallenged) // syncache_chkrst()
{
    ToRequest();
    Send(Rst().Seq(5));
    Expect(Ack());
    Send(Rst().Seq(1));
    ExpectState(State::Closed);
}

TEST_F(FreeBsdAnswers, ResetAtTheRightEdgeOfARequestIsDropped) // tcp-testsuite, SYN-RECEIVED
{
    ToRequest();
    Send(Rst().Seq(1 + Last().window));
    NothingSent();
    ExpectState(State::SynReceived);
}

// Synchronized states.

TEST_F(FreeBsdAnswers, OldSegmentIsAcknowledgedAndItsAckIsTaken)
{
    GoTo(State::Established);
    Write(10);
    Expect(Data(10));
    Send(Ack().Seq(0).Ack(11));
    Expect(Ack().Seq(11));
    EXPECT_EQ(View().sendQueue, 0U);
}

TEST_F(FreeBsdAnswers, FinAgainMayAcknowledgeOurs)
{
    GoTo(State::Closing);
    Send(Fin().Seq(1).Ack(2));
    Expect(Ack());
    ExpectState(State::TimeWait);
}

TEST_F(FreeBsdAnswers, SegmentBeyondTheWindowIsAcknowledgedAndNothingElse)
{
    GoTo(State::Established);
    Write(10);
    Expect(Data(10));
    Send(Ack().Seq(500000).Ack(11));
    Expect(Ack().Seq(11));
    EXPECT_EQ(View().sendQueue, 10U);
}

TEST_F(FreeBsdAnswers, ResetCountsFromTheLastAckSent)
{
    GoTo(State::Established);
    Send(Data(10)); // its ACK is delayed
    Send(Rst().Seq(11));
    Expect(Ack(11)); // a challenge
    Send(Rst().Seq(11));
    ExpectClosed(CloseReason::Reset);
}

TEST_F(FreeBsdAnswers, ResetAtTheRightEdgeIsDropped)
{
    GoTo(State::Established);
    const uint32_t window = View().rcvBuf; // more than the field can say
    Send(Rst().Seq(1 + window));
    NothingSent();
    Send(Rst().Seq(window));
    Expect(Ack());
}

TEST_F(FreeBsdAnswers, ChallengesAreFiveASecondForEachConnection) // net.inet.tcp.ack_war_cnt
{
    GoTo(State::Established);
    for (int i = 0; i < 5; ++i)
    {
        Send(Rst().Seq(100));
        Expect(Ack());
    }
    Send(Rst().Seq(100));
    NothingSent();
    Send(Ack().Seq(500000)); // but what is no challenge is answered
    Expect(Ack());
    Advance(1s);
    Send(Rst().Seq(100));
    Expect(Ack());
}

TEST_F(FreeBsdAnswers, AckFromBeforeTheConnectionIsChallenged) // ghost ACK
{
    GoTo(State::Established);
    Send(Ack().Ack(0));
    Expect(Ack());
    EXPECT_EQ(Count().challengeAcks, 1U);
}

TEST_F(FreeBsdAnswers, SegmentWithoutTheTimestampIsTaken) // net.inet.tcp.tolerate_missing_ts 1
{
    AcceptAndEstablish(Syn().Stamp(500));
    Send(Data(10));
    ExpectAfter(40ms, Ack(11));
}

TEST_F(FreeBsdAnswers, SegmentWithoutTheTimestampIsDroppedIfThatIsAsked) // RFC 7323 §3.2
{
    config.validation.needsTimestamp = true; // net.inet.tcp.tolerate_missing_ts 0
    AcceptAndEstablish(Syn().Stamp(500));
    Send(Data(10));
    Advance(1s);
    NothingSent();
    Send(Data(10).Seq(1).Stamp(501));
    ExpectAfter(40ms, Ack(11));
}

TEST_F(FreeBsdAnswers, OldTimestampIsAnsweredOnlyWithText)
{
    AcceptAndEstablish(Syn().Stamp(500));
    Send(Ack().Stamp(400));
    NothingSent();
    Send(Data(10).Stamp(400));
    Expect(Ack(1));
}

// TIME-WAIT: tcp_twcheck().

TEST_F(FreeBsdAnswers, PartlyOldTextIsAcknowledgedAtOnce) // tcp_do_segment(): "ACK now"
{
    AcceptAndEstablish(Syn().SackPermitted());
    Send(Data(10));
    Send(Data(20).Seq(1));
    Expect(Ack(21).Sack(1, 11));
    Send(Data(10));
    ExpectAfter(40ms, Ack(31)); // and new text alone is not
}

TEST_F(FreeBsdAnswers, WindowIsUpdatedByAQuarterOfTheBuffer) // tcp_output(): adv
{
    config.data.rcvBuf = 40000;
    AcceptAndEstablish();
    for (int i = 0; i < 12; ++i)
    {
        Send(Data(1000));
        Send(Data(1000));
        Expect(Ack());
    }
    Read(9999);
    NothingSent();
    Read(1);
    Expect(Ack().Window(26000));
}

TEST_F(FreeBsdAnswers, WindowUpdateTravelsWithAnAckThatIsOwed) // tcp_output(): TF_DELACK
{
    config.data.rcvBuf = 40000;
    AcceptAndEstablish();
    for (int i = 0; i < 10; ++i)
    {
        Send(Data(1000));
        Send(Data(1000));
        Expect(Ack());
    }
    Send(Data(1000));
    ReadAll();
    ExpectAfter(40ms, Ack().Window(40000));
}

TEST_F(FreeBsdAnswers, TimeWaitIgnoresEveryReset)
{
    GoTo(State::TimeWait);
    Send(Rst().Seq(2));
    Send(Rst().Seq(3));
    NothingSent();
    ExpectState(State::TimeWait);
}

TEST_F(FreeBsdAnswers, TimeWaitAnswersAllThatHasAckButTheLastOneAgain)
{
    GoTo(State::TimeWait);
    Send(Ack().Seq(2).Ack(2));
    NothingSent();
    Send(Ack().Seq(2).Ack(1));
    Expect(Ack());
    Send(Ack().Seq(3).Ack(2));
    Expect(Ack());
    Send(Fin().Seq(1).Ack(2));
    Expect(Ack());
}

TEST_F(FreeBsdAnswers, TimeWaitIgnoresWhatHasNoAck)
{
    GoTo(State::TimeWait);
    Send(Data(10).Seq(2).NoAck());
    Send(Syn().Seq(1));
    NothingSent();
    ExpectState(State::TimeWait);
}

TEST_F(FreeBsdAnswers, TimeWaitYieldsToASynWithAHigherNumberOnly)
{
    GoTo(State::TimeWait);
    Send(Syn().Seq(1).Stamp(9999));
    NothingSent();
    Send(Syn().Seq(3));
    Expect(SynAck().Seq(2 + 65535 + 2).Ack(4));
    ExpectState(State::SynReceived);
}

} // namespace
} // namespace lifecycle::test
