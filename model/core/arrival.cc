#include "arrival.h"

#include "context.h"

namespace lifecycle
{

namespace
{

/** Flags that no TCP sends: none that mean anything, or SYN together with FIN or RST. */
bool
IsNonsense(Flags flags)
{
    const bool says = flags.Has(Flag::SYN) || flags.Has(Flag::ACK) || flags.Has(Flag::RST) ||
                      flags.Has(Flag::FIN);
    return !says || (flags.Has(Flag::SYN) && (flags.Has(Flag::FIN) || flags.Has(Flag::RST)));
}

} // namespace

Placement
Arrive(Context& context, const Segment& segment, Instant now)
{
    ++context.counters.segmentsIn;
    if (IsNonsense(segment.flags))
    {
        ++context.counters.nonsenseFlags;
        return {};
    }
    const std::optional<RecordRef> ref = context.Lookup(segment.tuple);
    if (!ref)
    {
        return ArriveAtNobody(context, segment, now);
    }
    switch (ref->kind)
    {
    case RecordKind::Connection:
        return ArriveAtConnection(context, context.connections.Get(ref->index), segment, now);
    case RecordKind::Request:
        return ArriveAtRequest(context, ref->index, segment, now);
    default:
        return ArriveAtTimeWait(context, ref->index, segment, now);
    }
}

Placement
ArriveAtNobody(Context& context, const Segment& segment, Instant now)
{
    Listener* listener = context.FindListener(segment.tuple.local, segment.tuple.localPort);
    if (listener != nullptr)
    {
        ArriveAtListener(context, *listener, segment, now);
    }
    else
    {
        context.Refuse(segment);
    }
    return {};
}

} // namespace lifecycle
