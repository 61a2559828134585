#include "undo.h"

#include "context.h"
#include "recovery.h"
#include "window.h"

#include <algorithm>

namespace lifecycle
{

namespace
{

/** RFC 3522 §3.2: the ACK was sent for something older than the first repetition. */
bool
IsOfTheOriginal(const Connection& conn, const Segment& segment)
{
    const Reduction& reduction = conn.transfer->reduction;
    if (!conn.config->data.eifel || !reduction.stamp || !segment.options.timestamps ||
        segment.options.timestamps->echo == 0)
    {
        return false;
    }
    return static_cast<int32_t>(segment.options.timestamps->echo - *reduction.stamp) < 0;
}

/** RFC 5682 §2.1 (2b): new data tells more than old data would; there has to be some. */
bool
MayProbeWithNewData(const Connection& conn)
{
    const SeqNum right = conn.sndUna + conn.sndWnd;
    return conn.Unsent() > 0 && right.IsAfter(conn.SndNxt());
}

/** RFC 5682 §2.1 and §3.1, after the time-out. \returns whether it was spurious */
bool
StepFRto(Connection& conn, const AckReport& report)
{
    Transfer& transfer = *conn.transfer;
    Reduction& reduction = transfer.reduction;
    const bool advances = report.acked.bytes > 0;
    const bool all = conn.sndUna.IsAtOrAfter(transfer.recover);
    const FRto before = reduction.fRto;
    reduction.fRto = FRto::Off;
    if (before == FRto::Repeated && advances && !all && MayProbeWithNewData(conn))
    {
        // (2b): two new segments, and nothing old for now.
        reduction.fRto = FRto::Probing;
        conn.congestion.cwnd = conn.Pipe() + 2 * conn.SndMss();
        return false;
    }
    if (before == FRto::Probing && advances && report.acked.original)
    {
        return true; // (3b): what was sent only once has arrived
    }
    return false;
}

} // namespace

void
RememberReduction(Connection& conn, bool byTimeout)
{
    Transfer& transfer = *conn.transfer;
    const DataConfig& config = conn.config->data;
    const bool eifel = config.eifel && conn.agreement.timestamps;
    transfer.reduction = {.standing = true,
                          .cwnd = conn.congestion.cwnd,
                          .ssthresh = conn.congestion.ssthresh,
                          .since = conn.sndUna,
                          .stamp = {},
                          .fRto = byTimeout && config.fRto && !eifel ? FRto::Repeated : FRto::Off};
}

void
NoteRepetition(Connection& conn, std::optional<uint32_t> stamp)
{
    Reduction& reduction = conn.transfer->reduction;
    if (!reduction.standing)
    {
        return;
    }
    if (reduction.repeated == 0 && !reduction.stamp)
    {
        reduction.stamp = stamp;
    }
    ++reduction.repeated;
}

void
NoteDuplicateReport(Connection& conn, SeqNum end)
{
    Reduction& reduction = conn.transfer->reduction;
    if (reduction.standing && reduction.repeated > 0 && end.IsAfter(reduction.since))
    {
        --reduction.repeated;
    }
}

bool
ProvesReductionWrong(Connection& conn, const AckReport& report, bool duplicate)
{
    Transfer& transfer = *conn.transfer;
    Reduction& reduction = transfer.reduction;
    if (!reduction.standing)
    {
        return false;
    }
    if (duplicate && reduction.repeated == 0)
    {
        return true; // all that was sent again arrived twice
    }
    if (transfer.phase == Phase::Open)
    {
        return false;
    }
    if (report.acked.bytes > 0 && IsOfTheOriginal(conn, report.segment))
    {
        return true;
    }
    return transfer.phase == Phase::Loss && reduction.fRto != FRto::Off && StepFRto(conn, report);
}

void
UndoReduction(Context& context, Connection& conn, Instant now)
{
    Transfer& transfer = *conn.transfer;
    const Reduction& reduction = transfer.reduction;
    ++context.counters.undone;
    conn.congestion.cwnd = std::max(conn.congestion.cwnd, reduction.cwnd);
    conn.congestion.ssthresh = std::max(conn.congestion.ssthresh, reduction.ssthresh);
    conn.backoff = 0;
    conn.Extra().reordering.seen = true; // what seemed lost was late
    transfer.phase = Phase::Open;
    transfer.dupAcks = 0;
    transfer.retransmitAtOnce = false;
    transfer.sent.UnmarkLost();
    transfer.reduction = {};
    Flow flow = FlowOf(conn, now);
    conn.config->data.congestion->OnEvent(flow, CongestionEvent::Undo);
}

} // namespace lifecycle
