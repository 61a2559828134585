#include "ecn.h"

#include "context.h"
#include "output.h"
#include "window.h"

namespace lifecycle
{

bool
AgreeOnEcn(const DataConfig& config, Flags peersSyn)
{
    const bool ece = peersSyn.Has(Flag::ECE);
    const bool cwr = peersSyn.Has(Flag::CWR);
    if (peersSyn.Has(Flag::ACK))
    {
        return config.ecn == Ecn::Active && ece && !cwr; // both: somebody reflects what he gets
    }
    return config.ecn != Ecn::Off && ece && cwr;
}

Flags
EcnOfSyn(const DataConfig& config)
{
    return config.ecn == Ecn::Active ? Flag::ECE | Flag::CWR : Flags();
}

Flags
EcnOfSynAck(bool agreed)
{
    return agreed ? Flags(Flag::ECE) : Flags();
}

void
NoteEcnOfData(Context& context, Connection& conn, const Segment& segment, Instant now)
{
    if (!conn.agreement.ecn || segment.payloadLength == 0)
    {
        return;
    }
    const bool ce = segment.ecn == EcnCodepoint::Ce;
    context.counters.congestionMarks += ce;
    if (conn.config->data.congestion->WantsEveryMark())
    {
        // RFC 8257 §3.2: every byte is reported as it came; what is owed is of the other kind.
        if (ce != conn.echoCe && conn.transfer && conn.transfer->unackedSegments > 0)
        {
            context.Emit(MakeAck(context, conn, now), context.IdOf(conn));
        }
        conn.echoCe = ce;
        return;
    }
    conn.echoCe &= !segment.flags.Has(Flag::CWR); // the sender has heard
    conn.echoCe |= ce;
}

void
MarkNewData(Connection& conn, Segment& segment)
{
    if (!conn.agreement.ecn || segment.payloadLength == 0 || conn.probing) // §6.1.6
    {
        return;
    }
    segment.ecn = EcnCodepoint::Ect0;
    if (conn.cwrDue)
    {
        segment.flags = segment.flags | Flag::CWR;
        conn.cwrDue = false;
    }
}

bool
TellsOfCongestion(const Connection& conn, const Segment& segment)
{
    return conn.agreement.ecn && segment.flags.Has(Flag::ECE) && !segment.flags.Has(Flag::SYN);
}

void
ReduceByEcn(Connection& conn, Instant now)
{
    Transfer& transfer = *conn.transfer;
    if (IsReducedByEcn(conn) || !conn.HasUnacked())
    {
        return;
    }
    conn.cwrDue = true;
    transfer.reducedUntil = conn.SndNxt();
    if (transfer.phase == Phase::Open) // else it is reduced already: §6.1.2
    {
        LowerThreshold(conn, CongestionSignal::Ecn, now);
        conn.congestion.cwnd = std::min(conn.congestion.cwnd, conn.congestion.ssthresh);
    }
}

bool
IsReducedByEcn(const Connection& conn)
{
    const std::optional<SeqNum>& until = conn.transfer->reducedUntil;
    return until && conn.sndUna.IsBefore(*until);
}

} // namespace lifecycle
