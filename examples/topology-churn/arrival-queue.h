#ifndef TOPOLOGY_CHURN_ARRIVAL_QUEUE_H
#define TOPOLOGY_CHURN_ARRIVAL_QUEUE_H

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace churn
{

/**
 * \brief What happens in a network, earliest first, and in the order of being put in where the
 * times are the same.
 *
 * A radix heap (Ahuja, Mehlhorn, Orlin, Tarjan 1990): nothing is ever put in that is earlier than
 * what was taken last, so that it is enough to sort by the highest digit in which a time differs
 * from that one, again and again as the times come nearer. Each step moves entries from one array
 * to others, where a tree or a binary heap would jump about in memory.
 */
class ArrivalQueue
{
  public:
    using Instant = std::chrono::nanoseconds; //!< since the simulation began

    /// An arrival.
    struct Entry
    {
        Instant time;  //!< when
        uint32_t what; //!< number of what arrives
    };

    /**
     * \param time when, not before the latest \p end that Take() was asked for
     * \param what number of what arrives
     */
    void Put(Instant time, uint32_t what);

    /// \param end a time, never before the last one \returns the earliest arrival up to then
    std::optional<Entry> Take(Instant end);

    /// \returns when the earliest arrival is, if there is any
    std::optional<Instant> GetEarliest() const;

  private:
    static constexpr unsigned DIGIT_BITS = 4;
    static constexpr std::size_t DIGITS = 1 << DIGIT_BITS;           //!< that a place may have
    static constexpr std::size_t BUCKETS = 64 / DIGIT_BITS * DIGITS; //!< one for each digit
    static constexpr std::size_t NONE = BUCKETS;

    /// \returns the bucket of a time, by the place of the digit and then by the digit
    std::size_t GetBucket(Instant time) const;
    /// \returns the first bucket that has something in it, which has the earliest; NONE if none has
    std::size_t FindBucket() const;
    /// \returns the earliest time in a bucket that has something in it
    Instant GetEarliestIn(std::size_t bucket) const;

    Instant m_last{0};      //!< what was taken last
    std::size_t m_taken{0}; //!< how many have been taken of those in m_last's bucket
    std::array<uint64_t, BUCKETS / 64> m_occupied{};   //!< a bit for each bucket
    std::array<std::vector<Entry>, BUCKETS> m_buckets; //!< in the first DIGITS times are equal
};

} // namespace churn

#endif /* TOPOLOGY_CHURN_ARRIVAL_QUEUE_H */
