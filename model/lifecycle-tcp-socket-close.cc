#include "internal/lifecycle-core-types.h"
#include "internal/lifecycle-socket-settings.h"
#include "internal/lifecycle-tcp-shell.h"
#include "lifecycle-tcp-socket.h"

#include "ns3/simulator.h"

namespace ns3
{

int
LifecycleTcpSocket::ShutdownSend()
{
    m_closing.shutdownSend = true;
    if (m_role == Role::CONNECTION && m_opening.wasConnected)
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
    m_closing.shutdownRecv = true;
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
        if (!m_closing.isClosing)
        {
            m_closing.isClosing = true;
            if (m_settings->linger > 0)
            {
                Simulator::Schedule(NanoSeconds(m_settings->linger),
                                    &LifecycleTcpSocket::EndLinger,
                                    self,
                                    m_index,
                                    m_generation);
            }
            m_shell->Core().Close(CoreNow(), {m_index, m_generation});
            m_shell->Run();
        }
        break;
    case Role::NONE:
        ReleasePort();
        m_opening.isBound = false;
        break;
    case Role::TIME_WAIT:
        break;
    }
    return 0;
}

void
LifecycleTcpSocket::SetLinger(Time time)
{
    EditSettings(
        [time](LifecycleSocketSettings& settings) { settings.linger = time.GetNanoSeconds(); });
    EditConfig([time](lifecycle::Config& config) { config.closing.abortOnClose = time.IsZero(); });
}

Time
LifecycleTcpSocket::GetLinger() const
{
    return GetConfig().closing.abortOnClose ? Time(0) : NanoSeconds(m_settings->linger);
}

/** The time to wait for an acknowledgement of data and FIN is over. */
void
LifecycleTcpSocket::EndLinger(uint32_t index, uint32_t generation)
{
    if (StandsFor(index, generation) && m_state != FIN_WAIT_2)
    {
        m_shell->Core().Abort(CoreNow(), {m_index, m_generation});
        m_shell->Run();
    }
}

void
LifecycleTcpSocket::CloseListener()
{
    const lifecycle::ListenerId listener{m_index, m_generation};
    m_role = Role::NONE;
    m_shell->Core().StopListening(CoreNow(), listener);
    m_shell->Release(listener);
    ReleasePort();
    m_opening.isBound = false;
    EnterState(CLOSED);
    m_shell->Run();
    NotifyNormalCloseOnce();
}

void
LifecycleTcpSocket::OnPeerClosed()
{
    m_closing.peerClosed = true;
    NotifyNormalCloseOnce();
    if (m_closing.withPeer && m_role == Role::CONNECTION)
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
    DropTx();
    ReleasePort();
    m_opening.isBound = false;
    const bool thoughtConnected = m_opening.wasConnected || m_opening.toldConnected;
    if (!thoughtConnected && !m_closing.isClosing)
    {
        NotifyConnectionFailed();
    }
    else if (isError && thoughtConnected && !(m_closing.notified && m_closing.isClosing))
    {
        // Also where the peer's FIN has been told of, unless the application is done by now.
        m_closing.notified = true;
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
    if (!m_closing.notified)
    {
        m_closing.notified = true;
        NotifyNormalClose();
    }
}

} // namespace ns3
