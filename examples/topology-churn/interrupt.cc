#include "interrupt.h"

#include <algorithm>
#include <csignal>
#include <sys/time.h>

namespace churn
{

namespace
{

volatile std::sig_atomic_t g_interrupted = 0;
volatile std::sig_atomic_t g_cpuLimitReached = 0;

extern "C" void
OnSignal(int signal)
{
    (signal == SIGPROF ? g_cpuLimitReached : g_interrupted) = 1;
}

void
Catch(int signal)
{
    struct sigaction action = {};
    action.sa_handler = OnSignal;
    action.sa_flags = SA_RESETHAND;
    sigaction(signal, &action, nullptr);
}

void
SetCpuTimer(ns3::Time time)
{
    itimerval timer{}; // all zero turns it off
    const auto microseconds = time.GetMicroSeconds();
    timer.it_value.tv_sec = microseconds / 1000000;
    timer.it_value.tv_usec = microseconds % 1000000;
    setitimer(ITIMER_PROF, &timer, nullptr);
}

} // namespace

void
CatchInterrupts()
{
    Catch(SIGINT);
    Catch(SIGTERM);
}

bool
IsInterrupted()
{
    return g_interrupted != 0;
}

CpuLimit::CpuLimit(ns3::Time limit)
{
    g_cpuLimitReached = 0;
    if (limit.IsStrictlyPositive())
    {
        Catch(SIGPROF);
        SetCpuTimer(std::max(limit, ns3::MicroSeconds(1)));
    }
}

CpuLimit::~CpuLimit()
{
    SetCpuTimer(ns3::Time(0));
}

bool
CpuLimit::IsReached() const
{
    return g_cpuLimitReached != 0;
}

} // namespace churn
