#ifndef LIFECYCLE_CORE_MODEL_TIME_H
#define LIFECYCLE_CORE_MODEL_TIME_H

#include <chrono>

namespace lifecycle
{

/** The clock that the caller keeps: the core never reads one, every entry point is told the time.
 */
struct ModelClock
{
    using duration = std::chrono::nanoseconds;
    using rep = duration::rep;
    using period = duration::period;
    using time_point = std::chrono::time_point<ModelClock>;
    static constexpr bool is_steady = true;
};

using Duration = ModelClock::duration;
using Instant = ModelClock::time_point;

/** A deadline that never comes. */
inline constexpr Instant kNever = Instant::max();

} // namespace lifecycle

#endif /* LIFECYCLE_CORE_MODEL_TIME_H */
