#include "lifecycle-tcp-helper.h"

#include "internal/lifecycle-ns3-compat.h"
#include "lifecycle-tcp-flow-filter.h"
#include "lifecycle-tcp-l4-protocol.h"
#include "lifecycle-tcp-model.h"
#include "lifecycle-tcp-socket-factory.h"

#include "ns3/fatal-error.h"
#include "ns3/internet-stack-helper.h"
#include "ns3/ipv4.h"
#include "ns3/ipv6.h"
#include "ns3/node.h"
#include "ns3/tcp-l4-protocol.h"
#include "ns3/tcp-socket-factory.h"

namespace ns3
{

/**
 * The lifecycle TCP of a node that has no network layer yet, in versions of ns-3 whose
 * InternetStackHelper always makes a stock TCP.
 *
 * ns-3 does not let a TcpL4Protocol be aggregated where there is one, but does let one of a derived
 * class follow: so this waits until the stock TCP is complete, then puts the lifecycle TCP in front
 * of it. The stock one stays on the node, without sockets and without segments.
 */
class LifecycleTcpInstallation : public Object
{
  public:
    static TypeId GetTypeId();

    Ptr<LifecycleTcpL4Protocol> tcp; //!< what is to be installed; null once it is

  protected:
    void NotifyNewAggregate() override;
    void DoInitialize() override;
    void DoDispose() override;

  private:
    void Complete();
};

NS_OBJECT_ENSURE_REGISTERED(LifecycleTcpInstallation);

namespace
{

/** Makes a look-up on \p node by type \p Base find \p object before others that are one. */
template <typename Base, typename Derived>
void
PutInFront(Ptr<Node> node)
{
    // ns-3 keeps what is looked up most in front.
    while (!DynamicCast<Derived>(node->GetObject<Base>()))
    {
        node->GetObject<Derived>();
        node->GetObject<Derived>();
    }
}

} // namespace

TypeId
LifecycleTcpInstallation::GetTypeId()
{
    static const TypeId tid = TypeId("ns3::LifecycleTcpInstallation")
                                  .SetParent<Object>()
                                  .SetGroupName("Internet")
                                  .HideFromDocumentation();
    return tid;
}

void
LifecycleTcpInstallation::NotifyNewAggregate()
{
    const Ptr<Ipv4> ipv4 = GetObject<Ipv4>();
    const Ptr<Ipv6> ipv6 = GetObject<Ipv6>();
    const bool stockHasIpv4 = ipv4 && ipv4->GetProtocol(TcpL4Protocol::PROT_NUMBER);
    const bool stockHasIpv6 = ipv6 && ipv6->GetProtocol(TcpL4Protocol::PROT_NUMBER);
    if (tcp && (stockHasIpv4 || stockHasIpv6))
    {
        Complete();
    }
    Object::NotifyNewAggregate();
}

void
LifecycleTcpInstallation::DoInitialize()
{
    if (tcp)
    {
        Complete(); // the script has put the node together itself, and made no stock TCP
    }
    Object::DoInitialize();
}

void
LifecycleTcpInstallation::DoDispose()
{
    tcp = nullptr;
    Object::DoDispose();
}

void
LifecycleTcpInstallation::Complete()
{
    const Ptr<Node> node = GetObject<Node>();
    if (node->GetObject<LifecycleTcpL4Protocol>())
    {
        NS_FATAL_ERROR("Node " << node->GetId()
                               << " gets the lifecycle TCP from LifecycleTcpHelper and once more; "
                                  "leave out InternetStackHelper::SetTcp.");
    }
    const Ptr<LifecycleTcpL4Protocol> installed = tcp;
    tcp = nullptr;
    node->AggregateObject(installed);
    PutInFront<TcpL4Protocol, LifecycleTcpL4Protocol>(node);
    if (node->GetObject<TcpSocketFactory>())
    {
        PutInFront<TcpSocketFactory, LifecycleTcpSocketFactory>(node);
    }
}

LifecycleTcpHelper::LifecycleTcpHelper()
{
    m_factory.SetTypeId(LifecycleTcpL4Protocol::GetTypeId());
}

void
LifecycleTcpHelper::SetAttribute(std::string name, const AttributeValue& value)
{
    m_factory.Set(name, value);
    m_attributes.emplace_back(name, value.Copy());
}

void
LifecycleTcpHelper::SetProfile(std::string name)
{
    m_profile = std::move(name);
}

Ptr<LifecycleTcpL4Protocol>
LifecycleTcpHelper::MakeTcp() const
{
    const Ptr<LifecycleTcpL4Protocol> tcp = m_factory.Create<LifecycleTcpL4Protocol>();
    if (!m_profile.empty())
    {
        tcp->SetProfile(m_profile);
        for (const Setting& attribute : m_attributes)
        {
            tcp->SetAttribute(attribute.first, *attribute.second);
        }
    }
    for (const Model& wanted : m_models)
    {
        if (wanted.type.empty())
        {
            continue;
        }
        ObjectFactory factory;
        factory.SetTypeId(wanted.type);
        const Ptr<LifecycleTcpModel> model =
            DynamicCast<LifecycleTcpModel>(factory.Create<Object>());
        if (!model)
        {
            NS_FATAL_ERROR("LifecycleTcpHelper: " << wanted.type
                                                  << " is not a model; derive it from "
                                                     "TcpHandshakeModel, TcpTimeWaitModel or "
                                                     "TcpKeepaliveModel.");
        }
        tcp->PrepareModel(model);
        for (const Setting& setting : wanted.settings)
        {
            model->SetAttribute(setting.first, *setting.second);
        }
        tcp->SetModel(model);
    }
    return tcp;
}

void
LifecycleTcpHelper::Install(NodeContainer nodes) const
{
    for (auto node = nodes.Begin(); node != nodes.End(); ++node)
    {
        Install(*node);
    }
}

void
LifecycleTcpHelper::Install(Ptr<Node> node) const
{
    if (GetTcp(node))
    {
        NS_FATAL_ERROR("LifecycleTcpHelper::Install: node "
                       << node->GetId() << " has the lifecycle TCP already; install it once.");
    }
    if (node->GetObject<TcpL4Protocol>())
    {
        NS_FATAL_ERROR("LifecycleTcpHelper::Install: node "
                       << node->GetId()
                       << " has a TCP already; call it before InternetStackHelper::Install.");
    }
    const Ptr<LifecycleTcpL4Protocol> tcp = MakeTcp();
    const bool hasIp = node->GetObject<Ipv4>() || node->GetObject<Ipv6>();
    if (!AlwaysMakesTcp<InternetStackHelper>() || hasIp)
    {
        node->AggregateObject(tcp);
        return;
    }
    const Ptr<LifecycleTcpInstallation> installation = CreateObject<LifecycleTcpInstallation>();
    installation->tcp = tcp;
    node->AggregateObject(installation);
}

void
LifecycleTcpHelper::InstallAll() const
{
    Install(NodeContainer::GetGlobal());
}

int64_t
LifecycleTcpHelper::AssignStreams(NodeContainer nodes, int64_t stream)
{
    int64_t used = 0;
    for (auto node = nodes.Begin(); node != nodes.End(); ++node)
    {
        if (const Ptr<LifecycleTcpL4Protocol> tcp = GetTcp(*node))
        {
            used += tcp->AssignStreams(stream + used);
        }
    }
    return used;
}

uint32_t
LifecycleTcpHelper::InstallFlowFilters(NodeContainer nodes)
{
    uint32_t given = 0;
    for (auto node = nodes.Begin(); node != nodes.End(); ++node)
    {
        given += LifecycleTcpFlowFilter::Install(*node);
    }
    return given;
}

Ptr<LifecycleTcpL4Protocol>
LifecycleTcpHelper::GetTcp(Ptr<Node> node)
{
    const Ptr<LifecycleTcpInstallation> pending = node->GetObject<LifecycleTcpInstallation>();
    if (pending && pending->tcp)
    {
        return pending->tcp;
    }
    return node->GetObject<LifecycleTcpL4Protocol>();
}

} // namespace ns3
