#ifndef LIFECYCLE_CORE_FAST_OPEN_H
#define LIFECYCLE_CORE_FAST_OPEN_H

#include "address.h"
#include "isn.h"
#include "segment.h"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>

namespace lifecycle
{

/** The cookie that a server gives to a client's address (RFC 7413 §4.1.2): 8 bytes, Linux's. */
FastOpenCookie MakeFastOpenCookie(const SecretKey& secret, const FourTuple& tuple);

/** What a client remembers of a server (RFC 7413 §4.1.3). */
struct FastOpenMemory
{
    FastOpenCookie cookie;
    uint16_t mss{0}; //!< the server's MSS, bytes
};

/**
 * \param ownMss what this side can take, bytes
 * \returns the bytes of data that fit into a SYN: all options that there may ever be leave that
 *     much, as in Linux (tcp_send_syn_data), since middleboxes add to those of SYNs
 */
uint32_t SynDataRoom(const FastOpenMemory& memory, uint16_t ownMss);

/** The servers that gave this node a cookie; the oldest is forgotten when there are too many. */
class FastOpenCache
{
  public:
    static constexpr std::size_t kMostServers = 4096;

    std::optional<FastOpenMemory> Find(const IpAddress& server) const;
    void Store(const IpAddress& server, const FastOpenMemory& memory);

  private:
    std::map<IpAddress::Bytes, FastOpenMemory> m_servers;
    std::deque<IpAddress::Bytes> m_order; //!< as they were first heard of
};

} // namespace lifecycle

#endif /* LIFECYCLE_CORE_FAST_OPEN_H */
