#include "internal/lifecycle-ip-output.h"

#include "internal/lifecycle-core-types.h"
#include "internal/lifecycle-tcp-header.h"

#include "ns3/buffer.h"
#include "ns3/ipv4-header.h"
#include "ns3/ipv4-route.h"
#include "ns3/ipv4-routing-protocol.h"
#include "ns3/ipv6-header.h"
#include "ns3/ipv6-route.h"
#include "ns3/ipv6-routing-protocol.h"
#include "ns3/node.h"
#include "ns3/tcp-l4-protocol.h"

#include <algorithm>
#include <cstddef>
#include <vector>

namespace ns3
{

namespace
{

constexpr uint32_t V4_HEADERS = 40;   // 20 of IPv4, 20 of TCP
constexpr uint32_t V6_HEADERS = 60;   // 40 of IPv6, 20 of TCP
constexpr uint32_t SMALLEST_MSS = 48; // Linux TCP_MIN_SND_MSS

/** Asks the routing protocol of a network layer, which may be missing. */
template <typename Ip, typename Header>
LifecycleIpOutput::Path
Ask(Ptr<Ip> ip, const Header& header, Ptr<NetDevice> device)
{
    LifecycleIpOutput::Path path;
    if (!ip || !ip->GetRoutingProtocol())
    {
        path.error = Socket::ERROR_AFNOSUPPORT;
        return path;
    }
    path.error = Socket::ERROR_NOROUTETOHOST;
    const auto route = ip->GetRoutingProtocol()->RouteOutput(nullptr, header, device, path.error);
    if (route)
    {
        path.error = Socket::ERROR_NOTERROR;
        path.source = ToCore(route->GetSource());
        path.linkMss = LinkMss(*route->GetOutputDevice(), path.source.IsV4());
    }
    return path;
}

/** Puts the congestion bits (RFC 3168 §5) beside what the socket has asked for in this byte. */
template <typename Tag, typename Get, typename Set>
void
AddEcn(uint8_t ecn, Packet& packet, Get get, Set set)
{
    Tag tag;
    const uint8_t asked = packet.RemovePacketTag(tag) ? get(tag) : 0;
    set(tag, static_cast<uint8_t>((asked & ~3U) | ecn));
    packet.AddPacketTag(tag);
}

void
MarkEcn(const lifecycle::Segment& segment, Packet& packet)
{
    if (segment.ecn == lifecycle::EcnCodepoint::NotEct)
    {
        return;
    }
    const auto ecn = static_cast<uint8_t>(segment.ecn);
    if (segment.tuple.remote.IsV4())
    {
        AddEcn<SocketIpTosTag>(
            ecn,
            packet,
            [](const SocketIpTosTag& tag) { return tag.GetTos(); },
            [](SocketIpTosTag& tag, uint8_t value) { tag.SetTos(value); });
    }
    else
    {
        AddEcn<SocketIpv6TclassTag>(
            ecn,
            packet,
            [](const SocketIpv6TclassTag& tag) { return tag.GetTclass(); },
            [](SocketIpv6TclassTag& tag, uint8_t value) { tag.SetTclass(value); });
    }
}

/**
 * Fills ns-3's list of memory that was a packet's before. It takes back what is at least as large
 * as any before (Buffer::Recycle), which after the first SYN, with its options, no segment of data
 * is; and a packet for which the list has nothing is moved to larger memory for each header.
 */
void
StockPacketMemory()
{
    constexpr uint32_t HEADERS = 128;       // 60 of TCP, 40 of IPv6, and a link's
    constexpr std::size_t MOST_KEPT = 1000; // Buffer::Recycle takes no more
    std::vector<Buffer> buffers(MOST_KEPT);
    for (Buffer& buffer : buffers)
    {
        buffer.AddAtStart(HEADERS);
    }
}

} // namespace

uint16_t
LinkMss(const NetDevice& device, bool isV4)
{
    const uint32_t headers = isV4 ? V4_HEADERS : V6_HEADERS;
    const uint32_t mtu = std::max<uint32_t>(device.GetMtu(), headers + SMALLEST_MSS);
    return static_cast<uint16_t>(mtu - headers);
}

uint16_t
PathMss(uint32_t mtu, bool isV4)
{
    const uint32_t headers = isV4 ? V4_HEADERS : V6_HEADERS;
    return mtu <= headers ? 0 : static_cast<uint16_t>(std::min(mtu - headers, 65535U));
}

LifecycleIpOutput::LifecycleIpOutput(const IpL4Protocol& protocol)
    : m_protocol(protocol)
{
}

void
LifecycleIpOutput::SetIp(Ptr<Ipv4> ipv4, Ptr<Ipv6> ipv6)
{
    m_ipv4 = ipv4;
    m_ipv6 = ipv6;
    m_hasChecksums = Node::ChecksumEnabled();
    [[maybe_unused]] static const bool isStocked = (StockPacketMemory(), true);
}

LifecycleIpOutput::Path
LifecycleIpOutput::Find(const lifecycle::IpAddress& destination, Ptr<NetDevice> device) const
{
    if (destination.IsV4())
    {
        Ipv4Header header;
        header.SetDestination(ToIpv4(destination));
        return Ask(m_ipv4, header, device);
    }
    Ipv6Header header;
    header.SetDestination(ToIpv6(destination));
    return Ask(m_ipv6, header, device);
}

bool
LifecycleIpOutput::IsOwn(const lifecycle::IpAddress& address) const
{
    return address.IsV4() ? m_ipv4 && m_ipv4->GetInterfaceForAddress(ToIpv4(address)) >= 0
                          : m_ipv6 && m_ipv6->GetInterfaceForAddress(ToIpv6(address)) >= 0;
}

void
LifecycleIpOutput::Send(const lifecycle::Segment& segment,
                        const Ptr<Packet>& packet,
                        const Ptr<NetDevice>& device) const
{
    LifecycleTcpHeader header(segment);
    if (m_hasChecksums)
    {
        header.AddChecksum(segment.tuple, *packet);
    }
    packet->AddHeader(header);
    MarkEcn(segment, *packet);
    if (segment.tuple.remote.IsV4())
    {
        SendV4(segment.tuple, packet, device);
    }
    else
    {
        SendV6(segment.tuple, packet, device);
    }
}

void
LifecycleIpOutput::SendV4(const lifecycle::FourTuple& tuple,
                          const Ptr<Packet>& packet,
                          const Ptr<NetDevice>& device) const
{
    const Ptr<Ipv4RoutingProtocol> routing = m_ipv4 ? m_ipv4->GetRoutingProtocol() : nullptr;
    if (!routing)
    {
        return; // the node is being taken down
    }
    const Ipv4Address source = ToIpv4(tuple.local);
    const Ipv4Address destination = ToIpv4(tuple.remote);
    Ipv4Header header;
    header.SetSource(source);
    header.SetDestination(destination);
    header.SetProtocol(TcpL4Protocol::PROT_NUMBER);
    Socket::SocketErrno error;
    const Ptr<Ipv4Route> route = routing->RouteOutput(packet, header, device, error);
    // Without a route too: IPv4 counts and traces what it has to drop.
    m_protocol.GetDownTarget()(packet, source, destination, TcpL4Protocol::PROT_NUMBER, route);
}

void
LifecycleIpOutput::SendV6(const lifecycle::FourTuple& tuple,
                          const Ptr<Packet>& packet,
                          Ptr<NetDevice> device) const
{
    if (!m_ipv6 || !m_ipv6->GetRoutingProtocol())
    {
        return; // the node is being taken down
    }
    const Ipv6Address source = ToIpv6(tuple.local);
    const Ipv6Address destination = ToIpv6(tuple.remote);
    if (!device && source.IsLinkLocal())
    {
        device = DeviceOf(source); // only this link knows the peer
    }
    Ipv6Header header;
    header.SetSource(source);
    header.SetDestination(destination);
    header.SetNextHeader(TcpL4Protocol::PROT_NUMBER);
    Socket::SocketErrno error;
    const Ptr<Ipv6Route> route =
        m_ipv6->GetRoutingProtocol()->RouteOutput(packet, header, device, error);
    m_protocol.GetDownTarget6()(packet, source, destination, TcpL4Protocol::PROT_NUMBER, route);
}

Ptr<NetDevice>
LifecycleIpOutput::DeviceOf(const Ipv6Address& linkLocal) const
{
    const int32_t interface = m_ipv6->GetInterfaceForAddress(linkLocal);
    return interface < 0 ? nullptr : m_ipv6->GetNetDevice(static_cast<uint32_t>(interface));
}

} // namespace ns3
