#include "internal/lifecycle-core-types.h"

#include "ns3/inet-socket-address.h"
#include "ns3/inet6-socket-address.h"
#include "ns3/simulator.h"

#include <algorithm>

namespace ns3
{

lifecycle::IpAddress
ToCore(Ipv4Address address)
{
    return lifecycle::IpAddress::FromV4(address.Get());
}

lifecycle::IpAddress
ToCore(const Ipv6Address& address)
{
    lifecycle::IpAddress::Bytes bytes;
    address.GetBytes(bytes.data());
    return lifecycle::IpAddress::FromV6(bytes);
}

lifecycle::IpAddress
ToCore(const std::array<uint8_t, 16>& address)
{
    return lifecycle::IpAddress::FromV6(address);
}

Ipv4Address
ToIpv4(const lifecycle::IpAddress& address)
{
    return Ipv4Address(address.V4());
}

Ipv6Address
ToIpv6(const lifecycle::IpAddress& address)
{
    lifecycle::IpAddress::Bytes bytes = address.V6();
    return Ipv6Address(bytes.data());
}

Address
ToSocketAddress(const lifecycle::IpAddress& address, uint16_t port)
{
    if (address.IsV4())
    {
        return InetSocketAddress(ToIpv4(address), port);
    }
    return Inet6SocketAddress(ToIpv6(address), port);
}

uint32_t
NumberOf(Ptr<NetDevice> device)
{
    return device ? device->GetIfIndex() + 1 : 0;
}

lifecycle::Duration
ToCore(Time time)
{
    return lifecycle::Duration(time.GetNanoSeconds());
}

Time
ToTime(lifecycle::Duration duration)
{
    return NanoSeconds(duration.count());
}

lifecycle::Instant
CoreNow()
{
    return lifecycle::Instant(ToCore(Simulator::Now()));
}

Time
TimeUntil(lifecycle::Instant when)
{
    Time at = ToTime(when.time_since_epoch());
    if (at.GetNanoSeconds() < when.time_since_epoch().count())
    {
        at += TimeStep(1); // ns-3's resolution is coarser than the core's: not too early
    }
    return std::max(at - Simulator::Now(), Time(0));
}

TcpSocket::TcpStates_t
ToNs3(lifecycle::State state)
{
    static constexpr std::array<TcpSocket::TcpStates_t, lifecycle::kStates> STATES{
        TcpSocket::CLOSED,
        TcpSocket::LISTEN,
        TcpSocket::SYN_SENT,
        TcpSocket::SYN_RCVD,
        TcpSocket::ESTABLISHED,
        TcpSocket::FIN_WAIT_1,
        TcpSocket::FIN_WAIT_2,
        TcpSocket::CLOSE_WAIT,
        TcpSocket::CLOSING,
        TcpSocket::LAST_ACK,
        TcpSocket::TIME_WAIT,
    };
    return STATES[static_cast<std::size_t>(state)];
}

LifecycleTcpCloseReason
ToNs3(lifecycle::CloseReason reason)
{
    switch (reason)
    {
    case lifecycle::CloseReason::None:
        return LifecycleTcpCloseReason::NONE;
    case lifecycle::CloseReason::Normal:
        return LifecycleTcpCloseReason::NORMAL;
    case lifecycle::CloseReason::Refused:
        return LifecycleTcpCloseReason::REFUSED;
    case lifecycle::CloseReason::Reset:
        return LifecycleTcpCloseReason::RESET;
    case lifecycle::CloseReason::ConnectTimeout:
        return LifecycleTcpCloseReason::CONNECT_TIMEOUT;
    case lifecycle::CloseReason::DataTimeout:
        return LifecycleTcpCloseReason::DATA_TIMEOUT;
    case lifecycle::CloseReason::KeepaliveTimeout:
        return LifecycleTcpCloseReason::KEEPALIVE_TIMEOUT;
    case lifecycle::CloseReason::FinWait2Timeout:
        return LifecycleTcpCloseReason::FIN_WAIT_2_TIMEOUT;
    case lifecycle::CloseReason::Unreachable:
        return LifecycleTcpCloseReason::UNREACHABLE;
    case lifecycle::CloseReason::Aborted:
        break;
    }
    return LifecycleTcpCloseReason::ABORTED;
}

Socket::SocketErrno
ToNs3(lifecycle::Error error)
{
    switch (error)
    {
    case lifecycle::Error::None:
        return Socket::ERROR_NOTERROR;
    case lifecycle::Error::AddressInUse:
        return Socket::ERROR_ADDRINUSE;
    case lifecycle::Error::AddressNotAvailable:
        return Socket::ERROR_ADDRNOTAVAIL;
    case lifecycle::Error::NotConnected:
        return Socket::ERROR_NOTCONN;
    case lifecycle::Error::WouldBlock:
        return Socket::ERROR_AGAIN;
    case lifecycle::Error::SendShutDown:
        return Socket::ERROR_SHUTDOWN;
    case lifecycle::Error::InvalidArgument:
        break;
    }
    return Socket::ERROR_INVAL;
}

Socket::SocketErrno
ToErrno(LifecycleTcpCloseReason reason)
{
    switch (reason)
    {
    case LifecycleTcpCloseReason::NONE:
    case LifecycleTcpCloseReason::NORMAL:
    case LifecycleTcpCloseReason::FIN_WAIT_2_TIMEOUT: // the application had closed it
        return Socket::ERROR_NOTERROR;
    // ns-3 has none of the names that sockets have for these: the nearest that differ.
    case LifecycleTcpCloseReason::REFUSED:
        return Socket::ERROR_ADDRNOTAVAIL; // ECONNREFUSED: nobody is at that address
    case LifecycleTcpCloseReason::RESET:
        return Socket::ERROR_NOTCONN; // ECONNRESET
    case LifecycleTcpCloseReason::CONNECT_TIMEOUT:
    case LifecycleTcpCloseReason::DATA_TIMEOUT:
    case LifecycleTcpCloseReason::KEEPALIVE_TIMEOUT:
        return Socket::ERROR_AGAIN; // ETIMEDOUT
    case LifecycleTcpCloseReason::UNREACHABLE:
        return Socket::ERROR_NOROUTETOHOST; // EHOSTUNREACH
    case LifecycleTcpCloseReason::ABORTED:
        break;
    }
    return Socket::ERROR_SHUTDOWN; // ECONNABORTED: this side gave it up
}

} // namespace ns3
