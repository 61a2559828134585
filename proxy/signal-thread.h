#ifndef PROXY_SIGNAL_THREAD_H
#define PROXY_SIGNAL_THREAD_H

#include <cstdint>
#include <functional>
#include <stop_token>
#include <thread>

namespace proxy
{

/**
 * Takes the signals of the process in a thread of its own and hands them to the simulator's
 * thread: SIGINT and SIGTERM as a wish to stop, SIGUSR1 as a wish to see the connections. A second
 * SIGINT or SIGTERM ends the process at once.
 */
class SignalThread
{
  public:
    /** Blocks the signals in the calling thread. Call it before any other thread is started,
     *  because threads inherit the mask. SIGPIPE is ignored. */
    static void BlockSignals();

    /**
     * \param context ns-3 node to run the callbacks for
     * \param onStop called in the simulator's thread for SIGINT and SIGTERM
     * \param onShow called in the simulator's thread for SIGUSR1
     */
    SignalThread(uint32_t context, std::function<void()> onStop, std::function<void()> onShow);
    ~SignalThread();
    SignalThread(const SignalThread&) = delete;
    SignalThread& operator=(const SignalThread&) = delete;

    /** Ends the thread. Call it before Simulator::Destroy(). */
    void Stop();

  private:
    void Run(std::stop_token stop);

    uint32_t m_context;             //!< ns-3 node of the callbacks
    std::function<void()> m_onStop; //!< for SIGINT and SIGTERM
    std::function<void()> m_onShow; //!< for SIGUSR1
    std::jthread m_thread;          //!< the thread
};

} // namespace proxy

#endif /* PROXY_SIGNAL_THREAD_H */
