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
    /** Of length 0: it gave none. Then `experimental` says which option is to be tried next. */
    FastOpenCookie cookie;
    uint16_t mss{0};               //!< the server's MSS, bytes
    bool triedExperimental{false}; //!< the experimental option was tried, and did not help either
};

/**
 * \param ownMss what this side can take, bytes
 * \returns the bytes of data that fit into a SYN: all options that there may ever be leave that
 *     much, as in Linux (tcp_send_syn_data), since middleboxes add to those of SYNs
 */
uint32_t SynDataRoom(const FastOpenMemory& memory, uint16_t ownMss);

/** What the SYN-ACK of a server says to a client that tried Fast Open. */
struct SynAckLesson
{
    uint16_t mss{0};
    std::optional<FastOpenCookie> cookie;
    bool askedInVain{false}; //!< the first SYN asked for a cookie, and there is none
};

/** \returns what is to be remembered of the server then */
FastOpenMemory Learn(FastOpenMemory known, const SynAckLesson& lesson);

/** The servers that were asked for a cookie; the oldest is forgotten when there are too many. */
class FastOpenCache
{
  public:
    static constexpr std::size_t kMostServers = 4096;

    /** \returns what is known of a server, nothing being known of those that were never asked */
    FastOpenMemory Recall(const IpAddress& server) const;
    void Store(const IpAddress& server, const FastOpenMemory& memory);
    void Clear();

  private:
    std::map<IpAddress::Bytes, FastOpenMemory> m_servers;
    std::deque<IpAddress::Bytes> m_order; //!< as they were first heard of
};

} // namespace lifecycle

#endif /* LIFECYCLE_CORE_FAST_OPEN_H */
