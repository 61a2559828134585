#ifndef LIFECYCLE_TCP_L4_PROTOCOL_H
#define LIFECYCLE_TCP_L4_PROTOCOL_H

#include "lifecycle-tcp-types.h"

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
};

} // namespace ns3

#endif /* LIFECYCLE_TCP_L4_PROTOCOL_H */
