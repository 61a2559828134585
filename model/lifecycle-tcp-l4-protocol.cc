#include "lifecycle-tcp-l4-protocol.h"

#include "core/profiles.h"
#include "internal/lifecycle-core-types.h"
#include "internal/lifecycle-tcp-shell.h"
#include "lifecycle-tcp-flow-filter.h"
#include "lifecycle-tcp-model.h"
#include "lifecycle-tcp-socket-factory.h"
#include "lifecycle-tcp-socket.h"

#include "ns3/fatal-error.h"
#include "ns3/ipv4-header.h"
#include "ns3/ipv4-interface.h"
#include "ns3/ipv4-route.h"
#include "ns3/ipv4.h"
#include "ns3/ipv6-header.h"
#include "ns3/ipv6-interface.h"
#include "ns3/ipv6-route.h"
#include "ns3/ipv6.h"
#include "ns3/node.h"

namespace ns3
{

LifecycleTcpL4Protocol::LifecycleTcpL4Protocol()
    : m_shell(std::make_unique<LifecycleTcpShell>(*this, m_stateChange))
{
}

LifecycleTcpL4Protocol::~LifecycleTcpL4Protocol() = default;

// A part of the node.

namespace
{

/** Makes \p tcp what the network layer gives TCP's segments to. */
template <typename Ip>
void
TakeSlot(Ptr<Ip> ip, Ptr<TcpL4Protocol> tcp)
{
    const Ptr<IpL4Protocol> holder = ip->GetProtocol(TcpL4Protocol::PROT_NUMBER);
    if (holder == tcp)
    {
        return;
    }
    if (holder)
    {
        ip->Remove(holder); // else Insert() would warn of it
    }
    ip->Insert(tcp);
}

} // namespace

void
LifecycleTcpL4Protocol::AttachToIp()
{
    const Ptr<Node> node = GetObject<Node>();
    const Ptr<Ipv4> ipv4 = GetObject<Ipv4>();
    const Ptr<Ipv6> ipv6 = GetObject<Ipv6>();
    if (!m_shell || !node || (!ipv4 && !ipv6))
    {
        return;
    }
    SetNode(node);
    m_shell->SetNode(node, ipv4, ipv6);
    if (ipv4)
    {
        TakeSlot(ipv4, Ptr<TcpL4Protocol>(this));
        if (GetDownTarget().IsNull())
        {
            SetDownTarget(MakeCallback(&Ipv4::Send, ipv4));
        }
    }
    if (ipv6)
    {
        TakeSlot(ipv6, Ptr<TcpL4Protocol>(this));
        if (GetDownTarget6().IsNull())
        {
            SetDownTarget6(MakeCallback(&Ipv6::Send, ipv6));
        }
    }
    if (!m_hasFactory)
    {
        m_hasFactory = true;
        const Ptr<LifecycleTcpSocketFactory> factory = CreateObject<LifecycleTcpSocketFactory>();
        factory->SetTcp(this);
        node->AggregateObject(factory);
    }
}

void
LifecycleTcpL4Protocol::NotifyNewAggregate()
{
    AttachToIp();
    IpL4Protocol::NotifyNewAggregate(); // not TcpL4Protocol's: it would make a stock factory
}

void
LifecycleTcpL4Protocol::DoInitialize()
{
    AttachToIp(); // a stock TCP may have come later and taken our place
    const Ptr<Node> node = GetObject<Node>();
    if (node && m_filtersFlows)
    {
        LifecycleTcpFlowFilter::Install(node);
    }
    TcpL4Protocol::DoInitialize();
}

void
LifecycleTcpL4Protocol::DoDispose()
{
    m_shell.reset();
    TcpL4Protocol::DoDispose();
}

// Traffic.

namespace
{

// RFC 1122 §4.2.3.10: TCP has no business with anything but two hosts.

bool
IsForOneHost(const lifecycle::IpAddress& address)
{
    constexpr uint32_t MULTICAST = 0xe; // RFC 1112 §4: the first four bits
    constexpr uint32_t BROADCAST = 0xffffffff;
    return address.V4() >> 28 != MULTICAST && address.V4() != BROADCAST;
}

/** Whether an address is the broadcast address of a subnet on this interface. */
bool
IsForSubnet(Ipv4Address address, const Ipv4Interface& interface)
{
    bool isBroadcast = false;
    for (uint32_t i = 0; i < interface.GetNAddresses(); ++i)
    {
        const Ipv4InterfaceAddress own = interface.GetAddress(i);
        if (own.GetLocal() == address)
        {
            return false; // on a link of two, the last address is a host's (RFC 3021)
        }
        isBroadcast = isBroadcast || own.GetBroadcast() == address;
    }
    return isBroadcast;
}

} // namespace

IpL4Protocol::RxStatus
LifecycleTcpL4Protocol::Receive(Ptr<Packet> packet,
                                const Ipv4Header& header,
                                Ptr<Ipv4Interface> incomingInterface)
{
    const lifecycle::IpAddress source = ToCore(header.GetSource());
    const lifecycle::IpAddress destination = ToCore(header.GetDestination());
    if (!m_shell || !IsForOneHost(source) || !IsForOneHost(destination) ||
        IsForSubnet(header.GetDestination(), *incomingInterface))
    {
        return IpL4Protocol::RX_OK;
    }
    return m_shell->Receive(packet,
                            source,
                            destination,
                            static_cast<lifecycle::EcnCodepoint>(header.GetEcn()),
                            incomingInterface->GetDevice());
}

IpL4Protocol::RxStatus
LifecycleTcpL4Protocol::Receive(Ptr<Packet> packet,
                                const Ipv6Header& header,
                                Ptr<Ipv6Interface> incomingInterface)
{
    const Ipv6Address source = header.GetSource();
    const Ipv6Address destination = header.GetDestination();
    if (!m_shell || source.IsMulticast() || destination.IsMulticast())
    {
        return IpL4Protocol::RX_OK;
    }
    return m_shell->Receive(packet,
                            ToCore(source),
                            ToCore(destination),
                            static_cast<lifecycle::EcnCodepoint>(header.GetEcn()),
                            incomingInterface->GetDevice());
}

// For scripts.

Ptr<Socket>
LifecycleTcpL4Protocol::CreateSocket()
{
    if (!m_shell || !m_shell->GetNode())
    {
        NS_FATAL_ERROR("LifecycleTcpL4Protocol::CreateSocket: this TCP is not on a node with IPv4 "
                       "or IPv6; install InternetStackHelper on the node first.");
    }
    return m_shell->CreateSocket();
}

int64_t
LifecycleTcpL4Protocol::AssignStreams(int64_t stream)
{
    m_shell->SetStream(stream);
    return 1;
}

uint32_t
LifecycleTcpL4Protocol::GetSocketN() const
{
    return m_shell ? static_cast<uint32_t>(m_shell->Sockets().size()) : 0;
}

Ptr<LifecycleTcpSocket>
LifecycleTcpL4Protocol::GetSocket(uint32_t index) const
{
    return m_shell->Sockets()[index];
}

void
LifecycleTcpL4Protocol::SetProfile(const std::string& name)
{
    const std::optional<lifecycle::Profile> profile = lifecycle::FindProfile(name);
    if (!profile)
    {
        NS_FATAL_ERROR("LifecycleTcpL4Protocol::SetProfile: there is no profile \""
                       << name << "\"; say Linux, FreeBsd, Windows, Rfc9293 or Textbook.");
    }
    lifecycle::Config config = lifecycle::MakeConfig(*profile);
    if (m_hasSocketType)
    {
        config.data.congestion = GetConfig().data.congestion;
    }
    m_shell->SetConfig(config);
}

void
LifecycleTcpL4Protocol::SetModel(Ptr<LifecycleTcpModel> model)
{
    EditConfig([&](lifecycle::Config& config) { model->Apply(config); });
}

void
LifecycleTcpL4Protocol::PrepareModel(Ptr<LifecycleTcpModel> model) const
{
    model->StartFrom(GetConfig());
}

const lifecycle::Config&
LifecycleTcpL4Protocol::GetConfig() const
{
    return m_shell->GetConfig();
}

void
LifecycleTcpL4Protocol::EditConfig(const std::function<void(lifecycle::Config&)>& edit)
{
    lifecycle::Config config = m_shell->GetConfig();
    edit(config);
    m_shell->SetConfig(config);
}

} // namespace ns3
