#ifndef TOPOLOGY_CHURN_OPTIONS_H
#define TOPOLOGY_CHURN_OPTIONS_H

#include "ns3/data-rate.h"
#include "ns3/nstime.h"

#include <cstdint>
#include <optional>
#include <string>

namespace churn
{

/// What routers are made of, and how they find paths.
enum class Routing
{
    LIGHT,  //!< queues and wires (see LightNetwork)
    NIX,    //!< ns-3 nodes with nix-vector routing
    GLOBAL, //!< ns-3 nodes with global routing
};

/// Which side of a connection closes it first, and so keeps it in TIME_WAIT.
enum class Closer
{
    CLIENT,
    SERVER,
};

/// What the user asked for.
struct Options
{
    // Topology
    std::string topology;       //!< file name; empty to generate one
    std::string format{"auto"}; //!< auto, rocketfuel, inet, orbis or graphml
    uint32_t nodes{300};        //!< routers of a generated topology
    ns3::DataRate linkRate;     //!< links between routers
    ns3::Time delay;            //!< links between routers whose file does not tell
    ns3::DataRate accessRate;   //!< links between hosts and routers
    ns3::Time accessDelay;      //!< links between hosts and routers
    uint32_t queuePackets{0};   //!< drop-tail queue of each device
    uint32_t mtu{0};            //!< of every device, bytes
    bool fqCoDel{false};        //!< whether devices have a FqCoDel queue disc
    Routing routing{Routing::LIGHT};

    // Workload
    uint32_t connections{0}; //!< how many to open
    std::string sizes;       //!< distribution of response sizes, or file name
    uint32_t clients{0};     //!< client hosts
    uint32_t servers{0};     //!< server hosts
    double arrivalRate{0};   //!< connections opened per second
    Closer closer{Closer::SERVER};

    // TCP
    std::string tcp;         //!< lifecycle, population or stock
    ns3::Time msl;           //!< maximum segment lifetime; TIME_WAIT lasts twice that
    uint32_t bufferBytes{0}; //!< send and receive buffer of each socket

    // Run
    uint64_t seed{1};         //!< of everything random
    ns3::Time maxTime;        //!< simulated time at which to give up
    ns3::Time maxCpu;         //!< processor time at which to give up, zero for never
    ns3::Time sampleInterval; //!< simulated time between two counts of socket states
    bool drain{false};        //!< whether to go on until TIME_WAIT is empty

    // Output
    std::string json;     //!< file name, "-" for standard output, empty for none
    std::string csv;      //!< file name, "-" for standard output, empty for none
    bool quiet{false};    //!< no report for people, no progress
    bool progress{false}; //!< progress even if standard error is no terminal
};

/**
 * \param argc as in main()
 * \param argv as in main()
 * \param help receives the text to print if the user asked for help
 * \returns the options, or nothing if the user asked for help; throws UserError
 */
std::optional<Options> ParseOptions(int argc, const char* const* argv, std::string& help);

} // namespace churn

#endif /* TOPOLOGY_CHURN_OPTIONS_H */
