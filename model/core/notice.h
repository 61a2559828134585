#ifndef LIFECYCLE_CORE_NOTICE_H
#define LIFECYCLE_CORE_NOTICE_H

#include "address.h"
#include "slab.h"
#include "state-machine.h"

#include <cstdint>

namespace lifecycle
{

struct Connection;
struct Listener;
struct TimeWaitRecord;

using ConnectionId = Handle<Connection>;
using ListenerId = Handle<Listener>;
using TimeWaitId = Handle<TimeWaitRecord>;

/** Why a connection ended. */
enum class CloseReason : uint8_t
{
    None,             //!< it has not
    Normal,           //!< both FINs sent and acknowledged
    Refused,          //!< RST in answer to our SYN (ECONNREFUSED)
    Reset,            //!< RST in a synchronized state (ECONNRESET)
    ConnectTimeout,   //!< SYN or SYN-ACK never answered (ETIMEDOUT)
    DataTimeout,      //!< data or FIN never acknowledged (ETIMEDOUT)
    KeepaliveTimeout, //!< keepalive probes never answered (ETIMEDOUT)
    FinWait2Timeout,  //!< the application was gone and the peer's FIN never came
    Unreachable,      //!< ICMP said so (EHOSTUNREACH)
    Aborted,          //!< reset by this side (ECONNABORTED)
};

/** What a Notice tells. */
enum class NoticeKind : uint8_t
{
    StateChanged, //!< `from` → `to`; `connection` is set unless a record without one changed
    AcceptReady,  //!< `listener` has a connection to accept
    Readable,     //!< data arrived in order, or the stream ended
    PeerClosed,   //!< all that the peer sends has arrived, its FIN included
    Urgent,       //!< data in the stream is urgent up to `bytes` ahead of what is to be read next
    Acked,        //!< `bytes` more of the stream are acknowledged: forget them
    Closed,       //!< `connection` is gone, for `reason`; if `timeWait` is set, that stands for it
};

/** Something that the owner of the endpoint is told. */
struct Notice
{
    NoticeKind kind;
    State from{State::Closed};
    State to{State::Closed};
    CloseReason reason{CloseReason::None};
    ConnectionId connection{};
    ListenerId listener{};
    TimeWaitId timeWait{}; //!< also set when a TIME_WAIT record changes state
    FourTuple tuple{};     //!< with StateChanged
    uint64_t bytes{0};     //!< with Acked
};

} // namespace lifecycle

#endif /* LIFECYCLE_CORE_NOTICE_H */
