#include "lifecycle-tcp-socket.h"

#include "internal/lifecycle-config-attributes.h"
#include "internal/lifecycle-core-types.h"
#include "internal/lifecycle-ns3-compat.h"
#include "internal/lifecycle-rx-store.h"
#include "internal/lifecycle-socket-traces.h"
#include "internal/lifecycle-tcp-shell.h"
#include "internal/lifecycle-tx-store.h"
#include "lifecycle-tcp-model.h"

#include "ns3/inet-socket-address.h"
#include "ns3/inet6-socket-address.h"
#include "ns3/log.h"
#include "ns3/node.h"
#include "ns3/packet.h"

#include <limits>

namespace ns3
{

NS_LOG_COMPONENT_DEFINE("LifecycleTcpSocket");

NS_OBJECT_ENSURE_REGISTERED(LifecycleTcpSocket);

namespace
{

lifecycle::IpAddress
ToCore(const std::array<uint8_t, 16>& address)
{
    return lifecycle::IpAddress::FromV6(address);
}

constexpr std::array<uint8_t, 16> ANY_V6{};
const std::array<uint8_t, 16> ANY_V4 = lifecycle::IpAddress::FromV4(0).V6();

} // namespace

LifecycleTcpSocket::LifecycleTcpSocket() = default;

LifecycleTcpSocket::LifecycleTcpSocket(const LifecycleTcpSocket& other)
    : TcpSocket(other),
      m_config(other.m_config),
      m_reuseAddress(other.m_reuseAddress),
      m_isV6(other.m_isV6),
      m_shutdownSend(other.m_shutdownSend),
      m_shutdownRecv(other.m_shutdownRecv)
{
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
        m_shell->Leave(*this);
    }
}

void
LifecycleTcpSocket::DoDispose()
{
    m_tx.reset();
    m_rx.reset();
    TcpSocket::DoDispose();
}

void
LifecycleTcpSocket::OnNodeGone()
{
    m_shell = nullptr;
    m_role = Role::NONE;
    m_hasReservedPort = false;
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

TcpSocket::TcpStates_t
LifecycleTcpSocket::GetState() const
{
    return m_state;
}

Socket::SocketErrno
LifecycleTcpSocket::GetErrno() const
{
    return m_errno;
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

// Names.

Address
LifecycleTcpSocket::NameOf(const End& end) const
{
    if (m_isV6)
    {
        return Inet6SocketAddress(ToIpv6(ToCore(end.address)), end.port);
    }
    return InetSocketAddress(ToIpv4(ToCore(end.address)), end.port);
}

int
LifecycleTcpSocket::Bind()
{
    return BindTo({ANY_V4, 0}, false);
}

int
LifecycleTcpSocket::Bind6()
{
    return BindTo({ANY_V6, 0}, true);
}

int
LifecycleTcpSocket::Bind(const Address& address)
{
    if (InetSocketAddress::IsMatchingType(address))
    {
        const InetSocketAddress name = InetSocketAddress::ConvertFrom(address);
        AdoptTos(*this, name);
        return BindTo({ns3::ToCore(name.GetIpv4()).V6(), name.GetPort()}, false);
    }
    if (Inet6SocketAddress::IsMatchingType(address))
    {
        const Inet6SocketAddress name = Inet6SocketAddress::ConvertFrom(address);
        return BindTo({ns3::ToCore(name.GetIpv6()).V6(), name.GetPort()}, true);
    }
    return Fail(ERROR_INVAL);
}

int
LifecycleTcpSocket::BindTo(const End& local, bool isV6)
{
    if (m_shell == nullptr)
    {
        return Fail(ERROR_BADF);
    }
    if (m_role != Role::NONE || m_isBound)
    {
        return Fail(ERROR_INVAL);
    }
    m_local = local;
    m_isV6 = isV6;
    if (local.port != 0)
    {
        const SocketErrno error = ReservePort();
        if (error != ERROR_NOTERROR)
        {
            return Fail(error);
        }
    }
    // Without a port the choice is put off: Connect() chooses one that is free for its peer, of
    // which there are more.
    m_isBound = true;
    return 0;
}

Socket::SocketErrno
LifecycleTcpSocket::ReservePort()
{
    if (m_hasReservedPort)
    {
        return ERROR_NOTERROR;
    }
    const auto port = m_shell->Core().Bind(ToCore(m_local.address), m_local.port, m_reuseAddress);
    if (port)
    {
        m_local.port = port.value;
        m_hasReservedPort = true;
    }
    return ToNs3(port.error);
}

void
LifecycleTcpSocket::ReleasePort()
{
    if (m_hasReservedPort)
    {
        m_shell->Core().Unbind(ToCore(m_local.address), m_local.port);
        m_hasReservedPort = false;
    }
}

int
LifecycleTcpSocket::GetSockName(Address& address) const
{
    if (!m_isBound && m_local.port == 0)
    {
        address = InetSocketAddress(Ipv4Address::GetAny(), 0);
        return 0;
    }
    if (m_local.port == 0 && m_shell != nullptr)
    {
        // Whoever asks for the port wants it to stay; until then it could wait.
        const_cast<LifecycleTcpSocket*>(this)->ReservePort();
    }
    address = NameOf(m_local);
    return 0;
}

int
LifecycleTcpSocket::GetPeerName(Address& address) const
{
    if (m_peer.port == 0)
    {
        return Fail(ERROR_NOTCONN);
    }
    address = NameOf(m_peer);
    return 0;
}

// Opening.

int
LifecycleTcpSocket::Connect(const Address& address)
{
    if (InetSocketAddress::IsMatchingType(address))
    {
        const InetSocketAddress name = InetSocketAddress::ConvertFrom(address);
        AdoptTos(*this, name);
        return ConnectTo({ns3::ToCore(name.GetIpv4()).V6(), name.GetPort()}, false);
    }
    if (Inet6SocketAddress::IsMatchingType(address))
    {
        const Inet6SocketAddress name = Inet6SocketAddress::ConvertFrom(address);
        const bool isV6 = !name.GetIpv6().IsIpv4MappedAddress();
        return ConnectTo({ns3::ToCore(name.GetIpv6()).V6(), name.GetPort()}, isV6);
    }
    return Fail(ERROR_INVAL);
}

int
LifecycleTcpSocket::ConnectTo(const End& peer, bool isV6)
{
    NS_LOG_FUNCTION(this);
    if (m_shell == nullptr)
    {
        return Fail(ERROR_BADF);
    }
    if (m_role == Role::CONNECTION)
    {
        return Fail(ERROR_ISCONN);
    }
    if (m_role == Role::LISTENER)
    {
        return Fail(ERROR_OPNOTSUPP);
    }
    const bool hasAddress = m_isBound && m_local.address != ANY_V4 && m_local.address != ANY_V6;
    if (hasAddress && isV6 == ToCore(m_local.address).IsV4())
    {
        return Fail(ERROR_AFNOSUPPORT);
    }
    const LifecycleIpOutput::Path path =
        m_shell->Output().Find(ToCore(peer.address), GetBoundNetDevice());
    if (path.error != ERROR_NOTERROR)
    {
        return Fail(path.error);
    }
    lifecycle::ConnectRequest request;
    request.local = hasAddress ? ToCore(m_local.address) : path.source;
    request.localPort = m_isBound ? m_local.port : uint16_t{0};
    request.remote = ToCore(peer.address);
    request.remotePort = peer.port;
    request.linkMss = path.linkMss;
    request.config = m_config;
    const auto connection = m_shell->Core().Connect(CoreNow(), request);
    if (!connection)
    {
        return Fail(ToNs3(connection.error));
    }
    Reset();
    m_isV6 = isV6;
    m_peer = peer;
    const bool hasReservedPort = m_hasReservedPort;
    ReleasePort(); // to have it again for the one address that is used now
    m_local = {request.local.V6(), m_shell->Core().View(connection.value).tuple.localPort};
    if (hasReservedPort)
    {
        ReservePort();
    }
    m_shell->Hold(connection.value, this);
    m_shell->Run();
    return 0;
}

/** Forgets the connection before, in case the socket is used again. */
void
LifecycleTcpSocket::Reset()
{
    if (m_role == Role::TIME_WAIT)
    {
        m_shell->ForgetTimeWait(m_index);
    }
    EnterState(CLOSED);
    m_rx.reset();
    m_txAcked = 0;
    m_rxRead = 0;
    m_shutdownSend = m_shutdownSend && !m_wasConnected;
    m_shutdownRecv = m_shutdownRecv && !m_wasConnected;
    m_errno = ERROR_NOTERROR;
    m_closeReason = LifecycleTcpCloseReason::NONE;
    m_wasConnected = false;
    m_isClosing = false;
    m_peerClosed = false;
    m_endRead = false;
    m_closeNotified = false;
}

int
LifecycleTcpSocket::Listen()
{
    NS_LOG_FUNCTION(this);
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
    request.local = ToCore(m_local.address);
    request.port = m_local.port;
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

Ptr<LifecycleTcpSocket>
LifecycleTcpSocket::Fork(const lifecycle::FourTuple& tuple) const
{
    const Ptr<LifecycleTcpSocket> socket(new LifecycleTcpSocket(*this), false);
    socket->SetConnectCallback(MakeNullCallback<void, Ptr<Socket>>(),
                               MakeNullCallback<void, Ptr<Socket>>());
    socket->SetDataSentCallback(MakeNullCallback<void, Ptr<Socket>, uint32_t>());
    socket->SetSendCallback(MakeNullCallback<void, Ptr<Socket>, uint32_t>());
    socket->SetRecvCallback(MakeNullCallback<void, Ptr<Socket>>());
    socket->m_local = {tuple.local.V6(), tuple.localPort};
    socket->m_peer = {tuple.remote.V6(), tuple.remotePort};
    socket->m_closeWithPeer = m_shutdownSend;
    socket->m_wasConnected = true;
    socket->m_state = ESTABLISHED;
    if (m_traces)
    {
        socket->Traces().tx = m_traces->tx; // as stock TCP does with these two
        socket->Traces().rx = m_traces->rx;
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

void
LifecycleTcpSocket::OnConnected()
{
    m_wasConnected = true;
    if (m_isClosing)
    {
        return; // the application is gone; what it wrote is still sent
    }
    if (m_shutdownSend)
    {
        m_shell->Core().ShutdownSend(CoreNow(), {m_index, m_generation});
    }
    NotifyConnectionSucceeded();
    if (GetTxAvailable() > 0)
    {
        NotifySend(GetTxAvailable());
    }
}

// Sending.

int
LifecycleTcpSocket::Send(Ptr<Packet> packet, uint32_t flags)
{
    if (flags != 0)
    {
        return Fail(ERROR_OPNOTSUPP);
    }
    if (m_role != Role::CONNECTION)
    {
        return Fail(ERROR_NOTCONN);
    }
    if (m_shutdownSend || m_isClosing)
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
    const auto written = m_shell->Core().Write(CoreNow(), connection, size);
    if (!written)
    {
        return Fail(ToNs3(written.error));
    }
    if (!m_tx)
    {
        m_tx = std::make_unique<LifecycleTxStore>(m_txAcked);
    }
    m_tx->Append(packet);
    m_shell->Run();
    return static_cast<int>(size);
}

int
LifecycleTcpSocket::SendTo(Ptr<Packet> packet, uint32_t flags, const Address&)
{
    return Send(packet, flags);
}

uint32_t
LifecycleTcpSocket::GetTxAvailable() const
{
    if (m_role == Role::CONNECTION)
    {
        return m_shell->Core().WriteSpace({m_index, m_generation});
    }
    return m_role == Role::NONE && !m_wasConnected ? GetSndBufSize() : 0;
}

void
LifecycleTcpSocket::OnAcked(uint64_t bytes)
{
    m_txAcked += bytes;
    m_tx->Release(bytes);
    if (m_tx->Size() == 0)
    {
        m_tx.reset();
    }
    if (!m_isClosing && !m_shutdownSend && GetTxAvailable() > 0)
    {
        NotifySend(GetTxAvailable());
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

void
LifecycleTcpSocket::Store(uint64_t offset, Ptr<Packet> payload)
{
    if (!m_rx)
    {
        m_rx = std::make_unique<LifecycleRxStore>(m_rxRead);
    }
    m_rx->Insert(offset, payload);
}

/** Takes bytes that have arrived in order, which makes room for others. */
Ptr<Packet>
LifecycleTcpSocket::Take(uint32_t most)
{
    const Ptr<Packet> taken = m_rx ? m_rx->Read(most) : nullptr;
    if (!taken)
    {
        return nullptr;
    }
    m_rxRead += taken->GetSize();
    if (m_rx->IsEmpty())
    {
        m_rx.reset();
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
    if (m_peerClosed && !m_endRead)
    {
        m_endRead = true; // once: there are loops that end only with null
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
        fromAddress = NameOf(m_peer);
    }
    return packet;
}

uint32_t
LifecycleTcpSocket::GetRxAvailable() const
{
    return m_rx ? static_cast<uint32_t>(m_rx->Available()) : 0;
}

void
LifecycleTcpSocket::OnReadable()
{
    if (m_isClosing)
    {
        return;
    }
    if (m_shutdownRecv)
    {
        Discard();
        return;
    }
    NotifyDataRecv();
}

void
LifecycleTcpSocket::OnPeerClosed()
{
    m_peerClosed = true;
    NotifyClosedOnce(false);
    if (m_closeWithPeer && m_role == Role::CONNECTION)
    {
        m_shell->Core().ShutdownSend(CoreNow(), {m_index, m_generation});
    }
}

// Closing.

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
    NS_LOG_FUNCTION(this);
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
    NotifyClosedOnce(false);
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
    else
    {
        NotifyClosedOnce(isError && m_wasConnected);
    }
}

void
LifecycleTcpSocket::NotifyClosedOnce(bool isError)
{
    if (m_closeNotified)
    {
        return;
    }
    m_closeNotified = true;
    if (isError)
    {
        NotifyErrorClose();
    }
    else
    {
        NotifyNormalClose();
    }
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

// Traces.

LifecycleSocketTraces&
LifecycleTcpSocket::Traces()
{
    if (!m_traces)
    {
        m_traces = std::make_unique<LifecycleSocketTraces>();
        m_traces->state.value = m_state;
        UpdateTraces();
    }
    return *m_traces;
}

void
LifecycleTcpSocket::EnterState(TcpStates_t to)
{
    NS_LOG_DEBUG(TcpStateName[m_state] << " -> " << TcpStateName[to]);
    m_state = to;
    if (m_traces)
    {
        m_traces->state.Set(to);
    }
}

void
LifecycleTcpSocket::UpdateTraces()
{
    // It may have ended already, with notices of what came before still to be delivered.
    const lifecycle::ConnectionId connection{m_index, m_generation};
    if (m_traces && m_role == Role::CONNECTION && m_shell->Core().IsAlive(connection))
    {
        m_traces->Update(m_shell->Core().View(connection));
    }
}

} // namespace ns3
