#include "arrival.h"
#include "context.h"

namespace lifecycle
{

namespace
{

// FreeBSD gives up at an error that is the second, if by then the SYN has been sent again so often
// (tcp_notify), or the SYN-ACK (syncache_unreach).
constexpr uint32_t kSynsBeforeGivingUp = 4;
constexpr uint32_t kSynAcksBeforeGivingUp = 3;

/** Whether a soft error ends what is being opened (RFC 5461 §4). */
bool
SoftErrorEnds(const ValidationConfig& validation, bool isSecond, bool wasRepeated)
{
    switch (validation.softErrors)
    {
    case SoftErrors::EndAtOnce:
        return true;
    case SoftErrors::EndIfRepeated:
        return isSecond && wasRepeated;
    default:
        return false;
    }
}

/** In SYN-SENT, or in SYN-RECEIVED after both have sent a SYN, or before anybody has accepted it.
 */
bool
IsOpening(const Connection& conn)
{
    const State state = conn.state.Get();
    return state == State::SynSent ||
           (state == State::SynReceived && (!conn.passive || conn.unaccepted));
}

void
TakeAtConnection(Context& context, Connection& conn, SeqNum seq, IcmpError error, Instant now)
{
    if (!seq.IsWithin(conn.sndUna, conn.SndNxt().Since(conn.sndUna)))
    {
        ++context.counters.icmpErrorsIgnored; // RFC 5927 §4.1
        return;
    }
    ++context.counters.icmpErrorsIn;
    const ValidationConfig& validation = conn.config->validation;
    const bool isSecond = conn.icmpError;
    conn.icmpError = true;
    const bool opening = IsOpening(conn);
    const bool ends =
        error == IcmpError::Soft
            ? opening && SoftErrorEnds(validation, isSecond, conn.retries >= kSynsBeforeGivingUp)
            : opening || validation.hardErrorsEnd;
    if (ends)
    {
        const bool isRefused = opening && error == IcmpError::Refused;
        const CloseReason reason = isRefused ? CloseReason::Refused : CloseReason::Unreachable;
        context.End(conn, Event::GiveUp, reason, now);
    }
}

void
TakeAtRequest(Context& context, uint32_t index, SeqNum seq, IcmpError error)
{
    RequestRecord& request = context.requests.Get(index);
    if (seq != request.iss)
    {
        ++context.counters.icmpErrorsIgnored;
        return;
    }
    ++context.counters.icmpErrorsIn;
    const Config& config = *context.listeners.Get(request.listener).config;
    const bool isSecond = request.icmpError;
    request.icmpError = true;
    // Linux drops requests for soft errors only (tcp_v4_err): where a SYN came from, a port is.
    const bool ends =
        error == IcmpError::Soft
            ? SoftErrorEnds(config.validation, isSecond, request.retries >= kSynAcksBeforeGivingUp)
            : config.validation.hardErrorsEnd;
    if (ends)
    {
        context.EndRequest(index, Event::GiveUp);
    }
}

} // namespace

void
ArriveIcmpError(Context& context, const FourTuple& tuple, SeqNum seq, IcmpError error, Instant now)
{
    const std::optional<RecordRef> ref = context.Lookup(tuple);
    if (!ref || ref->kind == RecordKind::TimeWait)
    {
        ++context.counters.icmpErrorsIgnored;
        return;
    }
    if (ref->kind == RecordKind::Request)
    {
        TakeAtRequest(context, ref->index, seq, error);
        return;
    }
    TakeAtConnection(context, context.connections.Get(ref->index), seq, error, now);
}

} // namespace lifecycle
