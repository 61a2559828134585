#ifndef LIFECYCLE_SOCKET_TABLE_H
#define LIFECYCLE_SOCKET_TABLE_H

#include "lifecycle-tcp-socket.h"

#include "ns3/ptr.h"

#include <cstdint>
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
        m_sockets[id.index] = std::move(socket);
    }

    /** \returns the socket, or null if there is none */
    Ptr<LifecycleTcpSocket> Find(Id id) const
    {
        const bool known = id && id.index < m_sockets.size() && m_sockets[id.index] &&
                           m_sockets[id.index]->m_generation == id.generation;
        return known ? m_sockets[id.index] : nullptr;
    }

    /** Lets go of a socket, if it is held. */
    void Release(Id id)
    {
        if (Find(id))
        {
            m_sockets[id.index] = nullptr;
        }
    }

  private:
    std::vector<Ptr<LifecycleTcpSocket>> m_sockets; //!< by index
};

} // namespace ns3

#endif /* LIFECYCLE_SOCKET_TABLE_H */
