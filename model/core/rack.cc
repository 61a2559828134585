#include "rack.h"

#include "connection.h"
#include "handshake.h"

#include <algorithm>

namespace lifecycle
{

namespace
{

constexpr uint8_t kPersistence = 16; // RFC 8985 §5.3: RACK.reo_wnd_persist

/** RFC 8985 §6.2 (2): whether it is the original that was acknowledged, not the repetition. */
bool
IsAckOfTheOriginal(const Connection& conn,
                   const SentSegment& resent,
                   const Segment& segment,
                   Instant now)
{
    if (conn.agreement.timestamps && segment.options.timestamps)
    {
        const uint32_t stamp = TimestampClock(resent.sentAt, conn.tsOffset);
        const uint32_t echo = segment.options.timestamps->echo;
        if (static_cast<int32_t>(echo - stamp) < 0)
        {
            return true;
        }
    }
    return now - resent.sentAt < conn.rtt.MinRtt();
}

void
TakeNewest(Rack& rack, const SentSegment& arrived, Instant now)
{
    rack.rtt = now - arrived.sentAt;
    if (arrived.order > rack.order)
    {
        rack.order = arrived.order;
        rack.sentAt = arrived.sentAt;
    }
}

/** RFC 8985 §6.2 (4): a duplicate means that the window was too short for the reordering. */
void
WidenWindow(Connection& conn, Rack& rack)
{
    if (!rack.dsackRound)
    {
        ReorderingMemory& memory = conn.Extra().reordering;
        rack.dsackRound = conn.SndNxt();
        memory.multiplier = std::min<uint8_t>(memory.multiplier + 1, UINT8_MAX - 1);
        memory.persistence = kPersistence;
    }
}

} // namespace

bool
UsesRack(const Connection& conn)
{
    return conn.config->data.lossDetection == LossDetection::Rack && conn.agreement.sack;
}

void
NoteArrivals(Connection& conn,
             const Acknowledged& acked,
             const Segment& segment,
             bool duplicate,
             Instant now)
{
    Rack& rack = conn.transfer->rack;
    if (acked.newest)
    {
        TakeNewest(rack, *acked.newest, now);
    }
    if (acked.newestResent && !IsAckOfTheOriginal(conn, *acked.newestResent, segment, now))
    {
        TakeNewest(rack, *acked.newestResent, now);
    }
    if (acked.reordered)
    {
        conn.Extra().reordering.seen = true;
    }
    if (rack.dsackRound && conn.sndUna.IsAtOrAfter(*rack.dsackRound))
    {
        rack.dsackRound.reset();
    }
    if (duplicate)
    {
        WidenWindow(conn, rack);
    }
}

void
AgeReordering(Connection& conn)
{
    ReorderingMemory unused;
    Extras* const extras = conn.FindExtras();
    ReorderingMemory& memory = extras ? extras->reordering : unused;
    if (memory.multiplier > 1 && --memory.persistence == 0)
    {
        memory.multiplier = 1;
        memory.persistence = kPersistence;
    }
}

Duration
ReorderingWindow(const Connection& conn)
{
    const Transfer& transfer = *conn.transfer;
    const Extras* const extras = conn.FindExtras();
    const ReorderingMemory memory = extras ? extras->reordering : ReorderingMemory();
    if (!memory.seen && (transfer.phase != Phase::Open ||
                         transfer.sent.HasSacked(conn.config->data.dupAckThreshold)))
    {
        return Duration::zero();
    }
    return std::min(memory.multiplier * conn.rtt.MinRtt() / 4, conn.rtt.Srtt());
}

bool
DetectLossByTime(Connection& conn, Instant now)
{
    Transfer& transfer = *conn.transfer;
    const Rack& rack = transfer.rack;
    transfer.reorderDeadline = kNever;
    if (rack.order == 0)
    {
        return false;
    }
    const Duration patience = rack.rtt + ReorderingWindow(conn);
    const uint32_t before = transfer.sent.LostBytes();
    if (transfer.sent.MarkLostSentBefore(rack.order, now - patience))
    {
        // By then all that was sent before what arrived is late: one look is enough.
        transfer.reorderDeadline = std::max(rack.sentAt + patience, now + Duration(1));
    }
    return transfer.sent.LostBytes() > before;
}

Instant
StillOnTheWaySince(const Connection& conn, Instant now)
{
    const Rack& rack = conn.transfer->rack;
    const bool known = UsesRack(conn) && rack.order != 0;
    return known ? now - (rack.rtt + ReorderingWindow(conn)) : kNever;
}

} // namespace lifecycle
