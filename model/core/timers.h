#ifndef LIFECYCLE_CORE_TIMERS_H
#define LIFECYCLE_CORE_TIMERS_H

#include "connection.h"
#include "model-time.h"

namespace lifecycle
{

class Context;

/** \returns when the connection's next timer is due, kNever if none runs */
Instant NextDeadline(const Connection& connection);

/** \returns when keepalive has something to do, kNever if it has not */
Instant KeepaliveDeadline(const Connection& connection);

/** \returns the time-out that the retransmission timer is set with, back-off included */
Duration BackedOffRto(const Connection& connection);

/** Starts the retransmission timer anew (RFC 6298 §5.3). */
void RestartRetransmitTimer(Connection& connection, Instant now);

/** Whether something sent, or waiting for a window, depends on the peer's answer. */
bool IsWaitingForAnAnswer(const Connection& connection);

/** Starts or stops the timer according to what the connection waits for now. */
void ChooseTimer(Connection& connection, Instant now);

/** Does all that is due by \p now, in order of deadlines. */
void RunTimers(Context& context, Instant now);

} // namespace lifecycle

#endif /* LIFECYCLE_CORE_TIMERS_H */
