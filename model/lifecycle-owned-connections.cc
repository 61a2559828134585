#include "internal/lifecycle-owned-connections.h"

#include "internal/lifecycle-core-types.h"
#include "internal/lifecycle-tcp-shell.h"

#include "ns3/inet-socket-address.h"
#include "ns3/inet6-socket-address.h"

#include <algorithm>
#include <utility>

namespace ns3
{

namespace
{

LifecycleTcpConnectionId
ToNs3(lifecycle::ConnectionId id)
{
    return {id.index, id.generation};
}

struct End
{
    lifecycle::IpAddress address;
    uint16_t port{0}; //!< 0: the address is of no kind that TCP knows
};

End
ToEnd(const Address& address)
{
    if (InetSocketAddress::IsMatchingType(address))
    {
        const InetSocketAddress name = InetSocketAddress::ConvertFrom(address);
        return {ToCore(name.GetIpv4()), name.GetPort()};
    }
    if (Inet6SocketAddress::IsMatchingType(address))
    {
        const Inet6SocketAddress name = Inet6SocketAddress::ConvertFrom(address);
        return {ToCore(name.GetIpv6()), name.GetPort()};
    }
    return {};
}

} // namespace

LifecycleOwnedConnections::LifecycleOwnedConnections(LifecycleTcpShell& shell)
    : m_shell(shell)
{
}

// Whose is what.

/** \returns null if there is no connection of an owner */
LifecycleOwnedConnections::Slot*
LifecycleOwnedConnections::Find(uint32_t index) const
{
    Slot* const slot = m_slots.Find(index);
    return slot == nullptr || slot->owner == NOBODY ? nullptr : slot;
}

LifecycleOwnedConnections::Slot&
LifecycleOwnedConnections::Make(lifecycle::ConnectionId id, uint32_t owner, uint32_t tag)
{
    Slot& slot = m_slots.At(id.index);
    slot = Slot{};
    slot.tag = tag;
    slot.owner = owner & NOBODY;
    return slot;
}

void
LifecycleOwnedConnections::Forget(lifecycle::ConnectionId id)
{
    m_tx.erase(id.Key());
    m_rx.erase(id.Key());
    *Find(id.index) = Slot{};
}

uint32_t
LifecycleOwnedConnections::NumberOf(Owner& owner)
{
    const auto found = std::find(m_owners.begin(), m_owners.end(), &owner);
    const auto number = static_cast<uint32_t>(found - m_owners.begin());
    if (found == m_owners.end())
    {
        m_owners.push_back(&owner);
    }
    return number;
}

std::vector<LifecycleOwnedConnections::OwnedListener>::iterator
LifecycleOwnedConnections::FindListener(lifecycle::ListenerId id)
{
    return std::find_if(m_listeners.begin(),
                        m_listeners.end(),
                        [id](const OwnedListener& listener) { return listener.id == id; });
}

void
LifecycleOwnedConnections::SetTag(lifecycle::ConnectionId id, uint32_t tag)
{
    Slot* const slot = Find(id.index);
    if (slot != nullptr && m_shell.Core().IsAlive(id))
    {
        slot->tag = tag;
    }
}

LifecycleOwnedConnections::Owner::Connection
LifecycleOwnedConnections::Get(uint32_t index) const
{
    const Slot* const slot = Find(index);
    if (slot == nullptr)
    {
        return {};
    }
    return {ToNs3(m_shell.Core().ConnectionAt(index)), slot->tag};
}

void
LifecycleOwnedConnections::ForEach(const Owner& owner,
                                   const std::function<void(const Owner::Connection&)>& visit) const
{
    for (uint32_t index = 0; index < m_slots.End(); ++index)
    {
        const Slot* const slot = Find(index);
        if (slot == nullptr || m_owners[slot->owner] != &owner)
        {
            continue;
        }
        if (const lifecycle::ConnectionId id = m_shell.Core().ConnectionAt(index))
        {
            visit({ToNs3(id), slot->tag});
        }
    }
}

void
LifecycleOwnedConnections::Leave(const Owner& owner)
{
    // The place stays empty: its number stands in slots and listeners.
    std::replace(m_owners.begin(),
                 m_owners.end(),
                 const_cast<Owner*>(&owner),
                 static_cast<Owner*>(nullptr));
}

// What owners do.

lifecycle::ConnectionId
LifecycleOwnedConnections::Open(Owner& owner, uint32_t tag, const Address& remote, ConfigPtr config)
{
    const End peer = ToEnd(remote);
    if (peer.port == 0)
    {
        return {};
    }
    const LifecycleIpOutput::Path path = m_shell.Output().Find(peer.address, nullptr);
    if (path.error != Socket::ERROR_NOTERROR)
    {
        return {};
    }
    lifecycle::ConnectRequest request;
    request.local = path.source;
    request.remote = peer.address;
    request.remotePort = peer.port;
    request.linkMss = path.linkMss;
    request.config = std::move(config);
    const auto connection = m_shell.Core().Connect(CoreNow(), request);
    if (!connection)
    {
        return {};
    }
    Make(connection.value, NumberOf(owner), tag);
    m_shell.Run();
    return connection.value;
}

lifecycle::ListenerId
LifecycleOwnedConnections::Listen(Owner& owner, const Address& local, ConfigPtr config)
{
    const End end = ToEnd(local);
    lifecycle::Endpoint& core = m_shell.Core();
    if (end.port == 0 || !core.Bind(end.address, end.port))
    {
        return {};
    }
    lifecycle::ListenRequest request;
    request.local = end.address;
    request.port = end.port;
    request.config = std::move(config);
    const auto listener = core.Listen(request);
    if (!listener)
    {
        core.Unbind(end.address, end.port);
        return {};
    }
    m_listeners.push_back({listener.value, NumberOf(owner), end.address, end.port});
    return listener.value;
}

void
LifecycleOwnedConnections::StopListening(lifecycle::ListenerId id)
{
    const auto listener = FindListener(id);
    if (listener == m_listeners.end())
    {
        return;
    }
    m_shell.Core().StopListening(CoreNow(), id);
    m_shell.Core().Unbind(listener->local, listener->port);
    m_listeners.erase(listener);
    m_shell.Run();
}

uint32_t
LifecycleOwnedConnections::Write(lifecycle::ConnectionId id, uint32_t bytes)
{
    const uint32_t written = m_shell.Core().Write(CoreNow(), id, bytes).value;
    const auto store = m_tx.find(id.Key());
    if (store != m_tx.end())
    {
        store->second.Append(
            Create<Packet>(written)); // what follows content has to be in its place
    }
    m_shell.Run();
    return written;
}

uint32_t
LifecycleOwnedConnections::Write(lifecycle::ConnectionId id, Ptr<const Packet> packet)
{
    const uint64_t begin = m_shell.Core().Offsets(id).written;
    const uint32_t written = m_shell.Core().Write(CoreNow(), id, packet->GetSize()).value;
    if (written > 0)
    {
        const bool isWhole = written == packet->GetSize();
        const Ptr<const Packet> taken =
            isWhole ? packet : Ptr<const Packet>(packet->CreateFragment(0, written));
        m_tx.try_emplace(id.Key(), begin).first->second.Append(taken);
        m_shell.Run();
    }
    return written;
}

uint32_t
LifecycleOwnedConnections::Skip(lifecycle::ConnectionId id, uint32_t most)
{
    const auto store = m_rx.find(id.Key());
    if (store != m_rx.end())
    {
        const Ptr<Packet> read = Read(id, most);
        return read ? read->GetSize() : 0;
    }
    const lifecycle::StreamOffsets offsets = m_shell.Core().Offsets(id);
    const auto read =
        static_cast<uint32_t>(std::min<uint64_t>(most, offsets.arrived - offsets.read));
    if (read > 0)
    {
        m_shell.Core().Read(CoreNow(), id, read);
        m_shell.Run();
    }
    return read;
}

Ptr<Packet>
LifecycleOwnedConnections::Read(lifecycle::ConnectionId id, uint32_t most)
{
    const auto store = m_rx.find(id.Key());
    const Ptr<Packet> read = store == m_rx.end() ? nullptr : store->second.Read(most);
    if (!read)
    {
        return nullptr;
    }
    if (store->second.IsEmpty())
    {
        m_rx.erase(store);
    }
    m_shell.Core().Read(CoreNow(), id, read->GetSize());
    m_shell.Run();
    return read;
}

// What happens to them.

void
LifecycleOwnedConnections::Deliver(const lifecycle::Notice& notice)
{
    using lifecycle::NoticeKind;
    if (notice.kind == NoticeKind::AcceptReady)
    {
        Accept(notice.listener);
        return;
    }
    Slot* const slot = notice.connection ? Find(notice.connection.index) : nullptr;
    if (slot == nullptr)
    {
        return;
    }
    Owner* const owner = m_owners[slot->owner];
    const Owner::Connection connection{ToNs3(notice.connection), slot->tag};
    switch (notice.kind)
    {
    case NoticeKind::StateChanged:
        if (notice.to == lifecycle::State::Established && !slot->isOpen)
        {
            slot->isOpen = 1;
            m_shell.SendAll(); // the third segment goes out before the owner can say anything
            if (owner != nullptr)
            {
                owner->OnOpened(connection);
            }
        }
        break;
    case NoticeKind::Acked:
        ReleaseAcked(notice.connection);
        if (owner != nullptr)
        {
            owner->OnWritable(connection);
        }
        break;
    case NoticeKind::Readable:
        if (owner != nullptr)
        {
            owner->OnReadable(connection);
        }
        break;
    case NoticeKind::PeerClosed:
        if (owner != nullptr)
        {
            owner->OnPeerClosed(connection);
        }
        break;
    case NoticeKind::Closed:
        m_shell.SendAll(); // while it is still known what they carry
        Forget(notice.connection);
        if (owner != nullptr)
        {
            owner->OnClosed(connection, ns3::ToNs3(notice.reason));
        }
        break;
    default:
        break;
    }
}

void
LifecycleOwnedConnections::Accept(lifecycle::ListenerId id)
{
    const auto listener = FindListener(id);
    if (listener == m_listeners.end() || m_owners[listener->owner] == nullptr)
    {
        return;
    }
    const uint32_t number = listener->owner;
    while (const auto accepted = m_shell.Core().Accept(id))
    {
        const lifecycle::ConnectionId connection = accepted.value;
        if (!m_shell.Core().IsAlive(connection))
        {
            continue; // it ended while it waited
        }
        Make(connection, number, 0).isOpen = 1;
        for (const LifecycleTcpShell::EarlyPayload& early : m_shell.TakeEarlyPayload(connection))
        {
            Store(connection, early.offset, early.packet);
        }
        uint32_t tag = 0;
        if (m_owners[number] == nullptr || !m_owners[number]->OnAccepted(ToNs3(connection), tag))
        {
            Forget(connection);
            m_shell.Core().Abort(CoreNow(), connection);
            continue;
        }
        SetTag(connection, tag);
    }
}

bool
LifecycleOwnedConnections::Keep(const lifecycle::Placement& placement, Ptr<Packet> payload)
{
    if (Find(placement.connection.index) == nullptr)
    {
        return false;
    }
    Store(placement.connection, placement.streamOffset, payload);
    return true;
}

void
LifecycleOwnedConnections::Store(lifecycle::ConnectionId id, uint64_t offset, Ptr<Packet> payload)
{
    const Owner* const owner = m_owners[Find(id.index)->owner];
    if (owner == nullptr || !owner->WantsContent())
    {
        return;
    }
    m_rx.try_emplace(id.Key(), m_shell.FirstUnread(id, offset))
        .first->second.Insert(offset, payload);
}

void
LifecycleOwnedConnections::ReleaseAcked(lifecycle::ConnectionId id)
{
    const auto store = m_tx.find(id.Key());
    if (store == m_tx.end())
    {
        return;
    }
    const lifecycle::StreamOffsets offsets = m_shell.Core().Offsets(id);
    const uint64_t begin = store->second.Begin();
    if (offsets.acked >= offsets.written)
    {
        m_tx.erase(store);
    }
    else if (offsets.acked > begin)
    {
        store->second.Release(offsets.acked - begin);
    }
}

Ptr<Packet>
LifecycleOwnedConnections::PayloadOf(const lifecycle::OutSegment& out) const
{
    const uint32_t length = out.segment.payloadLength;
    const auto store = m_tx.empty() ? m_tx.end() : m_tx.find(out.connection.Key());
    if (store == m_tx.end() || out.streamOffset + length <= store->second.Begin())
    {
        return Create<Packet>(length);
    }
    const uint64_t begin = store->second.Begin();
    if (out.streamOffset >= begin)
    {
        return store->second.Slice(out.streamOffset, length);
    }
    const auto zeros = static_cast<uint32_t>(begin - out.streamOffset);
    const Ptr<Packet> payload = Create<Packet>(zeros);
    payload->AddAtEnd(store->second.Slice(begin, length - zeros));
    return payload;
}

} // namespace ns3
