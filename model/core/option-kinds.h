#ifndef LIFECYCLE_CORE_OPTION_KINDS_H
#define LIFECYCLE_CORE_OPTION_KINDS_H

#include <cstddef>
#include <cstdint>

namespace lifecycle
{

/** Option kinds (IANA, TCP Option Kind Numbers). */
enum OptionKind : uint8_t
{
    END_OF_LIST = 0,
    NO_OPERATION = 1,
    MSS = 2,
    WINDOW_SCALE = 3,
    SACK_PERMITTED = 4,
    SACK = 5,
    TIMESTAMPS = 8,
    FAST_OPEN = 34,
    EXPERIMENTAL = 254, // RFC 6994 §4
};

// Lengths of whole options, kind and length bytes included.
inline constexpr std::size_t kMssLength = 4;
inline constexpr std::size_t kWindowScaleLength = 3;
inline constexpr std::size_t kSackPermittedLength = 2;
inline constexpr std::size_t kSackBaseLength = 2;
inline constexpr std::size_t kSackBlockLength = 8;
inline constexpr std::size_t kTimestampsLength = 10;
inline constexpr std::size_t kFastOpenBaseLength = 2;
inline constexpr std::size_t kFastOpenExperimentalLength = 4; // kind, length and magic number
inline constexpr uint16_t kFastOpenMagic = 0xf989;            // RFC 7413 §7: its ExID
inline constexpr std::size_t kFastOpenLeastCookie = 4;
inline constexpr std::size_t kFastOpenMostCookie = 16;

} // namespace lifecycle

#endif /* LIFECYCLE_CORE_OPTION_KINDS_H */
