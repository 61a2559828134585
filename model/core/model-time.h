#ifndef LIFECYCLE_CORE_MODEL_TIME_H
#define LIFECYCLE_CORE_MODEL_TIME_H

#include <chrono>
#include <cstdint>

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

/** An Instant in two halves: a record that has one need not be padded to a multiple of eight. */
class PackedInstant
{
  public:
    constexpr PackedInstant(Instant instant)
        : m_low(static_cast<uint32_t>(instant.time_since_epoch().count())),
          m_high(static_cast<uint32_t>(instant.time_since_epoch().count() >> 32))
    {
    }

    constexpr operator Instant() const
    {
        return Instant(Duration(static_cast<int64_t>(uint64_t{m_high} << 32 | m_low)));
    }

  private:
    uint32_t m_low;
    uint32_t m_high;
};

} // namespace lifecycle

#endif /* LIFECYCLE_CORE_MODEL_TIME_H */
