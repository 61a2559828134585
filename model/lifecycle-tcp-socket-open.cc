#include "internal/lifecycle-core-types.h"
#include "internal/lifecycle-ns3-compat.h"
#include "internal/lifecycle-socket-settings.h"
#include "internal/lifecycle-tcp-shell.h"
#include "lifecycle-tcp-socket.h"

#include "ns3/inet-socket-address.h"
#include "ns3/inet6-socket-address.h"
#include "ns3/simulator.h"

namespace ns3
{

int
LifecycleTcpSocket::Connect(const Address& address)
{
    if (InetSocketAddress::IsMatchingType(address))
    {
        const InetSocketAddress name = InetSocketAddress::ConvertFrom(address);
        AdoptTos(*this, name);
        return ConnectTo({ToCore(name.GetIpv4()).V6(), name.GetPort()}, false);
    }
    if (Inet6SocketAddress::IsMatchingType(address))
    {
        const Inet6SocketAddress name = Inet6SocketAddress::ConvertFrom(address);
        const bool isV6 = !name.GetIpv6().IsIpv4MappedAddress();
        return ConnectTo({ToCore(name.GetIpv6()).V6(), name.GetPort()}, isV6);
    }
    return Fail(ERROR_INVAL);
}

/** Why the socket cannot connect to an address of this family, ERROR_NOTERROR if it can. */
Socket::SocketErrno
LifecycleTcpSocket::CheckConnect(bool isV6) const
{
    if (m_shell == nullptr)
    {
        return ERROR_BADF;
    }
    if (m_role == Role::CONNECTION)
    {
        return ERROR_ISCONN;
    }
    if (m_role == Role::LISTENER)
    {
        return ERROR_OPNOTSUPP;
    }
    const bool otherFamily = HasLocalAddress() && isV6 == ToCore(Local().address).IsV4();
    return otherFamily ? ERROR_AFNOSUPPORT : ERROR_NOTERROR;
}

int
LifecycleTcpSocket::ConnectTo(const End& peer, bool isV6)
{
    const SocketErrno error = CheckConnect(isV6);
    if (error != ERROR_NOTERROR)
    {
        return Fail(error);
    }
    const LifecycleIpOutput::Path path =
        m_shell->Output().Find(ToCore(peer.address), GetBoundNetDevice());
    if (path.error != ERROR_NOTERROR)
    {
        return Fail(path.error);
    }
    if (HasLocalAddress() && !m_shell->Output().IsOwn(ToCore(Local().address)))
    {
        return Fail(ERROR_ADDRNOTAVAIL);
    }
    lifecycle::ConnectRequest request;
    request.local = HasLocalAddress() ? ToCore(Local().address) : path.source;
    request.localPort = m_opening.isBound ? m_names.localPort : uint16_t{0};
    request.remote = ToCore(peer.address);
    request.remotePort = peer.port;
    request.linkMss = path.linkMss;
    request.fastOpen = m_settings->fastOpen;
    request.config = m_settings->config;
    const auto connection = m_shell->Core().Connect(CoreNow(), request);
    if (!connection)
    {
        return Fail(ToNs3(connection.error));
    }
    Reset();
    const lifecycle::FourTuple tuple = m_shell->Core().TupleOf(connection.value);
    m_opening.isV6 = isV6;
    SetPeer(peer);
    MoveTo({tuple.local.V6(), tuple.localPort});
    m_shell->Hold(connection.value, this);
    if (m_settings->fastOpen && m_shell->Core().MayOpenFast(request.remote, request.config))
    {
        // As Linux's TCP_FASTOPEN_CONNECT: the application is connected, as far as it can tell,
        // and the SYN waits for what it has to say.
        Simulator::ScheduleNow(&LifecycleTcpSocket::OfferFastOpen,
                               Ptr<LifecycleTcpSocket>(this),
                               m_index,
                               m_generation);
    }
    else if (m_settings->fastOpen)
    {
        m_shell->Core().ReleaseSyn(CoreNow(), connection.value); // it asks for a cookie
    }
    m_shell->Run();
    return 0;
}

/** Lets the application write what goes out with the SYN, which leaves now in any case. */
void
LifecycleTcpSocket::OfferFastOpen(uint32_t index, uint32_t generation)
{
    if (!StandsFor(index, generation) || m_closing.isClosing || m_opening.wasConnected)
    {
        return;
    }
    m_opening.toldConnected = true;
    NotifyConnectionSucceeded();
    NotifyWritable();
    if (StandsFor(index, generation))
    {
        m_shell->Core().ReleaseSyn(CoreNow(), {m_index, m_generation});
        m_shell->Run();
    }
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
    DropRx();
    m_closing.shutdownSend = m_closing.shutdownSend && !m_opening.wasConnected;
    m_closing.shutdownRecv = m_closing.shutdownRecv && !m_opening.wasConnected;
    m_errno = ERROR_NOTERROR;
    m_closeReason = LifecycleTcpCloseReason::NONE;
    m_opening.wasConnected = false;
    m_opening.toldConnected = false;
    m_closing.isClosing = false;
    m_closing.peerClosed = false;
    m_closing.endRead = false;
    m_closing.notified = false;
}

void
LifecycleTcpSocket::OnConnected()
{
    m_opening.wasConnected = true;
    if (m_closing.isClosing)
    {
        return; // the application is gone; what it wrote is still sent
    }
    if (m_closing.shutdownSend)
    {
        m_shell->Core().ShutdownSend(CoreNow(), {m_index, m_generation});
    }
    if (m_opening.toldConnected)
    {
        return;
    }
    m_opening.toldConnected = true;
    NotifyConnectionSucceeded();
    NotifyWritable();
}

} // namespace ns3
