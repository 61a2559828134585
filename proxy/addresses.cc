#include "addresses.h"

#include "user-error.h"

#include "ns3/inet-socket-address.h"
#include "ns3/inet6-socket-address.h"
#include "ns3/ipv4-address.h"
#include "ns3/ipv6-address.h"

#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <charconv>
#include <cstring>
#include <memory>
#include <netdb.h>

namespace proxy
{

namespace
{

/** \param address socket address of the host's C library \returns the address as a Prefix */
Prefix
FromSockaddr(const sockaddr& address)
{
    Prefix prefix;
    prefix.family = address.sa_family;
    if (address.sa_family == AF_INET)
    {
        const auto& v4 = reinterpret_cast<const sockaddr_in&>(address);
        std::memcpy(&prefix.bytes, &v4.sin_addr, sizeof(v4.sin_addr));
    }
    else
    {
        const auto& v6 = reinterpret_cast<const sockaddr_in6&>(address);
        prefix.bytes = v6.sin6_addr;
    }
    prefix.length = 8 * prefix.Size();
    return prefix;
}

/** \param prefix an address \returns true if it never leaves the node that uses it */
bool
IsLoopback(const Prefix& prefix)
{
    return prefix.family == AF_INET ? prefix.bytes.s6_addr[0] == 127
                                    : IN6_IS_ADDR_LOOPBACK(&prefix.bytes);
}

} // namespace

std::size_t
Prefix::Size() const
{
    return family == AF_INET ? sizeof(in_addr) : sizeof(in6_addr);
}

std::string
Prefix::AddressText() const
{
    std::array<char, INET6_ADDRSTRLEN> text{};
    inet_ntop(family, &bytes, text.data(), text.size());
    return text.data();
}

std::string
Prefix::Text() const
{
    return AddressText() + "/" + std::to_string(length);
}

bool
Prefix::Overlaps(const Prefix& other) const
{
    if (family != other.family)
    {
        return false;
    }
    const unsigned common = std::min(length, other.length);
    for (unsigned bit = 0; bit < common; bit++)
    {
        const unsigned mask = 0x80U >> (bit % 8);
        if ((bytes.s6_addr[bit / 8] & mask) != (other.bytes.s6_addr[bit / 8] & mask))
        {
            return false;
        }
    }
    return true;
}

Prefix
ParsePrefix(const std::string& text, const std::string& option, int family)
{
    const auto slash = text.find('/');
    Prefix prefix;
    prefix.family = family;
    const unsigned full = 8 * prefix.Size();
    prefix.length = full;

    bool valid = inet_pton(family, text.substr(0, slash).c_str(), &prefix.bytes) == 1;
    if (slash != std::string::npos)
    {
        const char* first = text.data() + slash + 1;
        const char* last = text.data() + text.size();
        const auto [end, error] = std::from_chars(first, last, prefix.length);
        valid = valid && error == std::errc{} && end == last && prefix.length <= full;
    }
    if (!valid)
    {
        throw UserError(option + ": '" + text + "' is not an " +
                        (family == AF_INET ? "IPv4 address such as 10.44.0.1/24"
                                           : "IPv6 address such as fd44::1/64") +
                        ".");
    }
    return prefix;
}

ns3::Address
ToNs3(const Prefix& prefix)
{
    if (prefix.family == AF_INET)
    {
        return ns3::Ipv4Address::Deserialize(prefix.bytes.s6_addr);
    }
    return ns3::Ipv6Address::Deserialize(prefix.bytes.s6_addr);
}

ns3::Address
ToNs3(const Prefix& prefix, uint16_t port)
{
    const auto address = ToNs3(prefix);
    if (prefix.family == AF_INET)
    {
        return ns3::InetSocketAddress(ns3::Ipv4Address::ConvertFrom(address), port);
    }
    return ns3::Inet6SocketAddress(ns3::Ipv6Address::ConvertFrom(address), port);
}

ns3::Address
Resolve(const std::string& host, uint16_t port, bool allowIpv6)
{
    addrinfo hints{};
    hints.ai_family = allowIpv6 ? AF_UNSPEC : AF_INET;
    hints.ai_socktype = SOCK_STREAM;
    addrinfo* found = nullptr;
    const int error = getaddrinfo(host.c_str(), nullptr, &hints, &found);
    if (error != 0)
    {
        throw UserError("connect: the address of '" + host +
                        "' cannot be found: " + gai_strerror(error) + ".");
    }
    const std::unique_ptr<addrinfo, decltype(&freeaddrinfo)> owner(found, freeaddrinfo);
    const Prefix address = FromSockaddr(*found->ai_addr);
    if (IsLoopback(address))
    {
        throw UserError("connect: " + address.AddressText() +
                        " is the loopback of the model itself; to reach this machine, use its "
                        "address on the tap (--tap-address, 10.44.0.1 unless told otherwise).");
    }
    return ToNs3(address, port);
}

std::string
SocketAddressText(const ns3::Address& address)
{
    std::string host;
    uint16_t port = 0;
    std::array<uint8_t, 16> bytes{};
    std::array<char, INET6_ADDRSTRLEN> text{};
    if (ns3::InetSocketAddress::IsMatchingType(address))
    {
        const auto v4 = ns3::InetSocketAddress::ConvertFrom(address);
        v4.GetIpv4().Serialize(bytes.data());
        host = inet_ntop(AF_INET, bytes.data(), text.data(), text.size());
        port = v4.GetPort();
    }
    else if (ns3::Inet6SocketAddress::IsMatchingType(address))
    {
        const auto v6 = ns3::Inet6SocketAddress::ConvertFrom(address);
        v6.GetIpv6().Serialize(bytes.data());
        host = std::string("[") + inet_ntop(AF_INET6, bytes.data(), text.data(), text.size()) + "]";
        port = v6.GetPort();
    }
    else
    {
        host = "*";
    }
    return host + ":" + (port == 0 ? "*" : std::to_string(port));
}

} // namespace proxy
