#ifndef LIFECYCLE_PACKETDRILL_IP_PACKET_H
#define LIFECYCLE_PACKETDRILL_IP_PACKET_H

#include "core/endpoint.h"
#include "core/segment.h"
#include "core/wire.h"

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace lifecycle::packetdrill
{

using Bytes = std::vector<uint8_t>;
using ByteSpan = std::span<const uint8_t>;

/** What of an IP header is not in a segment. */
struct IpTraits
{
    uint8_t ttl{64};
    uint8_t tos{0};
    uint32_t flowLabel{0}; //!< IPv6 only
};

/** An ICMP error about something that this node sent. */
struct QuotedError
{
    FourTuple tuple; //!< from this node's point of view
    SeqNum seq;      //!< of the segment that it quotes
    IcmpError kind{IcmpError::Soft};
    int code{0};     //!< the errno that Linux has for it
    uint32_t mtu{0}; //!< of the next hop, where the packet was too big
};

/** A packet taken apart. */
struct ParsedPacket
{
    enum class Kind : uint8_t
    {
        Other,     //!< nothing for TCP
        Malformed, //!< TCP, but broken
        Tcp,
        Icmp,
    };

    Kind kind{Kind::Other};
    Segment segment;
    ByteSpan payload;
    uint8_t tos{0};
    QuotedError icmp;
};

ParsedPacket ParsePacket(ByteSpan packet);

/** \returns the IP packet of a segment, with both checksums */
Bytes MakePacket(const Segment& segment,
                 ByteSpan payload,
                 const IpTraits& traits,
                 OptionLayout layout);

} // namespace lifecycle::packetdrill

#endif /* LIFECYCLE_PACKETDRILL_IP_PACKET_H */
