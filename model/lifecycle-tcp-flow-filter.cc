#include "lifecycle-tcp-flow-filter.h"

#include "ns3/hash.h"
#include "ns3/ipv4-queue-disc-item.h"
#include "ns3/ipv6-queue-disc-item.h"
#include "ns3/node.h"
#include "ns3/packet.h"
#include "ns3/queue-disc.h"
#include "ns3/tcp-l4-protocol.h"
#include "ns3/traffic-control-layer.h"
#include "ns3/udp-l4-protocol.h"
#include "ns3/uinteger.h"

#include <array>
#include <cstddef>

namespace ns3
{

NS_OBJECT_ENSURE_REGISTERED(LifecycleTcpFlowFilter);

namespace
{

bool
HasPorts(uint8_t protocol)
{
    return protocol == TcpL4Protocol::PROT_NUMBER || protocol == UdpL4Protocol::PROT_NUMBER;
}

/**
 * The hash that ns-3 makes of a flow.
 * \tparam LENGTH of an address, bytes
 * \param packet begins with the ports
 */
template <std::size_t LENGTH, typename Address>
uint32_t
HashFlow(Address source,
         Address destination,
         uint8_t protocol,
         const Packet& packet,
         uint32_t perturbation)
{
    constexpr uint32_t PORTS = 4; // bytes
    std::array<uint8_t, 2 * LENGTH + 1 + PORTS + sizeof(perturbation)> flow{};
    uint8_t* next = flow.data();
    source.Serialize(next);
    next += LENGTH;
    destination.Serialize(next);
    next += LENGTH;
    *next++ = protocol;
    packet.CopyData(next, PORTS);
    next += PORTS;
    for (int shift = 24; shift >= 0; shift -= 8)
    {
        *next++ = static_cast<uint8_t>(perturbation >> shift);
    }
    return Hash32(reinterpret_cast<const char*>(flow.data()), flow.size());
}

uint32_t
HashItem(const QueueDiscItem& item, uint32_t perturbation)
{
    if (const auto* v4 = dynamic_cast<const Ipv4QueueDiscItem*>(&item))
    {
        const Ipv4Header& header = v4->GetHeader();
        if (HasPorts(header.GetProtocol()) && header.GetFragmentOffset() == 0)
        {
            return HashFlow<4>(header.GetSource(),
                               header.GetDestination(),
                               header.GetProtocol(),
                               *item.GetPacket(),
                               perturbation);
        }
    }
    else if (const auto* v6 = dynamic_cast<const Ipv6QueueDiscItem*>(&item))
    {
        const Ipv6Header& header = v6->GetHeader();
        if (HasPorts(header.GetNextHeader()))
        {
            return HashFlow<16>(header.GetSource(),
                                header.GetDestination(),
                                header.GetNextHeader(),
                                *item.GetPacket(),
                                perturbation);
        }
    }
    return item.Hash(perturbation);
}

} // namespace

TypeId
LifecycleTcpFlowFilter::GetTypeId()
{
    static const TypeId tid =
        TypeId("ns3::LifecycleTcpFlowFilter")
            .SetParent<PacketFilter>()
            .SetGroupName("TrafficControl")
            .AddConstructor<LifecycleTcpFlowFilter>()
            .AddAttribute("Perturbation",
                          "The salt of the hash, as the queue disc's own",
                          UintegerValue(0),
                          MakeUintegerAccessor(&LifecycleTcpFlowFilter::m_perturbation),
                          MakeUintegerChecker<uint32_t>());
    return tid;
}

uint32_t
LifecycleTcpFlowFilter::Install(Ptr<Node> node)
{
    const Ptr<TrafficControlLayer> layer = node->GetObject<TrafficControlLayer>();
    uint32_t given = 0;
    for (uint32_t i = 0; layer && i < node->GetNDevices(); ++i)
    {
        if (const Ptr<QueueDisc> root = layer->GetRootQueueDiscOnDevice(node->GetDevice(i)))
        {
            given += InstallOn(root);
        }
    }
    return given;
}

uint32_t
LifecycleTcpFlowFilter::InstallOn(Ptr<QueueDisc> queueDisc)
{
    UintegerValue perturbation; // who has one hashes flows
    uint32_t given = 0;
    if (queueDisc->GetNPacketFilters() == 0 &&
        queueDisc->GetAttributeFailSafe("Perturbation", perturbation))
    {
        const Ptr<LifecycleTcpFlowFilter> filter = CreateObject<LifecycleTcpFlowFilter>();
        filter->m_perturbation = static_cast<uint32_t>(perturbation.Get());
        queueDisc->AddPacketFilter(filter);
        ++given;
    }
    for (std::size_t i = 0; i < queueDisc->GetNQueueDiscClasses(); ++i)
    {
        given += InstallOn(queueDisc->GetQueueDiscClass(i)->GetQueueDisc());
    }
    return given;
}

bool
LifecycleTcpFlowFilter::CheckProtocol(Ptr<QueueDiscItem>) const
{
    return true; // what no filter knows would be dropped
}

int32_t
LifecycleTcpFlowFilter::DoClassify(Ptr<QueueDiscItem> item) const
{
    const auto hash = static_cast<int32_t>(HashItem(*item, m_perturbation));
    return hash == PF_NO_MATCH ? 0 : hash; // the one value that cannot be said
}

} // namespace ns3
