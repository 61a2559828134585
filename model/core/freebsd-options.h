#ifndef LIFECYCLE_CORE_FREEBSD_OPTIONS_H
#define LIFECYCLE_CORE_FREEBSD_OPTIONS_H

#include "segment.h"

#include <array>
#include <cstddef>
#include <cstdint>

namespace lifecycle
{

/** Options as they stand in a header, padded to whole words. */
struct LaidOutOptions
{
    std::array<uint8_t, 40> bytes{};
    std::size_t length{0};
};

/**
 * Lays options out as FreeBSD does (tcp_addoptions in sys/netinet/tcp_output.c): MSS, window scale,
 * SACK-permitted, timestamps, SACK blocks, Fast Open, each aligned by NOPs before it; at the end an
 * End of Option List and zeros.
 */
LaidOutOptions LayOutAsFreeBsd(const Options& options);

} // namespace lifecycle

#endif /* LIFECYCLE_CORE_FREEBSD_OPTIONS_H */
