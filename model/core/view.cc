#include "view.h"

#include "context.h"
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
    if (next != conn.Timer())
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
ViewOf(const Context&, const Listener& listener)
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
ViewOf(const Context& context, const RequestRecord& request)
{
    ConnectionView view{};
    view.state = State::SynReceived;
    view.tuple = context.TupleOf(request);
    view.deadline = request.expiry.deadline;
    view.timer = "on";
    view.retries = request.retries;
    return view;
}

ConnectionView
ViewOf(const Context& context, const Connection& conn)
{
    ConnectionView view{};
    view.state = conn.state.Get();
    view.tuple = context.TupleOf(conn);
    view.recvQueue = conn.Unread();
    view.sendQueue = conn.SndQueued();
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
    view.finAcked = conn.IsFinAcked();
    view.backoff = IsProbing(conn) ? conn.retries : conn.backoff;
    view.probes = IsProbing(conn) ? conn.retries : conn.keepaliveProbes;
    view.dupAcks = conn.transfer ? conn.transfer->dupAcks : 0;
    view.iss = conn.Iss();
    view.irs = conn.state.Get() == State::SynSent ? SeqNum() : conn.Irs();
    view.sndUna = conn.sndUna;
    view.sndNxt = conn.SndNxt();
    view.rcvNxt = conn.rcvNxt;
    view.sndWnd = conn.sndWnd;
    view.maxSndWnd = conn.maxSndWnd;
    view.rcvWnd = conn.RcvWnd();
    view.rcvBuf = conn.RcvBuf();
    view.pipe = conn.Pipe();
    view.phase = conn.transfer ? conn.transfer->phase : Phase::Open;
    view.peerFinSeen = conn.peerFinSeen;
    view.since = conn.stateSince.Get();
    view.orphan = conn.detached;
    view.reason = conn.state.Get() == State::TimeWait ? CloseReason::Normal : CloseReason::None;
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
ViewOf(const Context& context, const TimeWaitRecord& record)
{
    ConnectionView view{};
    view.state = State::TimeWait;
    view.tuple = context.TupleOf(record);
    view.deadline = record.expiry.deadline;
    view.timer = "timewait";
    view.reason = CloseReason::Normal;
    return view;
}

} // namespace lifecycle
