#ifndef LIFECYCLE_CORE_REASSEMBLY_H
#define LIFECYCLE_CORE_REASSEMBLY_H

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <vector>

namespace lifecycle
{

/** A stretch of the stream: [left, right), counted from the first byte ever. */
struct StreamRange
{
    uint64_t left;
    uint64_t right;

    friend constexpr bool operator==(const StreamRange&, const StreamRange&) = default;
};

/** Which stretches of the stream have arrived ahead of their turn. */
class Reassembly
{
  public:
    /** More holes than this are refused, so that a hostile peer cannot grow the map for ever. */
    static constexpr std::size_t kMostRanges = 1 << 16;

    bool IsEmpty() const
    {
        return m_ranges.empty();
    }

    /**
     * Notes that \p range has arrived.
     * \returns false if there are too many holes to take it
     */
    bool Add(StreamRange range);

    /** \returns the first stretch of \p range that has arrived already, if any has */
    std::optional<StreamRange> Overlap(StreamRange range) const;

    /**
     * The stream has arrived up to \p next without holes: takes out what joins on.
     * \returns how far it has arrived now
     */
    uint64_t Join(uint64_t next);

    /**
     * The ranges to report as SACK blocks, the one that changed last first (RFC 2018 §4).
     * \param most how many at the most
     */
    std::vector<StreamRange> Report(std::size_t most) const;

    /** How far the stream has arrived, with holes; there has to be something. */
    uint64_t End() const
    {
        return m_ranges.rbegin()->second;
    }

    /** Bytes held ahead of their turn. */
    uint64_t Bytes() const
    {
        return m_bytes;
    }

  private:
    void NoteTouched(StreamRange range, uint64_t point);

    std::map<uint64_t, uint64_t> m_ranges; //!< left → right; disjoint, with holes between
    std::array<uint64_t, 4> m_recent{};    //!< a point in each range touched last, newest first
    uint64_t m_bytes{0};
};

} // namespace lifecycle

#endif /* LIFECYCLE_CORE_REASSEMBLY_H */
