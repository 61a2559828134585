#include "internal/lifecycle-core-types.h"
#include "internal/lifecycle-socket-settings.h"
#include "internal/lifecycle-tcp-shell.h"

#include <utility>

namespace ns3
{

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
        DeliverAcceptReady(notice);
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
        m_owned.Deliver(notice);
        return;
    }
    socket->UpdateTraces();
    switch (notice.kind)
    {
    case NoticeKind::Readable:
        socket->OnReadable();
        break;
    case NoticeKind::Urgent:
        socket->OnUrgent(notice.bytes);
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
        m_owned.Deliver(notice);
        return;
    }
    socket->EnterState(ToNs3(notice.to));
    socket->UpdateTraces();
    if (notice.to == lifecycle::State::Established && !socket->m_opening.wasConnected)
    {
        // The third segment of the handshake goes out before the application can say anything.
        SendAll();
        socket->OnConnected();
    }
}

void
LifecycleTcpShell::DeliverClosed(const lifecycle::Notice& notice)
{
    SendAll(); // while it is still known whose its last segments are
    m_earlyPayload.erase(notice.connection.Key());
    const Ptr<LifecycleTcpSocket> socket = m_connections.Find(notice.connection);
    if (!socket)
    {
        m_owned.Deliver(notice);
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
LifecycleTcpShell::DeliverAcceptReady(const lifecycle::Notice& notice)
{
    const Ptr<LifecycleTcpSocket> listener = m_listeners.Find(notice.listener);
    if (!listener)
    {
        m_owned.Deliver(notice);
        return;
    }
    if (listener->GetAutoAccept())
    {
        Accept(listener);
    }
    else
    {
        listener->OnConnectionWaits();
    }
}

Ptr<LifecycleTcpSocket>
LifecycleTcpShell::Accept(Ptr<LifecycleTcpSocket> listener)
{
    const lifecycle::ListenerId id{listener->m_index, listener->m_generation};
    while (const lifecycle::Result<lifecycle::ConnectionId> accepted = Core().Accept(id))
    {
        const lifecycle::ConnectionId connection = accepted.value;
        if (!Core().IsAlive(connection))
        {
            continue; // it ended while it waited
        }
        const lifecycle::FourTuple tuple = Core().TupleOf(connection);
        const Address peer = listener->NameOf({tuple.remote.V6(), tuple.remotePort});
        if (!listener->NotifyConnectionRequest(peer))
        {
            Core().Abort(CoreNow(), connection);
            continue;
        }
        const Ptr<LifecycleTcpSocket> socket = listener->Fork();
        Hold(connection, socket);
        Join(*socket);
        socket->SetLocal({tuple.local.V6(), tuple.localPort});
        socket->SetPeer({tuple.remote.V6(), tuple.remotePort});
        socket->m_state = ToNs3(Core().StateOf(connection));
        if (listener->m_opening.isReconfigured)
        {
            Core().Configure(CoreNow(), connection, socket->m_settings->config);
        }
        for (const EarlyPayload& early : TakeEarlyPayload(connection))
        {
            socket->Store(early.offset, early.packet);
        }
        socket->OnAccepted(peer);
        return socket;
    }
    return nullptr;
}

} // namespace ns3
