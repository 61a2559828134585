#ifndef LIFECYCLE_PACKETDRILL_SOCKETS_H
#define LIFECYCLE_PACKETDRILL_SOCKETS_H

#include "node.h"

#include <map>
#include <memory>
#include <poll.h>
#include <string>
#include <sys/epoll.h>
#include <sys/socket.h>

namespace lifecycle::packetdrill
{

/** An address and port, as a sockaddr has them. */
struct Place
{
    IpAddress address;
    uint16_t port{0};
};

/** What stands behind a descriptor. */
struct Socket
{
    int fd{-1};
    int family{0};
    bool nonBlocking{false};
    SocketOptions options;
    Place local;
    bool bound{false};
    bool reserved{false}; //!< Endpoint::Bind() holds its port
    bool noReceive{false};
    bool noSend{false};
    std::optional<ListenerId> listener;
    int backlog{0};
    std::shared_ptr<Stream> stream; //!< once it connects or is accepted
    bool connecting{false};         //!< connect() has not told the end of it yet (SS_CONNECTING)
    bool deferred{false};           //!< its SYN waits for data (INET_FLAGS_DEFER_CONNECT)
    uint64_t stirs{0};              //!< what only this side has to say to those who poll
};

/** One descriptor that an epoll descriptor watches. */
struct Watch
{
    epoll_event event{};
    uint64_t reported{0}; //!< stirs when it was reported last, with EPOLLET
    bool disarmed{false}; //!< by EPOLLONESHOT
};

using Watches = std::map<int, Watch>;

/**
 * The socket calls of the host under test, with the kernel's manners. Like system calls in the
 * kernel they give a result, or an errno made negative.
 */
class Sockets
{
  public:
    explicit Sockets(Node& node)
        : m_node(node)
    {
    }

    bool Owns(int fd) const;

    // Opening and closing.
    int Create(int domain, int type, int protocol);
    int Bind(int fd, const sockaddr* address, socklen_t length);
    int Listen(int fd, int backlog);
    int Accept(int fd, sockaddr* address, socklen_t* length);
    int Connect(int fd, const sockaddr* address, socklen_t length);
    int Shutdown(int fd, int how);
    int Close(int fd);

    // Data.
    ssize_t SendTo(int fd, ByteSpan bytes, int flags, const sockaddr* address, socklen_t length);
    /** \param room how much there is room for; \p bytes gets what was read */
    ssize_t Receive(int fd, std::size_t room, int flags, Bytes& bytes);
    /** Fills in the control messages that go with what Receive() gave (TCP_INQ). */
    void DescribeReceived(int fd, msghdr& message) const;
    /** recvmsg() with MSG_ERRQUEUE. */
    ssize_t ReceiveReport(int fd, msghdr& message);

    // Options.
    int SetOption(int fd, int level, int name, const void* value, socklen_t length);
    int GetOption(int fd, int level, int name, void* value, socklen_t* length);
    int Fcntl(int fd, int command, long argument);
    int Ioctl(int fd, unsigned long request, void* argument);

    // Waiting for several.
    int Poll(pollfd* fds, nfds_t count, int milliseconds);
    int EpollCreate();
    int EpollControl(int epfd, int operation, int fd, epoll_event* event);
    int EpollWait(int epfd, epoll_event* events, int most, int milliseconds);

    /** The settings of the host have changed: connections follow. */
    void Reconfigure();

    /** Runs \p visit on every socket. */
    template <typename Visit>
    void ForEach(Visit visit) const
    {
        for (const auto& [fd, socket] : m_sockets)
        {
            visit(*socket);
        }
    }

  private:
    using SocketPtr = std::shared_ptr<Socket>;

    SocketPtr Find(int fd) const;
    SocketPtr Adopt(int family);
    int Ask(const Socket& socket, const sockaddr* address, socklen_t length, Place& name) const;
    std::shared_ptr<const Config> ConfigOf(const Socket& socket) const;
    void Configure(const Socket& socket);
    void Settle();

    State StateOf(const Socket& socket) const;
    short EventsOf(const Socket& socket) const;
    uint64_t StirsOf(const Socket& socket) const;
    static uint64_t BufferSize(const ConnectionView& view);
    static uint64_t SendMemoryUsed(const ConnectionView& view);
    static uint64_t InLastBuffer(const Stream& stream, const ConnectionView& view);
    uint32_t NotSentLowat(const Socket& socket) const;
    uint32_t SendBufferOf(const Socket& socket) const;
    uint64_t FreeSendMemory(const Socket& socket) const;
    bool MayWrite(const Socket& socket) const;

    int StartConnecting(Socket& socket, const Place& remote, bool fastOpen);
    int ResultOfConnect(Socket& socket);
    int FinishConnecting(Socket& socket, int flags, ByteSpan bytes, ssize_t& inSyn);
    int OpenWithData(Socket& socket,
                     ByteSpan bytes,
                     int flags,
                     const sockaddr* address,
                     socklen_t length,
                     ssize_t& inSyn);
    ssize_t Send(Socket& socket, ByteSpan bytes, int flags);
    ssize_t ConnectBySending(Socket& socket,
                             ByteSpan bytes,
                             const sockaddr* address,
                             socklen_t length);
    ssize_t OpenAndSend(Socket& socket,
                        ByteSpan bytes,
                        int flags,
                        const sockaddr* address,
                        socklen_t length);
    void StopListening(Socket& socket);
    void LingerUntilSent(Socket& socket);
    bool ReportEpoll(Watches& watches, epoll_event* events, int most, int& count);

    void WatchWritten(const Socket& socket, int flags);
    static int KeptOption(const Socket& socket, int level, int name);
    void ApplyTraits(const Socket& socket);
    int SetSocketLevel(Socket& socket, int name, const void* value, socklen_t length);
    int SetTcpLevel(Socket& socket, int name, const void* value, socklen_t length);
    std::optional<int> GetSocketLevel(Socket& socket, int name);
    std::optional<int> GetTcpLevel(Socket& socket, int name);
    int GetMemory(Socket& socket, void* value, socklen_t* length);
    int GetLarge(Socket& socket, int level, int name, void* value, socklen_t* length);

    /** Waits for \p ready, unless the socket or the call does not block. \returns 0 or -EAGAIN */
    template <typename Ready>
    int WaitFor(const Socket& socket, int flags, const std::optional<Duration>& limit, Ready ready);

    Node& m_node;
    std::map<int, SocketPtr> m_sockets;
    std::map<int, Watches> m_epolls;
};

template <typename Ready>
int
Sockets::WaitFor(const Socket& socket, int flags, const std::optional<Duration>& limit, Ready ready)
{
    if (ready())
    {
        return 0;
    }
    if (!socket.nonBlocking && (flags & MSG_DONTWAIT) == 0)
    {
        m_node.Wait(limit ? m_node.Now() + *limit : kNever, ready);
    }
    return ready() ? 0 : -EAGAIN;
}

} // namespace lifecycle::packetdrill

#endif /* LIFECYCLE_PACKETDRILL_SOCKETS_H */
