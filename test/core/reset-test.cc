// RST: in each state, with the right number and with wrong ones (RFC 5961), and blind attacks.

#include "peer-test.h"

#include <array>

namespace lifecycle::test
{
namespace
{

class Reset : public PeerTest
{
  protected:
    /** RCV.NXT in a state that GoTo() leads to, relative. */
    static uint32_t RcvNxt(State state)
    {
        const bool finReceived = state == State::CloseWait || state == State::Closing ||
                                 state == State::LastAck || state == State::TimeWait;
        return finReceived ? 2 : 1;
    }
};

constexpr std::array kSynchronized{State::Established,
                                   State::FinWait1,
                                   State::FinWait2,
                                   State::CloseWait,
                                   State::Closing,
                                   State::LastAck};

TEST_F(Reset, WithTheExpectedNumberEndsTheConnectionInEveryState) // RFC 9293 §3.10.7.4, second
{
    for (State state : kSynchronized)
    {
        SCOPED_TRACE(Name(state));
        GoTo(state);
        Send(Rst().Seq(RcvNxt(state)));
        NothingSent();
        ExpectState(State::Listen);
        ExpectClosed(CloseReason::Reset);
        EXPECT_EQ(Core().NextDeadline(), kNever);
        StartOver();
    }
}

TEST_F(Reset, ElsewhereInTheWindowIsChallenged) // RFC 5961 §3.2
{
    for (State state : kSynchronized)
    {
        SCOPED_TRACE(Name(state));
        GoTo(state);
        Send(Rst().Seq(RcvNxt(state) + 1));
        Expect(Ack(RcvNxt(state)));
        Send(Rst().Seq(RcvNxt(state) + 65534));
        Ignore(); // challenge ACKs may be limited in their rate
        ExpectState(state);
        EXPECT_GE(Count().challengeAcks, 1U);
        StartOver();
    }
}

TEST_F(Reset, OutsideOfTheWindowIsDropped) // stock ns-3: any number kills
{
    for (State state : kSynchronized)
    {
        SCOPED_TRACE(Name(state));
        GoTo(state);
        Send(Rst().Seq(RcvNxt(state) - 1));
        Send(Rst().Seq(RcvNxt(state) + 300000));
        Send(Rst().Seq(RcvNxt(state) + 0x80000000));
        NothingSent();
        ExpectState(state);
        StartOver();
    }
}

TEST_F(Reset, FollowsTheDataThatArrivedBeforeIt)
{
    ConnectAndEstablish();
    Send(Data(100));
    Send(Rst().Seq(101));
    NothingSent();
    ExpectClosed(CloseReason::Reset);
}

TEST_F(Reset, AtAZeroWindowStillEndsTheConnection) // RFC 9293 §3.10.7.4: RCV.WND of 0
{
    config.data.rcvBuf = 2000;
    ConnectAndEstablish();
    Send(Data(1000));
    Send(Data(1000));
    Expect(Ack(2001).Window(0));
    Send(Rst().Seq(2001));
    ExpectClosed(CloseReason::Reset);
}

TEST_F(Reset, WhileDataIsInFlightLeavesNoTimer)
{
    ConnectAndEstablish();
    Write(5000);
    Ignore();
    Send(Rst().Seq(1));
    ExpectClosed(CloseReason::Reset);
    EXPECT_EQ(Core().NextDeadline(), kNever);
}

// SYN in a synchronized state.

TEST_F(Reset, SynIsChallengedWhateverItsNumber) // RFC 5961 §4.2
{
    for (State state : kSynchronized)
    {
        for (uint32_t seq : {0U, 1U, 5000U, 0x80000000U})
        {
            SCOPED_TRACE(std::string(Name(state)) + " seq " + std::to_string(seq));
            GoTo(state);
            Send(Syn().Seq(seq));
            Expect(Ack(RcvNxt(state)));
            ExpectState(state);
            StartOver();
        }
    }
}

TEST_F(Reset, RestartedPeerIsFreedByTheChallenge) // RFC 5961 §4.2: half-open connection
{
    ConnectAndEstablish();
    Send(Syn().Seq(5000)); // the peer crashed and begins anew
    Expect(Ack(1));
    Send(Rst().Seq(1)); // as it knows nothing of that ACK, from its number
    ExpectClosed(CloseReason::Reset);
}

// ACKs that cannot be the peer's.

TEST_F(Reset, AckOfTheFutureIsChallenged) // RFC 9293 §3.10.7.4, RFC 5961 §5.2
{
    ConnectAndEstablish();
    Write(100);
    Expect(Data(100));
    Send(Ack(102));
    Expect(Ack());
    Send(Data(50).Ack(200000));
    Expect(Ack(1)); // nothing of it was taken
    EXPECT_EQ(Node().Of(connection).acked, 0U);
    EXPECT_EQ(Unread(), 0U);
    ExpectState(State::Established);
}

TEST_F(Reset, AckOlderThanAnyWindowIsChallenged) // RFC 5961 §5.2
{
    ConnectAndEstablish();
    Send(Data(50).Seq(1).Ack(0U - 70000U));
    Expect(Ack(1));
    EXPECT_EQ(Unread(), 0U);
}

TEST_F(Reset, OldAckWithDataIsTaken) // RFC 5961 §5.2: within MAX.SND.WND
{
    ConnectAndEstablish();
    Write(100);
    Expect(Data(100));
    Send(Ack());
    Send(Data(50).Ack(1));
    EXPECT_EQ(Unread(), 50U);
    ExpectAfter(40ms, Ack(51));
}

} // namespace
} // namespace lifecycle::test
