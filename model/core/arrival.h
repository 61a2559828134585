#ifndef LIFECYCLE_CORE_ARRIVAL_H
#define LIFECYCLE_CORE_ARRIVAL_H

#include "endpoint.h"
#include "model-time.h"
#include "segment.h"

#include <optional>

namespace lifecycle
{

class Context;
struct Connection;
struct Listener;

/** A segment arrives: RFC 9293 §3.10.7, by the kind of record that it belongs to. */
Placement Arrive(Context& context, const Segment& segment, Instant now);

/** §3.10.7.3 and §3.10.7.4: at a connection. */
Placement ArriveAtConnection(Context& context,
                             Connection& connection,
                             const Segment& segment,
                             Instant now);

/** Text and FIN alone, the other checks done: as in a SYN whose Fast Open cookie is good. */
Placement ArriveAsText(Context& context, Connection& connection, const Segment& text, Instant now);

/** §3.10.7.4 in SYN-RECEIVED after a passive open: at a half-open request. */
Placement ArriveAtRequest(Context& context, uint32_t index, const Segment& segment, Instant now);

/**
 * §3.10.7.2: at a listener.
 * \param formerSndNxt SND.NXT of the TIME-WAIT that made way for this segment, if one did
 */
Placement ArriveAtListener(Context& context,
                           Listener& listener,
                           const Segment& segment,
                           std::optional<SeqNum> formerSndNxt,
                           Instant now);

/** §3.10.7.4 in TIME-WAIT. */
Placement ArriveAtTimeWait(Context& context, uint32_t index, const Segment& segment, Instant now);

/** The same where the connection has been kept whole. */
Placement ArriveAtWholeTimeWait(Context& context,
                                Connection& connection,
                                const Segment& segment,
                                Instant now);

/** Whether FIN-WAIT-2 is short for TIME-WAIT: the application is gone, and so will this be. */
bool IsShortFinWait2(const Connection& connection);

/** §3.10.7.4 in such a FIN-WAIT-2. */
Placement ArriveAtShortFinWait2(Context& context,
                                Connection& connection,
                                const Segment& segment,
                                Instant now);

/** §3.10.7.1: nobody is there. */
Placement ArriveAtNobody(Context& context, const Segment& segment, Instant now);

/** §3.9.2.2: an ICMP message that a segment sent with \p seq did not get there. */
void ArriveIcmpError(Context& context,
                     const FourTuple& tuple,
                     SeqNum seq,
                     IcmpError error,
                     Instant now);

/** Whether a segment is one that ends with the peer's FIN, which has been received already. */
constexpr bool
RepeatsFin(const Segment& segment, SeqNum rcvNxt)
{
    return segment.flags.Has(Flag::FIN) && segment.End() == rcvNxt;
}

/**
 * Whether a timestamp is older than the last one seen: an old duplicate (RFC 7323 §5.3 R1). There
 * are systems whose SYN has a timestamp of zero: it says nothing about the ones to come.
 */
constexpr bool
IsOldTimestamp(uint32_t stamp, uint32_t recent, uint32_t slack = 0)
{
    return recent != 0 && static_cast<int32_t>(recent - stamp) > static_cast<int32_t>(slack);
}

/**
 * The same of a segment.
 * \param agreed timestamps are in use
 * \param slack how much older is not old yet, ticks
 */
constexpr bool
HasOldTimestamp(const Segment& segment, bool agreed, uint32_t recent, uint32_t slack = 0)
{
    const auto& stamps = segment.options.timestamps;
    return agreed && stamps && IsOldTimestamp(stamps->value, recent, slack);
}

/**
 * Whether any part of a segment lies in the receive window: the table of RFC 9293 §3.10.7.4.
 * An empty segment at the right edge is taken as well, as Linux does (tcp_sequence): a peer that
 * has filled the window acknowledges from there.
 */
constexpr bool
IsInWindow(const Segment& segment, SeqNum rcvNxt, uint32_t rcvWnd)
{
    if (segment.Length() == 0)
    {
        return segment.seq.IsAtOrAfter(rcvNxt) && segment.seq.IsAtOrBefore(rcvNxt + rcvWnd);
    }
    // With a window of zero nothing fits, but what stands right at it may carry an ACK.
    const uint32_t window = rcvWnd == 0 ? 1 : rcvWnd;
    return segment.seq.IsWithin(rcvNxt, window) || (segment.End() - 1).IsWithin(rcvNxt, window);
}

} // namespace lifecycle

#endif /* LIFECYCLE_CORE_ARRIVAL_H */
