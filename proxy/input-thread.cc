#include "input-thread.h"

#include "ns3/nstime.h"
#include "ns3/simulator.h"

#include <array>
#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>
#include <utility>

namespace proxy
{

InputThread::~InputThread()
{
    Stop();
}

void
InputThread::Start(int fd, uint32_t context, Consumer consumer)
{
    m_consumer = std::move(consumer);
    m_wakeUp = eventfd(0, EFD_CLOEXEC);
    m_thread = std::jthread([this, fd, context](std::stop_token stop) { Run(stop, fd, context); });
}

void
InputThread::Continue()
{
    m_wanted.release();
}

void
InputThread::Stop()
{
    if (m_thread.joinable())
    {
        m_thread.request_stop();
        eventfd_write(m_wakeUp, 1);
        m_wanted.release();
        m_thread.join();
        close(std::exchange(m_wakeUp, -1));
    }
}

void
InputThread::Run(std::stop_token stop, int fd, uint32_t context)
{
    std::array<char, 65536> buffer;
    for (bool more = true; more;)
    {
        m_wanted.acquire();
        std::array<pollfd, 2> ready{{{fd, POLLIN, 0}, {m_wakeUp, POLLIN, 0}}};
        poll(ready.data(), ready.size(), -1);
        if (stop.stop_requested())
        {
            return;
        }
        const ssize_t size = read(fd, buffer.data(), buffer.size());
        more = size > 0;
        std::string piece(buffer.data(), more ? size : 0);
        ns3::Simulator::ScheduleWithContext(
            context,
            ns3::Time(0),
            [this, piece = std::move(piece)] { m_consumer(piece); });
    }
}

} // namespace proxy
