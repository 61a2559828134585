#ifndef INTEROP_WAIT_UNTIL_H
#define INTEROP_WAIT_UNTIL_H

#include <chrono>
#include <thread>

namespace interop
{

/** Long enough for a loaded machine; a test that passes never waits that long. */
constexpr std::chrono::seconds PATIENCE{20};

/**
 * \param condition what to wait for; another process brings it about, so it is asked repeatedly
 * \param patience when to give up
 * \returns true as soon as the condition holds, false if it never did
 */
template <typename Condition>
bool
WaitUntil(Condition condition, std::chrono::milliseconds patience = PATIENCE)
{
    const auto deadline = std::chrono::steady_clock::now() + patience;
    while (!condition())
    {
        if (std::chrono::steady_clock::now() >= deadline)
        {
            return false;
        }
        std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
    return true;
}

} // namespace interop

#endif /* INTEROP_WAIT_UNTIL_H */
