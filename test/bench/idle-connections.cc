// Heap of an established connection that nothing happens on, both ends: with a socket for each, and
// of the core alone, which is what is left without sockets.

#include "bench.h"
#include "core-pair.h"
#include "heap.h"
#include "network.h"
#include "opener.h"

#include "ns3/boolean.h"
#include "ns3/config.h"
#include "ns3/simulator.h"

#include <optional>
#include <vector>

using namespace ns3;

namespace
{

/// Two nodes with a link.
bench::Outcome
RunSockets(bench::Tcp tcp, uint64_t connections, bench::Data data)
{
    Config::SetDefault("ns3::TcpSocket::TcpNoDelay", BooleanValue(true));
    bench::Stack stack;
    stack.keepalive = true;
    const bench::Star pair(tcp, 1, {"100Gbps", MicroSeconds(1)}, stack);
    bench::Held held(data);
    held.Reserve(connections + 1);
    held.Serve(pair.server, connections);
    // Once through everything, so that what is made at the first use is not counted.
    held.Open(pair.clients.Get(0), pair.addresses[0], {1, MilliSeconds(1), {}});
    std::optional<bench::HeapMeter> heap;
    Simulator::Schedule(MilliSeconds(999), [&] { heap.emplace(); });
    // One at a time, so that what is in flight does not add to what is measured.
    const bench::Schedule schedule{connections, Seconds(1), MicroSeconds(50)};
    held.Open(pair.clients.Get(0), pair.addresses[0], schedule);
    Simulator::Stop(Seconds(6) + connections * schedule.gap);
    Simulator::Run();
    bench::Check(held.GetEstablished() == connections + 1, "not all connections are established");
    bench::Outcome outcome;
    outcome.figures["heap"] = heap->Bytes() / static_cast<double>(connections);
    outcome.work["connections established"] = held.GetEstablished();
    outcome.work["bytes received"] = held.GetReceived();
    return outcome;
}

bench::Outcome
RunCore(uint64_t connections, bench::Family family, bench::Data data)
{
    using namespace std::chrono_literals;
    bench::CorePair pair(family);
    const bench::HeapMeter heap;
    for (uint64_t i = 0; i < connections; ++i)
    {
        const bench::PairedIds connection = pair.Open(i);
        if (data == bench::Data::REQUEST_AND_RESPONSE)
        {
            pair.Exchange(connection);
        }
        pair.Wait(10us);
    }
    pair.Wait(1s);
    bench::Check(pair.CountAtClient(lifecycle::State::Established) == connections &&
                     pair.CountAtServer(lifecycle::State::Established) == connections,
                 "not all connections are established");
    bench::Outcome outcome;
    outcome.figures["heap"] = heap.Bytes() / static_cast<double>(connections);
    return outcome;
}

} // namespace

int
main(int argc, char* argv[])
{
    namespace po = boost::program_options;
    using bench::Data;
    using bench::Family;
    bench::Benchmark benchmark("idle-connections",
                               "Heap of an idle connection, both ends, keepalive on.");
    benchmark.Options().add_options()
        // clang-format off
        ("connections", po::value<std::string>()->value_name("LIST")->default_value("1000,10000,100000"),
            "how many")
        ("stock-most", po::value<uint64_t>()->value_name("N")->default_value(2000),
            "the most that stock TCP is run with: its time grows with the square");
    // clang-format on
    if (!benchmark.Parse(argc, argv))
    {
        return benchmark.Status();
    }
    const std::vector<uint64_t> sizes =
        bench::ParseSizes(benchmark.Get<std::string>("connections"));
    std::vector<bench::Case> cases;
    const auto addSockets = [&](const char* name, Data data) {
        for (const uint64_t size : sizes)
        {
            cases.push_back({name,
                             size,
                             {{"heap", "bytes per connection", 1000.0}},
                             [=](bench::Tcp tcp) { return RunSockets(tcp, size, data); },
                             size <= benchmark.Get<uint64_t>("stock-most")});
        }
    };
    const auto addCore = [&](const char* name, Family family, Data data) {
        for (const uint64_t size : sizes)
        {
            cases.push_back({name,
                             size,
                             {{"heap", "bytes per connection", 400.0}},
                             [=](bench::Tcp) { return RunCore(size, family, data); },
                             false});
        }
    };
    addSockets("sockets", Data::NONE);
    addSockets("sockets, after data", Data::REQUEST_AND_RESPONSE);
    addCore("core alone", Family::IPV4, Data::NONE);
    addCore("core alone, after data", Family::IPV4, Data::REQUEST_AND_RESPONSE);
    addCore("core alone, IPv6", Family::IPV6, Data::NONE);
    return benchmark.Run(cases);
}
