#include "node.h"

#include <cerrno>
#include <utility>

namespace lifecycle::packetdrill
{

namespace
{

/** How far time creeps while packetdrill spins on the clock. */
constexpr std::chrono::microseconds kCreep{1};
/** How far ahead a packet is waited for: longer than any timer of TCP that a script can wait for */
constexpr std::chrono::hours kHorizon{24};

/** What the application is told (Linux tcp_reset, tcp_write_err; FreeBSD tcp_do_segment). */
int
ErrorOf(const Notice& notice, State last, int softError, bool freeBsd)
{
    switch (notice.reason)
    {
    case CloseReason::Refused:
        return softError != 0 ? softError : ECONNREFUSED;
    case CloseReason::Reset:
        if (last == State::CloseWait && !freeBsd)
        {
            return EPIPE;
        }
        return last == State::SynSent ? ECONNREFUSED : ECONNRESET;
    case CloseReason::ConnectTimeout:
    case CloseReason::DataTimeout:
    case CloseReason::KeepaliveTimeout:
        return softError != 0 ? softError : ETIMEDOUT;
    case CloseReason::Unreachable:
        return softError != 0 ? softError : EHOSTUNREACH;
    default:
        return 0;
    }
}

} // namespace

Node::Node(Settings& settings)
    : m_settings(settings),
      m_tcp(settings.MakeConfig({}), m_random)
{
}

/** Adds up what the connections have been waiting for since the last time (tcp_chrono_set()). */
void
Node::Observe()
{
    for (const auto& [key, stream] : m_streams)
    {
        const Duration passed = m_now - std::exchange(stream->observedAt, m_now);
        if (passed == Duration::zero() || stream->closed)
        {
            continue;
        }
        const ConnectionView view = m_tcp.View(stream->id);
        const bool shut =
            view.unsent > 0 &&
            view.sndNxt.Since(view.sndUna) + std::min(view.unsent, view.mss) > view.sndWnd;
        stream->tally.busy += view.sendQueue > 0 ? passed : Duration::zero();
        stream->tally.windowBound += shut ? passed : Duration::zero();
    }
}

void
Node::Settle()
{
    // Notices first: the bytes of a connection have to be known before they are sent, and those
    // that are acknowledged are not sent any more.
    while (true)
    {
        while (const std::optional<Notice> notice = m_tcp.PollNotice())
        {
            Take(*notice);
        }
        const std::optional<OutSegment> out = m_tcp.PollSegment(m_now);
        if (!out)
        {
            break;
        }
        Send(*out);
    }
    while (const std::optional<Notice> notice = m_tcp.PollNotice())
    {
        Take(*notice);
    }
    m_waiters.Release(m_now);
}

void
Node::AdvanceTo(Instant when)
{
    while (true)
    {
        const Instant next = std::min({when, m_tcp.NextDeadline(), m_waiters.Earliest()});
        m_now = std::max(m_now, next);
        Observe();
        if (m_tcp.NextDeadline() <= m_now)
        {
            m_tcp.OnDeadline(m_now);
        }
        Settle();
        if (m_now >= when && m_tcp.NextDeadline() > m_now)
        {
            return;
        }
    }
}

void
Node::Wait(Instant until, const std::function<bool()>& ready)
{
    if (std::this_thread::get_id() != m_driver)
    {
        m_waiters.Wait(until, ready);
        return;
    }
    while (!ready() && m_now < until)
    {
        const Instant next = std::min(until, m_tcp.NextDeadline());
        if (next == kNever)
        {
            return; // nothing will happen any more: the call is given up
        }
        AdvanceTo(next);
    }
}

Instant
Node::TellTime()
{
    // Whoever has waited in a call is told when that ended. All others may be spinning.
    if (!m_waiters.HasLeft())
    {
        AdvanceTo(m_now + kCreep);
    }
    return m_now;
}

void
Node::Inject(ByteSpan packet)
{
    const ParsedPacket parsed = ParsePacket(packet);
    switch (parsed.kind)
    {
    case ParsedPacket::Kind::Tcp:
        InjectTcp(parsed);
        break;
    case ParsedPacket::Kind::Malformed:
        m_tcp.OnMalformed();
        break;
    case ParsedPacket::Kind::Icmp:
        InjectIcmp(parsed.icmp);
        break;
    case ParsedPacket::Kind::Other:
        break;
    }
    Settle();
}

void
Node::InjectTcp(const ParsedPacket& parsed)
{
    Segment segment = parsed.segment;
    segment.linkMss = m_settings.LinkMss(segment.tuple.local);
    segment.ecn = static_cast<EcnCodepoint>(parsed.tos & 3); // RFC 3168 §5
    const Placement placement = m_tcp.OnSegment(m_now, segment);
    if (!placement.connection)
    {
        return;
    }
    const std::shared_ptr<Stream> stream = StreamOf(placement.connection);
    Count(segment, stream->tally);
    if (placement.length == 0)
    {
        return;
    }
    stream->synDataTaken |= segment.flags.Has(Flag::SYN);
    stream->received.Put(placement.streamOffset,
                         parsed.payload.subspan(placement.skip, placement.length));
}

void
Node::Count(const Segment& segment, Tally& tally) const
{
    ++tally.segmentsIn;
    tally.lastAckReceived = m_now;
    if (segment.payloadLength > 0)
    {
        ++tally.dataSegmentsIn;
        tally.lastDataReceived = m_now;
        tally.largestReceived = segment.payloadLength;
    }
}

void
Node::Count(const OutSegment& out, Tally& tally) const
{
    const uint32_t length = out.segment.payloadLength;
    ++tally.segmentsOut;
    tally.retransmissions += out.retransmission;
    tally.sequenced += !out.retransmission && out.segment.Length() > 0;
    if (length > 0)
    {
        ++tally.dataSegmentsOut;
        tally.bytesSent += length;
        tally.bytesRetransmitted += out.retransmission ? length : 0;
        tally.lastDataSent = m_now;
    }
}

void
Node::InjectIcmp(const QuotedError& error)
{
    for (const auto& [key, stream] : m_streams)
    {
        if (stream->tuple == error.tuple && !stream->closed)
        {
            stream->softError = error.code;
        }
    }
    if (error.code == EMSGSIZE)
    {
        const uint16_t headers = error.tuple.local.IsV4() ? 40 : 60; // IP and TCP
        const auto room = static_cast<uint16_t>(error.mtu > headers ? error.mtu - headers : 0);
        m_tcp.OnTooBig(m_now, error.tuple, error.seq, room);
    }
    else
    {
        m_tcp.OnIcmpError(m_now, error.tuple, error.seq, error.kind);
    }
}

std::optional<SentPacket>
Node::Sniff()
{
    const Instant horizon = m_now + kHorizon;
    while (m_left.empty())
    {
        const Instant next = std::min(m_tcp.NextDeadline(), m_waiters.Earliest());
        if (next == kNever || next > horizon)
        {
            return std::nullopt;
        }
        AdvanceTo(next);
    }
    SentPacket packet = std::move(m_left.front());
    m_left.pop_front();
    return packet;
}

std::shared_ptr<Stream>
Node::StreamOf(ConnectionId connection)
{
    std::shared_ptr<Stream>& stream = m_streams[connection.Key()];
    if (!stream)
    {
        stream = std::make_shared<Stream>();
        stream->id = connection;
        stream->tuple = m_tcp.View(connection).tuple;
        stream->observedAt = m_now;
        stream->tally.lastDataSent = m_now;
        stream->tally.lastDataReceived = m_now;
        stream->tally.lastAckReceived = m_now;
    }
    return stream;
}

std::shared_ptr<Stream>
Node::TakeAccepted(ConnectionId connection)
{
    const auto ended = m_ended.find(connection.Key());
    std::shared_ptr<Stream> stream = ended != m_ended.end() ? ended->second : StreamOf(connection);
    m_ended.erase(connection.Key());
    stream->known = true;
    return stream;
}

uint64_t&
Node::AcceptStirs(ListenerId listener)
{
    return m_acceptStirs[listener.Key()];
}

void
Node::Take(const Notice& notice)
{
    if (notice.kind == NoticeKind::AcceptReady)
    {
        ++AcceptStirs(notice.listener);
        return;
    }
    if (!notice.connection)
    {
        return;
    }
    Stream& stream = *StreamOf(notice.connection);
    switch (notice.kind)
    {
    case NoticeKind::StateChanged:
        stream.tuple = notice.tuple;
        stream.last = notice.from;
        if (notice.from == State::SynSent && notice.to == State::Established)
        {
            stream.synDataTaken = stream.synBytes > 0 && stream.tally.bytesAcked >= stream.synBytes;
        }
        stream.established |= notice.to == State::Established;
        if (notice.to == State::Established)
        {
            stream.tally.lastDataReceived = m_now; // tcp_finish_connect() and the like
        }
        stream.fastOpen |= notice.from == State::Listen && notice.to == State::SynReceived;
        break;
    case NoticeKind::Readable:
        stream.readable += notice.bytes;
        stream.tally.bytesReceived += notice.bytes;
        break;
    case NoticeKind::PeerClosed:
        stream.peerClosed = true;
        break;
    case NoticeKind::Acked:
        stream.sent.Drop(notice.bytes);
        stream.reports.NoteAcknowledged(stream.sent.Base(), m_now);
        stream.tally.bytesAcked += notice.bytes;
        break;
    case NoticeKind::Closed:
        Close(stream, notice);
        break;
    default:
        break;
    }
    ++stream.stirs;
}

void
Node::Close(Stream& stream, const Notice& notice)
{
    stream.closed = notice.reason;
    stream.error = ErrorOf(notice, stream.last, stream.softError, m_settings.IsFreeBsd());
    stream.reports.Release();
    const auto stands = m_streams.find(notice.connection.Key());
    if (!stream.known)
    {
        m_ended.insert(*stands);
    }
    m_streams.erase(stands);
}

void
Node::Send(const OutSegment& out)
{
    Bytes payload;
    IpTraits ip;
    if (out.connection)
    {
        const auto stream = m_streams.find(out.connection.Key());
        if (stream != m_streams.end())
        {
            payload = stream->second->sent.Copy(out.streamOffset, out.segment.payloadLength);
            stream->second->reports.NoteSent(out.streamOffset, out.segment.payloadLength, m_now);
            Count(out, stream->second->tally);
        }
        const auto own = traits.find(out.connection.Key());
        ip = own != traits.end() ? own->second : ip;
    }
    payload.resize(out.segment.payloadLength); // a garbage byte is of no stream
    ip.tos = static_cast<uint8_t>((ip.tos & ~3) | static_cast<uint8_t>(out.segment.ecn));
    m_left.push_back({m_now, MakePacket(out.segment, payload, ip, m_settings.Layout())});
}

} // namespace lifecycle::packetdrill
