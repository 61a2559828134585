#ifndef LIFECYCLE_CORE_VIEW_H
#define LIFECYCLE_CORE_VIEW_H

#include "connection.h"
#include "endpoint.h"
#include "records.h"

namespace lifecycle
{

// What `ss` would show of each kind of record.

ConnectionView ViewOf(const Listener& listener);
ConnectionView ViewOf(const RequestRecord& request);
ConnectionView ViewOf(const Connection& connection);
ConnectionView ViewOf(const TimeWaitRecord& record);

SegmentCounts CountSegments(const Connection& connection);

} // namespace lifecycle

#endif /* LIFECYCLE_CORE_VIEW_H */
