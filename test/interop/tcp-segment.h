#ifndef INTEROP_TCP_SEGMENT_H
#define INTEROP_TCP_SEGMENT_H

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace interop
{

/** Bytes of an Ethernet frame. */
using Frame = std::vector<uint8_t>;

/** Who sends. */
enum class Side
{
    Kernel,
    Model,
};

constexpr uint8_t FIN = 0x01;
constexpr uint8_t SYN = 0x02;
constexpr uint8_t RST = 0x04;
constexpr uint8_t ACK = 0x10;

/** A TCP segment over IPv4, as it was on the link. */
struct TcpSegment
{
    Side from{};
    uint16_t sourcePort{0};
    uint16_t destinationPort{0};
    uint32_t seq{0};
    uint32_t ack{0};
    uint8_t flags{0};
    uint16_t window{0};
    std::string text;                        //!< payload
    std::optional<uint16_t> mss{};           //!< RFC 9293 §3.7.1
    std::optional<uint8_t> windowScale{};    //!< RFC 7323 §2.2
    bool sack{false};                        //!< RFC 2018 §3, there are blocks
    bool sackPermitted{false};               //!< RFC 2018 §2
    std::optional<uint32_t> timestamp{};     //!< RFC 7323 §3.2, TSval
    std::optional<uint32_t> timestampEcho{}; //!< RFC 7323 §3.2, TSecr
    std::optional<std::string> fastOpen{};   //!< RFC 7413 §4.1.1, the cookie, empty for a request
    Frame frame;                             //!< all of it, to be sent again

    /** \param flag FIN, SYN, RST or ACK \returns true if it is set */
    bool Has(uint8_t flag) const
    {
        return (flags & flag) != 0;
    }

    /** \returns true if it has no text and neither SYN, FIN nor RST */
    bool IsBareAck() const
    {
        return flags == ACK && text.empty();
    }
};

/**
 * \param from who sent it
 * \param frame an Ethernet frame
 * \returns the segment in it, nothing if it is not TCP over IPv4
 */
std::optional<TcpSegment> ParseTcp(Side from, const Frame& frame);

/** \param segment a segment \returns it in a line, for messages of tests */
std::string ToString(const TcpSegment& segment);

} // namespace interop

#endif /* INTEROP_TCP_SEGMENT_H */
