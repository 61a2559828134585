#include "socket-address.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <netinet/in.h>

namespace lifecycle::packetdrill
{

int
ReadAddress(const sockaddr* address, socklen_t length, int family, Place& name)
{
    if (address == nullptr || length < sizeof(address->sa_family))
    {
        return -EINVAL;
    }
    const std::size_t needed = family == AF_INET ? sizeof(sockaddr_in) : sizeof(sockaddr_in6);
    if (address->sa_family != family)
    {
        return -EAFNOSUPPORT;
    }
    if (length < needed)
    {
        return -EINVAL;
    }
    if (family == AF_INET)
    {
        sockaddr_in v4{};
        std::memcpy(&v4, address, sizeof(v4));
        name = {IpAddress::FromV4(ntohl(v4.sin_addr.s_addr)), ntohs(v4.sin_port)};
        return 0;
    }
    sockaddr_in6 v6{};
    std::memcpy(&v6, address, sizeof(v6));
    IpAddress::Bytes bytes;
    std::memcpy(bytes.data(), &v6.sin6_addr, bytes.size());
    name = {IpAddress::FromV6(bytes), ntohs(v6.sin6_port)};
    return 0;
}

void
WriteAddress(const Place& name, int family, sockaddr* address, socklen_t* length)
{
    if (address == nullptr || length == nullptr)
    {
        return;
    }
    sockaddr_storage storage{};
    socklen_t size = 0;
    if (family == AF_INET)
    {
        sockaddr_in v4{};
        v4.sin_family = AF_INET;
        v4.sin_port = htons(name.port);
        v4.sin_addr.s_addr = htonl(name.address.V4());
        std::memcpy(&storage, &v4, size = sizeof(v4));
    }
    else
    {
        sockaddr_in6 v6{};
        v6.sin6_family = AF_INET6;
        v6.sin6_port = htons(name.port);
        std::memcpy(&v6.sin6_addr, name.address.V6().data(), sizeof(v6.sin6_addr));
        std::memcpy(&storage, &v6, size = sizeof(v6));
    }
    std::memcpy(address, &storage, std::min(size, *length));
    *length = size;
}

} // namespace lifecycle::packetdrill
