#ifndef TOPOLOGY_CHURN_LIGHT_NETWORK_H
#define TOPOLOGY_CHURN_LIGHT_NETWORK_H

#include "graph.h"
#include "light-device.h"

#include "ns3/data-rate.h"
#include "ns3/ipv4-address.h"
#include "ns3/nstime.h"
#include "ns3/packet.h"
#include "ns3/ptr.h"

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <unordered_map>
#include <utility>
#include <vector>

namespace churn
{

/// How long packets take to be sent at some rate, each length computed once: ns-3 divides slowly.
class SendingTimes
{
  public:
    /// \param rate bits per second
    explicit SendingTimes(ns3::DataRate rate);

    /// \param bytes size of a packet \returns how long it takes
    ns3::Time Of(uint32_t bytes);

  private:
    ns3::DataRate m_rate;           //!< bits per second
    std::vector<ns3::Time> m_times; //!< by size, zero where it has not been asked for
};

/// One direction of a link: a drop-tail queue, a transmitter and a wire.
class LightWire
{
  public:
    /**
     * \param times of packets at the rate of the wire, which outlive it
     * \param delay propagation delay
     * \param queuePackets how many packets may wait for the one being sent
     */
    LightWire(SendingTimes& times, ns3::Time delay, uint32_t queuePackets);

    /**
     * Takes a packet now.
     * \param bytes its size
     * \returns how long it takes to the far end, waiting included; nothing if the queue is full
     */
    std::optional<ns3::Time> Carry(uint32_t bytes);

  private:
    SendingTimes& m_times;           //!< at the rate of the wire
    ns3::Time m_delay;               //!< propagation delay
    uint32_t m_queuePackets;         //!< room of the queue
    ns3::Time m_idleAt;              //!< when all that was taken so far is sent
    std::deque<ns3::Time> m_waiting; //!< when each queued packet's turn comes
};

/**
 * \brief A network whose routers are queues and wires, without nodes and IP stacks.
 *
 * Packets take the paths that ns-3's nix-vector routing would choose and meet the same rates,
 * delays and queues at the same times; what is left out is the work that ns-3 does in each router:
 * one simulator event a hop remains. Time to live is not counted down.
 */
class LightNetwork
{
  public:
    /**
     * \param graph routers and links
     * \param rate of links between routers
     * \param delay of links between routers that have none in the graph
     * \param queuePackets room of each queue
     */
    LightNetwork(const Graph& graph, ns3::DataRate rate, ns3::Time delay, uint32_t queuePackets);

    /**
     * Attaches a host.
     * \param device the host's device
     * \param address the host's address
     * \param router index of the router it hangs on
     * \param rate of the access link
     * \param delay of the access link
     */
    void Attach(ns3::Ptr<LightDevice> device,
                ns3::Ipv4Address address,
                uint32_t router,
                ns3::DataRate rate,
                ns3::Time delay);

    /**
     * Sends an IPv4 packet on its way.
     * \param from device it comes from
     * \param packet the packet; its header says where to
     */
    void Send(const LightDevice& from, ns3::Ptr<const ns3::Packet> packet);

    /// \returns packets that found a queue full
    uint64_t GetDrops() const;

  private:
    /// A host's place in the network.
    struct Port
    {
        ns3::Ptr<LightDevice> device;    //!< the host's device
        uint32_t router;                 //!< the router it hangs on
        std::unique_ptr<LightWire> up;   //!< towards the router
        std::unique_ptr<LightWire> down; //!< towards the host
    };

    /// A link as a router sees it.
    struct Exit
    {
        uint32_t router;                 //!< at its other end
        std::unique_ptr<LightWire> wire; //!< towards it
    };

    class Flight;

    /// The way from one host to another.
    struct Path
    {
        std::vector<LightWire*> wires; //!< one after the other
        ns3::Ptr<LightDevice> device;  //!< at the end
        uint32_t context;              //!< node that it is on
    };

    /// \returns the path from one host to another, found when first asked for
    const Path& GetPath(uint32_t from, uint32_t to);
    /// Appends the wires of a shortest path between two routers.
    void FindPath(uint32_t from, uint32_t to, std::vector<LightWire*>& wires) const;

    /// \returns the times of a rate, which all wires of that rate share
    SendingTimes& GetTimes(ns3::DataRate rate);

    std::map<uint64_t, SendingTimes> m_times;           //!< by bits per second
    std::vector<std::vector<Exit>> m_exits;             //!< of each router
    std::vector<Port> m_ports;                          //!< of each host
    std::unordered_map<uint32_t, uint32_t> m_addresses; //!< host of each IPv4 address
    std::unordered_map<uint64_t, Path> m_paths;         //!< by both hosts
    uint32_t m_queuePackets;                            //!< room of each queue
    uint64_t m_drops{0};                                //!< packets that found a queue full
};

} // namespace churn

#endif /* TOPOLOGY_CHURN_LIGHT_NETWORK_H */
