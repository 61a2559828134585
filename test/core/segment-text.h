#ifndef LIFECYCLE_TEST_CORE_SEGMENT_TEXT_H
#define LIFECYCLE_TEST_CORE_SEGMENT_TEXT_H

#include "core/segment.h"

#include <string>

namespace lifecycle::test
{

/** The initial sequence numbers of a connection: sequence numbers are shown relative to them. */
struct Origins
{
    SeqNum seq; //!< of the segment's sender
    SeqNum ack; //!< of its receiver
};

/** \returns a segment as packetdrill and tcpdump show it: `S. 0:0(0) ack 1 win 65535 <mss 1000>` */
std::string ToText(const Segment& segment, const Origins& origins);

} // namespace lifecycle::test

#endif /* LIFECYCLE_TEST_CORE_SEGMENT_TEXT_H */
