// What the third segment is for: the two-way handshake of the textbooks' warning, beside the
// three-way one. Each pair of tests is the same story.

#include "peer-test.h"

namespace lifecycle::test
{
namespace
{

class TwoWay : public PeerTest
{
  protected:
    TwoWay()
    {
        config.handshake.form = HandshakeForm::TwoWay;
        config.keepalive.enabled = true;
    }
};

class ThreeWay : public PeerTest
{
};

TEST_F(TwoWay, SynAloneMakesAConnection)
{
    Listen();
    Send(Syn());
    Expect(SynAck());
    ExpectState(State::Established);
    Accept();
    Write(100);
    Expect(Data(100).Plus(Flag::PSH));
}

// A SYN from long ago arrives; its sender is no more.

TEST_F(TwoWay, DelayedOldSynMakesAGhostThatOnlyKeepaliveFinds)
{
    Listen();
    Send(Syn());
    Expect(SynAck());
    Accept();
    Advance(2h - 1s);
    ExpectState(State::Established); // memory held, for nobody
    NothingSent();
    Advance(1s + 9 * 75s);
    Ignore(); // the probes
    ExpectClosed(CloseReason::KeepaliveTimeout);
}

TEST_F(ThreeWay, DelayedOldSynIsForgottenWithoutAConnection)
{
    Listen();
    Send(Syn());
    Expect(SynAck());
    Advance(63s); // five SYN-ACKs more: 1, 2, 4, 8 and 16 seconds apart, and 32 of waiting
    Ignore();
    ExpectState(State::Listen);
    EXPECT_FALSE(Core().Accept(listener));
    EXPECT_EQ(Count().accepted, 0U);
}

// The SYN-ACK is lost, and the server begins to send.

TEST_F(TwoWay, LostSynAckEndsInADeadlock)
{
    Listen();
    Send(Syn());
    Expect(SynAck()); // lost
    Accept();
    Write(100);
    Expect(Data(100).Plus(Flag::PSH)); // the client, in SYN-SENT, does not take it
    ExpectAfter(1s, Data(100).Seq(1).Plus(Flag::PSH));
    Send(Syn().Seq(0)); // nor does the server take the SYN again for a beginning
    Expect(Ack());
    ExpectAfter(2s, Data(100).Seq(1).Plus(Flag::PSH));
    ExpectAfter(4s, Data(100).Seq(1).Plus(Flag::PSH));
    Advance(1h);
    Ignore();
    ExpectClosed(CloseReason::DataTimeout); // both gave up; nothing was ever delivered
    EXPECT_EQ(Node().Of(connection).acked, 0U);
}

TEST_F(ThreeWay, LostSynAckIsSentAgain)
{
    Listen();
    Send(Syn());
    Expect(SynAck()); // lost
    Send(Syn().Seq(0));
    Expect(SynAck().Seq(0));
    Send(Ack());
    Accept();
    Write(100);
    Expect(Data(100).Plus(Flag::PSH));
}

} // namespace
} // namespace lifecycle::test
