#ifndef LIFECYCLE_TCP_L4_PROTOCOL_H
#define LIFECYCLE_TCP_L4_PROTOCOL_H

#include "lifecycle-tcp-connection-owner.h"
#include "lifecycle-tcp-types.h"

#include "ns3/address.h"
#include "ns3/packet.h"
#include "ns3/ptr.h"
#include "ns3/tcp-l4-protocol.h"
#include "ns3/traced-callback.h"

#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

namespace lifecycle
{
struct Config;
} // namespace lifecycle

namespace ns3
{

class LifecycleTcpModel;
class LifecycleTcpShell;
class LifecycleTcpSocket;

/**
 * \ingroup tcp-lifecycle
 * \brief The lifecycle TCP of a node: connects the TCP core to IP and to ns-3's sockets.
 *
 * LifecycleTcpHelper::Install() gives it to nodes. Where a script does without the helper,
 * `InternetStackHelper::SetTcp("ns3::LifecycleTcpL4Protocol")` does it up to ns-3.38, and
 * aggregating one to a node that has no TCP yet does it in all versions.
 *
 * Its attributes are what sockets made afterwards start with. A socket has attributes of its own
 * as well, and what a script changes of ns3::TcpSocket's with Config::SetDefault() goes before
 * the attributes here. Of the attributes inherited from TcpL4Protocol, SocketType chooses the
 * congestion control unless it is ns-3's default; RecoveryType and RttEstimatorType have no effect.
 * SocketList is ours, so that paths such as
 * `/NodeList/0/$ns3::TcpL4Protocol/SocketList/0/CongestionWindow` lead to this TCP's sockets.
 */
class LifecycleTcpL4Protocol : public TcpL4Protocol
{
  public:
    /**
     * \brief Get the type ID.
     * \returns the object TypeId
     */
    static TypeId GetTypeId();

    LifecycleTcpL4Protocol();
    ~LifecycleTcpL4Protocol() override;

    /** \returns a new socket; TcpL4Protocol's functions of this name make stock sockets */
    Ptr<Socket> CreateSocket();

    /**
     * \brief Sets every value to that of a system; attributes set afterwards change it further.
     *
     * It is a fatal error, reported in one sentence, if there is no such profile.
     * \param name Linux, FreeBsd, Windows, Rfc9293 or Textbook
     */
    void SetProfile(const std::string& name);

    /**
     * \brief Lets a model govern sockets made from now on.
     * \param model a TcpHandshakeModel, TcpTimeWaitModel or TcpKeepaliveModel, or one of a script
     */
    void SetModel(Ptr<LifecycleTcpModel> model);

    /**
     * \brief Gives a model this node's values to start from.
     * \param model whose attributes are then set
     */
    void PrepareModel(Ptr<LifecycleTcpModel> model) const;

    /** \returns how many sockets the node has in each state, half-open and TIME_WAIT included */
    LifecycleTcpCensus GetCensus() const;

    /** \returns a line for each listener, half-open request, connection and TIME_WAIT record */
    std::vector<LifecycleTcpConnectionInfo> GetConnections() const;

    /** \returns how many connections are in CLOSE_WAIT, and for how long; O(all connections) */
    LifecycleTcpCloseWaits GetCloseWaits() const;

    /** \returns what has happened since the node began */
    LifecycleTcpCounters GetCounters() const;

    /**
     * \brief Fixes the random stream that initial sequence numbers and ports come from.
     *
     * To be called before the first segment: what has been drawn by then stays as it is.
     * \param stream the stream index
     * \returns the number of streams used, 1
     */
    int64_t AssignStreams(int64_t stream);

    // Connections without sockets: see LifecycleTcpConnectionOwner. They get what the attributes
    // here say; ns3::TcpSocket's, which Config::SetDefault() changes for sockets, are not looked
    // at.

    /** What governs connections that are to differ from the node's. */
    using ConfigPtr = std::shared_ptr<const lifecycle::Config>;

    /** \returns what the node has now, with the values and decisions of \p model */
    ConfigPtr MakeConfig(Ptr<LifecycleTcpModel> model) const;

    /** \returns what the node has now, with keepalive on */
    ConfigPtr MakeKeepaliveConfig() const;

    /**
     * \brief Opens a connection.
     * \param owner told of what becomes of it; it must Leave() before it ceases to be
     * \param tag the owner's number for it
     * \param remote an InetSocketAddress or Inet6SocketAddress
     * \param config null: what the node has
     * \returns the connection; none if there is no route, or no local port left
     */
    LifecycleTcpConnectionId Open(LifecycleTcpConnectionOwner& owner,
                                  uint32_t tag,
                                  const Address& remote,
                                  ConfigPtr config = nullptr);

    /**
     * \brief Takes connections, each as soon as it stands.
     * \param owner told of them; it must Leave() before it ceases to be
     * \param local an InetSocketAddress or Inet6SocketAddress, of which the port must be set
     * \param config null: what the node has
     * \returns the listener; none if the port is taken
     */
    LifecycleTcpListenerId Listen(LifecycleTcpConnectionOwner& owner,
                                  const Address& local,
                                  ConfigPtr config = nullptr);

    /** \brief Takes no more connections. Those that are accepted stay as they are. */
    void StopListening(LifecycleTcpListenerId listener);

    /** \brief Changes the owner's number for a connection. */
    void SetTag(LifecycleTcpConnectionId connection, uint32_t tag);

    /**
     * \brief Writes zeros, of which none is kept anywhere.
     * \returns how many there was room for
     */
    uint32_t Write(LifecycleTcpConnectionId connection, uint32_t bytes);

    /**
     * \brief Writes a packet, or as much of its front as there is room for.
     * \returns how many bytes of it
     */
    uint32_t Write(LifecycleTcpConnectionId connection, Ptr<const Packet> packet);

    /** \returns the room for Write(), bytes */
    uint32_t GetWriteSpace(LifecycleTcpConnectionId connection) const;

    /** \returns bytes that have arrived in order and are not read */
    uint64_t GetReadable(LifecycleTcpConnectionId connection) const;

    /** \returns bytes written that the peer has not acknowledged */
    uint64_t GetUnacked(LifecycleTcpConnectionId connection) const;

    /**
     * \brief Reads, and throws away, what has arrived.
     * \param most at most so many bytes
     * \returns how many
     */
    uint32_t Skip(LifecycleTcpConnectionId connection, uint32_t most);

    /**
     * \brief Reads what has arrived, if the owner WantsContent().
     * \param most at most so many bytes
     * \returns it, null if there is nothing
     */
    Ptr<Packet> Read(LifecycleTcpConnectionId connection, uint32_t most);

    /** \brief Closes both directions, as close(2) does. OnClosed() follows when all is done. */
    void Close(LifecycleTcpConnectionId connection);

    /** \brief Sends a RST and forgets. OnClosed() follows. */
    void Abort(LifecycleTcpConnectionId connection);

    /** \returns the address and port of this side, an invalid address if it is not there */
    Address GetLocal(LifecycleTcpConnectionId connection) const;

    /** \returns the address and port of the other side, an invalid address if it is not there */
    Address GetPeer(LifecycleTcpConnectionId connection) const;

    /** \returns the owned connection with this index now; if there is none, its id names nothing */
    LifecycleTcpConnectionOwner::Connection GetConnection(uint32_t index) const;

    /** \brief Calls \p visit for all connections of an owner; it must not open or close any. */
    void ForEachConnection(
        const LifecycleTcpConnectionOwner& owner,
        const std::function<void(const LifecycleTcpConnectionOwner::Connection&)>& visit) const;

    /** \brief Tells an owner nothing any more; its connections stay as they are. */
    void Leave(const LifecycleTcpConnectionOwner& owner);

    // From IpL4Protocol.
    IpL4Protocol::RxStatus Receive(Ptr<Packet> packet,
                                   const Ipv4Header& header,
                                   Ptr<Ipv4Interface> incomingInterface) override;
    IpL4Protocol::RxStatus Receive(Ptr<Packet> packet,
                                   const Ipv6Header& header,
                                   Ptr<Ipv6Interface> incomingInterface) override;
    void ReceiveIcmp(Ipv4Address icmpSource,
                     uint8_t icmpTtl,
                     uint8_t icmpType,
                     uint8_t icmpCode,
                     uint32_t icmpInfo,
                     Ipv4Address payloadSource,
                     Ipv4Address payloadDestination,
                     const uint8_t payload[8]) override;
    void ReceiveIcmp(Ipv6Address icmpSource,
                     uint8_t icmpTtl,
                     uint8_t icmpType,
                     uint8_t icmpCode,
                     uint32_t icmpInfo,
                     Ipv6Address payloadSource,
                     Ipv6Address payloadDestination,
                     const uint8_t payload[8]) override;

  protected:
    void DoInitialize() override;
    void DoDispose() override;
    void NotifyNewAggregate() override;
    void NotifyConstructionCompleted() override;

  private:
    template <typename Owner, typename Value, typename Getter, typename Setter>
    friend class LifecycleConfigAccessor;

    const lifecycle::Config& GetConfig() const;
    void EditConfig(const std::function<void(lifecycle::Config&)>& edit);
    void SetSocketType(TypeId type);
    TypeId GetSocketType() const;
    void AttachToIp();
    uint32_t GetSocketN() const;
    Ptr<LifecycleTcpSocket> GetSocket(uint32_t index) const;

    TracedCallback<const LifecycleTcpTransition&> m_stateChange; //!< of all connections
    std::unique_ptr<LifecycleTcpShell> m_shell;                  //!< null once disposed of
    bool m_hasSocketType{false};                                 //!< SocketType was set
    bool m_hasFactory{false};                                    //!< the node has our factory
    bool m_filtersFlows{true};                                   //!< the attribute FlowFilter
};

} // namespace ns3

#endif /* LIFECYCLE_TCP_L4_PROTOCOL_H */
