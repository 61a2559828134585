#ifndef LIFECYCLE_CORE_RECORDS_H
#define LIFECYCLE_CORE_RECORDS_H

#include "address-book.h"
#include "address.h"
#include "config.h"
#include "expiry-queues.h"
#include "notice.h"
#include "segment.h"

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>

namespace lifecycle
{

/** LISTEN: who takes connections, and those that wait to be accepted. */
struct Listener
{
    ListenerId id;
    IpAddress local;
    uint16_t port{0};
    uint32_t device{0}; //!< the only one that it takes SYNs from; 0: any
    uint32_t backlog{0};
    uint32_t halfOpen{0};  //!< request records of it
    uint32_t fastOpens{0}; //!< connections of it that are half-open by Fast Open
    std::deque<ConnectionId> acceptQueue;
    std::shared_ptr<const Config> config;
    uint64_t synOverflows{0};          //!< as Counters::synOverflows
    uint64_t acceptOverflows{0};       //!< as Counters::acceptOverflows
    std::optional<Instant> lastCookie; //!< when a SYN cookie was sent last
};

/** What the two sides agreed on in their SYNs. */
struct Agreement
{
    uint16_t peerMss{536};    //!< RFC 9293 §3.7.1: 536 where the peer does not say
    uint16_t linkMss{0};      //!< what our link carries, 0 if not known
    uint8_t sndScale : 4 {0}; //!< shift of windows received
    uint8_t rcvScale : 4 {0}; //!< shift of windows sent
    bool windowScaling : 1 {false};
    bool timestamps : 1 {false};
    bool sack : 1 {false};
    bool ecn : 1 {false};
};

/** What is known of a connection that is half-open by a passive open. */
struct HalfOpen
{
    SeqNum iss;
    SeqNum irs;
    uint32_t tsRecent{0};
    Agreement agreement;
    bool wantsCookie : 1 {false};       //!< its SYN-ACK carries a Fast Open cookie
    bool wantsExperimental : 1 {false}; //!< in the experimental option
};

/** A request as it comes, and as it goes. */
struct Request : HalfOpen
{
    FourTuple tuple;
    ListenerId listener;
};

/** SYN-RECEIVED by a passive open: half-open, waiting for the third segment. */
struct RequestRecord : HalfOpen
{
    bool icmpError : 1 {false}; //!< ICMP has spoken of its SYN-ACK
    bool deferred : 1 {false};  //!< the third segment came, and brought no data
    uint8_t retries{0};         //!< SYN-ACKs sent again
    PackedTuple tuple;
    uint32_t listener{0}; //!< its slot: a listener ends its requests before itself
    ExpiryLink expiry;    //!< of the SYN-ACK's retransmission timer
};

/** TIME-WAIT: what is needed to answer what still comes, and to hold the port. */
struct TimeWaitRecord
{
    PackedTuple tuple;
    SeqNum sndNxt;
    SeqNum rcvNxt;
    uint32_t tsRecent{0};
    uint32_t config{0};       //!< its number in Context::configs
    uint16_t window{0};       //!< the window field to send
    uint8_t rcvScale : 4 {0}; //!< its shift
    bool timestamps : 1 {false};
    ExpiryLink expiry;

    /** Bytes that the peer was promised. */
    uint32_t RcvWnd() const
    {
        return uint32_t{window} << rcvScale;
    }
};

static_assert(sizeof(RequestRecord) == 60 && sizeof(TimeWaitRecord) == 52); // there are millions

} // namespace lifecycle

#endif /* LIFECYCLE_CORE_RECORDS_H */
