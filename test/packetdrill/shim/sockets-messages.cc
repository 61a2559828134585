#include "sockets.h"

#include <cerrno>
#include <cstring>
#include <linux/net_tstamp.h>
#include <linux/tcp.h>
#include <netinet/in.h>

namespace lifecycle::packetdrill
{

namespace
{

/** Puts control messages into the room that a msghdr has for them. */
class ControlWriter
{
  public:
    explicit ControlWriter(msghdr& message)
        : m_message(message),
          m_room(message.msg_controllen)
    {
        m_message.msg_controllen = 0;
    }

    template <typename T>
    void Add(int level, int type, const T& value)
    {
        const std::size_t space = CMSG_SPACE(sizeof(value));
        if (m_message.msg_controllen + space > m_room)
        {
            m_message.msg_flags |= MSG_CTRUNC;
            return;
        }
        auto* at = static_cast<char*>(m_message.msg_control) + m_message.msg_controllen;
        cmsghdr header{};
        header.cmsg_len = CMSG_LEN(sizeof(value));
        header.cmsg_level = level;
        header.cmsg_type = type;
        std::memcpy(at, &header, sizeof(header));
        std::memcpy(CMSG_DATA(reinterpret_cast<cmsghdr*>(at)), &value, sizeof(value));
        m_message.msg_controllen += space;
    }

  private:
    msghdr& m_message;
    std::size_t m_room;
};

/** What IP_RECVERR and IPV6_RECVERR carry: the error, and who it is from, which is nobody. */
template <typename SocketAddress>
struct ExtendedError
{
    sock_extended_err error{};
    SocketAddress offender{};
};

} // namespace

/** Remembers what of something just written is to be reported. */
void
Sockets::WatchWritten(const Socket& socket, int flags)
{
    Stream& stream = *socket.stream;
    if ((flags & MSG_ZEROCOPY) != 0 && KeptOption(socket, SOL_SOCKET, SO_ZEROCOPY) != 0)
    {
        stream.reports.Pin(stream.sent.End());
    }
    const auto wanted =
        static_cast<uint32_t>(KeptOption(socket, SOL_SOCKET, SO_TIMESTAMPING)) &
        (SOF_TIMESTAMPING_TX_SCHED | SOF_TIMESTAMPING_TX_SOFTWARE | SOF_TIMESTAMPING_TX_ACK);
    if (wanted == 0 || stream.closed)
    {
        return;
    }
    const uint64_t last = stream.sent.End() - 1;
    stream.reports.Watch(last, static_cast<uint32_t>(last - stream.reportsFrom), wanted);
    if (m_node.Tcp().View(stream.id).unsent == 0)
    {
        stream.reports.NoteSent(last, 1, m_node.Now());
    }
}

void
Sockets::DescribeReceived(int fd, msghdr& message) const
{
    ControlWriter control(message);
    const SocketPtr socket = Find(fd);
    if (socket && socket->stream && KeptOption(*socket, IPPROTO_TCP, TCP_INQ) != 0)
    {
        // tcp_inq_hint(): the FIN counts once all else is read.
        const Stream& stream = *socket->stream;
        const uint64_t left = stream.readable > 0 ? stream.readable : stream.peerClosed;
        control.Add(IPPROTO_TCP, TCP_CM_INQ, static_cast<int>(left));
    }
}

ssize_t
Sockets::ReceiveReport(int fd, msghdr& message)
{
    const SocketPtr socket = Find(fd);
    if (!socket)
    {
        return -EBADF;
    }
    const std::optional<Report> report =
        socket->stream ? socket->stream->reports.Take() : std::nullopt;
    if (!report)
    {
        return -EAGAIN;
    }
    message.msg_flags = MSG_ERRQUEUE;
    message.msg_namelen = 0;
    ControlWriter control(message);
    if (report->stamp)
    {
        // The segment comes back with it, and finds no room (SOF_TIMESTAMPING_OPT_TSONLY).
        const int flags = KeptOption(*socket, SOL_SOCKET, SO_TIMESTAMPING);
        message.msg_flags |= (flags & SOF_TIMESTAMPING_OPT_TSONLY) == 0 ? MSG_TRUNC : 0;
        using std::chrono::duration_cast;
        const auto since = report->stamp->time_since_epoch();
        const auto seconds = duration_cast<std::chrono::seconds>(since);
        scm_timestamping stamps{};
        stamps.ts[0].tv_sec = seconds.count();
        stamps.ts[0].tv_nsec = duration_cast<std::chrono::nanoseconds>(since - seconds).count();
        control.Add(SOL_SOCKET, SO_TIMESTAMPING, stamps);
    }
    if (socket->family == AF_INET6)
    {
        control.Add(IPPROTO_IPV6, IPV6_RECVERR, ExtendedError<sockaddr_in6>{report->error, {}});
    }
    else
    {
        control.Add(IPPROTO_IP, IP_RECVERR, ExtendedError<sockaddr_in>{report->error, {}});
    }
    return 0;
}

} // namespace lifecycle::packetdrill
