#ifndef TOPOLOGY_CHURN_STATE_HISTORY_H
#define TOPOLOGY_CHURN_STATE_HISTORY_H

#include "tcp-stack.h"

#include "ns3/nstime.h"

#include <ostream>
#include <vector>

namespace churn
{

/// How many sockets there were in each state, time after time.
class StateHistory
{
  public:
    /// One count.
    struct Sample
    {
        ns3::Time time;     //!< when
        StateCounts counts; //!< how many in each state
    };

    /**
     * \param time later than the last
     * \param counts how many sockets were in each state
     */
    void Add(ns3::Time time, const StateCounts& counts);

    /// \returns all counts, in the order of time
    const std::vector<Sample>& GetSamples() const;
    /// \param state a state \returns the first count that had the most sockets in it
    const Sample& GetPeak(std::size_t state) const;

    /// \param out where to write the counts, as comma-separated values with a line of headings
    void WriteCsv(std::ostream& out) const;

  private:
    std::vector<Sample> m_samples; //!< at least one once the run has begun
};

} // namespace churn

#endif /* TOPOLOGY_CHURN_STATE_HISTORY_H */
