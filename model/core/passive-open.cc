#include "passive-open.h"

#include "context.h"
#include "handshake.h"

namespace lifecycle
{

ListenerLoad
LoadOf(const Listener& listener)
{
    return {listener.acceptQueue.size(), listener.halfOpen, listener.backlog};
}

bool
IsAdmitted(Context& context, const Listener& listener, const Segment& third)
{
    const Config& config = *listener.config;
    switch (config.handshake.model->OnThird(config, LoadOf(listener)))
    {
    case ThirdVerdict::Accept:
        return true;
    case ThirdVerdict::Reset:
        context.Refuse(third);
        break;
    case ThirdVerdict::Ignore:
        break;
    }
    ++context.counters.acceptOverflows;
    return false;
}

Connection&
Promote(Context& context,
        Listener& listener,
        const RequestRecord& request,
        const Segment& peer,
        Instant now)
{
    const bool syn = peer.flags.Has(Flag::SYN);
    Connection& conn = context.MakeConnection(request.tuple, State::SynReceived, listener.config);
    conn.agreement = request.agreement;
    conn.iss = request.iss;
    conn.sndUna = request.iss + 1;
    conn.sndNxt = request.iss + 1;
    conn.irs = request.irs;
    conn.rcvNxt = request.irs + 1;
    conn.rcvAdv = conn.rcvNxt + SynWindow(conn.config->data);
    conn.lastAckSent = conn.rcvNxt;
    conn.tsRecent = request.tsRecent;
    conn.tsOffset = TimestampOffset(context.secret, request.tuple);
    conn.sndWnd = uint32_t{peer.window} << (syn ? 0 : conn.agreement.sndScale); // RFC 7323 §2.2
    conn.maxSndWnd = conn.sndWnd;
    conn.sndWl1 = peer.seq;
    conn.sndWl2 = conn.sndUna;
    conn.unaccepted = true;
    conn.listener = listener.id;
    listener.acceptQueue.push_back(conn.id);
    ++context.counters.accepted;
    context.Established(conn, Event::RcvAckOfSyn, now);
    context.Notify({.kind = NoticeKind::AcceptReady, .listener = listener.id});
    return conn;
}

} // namespace lifecycle
