#include "light-device.h"

#include "light-network.h"

#include "ns3/callback.h"
#include "ns3/channel.h"
#include "ns3/ipv4-l3-protocol.h"

namespace churn
{

ns3::TypeId
LightDevice::GetTypeId()
{
    static ns3::TypeId tid =
        ns3::TypeId("churn::LightDevice").SetParent<ns3::NetDevice>().AddConstructor<LightDevice>();
    return tid;
}

void
LightDevice::SetNetwork(LightNetwork& network, uint32_t host)
{
    m_network = &network;
    m_host = host;
    const auto ip = m_node->GetObject<ns3::Ipv4L3Protocol>();
    m_interface = ip->GetInterface(ip->GetInterfaceForDevice(this));
    m_tcp = m_node->GetObject<ns3::TcpL4Protocol>();
    m_tcp->SetDownTarget(ns3::MakeCallback(&LightDevice::SendSegment, this));
}

void
LightDevice::Deliver(ns3::Ptr<ns3::Packet> segment, const ns3::Ipv4Header& header)
{
    m_tcp->Receive(segment, header, m_interface);
}

void
LightDevice::SendSegment(ns3::Ptr<ns3::Packet> segment,
                         ns3::Ipv4Address,
                         ns3::Ipv4Address destination,
                         uint8_t,
                         ns3::Ptr<ns3::Ipv4Route>)
{
    m_network->Send(m_host, segment, destination);
}

bool
LightDevice::Send(ns3::Ptr<ns3::Packet>, const ns3::Address&, uint16_t)
{
    return false;
}

bool
LightDevice::SendFrom(ns3::Ptr<ns3::Packet>, const ns3::Address&, const ns3::Address&, uint16_t)
{
    return false;
}

void
LightDevice::DoDispose()
{
    m_network = nullptr;
    m_node = nullptr;
    m_tcp = nullptr;
    m_interface = nullptr;
    ns3::NetDevice::DoDispose();
}

void
LightDevice::SetIfIndex(const uint32_t index)
{
    m_index = index;
}

uint32_t
LightDevice::GetIfIndex() const
{
    return m_index;
}

ns3::Ptr<ns3::Channel>
LightDevice::GetChannel() const
{
    return nullptr;
}

void
LightDevice::SetAddress(ns3::Address address)
{
    m_address = ns3::Mac48Address::ConvertFrom(address);
}

ns3::Address
LightDevice::GetAddress() const
{
    return m_address;
}

bool
LightDevice::SetMtu(const uint16_t mtu)
{
    m_mtu = mtu;
    return true;
}

uint16_t
LightDevice::GetMtu() const
{
    return m_mtu;
}

bool
LightDevice::IsLinkUp() const
{
    return true;
}

void
LightDevice::AddLinkChangeCallback(ns3::Callback<void>)
{
}

bool
LightDevice::IsBroadcast() const
{
    return true;
}

ns3::Address
LightDevice::GetBroadcast() const
{
    return ns3::Mac48Address::GetBroadcast();
}

bool
LightDevice::IsMulticast() const
{
    return false;
}

ns3::Address
LightDevice::GetMulticast(ns3::Ipv4Address group) const
{
    return ns3::Mac48Address::GetMulticast(group);
}

ns3::Address
LightDevice::GetMulticast(ns3::Ipv6Address address) const
{
    return ns3::Mac48Address::GetMulticast(address);
}

bool
LightDevice::IsPointToPoint() const
{
    return true;
}

bool
LightDevice::IsBridge() const
{
    return false;
}

ns3::Ptr<ns3::Node>
LightDevice::GetNode() const
{
    return m_node;
}

void
LightDevice::SetNode(ns3::Ptr<ns3::Node> node)
{
    m_node = node;
}

bool
LightDevice::NeedsArp() const
{
    return false;
}

void
LightDevice::SetReceiveCallback(ReceiveCallback)
{
}

void
LightDevice::SetPromiscReceiveCallback(PromiscReceiveCallback)
{
}

bool
LightDevice::SupportsSendFrom() const
{
    return false;
}

} // namespace churn
