// ICMP "fragmentation needed" and "packet too big" (RFC 1191, RFC 8201), with RFC 5927's checks.

#include "peer-test.h"

namespace lifecycle::test
{
namespace
{

class PathMtu : public PeerTest
{
  protected:
    PathMtu()
    {
        config.data.lossDetection = LossDetection::Rack;
        config.data.leastPathMss = 100;
    }

    /** Establishes and sends \p segments of 1000 bytes; the next byte is 1. */
    void SendSegments(uint32_t segments)
    {
        ConnectAndEstablish(SynAck().SackPermitted());
        Write(1000 * segments);
        for (uint32_t i = 0; i < segments; ++i)
        {
            Expect(Data(1000));
        }
    }

    /** A router cannot pass on the segment that begins with \p seq. */
    void TooBig(uint32_t seq, uint16_t pathMss)
    {
        Advance(0s);
        Core().OnTooBig(now, Tuple(), SeqNum(kIss) + seq, pathMss);
        Advance(0s);
        Settle();
    }
};

TEST_F(PathMtu, WhatWasTooBigGoesOutAgainInPieces)
{
    SendSegments(2);
    TooBig(1, 400);
    Expect(Data(400).Seq(1));
    Expect(Data(400).Seq(401));
    Expect(Data(200).Seq(801));
    Expect(Data(400).Seq(1001));
    Expect(Data(400).Seq(1401));
    Expect(Data(200).Seq(1801));
    NothingSent();
    Send(Ack(2001));
    Write(1000);
    Expect(Data(400));
    Expect(Data(400));
    Ignore(); // Nagle decides on the rest
    EXPECT_EQ(View().mss, 400U);
    EXPECT_EQ(Count().timeouts, 0U);
    EXPECT_EQ(Count().tooBig, 1U);
}

TEST_F(PathMtu, SynThatWasTooBigGoesOutAgainWithASmallerMss) // Linux tcp_advertise_mss()
{
    config.data.offersPathMss = true;
    Connect();
    Expect(Syn());
    TooBig(0, 700);
    Expect(Syn().Seq(0).Mss(700));
}

TEST_F(PathMtu, DoesNotTouchTheCongestionWindow) // RFC 1191 §6.3: it is no congestion
{
    SendSegments(10);
    TooBig(1, 500);
    Ignore();
    EXPECT_EQ(View().congestion.cwnd, 10000U);
    Send(Ack(10001));
    EXPECT_EQ(Node().Of(connection).acked, 10000U);
}

TEST_F(PathMtu, ErrorThatSpeaksOfNothingInFlightIsIgnored) // RFC 5927 §4.1
{
    SendSegments(2);
    Send(Ack(1001));
    TooBig(1, 400);    // acknowledged
    TooBig(2001, 400); // never sent
    NothingSent();
    EXPECT_EQ(View().mss, 1000U);
}

TEST_F(PathMtu, ErrorThatWouldMakeSegmentsLargerIsIgnored)
{
    SendSegments(2);
    TooBig(1, 1400);
    NothingSent();
    EXPECT_EQ(View().mss, 1000U);
}

TEST_F(PathMtu, ErrorDoesNotMakeSegmentsTiny) // RFC 5927 §7, Linux min_pmtu
{
    config.data.leastPathMss = 512;
    SendSegments(1);
    TooBig(1, 8);
    Expect(Data(512).Seq(1));
    Expect(Data(488).Seq(513));
    EXPECT_EQ(View().mss, 512U);
}

TEST_F(PathMtu, RouterThatDoesNotSayIsGuessed) // RFC 1191 §5, §7.1
{
    SendSegments(1);
    TooBig(1, 0);
    Expect(Data(966).Seq(1)); // an MTU of 1006
    Expect(Data(34).Seq(967));
}

TEST_F(PathMtu, SackedPiecesAreNotSentAgain)
{
    SendSegments(3);
    Send(Ack(1).Sack(1001, 2001));
    TooBig(1, 500);
    Expect(Data(500).Seq(1));
    Expect(Data(500).Seq(501));
    Expect(Data(500).Seq(2001));
    Expect(Data(500).Seq(2501));
    NothingSent();
}

TEST_F(PathMtu, LargerSegmentsAreTriedAgainLater) // RFC 1191 §6.3
{
    SendSegments(1);
    TooBig(1, 500);
    Ignore();
    Send(Ack(1001));
    Advance(*config.data.pathMssExpiry);
    Write(3000);
    Expect(Data(1000));
    Ignore();
}

} // namespace
} // namespace lifecycle::test
