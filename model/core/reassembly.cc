#include "reassembly.h"

#include <algorithm>
#include <iterator>

namespace lifecycle
{

bool
Reassembly::Add(StreamRange range)
{
    const uint64_t touched = range.left;
    auto next = m_ranges.upper_bound(range.left);
    if (next != m_ranges.begin() && std::prev(next)->second >= range.left)
    {
        --next; // it overlaps or touches the range before it
    }
    else if (m_ranges.size() >= kMostRanges &&
             (next == m_ranges.end() || next->first > range.right))
    {
        return false;
    }
    while (next != m_ranges.end() && next->first <= range.right)
    {
        range.left = std::min(range.left, next->first);
        range.right = std::max(range.right, next->second);
        m_bytes -= next->second - next->first;
        next = m_ranges.erase(next);
    }
    m_ranges.emplace_hint(next, range.left, range.right);
    m_bytes += range.right - range.left;

    NoteTouched(range, touched);
    return true;
}

std::optional<StreamRange>
Reassembly::Overlap(StreamRange range) const
{
    auto found = m_ranges.upper_bound(range.left);
    if (found != m_ranges.begin() && std::prev(found)->second > range.left)
    {
        --found;
    }
    if (found == m_ranges.end() || found->first >= range.right)
    {
        return std::nullopt;
    }
    return StreamRange{std::max(range.left, found->first), std::min(range.right, found->second)};
}

void
Reassembly::NoteTouched(StreamRange range, uint64_t point)
{
    std::array<uint64_t, 4> recent{};
    recent[0] = point;
    std::size_t count = 1;
    for (uint64_t older : m_recent)
    {
        const bool sameRange = older >= range.left && older < range.right;
        if (!sameRange && count < recent.size())
        {
            recent[count++] = older;
        }
    }
    m_recent = recent;
}

uint64_t
Reassembly::Join(uint64_t next)
{
    while (!m_ranges.empty() && m_ranges.begin()->first <= next)
    {
        const auto first = m_ranges.begin();
        next = std::max(next, first->second);
        m_bytes -= first->second - first->first;
        m_ranges.erase(first);
    }
    return next;
}

std::vector<StreamRange>
Reassembly::Report(std::size_t most) const
{
    std::vector<StreamRange> report;
    for (uint64_t point : m_recent)
    {
        auto range = m_ranges.upper_bound(point);
        if (report.size() == most || range == m_ranges.begin())
        {
            continue;
        }
        --range;
        const StreamRange found{range->first, range->second};
        if (point < found.right && std::find(report.begin(), report.end(), found) == report.end())
        {
            report.push_back(found);
        }
    }
    return report;
}

} // namespace lifecycle
