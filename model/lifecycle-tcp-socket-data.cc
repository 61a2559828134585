#include "internal/lifecycle-core-types.h"
#include "internal/lifecycle-socket-extras.h"
#include "internal/lifecycle-socket-settings.h"
#include "internal/lifecycle-tcp-shell.h"
#include "lifecycle-tcp-socket.h"

#include "ns3/packet.h"

#include <limits>
#include <memory>

namespace ns3
{

// Sending.

int
LifecycleTcpSocket::Send(Ptr<Packet> packet, uint32_t flags)
{
    if ((flags & ~URGENT) != 0)
    {
        return Fail(ERROR_OPNOTSUPP);
    }
    if (m_role != Role::CONNECTION)
    {
        return Fail(ERROR_NOTCONN);
    }
    if (m_closing.shutdownSend || m_closing.isClosing)
    {
        return Fail(ERROR_SHUTDOWN);
    }
    // All or nothing, as stock TCP: applications such as OnOff send the whole packet again.
    const uint32_t size = packet->GetSize();
    const lifecycle::ConnectionId connection{m_index, m_generation};
    if (size > m_shell->Core().WriteSpace(connection))
    {
        return Fail(ERROR_MSGSIZE);
    }
    const uint64_t begin = PeekTx() ? 0 : m_shell->Core().Offsets(connection).written;
    const auto written = m_shell->Core().Write(CoreNow(), connection, size);
    if (!written)
    {
        return Fail(ToNs3(written.error));
    }
    LifecycleTxStore& tx = Extras().tx;
    if (tx.Size() == 0)
    {
        tx.Restart(begin);
    }
    tx.Append(packet);
    if ((flags & URGENT) != 0)
    {
        m_shell->Core().MarkUrgent(connection);
    }
    m_shell->Run();
    return static_cast<int>(size);
}

int
LifecycleTcpSocket::SendTo(Ptr<Packet> packet, uint32_t flags, const Address& toAddress)
{
    const bool opens =
        m_settings->fastOpen && m_role != Role::CONNECTION && m_role != Role::LISTENER;
    if (opens && Connect(toAddress) != 0) // as sendto(2) with MSG_FASTOPEN
    {
        return -1;
    }
    return Send(packet, flags);
}

uint32_t
LifecycleTcpSocket::GetTxAvailable() const
{
    if (m_role == Role::CONNECTION)
    {
        return m_shell->Core().WriteSpace({m_index, m_generation});
    }
    return m_role == Role::NONE && !m_opening.wasConnected ? GetSndBufSize() : 0;
}

void
LifecycleTcpSocket::OnAcked(uint64_t bytes)
{
    LifecycleTxStore& tx = *PeekTx();
    tx.Release(bytes);
    if (tx.Size() == 0)
    {
        DropTx();
    }
    if (!m_closing.isClosing && !m_closing.shutdownSend)
    {
        NotifyWritable();
    }
}

/** Tells that there is room in the send buffer, if there is any. */
void
LifecycleTcpSocket::NotifyWritable()
{
    if (const uint32_t room = GetTxAvailable(); room > 0)
    {
        NotifySend(room);
    }
}

void
LifecycleTcpSocket::AddTags(Packet& packet) const
{
    // As TcpSocketBase::AddSocketTags. IP takes off what is for it.
    if (GetIpTos() != 0)
    {
        SocketIpTosTag tag;
        tag.SetTos(GetIpTos());
        packet.ReplacePacketTag(tag);
    }
    if (IsManualIpv6Tclass())
    {
        SocketIpv6TclassTag tag;
        tag.SetTclass(GetIpv6Tclass());
        packet.ReplacePacketTag(tag);
    }
    if (IsManualIpTtl())
    {
        SocketIpTtlTag tag;
        tag.SetTtl(GetIpTtl());
        packet.ReplacePacketTag(tag);
    }
    if (IsManualIpv6HopLimit())
    {
        SocketIpv6HopLimitTag tag;
        tag.SetHopLimit(GetIpv6HopLimit());
        packet.ReplacePacketTag(tag);
    }
    if (GetPriority() != 0)
    {
        SocketPriorityTag tag;
        tag.SetPriority(GetPriority());
        packet.ReplacePacketTag(tag);
    }
}

// Receiving.

uint32_t
LifecycleTcpSocket::GetUrgentAhead() const
{
    return m_role == Role::CONNECTION ? m_shell->Core().UrgentAhead({m_index, m_generation}) : 0;
}

void
LifecycleTcpSocket::OnUrgent(uint64_t ahead)
{
    if (LifecycleSocketTraces* traces = PeekTraces())
    {
        traces->urgent(static_cast<uint32_t>(ahead));
    }
}

void
LifecycleTcpSocket::Store(uint64_t offset, Ptr<Packet> payload)
{
    LifecycleRxStore& rx = Extras().rx;
    if (rx.IsEmpty())
    {
        rx.Restart(m_shell->FirstUnread({m_index, m_generation}, offset));
    }
    rx.Insert(offset, payload);
}

/** Takes bytes that have arrived in order, which makes room for others. */
Ptr<Packet>
LifecycleTcpSocket::Take(uint32_t most)
{
    LifecycleRxStore* const rx = PeekRx();
    const Ptr<Packet> taken = rx ? rx->Read(most) : nullptr;
    if (!taken)
    {
        return nullptr;
    }
    if (rx->IsEmpty())
    {
        DropRx();
    }
    if (m_role == Role::CONNECTION)
    {
        m_shell->Core().Read(CoreNow(), {m_index, m_generation}, taken->GetSize());
    }
    return taken;
}

/** Throws away what has arrived. \returns whether there was anything */
bool
LifecycleTcpSocket::Discard()
{
    bool any = false;
    while (Take(std::numeric_limits<uint32_t>::max()))
    {
        any = true;
    }
    return any;
}

Ptr<Packet>
LifecycleTcpSocket::Recv(uint32_t maxSize, uint32_t flags)
{
    if (flags != 0)
    {
        m_errno = ERROR_OPNOTSUPP;
        return nullptr;
    }
    if (const Ptr<Packet> read = Take(maxSize))
    {
        if (m_shell != nullptr)
        {
            m_shell->Run();
        }
        return read;
    }
    if (m_closing.peerClosed && !m_closing.endRead)
    {
        m_closing.endRead = true; // once: there are loops that end only with null
        return Create<Packet>();
    }
    return nullptr;
}

Ptr<Packet>
LifecycleTcpSocket::RecvFrom(uint32_t maxSize, uint32_t flags, Address& fromAddress)
{
    const Ptr<Packet> packet = Recv(maxSize, flags);
    if (packet && packet->GetSize() != 0)
    {
        fromAddress = NameOf(Peer());
    }
    return packet;
}

uint32_t
LifecycleTcpSocket::GetRxAvailable() const
{
    const LifecycleRxStore* const rx = PeekRx();
    return rx ? static_cast<uint32_t>(rx->Available()) : 0;
}

void
LifecycleTcpSocket::OnReadable()
{
    if (m_closing.isClosing)
    {
        return;
    }
    if (m_closing.shutdownRecv)
    {
        Discard();
        return;
    }
    NotifyDataRecv();
}

} // namespace ns3
