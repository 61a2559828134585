// A million connections: clients on hundreds of hosts open connections, without a Socket for each,
// to servers on hundreds of others; keepalive is on. Prints what that costs: time, memory,
// simulator events.
//
//   population                                1,000,000 connections over 1,000 hosts, 1,500 nodes
//   population --layout=tree                  the same hosts on edge routers around a core
//   population --connections=100000 --hosts=200 --hold=3h
//
// Routes are static (or by nix-vectors: --routing=nix), and devices have no queue disc (unless
// --queueDiscs), because FqCoDel on every device costs more than all of TCP.

#include "ns3/application-container.h"
#include "ns3/boolean.h"
#include "ns3/command-line.h"
#include "ns3/inet-socket-address.h"
#include "ns3/internet-stack-helper.h"
#include "ns3/ipv4-address-helper.h"
#include "ns3/ipv4-static-routing-helper.h"
#include "ns3/lifecycle-tcp-helper.h"
#include "ns3/lifecycle-tcp-l4-protocol.h"
#include "ns3/lifecycle-tcp-population-client.h"
#include "ns3/lifecycle-tcp-population-helper.h"
#include "ns3/nix-vector-helper.h"
#include "ns3/node-container.h"
#include "ns3/object-factory.h"
#include "ns3/point-to-point-helper.h"
#include "ns3/rng-seed-manager.h"
#include "ns3/simulator.h"
#include "ns3/string.h"
#include "ns3/uinteger.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <iomanip>
#include <iostream>
#include <malloc.h>
#include <sstream>
#include <string>
#include <sys/resource.h>
#include <unistd.h>
#include <vector>

using namespace ns3;

namespace
{

struct Options
{
    uint32_t connections{1000000};
    uint32_t hosts{1000};
    Time spread{Seconds(20)};
    Time hold{Seconds(0)};
    bool keepalive{true};
    bool queueDiscs{false};
    std::string layout{"sites"};
    std::string routing{"static"};
    uint32_t seed{1};
};

// What the machine says.

double
WallSeconds()
{
    using Clock = std::chrono::steady_clock;
    static const Clock::time_point start = Clock::now();
    return std::chrono::duration<double>(Clock::now() - start).count();
}

/** Processor time, which does not grow if the machine has other things to do. */
double
CpuSeconds()
{
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    return static_cast<double>(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
           1e-6 * static_cast<double>(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec);
}

/** Bytes that the process has allocated and not freed, as its allocator counts them. */
uint64_t
HeapBytes()
{
#if defined(__GLIBC__) && (__GLIBC__ > 2 || __GLIBC_MINOR__ >= 33)
    const struct mallinfo2 info = mallinfo2();
    return info.uordblks + info.hblkhd;
#else
    return 0;
#endif
}

uint64_t
PeakMemory()
{
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    return usage.ru_maxrss * uint64_t{1024};
}

std::string
Megabytes(uint64_t bytes)
{
    std::ostringstream text;
    text << std::fixed << std::setprecision(1) << static_cast<double>(bytes) / 1e6 << " MB";
    return text.str();
}

// The network.

/**
 * Clients and as many servers, each with an access link. In a tree they hang on edge routers, and
 * these on a core router; with sites, a client, a server and a router are a site of their own.
 */
class AccessNetwork
{
  public:
    explicit AccessNetwork(const Options& options)
        : m_options(options)
    {
        const uint32_t pairs = options.hosts / 2;
        m_clients.Create(pairs);
        m_servers.Create(pairs);
        m_hosts = NodeContainer(m_clients, m_servers);
        const bool isTree = options.layout == "tree";
        const auto edges = static_cast<uint32_t>(std::ceil(std::sqrt(options.hosts)));
        m_edges.Create(isTree ? edges : pairs);
        m_core.Create(isTree ? 1 : 0);

        LifecycleTcpHelper tcp;
        tcp.SetKeepaliveModel("ns3::TcpKeepaliveModel", "Enabled", BooleanValue(options.keepalive));
        tcp.Install(m_hosts);
        LifecycleTcpHelper::AssignStreams(m_hosts, 1000);
        InstallInternet();

        if (!options.queueDiscs)
        {
            m_link.DisableFlowControl(); // the address helper then adds no queue disc
        }
        m_link.SetQueue("ns3::DropTailQueue<Packet>", "MaxSize", StringValue("10000p"));
        for (uint32_t edge = 0; edge < m_edges.GetN() && isTree; ++edge)
        {
            ConnectEdge(edge);
        }
        m_used.resize(m_edges.GetN());
        for (uint32_t pair = 0; pair < pairs; ++pair)
        {
            ConnectHost(m_clients.Get(pair), pair % m_edges.GetN());
            const uint32_t edge = (isTree ? pair + 1 : pair) % m_edges.GetN();
            m_serverAddresses.push_back(ConnectHost(m_servers.Get(pair), edge));
        }
    }

    const NodeContainer& GetHosts() const
    {
        return m_hosts;
    }

    const NodeContainer& GetClients() const
    {
        return m_clients;
    }

    const NodeContainer& GetServers() const
    {
        return m_servers;
    }

    /** \returns the address of a server; its client is the one with the same number */
    Ipv4Address GetServerAddress(uint32_t server) const
    {
        return m_serverAddresses[server];
    }

    uint32_t GetNodeN() const
    {
        return m_hosts.GetN() + m_edges.GetN() + m_core.GetN();
    }

  private:
    void InstallInternet()
    {
        InternetStackHelper internet;
        internet.SetIpv6StackInstall(false);
        if (m_options.routing == "nix")
        {
            internet.SetRoutingHelper(Ipv4NixVectorHelper());
        }
        else
        {
            internet.SetRoutingHelper(Ipv4StaticRoutingHelper());
        }
        internet.Install(m_hosts);
        internet.Install(m_edges);
        internet.Install(m_core);
    }

    /** Links two nodes. \returns the address of the first */
    Ipv4Address Connect(Ptr<Node> a, Ptr<Node> b, uint32_t network)
    {
        Ipv4AddressHelper addresses(Ipv4Address(network), Ipv4Mask("255.255.255.252"));
        return addresses.Assign(m_link.Install(a, b)).GetAddress(0);
    }

    /** Adds a route to what is behind the interface made last. */
    void Route(Ptr<Node> node, uint32_t network, const char* mask)
    {
        if (m_options.routing == "static")
        {
            const Ptr<Ipv4> ip = node->GetObject<Ipv4>();
            m_routing.GetStaticRouting(ip)->AddNetworkRouteTo(Ipv4Address(network),
                                                              mask,
                                                              ip->GetNInterfaces() - 1);
        }
    }

    /** The network behind an edge router: 4096 addresses, a link of a host takes four. */
    static uint32_t NetworkOf(uint32_t edge)
    {
        constexpr uint32_t TEN = 10U << 24;
        return TEN + edge * 4096;
    }

    void ConnectEdge(uint32_t edge)
    {
        constexpr uint32_t CORE = (172U << 24) + (16U << 16);
        m_link.SetDeviceAttribute("DataRate", StringValue("100Gbps"));
        m_link.SetChannelAttribute("Delay", StringValue("5ms"));
        Connect(m_edges.Get(edge), m_core.Get(0), CORE + 4 * edge);
        Route(m_edges.Get(edge), 0, "0.0.0.0");
        Route(m_core.Get(0), NetworkOf(edge), "255.255.240.0");
    }

    Ipv4Address ConnectHost(Ptr<Node> host, uint32_t edge)
    {
        m_link.SetDeviceAttribute("DataRate", StringValue("10Gbps"));
        m_link.SetChannelAttribute("Delay", StringValue("1ms"));
        const Ipv4Address address =
            Connect(host, m_edges.Get(edge), NetworkOf(edge) + 4 * m_used[edge]++);
        Route(host, 0, "0.0.0.0");
        return address;
    }

    const Options& m_options;
    NodeContainer m_clients;
    NodeContainer m_servers;
    NodeContainer m_hosts; //!< all of them
    NodeContainer m_edges;
    NodeContainer m_core;
    PointToPointHelper m_link;
    Ipv4StaticRoutingHelper m_routing;
    std::vector<uint32_t> m_used; //!< hosts of each edge so far
    std::vector<Ipv4Address> m_serverAddresses;
};

// The run.

uint64_t
CountEstablished(const NodeContainer& hosts)
{
    uint64_t established = 0;
    for (auto host = hosts.Begin(); host != hosts.End(); ++host)
    {
        established += LifecycleTcpHelper::GetTcp(*host)->GetCensus()[TcpSocket::ESTABLISHED];
    }
    return established;
}

/** Shows how far it is, and stops when all ends of all connections stand, or at \p latest. */
void
Watch(const NodeContainer* hosts, uint64_t wanted, Time latest)
{
    const uint64_t established = CountEstablished(*hosts);
    if (isatty(STDERR_FILENO) != 0)
    {
        std::cerr << "\r" << established / 2 << " of " << wanted / 2 << " connections, "
                  << std::fixed << std::setprecision(1) << WallSeconds() << " s" << std::flush;
        std::cerr << (established >= wanted ? "\r\033[K" : "");
    }
    if (established >= wanted || Simulator::Now() >= latest)
    {
        Simulator::Stop();
        return;
    }
    Simulator::Schedule(MilliSeconds(100), &Watch, hosts, wanted, latest);
}

uint64_t
CountProbes(const NodeContainer& hosts)
{
    uint64_t probes = 0;
    for (auto host = hosts.Begin(); host != hosts.End(); ++host)
    {
        probes += LifecycleTcpHelper::GetTcp(*host)->GetCounters()["keepaliveProbes"];
    }
    return probes;
}

} // namespace

int
main(int argc, char* argv[])
{
    Options options;
    CommandLine cmd(__FILE__);
    cmd.AddValue("connections", "Connections to open", options.connections);
    cmd.AddValue("hosts", "Hosts, half of them clients and half of them servers", options.hosts);
    cmd.AddValue("spread", "Simulated time in which the connections are opened", options.spread);
    cmd.AddValue("hold", "Simulated time to go on for once all are open", options.hold);
    cmd.AddValue("keepalive", "Whether both ends have keepalive", options.keepalive);
    cmd.AddValue("queueDiscs",
                 "Whether devices have ns-3's default queue disc",
                 options.queueDiscs);
    cmd.AddValue("layout", "sites (client, router, server) or tree", options.layout);
    cmd.AddValue("routing", "static or nix", options.routing);
    cmd.AddValue("seed", "Of everything random", options.seed);
    cmd.Parse(argc, argv);
    const bool isKnown = (options.layout == "sites" || options.layout == "tree") &&
                         (options.routing == "static" || options.routing == "nix");
    if (!isKnown || options.hosts < 2 || options.hosts > 4000)
    {
        std::cerr << "population: hosts are 2 to 4000, layout is sites or tree, and routing is "
                     "static or nix.\n";
        return 2;
    }
    RngSeedManager::SetSeed(options.seed);
    // Packets on their way are events: the default scheduler, a tree of them, is slower.
    ObjectFactory scheduler("ns3::PriorityQueueScheduler");
    Simulator::SetScheduler(scheduler);

    WallSeconds();
    const AccessNetwork network(options);
    TcpPopulationServerHelper servers;
    servers.Install(network.GetServers());
    const uint32_t sources = network.GetClients().GetN();
    // One host after the other, which finds more in the processor's caches than all at once.
    const Time turn = options.spread / static_cast<int64_t>(sources);
    int64_t stream = 1000000;
    for (uint32_t i = 0; i < sources; ++i)
    {
        TcpPopulationClientHelper clients;
        const uint32_t share =
            options.connections / sources + (i < options.connections % sources ? 1 : 0);
        clients.SetAttribute("Connections", UintegerValue(share));
        clients.SetAttribute("Spread", TimeValue(turn));
        clients.SetAttribute("Requests", StringValue("ns3::ConstantRandomVariable[Constant=0]"));
        clients.AddRemote(InetSocketAddress(network.GetServerAddress(i), 80));
        ApplicationContainer installed = clients.Install(network.GetClients().Get(i));
        installed.Start(turn * static_cast<int64_t>(i));
        stream += TcpPopulationClientHelper::AssignStreams(installed, stream);
    }
    const NodeContainer& hosts = network.GetHosts();
    const double built = WallSeconds();
    const double builtCpu = CpuSeconds();
    const uint64_t heapBefore = HeapBytes();
    std::cout << "Network       " << network.GetNodeN() << " nodes, " << options.layout << ", "
              << options.routing << " routing, " << (options.queueDiscs ? "default" : "no")
              << " queue discs: " << std::fixed << std::setprecision(1) << built << " s, heap "
              << Megabytes(heapBefore) << std::endl;

    const uint64_t wanted = uint64_t{2} * options.connections;
    Simulator::Schedule(MilliSeconds(100), &Watch, &hosts, wanted, options.spread + Seconds(60));
    Simulator::Run();

    const uint64_t established = CountEstablished(hosts);
    const double opened = WallSeconds();
    const double cpu = CpuSeconds() - builtCpu;
    const uint64_t heap = HeapBytes() - heapBefore;
    const double each = options.connections > 0 ? options.connections : 1;
    std::cout << "Connections   " << established / 2 << " established after "
              << Simulator::Now().GetSeconds() << " s of simulated time, keepalive "
              << (options.keepalive ? "on" : "off") << "\n"
              << "Time          " << opened - built << " s, of processor time " << cpu << " s, "
              << std::setprecision(2) << cpu / each * 1e6 << " us for each connection, "
              << Simulator::GetEventCount() << " events\n"
              << "Memory        heap " << Megabytes(heap) << " more, " << std::setprecision(0)
              << static_cast<double>(heap) / each << " bytes for each connection, both ends; peak "
              << Megabytes(PeakMemory()) << " of the process" << std::endl;

    if (options.hold.IsStrictlyPositive())
    {
        const uint64_t events = Simulator::GetEventCount();
        Simulator::Stop(options.hold);
        Simulator::Run();
        std::cout << "Idle          " << options.hold.GetSeconds()
                  << " s of simulated time: " << std::setprecision(1) << WallSeconds() - opened
                  << " s, " << Simulator::GetEventCount() - events << " events, "
                  << CountProbes(hosts) << " keepalive probes, " << CountEstablished(hosts) / 2
                  << " connections established" << std::endl;
    }
    Simulator::Destroy();
    return established == wanted ? 0 : 1;
}
