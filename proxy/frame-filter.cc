#include "frame-filter.h"

#include <cstddef>

namespace proxy
{

namespace
{

using Bytes = std::span<const uint8_t>;

constexpr std::size_t ETHERNET_HEADER = 14;
constexpr std::size_t ARP_SIZE = 28; // Ethernet and IPv4 addresses
constexpr std::size_t IPV4_HEADER = 20;
constexpr std::size_t IPV6_HEADER = 40;
constexpr std::size_t TCP_HEADER = 20;
constexpr std::size_t ICMP_HEADER = 8;
constexpr std::size_t QUOTED_BYTES = 8; // of the offending packet's payload, RFC 792

constexpr uint8_t PROTOCOL_ICMP = 1;
constexpr uint8_t PROTOCOL_TCP = 6;
constexpr uint8_t PROTOCOL_ICMPV6 = 58;

uint16_t
Read16(Bytes bytes, std::size_t offset)
{
    return static_cast<uint16_t>(bytes[offset] << 8 | bytes[offset + 1]);
}

bool
IsAcceptableArp(Bytes arp)
{
    constexpr uint16_t ETHERNET = 1;
    constexpr uint16_t IPV4 = 0x0800;
    constexpr uint16_t REQUEST = 1;
    constexpr uint16_t REPLY = 2;
    return arp.size() >= ARP_SIZE && Read16(arp, 0) == ETHERNET && Read16(arp, 2) == IPV4 &&
           arp[4] == 6 && arp[5] == 4 && (Read16(arp, 6) == REQUEST || Read16(arp, 6) == REPLY);
}

bool
IsAcceptableIcmp(Bytes icmp)
{
    if (icmp.size() < ICMP_HEADER)
    {
        return false;
    }
    switch (icmp[0])
    {
    case 0: // echo reply
    case 8: // echo
        return true;
    case 3:  // destination unreachable
    case 11: // time exceeded
        return icmp.size() >= ICMP_HEADER + IPV4_HEADER + QUOTED_BYTES &&
               icmp[ICMP_HEADER] == 0x45; // the packets we send carry no IP options
    default:
        return false;
    }
}

/** \param options of a neighbour solicitation or advertisement \returns true if all are whole */
bool
AreNeighbourOptionsWhole(Bytes options)
{
    while (!options.empty())
    {
        const std::size_t size = options.size() < 2 ? 0 : 8U * options[1];
        if (size == 0 || size > options.size())
        {
            return false;
        }
        options = options.subspan(size);
    }
    return true;
}

bool
IsAcceptableIcmpv6(Bytes icmp, uint8_t hopLimit)
{
    if (icmp.size() < ICMP_HEADER)
    {
        return false;
    }
    switch (icmp[0])
    {
    case 1: // destination unreachable
    case 2: // packet too big
    case 3: // time exceeded
        return icmp.size() >= ICMP_HEADER + IPV6_HEADER + QUOTED_BYTES;
    case 128: // echo request
    case 129: // echo reply
        return true;
    case 135: // neighbour solicitation
    case 136: // neighbour advertisement
    {
        constexpr std::size_t NEIGHBOUR_HEADER = 24;
        return hopLimit == 255 && // RFC 4861 §7.1: not from beyond the link
               icmp.size() >= NEIGHBOUR_HEADER &&
               AreNeighbourOptionsWhole(icmp.subspan(NEIGHBOUR_HEADER));
    }
    default:
        return false;
    }
}

bool
IsAcceptableIpv4(Bytes ip)
{
    if (ip.size() < IPV4_HEADER || ip[0] >> 4 != 4)
    {
        return false;
    }
    const std::size_t header = 4U * (ip[0] & 0x0f);
    const std::size_t total = Read16(ip, 2);
    constexpr uint16_t MORE_FRAGMENTS_OR_OFFSET = 0x3fff;
    if (header < IPV4_HEADER || total < header || total > ip.size() ||
        (Read16(ip, 6) & MORE_FRAGMENTS_OR_OFFSET) != 0)
    {
        return false;
    }
    const Bytes payload = ip.subspan(header, total - header);
    switch (ip[9])
    {
    case PROTOCOL_TCP:
        return payload.size() >= TCP_HEADER;
    case PROTOCOL_ICMP:
        return IsAcceptableIcmp(payload);
    default:
        return false;
    }
}

bool
IsAcceptableIpv6(Bytes ip)
{
    if (ip.size() < IPV6_HEADER || ip[0] >> 4 != 6)
    {
        return false;
    }
    const std::size_t length = Read16(ip, 4);
    if (length > ip.size() - IPV6_HEADER)
    {
        return false;
    }
    const Bytes payload = ip.subspan(IPV6_HEADER, length);
    switch (ip[6])
    {
    case PROTOCOL_TCP:
        return payload.size() >= TCP_HEADER;
    case PROTOCOL_ICMPV6:
        return IsAcceptableIcmpv6(payload, ip[7]);
    default: // extension headers included: no TCP of the host's sends them
        return false;
    }
}

} // namespace

bool
IsAcceptable(Bytes frame)
{
    if (frame.size() < ETHERNET_HEADER)
    {
        return false;
    }
    const Bytes payload = frame.subspan(ETHERNET_HEADER);
    switch (Read16(frame, 12))
    {
    case 0x0806:
        return IsAcceptableArp(payload);
    case 0x0800:
        return IsAcceptableIpv4(payload);
    case 0x86dd:
        return IsAcceptableIpv6(payload);
    default:
        return false;
    }
}

} // namespace proxy
