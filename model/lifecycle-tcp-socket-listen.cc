#include "internal/lifecycle-core-types.h"
#include "internal/lifecycle-socket-extras.h"
#include "internal/lifecycle-socket-settings.h"
#include "internal/lifecycle-tcp-shell.h"
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
    if (!m_opening.isBound)
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
    request.config = m_settings->config;
    request.reuseAddress = m_settings->reuseAddress;
    const auto listener = m_shell->Core().Listen(request);
    if (!listener)
    {
        return Fail(ToNs3(listener.error));
    }
    m_opening.isReconfigured = false;
    m_shell->Hold(listener.value, this);
    EnterState(LISTEN);
    return 0;
}

void
LifecycleTcpSocket::SetAutoAccept(bool automatically)
{
    EditSettings([automatically](LifecycleSocketSettings& settings) {
        settings.autoAccept = automatically;
    });
    while (GetAutoAccept() && m_role == Role::LISTENER && Accept())
    {
    }
}

bool
LifecycleTcpSocket::GetAutoAccept() const
{
    return m_settings->autoAccept;
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
    socket->m_opening.wasConnected = true;
    socket->m_opening.toldConnected = true;
    if (const LifecycleSocketTraces* traces = PeekTraces())
    {
        socket->Traces().tx = traces->tx; // as stock TCP does with these two
        socket->Traces().rx = traces->rx;
        socket->Traces().urgent = traces->urgent;
    }
    return socket;
}

void
LifecycleTcpSocket::OnAccepted(const Address& peer)
{
    NotifyNewConnectionCreated(this, peer);
    NotifyWritable();
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
