#ifndef LIFECYCLE_CORE_SEQ_RANGES_H
#define LIFECYCLE_CORE_SEQ_RANGES_H

#include "segment.h"
#include "seq-num.h"

#include <cstddef>
#include <iterator>
#include <map>

namespace lifecycle
{

/**
 * A set of sequence numbers as disjoint ranges that do not touch, all within half of the circle.
 * Adding, removing and looking up are O(log n) in the number of ranges, and each range that
 * disappears in another was added once.
 */
class SeqRanges
{
    struct Order
    {
        bool operator()(SeqNum a, SeqNum b) const
        {
            return a.IsBefore(b);
        }
    };

    using Map = std::map<SeqNum, SeqNum, Order>; // left → right

  public:
    bool IsEmpty() const
    {
        return m_ranges.empty();
    }

    /** How many ranges there are. */
    std::size_t Size() const
    {
        return m_ranges.size();
    }

    /** The first number of all; there must be one. */
    SeqNum First() const
    {
        return m_ranges.begin()->first;
    }

    /** The number after the last one of all; there must be one. */
    SeqNum End() const
    {
        return m_ranges.rbegin()->second;
    }

    void Add(SeqNum left, SeqNum right)
    {
        auto next = m_ranges.upper_bound(left);
        if (next != m_ranges.begin())
        {
            const auto before = std::prev(next);
            if (before->second.IsAtOrAfter(left))
            {
                if (before->second.IsAtOrAfter(right))
                {
                    return;
                }
                left = before->first;
                next = before;
            }
        }
        while (next != m_ranges.end() && next->first.IsAtOrBefore(right))
        {
            right = Later(right, next->second);
            next = m_ranges.erase(next);
        }
        m_ranges.emplace_hint(next, left, right);
    }

    void Remove(SeqNum left, SeqNum right)
    {
        auto next = m_ranges.upper_bound(left);
        if (next != m_ranges.begin() && std::prev(next)->second.IsAfter(left))
        {
            --next;
        }
        while (next != m_ranges.end() && next->first.IsBefore(right))
        {
            const SackBlock cut{next->first, next->second};
            next = m_ranges.erase(next);
            if (cut.left.IsBefore(left))
            {
                m_ranges.emplace_hint(next, cut.left, left);
            }
            if (cut.right.IsAfter(right))
            {
                next = m_ranges.emplace_hint(next, right, cut.right);
                break;
            }
        }
    }

    /** Removes all before \p seq. */
    void RemoveBefore(SeqNum seq)
    {
        while (!m_ranges.empty() && First().IsBefore(seq))
        {
            const SeqNum right = m_ranges.begin()->second;
            m_ranges.erase(m_ranges.begin());
            if (right.IsAfter(seq))
            {
                m_ranges.emplace_hint(m_ranges.begin(), seq, right);
            }
        }
    }

    void Clear()
    {
        m_ranges.clear();
    }

    /**
     * Calls \p visit(left, right) with each stretch of [\p left, \p right) that is not in the set.
     * What is visited may be added meanwhile.
     */
    template <typename Visit>
    void ForEachGap(SeqNum left, SeqNum right, Visit visit)
    {
        while (left.IsBefore(right))
        {
            auto next = m_ranges.upper_bound(left);
            if (next != m_ranges.begin() && std::prev(next)->second.IsAfter(left))
            {
                left = std::prev(next)->second; // it begins inside of a range
                continue;
            }
            const SeqNum gapEnd = next == m_ranges.end() ? right : Earlier(next->first, right);
            visit(left, gapEnd);
            left = gapEnd;
        }
    }

    /** Calls \p visit(left, right) with each range, the last one first, until it returns false. */
    template <typename Visit>
    void ForEachBackwards(Visit visit) const
    {
        for (auto range = m_ranges.rbegin(); range != m_ranges.rend(); ++range)
        {
            if (!visit(range->first, range->second))
            {
                return;
            }
        }
    }

    friend bool operator==(const SeqRanges&, const SeqRanges&) = default;

  private:
    Map m_ranges;
};

} // namespace lifecycle

#endif /* LIFECYCLE_CORE_SEQ_RANGES_H */
