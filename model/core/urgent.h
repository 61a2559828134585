#ifndef LIFECYCLE_CORE_URGENT_H
#define LIFECYCLE_CORE_URGENT_H

#include "segment.h"
#include "seq-num.h"

#include <cstdint>
#include <optional>

namespace lifecycle
{

struct Connection;

/**
 * What is urgent in either direction (RFC 9293 §3.8.5). Urgent data is part of the stream and is
 * read in its turn; there is only a mark where it ends, which points behind its last byte (RFC
 * 6093).
 */
struct Urgency
{
    std::optional<SeqNum> sndUp;   //!< SND.UP, until it is acknowledged
    std::optional<uint64_t> rcvUp; //!< RCV.UP as a position in the stream, until it is read

    /** Nothing is urgent. */
    bool IsEmpty() const
    {
        return !sndUp && !rcvUp;
    }
};

/** Bytes that are to be read up to the end of urgent data, whether they have arrived; 0: no mark.
 */
uint32_t UrgentAhead(const Connection& connection);

/** \param segment gets the mark if what is urgent ends within or after it, and near enough */
void MarkUrgent(const Connection& connection, Segment& segment);

/**
 * \param connection is in a state in which the peer may send data, and has a Transfer
 * \param end where urgent data ends, as a segment says
 * \returns true if the application is to be told: it was not in urgent mode yet, or it goes further
 */
bool NoteUrgent(Connection& connection, SeqNum end);

/** Forgets marks that are acknowledged, or read. */
void ForgetUrgent(Connection& connection);

} // namespace lifecycle

#endif /* LIFECYCLE_CORE_URGENT_H */
