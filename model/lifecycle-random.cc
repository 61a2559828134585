#include "internal/lifecycle-random.h"

#include "ns3/integer.h"
#include "ns3/object-factory.h"

#include <limits>

namespace ns3
{

void
LifecycleRandom::SetDefaultStream(uint32_t nodeId)
{
    constexpr int64_t FAR_FROM_SCRIPTS = int64_t{1} << 62;
    if (!m_variable)
    {
        SetStream(FAR_FROM_SCRIPTS + nodeId);
    }
}

void
LifecycleRandom::SetStream(int64_t stream)
{
    m_variable = CreateObjectWithAttributes<UniformRandomVariable>("Stream", IntegerValue(stream));
}

uint32_t
LifecycleRandom::Next()
{
    return m_variable->GetInteger(0, std::numeric_limits<uint32_t>::max());
}

} // namespace ns3
