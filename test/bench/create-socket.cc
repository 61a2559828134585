// What it costs to make a socket: CPU time, memory and allocations.

#include "bench.h"
#include "network.h"

#include "ns3/node.h"
#include "ns3/socket.h"
#include "ns3/tcp-socket-factory.h"

#include <cstdlib>
#include <malloc.h>
#include <new>
#include <vector>

namespace
{
uint64_t g_allocations = 0;
} // namespace

// Counts what is asked for; of this program and of the libraries that it uses.
void*
operator new(std::size_t size)
{
    ++g_allocations;
    if (void* memory = std::malloc(size))
    {
        return memory;
    }
    throw std::bad_alloc();
}

void
operator delete(void* memory) noexcept
{
    std::free(memory);
}

void
operator delete(void* memory, std::size_t) noexcept
{
    std::free(memory);
}

using namespace ns3;

namespace
{

/// Bytes in use by the allocator's own account.
double
HeapInUse()
{
    const struct mallinfo2 info = mallinfo2();
    return static_cast<double>(info.uordblks + info.hblkhd);
}

bench::Outcome
Run(bench::Tcp tcp, uint64_t sockets)
{
    const NodeContainer node(1);
    bench::InstallStack(tcp, node);
    const TypeId factory = TcpSocketFactory::GetTypeId();
    std::vector<Ptr<Socket>> kept;
    kept.reserve(sockets + 1);
    kept.push_back(Socket::CreateSocket(node.Get(0), factory)); // what the first one brings along

    const double heapBefore = HeapInUse();
    const uint64_t allocationsBefore = g_allocations;
    bench::CpuTimer timer;
    timer.Start();
    for (uint64_t i = 0; i < sockets; ++i)
    {
        kept.push_back(Socket::CreateSocket(node.Get(0), factory));
    }
    const auto count = static_cast<double>(sockets);
    bench::Outcome outcome;
    outcome.figures["time"] = timer.Microseconds() / count;
    outcome.figures["allocations"] = static_cast<double>(g_allocations - allocationsBefore) / count;
    outcome.figures["heap"] = (HeapInUse() - heapBefore) / count;
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
        ("sockets", po::value<uint64_t>()->value_name("N")->default_value(20000),
            "how many to make");
    // clang-format on
    if (!benchmark.Parse(argc, argv))
    {
        return benchmark.Status();
    }
    const auto sockets = benchmark.Get<uint64_t>("sockets");
    return benchmark.Run({{"create",
                           sockets,
                           {{"time", "us per socket", 1.0, 0.014},
                            {"allocations", "allocations per socket", 4.0},
                            {"heap", "bytes per socket"}},
                           [sockets](bench::Tcp tcp) { return Run(tcp, sockets); }}});
}
