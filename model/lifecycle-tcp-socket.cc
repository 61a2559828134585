#include "lifecycle-tcp-socket.h"

#include "internal/lifecycle-congestion-ops.h"
#include "internal/lifecycle-socket-extras.h"
#include "internal/lifecycle-socket-settings.h"
#include "internal/lifecycle-tcp-shell.h"
#include "lifecycle-tcp-model.h"

#include "ns3/fatal-error.h"
#include "ns3/log.h"
#include "ns3/node.h"
#include "ns3/tcp-congestion-ops.h"

namespace ns3
{

NS_LOG_COMPONENT_DEFINE("LifecycleTcpSocket");

NS_OBJECT_ENSURE_REGISTERED(LifecycleTcpSocket);

static_assert(sizeof(LifecycleTcpSocket) - sizeof(TcpSocket) <= 48); // there may be millions
static_assert(Socket::SOCKET_ERRNO_LAST <= 1 << 5);                  // bits of m_errno
static_assert(TcpSocket::LAST_STATE <= 1 << 4);                      // bits of m_state

LifecycleTcpSocket::LifecycleTcpSocket()
    : m_role(Role::NONE),
      m_errno(ERROR_NOTERROR),
      m_state(CLOSED),
      m_closeReason(LifecycleTcpCloseReason::NONE),
      m_settings(Create<LifecycleSocketSettings>())
{
}

LifecycleTcpSocket::LifecycleTcpSocket(const LifecycleTcpSocket& other)
    : TcpSocket(other),
      m_role(Role::NONE),
      m_errno(ERROR_NOTERROR),
      m_state(CLOSED),
      m_closeReason(LifecycleTcpCloseReason::NONE),
      m_settings(other.m_settings)
{
    m_opening.isV6 = other.m_opening.isV6;
    m_closing.shutdownSend = other.m_closing.shutdownSend;
    m_closing.shutdownRecv = other.m_closing.shutdownRecv;
}

LifecycleTcpSocket::~LifecycleTcpSocket()
{
    if (m_shell != nullptr)
    {
        if (m_role == Role::TIME_WAIT)
        {
            m_shell->ForgetTimeWait(m_index);
        }
        ReleasePort();
        m_shell->Addresses().Release(m_names.local);
        m_shell->Addresses().Release(m_names.peer);
        m_shell->Leave(*this);
    }
}

void
LifecycleTcpSocket::DoDispose()
{
    DropTx();
    DropRx();
    TcpSocket::DoDispose();
}

void
LifecycleTcpSocket::OnNodeGone()
{
    m_shell = nullptr;
    m_role = Role::NONE;
    m_opening.hasReservedPort = false;
    m_state = CLOSED;
    Dispose();
}

int
LifecycleTcpSocket::Fail(SocketErrno error) const
{
    m_errno = error;
    return -1;
}

LifecycleTcpCloseReason
LifecycleTcpSocket::GetCloseReason() const
{
    return m_closeReason;
}

void
LifecycleTcpSocket::SetModel(Ptr<LifecycleTcpModel> model)
{
    EditConfig([&](lifecycle::Config& config) { model->Apply(config); });
}

void
LifecycleTcpSocket::SetCongestionControlAlgorithm(Ptr<TcpCongestionOps> algorithm)
{
    if (!algorithm)
    {
        NS_FATAL_ERROR("LifecycleTcpSocket::SetCongestionControlAlgorithm: there is none.");
    }
    const auto control = AdaptCongestionOps(algorithm);
    EditConfig([&](lifecycle::Config& config) { config.data.congestion = control; });
}

/** Whether the socket still has the connection that the core names so, and not a later one. */
bool
LifecycleTcpSocket::StandsFor(uint32_t index, uint32_t generation) const
{
    return m_role == Role::CONNECTION && m_index == index && m_generation == generation;
}

TcpSocket::TcpStates_t
LifecycleTcpSocket::GetState() const
{
    return static_cast<TcpStates_t>(m_state);
}

Socket::SocketErrno
LifecycleTcpSocket::GetErrno() const
{
    return static_cast<SocketErrno>(m_errno);
}

Socket::SocketType
LifecycleTcpSocket::GetSocketType() const
{
    return NS3_SOCK_STREAM;
}

Ptr<Node>
LifecycleTcpSocket::GetNode() const
{
    return m_shell != nullptr ? m_shell->GetNode() : nullptr;
}

bool
LifecycleTcpSocket::SetAllowBroadcast(bool allowBroadcast)
{
    return !allowBroadcast; // TCP has no broadcast, and that cannot be changed
}

bool
LifecycleTcpSocket::GetAllowBroadcast() const
{
    return false;
}

LifecycleSocketTraces&
LifecycleTcpSocket::Traces()
{
    std::unique_ptr<LifecycleSocketTraces>& traces = Extras().traces;
    if (!traces)
    {
        traces = std::make_unique<LifecycleSocketTraces>();
        traces->state.value = GetState();
        UpdateTraces();
    }
    return *traces;
}

LifecycleSocketExtras&
LifecycleTcpSocket::Extras()
{
    if (!m_extras)
    {
        m_extras =
            m_shell != nullptr ? m_shell->TakeExtras() : std::make_unique<LifecycleSocketExtras>();
    }
    return *m_extras;
}

void
LifecycleTcpSocket::DropTx()
{
    if (m_extras)
    {
        m_extras->tx.Restart(0);
        DropIdleExtras();
    }
}

void
LifecycleTcpSocket::DropRx()
{
    if (m_extras)
    {
        m_extras->rx.Restart(0);
        DropIdleExtras();
    }
}

void
LifecycleTcpSocket::DropIdleExtras()
{
    if (!m_extras->IsIdle())
    {
        return;
    }
    if (m_shell != nullptr)
    {
        m_shell->SpareExtras(std::move(m_extras));
    }
    m_extras.reset();
}

void
LifecycleTcpSocket::EnterState(TcpStates_t to)
{
    NS_LOG_DEBUG(TcpStateName[m_state] << " -> " << TcpStateName[to]);
    m_state = to;
    if (LifecycleSocketTraces* traces = PeekTraces())
    {
        traces->state.Set(to);
    }
}

void
LifecycleTcpSocket::UpdateTraces()
{
    // It may have ended already, with notices of what came before still to be delivered.
    const lifecycle::ConnectionId connection{m_index, m_generation};
    LifecycleSocketTraces* const traces = PeekTraces();
    if (traces && m_role == Role::CONNECTION && m_shell->Core().IsAlive(connection))
    {
        traces->Update(m_shell->Core().View(connection));
    }
}

} // namespace ns3
