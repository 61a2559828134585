#ifndef TOPOLOGY_CHURN_EXPERIMENT_H
#define TOPOLOGY_CHURN_EXPERIMENT_H

#include "connection-log.h"
#include "graph.h"
#include "options.h"
#include "progress.h"
#include "size-distribution.h"
#include "state-history.h"

#include <cstdint>

namespace churn
{

/// What a run costs the machine; it differs from one run to the next.
struct Cost
{
    double setupSeconds{0};      //!< wall-clock time to build the network
    double runSeconds{0};        //!< wall-clock time of the simulation
    double cpuSeconds{0};        //!< processor time of the simulation
    uint64_t peakMemoryBytes{0}; //!< most memory the process ever held, set-up included
    uint64_t setupHeapBytes{0};  //!< what was allocated when the network was built
    uint64_t mostHeapBytes{0};   //!< most that was allocated when states were counted
};

/// Why a run was over.
enum class End
{
    FINISHED,    //!< nothing was left to do
    MAX_TIME,    //!< as much simulated time as it might take
    MAX_CPU,     //!< as much processor time as it might take
    INTERRUPTED, //!< the user stopped it
};

/// All that the reports are made from.
struct Result
{
    Options options;           //!< what was asked for
    std::string topology;      //!< description of the map
    Simplification simplified; //!< what was taken out of the map
    uint32_t routers{0};       //!< of the map used
    uint32_t links{0};         //!< of the map used
    std::string sizes;         //!< name of the size distribution
    double meanSize{0};        //!< its mean, bytes
    ConnectionLog connections; //!< what became of the connections
    StateHistory states;       //!< sockets in each state over time
    uint64_t drops{0};         //!< packets that found a queue full
    uint64_t bytes{0};         //!< of responses, unfinished ones included, that arrived
    ns3::Time transferTime;    //!< in which they arrived
    ns3::Time endTime;         //!< simulated time at the end
    uint64_t events{0};        //!< simulator events executed
    End end{End::FINISHED};    //!< why it was over
    Cost cost;                 //!< time and memory
};

/**
 * Builds the network, runs the workload until every connection has ended, and cleans up.
 * \param options what to run
 * \param progress told of all that happens
 * \returns what came out; throws UserError for a bad input file
 */
Result RunExperiment(const Options& options, Progress& progress);

} // namespace churn

#endif /* TOPOLOGY_CHURN_EXPERIMENT_H */
