#include "internal/lifecycle-tcp-shell.h"

#include "core/wire.h"
#include "internal/lifecycle-core-types.h"
#include "internal/lifecycle-socket-extras.h"
#include "internal/lifecycle-tcp-header.h"

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
LifecycleTcpShell::MakeCore()
{
    m_random.SetDefaultStream(m_node->GetId());
    m_core = std::make_unique<lifecycle::Endpoint>(m_config, m_random);
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
        (m_output.HasChecksums() && LifecycleTcpChecksum(source, destination, {}, packet) != 0))
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
                           lifecycle::EcnCodepoint ecn,
                           Ptr<NetDevice> device)
{
    uint32_t headerLength = 0;
    std::optional<lifecycle::Segment> segment = Parse(*packet, source, destination, headerLength);
    if (!segment)
    {
        Core().OnMalformed();
        return IpL4Protocol::RX_CSUM_FAILED;
    }
    segment->device = NumberOf(device);
    segment->ecn = ecn;
    if (segment->flags.Has(lifecycle::Flag::SYN))
    {
        segment->linkMss = LinkMss(*device, destination.IsV4());
    }
    const lifecycle::Instant now = CoreNow();
    const lifecycle::Placement placement = Core().OnSegment(now, *segment);
    const Ptr<LifecycleTcpSocket> socket = m_connections.Find(placement.connection);
    if (LifecycleSocketTraces* traces = socket ? socket->PeekTraces() : nullptr)
    {
        traces->Received(packet);
    }
    if (placement.length > 0)
    {
        packet->RemoveAtStart(headerLength);
        Keep(placement, packet);
    }
    Run(now);
    return IpL4Protocol::RX_OK;
}

void
LifecycleTcpShell::Keep(const lifecycle::Placement& placement, Ptr<Packet> payload)
{
    if (payload->GetPacketTagIterator().HasNext())
    {
        SocketPriorityTag priority; // meant for the queues on the way, not for the application
        payload->RemovePacketTag(priority);
    }
    const Ptr<Packet> kept = placement.length == payload->GetSize()
                                 ? payload
                                 : payload->CreateFragment(placement.skip, placement.length);
    if (const Ptr<LifecycleTcpSocket> socket = m_connections.Find(placement.connection))
    {
        socket->Store(placement.streamOffset, kept);
    }
    else if (!m_owned.Keep(placement, kept))
    {
        m_earlyPayload[placement.connection.Key()].push_back({placement.streamOffset, kept});
    }
}

void
LifecycleTcpShell::ReceiveIcmp(const lifecycle::IpAddress& source,
                               const lifecycle::IpAddress& destination,
                               const uint8_t header[8],
                               lifecycle::IcmpError error)
{
    const auto word = [header](int at) {
        return static_cast<uint16_t>(header[at] << 8 | header[at + 1]);
    };
    const lifecycle::FourTuple tuple{source, destination, word(0), word(2)};
    const lifecycle::SeqNum seq(uint32_t{word(4)} << 16 | word(6));
    Core().OnIcmpError(CoreNow(), tuple, seq, error);
    Run();
}

void
LifecycleTcpShell::ReceiveTooBig(const lifecycle::IpAddress& source,
                                 const lifecycle::IpAddress& destination,
                                 const uint8_t header[8],
                                 uint32_t mtu)
{
    const auto word = [header](int at) {
        return static_cast<uint16_t>(header[at] << 8 | header[at + 1]);
    };
    const lifecycle::FourTuple tuple{source, destination, word(0), word(2)};
    const lifecycle::SeqNum seq(uint32_t{word(4)} << 16 | word(6));
    Core().OnTooBig(CoreNow(), tuple, seq, PathMss(mtu, source.IsV4()));
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
    if (!m_isRunning)
    {
        Run(CoreNow());
    }
}

void
LifecycleTcpShell::Run(lifecycle::Instant now)
{
    if (m_isRunning)
    {
        return;
    }
    m_isRunning = true;
    Core(); // is there from now on
    do
    {
        while (const std::optional<lifecycle::Notice> notice = m_core->PollNotice())
        {
            Deliver(*notice);
        }
    } while (SendNext(now));
    m_isRunning = false;
    m_wakeUp.Expect(m_core->NextDeadline());
}

void
LifecycleTcpShell::SendAll()
{
    const lifecycle::Instant now = CoreNow();
    while (SendNext(now))
    {
    }
}

LifecycleOwnedConnections&
LifecycleTcpShell::Owned()
{
    return m_owned;
}

std::vector<LifecycleTcpShell::EarlyPayload>
LifecycleTcpShell::TakeEarlyPayload(lifecycle::ConnectionId id)
{
    std::vector<EarlyPayload> taken;
    const auto early = m_earlyPayload.find(id.Key());
    if (early != m_earlyPayload.end())
    {
        taken = std::move(early->second);
        m_earlyPayload.erase(early);
    }
    return taken;
}

Ptr<LifecycleTcpSocket>
LifecycleTcpShell::SenderOf(const lifecycle::OutSegment& out) const
{
    return out.listener ? m_listeners.Find(out.listener) : m_connections.Find(out.connection);
}

bool
LifecycleTcpShell::SendNext(lifecycle::Instant now)
{
    const std::optional<lifecycle::OutSegment> out = m_core->PollSegment(now);
    if (!out)
    {
        return false;
    }
    const lifecycle::Segment& segment = out->segment;
    const Ptr<LifecycleTcpSocket> socket = SenderOf(*out);
    const bool isOfStream = segment.payloadLength > 0 && !out->garbage;
    Ptr<NetDevice> device;
    Ptr<Packet> packet;
    if (isOfStream)
    {
        packet = socket ? socket->PeekTx()->Slice(out->streamOffset, segment.payloadLength)
                        : m_owned.PayloadOf(*out);
    }
    else
    {
        packet = Create<Packet>(segment.payloadLength);
    }
    if (socket)
    {
        device = socket->GetBoundNetDevice();
        socket->AddTags(*packet);
        if (LifecycleSocketTraces* traces = socket->PeekTraces())
        {
            socket->UpdateTraces();
            traces->Sent(packet, segment);
        }
    }
    m_output.Send(segment, packet, device);
    if (socket && isOfStream && !out->retransmission)
    {
        socket->NotifyDataSent(segment.payloadLength);
    }
    return true;
}

} // namespace ns3
