#include "experiment.h"

#include "../heap-bytes.h"
#include "applications.h"
#include "interrupt.h"
#include "network.h"
#include "random.h"
#include "tcp-stack.h"
#include "topology-file.h"
#include "transit-stub.h"

#include "ns3/inet-socket-address.h"
#include "ns3/object-factory.h"
#include "ns3/rng-seed-manager.h"
#include "ns3/simulator.h"

#include <algorithm>
#include <chrono>
#include <memory>
#include <sys/resource.h>
#include <vector>

namespace churn
{

namespace
{

using Clock = std::chrono::steady_clock;

double
SecondsSince(Clock::time_point start)
{
    return std::chrono::duration<double>(Clock::now() - start).count();
}

double
GetCpuSeconds()
{
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    return usage.ru_utime.tv_sec + usage.ru_stime.tv_sec +
           1e-6 * (usage.ru_utime.tv_usec + usage.ru_stime.tv_usec);
}

uint64_t
GetPeakMemory()
{
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    return usage.ru_maxrss * uint64_t{1024};
}

/// Opens the connections one after the other, as a Poisson process.
class Arrivals
{
  public:
    Arrivals(const Options& options, const SizeDistribution& sizes, Clients& clients)
        : m_options(options),
          m_sizes(sizes),
          m_clients(clients),
          m_random(options.seed, 3)
    {
    }

    void Start(std::vector<ns3::Ipv4Address> servers)
    {
        m_servers = std::move(servers);
        ScheduleNext();
    }

  private:
    void ScheduleNext()
    {
        if (m_opened < m_options.connections)
        {
            ns3::Simulator::Schedule(ns3::Seconds(m_random.Exponential(1 / m_options.arrivalRate)),
                                     &Arrivals::Open,
                                     this);
        }
    }

    void Open()
    {
        // Always the same draws, so that the workload does not depend on the TCP.
        const uint32_t client = m_random.Below(m_options.clients);
        const auto& server = m_servers[m_random.Below(m_servers.size())];
        const uint32_t request = LEAST_REQUEST + m_random.Below(MOST_REQUEST - LEAST_REQUEST + 1);
        const auto response = m_sizes.Quantile(m_random.Uniform());
        ++m_opened;
        m_clients.Fetch(client, ns3::InetSocketAddress(server, PORT), request, response);
        ScheduleNext();
    }

    static constexpr uint32_t LEAST_REQUEST = 200; //!< bytes
    static constexpr uint32_t MOST_REQUEST = 400;  //!< bytes

    const Options& m_options;                //!< how many, how often
    const SizeDistribution& m_sizes;         //!< of responses
    Clients& m_clients;                      //!< who opens
    Random m_random;                         //!< when, who, how much
    std::vector<ns3::Ipv4Address> m_servers; //!< to whom
    uint32_t m_opened{0};                    //!< connections so far
};

/// Counts the sockets in each state at regular times, and ends the run when there is none left.
class Sampler
{
  public:
    Sampler(const Options& options, const TcpStack& stack, Result& result)
        : m_options(options),
          m_stack(stack),
          m_result(result)
    {
    }

    /// \returns whether it ended the run
    bool IsFinished() const
    {
        return m_finished;
    }

    void Sample()
    {
        const auto counts = m_stack.CountStates();
        m_result.states.Add(ns3::Simulator::Now(), counts);
        m_result.cost.mostHeapBytes = std::max(m_result.cost.mostHeapBytes, HeapBytes());
        if (m_result.connections.GetFinished() == m_options.connections && IsQuiet(counts))
        {
            m_finished = true;
            ns3::Simulator::Stop();
            return;
        }
        ns3::Simulator::Schedule(m_options.sampleInterval, &Sampler::Sample, this);
    }

  private:
    /// Whether no socket has anything left to do that the run should wait for.
    bool IsQuiet(const StateCounts& counts) const
    {
        for (std::size_t state = ns3::TcpSocket::SYN_SENT; state < counts.size(); ++state)
        {
            if (counts[state] > 0 && (state != ns3::TcpSocket::TIME_WAIT || m_options.drain))
            {
                return false;
            }
        }
        return true;
    }

    const Options& m_options; //!< how often, and until when
    const TcpStack& m_stack;  //!< asked for the states
    Result& m_result;         //!< gets the counts
    bool m_finished{false};   //!< whether there was nothing left
};

Graph
MakeGraph(const Options& options)
{
    return options.topology.empty() ? MakeTransitStub(options.nodes, options.seed)
                                    : ReadTopologyFile(options.topology, options.format);
}

std::unique_ptr<TcpStack>
MakeStack(const Options& options)
{
    return options.tcp == "stock" ? MakeStockStack(options) : MakeLifecycleStack(options);
}

/// Destroys the simulation whichever way the run ends, before what its objects refer to.
struct SimulatorGuard
{
    ~SimulatorGuard()
    {
        ns3::Simulator::Destroy();
    }
};

} // namespace

Result
RunExperiment(const Options& options, Progress& progress)
{
    const auto setupStart = Clock::now();
    ns3::RngSeedManager::SetSeed(options.seed);
    ns3::RngSeedManager::SetRun(1);
    // Nearly every event is a packet on its way: with the default scheduler, a tree, the whole run
    // takes 1.4 times as long.
    ns3::Simulator::SetScheduler(ns3::ObjectFactory("ns3::PriorityQueueScheduler"));

    Result result;
    result.options = options;
    progress.Announce("Reading the inputs ...");
    const auto sizes = SizeDistribution::Load(options.sizes);
    const auto stack = MakeStack(options);
    const SimulatorGuard guard;
    auto graph = MakeGraph(options);
    result.simplified = Simplify(graph);
    result.topology = graph.description;
    result.routers = graph.routers.size();
    result.links = graph.links.size();
    result.sizes = sizes.GetName();
    result.meanSize = sizes.Mean();

    progress.Announce("Building the network ...");
    const auto network = BuildNetwork(graph, options, *stack);
    InstallServers(network.servers, options, *stack);
    const auto clients = InstallClients(network.clients, options, *stack, result.connections);
    result.cost.setupSeconds = SecondsSince(setupStart);
    result.cost.setupHeapBytes = HeapBytes();

    const auto runStart = Clock::now();
    const CpuLimit cpuLimit(options.maxCpu);
    result.connections.SetActivityCallback([&result, &options, &progress, &cpuLimit] {
        progress.Show(result.connections, options.connections);
        if (IsInterrupted() || cpuLimit.IsReached())
        {
            ns3::Simulator::Stop();
        }
    });
    const auto cpuStart = GetCpuSeconds();
    Arrivals arrivals(options, sizes, *clients);
    arrivals.Start(network.serverAddresses);
    Sampler sampler(options, *stack, result);
    ns3::Simulator::Schedule(ns3::Time(0), &Sampler::Sample, &sampler);
    ns3::Simulator::Stop(options.maxTime);
    ns3::Simulator::Run();

    result.cost.runSeconds = SecondsSince(runStart);
    result.cost.cpuSeconds = GetCpuSeconds() - cpuStart;
    result.cost.peakMemoryBytes = GetPeakMemory();
    result.drops = network.GetDrops();
    result.bytes = clients->GetBytes();
    result.endTime = ns3::Simulator::Now();
    result.events = ns3::Simulator::GetEventCount();
    result.end = sampler.IsFinished()   ? End::FINISHED
                 : IsInterrupted()      ? End::INTERRUPTED
                 : cpuLimit.IsReached() ? End::MAX_CPU
                                        : End::MAX_TIME;
    result.transferTime =
        (result.end == End::FINISHED ? result.connections.GetLastCompletion() : result.endTime) -
        result.connections.GetFirstAttempt();
    result.connections.SetActivityCallback({});
    progress.Clear();
    return result;
}

} // namespace churn
