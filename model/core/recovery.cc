#include "recovery.h"

#include "context.h"
#include "handshake.h"
#include "window.h"

#include <algorithm>

namespace lifecycle
{

namespace
{

/** RFC 5681 §2: a duplicate acknowledgement; with SACK, only one that brings news counts. */
bool
IsDuplicateAck(const Connection& conn, const AckReport& report, uint32_t newlySacked)
{
    const Segment& segment = report.segment;
    if (report.acked.bytes > 0 || segment.ack != conn.sndUna || !conn.HasUnacked() || conn.probing)
    {
        return false;
    }
    if (conn.agreement.sack)
    {
        return newlySacked > 0;
    }
    return segment.payloadLength == 0 && !segment.flags.Has(Flag::FIN) && !report.windowChanged;
}

void
EnterRecovery(Context& context, Connection& conn, Instant now)
{
    Transfer& transfer = *conn.transfer;
    ++context.counters.fastRecoveries;
    transfer.phase = Phase::Recovery;
    transfer.recover = conn.sndNxt;
    LowerThreshold(conn, CongestionSignal::Loss, now);
    conn.congestion.cwnd = conn.congestion.ssthresh;
    transfer.sent.MarkOldestLost();
    transfer.retransmitAtOnce = true;
}

void
LeaveRecovery(Connection& conn)
{
    Transfer& transfer = *conn.transfer;
    if (transfer.phase == Phase::Recovery)
    {
        conn.congestion.cwnd = conn.congestion.ssthresh;
    }
    transfer.phase = Phase::Open;
    transfer.dupAcks = 0;
}

/** RFC 6582 §3.2: an ACK of some of what was in flight when the loss was found. */
void
OnPartialAck(Connection& conn, uint32_t ackedBytes)
{
    Transfer& transfer = *conn.transfer;
    const uint32_t segments = std::max<uint32_t>(1, ackedBytes / conn.SndMss());
    transfer.dupAcks -= std::min(transfer.dupAcks, segments);
    if (!transfer.sent.IsEmpty() && !transfer.sent.Oldest().retransmitted)
    {
        transfer.sent.MarkOldestLost();
        transfer.retransmitAtOnce = true;
    }
}

void
Grow(Connection& conn, const AckSample& sample, Instant now)
{
    Flow flow = FlowOf(conn, now);
    conn.config->data.congestion->Grow(flow, sample);
}

} // namespace

std::optional<Duration>
TakeRttSample(Connection& conn, const AckReport& report, Instant now)
{
    std::optional<Duration> sample;
    // Karn's algorithm: what was sent twice says nothing, unless its timestamp comes back.
    if (report.acked.lastSent && !report.acked.retransmitted)
    {
        sample = now - *report.acked.lastSent;
    }
    else if (conn.agreement.timestamps && report.segment.options.timestamps &&
             report.acked.retransmitted)
    {
        const uint32_t echo = report.segment.options.timestamps->echo;
        const auto ticks = static_cast<int32_t>(TimestampClock(now, conn.tsOffset) - echo);
        if (echo != 0 && ticks >= 0)
        {
            sample = std::chrono::milliseconds(std::max(ticks, 1));
        }
    }
    if (sample)
    {
        conn.rtt.AddSample(*sample);
        conn.backoff = 0;
    }
    return sample;
}

void
UpdateRecovery(Context& context, Connection& conn, const AckReport& report, Instant now)
{
    Transfer& transfer = *conn.transfer;
    const DataConfig& config = conn.config->data;
    uint32_t newlySacked = 0;
    if (conn.agreement.sack)
    {
        for (const SackBlock& block : report.segment.options.sacks)
        {
            newlySacked += transfer.sent.Sack(block);
        }
    }
    if (transfer.phase != Phase::Open && conn.sndUna.IsAtOrAfter(transfer.recover))
    {
        LeaveRecovery(conn);
    }
    const AckSample sample{.acked = report.acked.bytes,
                           .delivered = report.acked.bytes + newlySacked,
                           .rtt = report.rtt,
                           .wholeFlightAcked = !conn.HasUnacked()};
    if (report.acked.bytes > 0)
    {
        Flow flow = FlowOf(conn, now);
        config.congestion->OnAck(flow, sample);
    }
    const bool duplicate = IsDuplicateAck(conn, report, newlySacked);
    bool foundLost = false;
    if (newlySacked > 0)
    {
        const uint32_t lostBefore = transfer.sent.LostBytes(); // a window probe to be sent again
        transfer.sent.MarkLostBelowSacked(config.dupAckThreshold);
        foundLost = transfer.sent.LostBytes() > lostBefore;
    }
    switch (transfer.phase)
    {
    case Phase::Open:
        transfer.dupAcks = duplicate ? transfer.dupAcks + 1 : 0;
        if (foundLost || transfer.dupAcks >= config.dupAckThreshold)
        {
            EnterRecovery(context, conn, now);
        }
        else if (report.acked.bytes > 0 && conn.cwndLimited)
        {
            Grow(conn, sample, now);
        }
        break;
    case Phase::Recovery:
        transfer.dupAcks += duplicate;
        if (report.acked.bytes > 0)
        {
            OnPartialAck(conn, report.acked.bytes);
        }
        break;
    case Phase::Loss:
        if (report.acked.bytes > 0)
        {
            Grow(conn, sample, now);
        }
        break;
    }
}

} // namespace lifecycle
