#include "interrupt.h"

#include <csignal>

namespace churn
{

namespace
{

volatile std::sig_atomic_t g_interrupted = 0;

extern "C" void
OnSignal(int)
{
    g_interrupted = 1;
}

} // namespace

void
CatchInterrupts()
{
    struct sigaction action = {};
    action.sa_handler = OnSignal;
    action.sa_flags = SA_RESETHAND;
    sigaction(SIGINT, &action, nullptr);
    sigaction(SIGTERM, &action, nullptr);
}

bool
IsInterrupted()
{
    return g_interrupted != 0;
}

} // namespace churn
