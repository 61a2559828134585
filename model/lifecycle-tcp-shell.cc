#include "internal/lifecycle-tcp-shell.h"

#include "core/wire.h"
#include "internal/lifecycle-core-types.h"
#include "internal/lifecycle-rx-store.h"
#include "internal/lifecycle-socket-traces.h"
#include "internal/lifecycle-tcp-header.h"
#include "internal/lifecycle-tx-store.h"

#include "ns3/type-id.h"

#include <algorithm>
#include <array>
#include <span>
#include <utility>

namespace ns3
{

LifecycleTcpShell::LifecycleTcpShell(const IpL4Protocol& protocol, StateChangeTrace& stateChange)
    : m_stateChange(stateChange),
      m_output(protocol),
      m_wakeUp([this] { OnDeadline(); })
{
}

LifecycleTcpShell::~LifecycleTcpShell()
{
    // Held meanwhile: what one lets go of may be the last reference to another.
    const std::vector<Ptr<LifecycleTcpSocket>> sockets(Sockets().begin(), Sockets().end());
    for (const Ptr<LifecycleTcpSocket>& socket : sockets)
    {
        socket->OnNodeGone();
    }
}

void
LifecycleTcpShell::SetNode(Ptr<Node> node, Ptr<Ipv4> ipv4, Ptr<Ipv6> ipv6)
{
    m_node = node;
    m_output.SetIp(ipv4, ipv6);
}

Ptr<Node>
LifecycleTcpShell::GetNode() const
{
    return m_node;
}

const lifecycle::Config&
LifecycleTcpShell::GetConfig() const
{
    return m_config;
}

void
LifecycleTcpShell::SetConfig(const lifecycle::Config& config)
{
    m_config = config;
    m_prototype = nullptr;
    if (m_core)
    {
        m_core->SetConfig(config);
    }
}

void
LifecycleTcpShell::SetStream(int64_t stream)
{
    m_random.SetStream(stream);
}

lifecycle::Endpoint&
LifecycleTcpShell::Core()
{
    if (!m_core)
    {
        m_random.SetDefaultStream(m_node->GetId());
        m_core = std::make_unique<lifecycle::Endpoint>(m_config, m_random);
    }
    return *m_core;
}

const lifecycle::Endpoint*
LifecycleTcpShell::PeekCore() const
{
    return m_core.get();
}

const LifecycleIpOutput&
LifecycleTcpShell::Output() const
{
    return m_output;
}

// Segments.

std::optional<lifecycle::Segment>
LifecycleTcpShell::Parse(const Packet& packet,
                         const lifecycle::IpAddress& source,
                         const lifecycle::IpAddress& destination,
                         uint32_t& headerLength)
{
    std::array<uint8_t, lifecycle::kMaxHeaderLength> bytes;
    const std::span<const uint8_t> head(bytes.data(), packet.CopyData(bytes.data(), bytes.size()));
    const lifecycle::ParsedHeader parsed = lifecycle::ParseHeader(head, packet.GetSize());
    if (parsed.error != lifecycle::WireError::None ||
        (Node::ChecksumEnabled() && LifecycleTcpChecksum(source, destination, {}, packet) != 0))
    {
        return std::nullopt;
    }
    headerLength = static_cast<uint32_t>(parsed.headerLength);
    lifecycle::Segment segment = parsed.segment;
    segment.tuple.local = destination;
    segment.tuple.remote = source;
    return segment;
}

IpL4Protocol::RxStatus
LifecycleTcpShell::Receive(Ptr<Packet> packet,
                           const lifecycle::IpAddress& source,
                           const lifecycle::IpAddress& destination,
                           Ptr<NetDevice> device)
{
    uint32_t headerLength = 0;
    std::optional<lifecycle::Segment> segment = Parse(*packet, source, destination, headerLength);
    if (!segment)
    {
        Core().OnMalformed();
        return IpL4Protocol::RX_CSUM_FAILED;
    }
    if (segment->flags.Has(lifecycle::Flag::SYN))
    {
        segment->linkMss = LinkMss(*device, destination.IsV4());
    }
    m_arrival = device;
    const lifecycle::Placement placement = Core().OnSegment(CoreNow(), *segment);
    const Ptr<LifecycleTcpSocket> socket = m_connections.Find(placement.connection);
    if (socket && socket->m_traces)
    {
        socket->m_traces->Received(packet);
    }
    if (placement.length > 0)
    {
        packet->RemoveAtStart(headerLength);
        Keep(placement, packet);
    }
    Run();
    m_arrival = nullptr;
    return IpL4Protocol::RX_OK;
}

void
LifecycleTcpShell::Keep(const lifecycle::Placement& placement, Ptr<Packet> payload)
{
    SocketPriorityTag priority; // meant for the queues on the way, not for the application
    payload->RemovePacketTag(priority);
    const Ptr<Packet> kept = placement.length == payload->GetSize()
                                 ? payload
                                 : payload->CreateFragment(placement.skip, placement.length);
    if (const Ptr<LifecycleTcpSocket> socket = m_connections.Find(placement.connection))
    {
        socket->Store(placement.streamOffset, kept);
    }
    else
    {
        m_earlyPayload.push_back({placement.connection, placement.streamOffset, kept});
    }
}

void
LifecycleTcpShell::ReceiveUnreachable(const lifecycle::IpAddress& source,
                                      const lifecycle::IpAddress& destination,
                                      const uint8_t header[8],
                                      bool isHard)
{
    const auto word = [header](int at) {
        return static_cast<uint16_t>(header[at] << 8 | header[at + 1]);
    };
    const lifecycle::FourTuple tuple{source, destination, word(0), word(2)};
    const lifecycle::SeqNum seq(uint32_t{word(4)} << 16 | word(6));
    Core().OnUnreachable(CoreNow(), tuple, seq, isHard);
    Run();
}

void
LifecycleTcpShell::OnDeadline()
{
    m_core->OnDeadline(CoreNow());
    Run();
}

void
LifecycleTcpShell::Run()
{
    if (m_isRunning)
    {
        return;
    }
    m_isRunning = true;
    do
    {
        while (const std::optional<lifecycle::Notice> notice = Core().PollNotice())
        {
            Deliver(*notice);
        }
    } while (SendNext());
    m_isRunning = false;
    m_wakeUp.Expect(Core().NextDeadline());
}

Ptr<LifecycleTcpSocket>
LifecycleTcpShell::SenderOf(const lifecycle::OutSegment& out) const
{
    return out.listener ? m_listeners.Find(out.listener) : m_connections.Find(out.connection);
}

bool
LifecycleTcpShell::SendNext()
{
    const std::optional<lifecycle::OutSegment> out = Core().PollSegment(CoreNow());
    if (!out)
    {
        return false;
    }
    const lifecycle::Segment& segment = out->segment;
    const Ptr<LifecycleTcpSocket> socket = SenderOf(*out);
    const bool isOfStream = segment.payloadLength > 0 && !out->garbage;
    const Ptr<Packet> packet = isOfStream
                                   ? socket->m_tx->Slice(out->streamOffset, segment.payloadLength)
                                   : Create<Packet>(segment.payloadLength);
    Ptr<NetDevice> device;
    if (socket)
    {
        device = socket->GetBoundNetDevice();
        socket->AddTags(*packet);
        if (socket->m_traces)
        {
            socket->UpdateTraces();
            socket->m_traces->Sent(packet, segment);
        }
    }
    m_output.Send(segment, packet, device);
    if (isOfStream && !out->retransmission)
    {
        socket->NotifyDataSent(segment.payloadLength);
    }
    return true;
}

// Notices.

void
LifecycleTcpShell::Deliver(const lifecycle::Notice& notice)
{
    using lifecycle::NoticeKind;
    if (notice.kind == NoticeKind::StateChanged)
    {
        DeliverStateChange(notice);
        return;
    }
    if (notice.kind == NoticeKind::AcceptReady)
    {
        Accept(notice.listener);
        return;
    }
    if (notice.kind == NoticeKind::Closed)
    {
        DeliverClosed(notice);
        return;
    }
    const Ptr<LifecycleTcpSocket> socket = m_connections.Find(notice.connection);
    if (!socket)
    {
        return;
    }
    socket->UpdateTraces();
    switch (notice.kind)
    {
    case NoticeKind::Readable:
        socket->OnReadable();
        break;
    case NoticeKind::PeerClosed:
        socket->OnPeerClosed();
        break;
    case NoticeKind::Acked:
        socket->OnAcked(notice.bytes);
        break;
    default:
        break;
    }
}

void
LifecycleTcpShell::DeliverStateChange(const lifecycle::Notice& notice)
{
    if (!m_stateChange.IsEmpty())
    {
        const lifecycle::FourTuple& tuple = notice.tuple;
        m_stateChange({ToSocketAddress(tuple.local, tuple.localPort),
                       ToSocketAddress(tuple.remote, tuple.remotePort),
                       ToNs3(notice.from),
                       ToNs3(notice.to),
                       notice.to == lifecycle::State::Closed ? ToNs3(notice.reason)
                                                             : LifecycleTcpCloseReason::NONE});
    }
    Ptr<LifecycleTcpSocket> socket = m_connections.Find(notice.connection);
    if (notice.timeWait)
    {
        const auto found = m_timeWaits.find(notice.timeWait.index);
        if (found != m_timeWaits.end())
        {
            socket = found->second;
            socket->m_role = LifecycleTcpSocket::Role::NONE;
            m_timeWaits.erase(found);
        }
    }
    if (!socket)
    {
        return;
    }
    socket->EnterState(ToNs3(notice.to));
    socket->UpdateTraces();
    if (notice.to == lifecycle::State::Established && !socket->m_wasConnected)
    {
        // The third segment of the handshake goes out before the application can say anything.
        while (SendNext())
        {
        }
        socket->OnConnected();
    }
}

void
LifecycleTcpShell::DeliverClosed(const lifecycle::Notice& notice)
{
    // Its last segments go out while it is still known whose they are.
    while (SendNext())
    {
    }
    std::erase_if(m_earlyPayload,
                  [&](const EarlyPayload& early) { return early.connection == notice.connection; });
    const Ptr<LifecycleTcpSocket> socket = m_connections.Find(notice.connection);
    if (!socket)
    {
        return;
    }
    m_connections.Release(notice.connection);
    socket->m_role = LifecycleTcpSocket::Role::NONE;
    if (notice.timeWait)
    {
        socket->m_role = LifecycleTcpSocket::Role::TIME_WAIT;
        socket->m_index = notice.timeWait.index;
        m_timeWaits[notice.timeWait.index] = PeekPointer(socket);
    }
    socket->OnClosed(ToNs3(notice.reason));
}

void
LifecycleTcpShell::Accept(lifecycle::ListenerId id)
{
    const lifecycle::Result<lifecycle::ConnectionId> accepted = Core().Accept(id);
    const Ptr<LifecycleTcpSocket> listener = m_listeners.Find(id);
    if (!accepted || !listener)
    {
        return;
    }
    const lifecycle::FourTuple tuple = Core().View(accepted.value).tuple;
    const Address peer = listener->NameOf({tuple.remote.V6(), tuple.remotePort});
    const Ptr<NetDevice> device = listener->GetBoundNetDevice();
    const bool comesByRightDevice = !device || !m_arrival || device == m_arrival;
    if (!comesByRightDevice || !listener->NotifyConnectionRequest(peer))
    {
        Core().Abort(CoreNow(), accepted.value);
        return;
    }
    const Ptr<LifecycleTcpSocket> socket = listener->Fork(tuple);
    Hold(accepted.value, socket);
    Join(*socket);
    if (listener->m_isReconfigured)
    {
        Core().Configure(CoreNow(), accepted.value, socket->m_config);
    }
    for (const EarlyPayload& early : std::exchange(m_earlyPayload, {}))
    {
        Keep({early.connection, 0, early.packet->GetSize(), early.offset}, early.packet);
    }
    socket->OnAccepted(peer);
}

// Sockets.

void
LifecycleTcpShell::Hold(lifecycle::ConnectionId id, Ptr<LifecycleTcpSocket> socket)
{
    socket->m_role = LifecycleTcpSocket::Role::CONNECTION;
    socket->m_index = id.index;
    socket->m_generation = id.generation;
    m_connections.Hold(id, socket);
}

void
LifecycleTcpShell::Hold(lifecycle::ListenerId id, Ptr<LifecycleTcpSocket> socket)
{
    socket->m_role = LifecycleTcpSocket::Role::LISTENER;
    socket->m_index = id.index;
    socket->m_generation = id.generation;
    m_listeners.Hold(id, socket);
}

void
LifecycleTcpShell::Release(lifecycle::ListenerId id)
{
    m_listeners.Release(id);
}

void
LifecycleTcpShell::ForgetTimeWait(uint32_t index)
{
    m_timeWaits.erase(index);
}

Ptr<LifecycleTcpSocket>
LifecycleTcpShell::MakePrototype() const
{
    const Ptr<LifecycleTcpSocket> prototype = CreateObject<LifecycleTcpSocket>();
    prototype->m_config = m_core->SharedConfig();
    // What a script has changed with Config::SetDefault goes for our sockets too; what it has not
    // is for stock TCP, with other defaults than ours.
    for (const char* name : {"ns3::TcpSocket", "ns3::TcpSocketBase", "ns3::LifecycleTcpSocket"})
    {
        const TypeId tid = TypeId::LookupByName(name);
        for (std::size_t i = 0; i < tid.GetAttributeN(); ++i)
        {
            const TypeId::AttributeInformation attribute = tid.GetAttribute(i);
            if (attribute.initialValue != attribute.originalInitialValue)
            {
                prototype->SetAttributeFailSafe(attribute.name, *attribute.initialValue);
            }
        }
    }
    return prototype;
}

Ptr<LifecycleTcpSocket>
LifecycleTcpShell::CreateSocket()
{
    if (!m_prototype)
    {
        Core();
        m_prototype = MakePrototype();
    }
    // A copy: ns-3's way of making an object sets all its attributes one by one, each time.
    const Ptr<LifecycleTcpSocket> socket(new LifecycleTcpSocket(*m_prototype), false);
    Join(*socket);
    return socket;
}

void
LifecycleTcpShell::Join(LifecycleTcpSocket& socket)
{
    socket.m_shell = this;
    socket.m_position = static_cast<uint32_t>(m_sockets.size());
    m_sockets.push_back(&socket);
}

void
LifecycleTcpShell::Leave(LifecycleTcpSocket& socket)
{
    m_sockets[socket.m_position] = nullptr;
    ++m_left;
    if (m_left > m_sockets.size() / 2)
    {
        CompactSockets();
    }
}

void
LifecycleTcpShell::CompactSockets()
{
    std::erase(m_sockets, nullptr);
    m_left = 0;
    for (std::size_t i = 0; i < m_sockets.size(); ++i)
    {
        m_sockets[i]->m_position = static_cast<uint32_t>(i);
    }
}

const std::vector<LifecycleTcpSocket*>&
LifecycleTcpShell::Sockets()
{
    CompactSockets();
    return m_sockets;
}

} // namespace ns3
