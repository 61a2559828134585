#include "waiters.h"

#include <algorithm>
#include <chrono>

namespace lifecycle::packetdrill
{

namespace
{
/** Wall-clock time after which a thread that never asks for the time is waited for no more. */
constexpr std::chrono::seconds kPatience{2};
} // namespace

void
Waiters::Wait(Instant until, std::function<bool()> ready)
{
    m_going.erase(std::this_thread::get_id());
    const auto self = m_waiting.insert(m_waiting.end(), {until, std::move(ready)});
    m_changed.notify_all();
    m_changed.wait(m_mutex, [&] { return self->released; });
    m_waiting.erase(self);
    m_going.insert(std::this_thread::get_id());
}

void
Waiters::Release(Instant now)
{
    while (true)
    {
        std::size_t released = 0;
        for (Waiter& waiter : m_waiting)
        {
            if (!waiter.released && (waiter.until <= now || waiter.ready()))
            {
                waiter.released = true;
                ++released;
            }
        }
        if (released == 0)
        {
            return;
        }
        m_changed.notify_all();
        const std::size_t self = m_going.count(std::this_thread::get_id());
        const auto settled = [&] {
            return m_going.size() == self && std::ranges::none_of(m_waiting, &Waiter::released);
        };
        m_changed.wait_for(m_mutex, kPatience, settled);
    }
}

bool
Waiters::HasLeft()
{
    const bool left = m_going.erase(std::this_thread::get_id()) > 0;
    if (left)
    {
        m_changed.notify_all();
    }
    return left;
}

Instant
Waiters::Earliest() const
{
    Instant earliest = kNever;
    for (const Waiter& waiter : m_waiting)
    {
        earliest = std::min(earliest, waiter.until);
    }
    return earliest;
}

} // namespace lifecycle::packetdrill
