#include "internal/lifecycle-core-types.h"
#include "internal/lifecycle-socket-extras.h"
#include "internal/lifecycle-socket-settings.h"
#include "internal/lifecycle-tcp-shell.h"

#include "ns3/type-id.h"

namespace ns3
{

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

uint64_t
LifecycleTcpShell::FirstUnread(lifecycle::ConnectionId id, uint64_t arrived)
{
    // Who has ended with this very segment, its FIN, had received all before it.
    return Core().IsAlive(id) ? Core().Offsets(id).read : arrived;
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
    prototype->EditSettings(
        [this](LifecycleSocketSettings& settings) { settings.config = m_core->SharedConfig(); });
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
    if (m_sockets.size() == m_sockets.capacity())
    {
        m_sockets.reserve(m_sockets.size() + m_sockets.size() / 8 + 8); // there may be very many
    }
    m_sockets.push_back(&socket);
}

std::unique_ptr<LifecycleSocketExtras>
LifecycleTcpShell::TakeExtras()
{
    if (m_spareExtras.empty())
    {
        return std::make_unique<LifecycleSocketExtras>();
    }
    std::unique_ptr<LifecycleSocketExtras> extras = std::move(m_spareExtras.back());
    m_spareExtras.pop_back();
    return extras;
}

void
LifecycleTcpShell::SpareExtras(std::unique_ptr<LifecycleSocketExtras> extras)
{
    constexpr std::size_t MOST_KEPT = 8; // there may be thousands of nodes
    if (m_spareExtras.size() < MOST_KEPT)
    {
        m_spareExtras.push_back(std::move(extras));
    }
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
    if (m_left == 0)
    {
        return;
    }
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
