#ifndef LIFECYCLE_CORE_DEADLINE_HEAP_H
#define LIFECYCLE_CORE_DEADLINE_HEAP_H

#include "model-time.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace lifecycle
{

/**
 * The earliest of many deadlines, each of which belongs to a small number.
 *
 * Putting a deadline off costs nothing here: the owner keeps the exact one, and when the old one
 * comes due it is asked again (`Settle`). Only a deadline that comes nearer moves in the heap.
 */
class DeadlineHeap
{
  public:
    /** Sees to it that \p id comes due at \p when or earlier: O(1) unless it comes nearer. */
    void Expect(uint32_t id, Instant when);
    /** Makes \p when the deadline of \p id; kNever takes it out. */
    void Settle(uint32_t id, Instant when);

    /** \returns one whose deadline is at or before \p now; settle it, or it stays due */
    std::optional<uint32_t> Due(Instant now) const;

    /** \returns the earliest deadline, kNever if there is none */
    Instant Earliest() const
    {
        return m_heap.empty() ? kNever : Instant(m_heap.front().when);
    }

    /** \returns the deadline kept for \p id, kNever if there is none */
    Instant Of(uint32_t id) const;

    std::size_t Size() const
    {
        return m_heap.size();
    }

  private:
    struct Entry
    {
        PackedInstant when;
        uint32_t id;

        /** Equal deadlines come due in the order of their numbers: runs are repeatable. */
        bool IsBefore(const Entry& other) const
        {
            const Instant mine = when;
            const Instant others = other.when;
            return mine != others ? mine < others : id < other.id;
        }
    };

    static constexpr uint32_t kAbsent = UINT32_MAX;

    uint32_t PositionOf(uint32_t id) const;
    void Put(std::size_t position, const Entry& entry);
    void SiftUp(std::size_t position, const Entry& entry);
    void SiftDown(std::size_t position, const Entry& entry);
    void Remove(uint32_t id);

    std::vector<Entry> m_heap;
    std::vector<uint32_t> m_positions; //!< where an id stands in the heap
};

} // namespace lifecycle

#endif /* LIFECYCLE_CORE_DEADLINE_HEAP_H */
