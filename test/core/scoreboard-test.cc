#include "core/scoreboard.h"
#include "random.h"

#include <algorithm>
#include <gtest/gtest.h>
#include <vector>

namespace lifecycle
{
namespace
{

using namespace std::chrono_literals;

/** \returns how many sequence numbers the peer had not reported before */
uint32_t
Sack(Scoreboard& board, SackBlock block)
{
    Acknowledged report;
    board.Sack(block, report);
    return report.sacked;
}

/** The same promises, kept by looking at every segment every time. */
class NaiveScoreboard
{
  public:
    void Push(const SentSegment& segment)
    {
        m_segments.push_back(segment);
        m_segments.back().order = ++m_order;
    }

    void Resend(SentSegment& segment, Instant now)
    {
        segment.lost = false;
        segment.retransmitted = true;
        segment.sentAt = now;
        segment.order = ++m_order;
    }

    /** \returns the transmission in the middle of all */
    uint64_t SomeOrder() const
    {
        return m_segments.empty() ? 0 : m_segments[m_segments.size() / 2].order;
    }

    void MarkLostSentBefore(uint64_t order, Instant latest)
    {
        for (SentSegment& segment : m_segments)
        {
            segment.lost |= !segment.sacked && segment.order < order && segment.sentAt <= latest;
        }
    }

    void UnmarkLost()
    {
        for (SentSegment& segment : m_segments)
        {
            segment.lost = false;
        }
    }

    void Resegment(uint32_t most)
    {
        std::vector<SentSegment> pieces;
        for (SentSegment segment : m_segments)
        {
            segment.lost |= segment.length > most && !segment.sacked;
            for (; segment.length > most; segment.length -= most, segment.seq += most)
            {
                pieces.push_back(segment);
                pieces.back().length = most;
            }
            pieces.push_back(segment);
        }
        m_segments = pieces;
    }

    bool IsEmpty() const
    {
        return m_segments.empty();
    }

    SentSegment& Last()
    {
        return m_segments.back();
    }

    void Acknowledge(SeqNum una)
    {
        while (!m_segments.empty() && m_segments.front().End().IsAtOrBefore(una))
        {
            m_segments.erase(m_segments.begin());
        }
        if (!m_segments.empty() && m_segments.front().seq.IsBefore(una))
        {
            const uint32_t covered = una.Since(m_segments.front().seq);
            m_segments.front().seq += covered;
            m_segments.front().length -= covered;
        }
    }

    uint32_t Sack(SackBlock block)
    {
        uint32_t news = 0;
        for (SentSegment& segment : m_segments)
        {
            const bool inside =
                segment.seq.IsAtOrAfter(block.left) && segment.End().IsAtOrBefore(block.right);
            if (inside && !segment.sacked)
            {
                segment.sacked = true;
                segment.lost = false;
                news += segment.length;
            }
        }
        return news;
    }

    void MarkLostBelowSacked(std::ptrdiff_t threshold)
    {
        for (auto segment = m_segments.begin(); segment != m_segments.end(); ++segment)
        {
            const auto above = std::count_if(segment + 1, m_segments.end(), [](const auto& later) {
                return later.sacked;
            });
            segment->lost |= above >= threshold && !segment->sacked && !segment->retransmitted;
        }
    }

    void MarkOldestLost()
    {
        if (!m_segments.empty())
        {
            m_segments.front().lost |= !m_segments.front().sacked;
        }
    }

    void MarkLostByTimeout()
    {
        // RFC 2018 §8: what was SACKed and comes to be the oldest, the peer has thrown away.
        const bool reneged = !m_segments.empty() && m_segments.front().sacked;
        for (SentSegment& segment : m_segments)
        {
            segment.sacked &= !reneged;
            segment.lost = !segment.sacked;
        }
    }

    SentSegment* FirstLost()
    {
        const auto lost = std::find_if(m_segments.begin(), m_segments.end(), [](const auto& sent) {
            return sent.lost;
        });
        return lost == m_segments.end() ? nullptr : &*lost;
    }

    uint32_t Total() const
    {
        return Sum([](const SentSegment&) { return true; });
    }

    uint32_t Sacked() const
    {
        return Sum([](const SentSegment& segment) { return segment.sacked; });
    }

    uint32_t Lost() const
    {
        return Sum([](const SentSegment& segment) { return segment.lost; });
    }

    const std::vector<SentSegment>& Segments() const
    {
        return m_segments;
    }

  private:
    template <typename Counts>
    uint32_t Sum(Counts counts) const
    {
        uint32_t sum = 0;
        for (const SentSegment& segment : m_segments)
        {
            sum += counts(segment) ? segment.length : 0;
        }
        return sum;
    }

    std::vector<SentSegment> m_segments;
    uint64_t m_order{0};
};

/** A scoreboard and its naive twin, taken through the same random steps. */
class Twins
{
  public:
    explicit Twins(uint32_t seed)
        : m_random(seed),
          m_next(0U - m_random.Below(3000)) // most runs cross the wrap
    {
    }

    void Step()
    {
        switch (m_random.Below(13))
        {
        case 0:
        case 1:
        case 2:
            Push();
            break;
        case 3:
            Acknowledge();
            break;
        case 4:
        case 5:
        case 6:
            Sack();
            break;
        case 7:
            m_board.MarkLostBelowSacked(3);
            m_model.MarkLostBelowSacked(3);
            break;
        case 8:
            Retransmit();
            break;
        case 9:
            MarkBySendingTime();
            break;
        case 10:
            Undo();
            break;
        case 11:
            Shrink();
            break;
        default:
            Timeout();
        }
    }

    void ExpectEqual()
    {
        ASSERT_TRUE(m_board.IsConsistent());
        ASSERT_EQ(m_board.Size(), m_model.Segments().size());
        ASSERT_EQ(m_board.Total(), m_model.Total());
        ASSERT_EQ(m_board.SackedBytes(), m_model.Sacked());
        ASSERT_EQ(m_board.LostBytes(), m_model.Lost());
        ASSERT_EQ(m_board.Pipe(), m_model.Total() - m_model.Sacked() - m_model.Lost());
        const SentSegment* lost = m_board.FirstLost();
        const SentSegment* expected = m_model.FirstLost();
        ASSERT_EQ(lost == nullptr, expected == nullptr);
        if (lost != nullptr)
        {
            ASSERT_EQ(lost->seq, expected->seq);
            ASSERT_EQ(lost->length, expected->length);
        }
    }

  private:
    void Push()
    {
        SentSegment segment;
        segment.seq = m_next;
        segment.length = m_random.Chance(0.2) ? m_random.Between(1, 9) : 10;
        segment.sentAt = Tick();
        m_board.Push(segment);
        m_model.Push(segment);
        m_next += segment.length;
    }

    /** \returns a place in flight: mostly between segments, as peers report, but not always */
    SeqNum SomePlace()
    {
        const auto& segments = m_model.Segments();
        if (segments.empty() || m_random.Chance(0.1))
        {
            return m_next - m_random.Below(m_model.Total() + 1);
        }
        const SentSegment& segment =
            segments[m_random.Below(static_cast<uint32_t>(segments.size()))];
        return m_random.Chance(0.5) ? segment.seq : segment.End();
    }

    void Acknowledge()
    {
        const SeqNum una = SomePlace();
        const uint32_t before = m_model.Total();
        const Acknowledged result = m_board.Acknowledge(una);
        m_model.Acknowledge(una);
        ASSERT_EQ(result.bytes, before - m_model.Total());
    }

    void Sack()
    {
        const SeqNum a = SomePlace();
        const SeqNum b = SomePlace();
        const SackBlock block{Earlier(a, b), Later(a, b)};
        ASSERT_EQ(::lifecycle::Sack(m_board, block), m_model.Sack(block));
    }

    void Retransmit()
    {
        m_board.MarkOldestLost();
        m_model.MarkOldestLost();
        if (SentSegment* lost = m_model.FirstLost())
        {
            ASSERT_NE(m_board.FirstLost(), nullptr);
            const Instant now = Tick();
            m_board.Retransmitted(now);
            m_model.Resend(*lost, now);
        }
        else if (!m_model.IsEmpty() && !m_model.Last().sacked)
        {
            const Instant now = Tick();
            m_board.RetransmittedLast(now);
            m_model.Resend(m_model.Last(), now);
        }
    }

    void MarkBySendingTime()
    {
        const uint64_t order = m_model.SomeOrder();
        const Instant latest = m_now - 1s * m_random.Below(10);
        m_board.MarkLostSentBefore(order, latest);
        m_model.MarkLostSentBefore(order, latest);
    }

    void Undo()
    {
        if (m_random.Chance(0.3))
        {
            m_board.UnmarkLost();
            m_model.UnmarkLost();
        }
    }

    void Shrink()
    {
        if (m_random.Chance(0.1))
        {
            const uint32_t most = m_random.Between(1, 10);
            m_board.Resegment(most);
            m_model.Resegment(most);
        }
    }

    /** Some steps take no time. */
    Instant Tick()
    {
        m_now += m_random.Chance(0.5) ? 1s : 0s;
        return m_now;
    }

    void Timeout()
    {
        if (m_random.Chance(0.2))
        {
            m_board.MarkLostByTimeout();
            m_model.MarkLostByTimeout();
        }
    }

    test::Random m_random;
    SeqNum m_next;
    Instant m_now{100s};
    Scoreboard m_board;
    NaiveScoreboard m_model;
};

TEST(Scoreboard, AgreesWithANaiveModelOverRandomOperations)
{
    for (uint32_t seed = 1; seed <= 200; ++seed)
    {
        Twins twins(seed);
        for (int step = 0; step < 300; ++step)
        {
            SCOPED_TRACE("seed " + std::to_string(seed) + " step " + std::to_string(step));
            twins.Step();
            twins.ExpectEqual();
            if (testing::Test::HasFatalFailure())
            {
                return;
            }
        }
    }
}

/** Segments of 100 numbers from 0 on, sent a second apart. */
Scoreboard
InFlight(uint32_t segments)
{
    Scoreboard board;
    for (uint32_t i = 0; i < segments; ++i)
    {
        SentSegment segment;
        segment.seq = SeqNum(100 * i);
        segment.length = 100;
        segment.sentAt = Instant(std::chrono::seconds(i));
        board.Push(segment);
    }
    return board;
}

TEST(Scoreboard, MeasuresByTheNewestSegmentAcknowledged)
{
    Scoreboard board = InFlight(3);
    const Acknowledged result = board.Acknowledge(SeqNum(200));
    EXPECT_EQ(result.bytes, 200U);
    EXPECT_EQ(result.lastSent, Instant(1s));
}

TEST(Scoreboard, DoesNotMeasureBySegmentsSentAgain) // Karn's algorithm, RFC 6298 §3
{
    Scoreboard board = InFlight(1);
    board.MarkOldestLost();
    ASSERT_NE(board.FirstLost(), nullptr);
    board.Retransmitted(Instant(5s));
    const Acknowledged result = board.Acknowledge(SeqNum(100));
    EXPECT_TRUE(result.retransmitted);
    EXPECT_EQ(result.lastSent, std::nullopt);
}

TEST(Scoreboard, SegmentIsLostWhenThreeAboveItHaveArrived) // RFC 6675 §4, IsLost
{
    Scoreboard board = InFlight(6);
    Sack(board, {SeqNum(200), SeqNum(400)});
    board.MarkLostBelowSacked(3);
    EXPECT_EQ(board.FirstLost(), nullptr);
    Sack(board, {SeqNum(500), SeqNum(600)});
    board.MarkLostBelowSacked(3);
    EXPECT_EQ(board.LostBytes(), 200U) << "0 and 100; 400 has only one above it";
    ASSERT_NE(board.FirstLost(), nullptr);
    EXPECT_EQ(board.FirstLost()->seq, SeqNum(0));
}

TEST(Scoreboard, SackedDataIsSentAgainWhenThePeerHasThrownItAway) // RFC 2018 §8
{
    Scoreboard board = InFlight(3);
    Sack(board, {SeqNum(100), SeqNum(300)});
    board.Acknowledge(SeqNum(100)); // and not 300, although it said it had that
    board.MarkLostByTimeout();
    ASSERT_NE(board.FirstLost(), nullptr);
    EXPECT_EQ(board.FirstLost()->seq, SeqNum(100));
    EXPECT_EQ(board.LostBytes(), 200U);
}

TEST(Scoreboard, IgnoresBlocksOutsideOfWhatIsInFlight)
{
    Scoreboard board = InFlight(3);
    board.Acknowledge(SeqNum(100));
    EXPECT_EQ(Sack(board, {SeqNum(0), SeqNum(100)}), 0U) << "a duplicate report, RFC 2883";
    EXPECT_EQ(Sack(board, {SeqNum(200), SeqNum(400)}), 0U) << "never sent";
    EXPECT_EQ(Sack(board, {SeqNum(300), SeqNum(200)}), 0U) << "upside down";
    EXPECT_EQ(Sack(board, {SeqNum(200), SeqNum(200)}), 0U) << "empty";
    EXPECT_EQ(board.SackedBytes(), 0U);
}

TEST(Scoreboard, OldReportsDoNotHideNewOnesAfterTheSequenceSpaceWrapped)
{
    Scoreboard board;
    SeqNum next;
    const auto send = [&](uint32_t length) {
        SentSegment segment;
        segment.seq = next;
        segment.length = length;
        board.Push(segment);
        next += length;
    };
    send(100);
    send(100);
    Sack(board, {SeqNum(100), SeqNum(200)});
    for (uint32_t length : {1U << 30, 1U << 30, 1U << 30, (1U << 30) - 200}) // 2^32 in all
    {
        send(length);
        board.Acknowledge(next - 1); // something is always in flight
    }
    send(100);
    send(100); // where the old report was
    send(100);
    board.Acknowledge(SeqNum(0));
    EXPECT_EQ(Sack(board, {SeqNum(0), SeqNum(300)}), 300U);
    EXPECT_TRUE(board.IsConsistent());
}

TEST(Scoreboard, SaysWhatWasSentLastOfWhatArrived) // RFC 8985 §6.2 (2)
{
    Scoreboard board = InFlight(4);
    board.MarkOldestLost();
    board.Retransmitted(Instant(9s));
    Acknowledged report = board.Acknowledge(SeqNum(100));
    EXPECT_EQ(report.newest, std::nullopt);
    ASSERT_TRUE(report.newestResent);
    EXPECT_EQ(report.newestResent->sentAt, Instant(9s));
    EXPECT_FALSE(report.original);
    report = {};
    board.Sack({SeqNum(200), SeqNum(400)}, report);
    ASSERT_TRUE(report.newest);
    EXPECT_EQ(report.newest->sentAt, Instant(3s));
    EXPECT_EQ(report.delivered, 200U);
    EXPECT_TRUE(report.original);
}

TEST(Scoreboard, SeesThatSegmentsArriveInAnotherOrder) // RFC 8985 §6.2 (3)
{
    Scoreboard board = InFlight(4);
    Acknowledged report;
    board.Sack({SeqNum(200), SeqNum(300)}, report);
    EXPECT_FALSE(report.reordered);
    EXPECT_TRUE(board.Acknowledge(SeqNum(100)).reordered);
    board.MarkOldestLost();
    board.Retransmitted(Instant(9s));
    EXPECT_FALSE(board.Acknowledge(SeqNum(300)).reordered) << "it was sent again";
}

TEST(Scoreboard, TakesForLostWhatWasSentBeforeWhatArrived) // RFC 8985 §6.2 (5)
{
    Scoreboard board = InFlight(4);
    board.MarkOldestLost();
    board.Retransmitted(Instant(9s)); // transmission 5
    EXPECT_TRUE(board.MarkLostSentBefore(5, Instant(2s))) << "300 is too young";
    EXPECT_EQ(board.LostBytes(), 200U);
    EXPECT_FALSE(board.MarkLostSentBefore(5, Instant(3s)));
    EXPECT_EQ(board.LostBytes(), 300U);
    EXPECT_FALSE(board.MarkLostSentBefore(6, Instant(9s)));
    EXPECT_EQ(board.LostBytes(), 400U) << "the repetition is lost as well";
}

TEST(Scoreboard, SaysWhetherSynAndFinWereAcknowledged)
{
    Scoreboard board;
    SentSegment segment;
    segment.seq = SeqNum(0);
    segment.length = 1;
    segment.syn = true;
    board.Push(segment);
    segment = {};
    segment.seq = SeqNum(1);
    segment.length = 11;
    segment.fin = true;
    board.Push(segment);
    EXPECT_TRUE(board.Acknowledge(SeqNum(1)).syn);
    EXPECT_FALSE(board.Acknowledge(SeqNum(11)).fin) << "the data only";
    EXPECT_TRUE(board.Acknowledge(SeqNum(12)).fin);
    EXPECT_TRUE(board.IsEmpty());
}

} // namespace
} // namespace lifecycle
