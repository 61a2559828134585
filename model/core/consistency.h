#ifndef LIFECYCLE_CORE_CONSISTENCY_H
#define LIFECYCLE_CORE_CONSISTENCY_H

namespace lifecycle
{

class Context;

/** Whether state, timers, queues and tables of an endpoint agree; O(all records). */
bool IsConsistent(const Context& context);

} // namespace lifecycle

#endif /* LIFECYCLE_CORE_CONSISTENCY_H */
