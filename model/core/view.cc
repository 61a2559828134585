#include "view.h"

#include "timers.h"

namespace lifecycle
{

namespace
{

/** The name that `ss -o` has for the timer that is due next. */
const char*
TimerName(const Connection& conn)
{
    const Instant next = NextDeadline(conn);
    if (next == kNever)
    {
        return "";
    }
    if (next == KeepaliveDeadline(conn))
    {
        return "keepalive";
    }
    if (conn.transfer && next == conn.transfer->ackDeadline)
    {
        return "delack";
    }
    if (next != conn.timer)
    {
        return "on"; // for losses, as ss names all of them, and for limits
    }
    switch (conn.timerMode)
    {
    case TimerMode::Persist:
        return "persist";
    case TimerMode::TimeWait:
    case TimerMode::FinWait2:
        return "timewait"; // as ss names the FIN-WAIT-2 timer
    default:
        return "on";
    }
}

bool
IsProbing(const Connection& conn)
{
    return conn.timerMode == TimerMode::Persist;
}

} // namespace

ConnectionView
ViewOf(const Listener& listener)
{
    ConnectionView view{};
    view.state = State::Listen;
    view.tuple.local = listener.local;
    view.tuple.localPort = listener.port;
    view.tuple.remote = listener.local.IsV4() ? IpAddress::FromV4(0) : IpAddress();
    view.recvQueue = listener.acceptQueue.size();
    view.sendQueue = listener.backlog;
    view.halfOpen = listener.halfOpen;
    view.synOverflows = listener.synOverflows;
    view.acceptOverflows = listener.acceptOverflows;
    return view;
}

ConnectionView
ViewOf(const RequestRecord& request)
{
    ConnectionView view{};
    view.state = State::SynReceived;
    view.tuple = request.tuple;
    view.deadline = request.expiry.deadline;
    view.timer = "on";
    view.retries = request.retries;
    return view;
}

ConnectionView
ViewOf(const Connection& conn)
{
    ConnectionView view{};
    view.state = conn.state.Get();
    view.tuple = conn.tuple;
    view.recvQueue = conn.unread;
    view.sendQueue = conn.sndQueued;
    view.deadline = NextDeadline(conn);
    view.timer = TimerName(conn);
    view.retries = conn.retries;
    view.srtt = conn.rtt.Srtt();
    view.rto = BackedOffRto(conn);
    view.congestion = conn.congestion;
    view.mss = conn.SndMss();
    view.rttVar = conn.rtt.RttVar();
    view.unsent = conn.Unsent();
    view.sndScale = conn.agreement.sndScale;
    view.rcvScale = conn.agreement.rcvScale;
    view.windowScaling = conn.agreement.windowScaling;
    view.timestamps = conn.agreement.timestamps;
    view.sack = conn.agreement.sack;
    view.finQueued = conn.finQueued;
    view.finAcked = conn.finSent && conn.sndUna == conn.sndNxt;
    view.backoff = IsProbing(conn) ? conn.retries : conn.backoff;
    view.probes = IsProbing(conn) ? conn.retries : conn.keepaliveProbes;
    view.dupAcks = conn.transfer ? conn.transfer->dupAcks : 0;
    view.iss = conn.iss;
    view.irs = conn.irs;
    view.sndUna = conn.sndUna;
    view.sndNxt = conn.sndNxt;
    view.rcvNxt = conn.rcvNxt;
    view.sndWnd = conn.sndWnd;
    view.rcvWnd = conn.RcvWnd();
    view.rcvBuf = conn.RcvBuf();
    view.pipe = conn.Pipe();
    view.phase = conn.transfer ? conn.transfer->phase : Phase::Open;
    view.peerFinSeen = conn.peerFinSeen;
    view.since = conn.stateSince;
    view.orphan = conn.detached;
    view.reason = conn.reason;
    return view;
}

SegmentCounts
CountSegments(const Connection& conn)
{
    SegmentCounts counts;
    if (conn.transfer)
    {
        conn.transfer->sent.ForEach([&](const SentSegment& segment) {
            ++counts.unacked;
            counts.sacked += segment.sacked;
            counts.lost += segment.lost;
            counts.retransmitted += segment.retransmitted && !segment.lost && !segment.sacked;
        });
    }
    return counts;
}

ConnectionView
ViewOf(const TimeWaitRecord& record)
{
    ConnectionView view{};
    view.state = State::TimeWait;
    view.tuple = record.tuple;
    view.deadline = record.expiry.deadline;
    view.timer = "timewait";
    view.reason = CloseReason::Normal;
    return view;
}

} // namespace lifecycle
