#ifndef PROXY_CHILD_TRIAL_H
#define PROXY_CHILD_TRIAL_H

#include <functional>
#include <string>

namespace proxy
{

/** What came of a ChildTrial. */
struct TrialResult
{
    bool succeeded{false}; //!< the attempt returned true
    std::string message;   //!< what ns-3 said when it ended the process, empty if it did not
};

/**
 * Tries something in a child process first, because ns-3 ends the process where it meets a value
 * it cannot read or a program it cannot start. Call it before any thread is started.
 *
 * \param attempt what to try; what it changes is gone afterwards
 * \returns what came of it
 */
TrialResult TryInChild(const std::function<bool()>& attempt);

} // namespace proxy

#endif /* PROXY_CHILD_TRIAL_H */
