#include "hash-index.h"

#include <cassert>
#include <utility>

namespace lifecycle
{

std::vector<uint32_t>
HashIndex::Reset(std::size_t slots)
{
    m_distances.clear();
    m_distances.shrink_to_fit(); // before there is more
    m_distances.resize(slots);
    return std::exchange(m_entries, std::vector<uint32_t>(slots, kEmpty));
}

bool
HashIndex::Place(uint32_t hash, uint32_t number)
{
    std::size_t place = Home(hash);
    uint32_t distance = 1;
    for (; m_distances[place] >= distance; ++distance)
    {
        place = After(place);
    }
    if (distance > UINT8_MAX)
    {
        return false;
    }
    for (std::size_t i = place; m_distances[i] != 0; i = After(i))
    {
        if (m_distances[i] == UINT8_MAX)
        {
            return false;
        }
    }
    // What stands there, and after it, moves on by one.
    uint32_t entry = Tagged(hash, number);
    for (; m_distances[place] != 0; place = After(place))
    {
        std::swap(entry, m_entries[place]);
        const uint32_t moved = m_distances[place] + 1U;
        m_distances[place] = static_cast<uint8_t>(distance);
        distance = moved;
    }
    m_entries[place] = entry;
    m_distances[place] = static_cast<uint8_t>(distance);
    return true;
}

void
HashIndex::TakeOut(uint32_t hash, uint32_t number)
{
    std::size_t hole = Home(hash);
    while (m_entries[hole] != Tagged(hash, number))
    {
        assert(m_distances[hole] != 0);
        hole = After(hole);
    }
    for (std::size_t next = After(hole); m_distances[next] > 1; hole = next, next = After(next))
    {
        m_entries[hole] = m_entries[next];
        m_distances[hole] = static_cast<uint8_t>(m_distances[next] - 1);
    }
    m_entries[hole] = kEmpty;
    m_distances[hole] = 0;
}

} // namespace lifecycle
