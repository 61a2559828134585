#include "window.h"

#include <algorithm>

namespace lifecycle
{

namespace
{

/** RFC 5681 §4.1, RFC 2861 §3: the window that was right then may not be now. */
void
RestartAfterIdle(Connection& conn, Instant now)
{
    const DataConfig& data = conn.config->data;
    const Duration rto = conn.rtt.Rto(data.rto);
    const uint32_t restart = std::min(data.initialWindow * conn.SndMss(), conn.congestion.cwnd);
    Duration idle = now - conn.lastSent.Get();
    if (data.idleRestart == IdleRestart::Never || idle <= rto || !conn.synAcked ||
        data.congestion->SetsWindow())
    {
        return;
    }
    Congestion& window = conn.congestion;
    window.credit = 0;
    if (data.idleRestart == IdleRestart::InitialWindow)
    {
        window.cwnd = restart;
    }
    else
    {
        window.ssthresh = std::max(window.ssthresh, window.cwnd / 4 * 3);
        for (; idle > rto && window.cwnd > restart; idle -= rto)
        {
            window.cwnd /= 2;
        }
        window.cwnd = std::max(window.cwnd, restart);
    }
    Flow flow = FlowOf(conn, now);
    data.congestion->OnEvent(flow, CongestionEvent::IdleRestart);
}

} // namespace

Flow
FlowOf(Connection& conn, Instant now)
{
    const uint32_t total = conn.transfer->sent.Total();
    return {.window = conn.congestion,
            .memory = conn.transfer->congestionMemory,
            .mss = conn.SndMss(),
            // What limited transmit has sent beyond the window does not count (RFC 5681 §3.2 (2)).
            .inFlight = std::min(total, conn.congestion.cwnd),
            .pipe = conn.Pipe(),
            .sndUna = conn.sndUna,
            .sndNxt = conn.SndNxt(),
            .rcvNxt = conn.rcvNxt,
            .srtt = conn.rtt.Srtt(),
            .lastSent = conn.lastSent.Get(),
            .phase = conn.transfer->phase,
            .cwndLimited = IsWindowUsed(conn),
            .ecn = conn.agreement.ecn,
            .now = now};
}

void
OpenWindow(Connection& conn, Instant now)
{
    const DataConfig& data = conn.config->data;
    conn.congestion.cwnd = data.initialWindow * conn.SndMss();
    conn.congestion.ssthresh = data.initialSsthresh;
    conn.lastSent = now;
    Flow flow = FlowOf(conn, now);
    data.congestion->Start(flow);
}

void
LowerThreshold(Connection& conn, CongestionSignal signal, Instant now)
{
    Flow flow = FlowOf(conn, now);
    conn.congestion.ssthresh = conn.config->data.congestion->SsThresh(flow, signal);
    conn.congestion.credit = 0;
}

void
ShrinkToThreshold(Connection& conn)
{
    if (!conn.config->data.congestion->SetsWindow())
    {
        conn.congestion.cwnd = std::min(conn.congestion.cwnd, conn.congestion.ssthresh);
    }
}

void
CollapseWindow(Connection& conn, Instant now)
{
    Transfer& transfer = *conn.transfer;
    // RFC 5681 §3.1: "held constant" once it is set for this loss; as in Linux (tcp_enter_loss),
    // also if fast recovery has done so.
    if (transfer.phase == Phase::Open)
    {
        LowerThreshold(conn, CongestionSignal::Timeout, now);
    }
    Flow flow = FlowOf(conn, now);
    conn.config->data.congestion->OnEvent(flow, CongestionEvent::Timeout);
    conn.congestion.cwnd = conn.SndMss();
    conn.congestion.credit = 0;
    transfer.phase = Phase::Loss;
    transfer.recover = conn.SndNxt();
    transfer.dupAcks = 0;
}

void
NoteSending(Connection& conn, Instant now)
{
    if (!conn.HasUnacked())
    {
        RestartAfterIdle(conn, now);
    }
    NoteTransmitStart(conn, now);
}

void
NoteTransmitStart(Connection& conn, Instant now)
{
    if (conn.Pipe() == 0) // Linux tcp_event_data_sent()
    {
        Flow flow = FlowOf(conn, now);
        conn.config->data.congestion->OnEvent(flow, CongestionEvent::TransmitStart);
    }
    conn.lastSent = now;
}

void
TellDetail(Connection& conn, CongestionEvent event, Instant now)
{
    const CongestionControl& congestion = *conn.config->data.congestion;
    if (congestion.WantsDetails())
    {
        Flow flow = FlowOf(conn, now);
        congestion.OnEvent(flow, event);
    }
}

void
NoteWriting(Connection& conn)
{
    DeliveryRate* rates = RatesOf(conn);
    if (rates == nullptr || !conn.synAcked)
    {
        return;
    }
    // Linux tcp_rate_check_app_limited(), but for what waits below TCP.
    const bool nothingLost = conn.transfer->sent.LostBytes() == 0;
    const uint32_t pipe = conn.Pipe();
    if (conn.Unsent() < conn.SndMss() && pipe < conn.congestion.cwnd && nothingLost)
    {
        rates->NoteAppLimited(pipe);
    }
}

bool
IsWindowUsed(const Connection& conn)
{
    const Congestion& window = conn.congestion;
    const bool halfUsed = conn.config->data.growsHalfUsed && conn.transfer &&
                          window.cwnd < window.ssthresh &&
                          window.cwnd / 2 < conn.transfer->mostInFlight;
    return conn.cwndLimited || halfUsed;
}

} // namespace lifecycle
