// Options: MSS, window scale, timestamps and SACK-permitted, offered or not by either side.

#include "peer-test.h"

namespace lifecycle::test
{
namespace
{

class OptionsOf : public PeerTest
{
  protected:
    /** The options of the segment that was expected last. */
    const Options& Sent() const
    {
        return Last().options;
    }
};

// MSS (RFC 9293 §3.7.1).

TEST_F(OptionsOf, SynCarriesOurMss) // stock ns-3 sends no MSS option
{
    config.data.mss = 1460;
    Connect();
    Expect(Syn().Mss(1460));
}

TEST_F(OptionsOf, SynAckCarriesOurMss)
{
    config.data.mss = 1460;
    Listen();
    Send(Syn());
    Expect(SynAck().Mss(1460));
}

TEST_F(OptionsOf, SegmentsAreNoLargerThanThePeersMss)
{
    ConnectAndEstablish(SynAck().Mss(700));
    Write(1400);
    Expect(Data(700));
    Expect(Data(700));
    EXPECT_EQ(View().mss, 700U);
}

TEST_F(OptionsOf, SegmentsAreNoLargerThanOurOwnMss)
{
    ConnectAndEstablish(SynAck().Mss(9000));
    Write(2000);
    Expect(Data(1000));
    Expect(Data(1000));
}

TEST_F(OptionsOf, WithoutAnMssOptionThePeerTakes536) // RFC 9293 MUST-15
{
    ConnectAndEstablish(SynAck().Mss(std::nullopt));
    Write(1072);
    Expect(Data(536));
    Expect(Data(536));
}

TEST_F(OptionsOf, WithoutAnMssOptionAClientTakes536)
{
    AcceptAndEstablish(Syn().Mss(std::nullopt));
    Write(1072);
    Expect(Data(536));
    Expect(Data(536));
}

TEST_F(OptionsOf, AbsurdlySmallMssDoesNotStopData) // Linux: TCP_MIN_SND_MSS
{
    for (uint16_t mss : {0, 1, 12, 40})
    {
        SCOPED_TRACE(mss);
        ConnectAndEstablish(SynAck().Mss(mss).Stamp(1));
        Write(10);
        Expect(Data(10));
        EXPECT_GE(View().mss, 8U);
        StartOver();
    }
}

TEST_F(OptionsOf, TimestampsTakeTheirRoomFromTheMss) // RFC 9293 §3.7.1, RFC 6691
{
    ConnectAndEstablish(SynAck().Stamp(500));
    Write(2000);
    Expect(Data(988));
    Expect(Data(988));
    Advance(kRtt);
    Send(Ack().Stamp(600));
    Expect(Data(24));
}

// Window scale (RFC 7323 §2).

TEST_F(OptionsOf, WindowScaleIsUsedBothWaysWhenBothOffer)
{
    config.data.rcvBuf = 4 * 65535;
    ConnectAndEstablish(SynAck().Scale(7).Window(65535));
    EXPECT_LE(Last().window, 65535U);
    EXPECT_GE(Last().window, 4 * 65535U / 4 - 1) << "in units of 4";
    Send(Ack().Window(1)); // 128 bytes
    Write(1000);
    Advance(1s);
    Expect(Data(128));
    Ignore();
}

TEST_F(OptionsOf, ShiftIsAsLargeAsTheBufferNeeds)
{
    config.data.rcvBuf = 65536;
    Connect();
    Expect(Syn().Scale(1));
    StartOver();
    config.data.rcvBuf = 65535;
    Connect();
    Expect(Syn().Scale(0));
    StartOver();
    config.data.rcvBuf = 8 << 20;
    Connect();
    Expect(Syn().Scale(8));
    StartOver();
    config.data.rcvBuf = UINT32_MAX;
    Connect();
    Expect(Syn().Scale(14));
}

TEST_F(OptionsOf, WindowInASynIsNeverScaled) // RFC 7323 §2.2
{
    ConnectAndEstablish(SynAck().Scale(7).Window(500));
    Write(1000);
    Expect(Data(500)); // and not 64000
}

TEST_F(OptionsOf, WithoutThePeersScaleNeitherSideScales)
{
    config.data.rcvBuf = 1 << 20;
    ConnectAndEstablish(SynAck().Window(500));
    EXPECT_EQ(Last().window, 65535);
    Write(1000);
    Expect(Data(500));
}

TEST_F(OptionsOf, ScaleIsNotOfferedWhereItIsTurnedOff)
{
    config.data.windowScaling = false;
    Connect();
    Expect(Syn());
    EXPECT_FALSE(Sent().windowScale);
    StartOver();
    Listen();
    Send(Syn().Scale(7));
    Expect(SynAck());
    EXPECT_FALSE(Sent().windowScale);
    Send(Ack().Window(600));
    Accept();
    Write(2000);
    Expect(Data(600)); // not scaled
}

TEST_F(OptionsOf, SynAckScalesOnlyWhenTheSynDid) // RFC 7323 §2.2
{
    Listen();
    Send(Syn());
    Expect(SynAck());
    EXPECT_FALSE(Sent().windowScale);
    StartOver();
    Listen();
    Send(Syn().Scale(0));
    Expect(SynAck());
    EXPECT_TRUE(Sent().windowScale) << "a shift of 0 is an offer as well";
}

// Timestamps (RFC 7323 §3).

TEST_F(OptionsOf, TimestampsAreSentInEverySegmentOnceAgreed)
{
    ConnectAndEstablish(SynAck().Stamp(500));
    EXPECT_TRUE(Sent().timestamps);
    EXPECT_EQ(Sent().timestamps->echo, 500U);
    Write(100);
    Expect(Data(100).Echo(500));
    Send(Data(50).Stamp(510));
    ExpectAfter(40ms, Ack().Echo(510));
    ShutdownSend();
    Expect(Fin().Echo(510));
}

TEST_F(OptionsOf, TimestampsAreNotSentWhenThePeerDidNotOfferThem)
{
    ConnectAndEstablish();
    EXPECT_FALSE(Sent().timestamps);
    Write(100);
    Expect(Data(100));
    EXPECT_FALSE(Sent().timestamps);
}

TEST_F(OptionsOf, TimestampsAreNotOfferedWhereTheyAreTurnedOff)
{
    config.data.timestamps = false;
    Connect();
    Expect(Syn());
    EXPECT_FALSE(Sent().timestamps);
    StartOver();
    Listen();
    Send(Syn().Stamp(500).Echo(0));
    Expect(SynAck());
    EXPECT_FALSE(Sent().timestamps);
}

TEST_F(OptionsOf, SynAckEchoesTheStampOfTheSyn)
{
    Listen();
    Send(Syn().Stamp(500).Echo(0));
    Expect(SynAck().Echo(500));
}

TEST_F(OptionsOf, OurStampsCountMilliseconds)
{
    ConnectAndEstablish(SynAck().Stamp(500));
    const uint32_t before = Sent().timestamps->value;
    Advance(250ms);
    Write(100);
    Expect(Data(100));
    EXPECT_EQ(Sent().timestamps->value - before, 250U);
}

TEST_F(OptionsOf, OldTimestampIsDroppedAndAcknowledged) // PAWS, RFC 7323 §5.3 R1
{
    ConnectAndEstablish(SynAck().Stamp(500));
    Send(Data(100).Stamp(499));
    Expect(Ack(1));
    EXPECT_EQ(Unread(), 0U);
    EXPECT_EQ(Count().pawsDropped, 1U);
    Send(Data(100).Seq(1).Stamp(500));
    EXPECT_EQ(Unread(), 100U);
    ExpectAfter(40ms, Ack(101));
}

TEST_F(OptionsOf, ResetIsNotSubjectToPaws) // RFC 7323 §5.2
{
    ConnectAndEstablish(SynAck().Stamp(500));
    Send(Rst().Stamp(1));
    ExpectClosed(CloseReason::Reset);
}

TEST_F(OptionsOf, TimestampMayWrap)
{
    ConnectAndEstablish(SynAck().Stamp(0xfffffff0));
    Send(Data(100).Stamp(5));
    EXPECT_EQ(Unread(), 100U);
    ExpectAfter(40ms, Ack().Echo(5));
}

TEST_F(OptionsOf, SegmentAheadOfItsTurnDoesNotChangeTheStampToEcho) // RFC 7323 §4.3 (B)
{
    ConnectAndEstablish(SynAck().Stamp(500));
    Send(Data(100).Seq(1).Stamp(510));
    Send(Data(100).Seq(201).Stamp(520));
    Expect(Ack(101).Echo(510));
    Send(Data(100).Seq(101).Stamp(530));
    Expect(Ack(301).Echo(530)); // of the segment that filled the hole: (C)
}

TEST_F(OptionsOf, DelayedAckEchoesTheEarlierStamp) // RFC 7323 §4.3 (A)
{
    ConnectAndEstablish(SynAck().Stamp(500));
    Send(Data(100).Stamp(510));
    Send(Data(100).Stamp(520));
    Expect(Ack(201).Echo(510));
}

// SACK-permitted (RFC 2018 §2).

TEST_F(OptionsOf, SackIsReportedOnceBothPermitIt)
{
    ConnectAndEstablish(SynAck().SackPermitted());
    Send(Data(100).Seq(101));
    Expect(Ack(1).Sack(101, 201));
    Send(Data(100).Seq(301));
    Expect(Ack(1).Sack(301, 401).Sack(101, 201)); // the newest first
    Send(Data(100).Seq(201));
    Expect(Ack(1).Sack(101, 401));
    Send(Data(100).Seq(1));
    Expect(Ack(401));
}

TEST_F(OptionsOf, SackIsNotReportedWhenThePeerDidNotPermitIt)
{
    ConnectAndEstablish();
    Send(Data(100).Seq(101));
    Expect(Ack(1));
    EXPECT_EQ(Sent().sacks.count, 0);
}

TEST_F(OptionsOf, SackIsNotPermittedWhereItIsTurnedOff)
{
    config.data.sack = false;
    Connect();
    Expect(Syn());
    EXPECT_FALSE(Sent().sackPermitted);
    StartOver();
    Listen();
    Send(Syn().SackPermitted());
    Expect(SynAck());
    EXPECT_FALSE(Sent().sackPermitted);
}

TEST_F(OptionsOf, SynAckPermitsSackOnlyWhenTheSynDid)
{
    Listen();
    Send(Syn());
    Expect(SynAck());
    EXPECT_FALSE(Sent().sackPermitted);
    StartOver();
    Listen();
    Send(Syn().SackPermitted());
    Expect(SynAck().SackPermitted());
}

TEST_F(OptionsOf, ThreeBlocksAreReportedBesideTimestampsAndFourWithout) // RFC 2018 §3
{
    ConnectAndEstablish(SynAck().SackPermitted());
    for (uint32_t i = 0; i < 5; ++i)
    {
        Send(Data(100).Seq(200 * i + 101));
        Ignore();
    }
    Send(Data(100).Seq(1101));
    Expect(Ack(1).Sack(1101, 1201).Sack(901, 1001).Sack(701, 801).Sack(501, 601));
    StartOver();
    ConnectAndEstablish(SynAck().SackPermitted().Stamp(500));
    for (uint32_t i = 0; i < 5; ++i)
    {
        Send(Data(100).Seq(200 * i + 101).Stamp(500));
        Ignore();
    }
    Send(Data(100).Seq(1101).Stamp(500));
    Expect(Ack(1).Sack(1101, 1201).Sack(901, 1001).Sack(701, 801));
}

// One peer's options are its own affair.

TEST_F(OptionsOf, SynWithoutOptionsLeavesLaterConnectionsTheirs) // stock ns-3: it does not
{
    Listen();
    Segment bare;
    bare.tuple = Tuple();
    bare.tuple.remotePort = 1;
    bare.flags = Flag::SYN;
    Node().Receive(now, bare, 0);
    const Options first = Node().Settle(now).at(0).segment.options;
    EXPECT_FALSE(first.timestamps || first.windowScale || first.sackPermitted);
    Send(Syn().Scale(7).SackPermitted().Stamp(500).Echo(0));
    Expect(SynAck().SackPermitted().Echo(500));
    EXPECT_TRUE(Sent().windowScale);
}

TEST_F(OptionsOf, MssAndScaleOfALaterSegmentAreIgnored) // RFC 7323 §2.2, RFC 9293 §3.7.1
{
    ConnectAndEstablish(SynAck());
    Send(Ack().Mss(100).Scale(3).SackPermitted().Window(1000));
    Write(2000);
    Expect(Data(1000));
    NothingSent();
}

} // namespace
} // namespace lifecycle::test
