#include "sockets.h"
#include "tcp-info.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <ctime> // before the kernel's header, which needs timespec
#include <fcntl.h>
#include <linux/net_tstamp.h>
#include <linux/sock_diag.h>
#include <linux/sockios.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <sys/ioctl.h>

namespace lifecycle::packetdrill
{

namespace
{

/** Reads the int that most options are. */
std::optional<int>
ReadInt(const void* value, socklen_t length)
{
    if (value == nullptr || length < sizeof(int))
    {
        return std::nullopt;
    }
    int number = 0;
    std::memcpy(&number, value, sizeof(number));
    return number;
}

std::optional<Duration>
ReadTime(const void* value, socklen_t length)
{
    timeval time{};
    std::memcpy(&time, value, std::min<std::size_t>(length, sizeof(time)));
    const Duration duration =
        std::chrono::seconds(time.tv_sec) + std::chrono::microseconds(time.tv_usec);
    return duration == Duration::zero() ? std::nullopt : std::optional(duration);
}

uint64_t
KeyOfOption(int level, int name)
{
    return uint64_t{static_cast<uint32_t>(level)} << 32 | static_cast<uint32_t>(name);
}

int
Seconds(Duration time)
{
    return static_cast<int>(std::chrono::duration_cast<std::chrono::seconds>(time).count());
}

/** A number that has to lie within limits, for an option that keeps it. */
int
Keep(int number, int least, int most, std::optional<int>& place)
{
    if (number < least || number > most)
    {
        return -EINVAL;
    }
    place = number;
    return 0;
}

constexpr int kLeastSendBuffer = 4608;    // SOCK_MIN_SNDBUF
constexpr int kLeastReceiveBuffer = 2304; // SOCK_MIN_RCVBUF

/** Buffers are given twice over: the kernel's bookkeeping counts too (socket(7)). */
uint32_t
Doubled(int asked, uint32_t most, int least)
{
    const auto wanted = static_cast<uint32_t>(std::max(asked, 0));
    return std::max<uint32_t>(std::min(wanted, most) * 2, static_cast<uint32_t>(least));
}

} // namespace

int
Sockets::SetSocketLevel(Socket& socket, int name, const void* value, socklen_t length)
{
    SocketOptions& options = socket.options;
    const Kernel& kernel = m_node.Set().Get();
    if (name == SO_LINGER)
    {
        linger asked{};
        if (length < sizeof(asked))
        {
            return -EINVAL;
        }
        std::memcpy(&asked, value, sizeof(asked));
        options.lingers = asked.l_onoff != 0;
        options.lingerSeconds = asked.l_linger;
        return 0;
    }
    if (name == SO_RCVTIMEO || name == SO_SNDTIMEO)
    {
        (name == SO_RCVTIMEO ? options.receiveTimeout : options.sendTimeout) =
            ReadTime(value, length);
        return 0;
    }
    const std::optional<int> number = ReadInt(value, length);
    if (!number)
    {
        return -EINVAL;
    }
    switch (name)
    {
    case SO_REUSEADDR:
        options.reuseAddress = *number != 0;
        return 0;
    case SO_KEEPALIVE:
        options.keepAlive = *number != 0;
        return 0;
    case SO_SNDBUF:
        options.sendBuffer = Doubled(*number, kernel.sendMemoryCap, kLeastSendBuffer);
        return 0;
    case SO_SNDBUFFORCE:
        options.sendBuffer = Doubled(*number, UINT32_MAX / 2, kLeastSendBuffer);
        return 0;
    case SO_RCVBUF:
        options.receiveBuffer = Doubled(*number, kernel.receiveMemoryCap, kLeastReceiveBuffer);
        return 0;
    case SO_RCVBUFFORCE:
        options.receiveBuffer = Doubled(*number, UINT32_MAX / 2, kLeastReceiveBuffer);
        return 0;
    case SO_RCVLOWAT:
        options.receiveLowat = std::max(*number, 1);
        return 0;
    case SO_TIMESTAMPING: {
        constexpr int kIdFromWritten = 1 << 16; // SOF_TIMESTAMPING_OPT_ID_TCP of newer headers
        const bool byId = (*number & SOF_TIMESTAMPING_OPT_ID) != 0;
        const int before = KeptOption(socket, SOL_SOCKET, name);
        if (byId && (before & SOF_TIMESTAMPING_OPT_ID) == 0)
        {
            if (!socket.stream)
            {
                return -EINVAL;
            }
            const Stream& stream = *socket.stream;
            const bool fromWritten = (*number & kIdFromWritten) != 0;
            socket.stream->reportsFrom = fromWritten ? stream.sent.End() : stream.sent.Base();
        }
        options.others[KeyOfOption(SOL_SOCKET, name)] = *number;
        return 0;
    }
    case SO_ERROR:
    case SO_TYPE:
    case SO_PROTOCOL:
    case SO_DOMAIN:
    case SO_ACCEPTCONN:
        return -ENOPROTOOPT;
    default:
        options.others[KeyOfOption(SOL_SOCKET, name)] = *number;
        return 0;
    }
}

int
Sockets::SetTcpLevel(Socket& socket, int name, const void* value, socklen_t length)
{
    constexpr int kMostKeepIdle = 32767; // MAX_TCP_KEEPIDLE, MAX_TCP_KEEPINTVL
    constexpr int kMostKeepCount = 127;  // MAX_TCP_KEEPCNT
    constexpr int kMostSyns = 127;       // MAX_TCP_SYNCNT
    constexpr int kLeastMss = 88;        // TCP_MIN_MSS
    constexpr int kMostWindow = 32767;   // MAX_TCP_WINDOW
    constexpr int kMostFinTimeout = 120; // TCP_FIN_TIMEOUT_MAX, s
    constexpr int kLeastClamp = 1152;    // SOCK_MIN_RCVBUF / 2
    SocketOptions& options = socket.options;
    if (name == TCP_CONGESTION)
    {
        const auto* text = static_cast<const char*>(value);
        const std::string wanted(text, strnlen(text, length));
        if (wanted != "reno" && wanted != "cubic" && wanted != "bbr")
        {
            return -ENOENT;
        }
        options.congestion = wanted;
        return 0;
    }
    if (name == TCP_FASTOPEN_KEY)
    {
        return length == 16 || length == 32 ? 0 : -EINVAL;
    }
    const std::optional<int> number = ReadInt(value, length);
    if (!number)
    {
        return -EINVAL;
    }
    const bool closed = StateOf(socket) == State::Closed;
    switch (name)
    {
    case TCP_NODELAY:
        options.noDelay = *number != 0;
        return 0;
    case TCP_CORK:
        options.cork = *number != 0;
        return 0;
    case TCP_MAXSEG:
        return *number == 0 ? (options.maxSegment.reset(), 0)
                            : Keep(*number, kLeastMss, kMostWindow, options.maxSegment);
    case TCP_KEEPIDLE:
        return Keep(*number, 1, kMostKeepIdle, options.keepIdle);
    case TCP_KEEPINTVL:
        return Keep(*number, 1, kMostKeepIdle, options.keepInterval);
    case TCP_KEEPCNT:
        return Keep(*number, 1, kMostKeepCount, options.keepCount);
    case TCP_SYNCNT:
        return Keep(*number, 1, kMostSyns, options.synCount);
    case TCP_LINGER2:
        options.linger2 = *number > kMostFinTimeout ? kMostFinTimeout : *number;
        if (*number == 0)
        {
            options.linger2.reset();
        }
        return 0;
    case TCP_USER_TIMEOUT:
        return Keep(*number, 0, INT32_MAX, options.userTimeout);
    case TCP_DEFER_ACCEPT:
        options.deferAccept = std::max(*number, 0);
        return 0;
    case TCP_QUICKACK:
        options.quickAck = *number != 0;
        if (socket.stream && !socket.stream->closed)
        {
            m_node.Tcp().SetQuickAck(m_node.Now(), socket.stream->id, *number != 0);
        }
        return 0;
    case TCP_WINDOW_CLAMP:
        if (*number == 0)
        {
            return closed ? (options.windowClamp.reset(), 0) : -EINVAL;
        }
        options.windowClamp = static_cast<uint32_t>(std::max(*number, kLeastClamp));
        return 0;
    case TCP_NOTSENT_LOWAT:
        options.notSentLowat = static_cast<uint32_t>(*number);
        ++socket.stirs;
        return 0;
    case TCP_FASTOPEN:
        if (*number < 0 || (!closed && !socket.listener))
        {
            return -EINVAL;
        }
        options.fastOpenQueue = static_cast<uint32_t>(*number);
        return 0;
    case TCP_FASTOPEN_CONNECT:
        if (*number < 0 || *number > 1)
        {
            return -EINVAL;
        }
        if ((m_node.Set().Get().fastOpen & 1) == 0)
        {
            return -EOPNOTSUPP;
        }
        if (!closed)
        {
            return -EINVAL;
        }
        options.fastOpenConnect = *number != 0;
        return 0;
    case TCP_FASTOPEN_NO_COOKIE:
        options.fastOpenNoCookie = *number != 0;
        return 0;
    case TCP_INFO:
        return -ENOPROTOOPT;
    default:
        options.others[KeyOfOption(IPPROTO_TCP, name)] = *number;
        return 0;
    }
}

int
Sockets::SetOption(int fd, int level, int name, const void* value, socklen_t length)
{
    const SocketPtr socket = Find(fd);
    if (!socket)
    {
        return -EBADF;
    }
    int result = 0;
    if (level == SOL_SOCKET)
    {
        result = SetSocketLevel(*socket, name, value, length);
    }
    else if (level == IPPROTO_TCP)
    {
        result = SetTcpLevel(*socket, name, value, length);
    }
    else if (level == IPPROTO_IP || level == IPPROTO_IPV6)
    {
        const std::optional<int> number = ReadInt(value, length);
        socket->options.others[KeyOfOption(level, name)] = number.value_or(0);
        socket->options.v6Only |= level == IPPROTO_IPV6 && name == IPV6_V6ONLY && number == 1;
        ApplyTraits(*socket);
    }
    else
    {
        return -ENOPROTOOPT;
    }
    if (result == 0)
    {
        Configure(*socket);
        const bool pushes = level == IPPROTO_TCP && name == TCP_NODELAY && socket->options.noDelay;
        if (pushes && socket->stream && !socket->stream->closed)
        {
            m_node.Tcp().Push(m_node.Now(), socket->stream->id); // __tcp_sock_set_nodelay()
            Settle();
        }
    }
    return result;
}

/** IP_TOS and the like: what the IP header of a connection is to have. */
void
Sockets::ApplyTraits(const Socket& socket)
{
    if (!socket.stream)
    {
        return;
    }
    const auto& others = socket.options.others;
    const auto find = [&](int v4, int v6, uint8_t unset) {
        const bool isV4 = socket.stream->tuple.remote.IsV4();
        const auto found =
            others.find(isV4 ? KeyOfOption(IPPROTO_IP, v4) : KeyOfOption(IPPROTO_IPV6, v6));
        return found == others.end() ? unset : static_cast<uint8_t>(found->second);
    };
    IpTraits traits;
    traits.tos = find(IP_TOS, IPV6_TCLASS, 0);
    traits.ttl = find(IP_TTL, IPV6_UNICAST_HOPS, traits.ttl);
    m_node.traits[socket.stream->id.Key()] = traits;
}

std::optional<int>
Sockets::GetSocketLevel(Socket& socket, int name)
{
    const SocketOptions& options = socket.options;
    const Kernel& kernel = m_node.Set().Get();
    switch (name)
    {
    case SO_REUSEADDR:
        return options.reuseAddress;
    case SO_KEEPALIVE:
        return options.keepAlive;
    case SO_SNDBUF:
        return static_cast<int>(options.sendBuffer.value_or(kernel.sendMemory[1]));
    case SO_RCVBUF:
        if (m_node.Set().IsFreeBsd() && socket.stream && !socket.stream->closed)
        {
            return static_cast<int>(m_node.Tcp().View(socket.stream->id).rcvBuf);
        }
        return static_cast<int>(options.receiveBuffer.value_or(kernel.receiveMemory[1]));
    case SO_RCVLOWAT:
        return options.receiveLowat;
    case SO_ERROR:
        return socket.stream ? std::exchange(socket.stream->error, 0) : 0;
    case SO_TYPE:
        return SOCK_STREAM;
    case SO_DOMAIN:
        return socket.family;
    case SO_PROTOCOL:
        return IPPROTO_TCP;
    case SO_ACCEPTCONN:
        return socket.listener.has_value();
    default:
        return KeptOption(socket, SOL_SOCKET, name);
    }
}

std::optional<int>
Sockets::GetTcpLevel(Socket& socket, int name)
{
    const SocketOptions& options = socket.options;
    const Kernel& kernel = m_node.Set().Get();
    const Config& config = kernel.config;
    switch (name)
    {
    case TCP_NODELAY:
        return options.noDelay;
    case TCP_CORK:
        return options.cork;
    case TCP_MAXSEG:
        return StateOf(socket) == State::Closed || StateOf(socket) == State::Listen
                   ? options.maxSegment.value_or(536)
                   : static_cast<int>(m_node.Tcp().View(socket.stream->id).mss);
    case TCP_KEEPIDLE:
        return options.keepIdle.value_or(Seconds(config.keepalive.idle));
    case TCP_KEEPINTVL:
        return options.keepInterval.value_or(Seconds(config.keepalive.interval));
    case TCP_KEEPCNT:
        return options.keepCount.value_or(static_cast<int>(config.keepalive.probes));
    case TCP_SYNCNT:
        return options.synCount.value_or(static_cast<int>(config.handshake.synRetries));
    case TCP_LINGER2:
        return options.linger2.value_or(
            Seconds(config.closing.finWait2Timeout.value_or(Duration::zero())));
    case TCP_USER_TIMEOUT:
        return options.userTimeout.value_or(0);
    case TCP_DEFER_ACCEPT:
        return options.deferAccept;
    case TCP_QUICKACK:
        return options.quickAck.value_or(true);
    case TCP_WINDOW_CLAMP:
        return static_cast<int>(options.windowClamp.value_or(0));
    case TCP_NOTSENT_LOWAT:
        return static_cast<int>(options.notSentLowat.value_or(0));
    case TCP_FASTOPEN:
        return static_cast<int>(options.fastOpenQueue.value_or(0));
    case TCP_FASTOPEN_CONNECT:
        return options.fastOpenConnect;
    case TCP_FASTOPEN_NO_COOKIE:
        return options.fastOpenNoCookie.value_or(false);
    default: {
        const auto other = options.others.find(KeyOfOption(IPPROTO_TCP, name));
        return other == options.others.end() ? std::nullopt : std::optional(other->second);
    }
    }
}

/** \returns the value of an option that is only kept; 0 where it was never set */
int
Sockets::KeptOption(const Socket& socket, int level, int name)
{
    const auto found = socket.options.others.find(KeyOfOption(level, name));
    return found == socket.options.others.end() ? 0 : found->second;
}

/** SO_MEMINFO, in bytes of data where the kernel counts memory. */
int
Sockets::GetMemory(Socket& socket, void* value, socklen_t* length)
{
    std::array<uint32_t, SK_MEMINFO_VARS> memory{};
    const bool open = socket.stream && !socket.stream->closed;
    const ConnectionView view = open ? m_node.Tcp().View(socket.stream->id) : ConnectionView{};
    memory[SK_MEMINFO_RMEM_ALLOC] = static_cast<uint32_t>(view.recvQueue);
    memory[SK_MEMINFO_RCVBUF] = static_cast<uint32_t>(*GetSocketLevel(socket, SO_RCVBUF));
    memory[SK_MEMINFO_SNDBUF] = static_cast<uint32_t>(*GetSocketLevel(socket, SO_SNDBUF));
    memory[SK_MEMINFO_WMEM_QUEUED] = static_cast<uint32_t>(view.sendQueue);
    *length = std::min<socklen_t>(*length, sizeof(memory));
    std::memcpy(value, memory.data(), *length);
    return 0;
}

/** The options that are more than an int. \returns 1 for one that is not */
int
Sockets::GetLarge(Socket& socket, int level, int name, void* value, socklen_t* length)
{
    if (level == SOL_SOCKET && name == SO_LINGER)
    {
        const linger lingers{socket.options.lingers, socket.options.lingerSeconds};
        *length = std::min<socklen_t>(*length, sizeof(lingers));
        std::memcpy(value, &lingers, *length);
        return 0;
    }
    if (level == IPPROTO_TCP && name == TCP_CONGESTION)
    {
        constexpr socklen_t kNameMost = 16; // TCP_CA_NAME_MAX
        std::string text = socket.options.congestion.value_or(m_node.Set().Get().congestion);
        text.resize(kNameMost);
        *length = std::min(*length, kNameMost);
        std::memcpy(value, text.data(), *length);
        return 0;
    }
    if (level == IPPROTO_TCP && name == TCP_CC_INFO)
    {
        *length = 0; // what the congestion control says of itself: nothing
        return 0;
    }
    if (level == SOL_SOCKET && name == SO_MEMINFO)
    {
        return GetMemory(socket, value, length);
    }
    if (level == IPPROTO_TCP && name == TCP_INFO)
    {
        const Stream* stream = socket.stream.get();
        const bool open = stream != nullptr && !stream->closed;
        ConnectionView view = open ? m_node.Tcp().View(stream->id) : ConnectionView{};
        view.state = StateOf(socket);
        const uint16_t link =
            m_node.Set().LinkMss(stream != nullptr ? stream->tuple.local : socket.local.address);
        const uint16_t advMss = ConfigOf(socket)->data.OwnMss(link);
        const SegmentCounts segments =
            stream != nullptr ? m_node.Tcp().CountSegments(stream->id) : SegmentCounts{};
        const InfoQuestion question{view,
                                    segments,
                                    stream,
                                    m_node.Now(),
                                    advMss,
                                    m_node.Set().Options().mtu};
        *length = static_cast<socklen_t>(WriteTcpInfo(question, value, *length));
        return 0;
    }
    return 1;
}

int
Sockets::GetOption(int fd, int level, int name, void* value, socklen_t* length)
{
    const SocketPtr socket = Find(fd);
    if (!socket)
    {
        return -EBADF;
    }
    if (length == nullptr || value == nullptr)
    {
        return -EFAULT;
    }
    const int large = GetLarge(*socket, level, name, value, length);
    if (large <= 0)
    {
        return large;
    }
    std::optional<int> number;
    if (level == SOL_SOCKET)
    {
        number = GetSocketLevel(*socket, name);
    }
    else if (level == IPPROTO_TCP)
    {
        number = GetTcpLevel(*socket, name);
    }
    else
    {
        number = KeptOption(*socket, level, name);
    }
    if (!number)
    {
        return -ENOPROTOOPT;
    }
    *length = std::min<socklen_t>(*length, sizeof(int));
    std::memcpy(value, &*number, *length);
    return 0;
}

int
Sockets::Fcntl(int fd, int command, long argument)
{
    const SocketPtr socket = Find(fd);
    if (!socket)
    {
        return -EBADF;
    }
    switch (command)
    {
    case F_GETFL:
        return O_RDWR | (socket->nonBlocking ? O_NONBLOCK : 0);
    case F_SETFL:
        socket->nonBlocking = (argument & O_NONBLOCK) != 0;
        return 0;
    case F_GETFD:
    case F_SETFD:
        return 0;
    default:
        return -EINVAL;
    }
}

int
Sockets::Ioctl(int fd, unsigned long request, void* argument)
{
    const SocketPtr socket = Find(fd);
    if (!socket)
    {
        return -EBADF;
    }
    if (argument == nullptr)
    {
        return -EFAULT;
    }
    auto& result = *static_cast<int*>(argument);
    const bool open = socket->stream && !socket->stream->closed;
    const ConnectionView view = open ? m_node.Tcp().View(socket->stream->id) : ConnectionView{};
    const bool opening = view.state == State::SynSent || view.state == State::SynReceived;
    switch (request)
    {
    case FIONBIO:
        socket->nonBlocking = result != 0;
        return 0;
    case SIOCINQ: // FIONREAD too
        if (socket->listener)
        {
            return -EINVAL;
        }
        result = socket->stream ? static_cast<int>(socket->stream->readable) : 0;
        return 0;
    case SIOCOUTQ: // write_seq − SND.UNA: a FIN of ours counts until it is acknowledged
        if (socket->listener)
        {
            return -EINVAL;
        }
        result = open && !opening
                     ? static_cast<int>(view.sendQueue + (view.finQueued && !view.finAcked))
                     : 0;
        return 0;
    case SIOCOUTQNSD:
        result = open ? static_cast<int>(view.unsent) : 0;
        return 0;
    default:
        return -ENOTTY;
    }
}

} // namespace lifecycle::packetdrill
