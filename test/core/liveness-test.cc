// How long a silent peer is waited for: connecting, with data unacknowledged, and when idle.

#include "peer-test.h"

namespace lifecycle::test
{
namespace
{

class Liveness : public PeerTest
{
};

TEST_F(Liveness, FirstSynTimeoutsDoNotDoubleWhereTheyAreLinear) // Linux tcp_syn_linear_timeouts
{
    config.handshake.synLinearTimeouts = 4;
    config.handshake.synRetries = 2;
    Connect();
    Expect(Syn());
    for (Duration wait : {1s, 1s, 1s, 1s, 1s})
    {
        ExpectAfter(wait, Syn().Seq(0));
    }
    // More of them were allowed, but no more than the 7 s that two retries take where they double.
    Advance(2s - 1ms);
    ExpectState(State::SynSent);
    Advance(1ms);
    ExpectClosed(CloseReason::ConnectTimeout);
}

TEST_F(Liveness, ConnectTimeoutEndsTheAttemptWhateverTheRetries) // FreeBSD net.inet.tcp.keepinit
{
    config.handshake.timeout = 75s;
    Connect();
    Expect(Syn());
    Advance(75s - 1ms);
    ExpectState(State::SynSent);
    Ignore();
    Advance(1ms);
    Ignore();
    ExpectClosed(CloseReason::ConnectTimeout);
}

TEST_F(Liveness, UserTimeoutEndsAConnectionWhoseDataIsNotAcknowledged) // RFC 5482
{
    config.keepalive.userTimeout = 10s;
    GoTo(State::Established);
    Write(100);
    Ignore();
    Advance(10s - 1ms);
    Ignore();
    ExpectState(State::Established);
    Advance(1ms);
    Ignore();
    ExpectClosed(CloseReason::DataTimeout);
}

TEST_F(Liveness, UserTimeoutStartsAnewWithEveryAcknowledgement)
{
    config.keepalive.userTimeout = 10s;
    GoTo(State::Established);
    Write(2000);
    Expect(Data(1000));
    Expect(Data(1000).Plus(Flag::PSH));
    Advance(200ms);
    Send(Ack().Ack(1001));
    Advance(10s - 1ms);
    Ignore();
    ExpectState(State::Established);
    Advance(1ms);
    Ignore();
    ExpectClosed(CloseReason::DataTimeout);
}

TEST_F(Liveness, UserTimeoutAlsoEndsWaitingForAWindow)
{
    config.keepalive.userTimeout = 10s;
    GoTo(State::Established);
    Send(Ack().Window(0));
    Write(100);
    Advance(10s);
    Ignore();
    ExpectClosed(CloseReason::DataTimeout);
}

TEST_F(Liveness, WithoutUserTimeoutAWindowIsWaitedForAsLongAsThePeerAnswers)
{
    config.data.persistProbe = PersistProbe::ZeroLength;
    GoTo(State::Established);
    Send(Ack().Window(0));
    Write(100);
    for (int i = 0; i < 100; ++i)
    {
        Advance(120s);
        Ignore();
        Send(Ack().Window(0));
    }
    ExpectState(State::Established);
    Send(Ack().Window(1000));
    Expect(Data(100).Seq(1).Plus(Flag::PSH));
}

TEST_F(Liveness, UserTimeoutOfAnIdleConnectionCountsFromTheLastSegment) // Linux tcp_keepalive_timer
{
    config.keepalive.enabled = true;
    config.keepalive.idle = 10s;
    config.keepalive.interval = 5s;
    config.keepalive.probes = 100;
    config.keepalive.userTimeout = 20s;
    GoTo(State::Established);
    ExpectAfter(10s, Ack().Seq(0));
    ExpectAfter(5s, Ack().Seq(0));
    Advance(5s);
    Expect(RstAck());
    ExpectClosed(CloseReason::KeepaliveTimeout);
}

TEST_F(Liveness, ProbeMayCarryAGarbageByte) // RFC 9293 §3.8.4, for old implementations
{
    config.keepalive.enabled = true;
    config.keepalive.probe = KeepaliveProbe::GarbageByte;
    GoTo(State::Established);
    Core();
    now += 2h;
    Core().OnDeadline(now);
    const std::optional<OutSegment> probe = Core().PollSegment(now);
    ASSERT_TRUE(probe);
    EXPECT_TRUE(probe->garbage);
    EXPECT_EQ(probe->segment.payloadLength, 1U);
    EXPECT_FALSE(Core().PollSegment(now));
}

// Those whose application is gone.

TEST_F(Liveness, OrphansBeyondTheLimitAreReset) // Linux tcp_max_orphans
{
    config.closing.maxOrphans = 0;
    GoTo(State::Established);
    Close();
    Expect(RstAck());
    ExpectClosed(CloseReason::Aborted);
    EXPECT_EQ(Count().orphanOverflows, 1U);
}

TEST_F(Liveness, CloseIsAbortWhereLingeringIsForZeroSeconds) // SO_LINGER
{
    config.closing.abortOnClose = true;
    GoTo(State::Established);
    Write(100);
    Expect(Data(100).Plus(Flag::PSH));
    Close();
    Expect(RstAck());
    ExpectClosed(CloseReason::Aborted);
}

TEST_F(Liveness, FinWait2OfAnOrphanLastsForEverWhereNothingLimitsIt) // as the classic text warns
{
    config.closing.finWait2Timeout.reset();
    GoTo(State::FinWait2);
    Close();
    Advance(24h * 365);
    ExpectState(State::FinWait2);
    EXPECT_EQ(Core().NextDeadline(), kNever);
}

TEST_F(Liveness, LateDataIsTakenQuietlyWhereThatIsTheRule)
{
    config.closing.resetOnLateData = false;
    GoTo(State::FinWait1);
    Close();
    Send(Data(100).Ack(1));
    Advance(40ms);
    Expect(Ack(101));
    ExpectState(State::FinWait1);
}

TEST_F(Liveness, AgeOfAStateIsSeen) // a CLOSE_WAIT that leaks
{
    GoTo(State::CloseWait);
    const Instant since = now;
    Advance(1h);
    EXPECT_EQ(View().since, since);
    EXPECT_FALSE(View().orphan);
}

} // namespace
} // namespace lifecycle::test
