// What it costs to make a socket: CPU time, memory and allocations.

#include "bench.h"
#include "heap.h"
#include "network.h"

#include "ns3/node.h"
#include "ns3/socket.h"
#include "ns3/tcp-socket-factory.h"

#include <vector>

using namespace ns3;

namespace
{

bench::Outcome
Run(bench::Tcp tcp, uint64_t sockets)
{
    const NodeContainer node(1);
    bench::InstallStack(tcp, node);
    const TypeId factory = TcpSocketFactory::GetTypeId();
    std::vector<Ptr<Socket>> kept;
    kept.reserve(sockets + 1);
    kept.push_back(Socket::CreateSocket(node.Get(0), factory)); // what the first one brings along

    const bench::HeapMeter heap;
    bench::CpuTimer timer;
    timer.Start();
    for (uint64_t i = 0; i < sockets; ++i)
    {
        kept.push_back(Socket::CreateSocket(node.Get(0), factory));
    }
    const auto count = static_cast<double>(sockets);
    bench::Outcome outcome;
    outcome.figures["time"] = timer.Microseconds() / count;
    outcome.figures["allocations"] = heap.Allocations() / count;
    outcome.figures["heap"] = heap.Bytes() / count;
    outcome.work["sockets"] = kept.size();
    return outcome;
}

} // namespace

int
main(int argc, char* argv[])
{
    namespace po = boost::program_options;
    bench::Benchmark benchmark("create-socket", "What it costs to make a socket.");
    benchmark.Options().add_options()
        // clang-format off
        ("sockets", po::value<std::string>()->value_name("LIST")->default_value("1000,10000,100000"),
            "how many to make");
    // clang-format on
    if (!benchmark.Parse(argc, argv))
    {
        return benchmark.Status();
    }
    std::vector<bench::Case> cases;
    for (const uint64_t sockets : bench::ParseSizes(benchmark.Get<std::string>("sockets")))
    {
        cases.push_back({"create",
                         sockets,
                         {{"time", "us per socket", 1.0, 0.014},
                          {"allocations", "allocations per socket", 4.0},
                          {"heap", "bytes per socket"}},
                         [sockets](bench::Tcp tcp) { return Run(tcp, sockets); }});
    }
    return benchmark.Run(cases);
}
