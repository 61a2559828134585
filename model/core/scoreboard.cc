#include "scoreboard.h"

#include <algorithm>

namespace lifecycle
{

void
Scoreboard::Push(const SentSegment& segment)
{
    if (m_segments.IsEmpty())
    {
        m_lostFrom = segment.seq;
        m_judgedUpTo = segment.seq;
        m_highestSacked = segment.seq;
        m_seen = {};
    }
    m_total += segment.length;
    m_segments.PushBack(segment);
}

Acknowledged
Scoreboard::Acknowledge(SeqNum una)
{
    Acknowledged result;
    while (!m_segments.IsEmpty() && m_segments.Front().seq.IsBefore(una))
    {
        SentSegment& oldest = m_segments.Front();
        const uint32_t covered = std::min(oldest.length, una.Since(oldest.seq));
        result.bytes += covered;
        result.retransmitted |= oldest.retransmitted;
        m_total -= covered;
        m_sacked -= oldest.sacked ? covered : 0;
        m_lost -= oldest.lost ? covered : 0;
        if (covered < oldest.length)
        {
            result.syn |= oldest.syn;
            oldest.syn = false;
            oldest.seq += covered;
            oldest.length -= covered;
            break;
        }
        result.syn |= oldest.syn;
        result.fin |= oldest.fin;
        if (!oldest.retransmitted && !oldest.sacked)
        {
            result.lastSent = oldest.sentAt;
        }
        m_segments.PopFront();
    }
    m_lostFrom = Later(m_lostFrom, una);
    m_judgedUpTo = Later(m_judgedUpTo, una);
    if (m_sacked == 0)
    {
        m_highestSacked = una; // else these would be taken for new when sequence numbers wrap
        m_seen = {};
    }
    return result;
}

std::size_t
Scoreboard::PositionOf(SeqNum seq) const
{
    // The first segment that ends after seq. Segments follow on each other: a binary search.
    std::size_t low = 0;
    std::size_t high = m_segments.Size();
    while (low < high)
    {
        const std::size_t middle = (low + high) / 2;
        if (m_segments[middle].End().IsAtOrBefore(seq))
        {
            low = middle + 1;
        }
        else
        {
            high = middle;
        }
    }
    return low;
}

uint32_t
Scoreboard::Sack(const SackBlock& block)
{
    if (m_segments.IsEmpty() || !block.left.IsBefore(block.right) ||
        block.left.IsBefore(m_segments[0].seq) || block.right.IsAfter(m_segments.Back().End()))
    {
        return 0; // a duplicate report (RFC 2883), an old one, or nonsense
    }
    uint32_t news = 0;
    const SackBlock* known = nullptr;
    for (const SackBlock& seen : m_seen)
    {
        const bool inside =
            seen.left.IsAtOrAfter(block.left) && seen.right.IsAtOrBefore(block.right);
        const bool longest =
            known == nullptr || seen.right.Since(seen.left) > known->right.Since(known->left);
        known = inside && longest ? &seen : known;
    }
    if (known != nullptr)
    {
        news = SackPiece(block, {block.left, known->left});
        news += SackPiece(block, {known->right, block.right});
    }
    else
    {
        news = SackPiece(block, block);
    }
    const SackList before = m_seen;
    m_seen = {};
    m_seen.Add(block);
    for (const SackBlock& seen : before)
    {
        const bool inside =
            seen.left.IsAtOrAfter(block.left) && seen.right.IsAtOrBefore(block.right);
        if (!inside)
        {
            m_seen.Add(seen);
        }
    }
    return news;
}

uint32_t
Scoreboard::SackPiece(const SackBlock& block, const SackBlock& piece)
{
    uint32_t news = 0;
    for (std::size_t i = PositionOf(piece.left); i < m_segments.Size(); ++i)
    {
        SentSegment& segment = m_segments[i];
        if (segment.seq.IsAtOrAfter(piece.right) || segment.End().IsAfter(block.right))
        {
            break;
        }
        if (segment.sacked || segment.seq.IsBefore(block.left))
        {
            continue;
        }
        segment.sacked = true;
        m_sacked += segment.length;
        news += segment.length;
        m_lost -= segment.lost ? segment.length : 0;
        segment.lost = false;
        m_highestSacked = Later(m_highestSacked, segment.End());
    }
    return news;
}

void
Scoreboard::MarkLost(SentSegment& segment)
{
    if (segment.sacked || segment.lost)
    {
        return;
    }
    segment.lost = true;
    m_lost += segment.length;
    m_lostFrom = Earlier(m_lostFrom, segment.seq);
}

void
Scoreboard::MarkLostBelowSacked(uint32_t threshold)
{
    if (m_sacked == 0)
    {
        return;
    }
    std::size_t i = PositionOf(m_highestSacked - 1) + 1;
    for (uint32_t above = 0; above < threshold && i > 0; --i)
    {
        above += m_segments[i - 1].sacked;
        if (above == threshold)
        {
            break;
        }
    }
    if (i == 0)
    {
        return;
    }
    const SeqNum limit = m_segments[i - 1].seq;
    for (std::size_t j = PositionOf(m_judgedUpTo); j < m_segments.Size(); ++j)
    {
        if (m_segments[j].seq.IsAtOrAfter(limit))
        {
            break;
        }
        if (!m_segments[j].retransmitted)
        {
            MarkLost(m_segments[j]);
        }
    }
    m_judgedUpTo = Later(m_judgedUpTo, limit);
}

void
Scoreboard::MarkOldestLost()
{
    if (!m_segments.IsEmpty())
    {
        MarkLost(m_segments.Front());
    }
}

void
Scoreboard::MarkAllLost()
{
    if (!m_segments.IsEmpty() && m_segments.Front().sacked)
    {
        ForgetSacked(); // else it would have been acknowledged: the peer threw it away
    }
    for (std::size_t i = 0; i < m_segments.Size(); ++i)
    {
        MarkLost(m_segments[i]);
    }
}

void
Scoreboard::ForgetSacked()
{
    for (std::size_t i = 0; i < m_segments.Size(); ++i)
    {
        m_segments[i].sacked = false;
    }
    m_sacked = 0;
    m_judgedUpTo = m_segments.Front().seq;
    m_highestSacked = m_segments.Front().seq;
    m_seen = {};
}

const SentSegment*
Scoreboard::FirstLost()
{
    if (m_lost == 0)
    {
        return nullptr;
    }
    std::size_t i = PositionOf(m_lostFrom);
    while (!m_segments[i].lost)
    {
        ++i;
    }
    m_lostFrom = m_segments[i].seq;
    return &m_segments[i];
}

void
Scoreboard::Retransmitted(Instant now)
{
    SentSegment& segment = m_segments[PositionOf(m_lostFrom)];
    m_lost -= segment.length;
    segment.lost = false;
    segment.retransmitted = true;
    segment.sentAt = now;
}

void
Scoreboard::Clear()
{
    m_segments.Clear();
    m_total = 0;
    m_sacked = 0;
    m_lost = 0;
}

bool
Scoreboard::IsConsistent() const
{
    uint32_t total = 0;
    uint32_t sacked = 0;
    uint32_t lost = 0;
    for (std::size_t i = 0; i < m_segments.Size(); ++i)
    {
        const SentSegment& segment = m_segments[i];
        if (segment.length == 0 || (segment.sacked && segment.lost) ||
            (i > 0 && m_segments[i - 1].End() != segment.seq))
        {
            return false;
        }
        total += segment.length;
        sacked += segment.sacked ? segment.length : 0;
        lost += segment.lost ? segment.length : 0;
    }
    return total == m_total && sacked == m_sacked && lost == m_lost;
}

} // namespace lifecycle
