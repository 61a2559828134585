#ifndef LIFECYCLE_SOCKET_TABLE_H
#define LIFECYCLE_SOCKET_TABLE_H

#include "ns3/ptr.h"

#include <cstdint>
#include <utility>
#include <vector>

namespace ns3
{

class LifecycleTcpSocket;

/** Sockets by the core's name of the record they stand for; it keeps them alive. */
template <typename Id>
class LifecycleSocketTable
{
  public:
    void Hold(Id id, Ptr<LifecycleTcpSocket> socket)
    {
        if (id.index >= m_slots.size())
        {
            m_slots.resize(id.index + 1);
        }
        m_slots[id.index] = {std::move(socket), id.generation};
    }

    /** \returns the socket, or null if there is none */
    Ptr<LifecycleTcpSocket> Find(Id id) const
    {
        const bool known =
            id && id.index < m_slots.size() && m_slots[id.index].generation == id.generation;
        return known ? m_slots[id.index].socket : nullptr;
    }

    /** Lets go of a socket, if it is held. */
    void Release(Id id)
    {
        if (Find(id))
        {
            m_slots[id.index] = {};
        }
    }

  private:
    struct Slot
    {
        Ptr<LifecycleTcpSocket> socket;
        uint32_t generation{0};
    };

    std::vector<Slot> m_slots;
};

} // namespace ns3

#endif /* LIFECYCLE_SOCKET_TABLE_H */
