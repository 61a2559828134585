#ifndef LIFECYCLE_WAKE_UP_H
#define LIFECYCLE_WAKE_UP_H

#include "core/model-time.h"

#include "ns3/event-id.h"

#include <functional>
#include <vector>

namespace ns3
{

/**
 * The simulator event with which a node's TCP wakes up for its next deadline.
 *
 * A deadline that is put off, as the retransmission timer is with every ACK, costs nothing: the
 * event there is fires early and the owner asks again. Only a deadline nearer than all events
 * that are pending gets a new one, and none is ever cancelled: a cancelled event would stay in the
 * simulator's queue until its time comes.
 */
class LifecycleWakeUp
{
  public:
    /** \param wake called at the time asked for, or earlier */
    explicit LifecycleWakeUp(std::function<void()> wake);
    ~LifecycleWakeUp();
    LifecycleWakeUp(const LifecycleWakeUp&) = delete;
    LifecycleWakeUp& operator=(const LifecycleWakeUp&) = delete;

    /** Sees to it that there is an event at \p deadline or before; kNever asks for none. */
    void Expect(lifecycle::Instant deadline);

  private:
    struct Pending
    {
        lifecycle::Instant when;
        EventId event;
    };

    void Fire();

    std::function<void()> m_wake;
    std::vector<Pending> m_pending; //!< the next one last
};

} // namespace ns3

#endif /* LIFECYCLE_WAKE_UP_H */
