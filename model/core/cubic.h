#ifndef LIFECYCLE_CORE_CUBIC_H
#define LIFECYCLE_CORE_CUBIC_H

#include "congestion.h"

#include <memory>

namespace lifecycle
{

/** Whether the first slow start watches the round-trip time. */
enum class SlowStart : uint8_t
{
    Standard, //!< RFC 5681 §3.1: until there is a loss
    HyStart,  //!< RFC 9406: until the round-trip time grows
};

/** CUBIC (RFC 9438). */
std::shared_ptr<const CongestionControl> Cubic(SlowStart slowStart = SlowStart::HyStart);

} // namespace lifecycle

#endif /* LIFECYCLE_CORE_CUBIC_H */
