#include "internal/lifecycle-core-types.h"
#include "internal/lifecycle-ns3-compat.h"
#include "internal/lifecycle-socket-settings.h"
#include "internal/lifecycle-tcp-shell.h"
#include "lifecycle-tcp-socket.h"

#include "ns3/inet-socket-address.h"
#include "ns3/inet6-socket-address.h"

#include <utility>

namespace ns3
{

namespace
{

constexpr std::array<uint8_t, 16> ANY_V6{};
constexpr std::array<uint8_t, 16> ANY_V4 = lifecycle::IpAddress::FromV4(0).V6();

} // namespace

Address
LifecycleTcpSocket::NameOf(const End& end) const
{
    if (m_opening.isV6)
    {
        return Inet6SocketAddress(ToIpv6(ToCore(end.address)), end.port);
    }
    return InetSocketAddress(ToIpv4(ToCore(end.address)), end.port);
}

/** Without a node, only IPv4 addresses are known. */
LifecycleTcpSocket::End
LifecycleTcpSocket::Unpack(uint32_t address, uint16_t port) const
{
    if (m_shell != nullptr)
    {
        return {m_shell->Addresses().AddressOf(address).V6(), port};
    }
    return {m_opening.isV6 ? ANY_V6 : lifecycle::IpAddress::FromV4(address).V6(), port};
}

LifecycleTcpSocket::End
LifecycleTcpSocket::Local() const
{
    return Unpack(m_names.local, m_names.localPort);
}

LifecycleTcpSocket::End
LifecycleTcpSocket::Peer() const
{
    return Unpack(m_names.peer, m_names.peerPort);
}

void
LifecycleTcpSocket::SetLocal(const End& end)
{
    m_shell->Addresses().Release(
        std::exchange(m_names.local, m_shell->Addresses().Keep(ToCore(end.address))));
    m_names.localPort = end.port;
}

void
LifecycleTcpSocket::SetPeer(const End& end)
{
    m_shell->Addresses().Release(
        std::exchange(m_names.peer, m_shell->Addresses().Keep(ToCore(end.address))));
    m_names.peerPort = end.port;
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
        return BindTo({ToCore(name.GetIpv4()).V6(), name.GetPort()}, false);
    }
    if (Inet6SocketAddress::IsMatchingType(address))
    {
        const Inet6SocketAddress name = Inet6SocketAddress::ConvertFrom(address);
        return BindTo({ToCore(name.GetIpv6()).V6(), name.GetPort()}, true);
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
    if (m_role != Role::NONE || m_opening.isBound)
    {
        return Fail(ERROR_INVAL);
    }
    SetLocal(local);
    m_opening.isV6 = isV6;
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
    m_opening.isBound = true;
    return 0;
}

Socket::SocketErrno
LifecycleTcpSocket::ReservePort()
{
    if (m_opening.hasReservedPort)
    {
        return ERROR_NOTERROR;
    }
    const auto port = m_shell->Core().Bind(ToCore(Local().address),
                                           m_names.localPort,
                                           m_settings->reuseAddress,
                                           NumberOf(GetBoundNetDevice()));
    if (port)
    {
        m_names.localPort = port.value;
        m_opening.hasReservedPort = true;
    }
    return ToNs3(port.error);
}

void
LifecycleTcpSocket::ReleasePort()
{
    if (m_opening.hasReservedPort)
    {
        m_shell->Core().Unbind(ToCore(Local().address),
                               m_names.localPort,
                               NumberOf(GetBoundNetDevice()));
        m_opening.hasReservedPort = false;
    }
}

void
LifecycleTcpSocket::BindToNetDevice(Ptr<NetDevice> device)
{
    const bool hasReservedPort = m_opening.hasReservedPort;
    ReleasePort();
    TcpSocket::BindToNetDevice(device);
    if (hasReservedPort)
    {
        ReservePort();
    }
    if (m_role == Role::LISTENER)
    {
        m_shell->Core().SetDevice(lifecycle::ListenerId{m_index, m_generation}, NumberOf(device));
    }
}

bool
LifecycleTcpSocket::HasLocalAddress() const
{
    const End local = Local();
    return m_opening.isBound && local.address != ANY_V4 && local.address != ANY_V6;
}

/** Takes another local name, with what is reserved. */
void
LifecycleTcpSocket::MoveTo(const End& local)
{
    const bool hasReservedPort = m_opening.hasReservedPort;
    ReleasePort();
    SetLocal(local);
    if (hasReservedPort)
    {
        ReservePort();
    }
}

int
LifecycleTcpSocket::GetSockName(Address& address) const
{
    if (!m_opening.isBound && m_names.localPort == 0)
    {
        address = InetSocketAddress(Ipv4Address::GetAny(), 0);
        return 0;
    }
    if (m_names.localPort == 0 && m_shell != nullptr)
    {
        // Whoever asks for the port wants it to stay; until then it could wait.
        const_cast<LifecycleTcpSocket*>(this)->ReservePort();
    }
    address = NameOf(Local());
    return 0;
}

int
LifecycleTcpSocket::GetPeerName(Address& address) const
{
    if (m_names.peerPort == 0)
    {
        return Fail(ERROR_NOTCONN);
    }
    address = NameOf(Peer());
    return 0;
}

} // namespace ns3
