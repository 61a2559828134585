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
    Acknowledged acked; //!< by the cumulative acknowledgement; UpdateRecovery adds what SACK says
    bool windowChanged;
    std::optional<Duration> rtt; //!< measured with it
    uint32_t priorPipe;          //!< bytes thought to be on their way before it
};

/**
 * Measures the round-trip time, where the acknowledgement allows it (RFC 6298 §3).
 * \returns what was measured
 */
std::optional<Duration> TakeRttSample(Connection& connection, const AckReport& report, Instant now);

/**
 * Loss detection and congestion control on an acknowledgement: by time (RFC 8985), or by duplicate
 * ACKs and SACK (RFC 5681 §3.2, RFC 6582, RFC 6675).
 */
void UpdateRecovery(Context& context, Connection& connection, AckReport& report, Instant now);

/** What was late has not come: RFC 8985 §6.2, the reordering timer. */
void OnReorderTimeout(Context& context, Connection& connection, Instant now);

/** The retransmission timer ran out (RFC 6298 §5.4, RFC 5681 §3.1, RFC 8985 §6.3). */
void EnterLoss(Connection& connection, Instant now);

} // namespace lifecycle

#endif /* LIFECYCLE_CORE_RECOVERY_H */
