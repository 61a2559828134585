#include "arrival.h"
#include "context.h"
#include "handshake.h"

namespace lifecycle
{

namespace
{

/**
 * How far beyond the old connection's numbers a new one of the same tuple begins, so that the two
 * cannot be mistaken for each other (RFC 1122 §4.2.2.13); as Linux's tcp_timewait_state_process.
 */
constexpr uint32_t kReuseGap = 65535 + 2;

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

    Listener* listener = context.FindListener(segment.tuple.local, segment.tuple.localPort);
    if (syn && !rst && !ack && listener != nullptr && IsNewer(record, segment))
    {
        const SeqNum iss = record.sndNxt + kReuseGap;
        ++context.counters.timeWaitReuses;
        context.EndTimeWait(index, Event::Abort);
        ArriveAtListener(context, *listener, segment, now, iss);
        return {};
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
