#ifndef TOPOLOGY_CHURN_REPORT_H
#define TOPOLOGY_CHURN_REPORT_H

#include "experiment.h"

#include <ostream>

namespace churn
{

/**
 * \param out where to write the report for people
 * \param result of a run
 */
void WriteReport(std::ostream& out, const Result& result);

/**
 * \param out where to write the same as JSON, with the counts of states over time
 * \param result of a run
 */
void WriteJson(std::ostream& out, const Result& result);

/// \param outcome one \returns its name in reports, as "timed out"
const char* Describe(Outcome outcome);

} // namespace churn

#endif /* TOPOLOGY_CHURN_REPORT_H */
