#ifndef TOPOLOGY_CHURN_PROGRESS_H
#define TOPOLOGY_CHURN_PROGRESS_H

#include "connection-log.h"

#include <chrono>
#include <cstdint>
#include <string>

namespace churn
{

/// Shows on standard error how far a run has come, about twice a second.
class Progress
{
  public:
    /// Where progress goes.
    enum class Display
    {
        NONE,
        LINE,  //!< one line that is written over and over, on a terminal
        LINES, //!< a new line now and then, elsewhere
    };

    explicit Progress(Display display);
    ~Progress();

    /// \param text what is being done before the simulation runs
    void Announce(const std::string& text);

    /**
     * Shows the state of the run if it is time to.
     * \param log the connections so far
     * \param connections how many there will be
     */
    void Show(const ConnectionLog& log, uint64_t connections);

    /// Removes the line, so that a report can follow.
    void Clear();

  private:
    using Clock = std::chrono::steady_clock;

    Display m_display;         //!< where it goes
    Clock::time_point m_start; //!< when the program began
    Clock::time_point m_last;  //!< when something was last shown
    bool m_dirty{false};       //!< whether there is a line to remove
};

} // namespace churn

#endif /* TOPOLOGY_CHURN_PROGRESS_H */
