#ifndef LIFECYCLE_CORE_ADDRESS_H
#define LIFECYCLE_CORE_ADDRESS_H

#include <array>
#include <bit>
#include <cstdint>

namespace lifecycle
{

/**
 * An IPv4 or IPv6 address. IPv4 is kept IPv4-mapped (RFC 4291 §2.5.5.2), so that one key type
 * serves both families.
 */
class IpAddress
{
  public:
    using Bytes = std::array<uint8_t, 16>;

    /** The unspecified IPv6 address `::`; as a listener's address it matches both families. */
    constexpr IpAddress() = default;

    /** \param bytes an IPv6 address in network order */
    static constexpr IpAddress FromV6(const Bytes& bytes)
    {
        IpAddress address;
        address.m_bytes = bytes;
        return address;
    }

    /** \param v4 an IPv4 address as a number in host order */
    static constexpr IpAddress FromV4(uint32_t v4)
    {
        return FromV6({0,
                       0,
                       0,
                       0,
                       0,
                       0,
                       0,
                       0,
                       0,
                       0,
                       0xff,
                       0xff,
                       static_cast<uint8_t>(v4 >> 24),
                       static_cast<uint8_t>(v4 >> 16),
                       static_cast<uint8_t>(v4 >> 8),
                       static_cast<uint8_t>(v4)});
    }

    constexpr bool IsV4() const
    {
        constexpr auto kMapped = std::bit_cast<uint32_t>(std::array<uint8_t, 4>{0, 0, 0xff, 0xff});
        const auto words =
            std::bit_cast<std::array<uint32_t, 4>>(m_bytes); // asked for each segment
        return words[0] == 0 && words[1] == 0 && words[2] == kMapped;
    }

    /** The IPv4 address in host order; meaningful only where IsV4(). */
    constexpr uint32_t V4() const
    {
        return uint32_t{m_bytes[12]} << 24 | uint32_t{m_bytes[13]} << 16 |
               uint32_t{m_bytes[14]} << 8 | uint32_t{m_bytes[15]};
    }

    constexpr const Bytes& V6() const
    {
        return m_bytes;
    }

    /** Whether a listener bound to this address takes what is sent to \p destination. */
    constexpr bool Covers(const IpAddress& destination) const
    {
        const bool anyV6 = *this == IpAddress();
        const bool anyV4 = *this == FromV4(0) && destination.IsV4();
        return anyV6 || anyV4 || *this == destination;
    }

    friend constexpr bool operator==(const IpAddress&, const IpAddress&) = default;

  private:
    Bytes m_bytes{};
};

/** The two ends of a connection, from this end's point of view. */
struct FourTuple
{
    IpAddress local;
    IpAddress remote;
    uint16_t localPort{0};
    uint16_t remotePort{0};

    friend constexpr bool operator==(const FourTuple&, const FourTuple&) = default;
};

} // namespace lifecycle

#endif /* LIFECYCLE_CORE_ADDRESS_H */
