#include "sockets.h"

#include <cerrno>
#include <sys/eventfd.h>

namespace lifecycle::packetdrill
{

namespace
{

std::optional<Duration>
Milliseconds(int milliseconds)
{
    return milliseconds < 0 ? std::nullopt
                            : std::optional<Duration>(std::chrono::milliseconds(milliseconds));
}

} // namespace

/** As tcp_poll(). */
short
Sockets::EventsOf(const Socket& socket) const
{
    constexpr short kReadable = POLLIN | POLLRDNORM;
    constexpr short kWritable = POLLOUT | POLLWRNORM;
    if (socket.listener)
    {
        return m_node.Tcp().View(*socket.listener).recvQueue > 0 ? kReadable : short{0};
    }
    const State state = StateOf(socket);
    const bool gone = state == State::Closed; // a socket that was reset is shut down both ways
    const bool wasOpen = socket.stream && socket.stream->closed;
    const bool noReceive =
        socket.noReceive || wasOpen || (socket.stream && socket.stream->peerClosed);
    const bool noSend = socket.noSend || wasOpen;
    short events = 0;
    if (gone || (noReceive && noSend))
    {
        events |= POLLHUP;
    }
    if (noReceive)
    {
        events |= kReadable | POLLRDHUP;
    }
    const bool open = state != State::SynSent &&
                      (state != State::SynReceived || (socket.stream && socket.stream->fastOpen));
    if (open)
    {
        const auto lowat = static_cast<uint64_t>(std::max(socket.options.receiveLowat, 1));
        if (socket.stream && socket.stream->readable >= lowat)
        {
            events |= kReadable;
        }
        if (noSend || MayWrite(socket))
        {
            events |= kWritable;
        }
    }
    else if (state == State::SynSent && socket.deferred)
    {
        events |= kWritable;
    }
    if (socket.stream && (socket.stream->error != 0 || !socket.stream->reports.IsEmpty()))
    {
        events |= POLLERR;
    }
    return events;
}

/** Counts what would wake those who poll, for EPOLLET. */
uint64_t
Sockets::StirsOf(const Socket& socket) const
{
    uint64_t stirs = socket.stirs;
    if (socket.listener)
    {
        stirs += m_node.AcceptStirs(*socket.listener);
    }
    if (socket.stream)
    {
        stirs += socket.stream->stirs;
    }
    return stirs;
}

int
Sockets::Poll(pollfd* fds, nfds_t count, int milliseconds)
{
    int ready = 0;
    const auto look = [&] {
        ready = 0;
        for (nfds_t i = 0; i < count; ++i)
        {
            const SocketPtr socket = Find(fds[i].fd);
            const auto always = static_cast<short>(POLLERR | POLLHUP);
            fds[i].revents = !socket
                                 ? short{POLLNVAL}
                                 : static_cast<short>(EventsOf(*socket) & (fds[i].events | always));
            ready += fds[i].revents != 0;
        }
        return ready > 0;
    };
    if (!look() && milliseconds != 0)
    {
        WaitFor(Socket(), 0, Milliseconds(milliseconds), look);
    }
    return ready;
}

int
Sockets::EpollCreate()
{
    const int fd = eventfd(0, EFD_CLOEXEC);
    m_epolls[fd];
    return fd;
}

int
Sockets::EpollControl(int epfd, int operation, int fd, epoll_event* event)
{
    const auto epoll = m_epolls.find(epfd);
    const SocketPtr socket = Find(fd);
    if (epoll == m_epolls.end() || !socket)
    {
        return -EBADF;
    }
    Watches& watches = epoll->second;
    const bool known = watches.contains(fd);
    switch (operation)
    {
    case EPOLL_CTL_ADD:
        if (known)
        {
            return -EEXIST;
        }
        watches[fd] = {*event, UINT64_MAX, false}; // what is there already is reported once
        return 0;
    case EPOLL_CTL_MOD:
        if (!known)
        {
            return -ENOENT;
        }
        watches[fd] = {*event, UINT64_MAX, false};
        return 0;
    case EPOLL_CTL_DEL:
        return watches.erase(fd) > 0 ? 0 : -ENOENT;
    default:
        return -EINVAL;
    }
}

/** Fills in what has happened. \returns whether anything has */
bool
Sockets::ReportEpoll(Watches& watches, epoll_event* events, int most, int& count)
{
    count = 0;
    for (auto& [fd, watch] : watches)
    {
        const SocketPtr socket = Find(fd);
        if (!socket || watch.disarmed || count == most)
        {
            continue;
        }
        const uint32_t wanted = watch.event.events | EPOLLERR | EPOLLHUP;
        const uint32_t there = static_cast<uint16_t>(EventsOf(*socket)) & wanted;
        const uint64_t stirs = StirsOf(*socket);
        const bool edge = (watch.event.events & EPOLLET) != 0;
        if (there == 0 || (edge && stirs == watch.reported))
        {
            continue;
        }
        watch.reported = stirs;
        watch.disarmed = (watch.event.events & EPOLLONESHOT) != 0;
        events[count] = watch.event;
        events[count].events = there;
        ++count;
    }
    return count > 0;
}

int
Sockets::EpollWait(int epfd, epoll_event* events, int most, int milliseconds)
{
    if (!m_epolls.contains(epfd))
    {
        return -EBADF;
    }
    if (most <= 0)
    {
        return -EINVAL;
    }
    int count = 0;
    const auto look = [&] {
        const auto epoll = m_epolls.find(epfd);
        return count > 0 || epoll == m_epolls.end() ||
               ReportEpoll(epoll->second, events, most, count);
    };
    if (!look() && milliseconds != 0)
    {
        WaitFor(Socket(), 0, Milliseconds(milliseconds), look);
    }
    return count;
}

} // namespace lifecycle::packetdrill
