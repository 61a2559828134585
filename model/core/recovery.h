#ifndef LIFECYCLE_CORE_RECOVERY_H
#define LIFECYCLE_CORE_RECOVERY_H

#include "connection.h"
#include "model-time.h"
#include "scoreboard.h"
#include "segment.h"

#include <optional>

namespace lifecycle
{

class Context;

/** What is known of an acknowledgement once SND.UNA and the window are up to date. */
struct AckReport
{
    const Segment& segment;
    Acknowledged acked; //!< by the cumulative acknowledgement
    bool windowChanged;
    std::optional<Duration> rtt; //!< measured with it
};

/** Measures the round-trip time, where the acknowledgement allows it (RFC 6298 §3). \returns it */
std::optional<Duration> TakeRttSample(Connection& connection, const AckReport& report, Instant now);

/**
 * Loss detection and congestion control on an acknowledgement: duplicate ACKs and SACK
 * (RFC 5681 §3.2, RFC 6582, RFC 6675).
 */
void UpdateRecovery(Context& context, Connection& connection, const AckReport& report, Instant now);

} // namespace lifecycle

#endif /* LIFECYCLE_CORE_RECOVERY_H */
