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
               icmp[ICMP_HEADER] == 0x45 && // the packets we send carry no IP options
               icmp[ICMP_HEADER + 9] == PROTOCOL_TCP;
    default:
        return false;
    }
}

/**
 * Neighbour discovery is let in with exactly one option, the link-layer address of the sender:
 * ns-3 reads one even where there is none, and loops forever over a second one. Linux always sends
 * it, except for duplicate address detection and in answer to a unicast probe; the model sends no
 * such probe to the host, whose address it knows.
 *
 * \param message a neighbour solicitation or advertisement
 * \param hopLimit of the packet
 * \returns true to let it in
 */
bool
IsAcceptableNeighbourDiscovery(Bytes message, uint8_t hopLimit)
{
    constexpr std::size_t HEADER = 24;
    constexpr std::size_t OPTION = 8;
    constexpr uint8_t SOLICITATION = 135;
    constexpr uint8_t SOURCE_LINK_LAYER_ADDRESS = 1;
    constexpr uint8_t TARGET_LINK_LAYER_ADDRESS = 2;
    return hopLimit == 255 && // RFC 4861 §7.1: not from beyond the link
           message.size() == HEADER + OPTION &&
           message[HEADER] == (message[0] == SOLICITATION ? SOURCE_LINK_LAYER_ADDRESS
                                                          : TARGET_LINK_LAYER_ADDRESS) &&
           message[HEADER + 1] == 1; // in units of 8 bytes
}

/** \param message an ICMPv6 error \returns true if it quotes enough of a TCP segment */
bool
QuotesTcpSegment(Bytes message)
{
    return message.size() >= ICMP_HEADER + IPV6_HEADER + QUOTED_BYTES &&
           message[ICMP_HEADER] >> 4 == 6 && message[ICMP_HEADER + 6] == PROTOCOL_TCP;
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
    case 3: // time exceeded
        return QuotesTcpSegment(icmp);
    case 2: // packet too big
    {
        constexpr uint32_t MIN_MTU = 1280; // RFC 8201 §4: a smaller one is to be disregarded
        const uint32_t mtu = Read16(icmp, 4) << 16 | Read16(icmp, 6);
        return mtu >= MIN_MTU && QuotesTcpSegment(icmp);
    }
    case 128: // echo request
    case 129: // echo reply
        return true;
    case 135: // neighbour solicitation
    case 136: // neighbour advertisement
        return IsAcceptableNeighbourDiscovery(icmp, hopLimit);
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
