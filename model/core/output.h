#ifndef LIFECYCLE_CORE_OUTPUT_H
#define LIFECYCLE_CORE_OUTPUT_H

#include "connection.h"
#include "endpoint.h"
#include "model-time.h"
#include "segment.h"

#include <optional>

namespace lifecycle
{

class Context;

/**
 * What a connection may send now: a retransmission, its SYN, data or FIN that both windows allow,
 * a probe, or an acknowledgement that is due, in this order.
 * \returns nothing if it has to wait
 */
std::optional<OutSegment> NextSegment(Context& context, Connection& connection, Instant now);

/** An acknowledgement; whatever was owed to the peer is paid with it. */
Segment MakeAck(const Context& context, Connection& connection, Instant now);

/**
 * The window field, and a note of what is promised with it. The right edge never moves back
 * (RFC 9293 §3.8.6), and forward only by steps worth it (§3.8.6.2.2).
 */
uint16_t AdvertiseWindow(Connection& connection);

/** Whether the application has read so much that the peer is to be told at once. */
bool IsWindowUpdateDue(const Connection& connection);

/** The RST that ends a synchronized connection from this side (RFC 9293 §3.10.5). */
Segment MakeReset(const Context& context, const Connection& connection, Instant now);

} // namespace lifecycle

#endif /* LIFECYCLE_CORE_OUTPUT_H */
