#ifndef LIFECYCLE_PACKETDRILL_WAITERS_H
#define LIFECYCLE_PACKETDRILL_WAITERS_H

#include "core/model-time.h"

#include <condition_variable>
#include <functional>
#include <list>
#include <mutex>
#include <set>
#include <thread>

namespace lifecycle::packetdrill
{

/**
 * Calls that block, each in a thread of its own, while another thread drives virtual time.
 * Whoever drives lets a call go on as soon as what it waits for is there, and does not let time
 * pass before that thread waits again, or has asked for the time after its call has returned.
 */
class Waiters
{
  public:
    /** \param mutex of the host: whoever calls holds it, and it is given up while waiting */
    explicit Waiters(std::mutex& mutex)
        : m_mutex(mutex)
    {
    }

    /**
     * Waits in virtual time.
     * \param until when to stop waiting
     * \param ready asked by whoever drives, with the lock held
     */
    void Wait(Instant until, std::function<bool()> ready);

    /** Lets those go on that need wait no longer at \p now, until they wait again or have left. */
    void Release(Instant now);

    /** The calling thread asks for the time. \returns whether it does after a call that waited */
    bool HasLeft();

    /** When the first of the calls stops waiting. */
    Instant Earliest() const;

  private:
    struct Waiter
    {
        Instant until;
        std::function<bool()> ready;
        bool released{false};
    };

    std::mutex& m_mutex;
    std::list<Waiter> m_waiting;
    std::set<std::thread::id> m_going; //!< released, and neither waiting nor gone
    std::condition_variable_any m_changed;
};

} // namespace lifecycle::packetdrill

#endif /* LIFECYCLE_PACKETDRILL_WAITERS_H */
