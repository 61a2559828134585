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
    const uint32_t inFlight = conn.sndNxt.Since(conn.sndUna);
    const uint32_t tracked = conn.transfer ? conn.transfer->sent.Total() : 0;
    const bool boardAgrees = !conn.transfer || conn.transfer->sent.IsConsistent();
    const uint32_t controls = (conn.HasUnacked() && !conn.synAcked) + conn.finSent;
    return boardAgrees && inFlight == tracked && inFlight <= conn.sndQueued + controls;
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

/** What is in flight is watched by a timer, unless it has yet to be asked for segments. */
bool
TimersAgree(const Context& context, const Connection& conn)
{
    if (conn.inReadyQueue)
    {
        return true;
    }
    const bool watched = !conn.HasUnacked() || conn.timer != kNever;
    const bool named = (conn.timerMode == TimerMode::None) == (conn.timer == kNever);
    return watched && named && context.deadlines.Of(conn.id.index) <= NextDeadline(conn);
}

} // namespace

bool
IsConsistent(const Context& context)
{
    std::array<uint64_t, kStates> census{};
    bool consistent = true;
    const auto isIndexed = [&](const FourTuple& tuple, RecordKind kind, uint32_t index) {
        return context.Lookup(tuple) == RecordRef{kind, index};
    };
    context.connections.ForEach([&](ConnectionId id, const Connection& conn) {
        ++census[static_cast<std::size_t>(conn.state.Get())];
        consistent &= conn.id == id && HasLegalState(conn) && SequencesAgree(conn) &&
                      FinsAgree(conn) && TimersAgree(context, conn) &&
                      isIndexed(conn.tuple, RecordKind::Connection, id.index);
    });
    context.requests.ForEach([&](Handle<RequestRecord> id, const RequestRecord& request) {
        ++census[static_cast<std::size_t>(State::SynReceived)];
        consistent &= isIndexed(request.tuple, RecordKind::Request, id.index) &&
                      context.listeners.Find(request.listener) != nullptr;
    });
    context.timeWaits.ForEach([&](TimeWaitId id, const TimeWaitRecord& record) {
        ++census[static_cast<std::size_t>(State::TimeWait)];
        consistent &= isIndexed(record.tuple, RecordKind::TimeWait, id.index);
    });
    context.listeners.ForEach([&](ListenerId, const Listener& listener) {
        ++census[static_cast<std::size_t>(State::Listen)];
        for (ConnectionId waiting : listener.acceptQueue)
        {
            const Connection* conn = context.connections.Find(waiting);
            consistent &= conn != nullptr && conn->unaccepted;
        }
    });
    const std::size_t records =
        context.connections.Size() + context.requests.Size() + context.timeWaits.Size();
    return consistent && census == context.census && records == context.demux.Size();
}

} // namespace lifecycle
