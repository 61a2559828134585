#ifndef LIFECYCLE_CORE_COARSE_INSTANT_H
#define LIFECYCLE_CORE_COARSE_INSTANT_H

#include "model-time.h"

#include <array>
#include <cstdint>

namespace lifecycle
{

/**
 * A time that is only compared with others, in five bytes: rounded down to sixteenths of a
 * millisecond, so that whole milliseconds stay what they are. It lasts for more than two years.
 */
class CoarseInstant
{
  public:
    constexpr CoarseInstant(Instant instant)
    {
        const uint64_t ticks = instant == kNever
                                   ? kNeverTicks
                                   : static_cast<uint64_t>(instant.time_since_epoch() / kTick);
        for (std::size_t i = 0; i < m_bytes.size(); ++i)
        {
            m_bytes[i] = static_cast<uint8_t>(ticks >> (8 * i));
        }
    }

    constexpr Instant Get() const
    {
        uint64_t ticks = 0;
        for (std::size_t i = 0; i < m_bytes.size(); ++i)
        {
            ticks |= uint64_t{m_bytes[i]} << (8 * i);
        }
        return ticks == kNeverTicks ? kNever : Instant(static_cast<int64_t>(ticks) * kTick);
    }

  private:
    static constexpr Duration kTick{1'000'000 / 16};
    static constexpr uint64_t kNeverTicks = (uint64_t{1} << 40) - 1;

    std::array<uint8_t, 5> m_bytes{};
};

} // namespace lifecycle

#endif /* LIFECYCLE_CORE_COARSE_INSTANT_H */
