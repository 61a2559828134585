#include "ip-packet.h"

#include <algorithm>
#include <cerrno>

namespace lifecycle::packetdrill
{

namespace
{

constexpr uint8_t kTcp = 6;
constexpr uint8_t kIcmp = 1;
constexpr uint8_t kIcmpV6 = 58;
constexpr std::size_t kIpv4Header = 20;
constexpr std::size_t kIpv6Header = 40;
constexpr std::size_t kIcmpHeader = 8;
constexpr std::size_t kQuotedTcp = 8; //!< of the segment, an ICMP error quotes at least this

uint16_t
Get16(ByteSpan bytes, std::size_t at)
{
    return static_cast<uint16_t>(bytes[at] << 8 | bytes[at + 1]);
}

uint32_t
Get32(ByteSpan bytes, std::size_t at)
{
    return uint32_t{Get16(bytes, at)} << 16 | Get16(bytes, at + 2);
}

void
Put16(Bytes& bytes, std::size_t at, std::size_t value)
{
    bytes[at] = static_cast<uint8_t>(value >> 8);
    bytes[at + 1] = static_cast<uint8_t>(value);
}

IpAddress
V6At(ByteSpan bytes, std::size_t at)
{
    IpAddress::Bytes address;
    std::copy_n(bytes.begin() + static_cast<std::ptrdiff_t>(at), address.size(), address.begin());
    return IpAddress::FromV6(address);
}

/** What an IP header says. */
struct Outer
{
    IpAddress source;
    IpAddress destination;
    uint8_t protocol{0};
    uint8_t tos{0};
    ByteSpan payload;
};

/** \param whole whether all that the header speaks of has to be there */
std::optional<Outer>
ParseIp(ByteSpan packet, bool whole)
{
    Outer outer;
    std::size_t header = 0;
    std::size_t total = 0;
    if (packet.size() >= kIpv4Header && packet[0] >> 4 == 4)
    {
        header = (packet[0] & 15U) * std::size_t{4};
        total = Get16(packet, 2);
        outer.tos = packet[1];
        outer.protocol = packet[9];
        outer.source = IpAddress::FromV4(Get32(packet, 12));
        outer.destination = IpAddress::FromV4(Get32(packet, 16));
    }
    else if (packet.size() >= kIpv6Header && packet[0] >> 4 == 6)
    {
        header = kIpv6Header;
        total = header + Get16(packet, 4);
        outer.tos = static_cast<uint8_t>(packet[0] << 4 | packet[1] >> 4);
        outer.protocol = packet[6];
        outer.source = V6At(packet, 8);
        outer.destination = V6At(packet, 24);
    }
    if (header < kIpv4Header || total < header || packet.size() < header ||
        (whole && packet.size() < total))
    {
        return std::nullopt;
    }
    outer.payload = packet.subspan(header, std::min(total, packet.size()) - header);
    return outer;
}

ParsedPacket
ParseTcp(const Outer& outer)
{
    ParsedPacket parsed;
    parsed.tos = outer.tos;
    const auto length = static_cast<uint32_t>(outer.payload.size());
    Checksum sum;
    sum.AddPseudoHeader(outer.source, outer.destination, length);
    sum.Add(outer.payload);
    const ParsedHeader header = ParseHeader(outer.payload, outer.payload.size());
    if (sum.Finish() != 0 || header.error != WireError::None)
    {
        parsed.kind = ParsedPacket::Kind::Malformed;
        return parsed;
    }
    parsed.kind = ParsedPacket::Kind::Tcp;
    parsed.segment = header.segment;
    parsed.segment.tuple.local = outer.destination;
    parsed.segment.tuple.remote = outer.source;
    parsed.payload = outer.payload.subspan(header.headerLength);
    return parsed;
}

/** What Linux makes of the codes of Destination Unreachable (icmp_err_convert). */
void
ClassifyV4(uint8_t code, QuotedError& error)
{
    switch (code)
    {
    case 0: // network
    case 6: // network unknown
    case 9: // network prohibited
        error.code = ENETUNREACH;
        error.kind = code != 0 ? IcmpError::Hard : IcmpError::Soft;
        break;
    case 2: // protocol
        error.code = ENOPROTOOPT;
        error.kind = IcmpError::Hard;
        break;
    case 3: // port
        error.code = ECONNREFUSED;
        error.kind = IcmpError::Refused;
        break;
    case 4: // fragmentation needed
        error.code = EMSGSIZE;
        break;
    case 5: // source route failed
        error.code = EOPNOTSUPP;
        break;
    default:
        error.code = EHOSTUNREACH;
        error.kind = code == 7 || code == 10 || code >= 13 ? IcmpError::Hard : IcmpError::Soft;
        break;
    }
}

/** As icmpv6_err_convert has it. */
void
ClassifyV6(uint8_t type, uint8_t code, QuotedError& error)
{
    if (type == 2)
    {
        error.code = EMSGSIZE;
    }
    else if (type != 1)
    {
        error.code = EPROTO;
        error.kind = type == 4 ? IcmpError::Hard : IcmpError::Soft;
    }
    else if (code == 0)
    {
        error.code = ENETUNREACH;
    }
    else if (code == 4)
    {
        error.code = ECONNREFUSED;
        error.kind = IcmpError::Refused;
    }
    else
    {
        error.code = code == 1 || code >= 5 ? EACCES : EHOSTUNREACH;
        error.kind = code == 1 || code >= 5 ? IcmpError::Hard : IcmpError::Soft;
    }
}

ParsedPacket
ParseIcmp(const Outer& outer)
{
    ParsedPacket parsed;
    if (outer.payload.size() < kIcmpHeader)
    {
        return parsed;
    }
    const bool v6 = outer.protocol == kIcmpV6;
    const uint8_t type = outer.payload[0];
    const bool isError = v6 ? type >= 1 && type <= 4 : type == 3 || type == 11 || type == 12;
    const std::optional<Outer> quoted = ParseIp(outer.payload.subspan(kIcmpHeader), false);
    if (!isError || !quoted || quoted->protocol != kTcp || quoted->payload.size() < kQuotedTcp)
    {
        return parsed;
    }
    parsed.kind = ParsedPacket::Kind::Icmp;
    QuotedError& error = parsed.icmp;
    error.tuple = {quoted->source,
                   quoted->destination,
                   Get16(quoted->payload, 0),
                   Get16(quoted->payload, 2)};
    error.seq = SeqNum(Get32(quoted->payload, 4));
    if (v6)
    {
        ClassifyV6(type, outer.payload[1], error);
        error.mtu = type == 2 ? Get32(outer.payload, 4) : 0;
    }
    else if (type == 3)
    {
        ClassifyV4(outer.payload[1], error);
        error.mtu = outer.payload[1] == 4 ? Get16(outer.payload, 6) : 0;
    }
    else
    {
        error.code = type == 11 ? EHOSTUNREACH : EPROTO;
        error.kind = type == 12 ? IcmpError::Hard : IcmpError::Soft;
    }
    return parsed;
}

/** Writes the IP header; the rest is in its place already. */
void
WriteIp(Bytes& packet, const Segment& segment, const IpTraits& traits)
{
    if (segment.tuple.remote.IsV4())
    {
        packet[0] = 0x45;
        packet[1] = traits.tos;
        Put16(packet, 2, packet.size());
        packet[6] = 0x40; // don't fragment
        packet[8] = traits.ttl;
        packet[9] = kTcp;
        const auto tail = [](const IpAddress& address) {
            return std::span(address.V6()).subspan(12);
        };
        std::ranges::copy(tail(segment.tuple.local), packet.begin() + 12);
        std::ranges::copy(tail(segment.tuple.remote), packet.begin() + 16);
        Checksum sum;
        sum.Add(ByteSpan(packet).first(kIpv4Header));
        Put16(packet, 10, sum.Finish());
        return;
    }
    packet[0] = static_cast<uint8_t>(0x60 | traits.tos >> 4);
    packet[1] = static_cast<uint8_t>(traits.tos << 4 | (traits.flowLabel >> 16 & 15));
    Put16(packet, 2, traits.flowLabel & 0xffff);
    Put16(packet, 4, packet.size() - kIpv6Header);
    packet[6] = kTcp;
    packet[7] = traits.ttl;
    std::ranges::copy(segment.tuple.local.V6(), packet.begin() + 8);
    std::ranges::copy(segment.tuple.remote.V6(), packet.begin() + 24);
}

} // namespace

ParsedPacket
ParsePacket(ByteSpan packet)
{
    const std::optional<Outer> outer = ParseIp(packet, true);
    if (outer && outer->protocol == kTcp)
    {
        return ParseTcp(*outer);
    }
    if (outer && (outer->protocol == kIcmp || outer->protocol == kIcmpV6))
    {
        return ParseIcmp(*outer);
    }
    return {};
}

Bytes
MakePacket(const Segment& segment, ByteSpan payload, const IpTraits& traits, OptionLayout layout)
{
    const std::size_t ip = segment.tuple.remote.IsV4() ? kIpv4Header : kIpv6Header;
    const std::size_t header = HeaderLength(segment, layout);
    Bytes packet(ip + header + payload.size());
    WriteIp(packet, segment, traits);
    const std::span<uint8_t> tcp = std::span(packet).subspan(ip);
    WriteHeader(segment, tcp, layout);
    std::ranges::copy(payload, tcp.begin() + static_cast<std::ptrdiff_t>(header));
    Checksum sum;
    sum.AddPseudoHeader(segment.tuple.local,
                        segment.tuple.remote,
                        static_cast<uint32_t>(tcp.size()));
    sum.Add(tcp);
    Put16(packet, ip + 16, sum.Finish());
    return packet;
}

} // namespace lifecycle::packetdrill
