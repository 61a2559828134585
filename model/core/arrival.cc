#include "arrival.h"

#include "context.h"

namespace lifecycle
{

Placement
Arrive(Context& context, const Segment& segment, Instant now)
{
    ++context.counters.segmentsIn;
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
    Listener* listener = context.FindListener(segment);
    if (listener != nullptr)
    {
        return ArriveAtListener(context, *listener, segment, std::nullopt, now);
    }
    context.Refuse(segment);
    return {};
}

} // namespace lifecycle
