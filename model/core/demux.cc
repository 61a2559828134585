#include "demux.h"

#include <cassert>
#include <utility>

namespace lifecycle
{

namespace
{
constexpr std::size_t kSmallest = 16;
} // namespace

void
Demux::Insert(uint32_t hash, RecordRef ref)
{
    if ((m_size + 1) * 4 > m_slots.size() * 3) // at most three quarters full
    {
        Resize(m_slots.empty() ? kSmallest : 2 * m_slots.size());
    }
    Place({hash, Pack(ref)});
    ++m_size;
}

void
Demux::Erase(uint32_t hash, RecordRef ref)
{
    std::size_t hole = Home(hash);
    while (m_slots[hole].packed != Pack(ref))
    {
        assert(m_slots[hole].packed != kEmpty);
        hole = After(hole);
    }
    // Moves back what the hole would cut off from its home, so that no tombstone is needed.
    for (std::size_t i = After(hole); m_slots[i].packed != kEmpty; i = After(i))
    {
        const std::size_t mask = m_slots.size() - 1;
        const std::size_t distanceFromHome = (i - Home(m_slots[i].hash)) & mask;
        const std::size_t distanceFromHole = (i - hole) & mask;
        if (distanceFromHome >= distanceFromHole)
        {
            m_slots[hole] = m_slots[i];
            hole = i;
        }
    }
    m_slots[hole] = {};
    --m_size;
    if (m_slots.size() > kSmallest && m_size * 8 < m_slots.size())
    {
        Resize(m_slots.size() / 2);
    }
}

void
Demux::Resize(std::size_t slots)
{
    std::vector<Slot> old = std::exchange(m_slots, std::vector<Slot>(slots));
    for (const Slot& slot : old)
    {
        if (slot.packed != kEmpty)
        {
            Place(slot);
        }
    }
}

void
Demux::Place(Slot slot)
{
    std::size_t i = Home(slot.hash);
    while (m_slots[i].packed != kEmpty)
    {
        i = After(i);
    }
    m_slots[i] = slot;
}

} // namespace lifecycle
