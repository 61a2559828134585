#ifndef LIFECYCLE_BENCH_NETWORK_H
#define LIFECYCLE_BENCH_NETWORK_H

#include "bench.h"

#include "ns3/callback.h"
#include "ns3/ipv4-address.h"
#include "ns3/net-device.h"
#include "ns3/node-container.h"
#include "ns3/nstime.h"
#include "ns3/point-to-point-net-device.h"
#include "ns3/ptr.h"
#include "ns3/socket.h"

#include <cstdint>
#include <string>
#include <vector>

/// The networks of the benchmarks: the same with either TCP.
namespace bench
{

/// A link of two.
struct Link
{
    std::string rate{"10Gbps"};
    ns3::Time delay;
    uint32_t queuePackets{100}; ///< of each device
    bool fqCoDel{false};        ///< before each device's queue; else no queue disc
};

/// Payload of a full segment: what timestamps leave of an MTU of 1500 bytes.
constexpr uint32_t FULL_SEGMENT = 1448;

/**
 * Sets defaults so that both fill segments with FULL_SEGMENT bytes and have the same buffers.
 * \param tcp which one
 * \param buffer bytes, for sending and for receiving
 */
void SetDataDefaults(Tcp tcp, uint32_t buffer);

/// What a TCP is to be like.
struct Stack
{
    ns3::Time timeWait{ns3::Seconds(240)};
    bool keepalive{false};  ///< stock TCP has none
    uint32_t backlog{4096}; ///< of a listener, half-open or to be accepted; stock TCP has no limit
};

/**
 * Installs IPv4 and a TCP.
 * \param tcp which one; this module's with the profile Linux
 * \param nodes where
 * \param stack what it is to be like
 */
void InstallStack(Tcp tcp, const ns3::NodeContainer& nodes, const Stack& stack = {});

/// What Connect() has made.
struct Ends
{
    ns3::Ptr<ns3::PointToPointNetDevice> device; ///< at the far end
    ns3::Ipv4Address address;                    ///< of the far end
};

/**
 * Puts a link, with a subnet of its own, between two nodes.
 * \param near one of them
 * \param far the other
 * \param link what it is like
 * \returns its far end
 */
Ends Connect(ns3::Ptr<ns3::Node> near, ns3::Ptr<ns3::Node> far, const Link& link);

/**
 * Has a device lose packets that arrive.
 * \param device which one
 * \param probability that a packet is lost
 */
void LosePackets(ns3::Ptr<ns3::NetDevice> device, double probability);

/// Clients, each with a link to one server.
struct Star
{
    /**
     * \param tcp of all nodes
     * \param clients how many
     * \param link what each link is like
     * \param stack what it is to be like
     */
    Star(Tcp tcp, uint32_t clients, const Link& link, const Stack& stack = {});

    ns3::NodeContainer clients;
    ns3::Ptr<ns3::Node> server;
    std::vector<ns3::Ipv4Address> addresses; ///< of the server, as each client reaches it
};

/**
 * \param node which is to listen
 * \param port on all its addresses
 * \param accepted called with each connection
 * \returns the listening socket
 */
ns3::Ptr<ns3::Socket> Listen(
    ns3::Ptr<ns3::Node> node,
    uint16_t port,
    ns3::Callback<void, ns3::Ptr<ns3::Socket>, const ns3::Address&> accepted);

} // namespace bench

#endif /* LIFECYCLE_BENCH_NETWORK_H */
