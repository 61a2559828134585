#ifndef LIFECYCLE_CORE_SEQ_NUM_H
#define LIFECYCLE_CORE_SEQ_NUM_H

#include <cstdint>

namespace lifecycle
{

/**
 * A TCP sequence number: a point on a circle of 2^32 (RFC 9293 §3.4).
 *
 * There is no `<`, because on a circle the question has no answer; the named comparisons ask
 * which point is reached first when the two are less than 2^31 apart. Two points cannot be
 * added, and the distance between them is asked for by name.
 */
class SeqNum
{
  public:
    constexpr SeqNum() = default;

    constexpr explicit SeqNum(uint32_t raw)
        : m_raw(raw)
    {
    }

    /** The number as it stands in a header. */
    constexpr uint32_t Raw() const
    {
        return m_raw;
    }

    /** How many sequence numbers lie from \p earlier (inclusive) to this one (exclusive). */
    constexpr uint32_t Since(SeqNum earlier) const
    {
        return m_raw - earlier.m_raw;
    }

    constexpr bool IsBefore(SeqNum other) const
    {
        return static_cast<int32_t>(m_raw - other.m_raw) < 0;
    }

    constexpr bool IsAfter(SeqNum other) const
    {
        return other.IsBefore(*this);
    }

    constexpr bool IsAtOrBefore(SeqNum other) const
    {
        return !IsAfter(other);
    }

    constexpr bool IsAtOrAfter(SeqNum other) const
    {
        return !IsBefore(other);
    }

    /** Whether this lies in the \p length numbers that start at \p left. */
    constexpr bool IsWithin(SeqNum left, uint32_t length) const
    {
        return Since(left) < length;
    }

    constexpr SeqNum& operator+=(uint32_t count)
    {
        m_raw += count;
        return *this;
    }

    friend constexpr SeqNum operator+(SeqNum from, uint32_t count)
    {
        return SeqNum(from.m_raw + count);
    }

    friend constexpr SeqNum operator-(SeqNum from, uint32_t count)
    {
        return SeqNum(from.m_raw - count);
    }

    friend constexpr bool operator==(SeqNum, SeqNum) = default;

  private:
    uint32_t m_raw{0};
};

/** The later of two sequence numbers that are less than 2^31 apart. */
constexpr SeqNum
Later(SeqNum a, SeqNum b)
{
    return a.IsAfter(b) ? a : b;
}

/** The earlier of two sequence numbers that are less than 2^31 apart. */
constexpr SeqNum
Earlier(SeqNum a, SeqNum b)
{
    return a.IsBefore(b) ? a : b;
}

} // namespace lifecycle

#endif /* LIFECYCLE_CORE_SEQ_NUM_H */
