#ifndef TOPOLOGY_CHURN_INTERRUPT_H
#define TOPOLOGY_CHURN_INTERRUPT_H

#include "ns3/nstime.h"

namespace churn
{

/// Takes the first SIGINT or SIGTERM as a wish to end the run early; a second one kills as usual.
void CatchInterrupts();

/// \returns whether the user wants the run to end
bool IsInterrupted();

/**
 * \brief A limit on the processor time of the process, from the making of this object on.
 *
 * The system keeps the time and sends a signal, so that asking costs nothing.
 */
class CpuLimit
{
  public:
    /// \param limit processor time; zero for none
    explicit CpuLimit(ns3::Time limit);
    ~CpuLimit();
    CpuLimit(const CpuLimit&) = delete;
    CpuLimit& operator=(const CpuLimit&) = delete;

    /// \returns whether it has been reached
    bool IsReached() const;
};

} // namespace churn

#endif /* TOPOLOGY_CHURN_INTERRUPT_H */
