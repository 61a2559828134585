#include "internal/lifecycle-wake-up.h"

#include "internal/lifecycle-core-types.h"

#include "ns3/simulator.h"

#include <utility>

namespace ns3
{

LifecycleWakeUp::LifecycleWakeUp(std::function<void()> wake)
    : m_wake(std::move(wake))
{
}

LifecycleWakeUp::~LifecycleWakeUp()
{
    for (Pending& pending : m_pending)
    {
        pending.event.Cancel();
    }
}

void
LifecycleWakeUp::Expect(lifecycle::Instant deadline)
{
    if (deadline == lifecycle::kNever || (!m_pending.empty() && m_pending.back().when <= deadline))
    {
        return;
    }
    m_pending.push_back(
        {deadline, Simulator::Schedule(TimeUntil(deadline), &LifecycleWakeUp::Fire, this)});
}

void
LifecycleWakeUp::Fire()
{
    m_pending.pop_back();
    m_wake();
}

} // namespace ns3
