#include "congestion-choice.h"

#include "cubic.h"

namespace lifecycle
{

std::shared_ptr<const CongestionControl>
FindCongestionControl(std::string_view name)
{
    for (const auto& control : {NewReno(), Cubic(), Cubic(SlowStart::Standard)})
    {
        if (control->Name() == name)
        {
            return control;
        }
    }
    return nullptr;
}

} // namespace lifecycle
