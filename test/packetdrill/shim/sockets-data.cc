#include "socket-address.h"
#include "sockets.h"

#include <cerrno>
#include <netinet/in.h>
#include <netinet/tcp.h>

namespace lifecycle::packetdrill
{

/** Room that the application may fill: of the buffer, and of what may be unsent. */
uint64_t
Sockets::FreeSendMemory(const Socket& socket) const
{
    const ConnectionView view = m_node.Tcp().View(socket.stream->id);
    const uint32_t lowat = socket.options.notSentLowat.value_or(m_node.Set().Get().notSentLowat);
    const uint64_t unsent = view.unsent;
    const uint64_t mayWait = unsent < lowat ? uint64_t{lowat} - unsent : 0;
    return std::min<uint64_t>(m_node.Tcp().WriteSpace(socket.stream->id), mayWait);
}

/** Linux sk_stream_is_writeable(): a third of the buffer has to be free. */
bool
Sockets::MayWrite(const Socket& socket) const
{
    if (!socket.stream || socket.stream->closed)
    {
        return true; // write() says at once what is wrong
    }
    const uint64_t free = m_node.Tcp().WriteSpace(socket.stream->id);
    const uint64_t used = m_node.Tcp().View(socket.stream->id).sendQueue;
    return free >= used / 2 && FreeSendMemory(socket) > 0;
}

ssize_t
Sockets::Send(int fd, ByteSpan bytes, int flags)
{
    const SocketPtr socket = Find(fd);
    if (!socket)
    {
        return -EBADF;
    }
    const std::shared_ptr<Stream> stream = socket->stream;
    const auto failed = [&]() -> ssize_t {
        const int error = stream ? std::exchange(stream->error, 0) : 0;
        return error != 0 ? -error : -EPIPE;
    };
    if (!stream)
    {
        return failed();
    }
    ssize_t sent = 0;
    bool first = true;
    while (first || !bytes.empty())
    {
        first = false;
        const auto ready = [&] {
            const State state = StateOf(*socket);
            const bool mayStart =
                stream->closed || socket->noSend ||
                (state != State::SynSent && (state != State::SynReceived || stream->fastOpen)) ||
                m_node.Tcp().IsSynHeld(stream->id);
            return mayStart && (stream->closed || socket->noSend || bytes.empty() ||
                                FreeSendMemory(*socket) > 0);
        };
        if (WaitFor(*socket, flags, socket->options.sendTimeout, ready) != 0)
        {
            return sent > 0 ? sent : -EAGAIN;
        }
        if (stream->closed || socket->noSend)
        {
            return sent > 0 ? sent : failed();
        }
        // tcp_sendmsg_fastopen(): what the SYN cannot carry is not taken before its answer.
        const bool toSyn = m_node.Tcp().IsSynHeld(stream->id);
        const uint64_t space = toSyn ? m_node.Tcp().SynRoom(stream->id) : FreeSendMemory(*socket);
        const uint64_t room = std::min<uint64_t>(space, bytes.size());
        const bool more = (flags & MSG_MORE) != 0;
        const Result<uint32_t> written =
            m_node.Tcp().Write(m_node.Now(), stream->id, static_cast<uint32_t>(room), more);
        if (!written)
        {
            return sent > 0 ? sent : failed();
        }
        stream->sent.Append(bytes.first(written.value));
        bytes = bytes.subspan(written.value);
        sent += written.value;
        Settle();
    }
    return sent;
}

ssize_t
Sockets::SendTo(int fd, ByteSpan bytes, int flags, const sockaddr* address, socklen_t length)
{
    const SocketPtr socket = Find(fd);
    if (!socket)
    {
        return -EBADF;
    }
    if ((flags & MSG_FASTOPEN) == 0)
    {
        return Send(fd, bytes, flags); // TCP passes over the address of a connected socket
    }
    if ((m_node.Set().Get().fastOpen & 1) == 0)
    {
        return -EOPNOTSUPP;
    }
    if (socket->stream)
    {
        return socket->connecting ? -EALREADY : -EISCONN;
    }
    Place remote;
    if (const int error = ReadAddress(address, length, socket->family, remote))
    {
        return error;
    }
    const bool cookie = m_node.Tcp().KnowsFastOpenCookie(remote.address);
    if (const int error = StartConnecting(*socket, remote, true))
    {
        return error;
    }
    if (cookie)
    {
        socket->connecting = false;
        return Send(fd, bytes, flags);
    }
    // No cookie yet: the SYN asks for one, and the data waits for the handshake (RFC 7413 §4.1.1).
    m_node.Tcp().ReleaseSyn(m_node.Now(), socket->stream->id);
    Settle();
    if (socket->nonBlocking || (flags & MSG_DONTWAIT) != 0)
    {
        return -EINPROGRESS;
    }
    return Send(fd, bytes, flags);
}

ssize_t
Sockets::Receive(int fd, std::size_t room, int flags, Bytes& bytes)
{
    const SocketPtr socket = Find(fd);
    if (!socket)
    {
        return -EBADF;
    }
    if (!socket->stream)
    {
        return -ENOTCONN;
    }
    const std::shared_ptr<Stream> stream = socket->stream;
    const uint64_t wanted =
        (flags & MSG_WAITALL) != 0
            ? room
            : std::min<uint64_t>(room, static_cast<uint64_t>(socket->options.receiveLowat));
    const auto ready = [&] {
        return stream->readable >= std::max<uint64_t>(wanted, 1) || stream->peerClosed ||
               stream->closed || socket->noReceive;
    };
    if (WaitFor(*socket, flags, socket->options.receiveTimeout, ready) != 0 &&
        stream->readable == 0)
    {
        return -EAGAIN;
    }
    const auto length = static_cast<std::size_t>(std::min<uint64_t>(room, stream->readable));
    if (length == 0 && room > 0)
    {
        // tcp_recvmsg(): the end of the stream comes before an error, an error is told once.
        const int error = stream->peerClosed ? 0 : std::exchange(stream->error, 0);
        return -error;
    }
    const bool discards = (flags & MSG_TRUNC) != 0;
    bytes = discards ? Bytes() : stream->received.Copy(stream->received.Base(), length);
    if ((flags & MSG_PEEK) == 0)
    {
        stream->received.Drop(length);
        stream->readable -= length;
        m_node.Tcp().Read(m_node.Now(), stream->id, static_cast<uint32_t>(length));
        Settle();
    }
    return static_cast<ssize_t>(length);
}

} // namespace lifecycle::packetdrill
