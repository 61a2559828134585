#ifndef LIFECYCLE_CORE_COUNTERS_H
#define LIFECYCLE_CORE_COUNTERS_H

#include <cstdint>

namespace lifecycle
{

/** What happened on a node, counted since it began. */
struct Counters
{
    uint64_t segmentsIn{0};
    uint64_t segmentsOut{0};
    uint64_t bytesIn{0};            //!< payload accepted, each byte once
    uint64_t bytesOut{0};           //!< payload sent for the first time
    uint64_t retransmits{0};        //!< segments sent again: SYN, SYN-ACK, data, FIN
    uint64_t timeouts{0};           //!< retransmission time-outs
    uint64_t fastRecoveries{0};     //!< times fast recovery was entered
    uint64_t undone{0};             //!< reductions of the window taken back: nothing was lost
    uint64_t lossProbes{0};         //!< tail loss probes sent (RFC 8985 §7)
    uint64_t duplicatesReported{0}; //!< by peers (RFC 2883)
    uint64_t congestionMarks{0};    //!< data segments received with CE (RFC 3168)
    uint64_t tooBig{0};             //!< ICMP errors that made segments smaller
    uint64_t activeOpens{0};        //!< SYN-SENT entered
    uint64_t passiveOpens{0};       //!< half-open records made
    uint64_t accepted{0};           //!< passive opens that were established
    uint64_t malformed{0};          //!< dropped: header that cannot be parsed, or a bad checksum
    uint64_t nonsenseFlags{0};      //!< dropped: flags that no TCP sends
    uint64_t unacceptable{0};       //!< dropped: outside of the window
    uint64_t pawsDropped{0};        //!< dropped: timestamp too old (RFC 7323 §5)
    uint64_t noAck{0};              //!< dropped: no ACK flag in a synchronized state
    uint64_t challengeAcks{0};      //!< sent (RFC 5961)
    uint64_t challengesWithheld{0}; //!< not sent because of the rate limit (RFC 5961 §7)
    uint64_t invalidIgnored{0};     //!< out of the window, not answered because of the rate limit
    uint64_t resetsIn{0};           //!< acceptable ones
    uint64_t resetsOut{0};
    uint64_t icmpErrorsIn{0};      //!< of something in flight
    uint64_t icmpErrorsIgnored{0}; //!< of nothing that was in flight (RFC 5927 §4.1)
    uint64_t acceptOverflows{0};   //!< third ACKs that found the accept queue full
    uint64_t synOverflows{0};      //!< SYNs that found the backlog full
    uint64_t fastOpensIn{0};       //!< SYNs whose data was taken at once (RFC 7413)
    uint64_t fastOpensOut{0};      //!< SYNs sent with data
    uint64_t fastOpensRefused{0};  //!< of these, those whose data had to be sent again
    uint64_t cookiesSent{0};
    uint64_t cookiesAccepted{0};
    uint64_t cookiesRefused{0};    //!< ACKs at a listener that hold no valid cookie
    uint64_t portsExhausted{0};    //!< active opens that found no ephemeral port
    uint64_t timeWaits{0};         //!< TIME_WAIT records made
    uint64_t timeWaitOverflows{0}; //!< connections that found as many as allowed
    uint64_t timeWaitRestarts{0};
    uint64_t orphanOverflows{0}; //!< closed connections reset because there were too many
    uint64_t timeWaitReuses{0};  //!< ended by a newer SYN (RFC 6191)
    uint64_t keepaliveProbes{0};
    uint64_t windowProbes{0};
};

} // namespace lifecycle

#endif /* LIFECYCLE_CORE_COUNTERS_H */
