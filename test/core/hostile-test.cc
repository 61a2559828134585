// Large windows and hostile peers: no step looks at everything that is in flight, and nothing that
// arrives makes memory grow without bound.

#include "core/reassembly.h"
#include "core/scoreboard.h"
#include "crowd-test.h"
#include "peer-test.h"

#include <chrono>

namespace lifecycle::test
{
namespace
{

constexpr uint32_t kLength = 100; //!< of a segment

/**
 * So many segments that work which looks at all of them at every step, 10^11 looks, does not end
 * within the time limit that every test has; as n log n it takes a second.
 */
constexpr uint32_t kMany = 300'000;

Scoreboard
InFlight(uint32_t segments)
{
    Scoreboard board;
    for (uint32_t i = 0; i < segments; ++i)
    {
        SentSegment segment;
        segment.seq = SeqNum(kLength * i);
        segment.length = kLength;
        segment.sentAt = Instant(std::chrono::microseconds(i));
        board.Push(segment);
    }
    return board;
}

SackBlock
Block(uint32_t first, uint32_t end)
{
    return {SeqNum(kLength * first), SeqNum(kLength * end)};
}

TEST(LargeWindow, EverySecondSegmentIsLostAndRepaired)
{
    Scoreboard board = InFlight(kMany);
    Acknowledged report;
    for (uint32_t i = 1; i < kMany; i += 2)
    {
        board.Sack(Block(i, i + 1), report);
        board.MarkLostBelowSacked(3);
        board.MarkLostSentBefore(report.newest->order, Instant::max());
        if (board.FirstLost() != nullptr)
        {
            board.Retransmitted(Instant(1s));
        }
    }
    EXPECT_EQ(board.SackedBytes(), kMany / 2 * kLength);
    for (uint32_t i = 0; i <= kMany; i += 2)
    {
        board.Acknowledge(SeqNum(kLength * i));
    }
    EXPECT_TRUE(board.IsEmpty());
}

TEST(LargeWindow, BlocksThatComeAgainAndAgainCostLittle)
{
    Scoreboard board = InFlight(kMany);
    Acknowledged report;
    const uint32_t part = kMany / 7;
    for (uint32_t i = 0; i < kMany; ++i)
    {
        // Six large blocks in turn, so that no memory of the last four would help.
        const uint32_t at = (i % 6) * part + 1;
        board.Sack(Block(at, at + part - 1), report);
        board.MarkLostBelowSacked(3);
    }
    EXPECT_EQ(board.SackedBytes(), 6 * (part - 1) * kLength);
}

TEST(LargeWindow, SackedSegmentsFarApartCostLittle) // two SACKed ones are below the threshold
{
    Scoreboard board = InFlight(kMany);
    Acknowledged report;
    board.Sack(Block(1, 2), report);
    board.Sack(Block(kMany - 1, kMany), report);
    for (uint32_t i = 0; i < kMany; ++i)
    {
        board.MarkLostBelowSacked(3);
        EXPECT_FALSE(board.HasSacked(3));
    }
}

TEST(LargeWindow, FirstAndLastSegmentsLostInTurnCostLittle)
{
    Scoreboard board = InFlight(kMany);
    for (uint32_t i = 0; i < kMany; ++i)
    {
        board.MarkOldestLost();
        ASSERT_NE(board.FirstLost(), nullptr);
        board.Retransmitted(Instant(1s));
        board.RetransmittedLast(Instant(1s));
    }
}

TEST(LargeWindow, SmallerSegmentsAreMadeInOnePass)
{
    Scoreboard board = InFlight(kMany);
    board.Resegment(kLength / 2);
    EXPECT_EQ(board.Size(), 2 * kMany);
}

TEST(LargeWindow, SegmentsThatArriveBackwardsAreKeptCheaply)
{
    const uint64_t segments = Reassembly::kMostRanges;
    Reassembly received;
    for (uint64_t i = segments; i > 0; --i)
    {
        EXPECT_TRUE(received.Add({2 * i, 2 * i + 1})); // a hole after each
        EXPECT_EQ(received.Report(4).front(), (StreamRange{2 * i, 2 * i + 1}));
    }
    for (uint64_t i = 1; i <= segments; ++i)
    {
        received.Add({2 * i + 1, 2 * i + 2});
    }
    EXPECT_EQ(received.Bytes(), 2 * segments);
    EXPECT_EQ(received.Report(4).size(), 1U);
}

class HostilePeer : public PeerTest
{
};

TEST_F(HostilePeer, OverlapsAreHeldOnce)
{
    config.data.rcvBuf = 60000;
    AcceptAndEstablish(Syn().SackPermitted());
    for (uint32_t i = 0; i < 2000; ++i)
    {
        Send(Data(1000).Seq(2 + (i * 7919) % 50000));
        Ignore();
    }
    EXPECT_LE(Count().bytesIn, 2000U * 1000U);
    Send(Data(1).Seq(1));
    Ignore();
    EXPECT_LE(Unread(), 60000U);
}

TEST_F(HostilePeer, ManyHolesAreRefusedInTheEnd)
{
    Reassembly received;
    uint64_t refused = 0;
    for (uint64_t i = 0; i < 200'000; ++i)
    {
        refused += !received.Add({2 * i + 1, 2 * i + 2});
    }
    EXPECT_EQ(refused, 200'000 - Reassembly::kMostRanges);
    EXPECT_EQ(received.Bytes(), Reassembly::kMostRanges);
}

TEST_F(HostilePeer, TinyMssDoesNotMakeTinySegments) // Linux TCP_MIN_SND_MSS
{
    config.data.windowScaling = false;
    config.data.timestamps = false;
    Connect();
    Expect(Syn());
    Send(SynAck().Mss(1));
    Expect(Ack());
    Write(1000);
    EXPECT_GE(View().mss, 48U);
    Ignore();
}

TEST_F(HostilePeer, AckOfWhatWasNeverSentChangesNothing) // RFC 9293 §3.10.7.4, RFC 5961 §5
{
    ConnectAndEstablish();
    Write(3000);
    Ignore();
    for (uint32_t i = 1; i <= 100; ++i)
    {
        Send(Ack(3001 + i * 1000));
        Ignore(); // challenge ACKs
    }
    EXPECT_EQ(Node().Of(connection).acked, 0U);
    EXPECT_EQ(View().congestion.cwnd, 10000U);
}

TEST_F(HostilePeer, SackOfWhatWasNeverSentChangesNothing)
{
    config.data.lossDetection = LossDetection::Rack;
    ConnectAndEstablish(SynAck().SackPermitted());
    Write(3000);
    Ignore();
    Send(Ack(1).Sack(5001, 9001).Sack(1, 100001));
    NothingSent();
    EXPECT_EQ(View().pipe, 3000U);
}

TEST_F(HostilePeer, DividedAcksDoNotOpenTheWindowFaster) // RFC 5681 §3.1 note, RFC 3465
{
    ConnectAndEstablish();
    Write(60000);
    Ignore();
    for (uint32_t i = 1; i <= 1000; ++i)
    {
        Send(Ack(1 + i)); // a thousand ACKs for one segment
        Ignore();
    }
    EXPECT_EQ(View().congestion.cwnd, 11000U);
}

TEST_F(HostilePeer, AbsurdWindowIsLimitedByTheSendBuffer)
{
    config.data.sndBuf = 50000;
    Connect();
    Expect(Syn());
    Send(SynAck().Scale(255));
    Expect(Ack());
    Send(Ack().Window(65535)); // scaled by 14 at the most: RFC 7323 §2.3
    EXPECT_EQ(View().sndWnd, 65535U << 14);
    EXPECT_EQ(Core().WriteSpace(connection), 50000U);
}

TEST_F(HostilePeer, PeerThatRenegesForEverIsServedAndGivenUp) // RFC 2018 §8
{
    config.data.lossDetection = LossDetection::Rack;
    config.data.prr = true;
    config.data.dataRetries = 5;
    ConnectAndEstablish(SynAck().SackPermitted());
    Write(10000);
    Ignore();
    for (int i = 0; i < 50 && Core().IsAlive(connection); ++i)
    {
        Send(Ack(1).Sack(1001, 10001)); // and never the first
        Ignore();
        Advance(1s);
        Ignore();
    }
    EXPECT_FALSE(Core().IsAlive(connection));
    EXPECT_LT(Count().retransmits, 100U);
}

TEST_F(HostilePeer, StormOfDuplicateReportsDoesNotWidenTheReorderingWindowBeyondARoundTrip)
{
    config.data.lossDetection = LossDetection::Rack;
    ConnectAndEstablish(SynAck().SackPermitted());
    for (uint32_t i = 0; i < 600; ++i)
    {
        Write(1000);
        Ignore();
        Advance(1ms);
        Send(Ack(1001 + 1000 * i).Sack(1, 1001));
        Ignore();
    }
    const uint64_t before = Count().retransmits;
    Write(3000);
    Ignore();
    Advance(1ms);
    const uint32_t next = 600'001;
    Send(Ack(next).Sack(next + 1000, next + 3000));
    NothingSent();
    const Duration patience = View().srtt;
    Advance(patience + 1us);
    Ignore();
    EXPECT_EQ(Count().retransmits, before + 1) << "RFC 8985 §6.2: no longer than SRTT";
}

} // namespace
} // namespace lifecycle::test
