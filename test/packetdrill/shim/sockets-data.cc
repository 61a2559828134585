#include "socket-address.h"
#include "sockets.h"

#include <cerrno>
#include <netinet/in.h>
#include <netinet/tcp.h>

namespace lifecycle::packetdrill
{

/**
 * Linux tcp_xmit_size_goal(): data is put into buffers of so many bytes, which is half of the
 * peer's largest window at the most.
 */
uint64_t
Sockets::BufferSize(const ConnectionView& view)
{
    constexpr uint32_t kMost = 65536 - 320 - 1; // GSO_LEGACY_MAX_SIZE less MAX_TCP_HEADER
    constexpr uint32_t kSmallWindow = 536;      // TCP_MSS_DEFAULT
    const uint32_t half = view.maxSndWnd > kSmallWindow ? view.maxSndWnd / 2 : view.maxSndWnd;
    const uint32_t most = half > 0 ? std::min(half, kMost) : kMost;
    return std::max(most / view.mss, 1U) * uint64_t{view.mss};
}

/** Linux sk_wmem_queued: data, and what the kernel needs for each buffer of it. */
uint64_t
Sockets::SendMemoryUsed(const ConnectionView& view)
{
    constexpr uint64_t kPerBuffer = 960; // SKB_TRUESIZE() of what tcp_stream_alloc_skb() asks for
    const uint64_t size = BufferSize(view);
    return view.sendQueue + (view.sendQueue + size - 1) / size * kPerBuffer;
}

/**
 * Room that the application may fill. Linux looks at memory, and at what is unsent, when it begins
 * a buffer, and then fills that (tcp_sendmsg_locked(), sk_stream_memory_free()).
 */
uint64_t
Sockets::FreeSendMemory(const Socket& socket) const
{
    const Stream& stream = *socket.stream;
    if (m_node.Set().IsFreeBsd())
    {
        return m_node.Tcp().WriteSpace(stream.id);
    }
    const ConnectionView view = m_node.Tcp().View(stream.id);
    const uint64_t size = BufferSize(view);
    const uint64_t inLast = InLastBuffer(stream, view);
    if (inLast > 0 && inLast < size)
    {
        return size - inLast;
    }
    const bool free = SendMemoryUsed(view) < SendBufferOf(socket);
    return free && view.unsent < NotSentLowat(socket) ? size : 0;
}

/** What of the last buffer, of which nothing was sent, is filled. */
uint64_t
Sockets::InLastBuffer(const Stream& stream, const ConnectionView& view)
{
    return std::min<uint64_t>(stream.sent.End() - stream.lastBuffer, view.unsent);
}

uint32_t
Sockets::NotSentLowat(const Socket& socket) const
{
    return socket.options.notSentLowat.value_or(m_node.Set().Get().notSentLowat);
}

uint32_t
Sockets::SendBufferOf(const Socket& socket) const
{
    return socket.options.sendBuffer.value_or(m_node.Set().Get().sendMemory[1]);
}

/** Linux sk_stream_is_writeable(): a third of the buffer has to be free. */
bool
Sockets::MayWrite(const Socket& socket) const
{
    if (!socket.stream || socket.stream->closed)
    {
        return true; // write() says at once what is wrong
    }
    if (m_node.Set().IsFreeBsd())
    {
        const uint64_t free = m_node.Tcp().WriteSpace(socket.stream->id);
        return free > 0 && free >= m_node.Tcp().View(socket.stream->id).sendQueue / 2;
    }
    const ConnectionView view = m_node.Tcp().View(socket.stream->id);
    const uint64_t used = SendMemoryUsed(view);
    return used + used / 2 <= SendBufferOf(socket) &&
           uint64_t{view.unsent} * 2 < NotSentLowat(socket);
}

/** tcp_sendmsg_locked(), as far as it does not open the connection. */
ssize_t
Sockets::Send(Socket& socket, ByteSpan bytes, int flags)
{
    const std::shared_ptr<Stream> stream = socket.stream;
    const auto failed = [&]() -> ssize_t {
        const int error = stream ? std::exchange(stream->error, 0) : 0;
        return error != 0 ? -error : -EPIPE;
    };
    if (!stream)
    {
        return failed();
    }
    const auto isOpening = [&] {
        const State state = StateOf(socket);
        return state == State::SynSent || (state == State::SynReceived && !stream->fastOpen);
    };
    if (isOpening() && !socket.nonBlocking && (flags & MSG_DONTWAIT) == 0)
    {
        m_node.Tcp().SetQuickAck(m_node.Now(), stream->id, false); // sk_write_pending
    }
    ssize_t sent = 0;
    bool first = true;
    while (first || !bytes.empty())
    {
        first = false;
        const auto ready = [&] {
            const bool ended = stream->closed || socket.noSend;
            return ended || (!isOpening() && (bytes.empty() || FreeSendMemory(socket) > 0));
        };
        if (sent > 0 && !ready())
        {
            m_node.Tcp().Write(m_node.Now(),
                               stream->id,
                               0); // tcp_push(), before it waits for memory
            Settle();
        }
        if (WaitFor(socket, flags, socket.options.sendTimeout, ready) != 0)
        {
            return sent > 0 ? sent : -EAGAIN;
        }
        if (stream->closed || socket.noSend)
        {
            return sent > 0 ? sent : failed();
        }
        if (bytes.data() == nullptr && !bytes.empty())
        {
            return -EFAULT;
        }
        const uint64_t room = std::min<uint64_t>(FreeSendMemory(socket), bytes.size());
        const ConnectionView view = m_node.Tcp().View(stream->id);
        const uint64_t inLast = InLastBuffer(*stream, view);
        if (inLast == 0 || inLast >= BufferSize(view))
        {
            stream->lastBuffer = stream->sent.End();
        }
        // forced_push(): what is written on is pushed whenever half a window has been.
        const bool all = room == bytes.size();
        const bool forced = stream->sent.End() + room - stream->pushedTo > view.maxSndWnd / 2;
        const bool more = all ? (flags & MSG_MORE) != 0 : !m_node.Set().IsFreeBsd() && !forced;
        const WriteEnd end = more                            ? WriteEnd::More
                             : all && (flags & MSG_EOR) != 0 ? WriteEnd::Record
                                                             : WriteEnd::Open;
        stream->pushedTo = more ? stream->pushedTo : stream->sent.End() + room;
        const Result<uint32_t> written =
            m_node.Tcp().Write(m_node.Now(), stream->id, static_cast<uint32_t>(room), end);
        if (!written)
        {
            return sent > 0 ? sent : failed();
        }
        stream->sent.Append(bytes.first(written.value));
        bytes = bytes.subspan(written.value);
        sent += written.value;
        stream->lastBuffer = end == WriteEnd::Record ? stream->sent.End() : stream->lastBuffer;
        Settle();
    }
    return sent;
}

/**
 * tcp_sendmsg_fastopen(): what a SYN cannot carry is not taken before its answer.
 * \param [out] inSyn bytes that it carries
 */
int
Sockets::OpenWithData(Socket& socket,
                      ByteSpan bytes,
                      int flags,
                      const sockaddr* address,
                      socklen_t length,
                      ssize_t& inSyn)
{
    const bool names = address != nullptr && length >= sizeof(address->sa_family);
    if ((m_node.Set().Get().fastOpen & 1) == 0 || (names && address->sa_family == AF_UNSPEC))
    {
        return -EOPNOTSUPP;
    }
    if (socket.stream && !socket.deferred)
    {
        return ResultOfConnect(socket);
    }
    if (!socket.deferred)
    {
        Place remote;
        if (const int error = ReadAddress(address, length, socket.family, remote))
        {
            return error;
        }
        if (const int error = StartConnecting(socket, remote, true))
        {
            return error;
        }
    }
    return FinishConnecting(socket, flags, bytes, inSyn);
}

/** FreeBSD tcp_usr_send(): an address opens the connection; what the SYN does not carry waits. */
ssize_t
Sockets::ConnectBySending(Socket& socket, ByteSpan bytes, const sockaddr* address, socklen_t length)
{
    Place remote;
    if (const int error = ReadAddress(address, length, socket.family, remote))
    {
        return error;
    }
    const bool mayOpenFast = (m_node.Set().Get().fastOpen & 1) != 0;
    const bool fastOpen = mayOpenFast && socket.options.fastOpenQueue.value_or(0) > 0;
    if (const int error = StartConnecting(socket, remote, fastOpen))
    {
        return error;
    }
    Stream& stream = *socket.stream;
    const Result<uint32_t> written =
        m_node.Tcp().Write(m_node.Now(), stream.id, static_cast<uint32_t>(bytes.size()));
    stream.sent.Append(bytes.first(written.value));
    Settle();
    return static_cast<ssize_t>(written.value); // as much as the buffer holds
}

ssize_t
Sockets::OpenAndSend(Socket& socket,
                     ByteSpan bytes,
                     int flags,
                     const sockaddr* address,
                     socklen_t length)
{
    if (m_node.Set().IsFreeBsd() && address != nullptr && !socket.stream && !socket.listener)
    {
        return ConnectBySending(socket, bytes, address, length);
    }
    ssize_t inSyn = 0;
    if ((flags & MSG_FASTOPEN) != 0 || socket.deferred)
    {
        const int error = OpenWithData(socket, bytes, flags, address, length, inSyn);
        if (error == -EINPROGRESS && inSyn > 0)
        {
            return inSyn;
        }
        if (error != 0)
        {
            return error;
        }
        bytes = bytes.subspan(static_cast<std::size_t>(inSyn));
        if (bytes.empty() && inSyn > 0)
        {
            return inSyn;
        }
    }
    // TCP passes over the address of a connected socket.
    const ssize_t sent = Send(socket, bytes, flags);
    return sent >= 0 || inSyn == 0 ? inSyn + sent : inSyn;
}

ssize_t
Sockets::SendTo(int fd, ByteSpan bytes, int flags, const sockaddr* address, socklen_t length)
{
    const SocketPtr socket = Find(fd);
    if (!socket)
    {
        return -EBADF;
    }
    const ssize_t sent = OpenAndSend(*socket, bytes, flags, address, length);
    if (sent > 0)
    {
        WatchWritten(*socket, flags);
    }
    return sent;
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
