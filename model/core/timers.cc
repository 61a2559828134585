#include "timers.h"

#include "context.h"
#include "handshake.h"

#include <algorithm>

namespace lifecycle
{

namespace
{

constexpr uint8_t kMostBackoff = 24; // 1 s << 24 is far beyond any maximum: no overflow

Duration
BackOff(Duration timeout, uint32_t doublings, Duration maximum)
{
    return std::min(timeout * (int64_t{1} << std::min<uint32_t>(doublings, kMostBackoff)), maximum);
}

/** Whether only the window keeps what is queued from being sent, with nothing in flight to open it.
 */
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
    conn.timer = kNever;
}

void
Start(Connection& conn, TimerMode mode, Instant when)
{
    conn.timerMode = mode;
    conn.timer = when;
}

uint32_t
MostRetries(const Connection& conn)
{
    const Config& config = *conn.config;
    if (IsConnecting(conn))
    {
        return conn.state.Get() == State::SynSent ? config.handshake.synRetries
                                                  : config.handshake.synAckRetries;
    }
    return conn.detached ? std::min(config.closing.orphanRetries, config.data.dataRetries)
                         : config.data.dataRetries;
}

/** RFC 6298 §5.4 to §5.7, and RFC 5681 §3.1 for the window. */
void
OnRetransmitTimeout(Context& context, Connection& conn, Instant now)
{
    if (conn.retries >= MostRetries(conn))
    {
        context.End(conn,
                    Event::GiveUp,
                    IsConnecting(conn) ? CloseReason::ConnectTimeout : CloseReason::DataTimeout);
        return;
    }
    ++context.counters.timeouts;
    Transfer& transfer = *conn.transfer;
    if (!IsConnecting(conn))
    {
        if (transfer.phase != Phase::Loss)
        {
            const DataConfig& data = conn.config->data;
            conn.congestion.ssthresh =
                data.congestion->SsThresh(conn.congestion, transfer.sent.Total(), conn.SndMss());
        }
        conn.congestion.cwnd = conn.SndMss();
        conn.congestion.credit = 0;
        transfer.phase = Phase::Loss;
        transfer.recover = conn.sndNxt;
        transfer.dupAcks = 0;
    }
    transfer.sent.MarkAllLost();
    transfer.retransmitAtOnce = true;
    ++conn.retries;
    conn.backoff = std::min<uint8_t>(conn.backoff + 1, kMostBackoff);
    RestartRetransmitTimer(conn, now);
    context.MarkReady(conn);
}

/** RFC 9293 §3.8.6.1: probes go on for as long as the peer answers them. */
void
OnPersistTimeout(Context& context, Connection& conn, Instant now)
{
    if (conn.retries >= MostRetries(conn))
    {
        context.End(conn, Event::GiveUp, CloseReason::DataTimeout);
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
    Start(conn, TimerMode::Persist, now + BackedOffRto(conn));
    context.MarkReady(conn);
}

/** RFC 9293 §3.8.4; the peer has been silent for the idle time, or since the last probe. */
void
OnKeepaliveTimeout(Context& context, Connection& conn, Instant now)
{
    if (conn.keepaliveProbes >= conn.config->keepalive.probes)
    {
        context.EndWithReset(conn, Event::GiveUp, CloseReason::KeepaliveTimeout);
        return;
    }
    ++conn.keepaliveProbes;
    conn.lastProbe = now;
    conn.keepaliveNow = true;
    context.MarkReady(conn);
}

void
RunConnectionTimer(Context& context, Connection& conn, Instant now)
{
    const uint32_t slot = conn.id.index;
    if (conn.transfer && conn.transfer->ackDeadline <= now)
    {
        conn.transfer->ackDeadline = kNever;
        conn.ackNow = true;
        context.MarkReady(conn);
    }
    if (KeepaliveDeadline(conn) <= now)
    {
        const ConnectionId id = conn.id;
        OnKeepaliveTimeout(context, conn, now);
        if (context.connections.Find(id) == nullptr)
        {
            return;
        }
    }
    if (conn.timer <= now)
    {
        const ConnectionId id = conn.id;
        switch (conn.timerMode)
        {
        case TimerMode::Retransmit:
            OnRetransmitTimeout(context, conn, now);
            break;
        case TimerMode::Persist:
            OnPersistTimeout(context, conn, now);
            break;
        case TimerMode::FinWait2:
            context.End(conn, Event::GiveUp, CloseReason::FinWait2Timeout);
            break;
        case TimerMode::None:
            break;
        }
        if (context.connections.Find(id) == nullptr)
        {
            return;
        }
    }
    context.deadlines.Settle(slot, NextDeadline(conn));
}

/** RFC 9293 §3.8.3 for a half-open request: the SYN-ACK is sent again, or the request dropped. */
void
RunRequestTimer(Context& context, uint32_t index, Instant now)
{
    RequestRecord& request = context.requests.Get(index);
    const Config& config = *context.listeners.Find(request.listener)->config;
    if (request.retries >= config.handshake.synAckRetries)
    {
        context.EndRequest(index, Event::GiveUp);
        return;
    }
    ++request.retries;
    ++context.counters.retransmits;
    context.requestTimers.Start(index, now, SynAckTimeout(config, request.retries));
    context.EmitSynAck(request, now);
}

} // namespace

Instant
KeepaliveDeadline(const Connection& conn)
{
    const KeepaliveConfig& keepalive = conn.config->keepalive;
    const bool answersAreDueAnyway = conn.HasUnacked() || WaitsForWindow(conn);
    if (!keepalive.enabled || !conn.synAcked || conn.detached || answersAreDueAnyway)
    {
        return kNever;
    }
    return conn.keepaliveProbes == 0 ? conn.lastHeard + keepalive.idle
                                     : conn.lastProbe + keepalive.interval;
}

Instant
NextDeadline(const Connection& conn)
{
    const Instant ack = conn.transfer ? conn.transfer->ackDeadline : kNever;
    return std::min({conn.timer, ack, KeepaliveDeadline(conn)});
}

Duration
BackedOffRto(const Connection& conn)
{
    const RtoLimits& limits = conn.config->data.rto;
    return BackOff(conn.rtt.Rto(limits), conn.backoff, limits.maximum);
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
    if (conn.probing || WaitsForWindow(conn))
    {
        if (conn.timerMode != TimerMode::Persist)
        {
            Start(conn, TimerMode::Persist, now + BackedOffRto(conn));
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

Duration
SynAckTimeout(const Config& config, uint32_t retries)
{
    return BackOff(config.data.rto.initial, retries, config.data.rto.maximum);
}

void
RunTimers(Context& context, Instant now)
{
    while (const std::optional<uint32_t> slot = context.deadlines.Due(now))
    {
        RunConnectionTimer(context, context.connections.Get(*slot), now);
    }
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
