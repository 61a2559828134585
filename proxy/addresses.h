#ifndef PROXY_ADDRESSES_H
#define PROXY_ADDRESSES_H

#include "ns3/address.h"

#include <cstdint>
#include <netinet/in.h>
#include <string>

/**
 * \file
 * Addresses as people write them: 10.44.0.1/24, fd44::1/64, 10.44.0.1:80, [fd44::1]:80.
 */

namespace proxy
{

/** An IPv4 or IPv6 address with the length of its network prefix. */
struct Prefix
{
    int family{AF_UNSPEC}; //!< AF_INET or AF_INET6
    in6_addr bytes{};      //!< network byte order; IPv4 uses the first 4 bytes
    unsigned length{0};    //!< prefix length in bits

    /** \returns the size of the address in bytes: 4 or 16 */
    std::size_t Size() const;
    /** \returns the address without the prefix length, as text */
    std::string AddressText() const;
    /** \returns "address/length" */
    std::string Text() const;
    /** \param other another prefix \returns true if the networks share an address */
    bool Overlaps(const Prefix& other) const;
};

/**
 * \param text an address, with "/length" or without (then the full length of the family)
 * \param option the command line option it comes from, for the error message
 * \param family AF_INET or AF_INET6: what the option takes
 * \returns the address and its prefix length
 * \throws UserError if it is not one
 */
Prefix ParsePrefix(const std::string& text, const std::string& option, int family);

/** \param prefix an address \returns the ns-3 Ipv4Address or Ipv6Address, as an ns3::Address */
ns3::Address ToNs3(const Prefix& prefix);

/**
 * \param prefix an address
 * \param port a TCP port
 * \returns the ns-3 InetSocketAddress or Inet6SocketAddress
 */
ns3::Address ToNs3(const Prefix& prefix, uint16_t port);

/**
 * \param host a name or a literal address, resolved by the resolver of the host
 * \param port a TCP port
 * \param allowIpv6 whether the model has an IPv6 address to reach it from
 * \returns the first address that the model can reach, as an ns-3 socket address
 * \throws UserError if the name has none
 */
ns3::Address Resolve(const std::string& host, uint16_t port, bool allowIpv6);

/**
 * \param address an InetSocketAddress or Inet6SocketAddress
 * \returns "10.44.0.1:80" or "[fd44::1]:80", and "*" for a port of 0, as `ss -tan` does
 */
std::string SocketAddressText(const ns3::Address& address);

} // namespace proxy

#endif /* PROXY_ADDRESSES_H */
