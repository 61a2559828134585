#ifndef TOPOLOGY_CHURN_LIGHT_NETWORK_H
#define TOPOLOGY_CHURN_LIGHT_NETWORK_H

#include "arrival-queue.h"
#include "graph.h"
#include "light-device.h"

#include "ns3/data-rate.h"
#include "ns3/event-impl.h"
#include "ns3/ipv4-address.h"
#include "ns3/ipv4-header.h"
#include "ns3/nstime.h"
#include "ns3/packet.h"
#include "ns3/ptr.h"
#include "ns3/simple-ref-count.h"

#include <chrono>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <unordered_map>
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
    std::chrono::nanoseconds Of(uint32_t bytes);

  private:
    ns3::DataRate m_rate;                          //!< bits per second
    std::vector<std::chrono::nanoseconds> m_times; //!< by size, zero where nobody has asked
};

/// One direction of a link: a drop-tail queue, a transmitter and a wire.
class LightWire
{
  public:
    /**
     * \param times of packets at the rate of the wire, which outlive it
     * \param delay propagation delay
     * \param queuePackets how many packets may wait for the one being sent
     * \param host number of the host at the far end, if there is one
     */
    LightWire(SendingTimes& times,
              std::chrono::nanoseconds delay,
              uint32_t queuePackets,
              uint32_t host = NO_HOST);

    /**
     * Takes a packet.
     * \param now when, not before the last
     * \param bytes its size
     * \returns when it is at the far end; nothing if the queue is full
     */
    std::optional<Instant> Carry(Instant now, uint32_t bytes);

    /// \returns number of the host at the far end, or NO_HOST
    uint32_t GetHost() const
    {
        return m_host;
    }

    static constexpr uint32_t NO_HOST = UINT32_MAX; //!< there is a router

  private:
    SendingTimes& m_times;            //!< at the rate of the wire
    std::chrono::nanoseconds m_delay; //!< propagation delay
    Instant m_idleAt{0};              //!< when all that was taken so far is sent
    uint32_t m_queuePackets;          //!< room of the queue
    uint32_t m_host;                  //!< at the far end
    /// When each queued packet's turn comes, the past included; most wires have none ever.
    std::unique_ptr<std::deque<Instant>> m_waiting;
};

/**
 * \brief A network whose routers are queues and wires, without nodes and IP stacks.
 *
 * Packets take the paths that ns-3's nix-vector routing would choose and meet the same rates,
 * delays and queues at the same times; what is left out is the work that ns-3 does in each router,
 * and in the IPv4 of hosts, whose TCPs the network connects.
 * Nor is there a simulator event for each hop: what happens in the network is of no concern to
 * hosts until a packet takes its last wire, so that it is caught up with once in that wire's delay.
 * Time to live is not counted down.
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
     * Sends a TCP segment on its way, as long as it would be with an IPv4 header.
     * \param host number of the host it comes from
     * \param segment the segment, given away
     * \param destination where to
     */
    void Send(uint32_t host, ns3::Ptr<ns3::Packet> segment, ns3::Ipv4Address destination);

    /// \returns packets that found a queue full
    uint64_t GetDrops();

  private:
    class Delivery;

    /// A packet on the wire to its host.
    struct Landing
    {
        Instant time;    //!< when it is there
        uint32_t flight; //!< its number
    };

    /// A host's place in the network.
    struct Port
    {
        ns3::Ptr<LightDevice> device;      //!< the host's device
        ns3::Ipv4Address address;          //!< the host's address
        uint32_t router;                   //!< the router it hangs on
        std::unique_ptr<LightWire> up;     //!< towards the router
        std::unique_ptr<LightWire> down;   //!< towards the host
        ns3::Ptr<ns3::EventImpl> delivery; //!< brings packets, one after the other
        std::deque<Landing> landings;      //!< packets that are on the last wire
    };

    /// A link as a router sees it.
    struct Exit
    {
        uint32_t router;                 //!< at its other end
        std::unique_ptr<LightWire> wire; //!< towards it
    };

    /// The last step of a shortest path to a router.
    struct Step
    {
        uint32_t from; //!< the router before it
        uint32_t exit; //!< which of that router's exits
    };

    using Tree = std::vector<Step>; //!< to each router

    /// The way from one host to another.
    struct Path : public ns3::SimpleRefCount<Path>
    {
        std::vector<LightWire*> wires; //!< one after the other
        ns3::Ipv4Header header;        //!< of all packets, but for their length
    };

    /// A packet on its way.
    struct Flight
    {
        ns3::Ptr<const Path> path;     //!< where it goes
        ns3::Ptr<ns3::Packet> segment; //!< what it carries
    };

    /// A packet at the beginning of a wire: all that a router has to know of it.
    struct Hop
    {
        Instant time;           //!< when it is there
        LightWire* const* wire; //!< in the path of its flight
        uint32_t flight;        //!< its number
        uint32_t bytes;         //!< size of the packet
    };

    /// \returns the path from one host to another, found when first asked for
    const ns3::Ptr<const Path>& GetPath(uint32_t from, uint32_t to);
    /// Appends the wires of a shortest path between two routers.
    void FindPath(uint32_t from, uint32_t to, std::vector<LightWire*>& wires);
    /// \returns the shortest paths from a router, found when first asked for
    const Tree& GetTree(uint32_t root);

    /// Puts a packet on a wire.
    void TakeOff(Hop hop);
    /// Takes a packet out of the network.
    Flight End(uint32_t flight);
    /// Lets all happen that happens up to now.
    void CatchUp();
    /// Catches up soon enough for an arrival, whose packet may take its last wire then.
    void PlanCatchUp(Instant arrival);
    /// Catches up, and plans to do so again.
    void OnCatchUp();
    /// Hands the packet that has come to the end of its last wire to its host.
    void Deliver(uint32_t host);
    /// Has the next packet delivered when it has come to the end of the last wire.
    void PlanDelivery(const Port& port);

    /// \returns the times of a rate, which all wires of that rate share
    SendingTimes& GetTimes(ns3::DataRate rate);

    // Finding paths again is cheaper than keeping those of all hosts of a large map.
    static constexpr std::size_t MOST_PATHS = 16384;
    static constexpr std::size_t MOST_STEPS = 1000000; //!< of all trees

    std::map<uint64_t, SendingTimes> m_times;                   //!< by bits per second
    std::vector<std::vector<Exit>> m_exits;                     //!< of each router
    std::vector<Port> m_ports;                                  //!< of each host
    std::unordered_map<uint32_t, uint32_t> m_addresses;         //!< host of each IPv4 address
    std::unordered_map<uint64_t, ns3::Ptr<const Path>> m_paths; //!< by both hosts
    std::unordered_map<uint32_t, Tree> m_trees;                 //!< by the router at their root
    std::vector<Flight> m_flights;      //!< packets on their way, and places for more
    std::vector<uint32_t> m_landed;     //!< numbers of places in m_flights
    ArrivalQueue<Hop> m_hops;           //!< that are ahead
    std::optional<Instant> m_catchUpAt; //!< when it is planned to catch up
    std::chrono::nanoseconds m_lookahead{
        std::chrono::nanoseconds::max()}; //!< least delay of last wires
    uint32_t m_queuePackets;              //!< room of each queue
    uint64_t m_drops{0};                  //!< packets that found a queue full
};

} // namespace churn

#endif /* TOPOLOGY_CHURN_LIGHT_NETWORK_H */
