#ifndef TOPOLOGY_CHURN_CHART_H
#define TOPOLOGY_CHURN_CHART_H

#include "state-history.h"

#include <cstddef>
#include <ostream>

namespace churn
{

/**
 * Draws how many sockets were in each state over time: a row for each state that was ever seen,
 * each to its own scale.
 * \param out where to draw
 * \param history the counts
 * \param width columns of the chart proper
 */
void WriteStateChart(std::ostream& out, const StateHistory& history, std::size_t width);

} // namespace churn

#endif /* TOPOLOGY_CHURN_CHART_H */
