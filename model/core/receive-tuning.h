#ifndef LIFECYCLE_CORE_RECEIVE_TUNING_H
#define LIFECYCLE_CORE_RECEIVE_TUNING_H

#include "model-time.h"

#include <cstdint>

namespace lifecycle
{

struct Connection;
struct Segment;

/**
 * Makes the receive buffer as large as the application can make use of, as in Linux
 * (tcp_rcv_space_adjust): twice of what it reads in a round trip, since the sender may double its
 * window in the next.
 */
struct ReceiveTuning
{
    uint32_t buffer{0};    //!< bytes; no less than DataConfig::rcvBuf
    uint32_t space{0};     //!< bytes that were read in the best round trip
    uint32_t copied{0};    //!< bytes that were read in this one
    Instant since{};       //!< when this one began
    Duration rtt{};        //!< as the receiver sees it, zero: not known yet
    uint64_t windowEnd{0}; //!< offset at which a window has arrived, to measure without timestamps
    Instant windowSince{};
};

/** Data arrived: measures the round-trip time from the receiver's side. */
void NoteReceived(Connection& connection, const Segment& segment, Instant now);

/** The application has read \p bytes: the buffer may grow. */
void NoteRead(Connection& connection, uint32_t bytes, Instant now);

} // namespace lifecycle

#endif /* LIFECYCLE_CORE_RECEIVE_TUNING_H */
