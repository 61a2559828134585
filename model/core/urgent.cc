#include "urgent.h"

#include "connection.h"

#include <algorithm>

namespace lifecycle
{

namespace
{

/** Position of the stream up to which the application has read. */
uint64_t
ReadUpTo(const Connection& connection)
{
    return connection.rcvOffset - connection.Unread();
}

} // namespace

uint32_t
UrgentAhead(const Connection& connection)
{
    if (!connection.transfer || !connection.transfer->urgency.rcvUp)
    {
        return 0;
    }
    return static_cast<uint32_t>(*connection.transfer->urgency.rcvUp - ReadUpTo(connection));
}

void
MarkUrgent(const Connection& connection, Segment& segment)
{
    if (!connection.transfer || !connection.transfer->urgency.sndUp)
    {
        return;
    }
    const SeqNum end = *connection.transfer->urgency.sndUp;
    if (!end.IsAfter(segment.seq))
    {
        return;
    }
    // What is too far to point to is announced as far as the pointer goes (Linux
    // __tcp_transmit_skb()), once there is that much in flight: a mark in what comes later.
    const uint32_t distance = end.Since(segment.seq);
    if (distance <= UINT16_MAX || connection.SndNxt().Since(segment.seq) < UINT16_MAX)
    {
        segment.flags = segment.flags | Flag::URG;
        segment.urgent = static_cast<uint16_t>(std::min<uint32_t>(distance, UINT16_MAX));
    }
}

bool
NoteUrgent(Connection& connection, SeqNum end)
{
    // What ends before RCV.NXT is read in its turn like the rest: there is no hurry any more.
    if (connection.detached || end.IsBefore(connection.rcvNxt))
    {
        return false;
    }
    const uint64_t mark = connection.rcvOffset + end.Since(connection.rcvNxt);
    std::optional<uint64_t>& rcvUp = connection.transfer->urgency.rcvUp;
    if (mark <= ReadUpTo(connection) || mark <= rcvUp.value_or(0))
    {
        return false;
    }
    rcvUp = mark;
    return true;
}

void
ForgetUrgent(Connection& connection)
{
    if (!connection.transfer)
    {
        return;
    }
    Urgency& urgency = connection.transfer->urgency;
    if (urgency.sndUp && urgency.sndUp->IsAtOrBefore(connection.sndUna))
    {
        urgency.sndUp.reset();
    }
    if (urgency.rcvUp && *urgency.rcvUp <= ReadUpTo(connection))
    {
        urgency.rcvUp.reset();
    }
}

} // namespace lifecycle
