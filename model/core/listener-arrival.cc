#include "arrival.h"
#include "context.h"
#include "handshake.h"
#include "timers.h"

#include <algorithm>

namespace lifecycle
{

namespace
{

bool
IsAcceptQueueFull(const Listener& listener)
{
    // As Linux's sk_acceptq_is_full: one more than the backlog fits.
    return listener.acceptQueue.size() > listener.backlog;
}

/** The connection that a request becomes when its third segment arrives. */
Connection&
Promote(Context& context, uint32_t index, const Segment& third, Instant now)
{
    const RequestRecord request = context.requests.Get(index);
    Listener& listener = *context.listeners.Find(request.listener);
    context.EndRequest(index, std::nullopt);

    Connection& conn = context.MakeConnection(request.tuple, State::SynReceived, listener.config);
    conn.agreement = request.agreement;
    conn.iss = request.iss;
    conn.sndUna = third.ack;
    conn.sndNxt = third.ack;
    conn.irs = request.irs;
    conn.rcvNxt = request.irs + 1;
    conn.rcvAdv = conn.rcvNxt + SynWindow(conn.config->data);
    conn.lastAckSent = conn.rcvNxt;
    conn.tsRecent = request.tsRecent;
    conn.tsOffset = TimestampOffset(context.secret, request.tuple);
    conn.sndWnd = uint32_t{third.window} << conn.agreement.sndScale;
    conn.maxSndWnd = conn.sndWnd;
    conn.sndWl1 = third.seq;
    conn.sndWl2 = third.ack;
    if (request.retries == 0)
    {
        const Instant sentAt = request.expiry.deadline - SynAckTimeout(*conn.config, 0);
        conn.rtt.AddSample(now - sentAt);
    }
    conn.unaccepted = true;
    conn.listener = request.listener;
    listener.acceptQueue.push_back(conn.id);
    ++context.counters.accepted;
    context.Established(conn, Event::RcvAckOfSyn, now);
    context.Notify({.kind = NoticeKind::AcceptReady, .listener = request.listener});
    return conn;
}

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

/** Whether a half-open request takes this ACK for the third segment; if not, it is answered. */
bool
CompletesHandshake(Context& context, const RequestRecord& request, const Segment& segment)
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
    if (IsAcceptQueueFull(*context.listeners.Find(request.listener)))
    {
        ++context.counters.acceptOverflows;
        return false;
    }
    return true;
}

} // namespace

void
ArriveAtListener(Context& context,
                 Listener& listener,
                 const Segment& segment,
                 Instant now,
                 std::optional<SeqNum> iss)
{
    if (segment.flags.Has(Flag::RST))
    {
        return; // first check
    }
    if (segment.flags.Has(Flag::ACK))
    {
        context.Refuse(segment); // second check
        return;
    }
    if (!segment.flags.Has(Flag::SYN))
    {
        ++context.counters.noAck;
        return; // fourth: "should not get here"
    }
    if (listener.halfOpen >= std::max<uint32_t>(listener.backlog, 1) || IsAcceptQueueFull(listener))
    {
        ++context.counters.synOverflows;
        return;
    }
    const Config& config = *listener.config;
    if (!iss)
    {
        iss = context.ChooseIss(now, segment.tuple, config.handshake);
    }
    const RequestRecord request{.tuple = segment.tuple,
                                .iss = *iss,
                                .irs = segment.seq,
                                .tsRecent = segment.options.timestamps.value_or(Timestamps{}).value,
                                .agreement = Negotiate(config.data, segment.linkMss, segment),
                                .listener = listener.id,
                                .expiry = {}};
    const uint32_t index = context.MakeRequest(request);
    context.requestTimers.Start(index, now, SynAckTimeout(config, 0));
    context.EmitSynAck(request, now);
}

Placement
ArriveAtRequest(Context& context, uint32_t index, const Segment& segment, Instant now)
{
    RequestRecord& request = context.requests.Get(index);
    const Config& config = *context.listeners.Find(request.listener)->config;
    const SeqNum rcvNxt = request.irs + 1;
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
    if (old || !IsInWindow(segment, rcvNxt, SynWindow(config.data)))
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
        // RFC 9293 §3.10.7.4, second and fourth check: a passive open returns to LISTEN.
        // A RST has to stand exactly at RCV.NXT (RFC 5961 §3.2).
        if (!rst || segment.seq == rcvNxt)
        {
            context.counters.resetsIn += rst;
            context.EndRequest(index, Event::RcvRst);
        }
        return {};
    }
    if (!CompletesHandshake(context, request, segment))
    {
        return {};
    }
    return ArriveAtConnection(context, Promote(context, index, segment, now), segment, now);
}

} // namespace lifecycle
