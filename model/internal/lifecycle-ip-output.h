#ifndef LIFECYCLE_IP_OUTPUT_H
#define LIFECYCLE_IP_OUTPUT_H

#include "core/segment.h"

#include "ns3/ip-l4-protocol.h"
#include "ns3/ipv4.h"
#include "ns3/ipv6.h"
#include "ns3/net-device.h"
#include "ns3/packet.h"
#include "ns3/ptr.h"
#include "ns3/socket.h"

#include <cstdint>

namespace ns3
{

/** \returns the largest payload that a link takes: its MTU less IP and TCP header (RFC 9293 §3.7.1)
 */
uint16_t LinkMss(const NetDevice& device, bool isV4);

/** \returns the largest payload that fits an MTU which ICMP speaks of, 0 for one of 0: not said */
uint16_t PathMss(uint32_t mtu, bool isV4);

/** The way down: routes, and the network layers of a node. */
class LifecycleIpOutput
{
  public:
    /** Where packets to a destination go. */
    struct Path
    {
        Socket::SocketErrno error{Socket::ERROR_NOTERROR};
        lifecycle::IpAddress source; //!< the address of this node to use
        uint16_t linkMss{0};         //!< largest payload of a segment on the first link
    };

    /** \param protocol whose down targets are used */
    explicit LifecycleIpOutput(const IpL4Protocol& protocol);

    /**
     * Looks at ns-3's ChecksumEnabled, too, which costs too much to be asked for every segment.
     * \param ipv4 null if the node has none
     * \param ipv6 null if the node has none
     */
    void SetIp(Ptr<Ipv4> ipv4, Ptr<Ipv6> ipv6);

    /** \returns whether segments have checksums */
    bool HasChecksums() const
    {
        return m_hasChecksums;
    }

    /**
     * \param destination where to
     * \param device the only device to use, or null
     */
    Path Find(const lifecycle::IpAddress& destination, Ptr<NetDevice> device) const;

    /** \returns whether an interface of this node has the address */
    bool IsOwn(const lifecycle::IpAddress& address) const;

    /**
     * \param segment addressed from this node's point of view
     * \param packet its payload, with the tags of its socket; taken over
     * \param device the only device to use, or null
     */
    void Send(const lifecycle::Segment& segment,
              const Ptr<Packet>& packet,
              const Ptr<NetDevice>& device) const;

  private:
    void SendV4(const lifecycle::FourTuple& tuple,
                const Ptr<Packet>& packet,
                const Ptr<NetDevice>& device) const;
    void SendV6(const lifecycle::FourTuple& tuple,
                const Ptr<Packet>& packet,
                Ptr<NetDevice> device) const;
    Ptr<NetDevice> DeviceOf(const Ipv6Address& linkLocal) const;

    const IpL4Protocol& m_protocol;
    Ptr<Ipv4> m_ipv4;
    Ptr<Ipv6> m_ipv6;
    bool m_hasChecksums{false};
};

} // namespace ns3

#endif /* LIFECYCLE_IP_OUTPUT_H */
