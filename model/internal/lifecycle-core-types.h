#ifndef LIFECYCLE_CORE_TYPES_H
#define LIFECYCLE_CORE_TYPES_H

#include "core/endpoint.h"
#include "lifecycle-tcp-types.h"

#include "ns3/address.h"
#include "ns3/ipv4-address.h"
#include "ns3/ipv6-address.h"
#include "ns3/nstime.h"
#include "ns3/socket.h"
#include "ns3/tcp-socket.h"

#include <array>
#include <cstdint>

/**
 * \file
 * The border between the TCP core's vocabulary and that of ns-3: values, translated.
 */

namespace ns3
{

/** \returns the address as the core keeps it */
lifecycle::IpAddress ToCore(Ipv4Address address);
/** \copydoc ToCore(Ipv4Address) */
lifecycle::IpAddress ToCore(const Ipv6Address& address);
/** \param address sixteen bytes in network order; IPv4 is IPv4-mapped */
lifecycle::IpAddress ToCore(const std::array<uint8_t, 16>& address);

/** \returns an address that IsV4() as ns-3 keeps it */
Ipv4Address ToIpv4(const lifecycle::IpAddress& address);
/** \returns the address as ns-3 keeps it; IPv4 comes out IPv4-mapped */
Ipv6Address ToIpv6(const lifecycle::IpAddress& address);

/** \returns an InetSocketAddress if the address is IPv4, else an Inet6SocketAddress */
Address ToSocketAddress(const lifecycle::IpAddress& address, uint16_t port);

/** \returns a length of time; ns-3's finer resolutions are cut off at nanoseconds */
lifecycle::Duration ToCore(Time time);
/** \copydoc ToCore(Time) */
Time ToTime(lifecycle::Duration duration);

/** \returns the simulation time */
lifecycle::Instant CoreNow();
/** \returns how long it is until \p when, so that CoreNow() will not be before it; never negative
 */
Time TimeUntil(lifecycle::Instant when);

TcpSocket::TcpStates_t ToNs3(lifecycle::State state);
LifecycleTcpCloseReason ToNs3(lifecycle::CloseReason reason);
Socket::SocketErrno ToNs3(lifecycle::Error error);

/** \returns the closest that ns-3 has to the errno of a connection that ended for \p reason */
Socket::SocketErrno ToErrno(LifecycleTcpCloseReason reason);

/** \returns what the core calls a device: 0 is none */
uint32_t NumberOf(Ptr<NetDevice> device);

} // namespace ns3

#endif /* LIFECYCLE_CORE_TYPES_H */
