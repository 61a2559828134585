#ifndef LIFECYCLE_CORE_HANDSHAKE_H
#define LIFECYCLE_CORE_HANDSHAKE_H

#include "config.h"
#include "model-time.h"
#include "records.h"
#include "segment.h"

#include <cstdint>

namespace lifecycle
{

/** \returns the shift that lets a window of \p buffer bytes be advertised (RFC 7323 §2.3), ≤ 14 */
uint8_t WindowShiftFor(uint32_t buffer);

/**
 * What both sides agree on, once the peer's SYN is seen.
 * \param config of this side
 * \param linkMss what this side's link carries, 0 if not known
 * \param syn the peer's SYN or SYN-ACK
 */
Agreement Negotiate(const DataConfig& config, uint16_t linkMss, const Segment& syn);

/** What this side offers before it has heard the peer. */
Agreement Offer(const DataConfig& config, uint16_t linkMss);

/**
 * The options of a SYN or SYN-ACK.
 * \param terms what is offered (SYN) or agreed (SYN-ACK)
 * \param stamps put in if timestamps are among the terms
 */
Options SynOptions(const DataConfig& config, const Agreement& terms, Timestamps stamps);

/** The window field of a SYN: never scaled (RFC 7323 §2.2). */
uint16_t SynWindow(const DataConfig& config);

/** The TSval clock: milliseconds (RFC 7323 §5.4 allows 1 ms to 1 s; Linux has 1 ms). */
uint32_t TimestampClock(Instant now, uint32_t offset);

/** The SYN-ACK of a half-open request. */
Segment MakeSynAck(const Request& request, const Config& config, Timestamps stamps);

} // namespace lifecycle

#endif /* LIFECYCLE_CORE_HANDSHAKE_H */
