#ifndef LIFECYCLE_CORE_WIRE_H
#define LIFECYCLE_CORE_WIRE_H

#include "segment.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

namespace lifecycle
{

/** The longest header there can be: data offset 15 (RFC 9293 §3.1). */
inline constexpr std::size_t kMaxHeaderLength = 60;
inline constexpr std::size_t kMinHeaderLength = 20;

/** What is wrong with a header. */
enum class WireError : uint8_t
{
    None,
    Short,           //!< fewer bytes than a header has
    BadDataOffset,   //!< below five words, or beyond the end of the segment
    TruncatedOption, //!< an option says that it is longer than the room left
    BadOptionLength, //!< a known option of a wrong length, or any of length 0 or 1
};

/** A header taken apart. */
struct ParsedHeader
{
    WireError error{WireError::None};
    Segment segment;             //!< without addresses: only ports are in the header
    std::size_t headerLength{0}; //!< bytes
};

/**
 * Takes a TCP header apart.
 * \param bytes the segment, or at least its first 60 bytes
 * \param segmentLength bytes of the whole segment; the payload length is what the header leaves
 */
ParsedHeader ParseHeader(std::span<const uint8_t> bytes, std::size_t segmentLength);

/** In which order options stand, and how they are aligned. */
enum class OptionLayout : uint8_t
{
    Linux,   //!< MSS, SACK-permitted with timestamps, window scale, Fast Open, SACK blocks; NOPs
    FreeBsd, //!< see LayOutAsFreeBsd()
};

/** \returns how many bytes WriteHeader writes for \p segment, a multiple of four, at most 60 */
std::size_t HeaderLength(const Segment& segment, OptionLayout layout = OptionLayout::Linux);

/**
 * Writes the header of \p segment with a checksum field of zero.
 * \param out at least HeaderLength() bytes
 */
void WriteHeader(const Segment& segment,
                 std::span<uint8_t> out,
                 OptionLayout layout = OptionLayout::Linux);

/** Running ones' complement sum (RFC 1071). */
class Checksum
{
  public:
    void Add(std::span<const uint8_t> bytes); //!< an odd length only at the end
    void AddWord(uint16_t word);
    /** The pseudo header of RFC 9293 §3.1 (IPv4) or RFC 8200 §8.1 (IPv6). */
    void AddPseudoHeader(const IpAddress& source, const IpAddress& destination, uint32_t length);
    /** \returns the field's value in host order; 0 over a segment whose checksum is right */
    uint16_t Finish() const;

  private:
    uint64_t m_sum{0};
};

} // namespace lifecycle

#endif /* LIFECYCLE_CORE_WIRE_H */
