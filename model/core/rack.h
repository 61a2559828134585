#ifndef LIFECYCLE_CORE_RACK_H
#define LIFECYCLE_CORE_RACK_H

#include "model-time.h"
#include "seq-num.h"

#include <cstdint>
#include <optional>

namespace lifecycle
{

struct Acknowledged;
struct Connection;
struct Segment;

/** The variables of RFC 8985 §5.3 that live while data is in flight. */
struct Rack
{
    uint64_t order{0};                //!< of the transmission sent last of all that arrived
    Instant sentAt{};                 //!< when that was: RACK.xmit_ts
    Duration rtt{};                   //!< RACK.rtt
    std::optional<SeqNum> dsackRound; //!< RACK.dsack_round: until this is acknowledged
};

/** What RACK remembers of the path: RFC 8985 §5.3, the rest of the variables. */
struct ReorderingMemory
{
    bool seen{false};        //!< RACK.reordering_seen
    uint8_t multiplier{1};   //!< RACK.reo_wnd_mult
    uint8_t persistence{16}; //!< RACK.reo_wnd_persist: recoveries until it is forgotten

    friend constexpr bool operator==(const ReorderingMemory&, const ReorderingMemory&) = default;
};

/** Whether losses are found by RACK: it is chosen, and the peer speaks SACK (RFC 8985 §4). */
bool UsesRack(const Connection& connection);

/**
 * RFC 8985 §6.2, steps 1 to 4: what an acknowledgement says of times and of the order of arrival.
 * \param duplicate it reports that something arrived twice (RFC 2883)
 */
void NoteArrivals(Connection& connection,
                  const Acknowledged& acked,
                  const Segment& segment,
                  bool duplicate,
                  Instant now);

/** A recovery is over: what is known of reordering ages (RFC 8985 §6.2 (4)). */
void AgeReordering(Connection& connection);

/** \returns RACK.reo_wnd: how late a segment may be, compared with what was sent after it */
Duration ReorderingWindow(const Connection& connection);

/**
 * RFC 8985 §6.2, step 5: marks what is lost, and sets when to look again.
 * \returns whether anything was marked
 */
bool DetectLossByTime(Connection& connection, Instant now);

/** \returns what was sent later than this may still arrive, after a time-out (RFC 8985 §6.3) */
Instant StillOnTheWaySince(const Connection& connection, Instant now);

} // namespace lifecycle

#endif /* LIFECYCLE_CORE_RACK_H */
