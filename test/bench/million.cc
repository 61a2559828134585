// A million established connections, two million endpoints, over a thousand hosts: with a socket
// for each end, and with applications that hold a population of connections without.

#include "bench.h"
#include "heap.h"
#include "network.h"
#include "opener.h"

#include "ns3/inet-socket-address.h"
#include "ns3/lifecycle-tcp-population-client.h"
#include "ns3/lifecycle-tcp-population-helper.h"
#include "ns3/lifecycle-tcp-population-server.h"
#include "ns3/simulator.h"
#include "ns3/string.h"
#include "ns3/uinteger.h"

#include <algorithm>
#include <functional>
#include <optional>
#include <vector>

using namespace ns3;

namespace
{

/// Hosts in pairs: a client and a server with a link between them.
struct Pairs
{
    Pairs(bench::Tcp tcp, uint64_t count)
        : clients(static_cast<uint32_t>(count)),
          servers(static_cast<uint32_t>(count))
    {
        bench::Stack stack;
        stack.keepalive = true;
        bench::InstallStack(tcp, NodeContainer(clients, servers), stack);
        for (uint32_t i = 0; i < count; ++i)
        {
            addresses.push_back(
                bench::Connect(clients.Get(i), servers.Get(i), {"10Gbps", MilliSeconds(1), 1000})
                    .address);
        }
    }

    NodeContainer clients;
    NodeContainer servers;
    std::vector<Ipv4Address> addresses; ///< of the servers
};

/// How many there are, and where.
struct Scale
{
    uint64_t connections;
    uint64_t hosts;

    uint64_t GetPairs() const
    {
        return hosts / 2;
    }

    /// \returns connections of one pair, which take turns: what is at hand is in the caches
    bench::Schedule GetSchedule(uint64_t pair) const
    {
        const Time gap = MicroSeconds(20);
        const uint64_t before = pair * connections / GetPairs();
        const uint64_t after = (pair + 1) * connections / GetPairs();
        return {after - before, MilliSeconds(1) + before * gap, gap};
    }

    Time GetEnd() const
    {
        const bench::Schedule last = GetSchedule(GetPairs() - 1);
        return last.start + last.connections * last.gap + Seconds(1);
    }
};

/// Runs the simulation. \returns what it took, and the established connections that \p count tells
bench::Outcome
Measure(const Scale& scale, const bench::HeapMeter& heap, const std::function<uint64_t()>& count)
{
    bench::Timer wall(CLOCK_MONOTONIC);
    bench::CpuTimer cpu;
    wall.Start();
    cpu.Start();
    Simulator::Stop(scale.GetEnd());
    Simulator::Run();
    const auto connections = static_cast<double>(scale.connections);
    bench::Outcome outcome;
    outcome.figures["wall"] = wall.Microseconds() / 1e6;
    outcome.figures["time"] = cpu.Microseconds() / connections;
    outcome.figures["events"] = static_cast<double>(Simulator::GetEventCount()) / connections;
    outcome.figures["heap"] = heap.Bytes() / connections;
    outcome.figures["peak"] = heap.PeakBytes() / 1e6;
    outcome.work["connections established"] = count();
    bench::Check(count() == scale.connections,
                 "not all connections are established: " + std::to_string(count()) + " of " +
                     std::to_string(scale.connections));
    return outcome;
}

bench::Outcome
RunSockets(bench::Tcp tcp, const Scale& scale)
{
    const Pairs pairs(tcp, scale.GetPairs());
    bench::Held held;
    held.Reserve(scale.connections);
    const bench::HeapMeter heap;
    for (uint32_t i = 0; i < scale.GetPairs(); ++i)
    {
        const bench::Schedule schedule = scale.GetSchedule(i);
        held.Serve(pairs.servers.Get(i), schedule.connections);
        held.Open(pairs.clients.Get(i), pairs.addresses[i], schedule);
    }
    return Measure(scale, heap, [&held] { return held.GetEstablished(); });
}

bench::Outcome
RunPopulations(bench::Tcp tcp, const Scale& scale)
{
    const Pairs pairs(tcp, scale.GetPairs());
    const bench::HeapMeter heap;
    const ApplicationContainer servers = TcpPopulationServerHelper().Install(pairs.servers);
    ApplicationContainer clients;
    for (uint32_t i = 0; i < scale.GetPairs(); ++i)
    {
        const bench::Schedule schedule = scale.GetSchedule(i);
        TcpPopulationClientHelper helper;
        helper.SetAttribute("Connections", UintegerValue(schedule.connections));
        helper.SetAttribute("Spread", TimeValue(schedule.connections * schedule.gap));
        helper.SetAttribute("Requests", StringValue("ns3::ConstantRandomVariable[Constant=0]"));
        helper.AddRemote(InetSocketAddress(pairs.addresses[i], 80));
        ApplicationContainer client = helper.Install(pairs.clients.Get(i));
        client.Start(schedule.start);
        clients.Add(client);
    }
    return Measure(scale, heap, [&] {
        uint64_t opened = 0;
        uint64_t accepted = 0;
        for (uint32_t i = 0; i < clients.GetN(); ++i)
        {
            opened += DynamicCast<TcpPopulationClient>(clients.Get(i))->GetCounters().opened;
            accepted += DynamicCast<TcpPopulationServer>(servers.Get(i))->GetCounters().open;
        }
        return std::min(opened, accepted);
    });
}

} // namespace

int
main(int argc, char* argv[])
{
    namespace po = boost::program_options;
    bench::Benchmark benchmark("million",
                               "What it takes to establish and to hold a million connections over "
                               "a thousand hosts, keepalive on.");
    benchmark.Options().add_options()
        // clang-format off
        ("connections", po::value<std::string>()->value_name("LIST")->default_value("10000,1000000"),
            "how many")
        ("hosts", po::value<uint64_t>()->value_name("N")->default_value(1000),
            "half of them clients, half of them servers")
        ("stock-most", po::value<uint64_t>()->value_name("N")->default_value(10000),
            "the most that stock TCP is run with: it takes 16 GB for a million");
    // clang-format on
    if (!benchmark.Parse(argc, argv))
    {
        return benchmark.Status();
    }
    std::vector<bench::Case> cases;
    for (const uint64_t size : bench::ParseSizes(benchmark.Get<std::string>("connections")))
    {
        const Scale scale{size, benchmark.Get<uint64_t>("hosts")};
        const auto add = [&](const char* name,
                             double bytes,
                             bench::Outcome (*run)(bench::Tcp, const Scale&),
                             bool withStock) {
            const bool isBudgeted = size == 1000000;
            const auto budget = [isBudgeted](double value) {
                return isBudgeted ? std::optional(value) : std::nullopt;
            };
            cases.push_back({name,
                             size,
                             {{"heap", "bytes of heap per connection", budget(bytes)},
                              {"peak", "MB of memory at most"},
                              {"wall", "s of wall time", budget(60)},
                              {"time", "us per connection"},
                              {"events", "events per connection"}},
                             [=](bench::Tcp tcp) { return run(tcp, scale); },
                             withStock});
        };
        add("sockets", 1200, RunSockets, size <= benchmark.Get<uint64_t>("stock-most"));
        add("populations", 400, RunPopulations, false);
    }
    return benchmark.Run(cases);
}
