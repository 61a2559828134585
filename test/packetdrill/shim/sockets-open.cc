#include "socket-address.h"
#include "sockets.h"

#include <cerrno>
#include <netinet/in.h>
#include <sys/eventfd.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace lifecycle::packetdrill
{

namespace
{

int
ErrnoOf(Error error)
{
    switch (error)
    {
    case Error::None:
        return 0;
    case Error::InvalidArgument:
        return EINVAL;
    case Error::AddressInUse:
        return EADDRINUSE;
    case Error::AddressNotAvailable:
        return EADDRNOTAVAIL;
    case Error::NotConnected:
        return ENOTCONN;
    case Error::WouldBlock:
        return EAGAIN;
    case Error::SendShutDown:
        return EPIPE;
    }
    return EIO;
}

} // namespace

bool
Sockets::Owns(int fd) const
{
    return m_sockets.contains(fd) || m_epolls.contains(fd);
}

Sockets::SocketPtr
Sockets::Find(int fd) const
{
    const auto found = m_sockets.find(fd);
    return found == m_sockets.end() ? nullptr : found->second;
}

/** Makes a socket behind a descriptor that nobody else gets. */
Sockets::SocketPtr
Sockets::Adopt(int family)
{
    auto socket = std::make_shared<Socket>();
    socket->fd = eventfd(0, EFD_CLOEXEC); // it does nothing, but it is real
    socket->family = family;
    socket->local.address = family == AF_INET ? IpAddress::FromV4(0) : IpAddress();
    m_sockets[socket->fd] = socket;
    return socket;
}

std::shared_ptr<const Config>
Sockets::ConfigOf(const Socket& socket) const
{
    return std::make_shared<const Config>(m_node.Set().MakeConfig(socket.options));
}

void
Sockets::Configure(const Socket& socket)
{
    if (socket.listener)
    {
        m_node.Tcp().Configure(*socket.listener, ConfigOf(socket));
    }
    else if (socket.stream && !socket.stream->closed)
    {
        m_node.Tcp().Configure(m_node.Now(), socket.stream->id, ConfigOf(socket));
    }
    Settle();
}

void
Sockets::Reconfigure()
{
    m_node.Tcp().SetConfig(m_node.Set().MakeConfig({}));
    ForEach([this](const Socket& socket) { Configure(socket); });
}

void
Sockets::Settle()
{
    m_node.Settle();
}

int
Sockets::Create(int domain, int type, int protocol)
{
    constexpr int kTypeMask = 0xf;
    if ((domain != AF_INET && domain != AF_INET6) || (type & kTypeMask) != SOCK_STREAM)
    {
        return -EAFNOSUPPORT; // the host has TCP and nothing else
    }
    if (protocol != 0 && protocol != IPPROTO_TCP)
    {
        return -EPROTONOSUPPORT;
    }
    const SocketPtr socket = Adopt(domain);
    socket->nonBlocking = (type & SOCK_NONBLOCK) != 0;
    return socket->fd;
}

int
Sockets::Bind(int fd, const sockaddr* address, socklen_t length)
{
    const SocketPtr socket = Find(fd);
    if (!socket)
    {
        return -EBADF;
    }
    Place name;
    if (const int error = ReadAddress(address, length, socket->family, name))
    {
        return error;
    }
    if (socket->bound || socket->stream || socket->listener)
    {
        return -EINVAL;
    }
    const Result<uint16_t> port =
        m_node.Tcp().Bind(name.address, name.port, socket->options.reuseAddress);
    // SO_REUSEADDR: sockets that do not listen may share a port (inet_csk_get_port).
    const bool shares =
        port.error == Error::AddressInUse && socket->options.reuseAddress && name.port != 0;
    if (!port && !shares)
    {
        return -ErrnoOf(port.error);
    }
    socket->reserved = static_cast<bool>(port);
    socket->bound = true;
    socket->local = {name.address, shares ? name.port : port.value};
    return 0;
}

int
Sockets::Listen(int fd, int backlog)
{
    const SocketPtr socket = Find(fd);
    if (!socket)
    {
        return -EBADF;
    }
    if (socket->stream)
    {
        return -EINVAL;
    }
    socket->backlog = backlog;
    if (socket->listener)
    {
        m_node.Tcp().SetBacklog(*socket->listener, static_cast<uint32_t>(backlog));
        return 0;
    }
    if (!socket->bound)
    {
        const Result<uint16_t> port = m_node.Tcp().Bind(socket->local.address, 0);
        if (!port)
        {
            return -ErrnoOf(port.error);
        }
        socket->bound = true;
        socket->reserved = true;
        socket->local.port = port.value;
    }
    ListenRequest request;
    request.local = socket->local.address;
    request.port = socket->local.port;
    request.backlog = static_cast<uint32_t>(backlog);
    request.reuseAddress = socket->options.reuseAddress;
    request.config = ConfigOf(*socket);
    const Result<ListenerId> listener = m_node.Tcp().Listen(request);
    if (!listener)
    {
        return -ErrnoOf(listener.error);
    }
    socket->listener = listener.value;
    Settle();
    return 0;
}

int
Sockets::Accept(int fd, sockaddr* address, socklen_t* length)
{
    const SocketPtr socket = Find(fd);
    if (!socket)
    {
        return -EBADF;
    }
    if (!socket->listener)
    {
        return -EINVAL;
    }
    Result<ConnectionId> accepted{{}, Error::WouldBlock};
    const auto ready = [&] {
        if (!accepted && socket->listener)
        {
            accepted = m_node.Tcp().Accept(*socket->listener);
        }
        return accepted || !socket->listener;
    };
    if (const int error = WaitFor(*socket, 0, socket->options.receiveTimeout, ready))
    {
        return error;
    }
    if (!accepted)
    {
        return -EINVAL; // it listens no more
    }
    const std::shared_ptr<Stream> stream = m_node.TakeAccepted(accepted.value);
    if (stream->closed && m_node.Set().IsFreeBsd())
    {
        return -ECONNABORTED; // tcp_usr_accept()
    }
    const SocketPtr child = Adopt(socket->family);
    child->options = socket->options; // as sk_clone_lock() copies them
    child->stream = stream;
    child->local = {child->stream->tuple.local, child->stream->tuple.localPort};
    child->bound = true;
    ApplyTraits(*child);
    WriteAddress({child->stream->tuple.remote, child->stream->tuple.remotePort},
                 socket->family,
                 address,
                 length);
    Settle();
    return child->fd;
}

int
Sockets::StartConnecting(Socket& socket, const Place& remote, bool fastOpen)
{
    const bool wild =
        socket.local.address == IpAddress() || socket.local.address == IpAddress::FromV4(0);
    ConnectRequest request;
    request.local = wild ? m_node.Set().LocalFor(remote.address) : socket.local.address;
    request.localPort = socket.local.port;
    request.remote = remote.address;
    request.remotePort = remote.port;
    request.linkMss = m_node.Set().LinkMss(request.local);
    request.fastOpen = fastOpen;
    request.config = ConfigOf(socket);
    const Result<ConnectionId> connection = m_node.Tcp().Connect(m_node.Now(), request);
    if (!connection)
    {
        // A port that is taken for this destination: with a bound port Linux says so at once.
        return -(socket.local.port != 0 ? EADDRNOTAVAIL : ErrnoOf(connection.error));
    }
    socket.stream = m_node.StreamOf(connection.value);
    socket.stream->known = true;
    socket.stream->initiated = true;
    socket.stream->tuple = m_node.Tcp().View(connection.value).tuple;
    socket.local = {socket.stream->tuple.local, socket.stream->tuple.localPort};
    socket.connecting = true;
    ApplyTraits(socket);
    return 0;
}

/** What connect() says of an attempt that was begun before (__inet_stream_connect()). */
int
Sockets::ResultOfConnect(Socket& socket)
{
    Stream& stream = *socket.stream;
    if (!socket.connecting || socket.deferred)
    {
        return -EISCONN;
    }
    if (!stream.established && !stream.closed)
    {
        return -EALREADY;
    }
    socket.connecting = false;
    if (!stream.closed)
    {
        return 0;
    }
    const int error = std::exchange(stream.error, 0);
    socket.stream = nullptr; // it may connect again
    return error != 0 ? -error : -ECONNABORTED;
}

/** Lets the SYN out, with what there is to go with it, and waits for what comes of it. */
int
Sockets::FinishConnecting(Socket& socket, int flags, ByteSpan bytes, ssize_t& inSyn)
{
    const std::shared_ptr<Stream> stream = socket.stream;
    socket.deferred = false;
    bytes = bytes.data() == nullptr ? ByteSpan() : bytes;
    const uint32_t room = m_node.Tcp().SynRoom(stream->id);
    stream->synBytes = static_cast<uint32_t>(std::min<uint64_t>(room, bytes.size()));
    inSyn = stream->synBytes;
    stream->sent.Append(bytes.first(stream->synBytes));
    m_node.Tcp().Write(m_node.Now(), stream->id, stream->synBytes);
    Settle();
    const auto done = [&] { return stream->established || stream->closed; };
    const bool writesMore = bytes.size() > stream->synBytes || socket.options.deferAccept > 0;
    if (writesMore && !socket.nonBlocking && (flags & MSG_DONTWAIT) == 0)
    {
        m_node.Tcp().SetQuickAck(m_node.Now(), stream->id, false); // sk_write_pending
    }
    if (WaitFor(socket, flags, socket.options.sendTimeout, done) != 0)
    {
        return -EINPROGRESS;
    }
    return ResultOfConnect(socket);
}

int
Sockets::Connect(int fd, const sockaddr* address, socklen_t length)
{
    const SocketPtr socket = Find(fd);
    if (!socket)
    {
        return -EBADF;
    }
    if (address != nullptr && length >= sizeof(address->sa_family) &&
        address->sa_family == AF_UNSPEC)
    {
        // tcp_disconnect(): the connection is aborted, and the socket can be used again.
        if (socket->stream && !socket->stream->closed)
        {
            m_node.Tcp().Abort(m_node.Now(), socket->stream->id);
        }
        StopListening(*socket);
        socket->stream = nullptr;
        socket->connecting = false;
        socket->deferred = false;
        socket->noReceive = false;
        socket->noSend = false;
        socket->local.port = socket->reserved ? socket->local.port : uint16_t{0};
        Settle();
        return 0;
    }
    Place remote;
    if (const int error = ReadAddress(address, length, socket->family, remote))
    {
        return error;
    }
    if (socket->listener)
    {
        return -EISCONN;
    }
    if (socket->stream)
    {
        return ResultOfConnect(*socket);
    }
    const bool fastOpen = socket->options.fastOpenConnect;
    if (const int error = StartConnecting(*socket, remote, fastOpen))
    {
        return error;
    }
    // TCP_FASTOPEN_CONNECT: connect() says yes, and the SYN waits for data if that may go with it.
    socket->deferred = fastOpen && m_node.Tcp().MayOpenFast(remote.address, ConfigOf(*socket));
    ssize_t inSyn = 0;
    return socket->deferred ? 0 : FinishConnecting(*socket, 0, {}, inSyn);
}

void
Sockets::StopListening(Socket& socket)
{
    if (socket.listener)
    {
        m_node.Tcp().StopListening(m_node.Now(), *socket.listener);
        socket.listener.reset();
        ++socket.stirs;
    }
}

int
Sockets::Shutdown(int fd, int how)
{
    const SocketPtr socket = Find(fd);
    if (!socket)
    {
        return -EBADF;
    }
    if (how < SHUT_RD || how > SHUT_RDWR)
    {
        return -EINVAL;
    }
    const bool receive = how != SHUT_WR;
    const bool send = how != SHUT_RD;
    if (socket->listener)
    {
        if (receive)
        {
            StopListening(*socket);
            Settle();
        }
        return 0;
    }
    if (!socket->stream || (socket->stream->closed && !socket->connecting))
    {
        return -ENOTCONN;
    }
    Stream& stream = *socket->stream;
    if (StateOf(*socket) == State::SynSent)
    {
        m_node.Tcp().Abort(m_node.Now(), stream.id); // inet_shutdown(): tcp_disconnect()
        Settle();
        stream.error = 0;
        return 0;
    }
    socket->noReceive |= receive;
    if (send && !stream.closed)
    {
        socket->noSend = true;
        m_node.Tcp().ShutdownSend(m_node.Now(), stream.id);
    }
    ++socket->stirs;
    Settle();
    return 0;
}

/** close() with a linger time: waits until all is acknowledged, the FIN too. */
void
Sockets::LingerUntilSent(Socket& socket)
{
    const std::shared_ptr<Stream> stream = socket.stream;
    const auto done = [&] {
        const State state = m_node.Tcp().View(stream->id).state;
        return stream->closed || (state != State::FinWait1 && state != State::Closing &&
                                  state != State::LastAck && state != State::Established);
    };
    WaitFor(socket, 0, std::chrono::seconds(socket.options.lingerSeconds), done);
}

int
Sockets::Close(int fd)
{
    if (m_epolls.erase(fd) > 0)
    {
        syscall(SYS_close, fd);
        return 0;
    }
    const SocketPtr socket = Find(fd);
    if (!socket)
    {
        return -EBADF;
    }
    m_sockets.erase(fd);
    for (auto& [epfd, watches] : m_epolls)
    {
        watches.erase(fd);
    }
    StopListening(*socket);
    if (socket->stream && !socket->stream->closed)
    {
        m_node.Tcp().Close(m_node.Now(), socket->stream->id);
        Settle();
        if (socket->options.lingers && socket->options.lingerSeconds > 0)
        {
            socket->nonBlocking = false;
            LingerUntilSent(*socket);
        }
    }
    if (socket->reserved)
    {
        m_node.Tcp().Unbind(socket->local.address, socket->local.port);
    }
    Settle();
    syscall(SYS_close, fd); // the C library's close() may be ours
    return 0;
}

State
Sockets::StateOf(const Socket& socket) const
{
    if (socket.listener)
    {
        return State::Listen;
    }
    return socket.stream && !socket.stream->closed ? m_node.Tcp().View(socket.stream->id).state
                                                   : State::Closed;
}

} // namespace lifecycle::packetdrill
