#include "arrival-queue.h"

#include <algorithm>

namespace churn
{

std::size_t
ArrivalQueue::GetBucket(Instant time) const
{
    const auto bits = static_cast<uint64_t>(time.count());
    const auto difference = bits ^ static_cast<uint64_t>(m_last.count());
    const unsigned place = (63 - __builtin_clzll(difference | 1)) / DIGIT_BITS;
    return place * DIGITS + ((bits >> (place * DIGIT_BITS)) % DIGITS);
}

std::size_t
ArrivalQueue::FindBucket() const
{
    for (std::size_t word = 0; word < m_occupied.size(); ++word)
    {
        if (m_occupied[word] != 0)
        {
            return word * 64 + __builtin_ctzll(m_occupied[word]);
        }
    }
    return NONE;
}

ArrivalQueue::Instant
ArrivalQueue::GetEarliestIn(std::size_t bucket) const
{
    const auto& entries = m_buckets[bucket];
    auto earliest = entries.front().time;
    if (bucket >= DIGITS)
    {
        for (const auto& entry : entries)
        {
            earliest = std::min(earliest, entry.time);
        }
    }
    return earliest;
}

void
ArrivalQueue::Put(Instant time, uint32_t what)
{
    const auto bucket = GetBucket(time);
    m_buckets[bucket].push_back({time, what});
    m_occupied[bucket / 64] |= uint64_t{1} << (bucket % 64);
}

std::optional<ArrivalQueue::Entry>
ArrivalQueue::Take(Instant end)
{
    const auto first = FindBucket();
    if (first == NONE)
    {
        return std::nullopt;
    }
    const auto earliest = GetEarliestIn(first);
    if (earliest > end)
    {
        return std::nullopt;
    }
    m_last = earliest;
    if (first >= DIGITS)
    {
        // All of them have this digit as the earliest has it, and so go to buckets of lower places.
        m_occupied[first / 64] &= ~(uint64_t{1} << (first % 64));
        for (const auto& entry : m_buckets[first])
        {
            Put(entry.time, entry.what);
        }
        m_buckets[first].clear();
    }
    const auto bucket = GetBucket(earliest);
    auto& entries = m_buckets[bucket];
    const auto entry = entries[m_taken++];
    if (m_taken == entries.size())
    {
        entries.clear();
        m_taken = 0;
        m_occupied[bucket / 64] &= ~(uint64_t{1} << (bucket % 64));
    }
    return entry;
}

std::optional<ArrivalQueue::Instant>
ArrivalQueue::GetEarliest() const
{
    const auto first = FindBucket();
    return first == NONE ? std::nullopt : std::optional(GetEarliestIn(first));
}

} // namespace churn
