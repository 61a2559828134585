#include "scoreboard.h"

#include <algorithm>
#include <vector>

namespace lifecycle
{

void
Scoreboard::Push(const SentSegment& segment)
{
    if (m_segments.IsEmpty())
    {
        m_judgedUpTo = segment.seq;
        m_fack = segment.seq;
    }
    m_total += segment.length;
    m_segments.PushBack(segment);
    NoteSending(m_segments.Back(), segment.sentAt);
}

void
Scoreboard::NoteSending(SentSegment& segment, Instant now)
{
    segment.sentAt = now;
    segment.order = ++m_order;
    m_sendings.PushBack({segment.seq, segment.order});
    constexpr std::size_t kSlack = 64;
    if (m_sendings.Size() > 2 * m_segments.Size() + kSlack)
    {
        RebuildSendings();
    }
}

/** Leaves out the transmissions that are of no interest any more. */
void
Scoreboard::RebuildSendings()
{
    std::vector<Sending> awaited;
    awaited.reserve(m_segments.Size());
    for (std::size_t i = 0; i < m_segments.Size(); ++i)
    {
        if (!m_segments[i].sacked && !m_segments[i].lost)
        {
            awaited.push_back({m_segments[i].seq, m_segments[i].order});
        }
    }
    std::stable_sort(awaited.begin(), awaited.end(), [](const Sending& a, const Sending& b) {
        return a.order < b.order;
    });
    m_sendings.Clear();
    for (const Sending& sending : awaited)
    {
        m_sendings.PushBack(sending);
    }
}

/** \returns the segment of a transmission whose fate is still to be known, or null */
SentSegment*
Scoreboard::Awaited(const Sending& sending)
{
    const std::size_t position = PositionOf(sending.seq);
    if (position == m_segments.Size())
    {
        return nullptr;
    }
    SentSegment& segment = m_segments[position];
    const bool awaited = segment.order == sending.order && !segment.sacked && !segment.lost;
    return awaited ? &segment : nullptr;
}

void
Scoreboard::NoteDelivered(const SentSegment& segment, uint32_t length, Acknowledged& report)
{
    report.delivered += length;
    report.original |= !segment.retransmitted;
    if (segment.End().IsAfter(m_fack))
    {
        m_fack = segment.End();
    }
    else
    {
        report.reordered |= !segment.retransmitted && segment.End().IsBefore(m_fack);
    }
    std::optional<SentSegment>& newest =
        segment.retransmitted ? report.newestResent : report.newest;
    if (!newest || newest->order < segment.order)
    {
        newest = segment;
    }
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
        result.syn |= oldest.syn;
        m_total -= covered;
        m_sacked -= oldest.sacked ? covered : 0;
        m_lost -= oldest.lost ? covered : 0;
        if (covered < oldest.length)
        {
            result.delivered += oldest.sacked ? 0 : covered;
            if (oldest.syn && !oldest.retransmitted)
            {
                result.lastSent = oldest.sentAt; // RFC 7413: the SYN, and not all data with it
            }
            oldest.syn = false;
            oldest.seq += covered;
            oldest.length -= covered;
            break;
        }
        result.fin |= oldest.fin;
        if (!oldest.sacked)
        {
            NoteDelivered(oldest, covered, result);
        }
        if (!oldest.retransmitted && !oldest.sacked)
        {
            result.lastSent = oldest.sentAt;
        }
        m_segments.PopFront();
    }
    m_judgedUpTo = Later(m_judgedUpTo, una);
    m_fack = Later(m_fack, una);
    m_sackedRanges.RemoveBefore(una);
    m_lostRanges.RemoveBefore(una);
    while (!m_sendings.IsEmpty() && Awaited(m_sendings.Front()) == nullptr)
    {
        m_sendings.PopFront();
    }
    return result;
}

std::size_t
Scoreboard::PositionOf(SeqNum seq) const
{
    // The first segment that ends after seq: most often the oldest.
    if (m_segments.IsEmpty() || seq.IsBefore(m_segments[0].End()))
    {
        return 0;
    }
    // Segments follow on each other: a binary search.
    std::size_t low = 1;
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

void
Scoreboard::Sack(const SackBlock& block, Acknowledged& report)
{
    if (m_segments.IsEmpty() || !block.left.IsBefore(block.right) ||
        block.left.IsBefore(m_segments[0].seq) || block.right.IsAfter(m_segments.Back().End()))
    {
        return; // a duplicate report (RFC 2883), an old one, or nonsense
    }
    m_sackedRanges.ForEachGap(block.left, block.right, [&](SeqNum left, SeqNum right) {
        SackBetween(left, right, report);
    });
}

/** The peer has [\p left, \p right), which it had not reported before: whole segments count. */
void
Scoreboard::SackBetween(SeqNum left, SeqNum right, Acknowledged& report)
{
    std::size_t i = PositionOf(left);
    i += m_segments[i].seq.IsBefore(left); // only part of it is there
    if (i == m_segments.Size())
    {
        return;
    }
    const SeqNum first = m_segments[i].seq;
    SeqNum end = first;
    for (; i < m_segments.Size() && m_segments[i].End().IsAtOrBefore(right); ++i)
    {
        SentSegment& segment = m_segments[i];
        NoteDelivered(segment, segment.length, report);
        segment.sacked = true;
        m_sacked += segment.length;
        report.sacked += segment.length;
        m_lost -= segment.lost ? segment.length : 0;
        segment.lost = false;
        end = segment.End();
    }
    if (end != first)
    {
        m_sackedRanges.Add(first, end);
        m_lostRanges.Remove(first, end);
    }
}

bool
Scoreboard::HasSacked(uint32_t count) const
{
    uint32_t found = 0;
    m_sackedRanges.ForEachBackwards([&](SeqNum left, SeqNum right) {
        found += static_cast<uint32_t>(PositionOf(right) - PositionOf(left));
        return found < count;
    });
    return found >= count;
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
    m_lostRanges.Add(segment.seq, segment.End());
}

void
Scoreboard::MarkLostBelowSacked(uint32_t threshold)
{
    // The highest segment with `threshold` SACKed ones from it on: all below it are lost.
    uint32_t above = 0;
    std::optional<SeqNum> limit;
    m_sackedRanges.ForEachBackwards([&](SeqNum left, SeqNum right) {
        const std::size_t first = PositionOf(left);
        const std::size_t end = PositionOf(right);
        const auto count = static_cast<uint32_t>(end - first);
        if (above + count >= threshold)
        {
            limit = m_segments[end - (threshold - above)].seq;
            return false;
        }
        above += count;
        return true;
    });
    if (!limit)
    {
        return;
    }
    for (std::size_t i = PositionOf(m_judgedUpTo); i < m_segments.Size(); ++i)
    {
        if (m_segments[i].seq.IsAtOrAfter(*limit))
        {
            break;
        }
        if (!m_segments[i].retransmitted)
        {
            MarkLost(m_segments[i]);
        }
    }
    m_judgedUpTo = Later(m_judgedUpTo, *limit);
}

bool
Scoreboard::MarkLostSentBefore(uint64_t order, Instant latest)
{
    while (!m_sendings.IsEmpty())
    {
        SentSegment* segment = Awaited(m_sendings.Front());
        if (segment != nullptr && (segment->order >= order || segment->sentAt > latest))
        {
            return segment->order < order;
        }
        if (segment != nullptr)
        {
            MarkLost(*segment);
        }
        m_sendings.PopFront();
    }
    return false;
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
Scoreboard::MarkLostByTimeout(Instant latest)
{
    if (!m_segments.IsEmpty() && m_segments.Front().sacked)
    {
        ForgetSacked(); // else it would have been acknowledged: the peer threw it away
        latest = kNever;
    }
    MarkOldestLost();
    for (std::size_t i = 0; i < m_segments.Size(); ++i)
    {
        if (m_segments[i].sentAt <= latest)
        {
            MarkLost(m_segments[i]);
        }
    }
}

void
Scoreboard::UnmarkLost()
{
    while (const SentSegment* lost = FirstLost())
    {
        SentSegment& segment = m_segments[PositionOf(lost->seq)];
        segment.lost = false;
        m_lost -= segment.length;
        m_lostRanges.Remove(segment.seq, segment.End());
    }
    m_judgedUpTo = m_segments.IsEmpty() ? m_judgedUpTo : m_segments.Front().seq;
    RebuildSendings();
}

void
Scoreboard::ForgetSacked()
{
    for (std::size_t i = 0; i < m_segments.Size(); ++i)
    {
        m_segments[i].sacked = false;
    }
    m_sacked = 0;
    m_sackedRanges.Clear();
    m_judgedUpTo = m_segments.Front().seq;
    m_fack = m_segments.Front().seq;
    RebuildSendings();
}

const SentSegment*
Scoreboard::FirstLost() const
{
    return m_lostRanges.IsEmpty() ? nullptr : &m_segments[PositionOf(m_lostRanges.First())];
}

void
Scoreboard::Retransmitted(Instant now)
{
    SentSegment& segment = m_segments[PositionOf(m_lostRanges.First())];
    m_lost -= segment.length;
    m_lostRanges.Remove(segment.seq, segment.End());
    segment.lost = false;
    segment.retransmitted = true;
    NoteSending(segment, now);
}

void
Scoreboard::RetransmittedLast(Instant now)
{
    SentSegment& segment = m_segments.Back();
    m_lost -= segment.lost ? segment.length : 0;
    m_lostRanges.Remove(segment.seq, segment.End());
    segment.lost = false;
    segment.retransmitted = true;
    NoteSending(segment, now);
}

void
Scoreboard::Resegment(uint32_t most)
{
    Ring<SentSegment> pieces;
    for (std::size_t i = 0; i < m_segments.Size(); ++i)
    {
        SentSegment rest = m_segments[i];
        const bool tooLong = rest.length - rest.syn - rest.fin > most;
        if (tooLong)
        {
            MarkLost(m_segments[i]);
            rest.lost = m_segments[i].lost;
        }
        while (rest.length - rest.syn - rest.fin > most)
        {
            SentSegment piece = rest;
            piece.length = most + piece.syn;
            piece.fin = false;
            piece.push = false;
            pieces.PushBack(piece);
            rest.seq += piece.length;
            rest.length -= piece.length;
            rest.syn = false;
        }
        pieces.PushBack(rest);
    }
    m_segments = std::move(pieces);
    m_judgedUpTo = m_segments.IsEmpty() ? m_judgedUpTo : m_segments.Front().seq;
    RebuildSendings();
}

void
Scoreboard::Clear()
{
    m_segments.Clear();
    m_sendings.Clear();
    m_sackedRanges.Clear();
    m_lostRanges.Clear();
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
    SeqRanges sackedRanges;
    SeqRanges lostRanges;
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
        if (segment.sacked)
        {
            sackedRanges.Add(segment.seq, segment.End());
        }
        if (segment.lost)
        {
            lostRanges.Add(segment.seq, segment.End());
        }
    }
    return total == m_total && sacked == m_sacked && lost == m_lost &&
           sackedRanges == m_sackedRanges && lostRanges == m_lostRanges;
}

} // namespace lifecycle
