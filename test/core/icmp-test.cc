// ICMP messages that a segment did not get there (RFC 9293 §3.9.2.2, RFC 5461, RFC 5927).

#include "crowd-test.h"
#include "peer-test.h"

namespace lifecycle::test
{
namespace
{

class Icmp : public PeerTest
{
};

TEST_F(Icmp, AnUnreachableNetworkFailsTheAttemptAtOnceWhereItIsTakenForHard) // Linux tcp_v4_err
{
    Connect();
    Expect(Syn());
    Tell(IcmpError::Soft);
    ExpectClosed(CloseReason::Unreachable);
}

TEST_F(Icmp, AnUnreachablePortRefusesTheAttempt)
{
    for (const SoftErrors choice :
         {SoftErrors::EndAtOnce, SoftErrors::EndIfRepeated, SoftErrors::Note})
    {
        config.validation.softErrors = choice;
        Connect();
        Expect(Syn());
        Tell(IcmpError::Refused);
        ExpectClosed(CloseReason::Refused);
        StartOver();
    }
}

TEST_F(Icmp, ASoftErrorIsWhyAnAttemptThatGoesOnTimesOut)
{
    config.validation.softErrors = SoftErrors::Note;
    config.handshake.synRetries = 1;
    Connect();
    Expect(Syn());
    Tell(IcmpError::Soft);
    ExpectState(State::SynSent);
    ExpectAfter(1s, Syn().Seq(0));
    Advance(2s);
    ExpectClosed(CloseReason::Unreachable);
}

TEST_F(Icmp, AnAttemptSurvivesSoftErrorsThatPass)
{
    config.validation.softErrors = SoftErrors::Note;
    Connect();
    Expect(Syn());
    Tell(IcmpError::Soft);
    Send(SynAck());
    Expect(Ack());
    ExpectState(State::Established);
}

TEST_F(Icmp, TheSecondSoftErrorEndsAnAttemptThatWasRepeatedOften) // FreeBSD tcp_notify
{
    config.validation.softErrors = SoftErrors::EndIfRepeated;
    Connect();
    Expect(Syn());
    Tell(IcmpError::Soft);
    Tell(IcmpError::Soft);
    ExpectState(State::SynSent); // the second, but nothing was repeated yet
    for (const Duration wait : {1s, 2s, 4s})
    {
        ExpectAfter(wait, Syn().Seq(0));
        Tell(IcmpError::Soft);
        ExpectState(State::SynSent);
    }
    ExpectAfter(8s, Syn().Seq(0));
    Tell(IcmpError::Soft);
    ExpectClosed(CloseReason::Unreachable);
}

TEST_F(Icmp, TheFirstSoftErrorEndsNothingHoweverOftenTheSynWasRepeated)
{
    config.validation.softErrors = SoftErrors::EndIfRepeated;
    Connect();
    Expect(Syn());
    for (const Duration wait : {1s, 2s, 4s, 8s})
    {
        ExpectAfter(wait, Syn().Seq(0));
    }
    Tell(IcmpError::Soft);
    ExpectState(State::SynSent);
}

TEST_F(Icmp, AMessageOfNothingInFlightIsIgnored) // RFC 5927 §4.1
{
    Connect();
    Expect(Syn());
    Tell(IcmpError::Soft, 1);
    Tell(IcmpError::Refused, UINT32_MAX);
    ExpectState(State::SynSent);
    EXPECT_EQ(Count().icmpErrorsIgnored, 2U);
    EXPECT_EQ(Count().icmpErrorsIn, 0U);
}

TEST_F(Icmp, EndsNothingThatStands) // RFC 1122 §4.2.3.9, RFC 5927 §5.2
{
    for (const IcmpError error : {IcmpError::Soft, IcmpError::Hard, IcmpError::Refused})
    {
        GoTo(State::Established);
        Write(100);
        Ignore();
        Tell(error, 1);
        EXPECT_EQ(Count().icmpErrorsIn, 1U);
        ExpectState(State::Established);
        StartOver();
    }
}

TEST_F(Icmp, HardErrorsEndWhatStandsWhereTheRfcIsFollowed) // RFC 9293 §3.9.2.2, SHLD-26
{
    config.validation.hardErrorsEnd = true;
    GoTo(State::Established);
    Write(100);
    Ignore();
    Tell(IcmpError::Hard, 101);
    ExpectState(State::Established); // that byte was never sent
    Tell(IcmpError::Soft, 1);
    ExpectState(State::Established);
    Tell(IcmpError::Hard, 1);
    ExpectClosed(CloseReason::Unreachable);
}

TEST_F(Icmp, IsWhyDataThatIsNeverAcknowledgedTimesOut) // Linux sk_err_soft
{
    config.data.dataRetries = 1;
    GoTo(State::Established);
    Write(100);
    Ignore();
    Tell(IcmpError::Soft, 1);
    Advance(10s);
    Ignore();
    ExpectClosed(CloseReason::Unreachable);
}

TEST_F(Icmp, IsForgottenOnceThePeerIsHeard)
{
    config.data.dataRetries = 1;
    GoTo(State::Established);
    Write(100);
    Ignore();
    Tell(IcmpError::Soft, 1);
    Send(Ack().Ack(101));
    Write(100);
    Ignore();
    Advance(10s);
    Ignore();
    ExpectClosed(CloseReason::DataTimeout);
}

TEST_F(Icmp, ASimultaneousOpenIsStillAnAttempt)
{
    Connect();
    Expect(Syn());
    Send(Syn());
    Expect(SynAck().Seq(0));
    ExpectState(State::SynReceived);
    Tell(IcmpError::Soft);
    ExpectClosed(CloseReason::Unreachable);
}

class IcmpAtListener : public CrowdTest
{
  protected:
    SeqNum Ask(uint32_t client)
    {
        return Send(From(client, Flag::SYN)).at(0).segment.seq;
    }

    void Tell(uint32_t client, SeqNum seq, IcmpError error)
    {
        Core().OnIcmpError(now, TupleOf(client), seq, error);
        Settle();
    }
};

TEST_F(IcmpAtListener, ARequestIsDroppedIfTheNumberIsThatOfItsSynAck) // Linux tcp_req_err
{
    Listen();
    const SeqNum iss = Ask(1);
    Tell(1, iss + 1, IcmpError::Soft);
    EXPECT_EQ(In(State::SynReceived), 1U);
    EXPECT_EQ(Count().icmpErrorsIgnored, 1U);
    Tell(1, iss, IcmpError::Soft);
    EXPECT_EQ(In(State::SynReceived), 0U);
    ASSERT_FALSE(notices.empty());
    EXPECT_EQ(notices.back().to, State::Closed);
    EXPECT_EQ(notices.back().reason, CloseReason::Unreachable);
    EXPECT_TRUE(Core().IsConsistent());
}

TEST_F(IcmpAtListener, ARequestOutlivesAnUnreachablePort)
{
    Listen();
    Tell(1, Ask(1), IcmpError::Refused);
    EXPECT_EQ(In(State::SynReceived), 1U);
}

TEST_F(IcmpAtListener, ARequestIsDroppedAtTheSecondErrorOnceItsSynAckWasRepeated)
{
    config.validation.softErrors = SoftErrors::EndIfRepeated;
    Listen();
    const SeqNum iss = Ask(1);
    Tell(1, iss, IcmpError::Soft);
    Tell(1, iss, IcmpError::Soft);
    AdvanceTo(now + 7s); // three times again
    EXPECT_EQ(In(State::SynReceived), 1U);
    Tell(1, iss, IcmpError::Soft);
    EXPECT_EQ(In(State::SynReceived), 0U);
}

TEST_F(IcmpAtListener, AnErrorIsNotedAndToldWhenTheRequestTimesOut)
{
    config.validation.softErrors = SoftErrors::Note;
    Listen();
    Tell(1, Ask(1), IcmpError::Soft);
    EXPECT_EQ(In(State::SynReceived), 1U);
    AdvanceTo(now + 100s);
    EXPECT_EQ(In(State::SynReceived), 0U);
    EXPECT_EQ(notices.back().reason, CloseReason::Unreachable);
}

TEST_F(IcmpAtListener, NobodysConnectionIsNothingToIcmp)
{
    Listen();
    ComeAndGo(1);
    EXPECT_EQ(In(State::TimeWait), 1U);
    Tell(1, SeqNum(1), IcmpError::Hard);
    Tell(2, SeqNum(1), IcmpError::Hard);
    EXPECT_EQ(In(State::TimeWait), 1U);
    EXPECT_EQ(Count().icmpErrorsIgnored, 2U);
}

} // namespace
} // namespace lifecycle::test
