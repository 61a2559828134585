#include "internal/lifecycle-tx-store.h"

#include "internal/lifecycle-packet-joiner.h"

#include "ns3/assert.h"

#include <algorithm>

namespace ns3
{

LifecycleTxStore::LifecycleTxStore(uint64_t begin)
    : m_begin(begin),
      m_end(begin)
{
}

void
LifecycleTxStore::Restart(uint64_t begin)
{
    m_pieces.clear();
    if (m_pieces.capacity() > MOST_KEPT)
    {
        m_pieces.shrink_to_fit();
    }
    m_first = 0;
    m_cursor = 0;
    m_begin = begin;
    m_end = begin;
}

void
LifecycleTxStore::Append(Ptr<const Packet> packet)
{
    if (packet->GetSize() == 0)
    {
        return;
    }
    m_end += packet->GetSize();
    m_pieces.push_back({m_end, packet->Copy()}); // the application may go on to use its own
}

std::size_t
LifecycleTxStore::PieceWith(uint64_t offset) const
{
    const auto startsAfter = [](uint64_t position, const Piece& piece) {
        return position < piece.end;
    };
    const bool follows = m_cursor >= m_first && m_cursor < m_pieces.size() &&
                         offset < m_pieces[m_cursor].end &&
                         offset >= m_pieces[m_cursor].end - m_pieces[m_cursor].packet->GetSize();
    if (follows)
    {
        return m_cursor;
    }
    const auto found = std::upper_bound(m_pieces.begin() + static_cast<std::ptrdiff_t>(m_first),
                                        m_pieces.end(),
                                        offset,
                                        startsAfter);
    return static_cast<std::size_t>(found - m_pieces.begin());
}

Ptr<Packet>
LifecycleTxStore::Slice(uint64_t offset, uint32_t length) const
{
    NS_ASSERT(offset >= m_begin && offset + length <= m_end);
    LifecyclePacketJoiner slice;
    std::size_t index = PieceWith(offset);
    while (length > 0)
    {
        const Piece& piece = m_pieces[index];
        const uint32_t size = piece.packet->GetSize();
        const auto start = static_cast<uint32_t>(offset - (piece.end - size));
        const uint32_t taken = std::min(length, size - start);
        const bool whole = taken == size;
        slice.Add(whole ? piece.packet->Copy() : piece.packet->CreateFragment(start, taken));
        offset += taken;
        length -= taken;
        m_cursor = index;
        index += start + taken == size;
    }
    m_cursor = std::min(index, m_pieces.size());
    return slice.Whole();
}

void
LifecycleTxStore::Release(uint64_t bytes)
{
    NS_ASSERT(bytes <= Size());
    m_begin += bytes;
    while (m_first < m_pieces.size() && m_pieces[m_first].end <= m_begin)
    {
        m_pieces[m_first].packet = nullptr;
        ++m_first;
    }
    if (m_first == m_pieces.size())
    {
        m_pieces.clear();
        m_first = 0;
        m_cursor = 0;
    }
    else if (m_first > m_pieces.size() / 2)
    {
        // Amortised: as many pieces were released since the last time as are moved now.
        m_pieces.erase(m_pieces.begin(), m_pieces.begin() + static_cast<std::ptrdiff_t>(m_first));
        m_cursor -= std::min(m_cursor, m_first);
        m_first = 0;
    }
}

} // namespace ns3
