#include "passive-open.h"

#include "arrival.h"
#include "context.h"
#include "handshake.h"
#include "window.h"

namespace lifecycle
{

ListenerLoad
LoadOf(const Listener& listener)
{
    return {listener.acceptQueue.size(), listener.halfOpen, listener.backlog};
}

ThirdVerdict
Admit(Context& context, Listener& listener, const Segment& third)
{
    const Config& config = *listener.config;
    const ThirdVerdict verdict = config.handshake.model->OnThird(config, LoadOf(listener));
    if (verdict == ThirdVerdict::Reset)
    {
        context.Refuse(third);
    }
    context.counters.acceptOverflows += verdict != ThirdVerdict::Accept;
    listener.acceptOverflows += verdict != ThirdVerdict::Accept;
    return verdict;
}

namespace
{

/** What every passive open has in common; it stands in SYN-RECEIVED and in the accept queue. */
Connection&
MakePassive(Context& context, Listener& listener, const Request& request, const Segment& peer)
{
    const bool syn = peer.flags.Has(Flag::SYN);
    Connection& conn = context.MakeConnection(request.tuple, State::SynReceived, listener.config);
    conn.agreement = request.agreement;
    conn.sndUna = request.iss;
    conn.rcvNxt = request.irs + 1;
    conn.rcvAdv = conn.rcvNxt + SynWindow(conn.config->data);
    conn.tsRecent = request.tsRecent;
    conn.tsOffset = TimestampOffset(context.secret, request.tuple);
    conn.sndWnd = uint32_t{peer.window} << (syn ? 0 : conn.agreement.sndScale); // RFC 7323 §2.2
    conn.maxSndWnd = conn.sndWnd;
    conn.passive = true;
    conn.unaccepted = true;
    listener.acceptQueue.push_back(context.IdOf(conn));
    return conn;
}

} // namespace

Connection&
Promote(Context& context,
        Listener& listener,
        const Request& request,
        const Segment& peer,
        Instant now,
        std::optional<Duration> rtt)
{
    Connection& conn = MakePassive(context, listener, request, peer);
    if (rtt)
    {
        conn.rtt.AddSample(*rtt);
    }
    conn.sndUna = request.iss + 1;
    ++context.counters.accepted;
    context.Established(conn, Event::RcvAckOfSyn, now);
    context.Notify({.kind = NoticeKind::AcceptReady, .listener = listener.id});
    return conn;
}

Placement
OpenFast(Context& context,
         Listener& listener,
         const Request& request,
         const Segment& syn,
         Instant now)
{
    Connection& conn = MakePassive(context, listener, request, syn);
    conn.fastOpen = true;
    conn.Extra().listener = listener.id;
    conn.lastHeard = now;
    context.Attach(conn);
    OpenWindow(conn, now);
    ++listener.fastOpens;
    ++context.counters.passiveOpens;
    ++context.counters.fastOpensIn;
    context.Notify({.kind = NoticeKind::StateChanged,
                    .from = State::Listen,
                    .to = State::SynReceived,
                    .connection = context.IdOf(conn),
                    .listener = listener.id,
                    .tuple = request.tuple});
    context.Notify({.kind = NoticeKind::AcceptReady, .listener = listener.id});
    Segment text = syn;
    text.seq += 1;
    text.flags = text.flags.Without(Flag::SYN);
    return ArriveAsText(context, conn, text, now);
}

} // namespace lifecycle
