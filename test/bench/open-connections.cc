// What it costs to open a connection, when so many are open already that stay so.

#include "bench.h"
#include "network.h"
#include "opener.h"

#include "ns3/simulator.h"

#include <algorithm>
#include <map>
#include <optional>
#include <vector>

using namespace ns3;

namespace
{

constexpr uint32_t CLIENTS = 10;
constexpr uint64_t WARM_UP = 1000; // connections

/// What simulations took, without their beginning: until the first connection is asked for.
struct Cost
{
    double microseconds{0};
    uint64_t events{0};
};

/// Adds what a simulation of its own takes.
void
Simulate(bench::Tcp tcp, uint64_t connections, Cost& cost)
{
    const bench::Star star(tcp, CLIENTS, {"10Gbps", MicroSeconds(50), 1000});
    bench::Held held;
    held.Reserve(connections);
    const bench::Schedule schedule{connections, MilliSeconds(1), MicroSeconds(20)};
    bench::CpuTimer timer;
    uint64_t eventsBefore = 0;
    Simulator::Schedule(schedule.start, [&] {
        eventsBefore = Simulator::GetEventCount();
        timer.Start();
    });
    held.Open(star, schedule);
    Simulator::Stop(MilliSeconds(10) + connections * schedule.gap);
    Simulator::Run();
    cost.microseconds += timer.Microseconds();
    cost.events += Simulator::GetEventCount() - eventsBefore;
    bench::Check(held.GetEstablished() == connections,
                 "not all connections are established: " + std::to_string(held.GetEstablished()) +
                     " of " + std::to_string(connections));
    Simulator::Destroy();
}

/// Once to warm up, then as often as it takes to open enough connections to measure.
bench::Outcome
Run(bench::Tcp tcp, uint64_t connections, uint64_t atLeast)
{
    Cost warmUp;
    Simulate(tcp, std::min(connections, WARM_UP), warmUp);
    Cost cost;
    uint64_t opened = 0;
    do
    {
        Simulate(tcp, connections, cost);
        opened += connections;
    } while (opened < atLeast);
    bench::Outcome outcome;
    outcome.figures["time"] = cost.microseconds / static_cast<double>(opened);
    outcome.figures["events"] = static_cast<double>(cost.events) / static_cast<double>(opened);
    outcome.work["connections opened"] = opened;
    return outcome;
}

/// What the budget of 15 us is of stock TCP's cost, which was known when it was set.
std::optional<double>
PlannedRatio(uint64_t connections)
{
    const std::map<uint64_t, double> stockUs{{1000, 119}, {10000, 1500}, {50000, 19700}};
    const auto found = stockUs.find(connections);
    return found == stockUs.end() ? std::nullopt : std::optional(15 / found->second);
}

} // namespace

int
main(int argc, char* argv[])
{
    namespace po = boost::program_options;
    bench::Benchmark benchmark(
        "open-connections",
        "What it costs to open a connection: 10 clients open N connections to one server, and none "
        "is closed.");
    benchmark.Options().add_options()
        // clang-format off
        ("connections", po::value<std::string>()->value_name("LIST")->default_value("1000,10000,50000"),
            "how many, for instance 1000,1000000")
        ("at-least", po::value<uint64_t>()->value_name("N")->default_value(20000),
            "fewer are opened again and again in new simulations, until so many were in all")
        ("stock-most", po::value<uint64_t>()->value_name("N")->default_value(10000),
            "the most that stock TCP is run with: 50000 take it a quarter of an hour");
    // clang-format on
    if (!benchmark.Parse(argc, argv))
    {
        return benchmark.Status();
    }
    const auto atLeast = benchmark.Get<uint64_t>("at-least");
    std::vector<bench::Case> cases;
    for (const uint64_t connections : bench::ParseSizes(benchmark.Get<std::string>("connections")))
    {
        cases.push_back({"open",
                         connections,
                         {{"time", "us per connection", 15.0, PlannedRatio(connections), 1.5},
                          {"events", "events per connection"}},
                         [=](bench::Tcp tcp) { return Run(tcp, connections, atLeast); },
                         connections <= benchmark.Get<uint64_t>("stock-most")});
    }
    return benchmark.Run(cases);
}
