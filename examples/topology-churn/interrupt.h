#ifndef TOPOLOGY_CHURN_INTERRUPT_H
#define TOPOLOGY_CHURN_INTERRUPT_H

namespace churn
{

/// Takes the first SIGINT or SIGTERM as a wish to end the run early; a second one kills as usual.
void CatchInterrupts();

/// \returns whether the user wants the run to end
bool IsInterrupted();

} // namespace churn

#endif /* TOPOLOGY_CHURN_INTERRUPT_H */
