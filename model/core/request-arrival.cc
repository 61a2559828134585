#include "arrival.h"
#include "context.h"
#include "handshake.h"
#include "passive-open.h"

namespace lifecycle
{

namespace
{

/** Answers what a half-open request cannot take (RFC 9293 §3.10.7.4, first check). */
void
Acknowledge(Context& context, const RequestRecord& request, Instant now)
{
    const DataConfig& config = context.listeners.Find(request.listener)->config->data;
    const auto window = static_cast<uint16_t>(SynWindow(config) >> request.agreement.rcvScale);
    Segment ack = BareAck(request.tuple, request.iss + 1, request.irs + 1, window);
    if (request.agreement.timestamps)
    {
        ack.options.timestamps = context.StampsFor(request, now);
    }
    context.Emit(ack);
}

/** RST or SYN in the window: RFC 9293 §3.10.7.4, second and fourth check, after a passive open. */
void
TakeResetOrSyn(Context& context, uint32_t index, const Segment& segment)
{
    const RequestRecord& request = context.requests.Get(index);
    const Config& config = *context.listeners.Find(request.listener)->config;
    const bool rst = segment.flags.Has(Flag::RST);
    if (rst && config.validation.rfc5961 && segment.seq != request.irs + 1)
    {
        return; // RFC 5961 §3.2; nothing stands yet that were worth a challenge
    }
    context.counters.resetsIn += rst;
    context.EndRequest(index, Event::RcvRst);
}

bool
IsThird(Context& context, const RequestRecord& request, const Segment& segment)
{
    if (!segment.flags.Has(Flag::ACK))
    {
        ++context.counters.noAck;
        return false;
    }
    if (segment.ack != request.iss + 1)
    {
        context.Refuse(segment); // RFC 9293 §3.10.7.4, fifth check, SYN-RECEIVED
        return false;
    }
    return true;
}

} // namespace

Placement
ArriveAtRequest(Context& context, uint32_t index, const Segment& segment, Instant now)
{
    RequestRecord& request = context.requests.Get(index);
    Listener& listener = *context.listeners.Find(request.listener);
    const bool rst = segment.flags.Has(Flag::RST);
    const bool syn = segment.flags.Has(Flag::SYN);

    if (syn && segment.seq == request.irs && !rst && !segment.flags.Has(Flag::ACK))
    {
        // The peer has not heard our SYN-ACK: again, without touching its timer.
        ++context.counters.retransmits;
        context.EmitSynAck(request, now);
        return {};
    }
    const bool old = request.agreement.timestamps && segment.options.timestamps && !rst &&
                     IsOldTimestamp(segment.options.timestamps->value, request.tsRecent);
    if (old || !IsInWindow(segment, request.irs + 1, SynWindow(listener.config->data)))
    {
        ++(old ? context.counters.pawsDropped : context.counters.unacceptable);
        if (!rst)
        {
            Acknowledge(context, request, now);
        }
        return {};
    }
    if (rst || syn)
    {
        TakeResetOrSyn(context, index, segment);
        return {};
    }
    if (!IsThird(context, request, segment) || !IsAdmitted(context, listener, segment))
    {
        return {};
    }
    const RequestRecord promoted = request;
    const Instant sentAt = promoted.expiry.deadline - context.requestTimers.WaitOf(index);
    context.EndRequest(index, std::nullopt);
    Connection& conn = Promote(context, listener, promoted, segment, now);
    if (promoted.retries == 0)
    {
        conn.rtt.AddSample(now - sentAt);
    }
    return ArriveAtConnection(context, conn, segment, now);
}

} // namespace lifecycle
