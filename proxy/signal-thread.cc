#include "signal-thread.h"

#include "ns3/nstime.h"
#include "ns3/simulator.h"

#include <csignal>
#include <pthread.h>
#include <unistd.h>
#include <utility>

namespace proxy
{

namespace
{

/** SIGUSR2 is ours: Stop() sends it to the thread to end its wait. */
constexpr int WAKE_UP = SIGUSR2;

sigset_t
SignalsTaken()
{
    sigset_t signals;
    sigemptyset(&signals);
    for (const int signal : {SIGINT, SIGTERM, SIGUSR1, WAKE_UP})
    {
        sigaddset(&signals, signal);
    }
    return signals;
}

} // namespace

void
SignalThread::BlockSignals()
{
    const sigset_t signals = SignalsTaken();
    pthread_sigmask(SIG_BLOCK, &signals, nullptr);
    std::signal(SIGPIPE, SIG_IGN);
}

SignalThread::SignalThread(uint32_t context,
                           std::function<void()> onStop,
                           std::function<void()> onShow)
    : m_context(context),
      m_onStop(std::move(onStop)),
      m_onShow(std::move(onShow)),
      m_thread([this](std::stop_token stop) { Run(stop); })
{
}

SignalThread::~SignalThread()
{
    Stop();
}

void
SignalThread::Stop()
{
    if (m_thread.joinable())
    {
        m_thread.request_stop();
        pthread_kill(m_thread.native_handle(), WAKE_UP);
        m_thread.join();
    }
}

void
SignalThread::Run(std::stop_token stop)
{
    const sigset_t signals = SignalsTaken();
    bool stopping = false;
    while (!stop.stop_requested())
    {
        int signal = 0;
        sigwait(&signals, &signal);
        if (signal == SIGUSR1)
        {
            ns3::Simulator::ScheduleWithContext(m_context, ns3::Time(0), [this] { m_onShow(); });
        }
        else if (signal == SIGINT || signal == SIGTERM)
        {
            if (std::exchange(stopping, true))
            {
                _exit(128 + signal); // the kernel removes the tap
            }
            ns3::Simulator::ScheduleWithContext(m_context, ns3::Time(0), [this] { m_onStop(); });
        }
    }
}

} // namespace proxy
