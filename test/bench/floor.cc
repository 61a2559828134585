#include "floor.h"

#include "internal/lifecycle-tcp-header.h"
#include "network.h"

#include "ns3/ipv4-header.h"
#include "ns3/ipv4-interface.h"
#include "ns3/ipv4-route.h"
#include "ns3/ipv4-routing-protocol.h"
#include "ns3/socket.h"
#include "ns3/tcp-l4-protocol.h"

#include <algorithm>

namespace bench
{

using namespace ns3;

namespace
{

/// A header with timestamps, as those of full segments: FqCoDel looks into it.
const LifecycleTcpHeader&
Header()
{
    static const LifecycleTcpHeader header = [] {
        lifecycle::Segment segment;
        segment.flags = lifecycle::Flag::ACK;
        segment.options.timestamps = lifecycle::Timestamps{};
        return LifecycleTcpHeader(segment);
    }();
    return header;
}

} // namespace

Ptr<Floor>
Floor::Install(Ptr<Node> node, Ipv4Address peer)
{
    const Ptr<Floor> floor = CreateObject<Floor>();
    const Ptr<Ipv4> ipv4 = node->GetObject<Ipv4>();
    ipv4->Remove(ipv4->GetProtocol(TcpL4Protocol::PROT_NUMBER));
    ipv4->Insert(floor);
    floor->SetDownTarget(MakeCallback(&Ipv4::Send, ipv4));
    floor->m_ipv4 = ipv4;
    floor->m_own = ipv4->GetAddress(1, 0).GetLocal();
    floor->m_peer = peer;
    return floor;
}

void
Floor::Start(uint64_t segments, uint64_t window)
{
    m_left = segments;
    for (uint64_t i = 0; i < window && m_left > 0; ++i)
    {
        --m_left;
        Send(FULL_SEGMENT);
    }
}

void
Floor::Send(uint32_t payload)
{
    const Ptr<Packet> packet = Create<Packet>(payload);
    packet->AddHeader(Header());
    Ipv4Header header;
    header.SetSource(m_own);
    header.SetDestination(m_peer);
    header.SetProtocol(TcpL4Protocol::PROT_NUMBER);
    Socket::SocketErrno error;
    const Ptr<Ipv4Route> route =
        m_ipv4->GetRoutingProtocol()->RouteOutput(packet, header, nullptr, error);
    m_down(packet, m_own, m_peer, TcpL4Protocol::PROT_NUMBER, route);
}

uint64_t
Floor::GetReceived() const
{
    return m_received;
}

int
Floor::GetProtocolNumber() const
{
    return TcpL4Protocol::PROT_NUMBER;
}

IpL4Protocol::RxStatus
Floor::Receive(Ptr<Packet> packet, const Ipv4Header&, Ptr<Ipv4Interface>)
{
    const uint32_t payload = packet->GetSize() - Header().GetSerializedSize();
    m_received += payload;
    if (payload > 0)
    {
        m_owesAck = !m_owesAck;
        if (!m_owesAck)
        {
            Send(0);
        }
    }
    else
    {
        Start(m_left, 2);
    }
    return RX_OK;
}

IpL4Protocol::RxStatus
Floor::Receive(Ptr<Packet>, const Ipv6Header&, Ptr<Ipv6Interface>)
{
    return RX_OK;
}

void
Floor::SetDownTarget(DownTargetCallback callback)
{
    m_down = callback;
}

void
Floor::SetDownTarget6(DownTargetCallback6)
{
}

IpL4Protocol::DownTargetCallback
Floor::GetDownTarget() const
{
    return m_down;
}

IpL4Protocol::DownTargetCallback6
Floor::GetDownTarget6() const
{
    return {};
}

} // namespace bench
