#ifndef LIFECYCLE_CORE_VIEW_H
#define LIFECYCLE_CORE_VIEW_H

#include "connection.h"
#include "endpoint.h"
#include "records.h"

namespace lifecycle
{

class Context;

// What `ss` would show of each kind of record.

ConnectionView ViewOf(const Context& context, const Listener& listener);
ConnectionView ViewOf(const Context& context, const RequestRecord& request);
ConnectionView ViewOf(const Context& context, const Connection& connection);
ConnectionView ViewOf(const Context& context, const TimeWaitRecord& record);

SegmentCounts CountSegments(const Connection& connection);

} // namespace lifecycle

#endif /* LIFECYCLE_CORE_VIEW_H */
