#include "arrival.h"
#include "context.h"
#include "handshake.h"
#include "passive-open.h"
#include "syn-cookie.h"

#include <algorithm>

namespace lifecycle
{

namespace
{

Request
RequestFor(Context& context,
           const Listener& listener,
           const Segment& syn,
           std::optional<SeqNum> formerSndNxt,
           Instant now)
{
    const Config& config = *listener.config;
    Request request;
    request.tuple = syn.tuple;
    request.iss = formerSndNxt ? *formerSndNxt + kIssBeyondTimeWait
                               : context.ChooseIss(now, syn.tuple, config.handshake);
    request.irs = syn.seq;
    request.tsRecent = syn.options.timestamps.value_or(Timestamps{}).value;
    request.agreement = Negotiate(config.data, syn.linkMss, syn);
    request.listener = listener.id;
    return request;
}

/** A SYN-ACK that holds all there is to know: nothing is kept here. */
void
SendCookie(Context& context, Listener& listener, Request request, Instant now)
{
    ++context.counters.cookiesSent;
    listener.lastCookie = now;
    if (!request.agreement.timestamps)
    {
        // A cookie has room for the MSS alone; what is offered here has to be brought back.
        request.agreement = {.peerMss = request.agreement.peerMss,
                             .linkMss = request.agreement.linkMss};
    }
    request.iss = MakeSynCookie(now, context.secret, request);
    Timestamps stamps = context.StampsFor(request, now);
    stamps.value = CookieTimestamp(stamps.value, request.agreement);
    context.Emit(MakeSynAck(request, *listener.config, stamps));
}

/** The two-way handshake: the SYN alone makes the connection, whoever sent it and whenever. */
void
OpenTwoWay(Context& context,
           Listener& listener,
           const Request& request,
           const Segment& syn,
           Instant now)
{
    ++context.counters.passiveOpens;
    context.EmitSynAck(request, now);
    context.MarkReady(Promote(context, listener, request, syn, now));
}

/** Whether a SYN may open at once; if it asks for Fast Open in vain, it is told how next time. */
bool
IsFastOpen(Context& context, const Listener& listener, const Segment& syn, Request& request)
{
    const HandshakeConfig& handshake = listener.config->handshake;
    const std::optional<FastOpenCookie>& cookie = syn.options.fastOpen;
    const bool room = listener.fastOpens < handshake.fastOpenQueue;
    if (handshake.fastOpenWithoutCookie && room && (cookie || syn.payloadLength > 0))
    {
        return true; // RFC 7413 §6.3.1 has what it is good for
    }
    if (!cookie || handshake.fastOpenQueue == 0)
    {
        return false;
    }
    const bool good = *cookie == MakeFastOpenCookie(context.FastOpenKey(handshake), syn.tuple);
    request.wantsCookie = !good;
    request.wantsExperimental = cookie->experimental;
    return good && room;
}

Placement
TakeSyn(Context& context,
        Listener& listener,
        const Segment& syn,
        std::optional<SeqNum> formerSndNxt,
        Instant now)
{
    const Config& config = *listener.config;
    const HandshakeModel& model = *config.handshake.model;
    Request request = RequestFor(context, listener, syn, formerSndNxt, now);
    const SynVerdict verdict = model.OnSyn(config, LoadOf(listener));
    context.counters.synOverflows += verdict != SynVerdict::Queue;
    listener.synOverflows += verdict != SynVerdict::Queue;
    switch (verdict)
    {
    case SynVerdict::Cookie:
        SendCookie(context, listener, request, now);
        break;
    case SynVerdict::Reset:
        context.Refuse(syn);
        break;
    case SynVerdict::Drop:
        break;
    case SynVerdict::Queue:
        if (IsFastOpen(context, listener, syn, request))
        {
            return OpenFast(context, listener, request, syn, now);
        }
        if (config.handshake.form == HandshakeForm::TwoWay)
        {
            OpenTwoWay(context, listener, request, syn, now);
            break;
        }
        const uint32_t index = context.MakeRequest(request);
        context.requestTimers.Start(
            index,
            now,
            model.SynAckTimeout(config, 0).value_or(config.data.rto.initial));
        context.EmitSynAck(request, now);
        break;
    }
    return {};
}

/** An ACK at a listener: the third segment of a handshake of which only a cookie was kept? */
Placement
TakeAck(Context& context, Listener& listener, const Segment& third, Instant now)
{
    const Config& config = *listener.config;
    const bool cookiesAreOut =
        listener.lastCookie && now - *listener.lastCookie < 2 * kCookiePeriod;
    const std::optional<Request> request =
        cookiesAreOut && config.handshake.synCookies != SynCookies::Never
            ? ReadSynCookie(now, context.secret, config.data, third)
            : std::nullopt;
    if (!request)
    {
        context.counters.cookiesRefused += cookiesAreOut;
        context.Refuse(third); // RFC 9293 §3.10.7.2, second check
        return {};
    }
    if (Admit(context, listener, third) != ThirdVerdict::Accept)
    {
        return {};
    }
    ++context.counters.cookiesAccepted;
    return ArriveAtConnection(context,
                              Promote(context, listener, *request, third, now),
                              third,
                              now);
}

} // namespace

Placement
ArriveAtListener(Context& context,
                 Listener& listener,
                 const Segment& segment,
                 std::optional<SeqNum> formerSndNxt,
                 Instant now)
{
    const Flags flags = segment.flags;
    if (flags.Has(Flag::RST))
    {
        return {}; // first check
    }
    if (flags.Has(Flag::ACK))
    {
        return TakeAck(context, listener, segment, now);
    }
    const bool synFin = flags.Has(Flag::SYN) && flags.Has(Flag::FIN);
    if (!flags.Has(Flag::SYN) || (synFin && listener.config->handshake.dropSynFin))
    {
        ++context.counters.nonsenseFlags; // fourth: "should not get here"
        return {};
    }
    return TakeSyn(context, listener, segment, formerSndNxt, now);
}

} // namespace lifecycle
