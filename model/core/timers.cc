#include "timers.h"

#include "context.h"
#include "recovery.h"
#include "window.h"

#include <algorithm>

namespace lifecycle
{

namespace
{

constexpr uint8_t kMostBackoff = UINT8_MAX - 1; // only so that the count does not wrap

/** Whether only the window keeps what is queued from being sent, with nothing in flight. */
bool
WaitsForWindow(const Connection& conn)
{
    return conn.synAcked && !conn.HasUnacked() && (conn.Unsent() > 0 || conn.HasUnsentFin());
}

bool
IsConnecting(const Connection& conn)
{
    return !conn.synAcked;
}

void
Stop(Connection& conn)
{
    conn.timerMode = TimerMode::None;
}

void
Start(Connection& conn, TimerMode mode, Instant when)
{
    conn.timerMode = mode;
    const bool sending = mode == TimerMode::Retransmit || mode == TimerMode::Persist;
    (sending ? conn.transfer->timer : conn.Extra().timer) = when;
}

/** How long to wait for the answer to our SYN or SYN-ACK, sent again \p retries times. */
std::optional<Duration>
OpeningTimeout(const Connection& conn, uint32_t retries)
{
    const HandshakeModel& model = *conn.config->handshake.model;
    return conn.state.Get() == State::SynSent ? model.SynTimeout(*conn.config, retries)
                                              : model.SynAckTimeout(*conn.config, retries);
}

uint32_t
MostDataRetries(const Connection& conn)
{
    const Config& config = *conn.config;
    return conn.detached ? std::min(config.closing.orphanRetries, config.data.dataRetries)
                         : config.data.dataRetries;
}

/** Linux, retransmits_timed_out(): the retries are a measure of time. */
bool
IsTimeUp(const Connection& conn, Instant now)
{
    const DataConfig& data = conn.config->data;
    const Instant firstRetry = conn.transfer->stalledSince + conn.rtt.Rto(data.rto);
    return conn.retries > 0 &&
           now - firstRetry >=
               TimeOfRetries(*data.retriesFrom, MostDataRetries(conn), data.rto.maximum);
}

bool
MayRetry(const Connection& conn, Instant now)
{
    if (IsConnecting(conn))
    {
        return OpeningTimeout(conn, conn.retries + 1U).has_value();
    }
    return conn.config->data.retriesFrom ? !IsTimeUp(conn, now)
                                         : conn.retries < MostDataRetries(conn);
}

CloseReason
TimeoutReason(const Connection& conn)
{
    if (conn.icmpError)
    {
        return CloseReason::Unreachable; // RFC 9293 §3.9.2.2, SHLD-25: the application learns why
    }
    return IsConnecting(conn) ? CloseReason::ConnectTimeout : CloseReason::DataTimeout;
}

/** RFC 6298 §5.4 to §5.7. */
void
OnRetransmitTimeout(Context& context, Connection& conn, Instant now)
{
    if (!MayRetry(conn, now))
    {
        context.End(conn, Event::GiveUp, TimeoutReason(conn), now);
        return;
    }
    ++context.counters.timeouts;
    if (!IsConnecting(conn))
    {
        EnterLoss(conn, now);
        conn.backoff = std::min<uint8_t>(conn.backoff + 1, kMostBackoff);
    }
    else
    {
        conn.transfer->sent.MarkLostByTimeout();
    }
    ++conn.retries;
    conn.transfer->retransmitAtOnce = true;
    RestartRetransmitTimer(conn, now);
    context.MarkReady(conn);
}

/** How long to wait for a window before it is probed. */
Duration
PersistTimeout(const Connection& conn)
{
    const DataConfig& data = conn.config->data;
    const Duration wait = data.persistTimeout
                              ? BackOff(*data.persistTimeout, conn.backoff, data.rto.maximum)
                              : BackedOffRto(conn);
    return std::clamp(wait, data.persistMinimum, data.persistMaximum);
}

/** RFC 8985 §7.3: what is in flight has had no answer for two round trips. */
void
OnLossProbeTimeout(Context& context, Connection& conn, Instant now)
{
    conn.transfer->lossProbe.due = true;
    RestartRetransmitTimer(conn, now);
    context.MarkReady(conn);
}

/** RFC 9293 §3.8.6.1: probes go on for as long as the peer answers them. */
void
OnPersistTimeout(Context& context, Connection& conn, Instant now)
{
    if (conn.retries >= MostDataRetries(conn))
    {
        context.End(conn, Event::GiveUp, CloseReason::DataTimeout, now);
        return;
    }
    ++conn.retries;
    conn.backoff = std::min<uint8_t>(conn.backoff + 1, kMostBackoff);
    if (conn.HasUnacked())
    {
        conn.transfer->sent.MarkOldestLost();
        conn.transfer->retransmitAtOnce = true;
        ++context.counters.windowProbes;
    }
    else
    {
        conn.probeNow = true;
    }
    Start(conn, TimerMode::Persist, now + PersistTimeout(conn));
    context.MarkReady(conn);
}

/** Whether the peer has been silent for too long, now that a keepalive probe is due. */
bool
KeepaliveGivesUp(const Connection& conn, Instant now)
{
    const KeepaliveConfig& keepalive = conn.config->keepalive;
    if (keepalive.userTimeout)
    {
        // The user timeout takes the place of the count, as in Linux's tcp_keepalive_timer.
        return conn.keepaliveProbes > 0 && now - conn.lastHeard >= *keepalive.userTimeout;
    }
    return !keepalive.model->Wait(*conn.config, conn.keepaliveProbes + 1U);
}

/** RFC 9293 §3.8.4; the peer has been silent for the idle time, or since the last probe. */
void
OnKeepaliveTimeout(Context& context, Connection& conn, Instant now)
{
    if (KeepaliveGivesUp(conn, now))
    {
        const CloseReason reason =
            conn.icmpError ? CloseReason::Unreachable : CloseReason::KeepaliveTimeout;
        context.EndWithReset(conn, Event::GiveUp, reason, now);
        return;
    }
    conn.keepaliveProbes += conn.keepaliveProbes < UINT8_MAX;
    conn.Extra().lastProbe = now;
    conn.keepaliveNow = true;
    context.MarkReady(conn);
}

/** When what waits because of pacing may be sent. */
Instant
PacingDeadline(const Connection& conn)
{
    return conn.transfer && conn.transfer->paced ? conn.transfer->nextSending : kNever;
}

/** When the time that opening, or an unanswered segment, may take runs out. */
Instant
LimitDeadline(const Connection& conn)
{
    if (IsConnecting(conn))
    {
        const std::optional<Duration>& timeout = conn.config->handshake.timeout;
        return timeout ? conn.lastHeard + *timeout : kNever; // nothing was heard: since it began
    }
    const std::optional<Duration>& timeout = conn.config->keepalive.userTimeout;
    const Instant since = conn.transfer ? conn.transfer->stalledSince : kNever;
    return timeout && since != kNever ? since + *timeout : kNever;
}

/** The timer that is set by what the connection waits for. */
void
OnTimer(Context& context, Connection& conn, Instant now)
{
    switch (conn.timerMode)
    {
    case TimerMode::Retransmit:
        OnRetransmitTimeout(context, conn, now);
        break;
    case TimerMode::Persist:
        OnPersistTimeout(context, conn, now);
        break;
    case TimerMode::FinWait2:
        context.End(conn, Event::GiveUp, CloseReason::FinWait2Timeout, now);
        break;
    case TimerMode::TimeWait:
        context.End(conn, Event::TwoMslExpired, CloseReason::Normal, now);
        break;
    case TimerMode::None:
        break;
    }
}

void
RunConnectionTimers(Context& context, ConnectionId id, Instant now)
{
    Connection& conn = context.connections.Get(id.index);
    if (conn.transfer && conn.transfer->ackDeadline <= now)
    {
        conn.transfer->ackDeadline = kNever;
        conn.ackNow = true;
        TellDetail(conn, CongestionEvent::AckDelayed, now);
        context.MarkReady(conn);
    }
    if (PacingDeadline(conn) <= now)
    {
        conn.transfer->paced = false;
        context.MarkReady(conn);
    }
    if (conn.transfer && conn.transfer->reorderDeadline <= now)
    {
        OnReorderTimeout(context, conn, now);
    }
    if (LimitDeadline(conn) <= now)
    {
        context.End(conn, Event::GiveUp, TimeoutReason(conn), now);
    }
    else if (LossProbeDeadline(conn) <= now)
    {
        OnLossProbeTimeout(context, conn, now);
    }
    else if (conn.Timer() <= now)
    {
        OnTimer(context, conn, now);
    }
    else if (KeepaliveDeadline(conn) <= now)
    {
        OnKeepaliveTimeout(context, conn, now);
    }
    if (context.connections.Find(id) != nullptr)
    {
        context.deadlines.Settle(id.index, NextDeadline(conn));
    }
}

/** RFC 9293 §3.8.3 for a half-open request: the SYN-ACK is sent again, or the request dropped. */
void
RunRequestTimer(Context& context, uint32_t index, Instant now)
{
    RequestRecord& request = context.requests.Get(index);
    const Config& config = *context.listeners.Get(request.listener).config;
    const auto wait = config.handshake.model->SynAckTimeout(config, request.retries + 1U);
    if (!wait)
    {
        context.EndRequest(index, Event::GiveUp);
        return;
    }
    // Linux syn_ack_recalc(): who has the SYN-ACK and only lacks data is reminded once, at the end.
    const bool silent = request.deferred && request.retries + 1U < config.handshake.deferAccept;
    ++request.retries;
    context.requestTimers.Start(index, now, *wait);
    if (!silent)
    {
        ++context.counters.retransmits;
        context.EmitSynAck(context.Unpack(request), now);
    }
}

/** What was put off since it was set is put off here too, so that nobody is woken for it. */
void
PutOffEarliest(Context& context)
{
    DeadlineHeap& deadlines = context.deadlines;
    while (const std::optional<uint32_t> slot = deadlines.Due(kNever))
    {
        const Instant exact = NextDeadline(context.connections.Get(*slot));
        if (exact <= deadlines.Earliest())
        {
            return;
        }
        deadlines.Settle(*slot, exact);
    }
}

} // namespace

bool
IsWaitingForAnAnswer(const Connection& conn)
{
    return conn.HasUnacked() || WaitsForWindow(conn);
}

Instant
KeepaliveDeadline(const Connection& conn)
{
    const KeepaliveConfig& keepalive = conn.config->keepalive;
    if (!keepalive.enabled || IsConnecting(conn) || conn.detached || IsWaitingForAnAnswer(conn))
    {
        return kNever;
    }
    const Duration wait =
        keepalive.model->Wait(*conn.config, conn.keepaliveProbes).value_or(keepalive.interval);
    return (conn.keepaliveProbes == 0 ? conn.lastHeard : conn.FindExtras()->lastProbe) + wait;
}

Instant
NextDeadline(const Connection& conn)
{
    const Instant ack = conn.transfer ? conn.transfer->ackDeadline : kNever;
    const Instant late = conn.transfer ? conn.transfer->reorderDeadline : kNever;
    return std::min({conn.Timer(),
                     ack,
                     late,
                     PacingDeadline(conn),
                     LossProbeDeadline(conn),
                     KeepaliveDeadline(conn),
                     LimitDeadline(conn)});
}

Duration
BackedOffRto(const Connection& conn)
{
    const RtoLimits& limits = conn.config->data.rto;
    if (IsConnecting(conn))
    {
        return OpeningTimeout(conn, conn.retries).value_or(limits.initial);
    }
    const Duration timeout = BackOff(conn.rtt.Rto(limits), conn.backoff, limits.maximum);
    return std::min(timeout + limits.slop, limits.maximum);
}

void
RestartRetransmitTimer(Connection& conn, Instant now)
{
    Start(conn, TimerMode::Retransmit, now + BackedOffRto(conn));
}

void
ChooseTimer(Connection& conn, Instant now)
{
    const std::optional<Duration>& finWait2 = conn.config->closing.finWait2Timeout;
    if (conn.timerMode == TimerMode::TimeWait)
    {
        return;
    }
    if (conn.probing || WaitsForWindow(conn))
    {
        if (conn.timerMode != TimerMode::Persist)
        {
            Start(conn, TimerMode::Persist, now + PersistTimeout(conn));
        }
    }
    else if (conn.HasUnacked())
    {
        if (conn.timerMode != TimerMode::Retransmit)
        {
            RestartRetransmitTimer(conn, now);
        }
    }
    else if (conn.state.Get() == State::FinWait2 && conn.detached && finWait2)
    {
        if (conn.timerMode != TimerMode::FinWait2)
        {
            Start(conn, TimerMode::FinWait2, now + *finWait2);
        }
    }
    else
    {
        Stop(conn);
    }
}

void
RunTimers(Context& context, Instant now)
{
    while (const std::optional<uint32_t> slot = context.deadlines.Due(now))
    {
        RunConnectionTimers(context, context.connections.HandleOf(*slot), now);
    }
    PutOffEarliest(context);
    while (const std::optional<uint32_t> index = context.requestTimers.Due(now))
    {
        RunRequestTimer(context, *index, now);
    }
    while (const std::optional<uint32_t> index = context.timeWaitTimers.Due(now))
    {
        context.EndTimeWait(*index, Event::TwoMslExpired);
    }
}

} // namespace lifecycle
