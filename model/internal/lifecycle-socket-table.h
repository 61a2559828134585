#ifndef LIFECYCLE_SOCKET_TABLE_H
#define LIFECYCLE_SOCKET_TABLE_H

#include "lifecycle-tcp-socket.h"

#include "ns3/ptr.h"

#include <cstdint>
#include <unordered_map>
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
        if (id.index >= m_sockets.size())
        {
            if (id.index >= m_sockets.capacity())
            {
                m_sockets.reserve(id.index + id.index / 8 + 1); // there may be very many
            }
            m_sockets.resize(id.index + 1);
        }
        if (const Ptr<LifecycleTcpSocket>& former = m_sockets[id.index])
        {
            m_former.emplace(Id{id.index, former->m_generation}.Key(), former);
        }
        m_sockets[id.index] = std::move(socket);
    }

    /** \returns the socket, or null if there is none */
    Ptr<LifecycleTcpSocket> Find(Id id) const
    {
        if (!id || id.index >= m_sockets.size())
        {
            return nullptr;
        }
        const Ptr<LifecycleTcpSocket>& socket = m_sockets[id.index];
        if (socket && socket->m_generation == id.generation)
        {
            return socket;
        }
        const auto former = m_former.find(id.Key());
        return former != m_former.end() ? former->second : nullptr;
    }

    /** Lets go of a socket, if it is held. */
    void Release(Id id)
    {
        if (m_former.erase(id.Key()) == 0 && Find(id))
        {
            m_sockets[id.index] = nullptr;
        }
    }

  private:
    std::vector<Ptr<LifecycleTcpSocket>> m_sockets; //!< by index
    /** Those whose index has another already, before their end was told of; by Handle::Key(). */
    std::unordered_map<uint64_t, Ptr<LifecycleTcpSocket>> m_former;
};

} // namespace ns3

#endif /* LIFECYCLE_SOCKET_TABLE_H */
