#ifndef LIFECYCLE_CORE_PACING_H
#define LIFECYCLE_CORE_PACING_H

#include "model-time.h"

#include <cstdint>

namespace lifecycle
{

struct Connection;

/**
 * Whether data has to wait so that it does not go out in a burst; if so, the connection asks to be
 * woken when it may go on.
 */
bool HasToWait(Connection& connection, Instant now);

/** Data was sent: the next has to wait for as long as \p bytes take at the pacing rate. */
void NotePaced(Connection& connection, uint32_t bytes, Instant now);

/**
 * \returns the segments that leave at once as one piece, as Linux sizes it (tcp_tso_autosize()): by
 *     the rate of the window, and larger over short round trips; DataConfig::leastBurst at the
 * least
 */
uint16_t SegmentsAtOnce(const Connection& connection);

} // namespace lifecycle

#endif /* LIFECYCLE_CORE_PACING_H */
