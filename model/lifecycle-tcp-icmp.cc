#include "internal/lifecycle-core-types.h"
#include "internal/lifecycle-tcp-shell.h"
#include "lifecycle-tcp-l4-protocol.h"

#include "ns3/icmpv4.h"
#include "ns3/icmpv6-header.h"

#include <optional>

namespace ns3
{

namespace
{

using lifecycle::IcmpError;

/** What a message means to TCP (RFC 9293 §3.9.2.2), nothing for those that are not errors. */
std::optional<IcmpError>
MeaningOfV4(uint8_t type, uint8_t code)
{
    constexpr uint8_t PROTOCOL_UNREACHABLE = 2; // RFC 792; ns-3 has no name for it
    if (type == Icmpv4Header::ICMPV4_TIME_EXCEEDED)
    {
        return IcmpError::Soft;
    }
    if (type != Icmpv4Header::ICMPV4_DEST_UNREACH)
    {
        return std::nullopt;
    }
    switch (code)
    {
    case PROTOCOL_UNREACHABLE:
        return IcmpError::Hard;
    case Icmpv4DestinationUnreachable::ICMPV4_PORT_UNREACHABLE:
        return IcmpError::Refused;
    case Icmpv4DestinationUnreachable::ICMPV4_FRAG_NEEDED:
        return std::nullopt; // a smaller segment will do (RFC 1191)
    default:
        return IcmpError::Soft;
    }
}

/** The same for ICMPv6. */
std::optional<IcmpError>
MeaningOfV6(uint8_t type, uint8_t code)
{
    if (type == Icmpv6Header::ICMPV6_ERROR_TIME_EXCEEDED)
    {
        return IcmpError::Soft;
    }
    if (type != Icmpv6Header::ICMPV6_ERROR_DESTINATION_UNREACHABLE)
    {
        return std::nullopt;
    }
    switch (code)
    {
    case Icmpv6Header::ICMPV6_ADM_PROHIBITED:
        return IcmpError::Hard;
    case Icmpv6Header::ICMPV6_PORT_UNREACHABLE:
        return IcmpError::Refused;
    default:
        return IcmpError::Soft;
    }
}

} // namespace

void
LifecycleTcpL4Protocol::ReceiveIcmp(Ipv4Address,
                                    uint8_t,
                                    uint8_t icmpType,
                                    uint8_t icmpCode,
                                    uint32_t icmpInfo,
                                    Ipv4Address payloadSource,
                                    Ipv4Address payloadDestination,
                                    const uint8_t payload[8])
{
    if (m_shell && icmpType == Icmpv4Header::ICMPV4_DEST_UNREACH &&
        icmpCode == Icmpv4DestinationUnreachable::ICMPV4_FRAG_NEEDED)
    {
        m_shell->ReceiveTooBig(ToCore(payloadSource),
                               ToCore(payloadDestination),
                               payload,
                               icmpInfo);
        return;
    }
    const std::optional<IcmpError> error = MeaningOfV4(icmpType, icmpCode);
    if (m_shell && error)
    {
        m_shell->ReceiveIcmp(ToCore(payloadSource), ToCore(payloadDestination), payload, *error);
    }
}

void
LifecycleTcpL4Protocol::ReceiveIcmp(Ipv6Address,
                                    uint8_t,
                                    uint8_t icmpType,
                                    uint8_t icmpCode,
                                    uint32_t icmpInfo,
                                    Ipv6Address payloadSource,
                                    Ipv6Address payloadDestination,
                                    const uint8_t payload[8])
{
    if (m_shell && icmpType == Icmpv6Header::ICMPV6_ERROR_PACKET_TOO_BIG)
    {
        m_shell->ReceiveTooBig(ToCore(payloadSource),
                               ToCore(payloadDestination),
                               payload,
                               icmpInfo);
        return;
    }
    const std::optional<IcmpError> error = MeaningOfV6(icmpType, icmpCode);
    if (m_shell && error)
    {
        m_shell->ReceiveIcmp(ToCore(payloadSource), ToCore(payloadDestination), payload, *error);
    }
}

} // namespace ns3
