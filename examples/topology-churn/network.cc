#include "network.h"

#include "light-device.h"
#include "random.h"

#include "ns3/callback.h"
#include "ns3/data-rate.h"
#include "ns3/internet-stack-helper.h"
#include "ns3/ipv4-address-helper.h"
#include "ns3/ipv4-global-routing-helper.h"
#include "ns3/ipv4-static-routing-helper.h"
#include "ns3/nix-vector-helper.h"
#include "ns3/point-to-point-helper.h"
#include "ns3/queue-size.h"
#include "ns3/uinteger.h"

#include <numeric>
#include <utility>

namespace churn
{

namespace
{

/// Indices of routers in random order.
std::vector<uint32_t>
Shuffle(std::size_t count, Random random)
{
    std::vector<uint32_t> order(count);
    std::iota(order.begin(), order.end(), 0);
    for (auto left = count; left > 1; --left)
    {
        std::swap(order[left - 1], order[random.Below(left)]);
    }
    return order;
}

/// Makes ns-3's point-to-point links, each an IP network of its own.
class Linker
{
  public:
    Linker(const Options& options, std::shared_ptr<uint64_t> drops)
        : m_onDrop(ns3::MakeBoundCallback(&Linker::OnDrop, drops))
    {
        m_link.SetDeviceAttribute("Mtu", ns3::UintegerValue(options.mtu));
        m_link.SetQueue("ns3::DropTailQueue<Packet>",
                        "MaxSize",
                        ns3::QueueSizeValue(ns3::QueueSize(ns3::PACKETS, options.queuePackets)));
        if (!options.fqCoDel)
        {
            // Devices without flow control get no queue disc from the address helper.
            m_link.DisableFlowControl();
        }
        m_addresses.SetBase("10.0.0.0", "255.255.255.252");
    }

    void SetRate(ns3::DataRate rate)
    {
        m_link.SetDeviceAttribute("DataRate", ns3::DataRateValue(rate));
    }

    /// Links two nodes; returns the address of the first.
    ns3::Ipv4Address Connect(ns3::Ptr<ns3::Node> a, ns3::Ptr<ns3::Node> b, ns3::Time delay)
    {
        m_link.SetChannelAttribute("Delay", ns3::TimeValue(delay));
        const auto devices = m_link.Install(a, b);
        for (auto device = devices.Begin(); device != devices.End(); ++device)
        {
            (*device)->TraceConnectWithoutContext("MacTxDrop", m_onDrop);
        }
        const auto interfaces = m_addresses.Assign(devices);
        m_addresses.NewNetwork();
        return interfaces.GetAddress(0);
    }

  private:
    static void OnDrop(std::shared_ptr<uint64_t> drops, ns3::Ptr<const ns3::Packet>)
    {
        ++*drops;
    }

    ns3::PointToPointHelper m_link;     //!< makes devices and channels
    ns3::Ipv4AddressHelper m_addresses; //!< hands out a network for each link
    ns3::Callback<void, ns3::Ptr<const ns3::Packet>> m_onDrop; //!< counts drops
};

void
BuildFromNodes(const Graph& graph,
               const Options& options,
               const ns3::NodeContainer& hosts,
               const std::vector<uint32_t>& order,
               Network& network)
{
    ns3::NodeContainer routers;
    for (const auto& router : graph.routers)
    {
        routers.Add(router.node ? router.node : ns3::CreateObject<ns3::Node>());
    }
    ns3::InternetStackHelper internet;
    internet.SetIpv6StackInstall(false);
    if (options.routing == Routing::NIX)
    {
        internet.SetRoutingHelper(ns3::Ipv4NixVectorHelper());
    }
    internet.Install(hosts);
    internet.Install(routers);

    network.drops = std::make_shared<uint64_t>(0);
    Linker linker(options, network.drops);
    linker.SetRate(options.linkRate);
    for (const auto& link : graph.links)
    {
        linker.Connect(routers.Get(link.a),
                       routers.Get(link.b),
                       link.delay.value_or(options.delay));
    }
    linker.SetRate(options.accessRate);
    for (uint32_t host = 0; host < hosts.GetN(); ++host)
    {
        const auto router = routers.Get(order[host % order.size()]);
        const auto address = linker.Connect(hosts.Get(host), router, options.accessDelay);
        if (host >= options.clients)
        {
            network.serverAddresses.push_back(address);
        }
    }
    if (options.routing == Routing::GLOBAL)
    {
        ns3::Ipv4GlobalRoutingHelper::PopulateRoutingTables();
    }
}

void
BuildFromWires(const Graph& graph,
               const Options& options,
               const ns3::NodeContainer& hosts,
               const std::vector<uint32_t>& order,
               Network& network)
{
    // To the hosts all of it is one network behind their only device.
    ns3::InternetStackHelper internet;
    internet.SetIpv6StackInstall(false);
    internet.SetRoutingHelper(ns3::Ipv4StaticRoutingHelper());
    internet.Install(hosts);
    ns3::Ipv4AddressHelper addresses("10.0.0.0", "255.0.0.0");

    network.light = std::make_unique<LightNetwork>(graph,
                                                   options.linkRate,
                                                   options.delay,
                                                   options.queuePackets);
    for (uint32_t host = 0; host < hosts.GetN(); ++host)
    {
        auto device = ns3::CreateObject<LightDevice>();
        device->SetAddress(ns3::Mac48Address::Allocate());
        device->SetMtu(options.mtu);
        hosts.Get(host)->AddDevice(device);
        const auto address = addresses.Assign(ns3::NetDeviceContainer(device)).GetAddress(0);
        network.light->Attach(device,
                              address,
                              order[host % order.size()],
                              options.accessRate,
                              options.accessDelay);
        if (host >= options.clients)
        {
            network.serverAddresses.push_back(address);
        }
    }
}

} // namespace

uint64_t
Network::GetDrops() const
{
    return light ? light->GetDrops() : *drops;
}

Network
BuildNetwork(const Graph& graph, const Options& options, TcpStack& stack)
{
    Network network;
    network.clients.Create(options.clients);
    network.servers.Create(options.servers);
    const ns3::NodeContainer hosts(network.clients, network.servers);
    stack.Install(hosts);
    const auto order = Shuffle(graph.routers.size(), Random(options.seed, 2));
    if (options.routing == Routing::LIGHT)
    {
        BuildFromWires(graph, options, hosts, order, network);
    }
    else
    {
        BuildFromNodes(graph, options, hosts, order, network);
    }
    return network;
}

} // namespace churn
