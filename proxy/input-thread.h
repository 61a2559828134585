#ifndef PROXY_INPUT_THREAD_H
#define PROXY_INPUT_THREAD_H

#include <cstdint>
#include <functional>
#include <semaphore>
#include <stop_token>
#include <string>
#include <thread>

namespace proxy
{

/**
 * Reads a descriptor in a thread of its own and hands each piece to the simulator's thread. It
 * reads no further until the piece has been used up, so a fast writer fills no memory.
 */
class InputThread
{
  public:
    /** Called in the simulator's thread with a piece, empty at the end of the input. */
    using Consumer = std::function<void(std::string)>;

    InputThread() = default;
    ~InputThread();
    InputThread(const InputThread&) = delete;
    InputThread& operator=(const InputThread&) = delete;

    /**
     * Reads the first piece.
     * \param fd descriptor to read
     * \param context ns-3 node to run the consumer for
     * \param consumer gets the pieces
     */
    void Start(int fd, uint32_t context, Consumer consumer);

    /** The last piece is used up: read the next. */
    void Continue();

    /** Ends the thread; the consumer is not called any more. Call it before Simulator::Destroy().
     */
    void Stop();

  private:
    void Run(std::stop_token stop, int fd, uint32_t context);

    Consumer m_consumer;                   //!< gets the pieces
    std::counting_semaphore<> m_wanted{1}; //!< pieces that may be read
    int m_wakeUp{-1};                      //!< eventfd that ends a wait for input
    std::jthread m_thread;                 //!< the thread
};

} // namespace proxy

#endif /* PROXY_INPUT_THREAD_H */
