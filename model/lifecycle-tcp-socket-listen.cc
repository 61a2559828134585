#include "internal/lifecycle-core-types.h"
#include "internal/lifecycle-rx-store.h"
#include "internal/lifecycle-socket-traces.h"
#include "internal/lifecycle-tcp-shell.h"
#include "internal/lifecycle-tx-store.h"
#include "lifecycle-tcp-socket.h"

namespace ns3
{

int
LifecycleTcpSocket::Listen()
{
    return ListenFor(std::nullopt);
}

int
LifecycleTcpSocket::Listen(uint32_t backlog)
{
    return ListenFor(backlog);
}

/** \param backlog what the attribute Backlog says where nothing */
int
LifecycleTcpSocket::ListenFor(std::optional<uint32_t> backlog)
{
    if (m_shell == nullptr)
    {
        return Fail(ERROR_BADF);
    }
    if (m_role != Role::NONE)
    {
        return Fail(ERROR_INVAL);
    }
    if (!m_isBound)
    {
        Bind();
    }
    const SocketErrno error = ReservePort();
    if (error != ERROR_NOTERROR)
    {
        return Fail(error);
    }
    lifecycle::ListenRequest request;
    request.local = ToCore(Local().address);
    request.port = m_names.localPort;
    request.backlog = backlog;
    request.device = NumberOf(GetBoundNetDevice());
    request.config = m_config;
    request.reuseAddress = m_reuseAddress;
    const auto listener = m_shell->Core().Listen(request);
    if (!listener)
    {
        return Fail(ToNs3(listener.error));
    }
    m_isReconfigured = false;
    m_shell->Hold(listener.value, this);
    EnterState(LISTEN);
    return 0;
}

void
LifecycleTcpSocket::SetAutoAccept(bool automatically)
{
    m_autoAccept = automatically;
    while (m_autoAccept && m_role == Role::LISTENER && Accept())
    {
    }
}

bool
LifecycleTcpSocket::GetAutoAccept() const
{
    return m_autoAccept;
}

Ptr<Socket>
LifecycleTcpSocket::Accept()
{
    if (m_role != Role::LISTENER)
    {
        m_errno = ERROR_INVAL;
        return nullptr;
    }
    const Ptr<LifecycleTcpSocket> accepted = m_shell->Accept(this);
    if (accepted)
    {
        accepted->CatchUp();
    }
    else
    {
        m_errno = ERROR_AGAIN;
    }
    m_shell->Run();
    return accepted;
}

LifecycleTcpListenerInfo
LifecycleTcpSocket::GetListenerInfo() const
{
    LifecycleTcpListenerInfo info;
    if (m_role == Role::LISTENER)
    {
        const lifecycle::ListenerId listener{m_index, m_generation};
        const lifecycle::ConnectionView view = m_shell->Core().View(listener);
        info.backlog = static_cast<uint32_t>(view.sendQueue);
        info.acceptQueue = static_cast<uint32_t>(view.recvQueue);
        info.halfOpen = view.halfOpen;
        info.synOverflows = view.synOverflows;
        info.acceptOverflows = view.acceptOverflows;
    }
    return info;
}

void
LifecycleTcpSocket::OnConnectionWaits()
{
    NotifyDataRecv();
}

Ptr<LifecycleTcpSocket>
LifecycleTcpSocket::Fork() const
{
    const Ptr<LifecycleTcpSocket> socket(new LifecycleTcpSocket(*this), false);
    socket->SetConnectCallback(MakeNullCallback<void, Ptr<Socket>>(),
                               MakeNullCallback<void, Ptr<Socket>>());
    socket->SetDataSentCallback(MakeNullCallback<void, Ptr<Socket>, uint32_t>());
    socket->SetSendCallback(MakeNullCallback<void, Ptr<Socket>, uint32_t>());
    socket->SetRecvCallback(MakeNullCallback<void, Ptr<Socket>>());
    socket->m_closing.withPeer = m_closing.shutdownSend;
    socket->m_wasConnected = true;
    socket->m_toldConnected = true;
    if (m_traces)
    {
        socket->Traces().tx = m_traces->tx; // as stock TCP does with these two
        socket->Traces().rx = m_traces->rx;
        socket->Traces().urgent = m_traces->urgent;
    }
    return socket;
}

void
LifecycleTcpSocket::OnAccepted(const Address& peer)
{
    NotifyNewConnectionCreated(this, peer);
    if (GetTxAvailable() > 0)
    {
        NotifySend(GetTxAvailable());
    }
}

/** Tells of what happened while the connection waited to be accepted. */
void
LifecycleTcpSocket::CatchUp()
{
    const lifecycle::ConnectionId connection{m_index, m_generation};
    if (m_role == Role::CONNECTION && GetRxAvailable() > 0)
    {
        OnReadable();
    }
    if (m_role == Role::CONNECTION && m_shell->Core().View(connection).peerFinSeen)
    {
        OnPeerClosed();
    }
}

} // namespace ns3
