#include "ecn.h"

#include "context.h"
#include "output.h"
#include "window.h"

namespace lifecycle
{

namespace
{

bool
AsksForEcn(const DataConfig& config)
{
    return config.ecn == Ecn::Active || config.congestion->WantsEveryMark();
}

} // namespace

bool
AgreeOnEcn(const DataConfig& config, Flags peersSyn)
{
    const bool ece = peersSyn.Has(Flag::ECE);
    const bool cwr = peersSyn.Has(Flag::CWR);
    if (peersSyn.Has(Flag::ACK))
    {
        return AsksForEcn(config) && ece && !cwr; // both: somebody reflects what he gets
    }
    return (config.ecn != Ecn::Off || AsksForEcn(config)) && ece && cwr;
}

Flags
EcnOfSyn(const DataConfig& config)
{
    return AsksForEcn(config) ? Flag::ECE | Flag::CWR : Flags();
}

void
AgreeInSynAck(const DataConfig& config, bool agreed, Segment& synAck)
{
    if (!agreed)
    {
        return;
    }
    synAck.flags = synAck.flags | Flag::ECE;
    if (config.congestion->WantsEveryMark())
    {
        synAck.ecn = config.congestion->Capable();
    }
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
    if (segment.ecn != EcnCodepoint::NotEct)
    {
        TellDetail(conn,
                   ce ? CongestionEvent::MarkedArrival : CongestionEvent::UnmarkedArrival,
                   now);
    }
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
    segment.ecn = conn.config->data.congestion->Capable();
    if (conn.cwrDue)
    {
        segment.flags = segment.flags | Flag::CWR;
        conn.cwrDue = false;
    }
}

void
MarkAll(const Connection& conn, Segment& segment)
{
    const bool asks = segment.flags.Has(Flag::SYN) && conn.ecnAsked;
    if ((conn.agreement.ecn || asks) && conn.config->data.congestion->WantsEveryMark())
    {
        segment.ecn = conn.config->data.congestion->Capable();
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
        ShrinkToThreshold(conn);
    }
}

void
EndReductionByEcn(Connection& conn, Instant now)
{
    Transfer& transfer = *conn.transfer;
    // Once nothing waits any more there is no CWR to wait for either.
    if (!transfer.reducedUntil || conn.sndUna.IsBefore(*transfer.reducedUntil) ||
        (conn.sndUna == *transfer.reducedUntil && conn.SndQueued() > 0))
    {
        return;
    }
    transfer.reducedUntil.reset();
    if (transfer.phase == Phase::Open)
    {
        Flow flow = FlowOf(conn, now);
        conn.config->data.congestion->OnEvent(flow, CongestionEvent::Recovered);
    }
}

bool
IsReducedByEcn(const Connection& conn)
{
    return conn.transfer->reducedUntil.has_value();
}

} // namespace lifecycle
