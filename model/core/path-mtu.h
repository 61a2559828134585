#ifndef LIFECYCLE_CORE_PATH_MTU_H
#define LIFECYCLE_CORE_PATH_MTU_H

#include "model-time.h"

#include <cstdint>

namespace lifecycle
{

class Context;
struct Connection;

/**
 * ICMP says that a segment of the connection, which is in flight, was too big for the path:
 * segments become smaller, and those that were too long go out again in pieces (RFC 1191, RFC
 * 8201). \param pathMss largest payload with options that the path carries, 0 if the router does
 * not say
 */
void ShrinkSegments(Context& context, Connection& connection, uint16_t pathMss, Instant now);

/** After a while the path may have become better: larger segments are tried (RFC 1191 §6.3). */
void ForgetPathMss(Connection& connection, Instant now);

} // namespace lifecycle

#endif /* LIFECYCLE_CORE_PATH_MTU_H */
