#ifndef LIFECYCLE_CORE_RECORDS_H
#define LIFECYCLE_CORE_RECORDS_H

#include "address.h"
#include "answer-limiter.h"
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
    uint16_t peerMss{536}; //!< RFC 9293 §3.7.1: 536 where the peer does not say
    uint16_t linkMss{0};   //!< what our link carries, 0 if not known
    uint8_t sndScale{0};   //!< shift of windows received
    uint8_t rcvScale{0};   //!< shift of windows sent
    bool windowScaling : 1 {false};
    bool timestamps : 1 {false};
    bool sack : 1 {false};
    bool ecn : 1 {false};
};

/** SYN-RECEIVED by a passive open: half-open, waiting for the third segment. */
struct RequestRecord
{
    FourTuple tuple;
    SeqNum iss;
    SeqNum irs;
    uint32_t tsRecent{0};
    Agreement agreement;
    uint8_t retries{0};             //!< SYN-ACKs sent again
    bool wantsCookie{false};        //!< its SYN-ACK carries a Fast Open cookie
    bool wantsExperimental{false};  //!< in the experimental option
    AnswerLimiter invalidAnswers{}; //!< answers to what is invalid
    bool icmpError{false};          //!< ICMP has spoken of its SYN-ACK
    bool deferred{false};           //!< the third segment came, and brought no data
    ListenerId listener;
    ExpiryLink expiry; //!< of the SYN-ACK's retransmission timer
};

/** TIME-WAIT: what is needed to answer what still comes, and to hold the port. */
struct TimeWaitRecord
{
    FourTuple tuple;
    SeqNum sndNxt;
    SeqNum rcvNxt;
    uint32_t rcvWnd{0}; //!< bytes that the peer was promised
    uint32_t tsRecent{0};
    uint32_t tsOffset{0};
    uint16_t window{0}; //!< the window field to send
    bool timestamps{false};
    AnswerLimiter invalidAnswers{}; //!< answers to what is invalid
    const Config* config{nullptr};  //!< kept by Context::timeWaitConfigs
    ExpiryLink expiry;
};

} // namespace lifecycle

#endif /* LIFECYCLE_CORE_RECORDS_H */
