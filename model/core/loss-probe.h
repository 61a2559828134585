#ifndef LIFECYCLE_CORE_LOSS_PROBE_H
#define LIFECYCLE_CORE_LOSS_PROBE_H

#include "model-time.h"
#include "seq-num.h"

#include <optional>

namespace lifecycle
{

struct Connection;
struct AckReport;

/** A tail loss probe on its way (RFC 8985 §7). */
struct LossProbe
{
    std::optional<SeqNum> end; //!< TLP.end_seq, while the probe is not accounted for
    bool repeats{false};       //!< TLP.is_retrans: it was not new data
    bool due{false};           //!< it is to be sent now
};

/** \returns when a probe is to be sent, kNever if none is (RFC 8985 §7.2) */
Instant LossProbeDeadline(const Connection& connection);

/** What becomes of a probe on its way (RFC 8985 §7.4.2). */
enum class ProbeVerdict : uint8_t
{
    Nothing,  //!< it is not known yet, or nothing was lost
    Repaired, //!< it repaired a loss, which congestion control has to hear of
};

/** \param duplicate the acknowledgement reports that something arrived twice (RFC 2883) */
ProbeVerdict JudgeLossProbe(Connection& connection, const AckReport& report, bool duplicate);

} // namespace lifecycle

#endif /* LIFECYCLE_CORE_LOSS_PROBE_H */
