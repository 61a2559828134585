#include "loss-probe.h"

#include "connection.h"
#include "rack.h"
#include "recovery.h"

#include <algorithm>

namespace lifecycle
{

namespace
{

constexpr Duration kUnmeasured = std::chrono::seconds(1); // RFC 8985 §7.2, without an SRTT

/** RFC 8985 §7.2: nothing is missing as far as is known, and no probe is on its way. */
bool
MayProbe(const Connection& conn)
{
    if (!conn.config->data.lossProbe || !UsesRack(conn) || !conn.HasUnacked() || !conn.synAcked ||
        conn.probing)
    {
        return false;
    }
    const Transfer& transfer = *conn.transfer;
    return transfer.phase == Phase::Open && transfer.sent.SackedBytes() == 0 &&
           transfer.sent.LostBytes() == 0 && !transfer.lossProbe.end && !transfer.lossProbe.due;
}

} // namespace

Instant
LossProbeDeadline(const Connection& conn)
{
    if (!MayProbe(conn) || conn.timerMode != TimerMode::Retransmit)
    {
        return kNever;
    }
    Duration wait = conn.rtt.HasSample() ? 2 * conn.rtt.Srtt() : kUnmeasured;
    if (conn.transfer->sent.Size() == 1)
    {
        wait += conn.config->data.peersAckDelay; // its ACK may be delayed: TLP.max_ack_delay
    }
    return std::min(conn.transfer->lastProgress + wait, conn.Timer());
}

ProbeVerdict
JudgeLossProbe(Connection& conn, const AckReport& report, bool duplicate)
{
    LossProbe& probe = conn.transfer->lossProbe;
    if (!probe.end || report.segment.ack.IsBefore(*probe.end))
    {
        return ProbeVerdict::Nothing;
    }
    const bool beyond = report.segment.ack.IsAfter(*probe.end);
    const bool isDuplicateAck = report.acked.bytes == 0 && report.segment.payloadLength == 0 &&
                                report.segment.options.sacks.count == 0 && !report.windowChanged;
    const bool settled = !probe.repeats || duplicate || beyond || isDuplicateAck;
    const bool repaired = probe.repeats && !duplicate && beyond;
    if (settled)
    {
        probe.end.reset();
    }
    return repaired ? ProbeVerdict::Repaired : ProbeVerdict::Nothing;
}

} // namespace lifecycle
