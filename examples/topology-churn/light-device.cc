#include "light-device.h"

#include "light-network.h"

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
}

uint32_t
LightDevice::GetHost() const
{
    return m_host;
}

void
LightDevice::Deliver(ns3::Ptr<ns3::Packet> packet)
{
    m_receive(this, packet, ns3::Ipv4L3Protocol::PROT_NUMBER, m_address);
}

bool
LightDevice::Send(ns3::Ptr<ns3::Packet> packet, const ns3::Address&, uint16_t protocol)
{
    if (protocol != ns3::Ipv4L3Protocol::PROT_NUMBER)
    {
        return false;
    }
    m_network->Send(*this, packet);
    return true;
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
    m_receive.Nullify();
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
LightDevice::SetReceiveCallback(ReceiveCallback callback)
{
    m_receive = callback;
}

void
LightDevice::SetPromiscReceiveCallback(PromiscReceiveCallback)
{
    // The network brings no packet that is for another host.
}

bool
LightDevice::SupportsSendFrom() const
{
    return false;
}

} // namespace churn
