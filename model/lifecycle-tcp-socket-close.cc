#include "internal/lifecycle-core-types.h"
#include "internal/lifecycle-rx-store.h"
#include "internal/lifecycle-tcp-shell.h"
#include "internal/lifecycle-tx-store.h"
#include "lifecycle-tcp-socket.h"

namespace ns3
{

int
LifecycleTcpSocket::ShutdownSend()
{
    m_shutdownSend = true;
    if (m_role == Role::CONNECTION && m_wasConnected)
    {
        m_shell->Core().ShutdownSend(CoreNow(), {m_index, m_generation});
        m_shell->Run();
    }
    // While it opens, FIN waits for the handshake; a listener's sockets inherit it.
    return 0;
}

int
LifecycleTcpSocket::ShutdownRecv()
{
    m_shutdownRecv = true;
    if (Discard() && m_shell != nullptr)
    {
        m_shell->Run();
    }
    return 0;
}

int
LifecycleTcpSocket::Close()
{
    const Ptr<LifecycleTcpSocket> self(this); // the node may let go of it on the way
    switch (m_role)
    {
    case Role::LISTENER:
        CloseListener();
        break;
    case Role::CONNECTION:
        if (!m_isClosing)
        {
            m_isClosing = true;
            m_shell->Core().Close(CoreNow(), {m_index, m_generation});
            m_shell->Run();
        }
        break;
    case Role::NONE:
        ReleasePort();
        m_isBound = false;
        break;
    case Role::TIME_WAIT:
        break;
    }
    return 0;
}

void
LifecycleTcpSocket::CloseListener()
{
    const lifecycle::ListenerId listener{m_index, m_generation};
    m_role = Role::NONE;
    m_shell->Core().StopListening(CoreNow(), listener);
    m_shell->Release(listener);
    ReleasePort();
    m_isBound = false;
    EnterState(CLOSED);
    m_shell->Run();
    NotifyNormalCloseOnce();
}

void
LifecycleTcpSocket::OnPeerClosed()
{
    m_peerClosed = true;
    NotifyNormalCloseOnce();
    if (m_closeWithPeer && m_role == Role::CONNECTION)
    {
        m_shell->Core().ShutdownSend(CoreNow(), {m_index, m_generation});
    }
}

void
LifecycleTcpSocket::OnClosed(LifecycleTcpCloseReason reason)
{
    m_closeReason = reason;
    const bool isError = ToErrno(reason) != ERROR_NOTERROR;
    if (isError)
    {
        m_errno = ToErrno(reason);
    }
    m_tx.reset();
    ReleasePort();
    m_isBound = false;
    if (!m_wasConnected && !m_isClosing)
    {
        NotifyConnectionFailed();
    }
    else if (isError && m_wasConnected && !(m_closeNotified && m_isClosing))
    {
        // Also where the peer's FIN has been told of, unless the application is done by now.
        m_closeNotified = true;
        NotifyErrorClose();
    }
    else
    {
        NotifyNormalCloseOnce();
    }
}

void
LifecycleTcpSocket::NotifyNormalCloseOnce()
{
    if (!m_closeNotified)
    {
        m_closeNotified = true;
        NotifyNormalClose();
    }
}

} // namespace ns3
