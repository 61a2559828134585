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
