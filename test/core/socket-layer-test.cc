#include "peer-test.h"

#include <gtest/gtest.h>

namespace lifecycle::test
{

// What a socket layer asks of the core beyond reading, writing and closing.

class SocketLayer : public PeerTest
{
  protected:
    void WriteMore(uint32_t bytes)
    {
        Node().Of(connection).written += bytes;
        EXPECT_EQ(Core().Write(now, connection, bytes, true).value, bytes);
        Settle();
    }
};

TEST_F(SocketLayer, CallsForWhatIsGoneAreRefused)
{
    GoTo(State::Established);
    Abort();
    Expect(RstAck().Seq(1));
    EXPECT_EQ(Core().Push(now, connection), Error::NotConnected);
    EXPECT_EQ(Core().SetQuickAck(now, connection, true), Error::NotConnected);
    EXPECT_FALSE(Core().Drop(now, Tuple()));
    EXPECT_EQ(Core().SetBacklog(ListenerId{}, 1), Error::InvalidArgument);
}

TEST_F(SocketLayer, WhatIsToBeFollowedByMoreWaitsForTheNextAcknowledgement) // Linux MSG_MORE
{
    GoTo(State::Established);
    Write(1000);
    Expect(Data(1000));
    WriteMore(10);
    NothingSent();
    Send(Ack(1001));
    Expect(Data(10).Seq(1001));
}

TEST_F(SocketLayer, PushSendsWhatIsHeldBackWhateverIsInFlight) // as TCP_NODELAY is set
{
    config.data.cork = true;
    GoTo(State::Established);
    WriteMore(10);
    NothingSent();
    EXPECT_EQ(Core().Push(now, connection), Error::None);
    Settle();
    Expect(Data(10));
    Write(10); // corked again
    NothingSent();
}

TEST_F(SocketLayer, DroppedConnectionIsReset)
{
    GoTo(State::Established);
    EXPECT_TRUE(Core().Drop(now, Tuple()));
    Settle();
    Expect(RstAck().Seq(1));
    ExpectClosed(CloseReason::Aborted);
}

TEST_F(SocketLayer, DroppedTimeWaitIsForgottenInSilence)
{
    GoTo(State::TimeWait);
    EXPECT_TRUE(Core().Drop(now, Tuple()));
    Settle();
    NothingSent();
    EXPECT_FALSE(Core().Drop(now, Tuple()));
}

TEST_F(SocketLayer, ResetOfAConnectionWithTimestampsHasOne) // RFC 7323 §3.2
{
    AcceptAndEstablish(Syn().Stamp(100));
    Abort();
    Expect(RstAck().Seq(1));
    EXPECT_TRUE(Last().options.timestamps);
}

TEST_F(SocketLayer, InsecureResetIsObeyedAnywhereInTheWindow) // net.inet.tcp.insecure_rst
{
    config.validation.insecureReset = true;
    GoTo(State::Established);
    Send(Rst().Seq(1000));
    ExpectClosed(CloseReason::Reset);
}

TEST_F(SocketLayer, InsecureSynInTheWindowResets) // net.inet.tcp.insecure_syn
{
    config.validation.insecureSyn = true;
    GoTo(State::Established);
    Send(Syn().Seq(1000));
    Expect(RstAck().Seq(1).Ack(1));
    ExpectClosed(CloseReason::Reset);
}

TEST_F(SocketLayer, SegmentsThatLeaveAtOnceEndInPush) // Linux tcp_transmit_skb()
{
    config.data.pushesBursts = true;
    config.data.initialWindow = 2;
    GoTo(State::Established);
    Write(3000);
    Expect(Data(1000));
    EXPECT_FALSE(Last().flags.Has(Flag::PSH));
    Expect(Data(1000).Seq(1001));
    EXPECT_TRUE(Last().flags.Has(Flag::PSH));
}

} // namespace lifecycle::test
