#ifndef LIFECYCLE_CORE_PORT_TABLE_H
#define LIFECYCLE_CORE_PORT_TABLE_H

#include "address.h"

#include <cstdint>
#include <map>
#include <vector>

namespace lifecycle
{

/** Which local ports are reserved, and by which addresses. */
class PortTable
{
  public:
    bool IsReserved(uint16_t port) const
    {
        return m_reserved.contains(port);
    }

    /** Whether \p local may not have \p port because an address that overlaps it has it. */
    bool Conflicts(const IpAddress& local, uint16_t port) const
    {
        const auto found = m_reserved.find(port);
        if (found == m_reserved.end())
        {
            return false;
        }
        for (const IpAddress& other : found->second)
        {
            // All of IPv4 and all of IPv6 get along, as two applications on one port may want.
            const bool sameFamily = other.IsV4() == local.IsV4();
            if (sameFamily && (other.Covers(local) || local.Covers(other)))
            {
                return true;
            }
        }
        return false;
    }

    void Reserve(const IpAddress& local, uint16_t port)
    {
        m_reserved[port].push_back(local);
    }

    void Release(const IpAddress& local, uint16_t port)
    {
        const auto found = m_reserved.find(port);
        if (found != m_reserved.end())
        {
            std::erase(found->second, local);
            if (found->second.empty())
            {
                m_reserved.erase(found);
            }
        }
    }

  private:
    std::map<uint16_t, std::vector<IpAddress>> m_reserved;
};

/**
 * The port to try first for a destination (RFC 6056 §3.3.4): different destinations start at
 * different places, so that ports are hard to guess and seldom collide.
 * \param hash keyed hash of the destination
 * \param attempt how many ports were tried, over all connections
 * \param first first port of the range
 * \param last last port of the range, at least \p first
 */
constexpr uint16_t
EphemeralPort(uint64_t hash, uint32_t attempt, uint16_t first, uint16_t last)
{
    const uint32_t range = uint32_t{last} - first + 1;
    return static_cast<uint16_t>(first + (hash + attempt) % range);
}

} // namespace lifecycle

#endif /* LIFECYCLE_CORE_PORT_TABLE_H */
