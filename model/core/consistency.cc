#include "consistency.h"

#include "context.h"
#include "timers.h"

namespace lifecycle
{

namespace
{

bool
HasLegalState(const Connection& conn)
{
    const State state = conn.state.Get();
    const bool whole = conn.config->closing.wholeTimeWait;
    return state != State::Closed && state != State::Listen && (state != State::TimeWait || whole);
}

/** Whether the send sequence space, the scoreboard and the queue speak of the same bytes. */
bool
SequencesAgree(const Connection& conn)
{
    const uint32_t inFlight = conn.SndNxt().Since(conn.sndUna);
    const bool boardAgrees =
        !conn.transfer || (conn.transfer->sent.IsConsistent() &&
                           (inFlight == 0 || conn.transfer->sent.Oldest().seq == conn.sndUna));
    const uint32_t controls = (conn.HasUnacked() && !conn.synAcked) + conn.finSent;
    return boardAgrees && inFlight <= conn.SndQueued() + controls;
}

bool
FinsAgree(const Connection& conn)
{
    switch (conn.state.Get())
    {
    case State::Established:
        return !conn.finQueued && !conn.peerFinSeen;
    case State::FinWait1:
        return conn.finQueued && !conn.peerFinSeen;
    case State::FinWait2:
        return conn.finSent && !conn.peerFinSeen && !conn.HasUnacked();
    case State::CloseWait:
        return !conn.finQueued && conn.peerFinSeen;
    case State::Closing:
    case State::LastAck:
        return conn.finQueued && conn.peerFinSeen;
    default:
        return true;
    }
}

/** Who has nothing to do has given back what only those need who have, unless it is to be asked. */
bool
PartsAgree(const Connection& conn)
{
    const Extras* const extras = conn.FindExtras();
    const bool idle = conn.HasIdleTransfer() && !conn.HasUnsentFin();
    const bool unused = extras && extras->IsUnused(conn.timerMode, conn.keepaliveProbes > 0);
    return conn.inReadyQueue || (!idle && !unused);
}

/** What is in flight is watched by a timer, unless it has yet to be asked for segments. */
bool
TimersAgree(const Context& context, const Connection& conn)
{
    if (conn.inReadyQueue)
    {
        return true;
    }
    const bool watched = !conn.HasUnacked() || conn.Timer() != kNever;
    const bool named = (conn.timerMode == TimerMode::None) == (conn.Timer() == kNever);
    return watched && named && context.deadlines.Of(conn.index) <= NextDeadline(conn);
}

} // namespace

bool
IsConsistent(const Context& context)
{
    std::array<uint64_t, kStates> census{};
    bool consistent = true;
    const auto isIndexed = [&](const auto& record, RecordKind kind, uint32_t index) {
        return context.Lookup(context.TupleOf(record)) == RecordRef{kind, index};
    };
    context.connections.ForEach([&](ConnectionId id, const Connection& conn) {
        ++census[static_cast<std::size_t>(conn.state.Get())];
        consistent &= conn.index == id.index && HasLegalState(conn) && SequencesAgree(conn) &&
                      FinsAgree(conn) && PartsAgree(conn) && TimersAgree(context, conn) &&
                      isIndexed(conn, RecordKind::Connection, id.index);
    });
    context.requests.ForEach([&](Handle<RequestRecord> id, const RequestRecord& request) {
        ++census[static_cast<std::size_t>(State::SynReceived)];
        consistent &= isIndexed(request, RecordKind::Request, id.index) &&
                      context.listeners.Find(context.Unpack(request).listener) != nullptr;
    });
    context.timeWaits.ForEach([&](TimeWaitId id, const TimeWaitRecord& record) {
        ++census[static_cast<std::size_t>(State::TimeWait)];
        consistent &= isIndexed(record, RecordKind::TimeWait, id.index);
    });
    context.listeners.ForEach([&](ListenerId, const Listener& listener) {
        ++census[static_cast<std::size_t>(State::Listen)];
        for (ConnectionId waiting : listener.acceptQueue)
        {
            const Connection* conn = context.connections.Find(waiting);
            consistent &=
                conn != nullptr ? conn->unaccepted : listener.config->handshake.acceptsEnded;
        }
    });
    const std::size_t records =
        context.connections.Size() + context.requests.Size() + context.timeWaits.Size();
    return consistent && census == context.census && records == context.demux.Size();
}

} // namespace lifecycle
