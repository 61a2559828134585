#include "arrival.h"
#include "context.h"
#include "handshake.h"

namespace lifecycle
{

namespace
{

/** Acknowledges for a connection that is no more. */
void
Acknowledge(Context& context, const TimeWaitRecord& record, Instant now)
{
    const auto window = static_cast<uint16_t>(record.rcvWnd >> record.rcvScale);
    Segment ack = BareAck(record.tuple, record.sndNxt, record.rcvNxt, window);
    if (record.timestamps)
    {
        ack.options.timestamps = Timestamps{TimestampClock(now, record.tsOffset), record.tsRecent};
    }
    context.Emit(ack);
}

/** Whether a SYN is surely newer than all of the old connection (RFC 6191 §2, RFC 9293 §3.6.1). */
bool
IsNewer(const TimeWaitRecord& record, const Segment& syn)
{
    if (record.timestamps && syn.options.timestamps &&
        syn.options.timestamps->value != record.tsRecent)
    {
        return !IsOldTimestamp(syn.options.timestamps->value, record.tsRecent);
    }
    return syn.seq.IsAfter(record.rcvNxt);
}

} // namespace

Placement
ArriveAtTimeWait(Context& context, uint32_t index, const Segment& segment, Instant now)
{
    TimeWaitRecord& record = context.timeWaits.Get(index);
    const bool rst = segment.flags.Has(Flag::RST);
    const bool ack = segment.flags.Has(Flag::ACK);
    const bool syn = segment.flags.Has(Flag::SYN);

    if (syn && !rst && !ack && IsNewer(record, segment) &&
        context.FindListener(segment.tuple.local, segment.tuple.localPort) != nullptr)
    {
        ++context.counters.timeWaitReuses;
        context.EndTimeWait(index, Event::Abort);
        return ArriveAtNobody(context, segment, now);
    }
    if (segment.flags.Has(Flag::FIN) && segment.End() == record.rcvNxt)
    {
        // The peer has not heard our last ACK: again, and the time starts anew (eighth check).
        Acknowledge(context, record, now);
        context.timeWaitTimers.Start(index, now, record.length);
        return {};
    }
    const bool old = record.timestamps && segment.options.timestamps && !rst &&
                     IsOldTimestamp(segment.options.timestamps->value, record.tsRecent);
    if (old || !IsInWindow(segment, record.rcvNxt, record.rcvWnd))
    {
        ++(old ? context.counters.pawsDropped : context.counters.unacceptable);
        if (!rst)
        {
            Acknowledge(context, record, now);
        }
        return {};
    }
    if (rst)
    {
        if (segment.seq != record.rcvNxt)
        {
            ++context.counters.challengeAcks; // RFC 5961 §3.2
            Acknowledge(context, record, now);
        }
        else if (!record.rfc1337)
        {
            ++context.counters.resetsIn;
            context.EndTimeWait(index, Event::RcvRst);
        }
        return {};
    }
    if (syn || segment.payloadLength > 0 || segment.flags.Has(Flag::FIN))
    {
        // A SYN in the window (RFC 5961 §4.2), or data after the peer's FIN, which cannot be.
        context.counters.challengeAcks += syn;
        Acknowledge(context, record, now);
    }
    return {};
}

} // namespace lifecycle
