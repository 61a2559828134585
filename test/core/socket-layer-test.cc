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
        EXPECT_EQ(Core().Write(now, connection, bytes, WriteEnd::More).value, bytes);
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

TEST_F(SocketLayer, PlaceOfAConnectionIsKeptUntilItsEndHasBeenToldOf)
{
    Random random(1);
    Endpoint core(config, random);
    const auto open = [&] {
        ConnectRequest request;
        request.remote = IpAddress::FromV4(1);
        request.remotePort = 80;
        return core.Connect(now, request).value;
    };
    const ConnectionId ended = open();
    EXPECT_EQ(core.ConnectionAt(ended.index), ended);
    core.Abort(now, ended);
    EXPECT_FALSE(core.ConnectionAt(ended.index));
    EXPECT_NE(open().index, ended.index) << "nobody knows of the end";
    while (core.PollNotice()->kind != NoticeKind::Closed)
    {
    }
    EXPECT_NE(open().index, ended.index) << "it is being told of";
    while (core.PollNotice())
    {
    }
    EXPECT_EQ(open().index, ended.index);
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

TEST_F(SocketLayer, WhatLeavesAtOnceIsPushedInPieces) // Linux tcp_tso_autosize(), tcp_cwnd_test()
{
    config.data.leastBurst = 2;
    config.data.initialWindow = 4;
    GoTo(State::Established);
    Write(5000);
    std::vector<bool> pushed;
    for (uint32_t seq = 1; seq < 4001; seq += 1000)
    {
        Expect(Data(1000).Seq(seq));
        pushed.push_back(Last().flags.Has(Flag::PSH));
    }
    EXPECT_EQ(pushed, (std::vector<bool>{false, true, false, true})) << "half a window each";
}

TEST_F(SocketLayer, SegmentEndsWhereTheApplicationSaysSo) // MSG_EOR
{
    config.data.initialWindow = 10;
    GoTo(State::Established);
    Node().Of(connection).written += 1400;
    EXPECT_EQ(Core().Write(now, connection, 1400, WriteEnd::Record).value, 1400U);
    Write(1000);
    Expect(Data(1000).Seq(1));
    Expect(Data(400).Seq(1001));
    EXPECT_TRUE(Last().flags.Has(Flag::PSH));
    Expect(Data(1000).Seq(1401));
}

TEST_F(SocketLayer, ThirdSegmentGoesWithDataThatIsAboutToBeWritten) // Linux sk_write_pending
{
    Connect();
    Expect(Syn());
    Core().SetQuickAck(now, connection, false);
    Send(SynAck().Seq(0).Ack(1));
    Ignore();
    Write(100);
    Expect(Data(100).Seq(1));
}

TEST_F(SocketLayer, ThirdSegmentDoesNotWaitForEver) // Linux TCP_DELACK_MAX
{
    Connect();
    Expect(Syn());
    Core().SetQuickAck(now, connection, false);
    Send(SynAck().Seq(0).Ack(1));
    ExpectAfter(200ms, Ack().Seq(1).Ack(1));
}

TEST_F(SocketLayer, WindowOfWhichHalfIsInFlightGrowsInSlowStart) // Linux tcp_is_cwnd_limited()
{
    config.data.growsHalfUsed = true;
    config.data.initialWindow = 4;
    config.data.rcvBufMost = 0;
    GoTo(State::Established);
    const uint32_t before = Core().View(connection).congestion.cwnd;
    Write(3000);
    Ignore();
    Send(Ack().Seq(1).Ack(3001));
    EXPECT_GT(Core().View(connection).congestion.cwnd, before);
}

} // namespace lifecycle::test
