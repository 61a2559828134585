#ifndef LIFECYCLE_SOCKET_TABLE_H
#define LIFECYCLE_SOCKET_TABLE_H

#include "internal/lifecycle-sparse-array.h"
#include "lifecycle-tcp-socket.h"

#include "ns3/ptr.h"

#include <utility>

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
        m_sockets.At(id.index) = std::move(socket);
    }

    /** \returns the socket, or null if there is none */
    Ptr<LifecycleTcpSocket> Find(Id id) const
    {
        const Ptr<LifecycleTcpSocket>* const place = id ? m_sockets.Find(id.index) : nullptr;
        const bool isThere = place && *place && (*place)->m_generation == id.generation;
        return isThere ? *place : nullptr;
    }

    /** Lets go of a socket, if it is held. */
    void Release(Id id)
    {
        if (Find(id))
        {
            m_sockets.At(id.index) = nullptr;
        }
    }

  private:
    LifecycleSparseArray<Ptr<LifecycleTcpSocket>> m_sockets; //!< by index
};

} // namespace ns3

#endif /* LIFECYCLE_SOCKET_TABLE_H */
