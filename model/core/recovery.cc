#include "recovery.h"

#include "context.h"
#include "handshake.h"

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
EnterRecovery(Context& context, Connection& conn)
{
    Transfer& transfer = *conn.transfer;
    const CongestionControl& control = *conn.config->data.congestion;
    ++context.counters.fastRecoveries;
    transfer.phase = Phase::Recovery;
    transfer.recover = conn.sndNxt;
    // What limited transmit has sent beyond the window does not count (RFC 5681 §3.2 (2)).
    const uint32_t inFlight = std::min(transfer.sent.Total(), conn.congestion.cwnd);
    conn.congestion.ssthresh = control.SsThresh(conn.congestion, inFlight, conn.SndMss());
    conn.congestion.cwnd = conn.congestion.ssthresh;
    conn.congestion.credit = 0;
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
Grow(Connection& conn, uint32_t acked, Instant now)
{
    conn.config->data.congestion->Grow(conn.congestion, {acked, conn.SndMss(), now});
}

} // namespace

void
TakeRttSample(Connection& conn, const AckReport& report, Instant now)
{
    // Karn's algorithm: what was sent twice says nothing, unless its timestamp comes back.
    if (report.acked.lastSent && !report.acked.retransmitted)
    {
        conn.rtt.AddSample(now - *report.acked.lastSent);
        conn.backoff = 0;
    }
    else if (conn.agreement.timestamps && report.segment.options.timestamps &&
             report.acked.retransmitted)
    {
        const uint32_t echo = report.segment.options.timestamps->echo;
        const auto ticks = static_cast<int32_t>(TimestampClock(now, conn.tsOffset) - echo);
        if (echo != 0 && ticks >= 0)
        {
            conn.rtt.AddSample(std::chrono::milliseconds(std::max(ticks, 1)));
            conn.backoff = 0;
        }
    }
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
            EnterRecovery(context, conn);
        }
        else if (report.acked.bytes > 0 && conn.cwndLimited)
        {
            Grow(conn, report.acked.bytes, now);
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
            Grow(conn, report.acked.bytes, now);
        }
        break;
    }
}

} // namespace lifecycle
