#ifndef LIFECYCLE_SOCKET_TABLE_H
#define LIFECYCLE_SOCKET_TABLE_H

#include "lifecycle-tcp-socket.h"

#include "ns3/ptr.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

namespace ns3
{

/** Sockets by the core's name of the record they stand for; it keeps them alive. */
template <typename Id>
class LifecycleSocketTable
{
  public:
    /** \param socket knows that it stands for \p id */
    void Hold(Id id, Ptr<LifecycleTcpSocket> socket)
    {
        if (id.index / CHUNK >= m_chunks.size())
        {
            m_chunks.resize(id.index / CHUNK + 1);
        }
        if (!m_chunks[id.index / CHUNK])
        {
            m_chunks[id.index / CHUNK] = std::make_unique<Chunk>();
        }
        *PlaceOf(id) = std::move(socket);
    }

    /** \returns the socket, or null if there is none */
    Ptr<LifecycleTcpSocket> Find(Id id) const
    {
        const Ptr<LifecycleTcpSocket>* const place = id ? PlaceOf(id) : nullptr;
        const bool isThere = place && *place && (*place)->m_generation == id.generation;
        return isThere ? *place : nullptr;
    }

    /** Lets go of a socket, if it is held. */
    void Release(Id id)
    {
        if (Find(id))
        {
            *PlaceOf(id) = nullptr;
        }
    }

  private:
    static constexpr uint32_t CHUNK = 64;
    using Chunk = std::array<Ptr<LifecycleTcpSocket>, CHUNK>;

    /** \returns where a socket of this index is, null if there was none yet */
    Ptr<LifecycleTcpSocket>* PlaceOf(Id id) const
    {
        const std::size_t chunk = id.index / CHUNK;
        return chunk < m_chunks.size() && m_chunks[chunk] ? &(*m_chunks[chunk])[id.index % CHUNK]
                                                          : nullptr;
    }

    /** By index. In pieces: to move a Ptr is to count its socket's references twice. */
    std::vector<std::unique_ptr<Chunk>> m_chunks;
};

} // namespace ns3

#endif /* LIFECYCLE_SOCKET_TABLE_H */
