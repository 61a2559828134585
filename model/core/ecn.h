#ifndef LIFECYCLE_CORE_ECN_H
#define LIFECYCLE_CORE_ECN_H

#include "model-time.h"
#include "segment.h"

namespace lifecycle
{

struct Connection;
struct DataConfig;
class Context;

// Explicit congestion notification (RFC 3168).

/** \returns whether both ends agree on it, now that the peer's SYN or SYN-ACK has come (§6.1.1) */
bool AgreeOnEcn(const DataConfig& config, Flags peersSyn);

/** \returns the bits that our SYN asks with (§6.1.1) */
Flags EcnOfSyn(const DataConfig& config);

/** Our SYN-ACK says what was agreed (§6.1.1). */
void AgreeInSynAck(const DataConfig& config, bool agreed, Segment& synAck);

/** The receiver's part (§6.1.3, RFC 8257 §3.2): data has arrived. */
void NoteEcnOfData(Context& context, Connection& connection, const Segment& segment, Instant now);

/** All that is sent is ECN-capable, if the congestion control wants it so. */
void MarkAll(const Connection& connection, Segment& segment);

/** The sender's part (§6.1.2): marks new data as ECN-capable, and says that the window shrank. */
void MarkNewData(Connection& connection, Segment& segment);

/** Whether an acknowledgement tells of congestion. */
bool TellsOfCongestion(const Connection& connection, const Segment& segment);

/** The window shrinks, once in a round trip (§6.1.2). */
void ReduceByEcn(Connection& connection, Instant now);

/**
 * Once something sent after the last reduction is acknowledged, it is over. As in Linux
 * (tcp_fastretrans_alert), the ACK of all that was sent before is not enough: CWR is to get there.
 */
void EndReductionByEcn(Connection& connection, Instant now);

/** Whether the reduction is less than a round trip old: the window does not grow meanwhile. */
bool IsReducedByEcn(const Connection& connection);

} // namespace lifecycle

#endif /* LIFECYCLE_CORE_ECN_H */
