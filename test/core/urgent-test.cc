// Urgent data: a mark in the stream, and nothing beside it (RFC 9293 §3.8.5, RFC 6093).

#include "peer-test.h"

namespace lifecycle::test
{
namespace
{

class Urgent : public PeerTest
{
  protected:
    void WriteUrgent(uint32_t bytes)
    {
        ASSERT_TRUE(Core().Write(now, connection, bytes));
        Node().Of(connection).written += bytes;
        ASSERT_EQ(Core().MarkUrgent(connection), Error::None);
        Settle();
    }

    uint32_t Ahead()
    {
        return Core().UrgentAhead(connection);
    }

    uint32_t TimesTold()
    {
        return Node().Of(connection).urgent;
    }
};

// To the peer.

TEST_F(Urgent, SegmentSaysWhereItEnds) // behind the last byte: RFC 6093 §4
{
    ConnectAndEstablish();
    WriteUrgent(3);
    Expect(Data(3).Urgent(3));
    Send(Ack(4));
    Write(3);
    Expect(Data(3)); // what follows is as always
}

TEST_F(Urgent, SegmentsBeforeItPointAhead)
{
    ConnectAndEstablish();
    WriteUrgent(2500);
    Expect(Data(1000).Urgent(2500));
    Expect(Data(1000).Urgent(1500));
    Expect(Data(500).Urgent(500)); // does not wait by Nagle's algorithm (Linux tcp_nagle_test())
}

TEST_F(Urgent, PureAcksPointToWhatCouldNotBeSentYet)
{
    ConnectAndEstablish(SynAck().Window(0));
    WriteUrgent(10);
    NothingSent();
    Send(Data(1).Seq(0).Window(0)); // old: answered at once
    Expect(Ack().Urgent(10));
}

TEST_F(Urgent, RepeatedSegmentsSayItAgain)
{
    ConnectAndEstablish();
    WriteUrgent(100);
    Expect(Data(100).Urgent(100));
    ExpectAfter(kRto, Data(100).Seq(1).Urgent(100));
    Send(Ack(101));
    Send(Data(1));
    ExpectAfter(40ms, Ack()); // it is over
}

TEST_F(Urgent, MoreOfItMovesTheMark)
{
    ConnectAndEstablish();
    WriteUrgent(10);
    Expect(Data(10).Urgent(10));
    WriteUrgent(10);
    Expect(Data(10).Urgent(10));
    ExpectAfter(kRto, Data(10).Seq(1).Urgent(20));
    Expect(Data(10).Seq(11).Urgent(10));
}

TEST_F(Urgent, MarkOfNothingIsNoMark)
{
    ConnectAndEstablish();
    EXPECT_EQ(Core().MarkUrgent(connection), Error::None);
    Settle();
    Write(1);
    Expect(Data(1));
}

TEST_F(Urgent, NothingIsUrgentAfterTheEnd)
{
    ConnectAndEstablish();
    ShutdownSend();
    Expect(Fin());
    EXPECT_EQ(Core().MarkUrgent(connection), Error::SendShutDown);
}

TEST_F(Urgent, MarkTooFarAwayIsAnnouncedAsFarAsThePointerGoes) // Linux __tcp_transmit_skb()
{
    config.data.sndBuf = 1 << 20;
    ConnectAndEstablish();
    WriteUrgent(69000);
    for (int segment = 0; segment < 4; ++segment)
    {
        Expect(Data(1000).Urgent(65535));
    }
    Expect(Data(1000).Urgent(65000)); // near enough
    Expect(Data(1000).Urgent(64000));
    Ignore();
}

// From the peer.

TEST_F(Urgent, ApplicationIsToldAndReadsItInItsTurn)
{
    AcceptAndEstablish();
    Send(Data(10).Urgent(4));
    EXPECT_EQ(TimesTold(), 1U);
    EXPECT_EQ(Ahead(), 4U);
    EXPECT_EQ(Unread(), 10U); // nothing is taken out of the stream
    Read(3);
    EXPECT_EQ(Ahead(), 1U);
    Read(3);
    EXPECT_EQ(Ahead(), 0U);
    ExpectAfter(40ms, Ack());
}

TEST_F(Urgent, MarkMayComeBeforeTheData) // RFC 9293 MUST-31: "as soon as it arrives"
{
    AcceptAndEstablish();
    Send(Ack().Urgent(1500));
    EXPECT_EQ(TimesTold(), 1U);
    EXPECT_EQ(Ahead(), 1500U);
    EXPECT_EQ(Unread(), 0U);
    Send(Data(1000).Urgent(1500));
    Send(Data(1000).Urgent(500));
    Expect(Ack());
    EXPECT_EQ(TimesTold(), 1U); // it is the same mark
    ReadAll();
    EXPECT_EQ(Ahead(), 0U);
}

TEST_F(Urgent, FurtherMarkIsToldAgain)
{
    AcceptAndEstablish();
    Send(Data(10).Urgent(10));
    Send(Data(10).Urgent(10));
    Expect(Ack());
    EXPECT_EQ(TimesTold(), 2U);
    EXPECT_EQ(Ahead(), 20U);
}

TEST_F(Urgent, OldMarkIsNoNews)
{
    AcceptAndEstablish();
    Send(Data(10));
    ReadAll();
    ExpectAfter(40ms, Ack());
    Send(Data(10).Seq(1).Urgent(5));
    Expect(Ack());
    EXPECT_EQ(TimesTold(), 0U);
}

TEST_F(Urgent, ZeroPointerIsNoMark)
{
    AcceptAndEstablish();
    Send(Data(10).Plus(Flag::URG));
    EXPECT_EQ(TimesTold(), 0U);
    ExpectAfter(40ms, Ack());
}

TEST_F(Urgent, NobodyIsToldAfterClose)
{
    AcceptAndEstablish();
    Close();
    Expect(Fin());
    Send(Ack(2).Urgent(100));
    EXPECT_EQ(TimesTold(), 0U);
    Send(Fin());
    Expect(Ack(2));
}

} // namespace
} // namespace lifecycle::test
