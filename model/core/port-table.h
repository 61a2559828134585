#ifndef LIFECYCLE_CORE_PORT_TABLE_H
#define LIFECYCLE_CORE_PORT_TABLE_H

#include "address.h"

#include <algorithm>
#include <cstdint>
#include <map>
#include <vector>

namespace lifecycle
{

/** Which local ports are reserved, and for whom. */
class PortTable
{
  public:
    /** Who has a port. */
    struct Place
    {
        IpAddress local;
        uint32_t device{0}; //!< 0: every one

        friend bool operator==(const Place&, const Place&) = default;
    };

    bool IsReserved(uint16_t port) const
    {
        return m_reserved.contains(port);
    }

    /** Whether \p place may not have \p port because one that overlaps it has it. */
    bool Conflicts(const Place& place, uint16_t port) const
    {
        const auto found = m_reserved.find(port);
        if (found == m_reserved.end())
        {
            return false;
        }
        const IpAddress& local = place.local;
        for (const Place& other : found->second)
        {
            // All of IPv4 and all of IPv6 get along, as two applications on one port may want.
            const bool sameFamily = other.local.IsV4() == local.IsV4();
            const bool sameDevice =
                other.device == place.device || other.device == 0 || place.device == 0;
            if (sameFamily && sameDevice &&
                (other.local.Covers(local) || local.Covers(other.local)))
            {
                return true;
            }
        }
        return false;
    }

    void Reserve(const Place& place, uint16_t port)
    {
        m_reserved[port].push_back(place);
    }

    void Release(const Place& place, uint16_t port)
    {
        const auto found = m_reserved.find(port);
        if (found != m_reserved.end())
        {
            const auto one = std::find(found->second.begin(), found->second.end(), place);
            if (one != found->second.end())
            {
                found->second.erase(one);
            }
            if (found->second.empty())
            {
                m_reserved.erase(found);
            }
        }
    }

  private:
    std::map<uint16_t, std::vector<Place>> m_reserved;
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
