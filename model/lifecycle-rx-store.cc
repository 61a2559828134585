#include "internal/lifecycle-rx-store.h"

#include "internal/lifecycle-packet-joiner.h"

#include <algorithm>
#include <iterator>

namespace ns3
{

namespace
{

/** The part of a packet that lies in [from, to), which is not empty; \p offset is its first byte's.
 */
Ptr<Packet>
Cut(Ptr<Packet> packet, uint64_t offset, uint64_t from, uint64_t to)
{
    const auto length = static_cast<uint32_t>(to - from);
    return length == packet->GetSize()
               ? packet
               : packet->CreateFragment(static_cast<uint32_t>(from - offset), length);
}

} // namespace

LifecycleRxStore::LifecycleRxStore(uint64_t begin)
    : m_begin(begin),
      m_next(begin)
{
}

void
LifecycleRxStore::Restart(uint64_t begin)
{
    m_inOrder.clear();
    if (m_inOrder.capacity() > MOST_KEPT)
    {
        m_inOrder.shrink_to_fit();
    }
    m_first = 0;
    m_ahead.clear();
    m_begin = begin;
    m_next = begin;
}

void
LifecycleRxStore::Insert(uint64_t offset, Ptr<Packet> packet)
{
    const uint64_t end = offset + packet->GetSize();
    uint64_t from = std::max(offset, m_next);
    if (from == m_next && from < end && m_ahead.empty())
    {
        m_inOrder.push_back(Cut(packet, offset, from, end));
        m_next = end;
        return;
    }
    auto after = m_ahead.upper_bound(from);
    if (after != m_ahead.begin())
    {
        const auto before = std::prev(after);
        from = std::max(from, before->first + before->second->GetSize());
    }
    while (from < end)
    {
        const uint64_t to = after == m_ahead.end() ? end : std::min(end, after->first);
        if (from < to)
        {
            m_ahead.emplace_hint(after, from, Cut(packet, offset, from, to));
        }
        if (after == m_ahead.end())
        {
            break;
        }
        from = after->first + after->second->GetSize();
        ++after;
    }
    Join();
}

void
LifecycleRxStore::Join()
{
    while (!m_ahead.empty() && m_ahead.begin()->first == m_next)
    {
        const Ptr<Packet> packet = m_ahead.begin()->second;
        m_ahead.erase(m_ahead.begin());
        m_next += packet->GetSize();
        m_inOrder.push_back(packet);
    }
}

Ptr<Packet>
LifecycleRxStore::Read(uint32_t most)
{
    LifecyclePacketJoiner read;
    while (most > 0 && m_first < m_inOrder.size())
    {
        Ptr<Packet>& front = m_inOrder[m_first];
        Ptr<Packet> part = front;
        const uint32_t size = part->GetSize();
        if (size > most)
        {
            front = part->CreateFragment(most, size - most);
            part = part->CreateFragment(0, most);
        }
        else
        {
            front = nullptr;
            ++m_first;
        }
        most -= part->GetSize();
        m_begin += part->GetSize();
        read.Add(part);
    }
    if (m_first == m_inOrder.size())
    {
        m_inOrder.clear();
        m_first = 0;
    }
    return read.Whole();
}

} // namespace ns3
