#include "profile.h"

#include <array>
#include <csignal>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <dlfcn.h>
#include <sys/time.h>
#include <ucontext.h>

namespace bench
{

namespace
{

std::array<uintptr_t, 1 << 20> g_samples; // program counters
volatile std::size_t g_count = 0;

void
OnTick(int, siginfo_t*, void* context)
{
    if (g_count < g_samples.size())
    {
#if defined(__x86_64__)
        const auto* registers = &static_cast<ucontext_t*>(context)->uc_mcontext;
        g_samples[g_count] = static_cast<uintptr_t>(registers->gregs[REG_RIP]);
#elif defined(__aarch64__)
        const auto* registers = &static_cast<ucontext_t*>(context)->uc_mcontext;
        g_samples[g_count] = static_cast<uintptr_t>(registers->pc);
#else
#error "say here where this processor keeps its program counter"
#endif
        g_count = g_count + 1;
    }
}

void
Tick(suseconds_t microseconds)
{
    const itimerval every{{0, microseconds}, {0, microseconds}};
    setitimer(ITIMER_PROF, &every, nullptr);
}

/// Whether an address is code of this module or of stock TCP.
bool
IsTcp(uintptr_t address)
{
    Dl_info info{};
    if (dladdr(reinterpret_cast<void*>(address), &info) == 0)
    {
        return false;
    }
    const bool isOurs = std::strstr(info.dli_fname, "libtcp-lifecycle") != nullptr;
    if (info.dli_sname == nullptr)
    {
        return isOurs; // of a function that is not seen outside
    }
    const char* symbol = info.dli_sname;
    if (isOurs)
    {
        return std::strstr(symbol, "ifecycle") != nullptr;
    }
    // Classes of stock TCP all have names that begin so: _ZN3ns3, a length, the name.
    const char* name = std::strstr(symbol, "3ns3");
    if (std::strncmp(symbol, "_ZN", 3) != 0 || name == nullptr)
    {
        return false;
    }
    name += 4;
    name += std::strspn(name, "0123456789");
    return std::strncmp(name, "Tcp", 3) == 0 || std::strncmp(name, "RttEst", 6) == 0 ||
           std::strncmp(name, "RttMean", 7) == 0;
}

} // namespace

void
Profile::Start()
{
    g_count = 0;

    struct sigaction action
    {
    };

    action.sa_sigaction = OnTick;
    action.sa_flags = SA_SIGINFO | SA_RESTART;
    sigaction(SIGPROF, &action, nullptr);
    Tick(1000);
}

double
Profile::ShareOfTcp()
{
    Tick(0);
    std::size_t inTcp = 0;
    for (std::size_t i = 0; i < g_count; ++i)
    {
        inTcp += IsTcp(g_samples[i]) ? 1 : 0;
    }
    return g_count == 0 ? 0 : static_cast<double>(inTcp) / static_cast<double>(g_count);
}

} // namespace bench
