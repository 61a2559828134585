#ifndef TOPOLOGY_CHURN_NETWORK_H
#define TOPOLOGY_CHURN_NETWORK_H

#include "graph.h"
#include "light-network.h"
#include "options.h"
#include "tcp-stack.h"

#include "ns3/ipv4-address.h"
#include "ns3/node-container.h"

#include <cstdint>
#include <memory>
#include <vector>

namespace churn
{

/// The simulated network.
struct Network
{
    std::unique_ptr<LightNetwork> light;           //!< routers and links, unless ns-3's are used
    std::shared_ptr<uint64_t> drops;               //!< packets dropped by ns-3's devices
    ns3::NodeContainer clients;                    //!< hosts that open connections
    ns3::NodeContainer servers;                    //!< hosts that answer
    std::vector<ns3::Ipv4Address> serverAddresses; //!< in the order of servers

    /// \returns packets that found a queue full so far
    uint64_t GetDrops() const;
};

/**
 * Builds a map in ns-3 and hangs hosts on it, each by an access link of its own on a router drawn
 * at random; two hosts share a router only once every router has one.
 * \param graph a connected map
 * \param options rates, delays, queues, routing, number of hosts
 * \param stack the TCP to put on the hosts
 * \returns the hosts
 */
Network BuildNetwork(const Graph& graph, const Options& options, TcpStack& stack);

} // namespace churn

#endif /* TOPOLOGY_CHURN_NETWORK_H */
