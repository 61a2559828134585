#ifndef TOPOLOGY_CHURN_ARRIVAL_QUEUE_H
#define TOPOLOGY_CHURN_ARRIVAL_QUEUE_H

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace churn
{

/// Simulated time since the beginning, as plain a number as can be.
using Instant = std::chrono::nanoseconds;

/**
 * \brief What happens in a network, earliest first, and in the order of being put in where the
 * times are the same.
 *
 * A radix heap (Ahuja, Mehlhorn, Orlin, Tarjan 1990): nothing is ever put in that is earlier than
 * what was taken last, so that it is enough to sort by the highest digit in which a time differs
 * from that one, again and again as the times come nearer. Each step moves entries from one array
 * to others, where a tree or a binary heap would jump about in memory.
 *
 * \tparam Arrival what happens; it has a member \c time, when, and is cheap to copy
 */
template <typename Arrival>
class ArrivalQueue
{
  public:
    /// \param arrival not before the latest \p end that Take() was asked for
    void Put(const Arrival& arrival)
    {
        const auto bucket = GetBucket(arrival.time);
        m_buckets[bucket].push_back(arrival);
        m_occupied[bucket / 64] |= uint64_t{1} << (bucket % 64);
    }

    /// \param end a time, never before the last one \returns the earliest arrival up to then
    std::optional<Arrival> Take(Instant end)
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
            // All have this digit as the earliest has it, and so go to buckets of lower places.
            for (const auto& arrival : m_buckets[first])
            {
                Put(arrival);
            }
            Clear(first);
        }
        const auto bucket = GetBucket(earliest);
        const auto arrival = m_buckets[bucket][m_taken++];
        if (m_taken == m_buckets[bucket].size())
        {
            m_taken = 0;
            Clear(bucket);
        }
        return arrival;
    }

    /// \returns when the earliest arrival is, if there is any
    std::optional<Instant> GetEarliest() const
    {
        const auto first = FindBucket();
        return first == NONE ? std::nullopt : std::optional(GetEarliestIn(first));
    }

  private:
    static constexpr unsigned DIGIT_BITS = 4;
    static constexpr std::size_t DIGITS = 1 << DIGIT_BITS;           //!< that a place may have
    static constexpr std::size_t BUCKETS = 64 / DIGIT_BITS * DIGITS; //!< one for each digit
    static constexpr std::size_t NONE = BUCKETS;

    /// \returns the bucket of a time, by the place of the digit and then by the digit
    std::size_t GetBucket(Instant time) const
    {
        const auto bits = static_cast<uint64_t>(time.count());
        const auto difference = bits ^ static_cast<uint64_t>(m_last.count());
        const unsigned place = (63 - __builtin_clzll(difference | 1)) / DIGIT_BITS;
        return place * DIGITS + ((bits >> (place * DIGIT_BITS)) % DIGITS);
    }

    /// \returns the first bucket that has something in it, which has the earliest; NONE if none has
    std::size_t FindBucket() const
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

    /// \returns the earliest time in a bucket that has something in it
    Instant GetEarliestIn(std::size_t bucket) const
    {
        const auto& arrivals = m_buckets[bucket];
        auto earliest = arrivals.front().time;
        if (bucket >= DIGITS)
        {
            for (const auto& arrival : arrivals)
            {
                earliest = std::min(earliest, arrival.time);
            }
        }
        return earliest;
    }

    void Clear(std::size_t bucket)
    {
        m_buckets[bucket].clear();
        m_occupied[bucket / 64] &= ~(uint64_t{1} << (bucket % 64));
    }

    Instant m_last{0};      //!< when what was taken last arrived
    std::size_t m_taken{0}; //!< how many have been taken of those in m_last's bucket
    std::array<uint64_t, BUCKETS / 64> m_occupied{};     //!< a bit for each bucket
    std::array<std::vector<Arrival>, BUCKETS> m_buckets; //!< in the first DIGITS times are equal
};

} // namespace churn

#endif /* TOPOLOGY_CHURN_ARRIVAL_QUEUE_H */
