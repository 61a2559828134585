#ifndef LIFECYCLE_PACKETDRILL_TCP_INFO_H
#define LIFECYCLE_PACKETDRILL_TCP_INFO_H

#include "node.h"

#include <cstddef>

namespace lifecycle::packetdrill
{

/** A connection, or what is left of one, as TCP_INFO is asked about it. */
struct InfoQuestion
{
    const ConnectionView& view;
    SegmentCounts segments;
    const Stream* stream; //!< null: it never had any
    Instant now;
    uint16_t advMss; //!< our MSS option, bytes
    uint32_t mtu;    //!< bytes
};

/**
 * Fills in Linux's struct tcp_info as far as the model has the fields; the others are zero.
 * \returns how many bytes were written: \p room
 */
std::size_t WriteTcpInfo(const InfoQuestion& question, void* out, std::size_t room);

/** \returns the number that Linux has for a state, or that FreeBSD has */
uint8_t StateNumber(State state, bool freeBsd = false);

} // namespace lifecycle::packetdrill

#endif /* LIFECYCLE_PACKETDRILL_TCP_INFO_H */
