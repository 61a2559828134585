#ifndef LIFECYCLE_CORE_CONGESTION_CHOICE_H
#define LIFECYCLE_CORE_CONGESTION_CHOICE_H

#include "congestion.h"

#include <memory>
#include <string_view>

namespace lifecycle
{

/** \returns the congestion control of that name ("NewReno", "Cubic", "CubicWithoutHyStart"), or
 * null if there is none */
std::shared_ptr<const CongestionControl> FindCongestionControl(std::string_view name);

} // namespace lifecycle

#endif /* LIFECYCLE_CORE_CONGESTION_CHOICE_H */
