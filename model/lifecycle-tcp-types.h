#ifndef LIFECYCLE_TCP_TYPES_H
#define LIFECYCLE_TCP_TYPES_H

#include "ns3/address.h"
#include "ns3/nstime.h"
#include "ns3/tcp-socket.h"

#include <array>
#include <cstdint>
#include <map>
#include <string>

/**
 * \file
 * \ingroup tcp-lifecycle
 * What a script sees of a node's connections: plain values, copied out of the model.
 */

namespace ns3
{

/**
 * \ingroup tcp-lifecycle
 * \brief Why a connection ended.
 */
enum class LifecycleTcpCloseReason : uint8_t
{
    NONE,               //!< not ended yet
    NORMAL,             //!< both FINs sent and acknowledged
    REFUSED,            //!< RST in answer to our SYN (ECONNREFUSED)
    RESET,              //!< RST in a synchronized state (ECONNRESET)
    CONNECT_TIMEOUT,    //!< SYN or SYN-ACK never answered (ETIMEDOUT)
    DATA_TIMEOUT,       //!< data or FIN never acknowledged (ETIMEDOUT)
    KEEPALIVE_TIMEOUT,  //!< keepalive probes never answered (ETIMEDOUT)
    FIN_WAIT_2_TIMEOUT, //!< closed by us, and the peer never sent its FIN
    UNREACHABLE,        //!< ICMP said so, at once or before a time-out (EHOSTUNREACH)
    ABORTED,            //!< the application aborted it (ECONNABORTED)
};

/**
 * \ingroup tcp-lifecycle
 * \param reason a reason
 * \returns its name as a sentence fragment, for instance "connection refused"
 */
const char* ToString(LifecycleTcpCloseReason reason);

/**
 * \ingroup tcp-lifecycle
 * \param reason a reason
 * \returns what a system's sockets would have in SO_ERROR, of <cerrno>: ECONNREFUSED, ECONNRESET,
 * ETIMEDOUT, EHOSTUNREACH, ECONNABORTED, or 0 where the connection ended in order
 */
int ToPosixErrno(LifecycleTcpCloseReason reason);

/**
 * \ingroup tcp-lifecycle
 * \brief One line of `ss -tan`: a listener, half-open request, connection or TIME_WAIT record.
 */
struct LifecycleTcpConnectionInfo
{
    TcpSocket::TcpStates_t state{TcpSocket::CLOSED}; //!< RFC 9293 state
    Address local;           //!< InetSocketAddress or Inet6SocketAddress of this side
    Address peer;            //!< InetSocketAddress or Inet6SocketAddress of the other side
    uint64_t recvQueue{0};   //!< bytes in order, not read by the application yet
    uint64_t sendQueue{0};   //!< bytes written, not acknowledged yet
    Time expires;            //!< time until the next timer of it; Time::Max() for none
    std::string timer;       //!< name of that timer: "on", "keepalive", "timewait", "persist", ""
    uint32_t retransmits{0}; //!< retransmissions of the oldest unacknowledged segment
    Time srtt;               //!< smoothed round-trip time, 0 before the first sample
    Time rto;                //!< retransmission time-out in force
    uint32_t cwnd{0};        //!< congestion window, bytes
    uint32_t ssthresh{0};    //!< slow-start threshold, bytes
    uint32_t mss{0};         //!< largest payload of a segment sent, bytes
    Time age;           //!< how long a connection has been in its state; 0 where that is not kept
    bool orphan{false}; //!< its application has closed it
};

/**
 * \ingroup tcp-lifecycle
 * \brief What a listener has to hold, and what it has turned away since Listen().
 */
struct LifecycleTcpListenerInfo
{
    uint32_t backlog{0};         //!< what it was asked to hold, as far as attribute MaxBacklog goes
    uint32_t acceptQueue{0};     //!< connections that wait to be accepted
    uint32_t halfOpen{0};        //!< requests that wait for their third segment
    uint64_t synOverflows{0};    //!< SYNs that found a queue full; they may have got a cookie
    uint64_t acceptOverflows{0}; //!< third segments that found the accept queue full
};

/**
 * \ingroup tcp-lifecycle
 * \brief How many sockets a node has in each state; index it with TcpSocket::TcpStates_t.
 *
 * Half-open requests count as SYN_RCVD and TIME_WAIT records as TIME_WAIT, as `ss -s` does.
 */
using LifecycleTcpCensus = std::array<uint64_t, TcpSocket::LAST_STATE>;

/**
 * \ingroup tcp-lifecycle
 * \brief Connections that the peer has closed and the application has not: if they grow old, it
 * forgets to.
 */
struct LifecycleTcpCloseWaits
{
    uint64_t count{0};  //!< how many there are
    Time oldest;        //!< for how long the oldest has been in CLOSE_WAIT; 0 if there is none
    Time total;         //!< for how long all have been, added up
    Address oldestPeer; //!< the other side of the oldest
};

/**
 * \ingroup tcp-lifecycle
 * \brief What happened on a node since it began, by name, as in `nstat`: "retransmits", "resetsOut"
 * …
 */
using LifecycleTcpCounters = std::map<std::string, uint64_t>;

/**
 * \ingroup tcp-lifecycle
 * \brief A state change of one connection.
 */
struct LifecycleTcpTransition
{
    Address local;                  //!< this side
    Address peer;                   //!< the other side
    TcpSocket::TcpStates_t from;    //!< state before
    TcpSocket::TcpStates_t to;      //!< state after
    LifecycleTcpCloseReason reason; //!< why it ended; NONE unless `to` is CLOSED
};

/**
 * \ingroup tcp-lifecycle
 * Signature of the trace source ns3::LifecycleTcpL4Protocol::StateChange.
 */
typedef void (*LifecycleTcpTransitionTracedCallback)(const LifecycleTcpTransition& transition);

} // namespace ns3

#endif /* LIFECYCLE_TCP_TYPES_H */
