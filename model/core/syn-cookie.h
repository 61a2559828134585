#ifndef LIFECYCLE_CORE_SYN_COOKIE_H
#define LIFECYCLE_CORE_SYN_COOKIE_H

#include "config.h"
#include "isn.h"
#include "model-time.h"
#include "records.h"
#include "segment.h"

#include <optional>

namespace lifecycle
{

/** How long a cookie is good for: one period of the clock in it, or two (Linux: 2 × 60 s). */
inline constexpr Duration kCookiePeriod{60s};

/**
 * The initial sequence number that stands for a half-open request (RFC 4987 §3.6): a clock, an
 * index for the peer's MSS, and a keyed hash of these, the four-tuple and the peer's SYN.
 */
SeqNum MakeSynCookie(Instant now, const SecretKey& secret, const Request& request);

/** The timestamp that carries the rest: window scale and SACK-permitted in its lowest six bits. */
uint32_t CookieTimestamp(uint32_t clock, const Agreement& agreement);

/**
 * Makes the request anew from the segment that completes the handshake.
 * \returns nothing if the segment holds no cookie of ours that is still good
 */
std::optional<Request> ReadSynCookie(Instant now,
                                     const SecretKey& secret,
                                     const DataConfig& config,
                                     const Segment& third);

} // namespace lifecycle

#endif /* LIFECYCLE_CORE_SYN_COOKIE_H */
