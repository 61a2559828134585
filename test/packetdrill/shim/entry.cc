#include "host.h"
#include "interface.h"

#include <algorithm>
#include <cerrno>
#include <cstdarg>
#include <cstring>
#include <fcntl.h>
#include <functional>
#include <unistd.h>

namespace lifecycle::packetdrill
{

namespace
{

Host* g_current = nullptr; //!< packetdrill has one at a time

/** Runs a call with the host's lock held, and makes −1 and errno of an errno made negative. */
template <typename Call>
auto
Run(void* self, Call call)
{
    Host& host = *static_cast<Host*>(self);
    const std::lock_guard lock(host.node.mutex);
    auto result = call(host);
    if (result < 0)
    {
        errno = static_cast<int>(-result);
        result = -1;
    }
    return result;
}

ByteSpan
Span(const void* bytes, std::size_t length)
{
    return {static_cast<const uint8_t*>(bytes), length};
}

/** Spreads bytes over buffers. */
void
Scatter(const Bytes& bytes, const iovec* vectors, std::size_t count)
{
    std::size_t at = 0;
    for (std::size_t i = 0; i < count && at < bytes.size(); ++i)
    {
        const std::size_t length = std::min(vectors[i].iov_len, bytes.size() - at);
        std::memcpy(vectors[i].iov_base, bytes.data() + at, length);
        at += length;
    }
}

Bytes
Gather(const iovec* vectors, std::size_t count)
{
    Bytes bytes;
    for (std::size_t i = 0; i < count; ++i)
    {
        const ByteSpan piece = Span(vectors[i].iov_base, vectors[i].iov_len);
        bytes.insert(bytes.end(), piece.begin(), piece.end());
    }
    return bytes;
}

ssize_t
ReceiveInto(void* self, int fd, const iovec* vectors, std::size_t count, int flags)
{
    std::size_t room = 0;
    bool missing = false;
    for (std::size_t i = 0; i < count; ++i)
    {
        room += vectors[i].iov_len;
        missing |= vectors[i].iov_base == nullptr && vectors[i].iov_len > 0;
    }
    return Run(self, [&](Host& host) -> ssize_t {
        Bytes bytes;
        if (missing && (flags & MSG_TRUNC) == 0)
        {
            const ssize_t there = host.sockets.Receive(fd, room, flags | MSG_PEEK, bytes);
            return there > 0 ? -EFAULT : there;
        }
        const ssize_t result = host.sockets.Receive(fd, room, flags, bytes);
        Scatter(bytes, vectors, count);
        return result;
    });
}

void
Free(void* self)
{
    g_current = nullptr;
    delete static_cast<Host*>(self);
}

int
OpenSocket(void* self, int domain, int type, int protocol)
{
    return Run(self, [&](Host& host) { return host.sockets.Create(domain, type, protocol); });
}

int
Bind(void* self, int fd, const sockaddr* address, socklen_t length)
{
    return Run(self, [&](Host& host) { return host.sockets.Bind(fd, address, length); });
}

int
Listen(void* self, int fd, int backlog)
{
    return Run(self, [&](Host& host) { return host.sockets.Listen(fd, backlog); });
}

int
Accept(void* self, int fd, sockaddr* address, socklen_t* length)
{
    return Run(self, [&](Host& host) { return host.sockets.Accept(fd, address, length); });
}

int
Connect(void* self, int fd, const sockaddr* address, socklen_t length)
{
    return Run(self, [&](Host& host) { return host.sockets.Connect(fd, address, length); });
}

ssize_t
Recv(void* self, int fd, void* bytes, size_t length, int flags)
{
    const iovec vector{bytes, length};
    return ReceiveInto(self, fd, &vector, 1, flags);
}

ssize_t
Read(void* self, int fd, void* bytes, size_t length)
{
    return Recv(self, fd, bytes, length, 0);
}

ssize_t
ReadV(void* self, int fd, const iovec* vectors, int count)
{
    return ReceiveInto(self, fd, vectors, static_cast<std::size_t>(count), 0);
}

ssize_t
RecvFrom(void* self, int fd, void* bytes, size_t length, int flags, sockaddr*, socklen_t* size)
{
    if (size != nullptr)
    {
        *size = 0; // TCP names nobody
    }
    return Recv(self, fd, bytes, length, flags);
}

ssize_t
RecvMsg(void* self, int fd, msghdr* message, int flags)
{
    if ((flags & MSG_ERRQUEUE) != 0)
    {
        return Run(self, [&](Host& host) { return host.sockets.ReceiveReport(fd, *message); });
    }
    message->msg_flags = 0;
    const ssize_t received = ReceiveInto(self, fd, message->msg_iov, message->msg_iovlen, flags);
    if (received >= 0)
    {
        const std::lock_guard lock(static_cast<Host*>(self)->node.mutex);
        static_cast<Host*>(self)->sockets.DescribeReceived(fd, *message);
    }
    return received;
}

ssize_t
SendTo(void* self,
       int fd,
       const void* bytes,
       size_t length,
       int flags,
       const sockaddr* address,
       socklen_t size)
{
    return Run(self, [&](Host& host) {
        return host.sockets.SendTo(fd, Span(bytes, length), flags, address, size);
    });
}

ssize_t
Send(void* self, int fd, const void* bytes, size_t length, int flags)
{
    return SendTo(self, fd, bytes, length, flags, nullptr, 0);
}

ssize_t
Write(void* self, int fd, const void* bytes, size_t length)
{
    return Send(self, fd, bytes, length, 0);
}

ssize_t
WriteV(void* self, int fd, const iovec* vectors, int count)
{
    const Bytes bytes = Gather(vectors, static_cast<std::size_t>(count));
    return Send(self, fd, bytes.data(), bytes.size(), 0);
}

ssize_t
SendMsg(void* self, int fd, const msghdr* message, int flags)
{
    const Bytes bytes = Gather(message->msg_iov, message->msg_iovlen);
    return SendTo(self,
                  fd,
                  bytes.data(),
                  bytes.size(),
                  flags,
                  static_cast<const sockaddr*>(message->msg_name),
                  message->msg_namelen);
}

int
Fcntl(void* self, int fd, int command, ...)
{
    va_list rest;
    va_start(rest, command);
    const long argument = command == F_SETFL || command == F_SETFD ? va_arg(rest, int) : 0;
    va_end(rest);
    return Run(self, [&](Host& host) { return host.sockets.Fcntl(fd, command, argument); });
}

int
Ioctl(void* self, int fd, unsigned long request, ...)
{
    va_list rest;
    va_start(rest, request);
    void* argument = va_arg(rest, void*);
    va_end(rest);
    return Run(self, [&](Host& host) { return host.sockets.Ioctl(fd, request, argument); });
}

int
Close(void* self, int fd)
{
    return Run(self, [&](Host& host) { return host.sockets.Close(fd); });
}

int
Shutdown(void* self, int fd, int how)
{
    return Run(self, [&](Host& host) { return host.sockets.Shutdown(fd, how); });
}

int
GetSockOpt(void* self, int fd, int level, int name, void* value, socklen_t* length)
{
    return Run(self,
               [&](Host& host) { return host.sockets.GetOption(fd, level, name, value, length); });
}

int
SetSockOpt(void* self, int fd, int level, int name, const void* value, socklen_t length)
{
    return Run(self,
               [&](Host& host) { return host.sockets.SetOption(fd, level, name, value, length); });
}

int
Poll(void* self, pollfd* fds, nfds_t count, int milliseconds)
{
    return Run(self, [&](Host& host) { return host.sockets.Poll(fds, count, milliseconds); });
}

int
NetdevSend(void* self, const void* packet, size_t length)
{
    return Run(self, [&](Host& host) {
        host.node.Inject(Span(packet, length));
        return 0;
    });
}

long long
MicrosecondsOf(Instant when)
{
    return std::chrono::duration_cast<std::chrono::microseconds>(when.time_since_epoch()).count();
}

int
NetdevReceive(void* self, void* buffer, size_t* count, long long* when)
{
    return Run(self, [&](Host& host) {
        const std::optional<SentPacket> packet = host.node.Sniff();
        if (!packet)
        {
            // packetdrill would ask again for ever. What is no packet at all makes it say so.
            std::memset(buffer, 0, *count);
            *count = std::min<std::size_t>(*count, 1);
            *when = MicrosecondsOf(host.node.Now());
            return 0;
        }
        *count = std::min(*count, packet->bytes.size());
        std::memcpy(buffer, packet->bytes.data(), *count);
        *when = MicrosecondsOf(packet->when);
        return 0;
    });
}

int
Usleep(void* self, useconds_t microseconds)
{
    return Run(self, [&](Host& host) {
        host.node.AdvanceTo(host.node.Now() + std::chrono::microseconds(microseconds));
        return 0;
    });
}

int
GetTimeOfDay(void* self, timeval* time, struct timezone*)
{
    return Run(self, [&](Host& host) {
        const long long now = MicrosecondsOf(host.node.TellTime());
        constexpr long long kPerSecond = 1000000;
        time->tv_sec = now / kPerSecond;
        time->tv_usec = now % kPerSecond;
        return 0;
    });
}

int
EpollCreate(void* self, int)
{
    return Run(self, [&](Host& host) { return host.sockets.EpollCreate(); });
}

int
EpollCtl(void* self, int epfd, int operation, int fd, epoll_event* event)
{
    return Run(self,
               [&](Host& host) { return host.sockets.EpollControl(epfd, operation, fd, event); });
}

int
EpollWait(void* self, int epfd, epoll_event* events, int most, int milliseconds)
{
    return Run(self, [&](Host& host) {
        return host.sockets.EpollWait(epfd, events, most, milliseconds);
    });
}

int
Pipe(void*, int fds[2])
{
    return ::pipe(fds);
}

/** splice() between a connection and a pipe. */
int
Splice(void* self, int in, loff_t*, int out, loff_t*, size_t length, unsigned int flags)
{
    const int block = (flags & SPLICE_F_NONBLOCK) != 0 ? MSG_DONTWAIT : 0;
    return Run(self, [&](Host& host) -> int {
        Bytes bytes(length);
        if (host.sockets.Owns(in))
        {
            const ssize_t received = host.sockets.Receive(in, length, block, bytes);
            return received <= 0 ? static_cast<int>(received)
                                 : static_cast<int>(::write(out, bytes.data(), bytes.size()));
        }
        if (!host.sockets.Owns(out))
        {
            return -EINVAL;
        }
        const ssize_t read = ::read(in, bytes.data(), bytes.size());
        if (read <= 0)
        {
            return read < 0 ? -errno : 0;
        }
        bytes.resize(static_cast<std::size_t>(read));
        return static_cast<int>(host.sockets.SendTo(out, bytes, block, nullptr, 0));
    });
}

} // namespace

Host*
CurrentHost()
{
    return g_current;
}

} // namespace lifecycle::packetdrill

void
packetdrill_interface_init(const char* flags, lifecycle::packetdrill::InterfaceTable* table)
{
    using namespace lifecycle::packetdrill;
    g_current = new Host(ParseFlags(flags != nullptr ? flags : ""));
    *table = {.self = g_current,
              .free = Free,
              .socket = OpenSocket,
              .bind = Bind,
              .listen = Listen,
              .accept = Accept,
              .connect = Connect,
              .read = Read,
              .readv = ReadV,
              .recv = Recv,
              .recvfrom = RecvFrom,
              .recvmsg = RecvMsg,
              .write = Write,
              .writev = WriteV,
              .send = Send,
              .sendto = SendTo,
              .sendmsg = SendMsg,
              .fcntl = Fcntl,
              .ioctl = Ioctl,
              .close = Close,
              .shutdown = Shutdown,
              .getsockopt = GetSockOpt,
              .setsockopt = SetSockOpt,
              .poll = Poll,
              .netdevSend = NetdevSend,
              .netdevReceive = NetdevReceive,
              .usleep = Usleep,
              .gettimeofday = GetTimeOfDay,
              .epollCreate = EpollCreate,
              .epollCtl = EpollCtl,
              .epollWait = EpollWait,
              .pipe = Pipe,
              .splice = Splice};
}
