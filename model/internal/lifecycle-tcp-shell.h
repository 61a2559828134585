#ifndef LIFECYCLE_TCP_SHELL_H
#define LIFECYCLE_TCP_SHELL_H

#include "core/address-book.h"
#include "core/endpoint.h"
#include "internal/lifecycle-ip-output.h"
#include "internal/lifecycle-owned-connections.h"
#include "internal/lifecycle-random.h"
#include "internal/lifecycle-socket-table.h"
#include "internal/lifecycle-wake-up.h"
#include "lifecycle-tcp-socket.h"
#include "lifecycle-tcp-types.h"

#include "ns3/ip-l4-protocol.h"
#include "ns3/net-device.h"
#include "ns3/node.h"
#include "ns3/packet.h"
#include "ns3/traced-callback.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <unordered_map>
#include <vector>

namespace ns3
{

/**
 * What stands between the TCP core of a node and the simulation: it hands segments and the time
 * to the core, and passes on what comes out of it: segments to IP, notices to sockets.
 *
 * After every call of the core comes Run(), which empties the core's outputs. Applications called
 * on the way may use their sockets, and so call the core again: the loop that is running already
 * takes care of what comes of it, so that everything happens in order.
 */
class LifecycleTcpShell
{
  public:
    using StateChangeTrace = TracedCallback<const LifecycleTcpTransition&>;

    /** Payload for a connection that is not accepted yet. */
    struct EarlyPayload
    {
        uint64_t offset;
        Ptr<Packet> packet;
    };

    /**
     * \param protocol whose down targets are used
     * \param stateChange told of every transition; outlives the shell
     */
    LifecycleTcpShell(const IpL4Protocol& protocol, StateChangeTrace& stateChange);
    /** Leaves the sockets that are still there without a node. */
    ~LifecycleTcpShell();

    /** \param node the node \param ipv4 null if it has none \param ipv6 null if it has none */
    void SetNode(Ptr<Node> node, Ptr<Ipv4> ipv4, Ptr<Ipv6> ipv6);
    Ptr<Node> GetNode() const;

    const lifecycle::Config& GetConfig() const;
    /** Replaces what sockets made later get. */
    void SetConfig(const lifecycle::Config& config);
    void SetStream(int64_t stream);

    /** \returns the core, made at the first call, once attributes and streams are set */
    lifecycle::Endpoint& Core()
    {
        return m_core ? *m_core : MakeCore();
    }

    /** \returns the core, null if it was never needed */
    const lifecycle::Endpoint* PeekCore() const;
    const LifecycleIpOutput& Output() const;

    Ptr<LifecycleTcpSocket> CreateSocket();

    /** \returns where the addresses of sockets are kept that are longer than IPv4's */
    lifecycle::AddressBook& Addresses()
    {
        return m_addresses;
    }

    /** \returns all sockets of the node, in the order in which they were made */
    const std::vector<LifecycleTcpSocket*>& Sockets();

    /**
     * Takes a segment from IP.
     * \param packet header and payload
     * \param source where it comes from
     * \param destination an address of this node
     * \param device by which it came
     */
    IpL4Protocol::RxStatus Receive(Ptr<Packet> packet,
                                   const lifecycle::IpAddress& source,
                                   const lifecycle::IpAddress& destination,
                                   lifecycle::EcnCodepoint ecn,
                                   Ptr<NetDevice> device);
    /**
     * Takes an ICMP message that a segment could not be delivered.
     * \param source of the segment, an address of this node
     * \param destination of the segment
     * \param header the first eight bytes of the segment
     * \param error what it says
     */
    void ReceiveIcmp(const lifecycle::IpAddress& source,
                     const lifecycle::IpAddress& destination,
                     const uint8_t header[8],
                     lifecycle::IcmpError error);

    /** The same of a message that the segment was too big for a link. \param mtu 0: not said */
    void ReceiveTooBig(const lifecycle::IpAddress& source,
                       const lifecycle::IpAddress& destination,
                       const uint8_t header[8],
                       uint32_t mtu);

    /** Passes on what the core has to say, and asks to be woken at its next deadline. */
    void Run();

    // Called by sockets.

    void Hold(lifecycle::ConnectionId id, Ptr<LifecycleTcpSocket> socket);
    void Hold(lifecycle::ListenerId id, Ptr<LifecycleTcpSocket> socket);
    void Release(lifecycle::ListenerId id);
    /**
     * Takes the connection that has waited longest out of a listener's queue, unless it is refused.
     * \returns its socket; null if none waits
     */
    Ptr<LifecycleTcpSocket> Accept(Ptr<LifecycleTcpSocket> listener);
    /**
     * \returns the place in the stream of the first byte not read, of a connection of which nothing
     * was kept before \p arrived came, the place of what is to be kept now
     */
    uint64_t FirstUnread(lifecycle::ConnectionId id, uint64_t arrived);
    /** A socket is no longer interested in its TIME_WAIT record. */
    void ForgetTimeWait(uint32_t index);
    /** A socket ceases to be. */
    void Leave(LifecycleTcpSocket& socket);
    /** \returns idle extras for a socket */
    std::unique_ptr<LifecycleSocketExtras> TakeExtras();
    /** Takes back idle extras, to be used again: data that is read at once needs some each time. */
    void SpareExtras(std::unique_ptr<LifecycleSocketExtras> extras);

    // For connections without sockets.

    /** \returns those connections */
    LifecycleOwnedConnections& Owned();
    /** Sends all that the core has to send now. */
    void SendAll();
    /** \returns what has arrived for a connection that is accepted now, and forgets it */
    std::vector<EarlyPayload> TakeEarlyPayload(lifecycle::ConnectionId id);

  private:
    void Run(lifecycle::Instant now);
    std::optional<lifecycle::Segment> Parse(const Packet& packet,
                                            const lifecycle::IpAddress& source,
                                            const lifecycle::IpAddress& destination,
                                            uint32_t& headerLength);
    void Keep(const lifecycle::Placement& placement, Ptr<Packet> payload);
    void OnDeadline();

    void Deliver(const lifecycle::Notice& notice);
    void DeliverStateChange(const lifecycle::Notice& notice);
    void DeliverClosed(const lifecycle::Notice& notice);
    void DeliverAcceptReady(const lifecycle::Notice& notice);
    bool SendNext(lifecycle::Instant now);
    Ptr<LifecycleTcpSocket> SenderOf(const lifecycle::OutSegment& out) const;

    lifecycle::Endpoint& MakeCore();
    Ptr<LifecycleTcpSocket> MakePrototype() const;
    void Join(LifecycleTcpSocket& socket);
    void CompactSockets();

    StateChangeTrace& m_stateChange;
    Ptr<Node> m_node;
    LifecycleIpOutput m_output;
    lifecycle::Config m_config;
    LifecycleRandom m_random;
    std::unique_ptr<lifecycle::Endpoint> m_core;
    LifecycleWakeUp m_wakeUp;
    bool m_isRunning{false};

    Ptr<LifecycleTcpSocket> m_prototype; //!< what new sockets are copies of
    LifecycleSocketTable<lifecycle::ConnectionId> m_connections;
    LifecycleSocketTable<lifecycle::ListenerId> m_listeners;
    LifecycleOwnedConnections m_owned{*this};
    std::unordered_map<uint32_t, LifecycleTcpSocket*> m_timeWaits; //!< those still held by somebody
    std::unordered_map<uint64_t, std::vector<EarlyPayload>> m_earlyPayload; //!< by Handle::Key()

    lifecycle::AddressBook m_addresses{0};
    std::vector<LifecycleTcpSocket*> m_sockets; //!< null where one has left
    std::size_t m_left{0};
    std::vector<std::unique_ptr<LifecycleSocketExtras>> m_spareExtras;
};

} // namespace ns3

#endif /* LIFECYCLE_TCP_SHELL_H */
