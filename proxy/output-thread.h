#ifndef PROXY_OUTPUT_THREAD_H
#define PROXY_OUTPUT_THREAD_H

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <mutex>
#include <stop_token>
#include <string>
#include <thread>

namespace proxy
{

/**
 * Writes to a descriptor in a thread of its own, so that a slow reader stops nothing but its own
 * connection: what waits is bounded, and the simulator's thread leaves the rest in the socket,
 * whose window then closes.
 */
class OutputThread
{
  public:
    /** Called in the simulator's thread after something was written, or with the errno of a
     *  failure, after which nothing is written any more. */
    using Progress = std::function<void(int error)>;

    OutputThread() = default;
    ~OutputThread();
    OutputThread(const OutputThread&) = delete;
    OutputThread& operator=(const OutputThread&) = delete;

    /**
     * \param fd descriptor to write
     * \param context ns-3 node to run the callback for
     * \param progress told how it goes
     */
    void Start(int fd, uint32_t context, Progress progress);

    /** \returns how many bytes Write() takes now */
    std::size_t Room();

    /** \param bytes to write, at most Room() */
    void Write(const std::string& bytes);

    /** \returns true if all bytes are written */
    bool IsEmpty();

    /** Ends the thread, leaving what is not written. Call it before Simulator::Destroy(). */
    void Stop();

  private:
    void Run(std::stop_token stop, int fd, uint32_t context);
    /** \param fd where to \param bytes what to write, all of it \returns 0 or an errno */
    int WriteAll(int fd, const std::string& bytes);

    Progress m_progress;                //!< told how it goes
    std::mutex m_mutex;                 //!< guards the members below
    std::condition_variable_any m_work; //!< m_waiting has bytes
    std::string m_waiting;              //!< bytes not taken by the thread yet
    std::size_t m_writing{0};           //!< bytes the thread is writing
    int m_wakeUp{-1};                   //!< eventfd that ends a wait for the reader
    std::jthread m_thread;              //!< the thread
};

} // namespace proxy

#endif /* PROXY_OUTPUT_THREAD_H */
