// Telling the peer's segments from others': RFC 5961, and RFC 793 where that is asked for.

#include "peer-test.h"

namespace lifecycle::test
{
namespace
{

class Rfc793 : public PeerTest
{
  protected:
    Rfc793()
    {
        config.validation.rfc5961 = false;
    }
};

TEST_F(Rfc793, AnyResetInTheWindowEndsTheConnection)
{
    GoTo(State::Established);
    Send(Rst().Seq(5000));
    ExpectClosed(CloseReason::Reset);
}

TEST_F(Rfc793, ResetOutsideOfTheWindowDoesNot)
{
    GoTo(State::Established);
    Send(Rst().Seq(0));
    Send(Rst().Seq(500000));
    NothingSent();
    ExpectState(State::Established);
}

TEST_F(Rfc793, SynInTheWindowEndsTheConnectionWithAReset) // RFC 793, page 71
{
    GoTo(State::Established);
    Send(Syn().Seq(5000));
    Expect(RstAck().Seq(0 - kIss).Ack(5001)); // its sequence number is zero (RFC 9293 §3.10.7.1)
    ExpectClosed(CloseReason::Reset);
}

TEST_F(Rfc793, AckFromAfarIsIgnored)
{
    GoTo(State::Established);
    Send(Ack().Ack(0x80000000));
    ExpectState(State::Established);
    Ignore();
}

class Challenge : public PeerTest
{
};

TEST_F(Challenge, AcksAreLimitedPerSecond) // RFC 5961 §7
{
    config.validation.challengesPerSecond = 3;
    GoTo(State::Established);
    for (int i = 0; i < 3; ++i)
    {
        Send(Rst().Seq(5000));
        Expect(Ack());
    }
    for (int i = 0; i < 7; ++i)
    {
        Send(Rst().Seq(5000));
    }
    NothingSent();
    EXPECT_EQ(Count().challengesWithheld, 7U);
    Advance(1s);
    Send(Rst().Seq(5000));
    Expect(Ack());
}

TEST_F(Challenge, SegmentsOutOfTheWindowAreAnsweredNowAndThen) // Linux tcp_invalid_ratelimit
{
    config.validation.invalidInterval = 500ms;
    GoTo(State::Established);
    Send(Ack().Seq(0));
    Expect(Ack());
    Advance(499ms);
    Send(Ack().Seq(0));
    NothingSent();
    EXPECT_EQ(Count().invalidIgnored, 1U);
    Advance(1ms);
    Send(Ack().Seq(0));
    Expect(Ack());
}

TEST_F(Challenge, AcksCountAgainstTheSameLimit) // Linux tcp_send_challenge_ack
{
    config.validation.invalidInterval = 500ms;
    GoTo(State::Established);
    Send(Ack().Seq(0));
    Expect(Ack());
    Send(Rst().Seq(5000));
    Send(Syn().Seq(5000));
    NothingSent();
    EXPECT_EQ(Count().challengesWithheld, 2U);
    Advance(500ms);
    Send(Syn().Seq(5000));
    Expect(Ack(1));
}

TEST_F(Challenge, RepeatedSynStartsTheTimerOfTheSynAckAnew) // Linux and FreeBSD
{
    Listen();
    Send(Syn());
    Expect(SynAck());
    Advance(900ms);
    Send(Syn());
    Expect(SynAck());
    ExpectAfter(1s, SynAck());
}

TEST_F(Challenge, AnswersOfARequestAreLimited) // Linux tcp_check_req
{
    config.validation.invalidInterval = 500ms;
    Listen();
    Send(Syn());
    Expect(SynAck());
    Send(Syn()); // lost, so it comes again
    Expect(SynAck());
    Send(Syn());
    Send(Ack().Seq(500000));
    NothingSent();
    Advance(500ms);
    Send(Syn());
    Expect(SynAck());
}

TEST_F(Challenge, AnswersOfATimeWaitRecordAreLimited) // Linux tcp_timewait_check_oow_rate_limit
{
    config.validation.invalidInterval = 500ms;
    GoTo(State::TimeWait);
    Send(Ack().Seq(500000));
    Expect(Ack());
    Send(Ack().Seq(500000));
    NothingSent();
    Send(Fin().Seq(1)); // who sends a FIN again waits for its ACK
    Expect(Ack());
    Advance(500ms);
    Send(Ack().Seq(500000));
    Expect(Ack());
}

TEST_F(Challenge, ResetAtTheEdgeOfSackIsObeyedWhereThatIsTheRule) // Linux tcp_validate_incoming
{
    config.validation.lenientReset = true;
    AcceptAndEstablish(Syn().SackPermitted());
    Send(Data(100).Seq(101));
    Expect(Ack(1).Sack(101, 201));
    Send(Data(100).Seq(301));
    Expect(Ack(1).Sack(301, 401).Sack(101, 201));
    Send(Rst().Seq(201));
    Expect(Ack(1).Sack(301, 401).Sack(101, 201));
    Send(Rst().Seq(401));
    ExpectClosed(CloseReason::Reset);
}

class Stamps : public PeerTest
{
};

TEST_F(Stamps, OfZeroInASynSayNothing)
{
    AcceptAndEstablish(Syn().Stamp(0));
    Send(Data(10).Stamp(0x90000000));
    ExpectAfter(40ms, Ack(11).Echo(0x90000000));
}

TEST_F(Stamps, AreNotCheckedAfter24Days) // RFC 7323 §5.5
{
    AcceptAndEstablish(Syn().Stamp(500));
    Send(Data(10).Stamp(400));
    Expect(Ack(1));
    Advance(std::chrono::days(24));
    Send(Data(10).Seq(1).Stamp(400));
    ExpectAfter(40ms, Ack(11));
}

TEST_F(Stamps, OlderByTheSlackAreTakenAndNotEchoed) // Linux TCP_PAWS_WINDOW
{
    config.validation.oldStampSlack = 1;
    AcceptAndEstablish(Syn().Stamp(500));
    Send(Data(10).Stamp(499));
    ExpectAfter(40ms, Ack(11).Echo(500));
    Send(Data(10).Stamp(498));
    Expect(Ack(11));
}

TEST_F(Stamps, ThatASynAckEchoesHaveToBeOurs) // Linux PAWSACTIVEREJECTED
{
    config.handshake.checksSynAckEcho = true;
    Connect();
    Expect(Syn());
    const uint32_t ours = Last().options.timestamps.value().value;
    Advance(100ms);
    Send(SynAck().Stamp(500).Echo(ours - 1));
    Expect(Rst().Seq(1));
    Send(SynAck().Seq(0).Stamp(500).Echo(ours + 101));
    Expect(Rst().Seq(1));
    Send(SynAck().Seq(0).Stamp(500).Echo(ours));
    Expect(Ack(1));
    ExpectState(State::Established);
}

TEST_F(Challenge, DataOutOfTheWindowIsAlwaysAnswered) // the peer may have lost our ACK
{
    config.validation.invalidInterval = 500ms;
    GoTo(State::Established);
    Send(Data(100));
    Advance(40ms);
    Expect(Ack(101));
    Send(Data(100).Seq(1));
    Expect(Ack(101));
    Send(Data(100).Seq(1));
    Expect(Ack(101));
}

} // namespace
} // namespace lifecycle::test
