#ifndef LIFECYCLE_CORE_UNDO_H
#define LIFECYCLE_CORE_UNDO_H

#include "model-time.h"
#include "seq-num.h"

#include <cstdint>
#include <optional>

namespace lifecycle
{

struct AckReport;
struct Connection;
class Context;

/** Where F-RTO stands (RFC 5682 §3.1). */
enum class FRto : uint8_t
{
    Off,
    Repeated, //!< the first segment was sent again; its ACK is awaited
    Probing,  //!< new data was sent instead of old; its ACK is awaited
};

/** The last reduction of the congestion window, for as long as it may prove to be a mistake. */
struct Reduction
{
    bool standing{false};          //!< it can be taken back
    uint32_t cwnd{0};              //!< before it, bytes
    uint32_t ssthresh{0};          //!< before it, bytes
    SeqNum since;                  //!< SND.UNA when it was made
    uint32_t repeated{0};          //!< segments sent again since, not reported to have come twice
    std::optional<uint32_t> stamp; //!< TSval of the first of them
    FRto fRto{FRto::Off};
};

/** A reduction is about to be made. */
void RememberReduction(Connection& connection, bool byTimeout);

/** Something is sent again, with this TSval if with any. */
void NoteRepetition(Connection& connection, std::optional<uint32_t> stamp);

/** The peer reports that something that ends at \p end arrived twice (RFC 2883). */
void NoteDuplicateReport(Connection& connection, SeqNum end);

/**
 * Whether the acknowledgement shows that nothing had been lost: by timestamps (RFC 3522), by
 * duplicates for all that was sent again, or by F-RTO (RFC 5682), which goes on here.
 */
bool ProvesReductionWrong(Connection& connection, const AckReport& report, bool duplicate);

/** Takes the reduction back (RFC 4015; Linux tcp_undo_cwnd_reduction). */
void UndoReduction(Context& context, Connection& connection, Instant now);

} // namespace lifecycle

#endif /* LIFECYCLE_CORE_UNDO_H */
