// Heap of what is not yet a connection, and of what was one: half-open and TIME-WAIT records of the
// core. With stock TCP each is a whole socket: see create-socket, and the heap in request-close.

#include "bench.h"
#include "core-pair.h"
#include "heap.h"

#include <optional>
#include <vector>

namespace
{

using bench::Family;

bench::Outcome
MakeOutcome(const bench::HeapMeter& heap, uint64_t records)
{
    bench::Outcome outcome;
    outcome.figures["heap"] = heap.Bytes() / static_cast<double>(records);
    outcome.figures["peak"] = heap.PeakBytes() / 1e6;
    return outcome;
}

bench::Outcome
RunHalfOpen(uint64_t records, Family family)
{
    bench::CorePair pair(family);
    const bench::HeapMeter heap;
    for (uint64_t i = 0; i < records; ++i)
    {
        pair.Syn(i);
    }
    bench::Check(pair.CountAtServer(lifecycle::State::SynReceived) == records,
                 "not all are half-open");
    return MakeOutcome(heap, records);
}

bench::Outcome
RunTimeWait(uint64_t records, Family family)
{
    bench::CorePair pair(family);
    const bench::HeapMeter heap;
    for (uint64_t i = 0; i < records; ++i)
    {
        pair.Close(pair.Open(i));
    }
    bench::Check(pair.CountAtClient(lifecycle::State::TimeWait) == records,
                 "not all are in TIME-WAIT");
    return MakeOutcome(heap, records);
}

} // namespace

int
main(int argc, char* argv[])
{
    namespace po = boost::program_options;
    bench::Benchmark benchmark("records", "Heap of half-open and TIME-WAIT records.");
    benchmark.Options().add_options()
        // clang-format off
        ("records", po::value<std::string>()->value_name("LIST")->default_value("1000,10000,100000"),
            "how many of each kind")
        ("many", po::value<std::string>()->value_name("LIST")->default_value("10000000"),
            "how many in TIME-WAIT in one process, all its memory counted; empty: no such case");
    // clang-format on
    if (!benchmark.Parse(argc, argv))
    {
        return benchmark.Status();
    }
    std::vector<bench::Case> cases;
    const auto add = [&](const char* name, bench::Outcome (*run)(uint64_t, Family), Family family) {
        for (const uint64_t size : bench::ParseSizes(benchmark.Get<std::string>("records")))
        {
            cases.push_back({name,
                             size,
                             {{"heap", "bytes per record", 80.0}},
                             [=](bench::Tcp) { return run(size, family); },
                             false});
        }
    };
    add("half-open", RunHalfOpen, Family::IPV4);
    add("half-open, IPv6", RunHalfOpen, Family::IPV6);
    add("TIME-WAIT", RunTimeWait, Family::IPV4);
    add("TIME-WAIT, IPv6", RunTimeWait, Family::IPV6);
    for (const uint64_t size : bench::ParseSizes(benchmark.Get<std::string>("many")))
    {
        const auto budget = size == 10000000 ? std::optional(1000.0) : std::nullopt;
        cases.push_back(
            {"TIME-WAIT, whole process",
             size,
             {{"heap", "bytes per record", 80.0}, {"peak", "MB of memory at most", budget}},
             [=](bench::Tcp) { return RunTimeWait(size, Family::IPV4); },
             false});
    }
    return benchmark.Run(cases);
}
