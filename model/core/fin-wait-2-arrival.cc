#include "arrival.h"
#include "context.h"

namespace lifecycle
{

namespace
{

/** Whether the segment brings nothing: no ACK, or nothing after what was received. */
bool
IsIdle(const Connection& conn, const Segment& segment)
{
    return !segment.flags.Has(Flag::ACK) || segment.Length() == 0 ||
           !segment.End().IsAfter(conn.rcvNxt);
}

void
EndWithRefusal(Context& context, Connection& conn, const Segment& segment, Instant now)
{
    context.Refuse(segment);
    context.End(conn, Event::Abort, CloseReason::Aborted, now);
}

} // namespace

// Linux, tcp_rcv_state_process(), TCP_FIN_WAIT1: a longer one stays a whole connection.
bool
IsShortFinWait2(const Connection& conn)
{
    const ClosingConfig& closing = conn.config->closing;
    return closing.finWait2IsRecord && conn.detached && closing.finWait2Timeout &&
           *closing.finWait2Timeout <= 2 * closing.msl;
}

// Linux, tcp_timewait_state_process() with TCP_FIN_WAIT2: all that is waited for is the peer's FIN.
Placement
ArriveAtShortFinWait2(Context& context, Connection& conn, const Segment& segment, Instant now)
{
    const ValidationConfig& validation = conn.config->validation;
    const bool old = HasOldTimestamp(segment, conn.agreement.timestamps, conn.tsRecent);
    if (old || !IsInWindow(segment, conn.rcvNxt, conn.RcvWnd()))
    {
        ++context.counters.unacceptable;
        conn.ackNow |=
            context.MayAnswer({RecordKind::Connection, conn.index}, validation, segment, now);
        context.MarkReady(conn);
        return {};
    }
    if (segment.flags.Has(Flag::RST))
    {
        ++context.counters.resetsIn;
        context.End(conn, Event::RcvRst, CloseReason::Reset, now);
        return {};
    }
    if (segment.flags.Has(Flag::SYN) && segment.seq.IsAtOrAfter(conn.rcvNxt))
    {
        EndWithRefusal(context, conn, segment, now);
        return {};
    }
    if (IsIdle(conn, segment))
    {
        return {};
    }
    if (!segment.flags.Has(Flag::FIN) || segment.End() != conn.rcvNxt + 1)
    {
        EndWithRefusal(context, conn, segment, now); // RFC 2525 §2.17: data that nobody will read
        return {};
    }
    if (conn.agreement.timestamps && segment.options.timestamps)
    {
        conn.tsRecent = segment.options.timestamps->value;
    }
    return ArriveAsText(context, conn, segment, now);
}

} // namespace lifecycle
