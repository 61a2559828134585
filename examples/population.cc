// A million connections: clients on hundreds of hosts open connections, without a Socket for each,
// to servers on hundreds of others; keepalive is on. Prints what that costs: time, memory,
// simulator events.
//
//   population                                1,000,000 connections over 1,000 hosts, 1,500 nodes
//   population --layout=tree                  the same hosts on edge routers around a core
//   population --connections=100000 --hosts=200 --hold=3h
//   population --timeWait --connections=10000000 --spread=200s
//                                             ten million TIME_WAIT records at once
//
// Routes are static (or by nix-vectors: --routing=nix), and devices have no queue disc (unless
// --queueDiscs), because FqCoDel on every device costs more than all of TCP.

#include "heap-bytes.h"

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
#include "ns3/queue-disc.h"
#include "ns3/rng-seed-manager.h"
#include "ns3/simulator.h"
#include "ns3/string.h"
#include "ns3/tcp-socket.h"
#include "ns3/traffic-control-layer.h"
#include "ns3/uinteger.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <iomanip>
#include <iostream>
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
    bool timeWait{false};
    bool queueDiscs{false};
    std::string layout{"sites"};
    std::string routing{"static"};
    uint32_t seed{1};
};

/** Ports that a client of Linux takes by itself, for all connections to one address and port. */
constexpr uint32_t EPHEMERAL_PORTS = 60999 - 32768 + 1;

/** How long it is waited for connections after the last was asked for. */
const Time LATEST = Seconds(60);

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
        if (options.timeWait)
        {
            // The first record is still to be there when the last is made.
            tcp.SetTimeWaitModel("ns3::TcpTimeWaitModel",
                                 "Msl",
                                 TimeValue(options.spread + LATEST),
                                 "MaxRecords",
                                 UintegerValue(options.connections));
        }
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

/** \returns how many ends of connections are in a state */
uint64_t
Count(const NodeContainer& hosts, TcpSocket::TcpStates_t state)
{
    uint64_t count = 0;
    for (auto host = hosts.Begin(); host != hosts.End(); ++host)
    {
        count += LifecycleTcpHelper::GetTcp(*host)->GetCensus()[state];
    }
    return count;
}

/** What is waited for, and what is seen meanwhile. */
struct Watch
{
    const NodeContainer& hosts;
    TcpSocket::TcpStates_t state; //!< in which there are to be
    uint64_t wanted;              //!< so many ends of connections
    Time latest;                  //!< and then no longer
    uint64_t mostHeap{0};         //!< bytes allocated at any look

    /** Shows how far it is, and stops when it is there. */
    void Look()
    {
        const uint64_t there = Count(hosts, state);
        mostHeap = std::max(mostHeap, HeapBytes());
        const bool isOver = there >= wanted || Simulator::Now() >= latest;
        if (isatty(STDERR_FILENO) != 0)
        {
            std::cerr << "\r" << there << " of " << wanted << " " << TcpSocket::TcpStateName[state]
                      << ", " << std::fixed << std::setprecision(1) << WallSeconds() << " s"
                      << std::flush << (isOver ? "\r\033[K" : "");
        }
        if (isOver)
        {
            Simulator::Stop();
            return;
        }
        Simulator::Schedule(MilliSeconds(100), &Watch::Look, this);
    }
};

/** \returns what stands in front of the devices of the first host */
std::string
QueueDiscs(const NodeContainer& hosts)
{
    const Ptr<Node> host = hosts.Get(0);
    const Ptr<TrafficControlLayer> control = host->GetObject<TrafficControlLayer>();
    const Ptr<QueueDisc> disc =
        control ? control->GetRootQueueDiscOnDevice(host->GetDevice(0)) : nullptr;
    return disc ? disc->GetInstanceTypeId().GetName() + " on every device" : "no queue discs";
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
    cmd.AddValue("timeWait",
                 "Whether clients close each connection at once, until all are in TIME_WAIT",
                 options.timeWait);
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
    if (options.connections > options.hosts / 2 * EPHEMERAL_PORTS)
    {
        std::cerr << "population: a client has " << EPHEMERAL_PORTS
                  << " ports for connections to its server; more connections take more hosts.\n";
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
        if (options.timeWait)
        {
            clients.SetAttribute("Lifetime",
                                 StringValue("ns3::ConstantRandomVariable[Constant=0]"));
        }
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
              << options.routing << " routing, " << QueueDiscs(hosts) << ": " << std::fixed
              << std::setprecision(1) << built << " s, heap " << Megabytes(heapBefore) << std::endl;

    Watch watch{hosts,
                options.timeWait ? TcpSocket::TIME_WAIT : TcpSocket::ESTABLISHED,
                options.timeWait ? options.connections : uint64_t{2} * options.connections,
                options.spread + LATEST};
    Simulator::Schedule(MilliSeconds(100), &Watch::Look, &watch);
    Simulator::Run();

    const uint64_t reached = Count(hosts, watch.state);
    const double opened = WallSeconds();
    const double cpu = CpuSeconds() - builtCpu;
    const uint64_t heap = HeapBytes() - heapBefore;
    const double each = options.connections > 0 ? options.connections : 1;
    std::cout << "Connections   " << (options.timeWait ? reached : reached / 2)
              << (options.timeWait ? " in TIME_WAIT at once" : " established") << " after "
              << Simulator::Now().GetSeconds() << " s of simulated time, keepalive "
              << (options.keepalive ? "on" : "off") << "\n"
              << "Time          " << opened - built << " s, of processor time " << cpu << " s, "
              << std::setprecision(2) << cpu / each * 1e6 << " us for each connection, "
              << Simulator::GetEventCount() << " events\n"
              << "Memory        heap " << Megabytes(heap) << " more, " << std::setprecision(0)
              << static_cast<double>(heap) / each << " bytes for each "
              << (options.timeWait ? "TIME_WAIT record" : "connection, both ends") << "; at most "
              << Megabytes(std::max(watch.mostHeap, HeapBytes())) << " of heap, peak "
              << Megabytes(PeakMemory()) << " of the process" << std::endl;
    std::cout << "Census       ";
    for (int state = TcpSocket::CLOSED; state < TcpSocket::LAST_STATE; ++state)
    {
        const auto one = static_cast<TcpSocket::TcpStates_t>(state);
        if (const uint64_t there = Count(hosts, one))
        {
            std::cout << " " << there << " " << TcpSocket::TcpStateName[one];
        }
    }
    std::cout << std::endl;

    if (options.hold.IsStrictlyPositive())
    {
        const uint64_t events = Simulator::GetEventCount();
        Simulator::Stop(options.hold);
        Simulator::Run();
        std::cout << "Idle          " << options.hold.GetSeconds()
                  << " s of simulated time: " << std::setprecision(1) << WallSeconds() - opened
                  << " s, " << Simulator::GetEventCount() - events << " events, "
                  << CountProbes(hosts) << " keepalive probes, "
                  << Count(hosts, TcpSocket::ESTABLISHED) / 2 << " connections established, "
                  << Count(hosts, TcpSocket::TIME_WAIT) << " in TIME_WAIT" << std::endl;
    }
    Simulator::Destroy();
    return reached == watch.wanted ? 0 : 1;
}
