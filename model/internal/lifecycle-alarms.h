#ifndef LIFECYCLE_ALARMS_H
#define LIFECYCLE_ALARMS_H

#include "core/deadline-heap.h"
#include "internal/lifecycle-core-types.h"
#include "internal/lifecycle-wake-up.h"

#include "ns3/nstime.h"

#include <cstdint>
#include <functional>
#include <optional>
#include <utility>

namespace ns3
{

/** Alarms of an application with very many connections, all on one pending simulator event. */
class LifecycleAlarms
{
  public:
    /** \param ring called with the number of each alarm that is due */
    explicit LifecycleAlarms(std::function<void(uint32_t)> ring)
        : m_ring(std::move(ring)),
          m_wakeUp([this] { OnWakeUp(); })
    {
    }

    /** Sets an alarm, in place of the one with this number if there is one. */
    void Set(uint32_t number, Time delay)
    {
        m_deadlines.Settle(number, CoreNow() + ToCore(delay));
        m_wakeUp.Expect(m_deadlines.Earliest());
    }

    void Clear(uint32_t number)
    {
        m_deadlines.Settle(number, lifecycle::kNever);
    }

  private:
    void OnWakeUp()
    {
        while (const std::optional<uint32_t> due = m_deadlines.Due(CoreNow()))
        {
            m_deadlines.Settle(*due, lifecycle::kNever);
            m_ring(*due);
        }
        m_wakeUp.Expect(m_deadlines.Earliest());
    }

    std::function<void(uint32_t)> m_ring;
    lifecycle::DeadlineHeap m_deadlines;
    LifecycleWakeUp m_wakeUp;
};

} // namespace ns3

#endif /* LIFECYCLE_ALARMS_H */
