#include "recovery.h"

#include "context.h"
#include "ecn.h"
#include "handshake.h"
#include "loss-probe.h"
#include "rack.h"
#include "undo.h"
#include "window.h"

#include <algorithm>

namespace lifecycle
{

namespace
{

bool
UsesPrr(const Connection& conn)
{
    const DataConfig& data = conn.config->data;
    return data.prr && conn.agreement.sack && !data.congestion->SetsWindow();
}

/** Fast retransmit and the recovery that it begins (RFC 5681 §3.2, RFC 6675 §5 (4)). */
void
EnterRecovery(Context& context, Connection& conn, const Acknowledged& acked, Instant now)
{
    Transfer& transfer = *conn.transfer;
    ++context.counters.fastRecoveries;
    RememberReduction(conn, false);
    LowerThreshold(conn, CongestionSignal::Loss, now);
    transfer.phase = Phase::Recovery;
    transfer.recover = conn.SndNxt();
    transfer.retransmitAtOnce = true;
    if (UsesPrr(conn))
    {
        // RFC 9937 §6: what was SACKed before is not delivered again in recovery.
        const uint32_t sackedBefore = transfer.sent.SackedBytes() - acked.sacked;
        transfer.prr.Start(transfer.sent.Total() + acked.bytes - sackedBefore);
    }
    else if (!conn.config->data.congestion->SetsWindow())
    {
        conn.congestion.cwnd = conn.congestion.ssthresh;
    }
    if (!UsesRack(conn))
    {
        transfer.sent.MarkOldestLost();
    }
}

/** One acknowledgement on its way through loss detection and recovery. */
class AckStep
{
  public:
    AckStep(Context& context, Connection& connection, AckReport& report, Instant now)
        : m_context(context),
          m_conn(connection),
          m_transfer(*connection.transfer),
          m_report(report),
          m_now(now)
    {
    }

    void Run();

  private:
    void TakeSacks();
    bool IsDuplicateReport() const;
    bool IsDuplicateAck() const;
    void HearOfLossProbe();
    bool FindLosses();
    void Leave();
    void GoOnWhileOpen(bool foundLost);
    void GoOnInRecovery(bool foundLost);
    void OnPartialAck();
    void Shape(bool foundLost);
    bool MayGrow() const;
    void Grow(uint32_t bytes);
    void TellOfAck(bool ofCongestion);
    void Conclude();

    Context& m_context;
    Connection& m_conn;
    Transfer& m_transfer;
    AckReport& m_report;
    Instant m_now;
    uint32_t m_lost{0};      //!< bytes that it shows to be lost
    bool m_left{false};      //!< it ended recovery
    bool m_duplicate{false}; //!< it reports that something arrived twice
};

/** RFC 2883 §4: the first block lies below the ACK, or within the second. */
bool
AckStep::IsDuplicateReport() const
{
    const SackList& sacks = m_report.segment.options.sacks;
    if (sacks.count == 0)
    {
        return false;
    }
    const SackBlock& first = sacks.blocks[0];
    if (first.right.IsAtOrBefore(m_report.segment.ack))
    {
        return true;
    }
    const SackBlock& second = sacks.blocks[1];
    return sacks.count > 1 && first.left.IsAtOrAfter(second.left) &&
           first.right.IsAtOrBefore(second.right);
}

void
AckStep::TakeSacks()
{
    if (!m_conn.agreement.sack)
    {
        return;
    }
    m_duplicate = IsDuplicateReport();
    if (m_duplicate)
    {
        ++m_context.counters.duplicatesReported;
        NoteDuplicateReport(m_conn, m_report.segment.options.sacks.blocks[0].right);
    }
    for (const SackBlock& block : m_report.segment.options.sacks)
    {
        m_transfer.sent.Sack(block, m_report.acked);
    }
}

/** RFC 5681 §2: a duplicate acknowledgement; with SACK, only one that brings news counts. */
bool
AckStep::IsDuplicateAck() const
{
    const Segment& segment = m_report.segment;
    if (m_report.acked.bytes > 0 || segment.ack != m_conn.sndUna || !m_conn.HasUnacked() ||
        m_conn.probing)
    {
        return false;
    }
    if (m_conn.agreement.sack)
    {
        return m_report.acked.sacked > 0;
    }
    return segment.payloadLength == 0 && !segment.flags.Has(Flag::FIN) && !m_report.windowChanged;
}

/** A probe that repaired the tail hid a loss from everybody else (RFC 8985 §7.4.1). */
void
AckStep::HearOfLossProbe()
{
    if (JudgeLossProbe(m_conn, m_report, m_duplicate) == ProbeVerdict::Repaired &&
        m_transfer.phase == Phase::Open)
    {
        // As in Linux (tcp_process_tlp_ack), it is over as soon as it is known.
        LowerThreshold(m_conn, CongestionSignal::Tail, m_now);
        ShrinkToThreshold(m_conn);
        Flow flow = FlowOf(m_conn, m_now);
        m_conn.config->data.congestion->OnEvent(flow, CongestionEvent::Recovered);
    }
}

bool
AckStep::FindLosses()
{
    if (!m_conn.HasUnacked() || m_conn.probing)
    {
        return false;
    }
    const uint32_t before = m_transfer.sent.LostBytes();
    if (UsesRack(m_conn))
    {
        DetectLossByTime(m_conn, m_now);
    }
    else if (m_report.acked.sacked > 0)
    {
        m_transfer.sent.MarkLostBelowSacked(m_conn.config->data.dupAckThreshold);
    }
    m_lost = m_transfer.sent.LostBytes() - before;
    return m_lost > 0;
}

void
AckStep::Leave()
{
    const CongestionControl& congestion = *m_conn.config->data.congestion;
    if (m_transfer.phase == Phase::Recovery && !congestion.SetsWindow())
    {
        m_conn.congestion.cwnd = m_conn.congestion.ssthresh;
    }
    m_left = true;
    m_transfer.phase = Phase::Open;
    m_transfer.dupAcks = 0;
    m_transfer.reduction.stamp.reset(); // it can only be undone by reports of duplicates now
    m_transfer.reduction.fRto = FRto::Off;
    AgeReordering(m_conn);
    Flow flow = FlowOf(m_conn, m_now);
    congestion.OnEvent(flow, CongestionEvent::Recovered);
}

bool
AckStep::MayGrow() const
{
    const bool heard = IsWindowUsed(m_conn) || m_conn.config->data.congestion->WantsDetails();
    return heard && !IsReducedByEcn(m_conn);
}

void
AckStep::Grow(uint32_t bytes)
{
    Flow flow = FlowOf(m_conn, m_now);
    m_conn.config->data.congestion->Grow(flow,
                                         {.acked = bytes,
                                          .delivered = m_report.acked.delivered,
                                          .rtt = m_report.rtt,
                                          .wholeFlightAcked = !m_conn.HasUnacked()});
}

void
AckStep::GoOnWhileOpen(bool foundLost)
{
    const bool duplicate = IsDuplicateAck();
    m_transfer.dupAcks = duplicate ? m_transfer.dupAcks + 1 : 0;
    const bool enough =
        !UsesRack(m_conn) && m_transfer.dupAcks >= m_conn.config->data.dupAckThreshold;
    if (foundLost || enough)
    {
        EnterRecovery(m_context, m_conn, m_report.acked, m_now);
        Shape(foundLost);
    }
    else if (m_report.acked.bytes > 0 && MayGrow())
    {
        // What was SACKed in recovery and is acknowledged now was not sent within this window.
        Grow(m_left ? m_report.acked.delivered : m_report.acked.bytes);
    }
}

/** What may be sent in recovery. */
void
AckStep::Shape(bool foundLost)
{
    if (UsesPrr(m_conn))
    {
        m_conn.congestion.cwnd =
            m_transfer.prr.OnAck({.delivered = m_report.acked.delivered,
                                  .pipe = m_conn.Pipe(),
                                  .ssthresh = m_conn.congestion.ssthresh,
                                  .mss = m_conn.SndMss(),
                                  .safe = m_report.acked.bytes > 0 && !foundLost});
    }
}

/** RFC 6582 §3.2: an ACK of some of what was in flight when the loss was found. */
void
AckStep::OnPartialAck()
{
    const uint32_t segments = std::max<uint32_t>(1, m_report.acked.bytes / m_conn.SndMss());
    m_transfer.dupAcks -= std::min(m_transfer.dupAcks, segments);
    if (!m_transfer.sent.IsEmpty() && !m_transfer.sent.Oldest().retransmitted)
    {
        m_transfer.sent.MarkOldestLost();
        m_transfer.retransmitAtOnce = true;
    }
}

void
AckStep::GoOnInRecovery(bool foundLost)
{
    m_transfer.dupAcks += IsDuplicateAck();
    if (m_report.acked.bytes > 0 && !UsesRack(m_conn))
    {
        OnPartialAck();
    }
    if (m_report.acked.delivered > 0 || m_report.acked.bytes > 0)
    {
        Shape(foundLost);
    }
}

/** The congestion control hears of it before anything is done about it. */
void
AckStep::TellOfAck(bool ofCongestion)
{
    if (m_report.acked.bytes == 0 && !m_conn.HasUnacked())
    {
        return;
    }
    AckSample sample{.acked = m_report.acked.bytes,
                     .delivered = m_report.acked.delivered,
                     .rtt = m_report.rtt,
                     .ece = ofCongestion,
                     .wholeFlightAcked = !m_conn.HasUnacked(),
                     .duplicate = m_report.acked.sacked > 0 || IsDuplicateAck()};
    if (const std::optional<Timestamps>& stamps = m_report.segment.options.timestamps)
    {
        sample.stamp = stamps->value;
        sample.echoedStamp = stamps->echo - m_conn.tsOffset;
    }
    Flow flow = FlowOf(m_conn, m_now);
    m_conn.config->data.congestion->OnAck(flow, sample);
}

/** And, if it wants, once all is done. */
void
AckStep::Conclude()
{
    const CongestionControl& congestion = *m_conn.config->data.congestion;
    if (!congestion.WantsDetails() || (m_report.acked.bytes == 0 && !m_conn.HasUnacked()))
    {
        return;
    }
    RateSample sample;
    if (DeliveryRate* rates = RatesOf(m_conn))
    {
        sample = rates->OnAck(m_report.acked,
                              m_transfer.sent.OldestAwaited(),
                              m_conn.rtt.MinRtt(),
                              m_now);
        sample.lost = m_lost;
        sample.priorInFlight = m_report.priorPipe;
    }
    Flow flow = FlowOf(m_conn, m_now);
    congestion.OnAckDone(flow, sample);
}

void
AckStep::Run()
{
    TakeSacks();
    EndReductionByEcn(m_conn, m_now);
    const bool tells = TellsOfCongestion(m_conn, m_report.segment);
    TellOfAck(tells);
    HearOfLossProbe();
    if (UsesRack(m_conn))
    {
        NoteArrivals(m_conn, m_report.acked, m_report.segment, m_duplicate, m_now);
    }
    if (ProvesReductionWrong(m_conn, m_report, m_duplicate))
    {
        UndoReduction(m_context, m_conn, m_now);
    }
    if (m_transfer.phase != Phase::Open && m_conn.sndUna.IsAtOrAfter(m_transfer.recover))
    {
        Leave();
    }
    const bool foundLost = FindLosses();
    if (tells)
    {
        ReduceByEcn(m_conn, m_now);
    }
    switch (m_transfer.phase)
    {
    case Phase::Open:
        GoOnWhileOpen(foundLost);
        break;
    case Phase::Recovery:
        GoOnInRecovery(foundLost);
        break;
    case Phase::Loss:
        // What SACK reported before is not news: the window would jump.
        if (m_report.acked.delivered > 0 && m_transfer.reduction.fRto == FRto::Off)
        {
            Grow(m_report.acked.delivered);
        }
        break;
    }
    Conclude();
}

} // namespace

std::optional<Duration>
TakeRttSample(Connection& conn, const AckReport& report, Instant now)
{
    std::optional<Duration> sample;
    // Karn's algorithm: what was sent twice says nothing, unless its timestamp comes back.
    if (report.acked.lastSent && !report.acked.retransmitted)
    {
        sample = now - *report.acked.lastSent;
    }
    else if (conn.agreement.timestamps && report.segment.options.timestamps &&
             report.acked.retransmitted)
    {
        const uint32_t echo = report.segment.options.timestamps->echo;
        const auto ticks = static_cast<int32_t>(TimestampClock(now, conn.tsOffset) - echo);
        if (echo != 0 && ticks >= 0)
        {
            sample = std::chrono::milliseconds(std::max(ticks, 1));
        }
    }
    if (sample)
    {
        conn.rtt.AddSample(*sample);
        conn.backoff = 0;
    }
    return sample;
}

void
UpdateRecovery(Context& context, Connection& conn, AckReport& report, Instant now)
{
    AckStep(context, conn, report, now).Run();
}

void
OnReorderTimeout(Context& context, Connection& conn, Instant now)
{
    Transfer& transfer = *conn.transfer;
    if (DetectLossByTime(conn, now) && transfer.phase == Phase::Open)
    {
        EnterRecovery(context, conn, {}, now);
        if (UsesPrr(conn))
        {
            conn.congestion.cwnd = transfer.prr.OnAck({.delivered = 0,
                                                       .pipe = conn.Pipe(),
                                                       .ssthresh = conn.congestion.ssthresh,
                                                       .mss = conn.SndMss(),
                                                       .safe = false});
        }
    }
    context.MarkReady(conn);
}

void
EnterLoss(Connection& conn, Instant now)
{
    Transfer& transfer = *conn.transfer;
    transfer.sent.MarkLostByTimeout(StillOnTheWaySince(conn, now));
    transfer.reorderDeadline = kNever;
    if (transfer.phase == Phase::Open)
    {
        RememberReduction(conn, true);
    }
    else
    {
        transfer.reduction.fRto = FRto::Off; // RFC 5682 §2.1 (1): only the first time-out
    }
    CollapseWindow(conn, now);
}

} // namespace lifecycle
