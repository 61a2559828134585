#include "output-thread.h"

#include "ns3/nstime.h"
#include "ns3/simulator.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>
#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>
#include <utility>

namespace proxy
{

namespace
{

constexpr std::size_t CAPACITY = 1024 * 1024;

} // namespace

OutputThread::~OutputThread()
{
    Stop();
}

void
OutputThread::Start(int fd, uint32_t context, Progress progress)
{
    m_progress = std::move(progress);
    m_wakeUp = eventfd(0, EFD_CLOEXEC);
    m_thread = std::jthread([this, fd, context](std::stop_token stop) { Run(stop, fd, context); });
}

std::size_t
OutputThread::Room()
{
    const std::scoped_lock lock(m_mutex);
    return CAPACITY - std::min(CAPACITY, m_waiting.size() + m_writing);
}

void
OutputThread::Write(const std::string& bytes)
{
    {
        const std::scoped_lock lock(m_mutex);
        m_waiting += bytes;
    }
    m_work.notify_one();
}

bool
OutputThread::IsEmpty()
{
    const std::scoped_lock lock(m_mutex);
    return m_waiting.empty() && m_writing == 0;
}

void
OutputThread::Stop()
{
    if (m_thread.joinable())
    {
        m_thread.request_stop();
        eventfd_write(m_wakeUp, 1);
        m_thread.join();
        close(std::exchange(m_wakeUp, -1));
    }
}

void
OutputThread::Run(std::stop_token stop, int fd, uint32_t context)
{
    for (int error = 0; error == 0;)
    {
        std::string bytes;
        {
            std::unique_lock lock(m_mutex);
            if (!m_work.wait(lock, stop, [this] { return !m_waiting.empty(); }))
            {
                return;
            }
            bytes.swap(m_waiting);
            m_writing = bytes.size();
        }
        error = WriteAll(fd, bytes);
        if (stop.stop_requested())
        {
            return;
        }
        {
            const std::scoped_lock lock(m_mutex);
            m_writing = 0;
        }
        ns3::Simulator::ScheduleWithContext(context, ns3::Time(0), [this, error] {
            m_progress(error);
        });
    }
}

int
OutputThread::WriteAll(int fd, const std::string& bytes)
{
    for (std::size_t done = 0; done < bytes.size();)
    {
        std::array<pollfd, 2> ready{{{fd, POLLOUT, 0}, {m_wakeUp, POLLIN, 0}}};
        poll(ready.data(), ready.size(), -1);
        if (ready[1].revents != 0)
        {
            return ECANCELED;
        }
        // A pipe that poll() calls writable takes PIPE_BUF bytes without blocking, not more.
        const std::size_t size = std::min<std::size_t>(bytes.size() - done, PIPE_BUF);
        const ssize_t written = write(fd, bytes.data() + done, size);
        if (written == -1 && errno != EAGAIN && errno != EINTR)
        {
            return errno;
        }
        done += std::max<ssize_t>(written, 0);
    }
    return 0;
}

} // namespace proxy
