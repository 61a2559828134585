#ifndef LIFECYCLE_CORE_PASSIVE_OPEN_H
#define LIFECYCLE_CORE_PASSIVE_OPEN_H

#include "connection.h"
#include "endpoint.h"
#include "model-time.h"
#include "records.h"
#include "segment.h"

#include <optional>

namespace lifecycle
{

class Context;

/** What a listener has to hold now. */
ListenerLoad LoadOf(const Listener& listener);

/** What the model says of the third segment; if it is a RST, that is sent. */
ThirdVerdict Admit(Context& context, Listener& listener, const Segment& third);

/**
 * The connection that a half-open request becomes: ESTABLISHED, and waiting to be accepted.
 * \param peer the segment that shows the peer's window: the third, or the SYN of a two-way open
 * \param rtt the round-trip time that the handshake has measured, if it has
 */
Connection& Promote(Context& context,
                    Listener& listener,
                    const Request& request,
                    const Segment& peer,
                    Instant now,
                    std::optional<Duration> rtt = {});

/**
 * The connection that a SYN with a good Fast Open cookie makes (RFC 7413 §4.2.2): half-open, but
 * with a stream that the application may read and write at once.
 */
Placement OpenFast(Context& context,
                   Listener& listener,
                   const Request& request,
                   const Segment& syn,
                   Instant now);

} // namespace lifecycle

#endif /* LIFECYCLE_CORE_PASSIVE_OPEN_H */
