#include "window.h"

#include <algorithm>

namespace lifecycle
{

Flow
FlowOf(Connection& conn, Instant now)
{
    const uint32_t total = conn.transfer ? conn.transfer->sent.Total() : 0;
    return {.window = conn.congestion,
            .memory = conn.congestionMemory,
            .mss = conn.SndMss(),
            // What limited transmit has sent beyond the window does not count (RFC 5681 §3.2 (2)).
            .inFlight = std::min(total, conn.congestion.cwnd),
            .sndUna = conn.sndUna,
            .sndNxt = conn.sndNxt,
            .srtt = conn.rtt.Srtt(),
            .lastSent = conn.lastSent,
            .phase = conn.transfer ? conn.transfer->phase : Phase::Open,
            .cwndLimited = conn.cwndLimited,
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
CollapseWindow(Connection& conn, Instant now)
{
    Transfer& transfer = *conn.transfer;
    // RFC 5681 §3.1: "held constant" once it is set for this loss; as in Linux (tcp_enter_loss),
    // also if fast recovery has done so.
    if (transfer.phase == Phase::Open)
    {
        LowerThreshold(conn, CongestionSignal::Timeout, now);
    }
    conn.congestion.cwnd = conn.SndMss();
    conn.congestion.credit = 0;
    transfer.phase = Phase::Loss;
    transfer.recover = conn.sndNxt;
    transfer.dupAcks = 0;
}

void
NoteSending(Connection& conn, Instant now)
{
    if (!conn.HasUnacked())
    {
        Flow flow = FlowOf(conn, now);
        conn.config->data.congestion->OnEvent(flow, CongestionEvent::TransmitStart);
    }
    conn.lastSent = now;
}

} // namespace lifecycle
