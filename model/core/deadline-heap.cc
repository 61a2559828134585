#include "deadline-heap.h"

#include <algorithm>

namespace lifecycle
{

namespace
{
constexpr std::size_t kArity = 4; //!< children of a node: flatter than a binary heap

/** Makes room for one more by a sixteenth, not by doubling: there are very many of these. */
template <typename T>
void
Grow(std::vector<T>& vector, std::size_t size)
{
    if (size > vector.capacity())
    {
        vector.reserve(size + size / 16 + 4);
    }
}
} // namespace

void
DeadlineHeap::Expect(uint32_t id, Instant when)
{
    if (when < Of(id))
    {
        Settle(id, when);
    }
}

void
DeadlineHeap::Settle(uint32_t id, Instant when)
{
    if (when == kNever)
    {
        Remove(id);
        return;
    }
    const Entry entry{when, id};
    const uint32_t position = PositionOf(id);
    if (position == kAbsent)
    {
        if (id >= m_positions.size())
        {
            Grow(m_positions, id + std::size_t{1});
            m_positions.resize(id + std::size_t{1}, kAbsent);
        }
        Grow(m_heap, m_heap.size() + 1);
        m_heap.push_back(entry);
        SiftUp(m_heap.size() - 1, entry);
    }
    else if (entry.IsBefore(m_heap[position]))
    {
        SiftUp(position, entry);
    }
    else
    {
        SiftDown(position, entry);
    }
}

std::optional<uint32_t>
DeadlineHeap::Due(Instant now) const
{
    if (Earliest() > now || m_heap.empty())
    {
        return std::nullopt;
    }
    return m_heap.front().id;
}

Instant
DeadlineHeap::Of(uint32_t id) const
{
    const uint32_t position = PositionOf(id);
    return position == kAbsent ? kNever : Instant(m_heap[position].when);
}

uint32_t
DeadlineHeap::PositionOf(uint32_t id) const
{
    return id < m_positions.size() ? m_positions[id] : kAbsent;
}

void
DeadlineHeap::Put(std::size_t position, const Entry& entry)
{
    m_heap[position] = entry;
    m_positions[entry.id] = static_cast<uint32_t>(position);
}

void
DeadlineHeap::SiftUp(std::size_t position, const Entry& entry)
{
    while (position > 0)
    {
        const std::size_t parent = (position - 1) / kArity;
        if (!entry.IsBefore(m_heap[parent]))
        {
            break;
        }
        Put(position, m_heap[parent]);
        position = parent;
    }
    Put(position, entry);
}

void
DeadlineHeap::SiftDown(std::size_t position, const Entry& entry)
{
    for (;;)
    {
        const std::size_t firstChild = position * kArity + 1;
        if (firstChild >= m_heap.size())
        {
            break;
        }
        const std::size_t lastChild = std::min(firstChild + kArity, m_heap.size());
        std::size_t least = firstChild;
        for (std::size_t child = firstChild + 1; child < lastChild; ++child)
        {
            if (m_heap[child].IsBefore(m_heap[least]))
            {
                least = child;
            }
        }
        if (!m_heap[least].IsBefore(entry))
        {
            break;
        }
        Put(position, m_heap[least]);
        position = least;
    }
    Put(position, entry);
}

void
DeadlineHeap::Remove(uint32_t id)
{
    const uint32_t position = PositionOf(id);
    if (position == kAbsent)
    {
        return;
    }
    m_positions[id] = kAbsent;
    const Entry last = m_heap.back();
    m_heap.pop_back();
    if (last.id == id)
    {
        return;
    }
    m_positions[last.id] = position;
    m_heap[position] = last;
    SiftUp(position, last);
    SiftDown(m_positions[last.id], last);
}

} // namespace lifecycle
