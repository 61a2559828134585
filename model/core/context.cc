#include "context.h"

#include "handshake.h"
#include "output.h"
#include "timers.h"
#include "window.h"

#include <algorithm>
#include <cassert>

namespace lifecycle
{

namespace
{

uint64_t
Next64(RandomSource& random)
{
    const uint64_t high = random.Next();
    return high << 32 | random.Next();
}

constexpr std::size_t kMostSpareTransfers = 64;

/**
 * How well a segment suits a listener, 0 for not at all. An address of its own goes before a device
 * of its own; of the two unspecified addresses, that of the segment's family is nearer.
 */
int
Fit(const Listener& listener, const Segment& segment)
{
    const IpAddress& local = segment.tuple.local;
    const bool isItsDevice = listener.device == 0 || listener.device == segment.device;
    if (!isItsDevice || (listener.local != local && !listener.local.Covers(local)))
    {
        return 0;
    }
    const int address = listener.local == local ? 3 : listener.local.IsV4() ? 2 : 1;
    return 2 * address + (listener.device != 0);
}

/** Why a half-open request ends. */
CloseReason
EndOf(const RequestRecord& request, Event event)
{
    switch (event)
    {
    case Event::GiveUp:
        return request.icmpError ? CloseReason::Unreachable : CloseReason::ConnectTimeout;
    case Event::Abort:
        return CloseReason::Aborted;
    default:
        return CloseReason::Reset;
    }
}

} // namespace

Context::Context(const Config& initial, RandomSource& randomSource)
    : config(std::make_shared<const Config>(initial)),
      random(randomSource),
      secret{Next64(random), Next64(random)},
      demuxKey(Next64(random))
{
}

const FourTuple&
Context::TupleOf(RecordRef ref) const
{
    switch (ref.kind)
    {
    case RecordKind::Request:
        return requests.Get(ref.index).tuple;
    case RecordKind::Connection:
        return connections.Get(ref.index).tuple;
    default:
        return timeWaits.Get(ref.index).tuple;
    }
}

std::optional<RecordRef>
Context::Lookup(const FourTuple& tuple) const
{
    return demux.Find(HashTuple(tuple, demuxKey),
                      [&](RecordRef ref) { return TupleOf(ref) == tuple; });
}

void
Context::Index(const FourTuple& tuple, RecordRef ref)
{
    demux.Insert(HashTuple(tuple, demuxKey), ref, [this](RecordRef other) {
        return HashTuple(TupleOf(other), demuxKey);
    });
}

void
Context::Unindex(const FourTuple& tuple, RecordRef ref)
{
    demux.Erase(HashTuple(tuple, demuxKey), ref, [this](RecordRef other) {
        return HashTuple(TupleOf(other), demuxKey);
    });
}

Listener*
Context::FindListener(const Segment& segment)
{
    const auto found = listenersByPort.find(segment.tuple.localPort);
    if (found == listenersByPort.end())
    {
        return nullptr;
    }
    Listener* best = nullptr;
    int bestFit = 0;
    for (ListenerId id : found->second)
    {
        Listener* listener = listeners.Find(id);
        const int fit = Fit(*listener, segment);
        if (fit > bestFit)
        {
            best = listener;
            bestFit = fit;
        }
    }
    return best;
}

void
Context::CountTransition(State from, State to)
{
    // CLOSED is not a state of a record: what is closed is no longer there.
    census[static_cast<std::size_t>(from)] -= from != State::Closed;
    census[static_cast<std::size_t>(to)] += to != State::Closed;
}

Connection&
Context::MakeConnection(const FourTuple& tuple,
                        State born,
                        std::shared_ptr<const Config> connectionConfig)
{
    const ConnectionId id = connections.Make(tuple, born);
    Connection& connection = connections.Get(id.index);
    connection.id = id;
    connection.config = std::move(connectionConfig);
    Index(tuple, {RecordKind::Connection, id.index});
    CountTransition(State::Closed, born);
    return connection;
}

void
Context::Fire(Connection& connection, Event event, Instant now)
{
    const State from = connection.state.Get();
    const bool legal = connection.state.Fire(event);
    assert(legal);
    static_cast<void>(legal);
    const State to = connection.state.Get();
    if (from == State::SynReceived && connection.fastOpen)
    {
        if (Listener* listener = listeners.Find(connection.listener))
        {
            --listener->fastOpens;
        }
    }
    CountTransition(from, to);
    connection.stateSince = now;
    Notify({.kind = NoticeKind::StateChanged,
            .from = from,
            .to = to,
            .reason = connection.reason,
            .connection = connection.id,
            .tuple = connection.tuple});
}

void
Context::Forget(Connection& connection)
{
    const ConnectionId id = connection.id;
    if (connection.unaccepted)
    {
        if (Listener* listener = listeners.Find(connection.listener))
        {
            std::erase(listener->acceptQueue, id);
        }
    }
    orphans -= connection.detached;
    Unindex(connection.tuple, {RecordKind::Connection, id.index});
    deadlines.Settle(id.index, kNever);
    if (connection.transfer)
    {
        Spare(std::move(connection.transfer));
    }
    connections.Free(id);
}

void
Context::End(Connection& connection, Event event, CloseReason reason, Instant now)
{
    connection.reason = reason;
    Fire(connection, event, now);
    assert(connection.state.Get() == State::Closed);
    Notify({.kind = NoticeKind::Closed, .reason = reason, .connection = connection.id});
    Forget(connection);
}

void
Context::EndWithReset(Connection& connection, Event event, CloseReason reason, Instant now)
{
    Emit(MakeReset(connection, now), connection.id);
    ++counters.resetsOut;
    End(connection, event, reason, now);
}

void
Context::EnterTimeWait(Connection& connection, Event event, Instant now)
{
    if (connection.ackNow)
    {
        Emit(MakeAck(connection, now), connection.id);
    }
    const ClosingConfig& closing = connection.config->closing;
    connection.reason = CloseReason::Normal;
    Fire(connection, event, now);
    const Duration length =
        closing.model->Length(*connection.config,
                              {connection.tuple, connection.rtt.Srtt(), timeWaits.Size()});
    if (closing.wholeTimeWait && length > Duration::zero())
    {
        connection.lastHeard = now;
        connection.timerMode = TimerMode::TimeWait;
        connection.timer = now + length;
        MarkReady(connection);
        return;
    }
    bool room = timeWaits.Size() < closing.maxTimeWaits;
    if (!room)
    {
        ++counters.timeWaitOverflows;
        room = timeWaits.Size() > 0 &&
               closing.model->OnFull(*connection.config) == TimeWaitOverflow::EvictOldest;
        if (room)
        {
            EndTimeWait(*timeWaitTimers.Due(kNever), Event::Abort);
        }
    }
    if (room && length > Duration::zero())
    {
        LeaveTimeWaitRecord(connection, length, now);
    }
    else
    {
        End(connection, Event::TwoMslExpired, CloseReason::Normal, now);
    }
}

void
Context::LeaveTimeWaitRecord(Connection& connection, Duration length, Instant now)
{
    const uint16_t window = AdvertiseWindow(connection);
    const TimeWaitRecord record{.tuple = connection.tuple,
                                .sndNxt = connection.sndNxt,
                                .rcvNxt = connection.rcvNxt,
                                .rcvWnd = connection.RcvWnd(),
                                .tsRecent = connection.tsRecent,
                                .tsOffset = connection.tsOffset,
                                .window = window,
                                .timestamps = connection.agreement.timestamps,
                                .config = timeWaitConfigs.Retain(connection.config),
                                .expiry = {}};
    Notice closed{.kind = NoticeKind::Closed,
                  .reason = CloseReason::Normal,
                  .connection = connection.id};
    Forget(connection);
    closed.timeWait = timeWaits.Make(record);
    const uint32_t index = closed.timeWait.index;
    timeWaitTimers.Start(index, now, length);
    Index(record.tuple, {RecordKind::TimeWait, index});
    ++counters.timeWaits;
    Notify(closed);
}

void
Context::Established(Connection& connection, Event event, Instant now)
{
    connection.synAcked = true;
    connection.lastHeard = now;
    if (!connection.fastOpen || event == Event::RcvSynAck)
    {
        OpenWindow(connection, now);
    }
    Fire(connection, event, now);
    if (connection.finQueued)
    {
        Fire(connection, Event::Close, now);
    }
}

uint32_t
Context::MakeRequest(const RequestRecord& request)
{
    const Handle<RequestRecord> handle = requests.Make(request);
    Index(request.tuple, {RecordKind::Request, handle.index});
    CountTransition(State::Closed, State::SynReceived);
    ++listeners.Find(request.listener)->halfOpen;
    ++counters.passiveOpens;
    Notify({.kind = NoticeKind::StateChanged,
            .from = State::Listen,
            .to = State::SynReceived,
            .listener = request.listener,
            .tuple = request.tuple});
    return handle.index;
}

void
Context::EndRequest(uint32_t index, std::optional<Event> event)
{
    const RequestRecord& request = requests.Get(index);
    if (Listener* listener = listeners.Find(request.listener))
    {
        --listener->halfOpen;
    }
    requestTimers.Stop(index);
    Unindex(request.tuple, {RecordKind::Request, index});
    CountTransition(State::SynReceived, State::Closed);
    if (event)
    {
        Notify({.kind = NoticeKind::StateChanged,
                .from = State::SynReceived,
                .to = *Next(State::SynReceived, *event),
                .reason = EndOf(request, *event),
                .listener = request.listener,
                .tuple = request.tuple});
    }
    requests.Free(requests.HandleOf(index));
}

void
Context::EndTimeWait(uint32_t index, Event event)
{
    const TimeWaitRecord& record = timeWaits.Get(index);
    const TimeWaitId id = timeWaits.HandleOf(index);
    timeWaitTimers.Stop(index);
    Unindex(record.tuple, {RecordKind::TimeWait, index});
    CountTransition(State::TimeWait, *Next(State::TimeWait, event));
    Notify({.kind = NoticeKind::StateChanged,
            .from = State::TimeWait,
            .to = *Next(State::TimeWait, event),
            .reason = CloseReason::Normal,
            .timeWait = id,
            .tuple = record.tuple});
    timeWaitConfigs.Release(record.config);
    timeWaits.Free(id);
}

void
Context::MarkReady(Connection& connection)
{
    if (!connection.inReadyQueue)
    {
        connection.inReadyQueue = true;
        ready.PushBack(connection.id);
    }
}

void
Context::Emit(const Segment& segment, ConnectionId connection)
{
    outbox.PushBack({.segment = segment, .connection = connection});
}

Timestamps
Context::StampsFor(const RequestRecord& request, Instant now) const
{
    return {TimestampClock(now, TimestampOffset(secret, request.tuple)), request.tsRecent};
}

SecretKey
Context::FastOpenKey(const HandshakeConfig& handshake) const
{
    // The node's own key is one that no other hash of it has.
    return handshake.fastOpenKey.value_or(SecretKey{secret[0], ~secret[1]});
}

void
Context::EmitSynAck(const RequestRecord& request, Instant now)
{
    const Config& terms = *listeners.Find(request.listener)->config;
    Segment synAck = MakeSynAck(request, terms, StampsFor(request, now));
    if (request.wantsCookie)
    {
        synAck.options.fastOpen = MakeFastOpenCookie(FastOpenKey(terms.handshake), request.tuple);
        synAck.options.fastOpen->experimental = request.wantsExperimental;
    }
    outbox.PushBack({.segment = synAck, .listener = request.listener});
}

bool
Context::MayAnswer(AnswerLimiter& limiter,
                   const ValidationConfig& validation,
                   const Segment& offender,
                   Instant now)
{
    // Text and FIN do not answer answers, and who sends them may have lost our ACK.
    const bool safe = offender.Length() > 0 && !offender.flags.Has(Flag::SYN);
    if (safe || validation.limitsOnlyChallenges || limiter.Allows(validation, now))
    {
        return true;
    }
    ++counters.invalidIgnored;
    return false;
}

bool
Context::MayChallenge(AnswerLimiter& limiter, const ValidationConfig& validation, Instant now)
{
    if (!limiter.Allows(validation, now))
    {
        ++counters.challengesWithheld;
        return false;
    }
    const auto second = std::chrono::duration_cast<std::chrono::seconds>(now.time_since_epoch());
    if (second != m_challengeSecond)
    {
        m_challengeSecond = second;
        m_challengesInSecond = 0;
    }
    if (m_challengesInSecond >= validation.challengesPerSecond)
    {
        ++counters.challengesWithheld;
        return false;
    }
    ++m_challengesInSecond;
    ++counters.challengeAcks;
    return true;
}

void
Context::Refuse(const Segment& offender)
{
    if (offender.flags.Has(Flag::RST))
    {
        return;
    }
    Segment reset;
    reset.tuple = offender.tuple;
    if (offender.flags.Has(Flag::ACK))
    {
        reset.seq = offender.ack;
        reset.flags = Flag::RST;
    }
    else
    {
        reset.ack = offender.End();
        reset.flags = Flag::RST | Flag::ACK;
    }
    ++counters.resetsOut;
    Emit(reset);
}

Transfer&
Context::Attach(Connection& connection)
{
    if (!connection.transfer)
    {
        if (m_spareTransfers.empty())
        {
            connection.transfer = std::make_unique<Transfer>();
        }
        else
        {
            connection.transfer = std::move(m_spareTransfers.back());
            m_spareTransfers.pop_back();
        }
    }
    return *connection.transfer;
}

void
Context::Rest(Connection& connection, Instant now)
{
    if (connection.transfer && connection.transfer->IsIdle())
    {
        Spare(std::move(connection.transfer));
    }
    ChooseTimer(connection, now);
    if (!IsWaitingForAnAnswer(connection))
    {
        connection.stalledSince = kNever;
    }
    else if (connection.stalledSince == kNever)
    {
        connection.stalledSince = now;
    }
    deadlines.Expect(connection.id.index, NextDeadline(connection));
}

void
Context::Spare(std::unique_ptr<Transfer> transfer)
{
    if (m_spareTransfers.size() < kMostSpareTransfers)
    {
        transfer->Reset();
        m_spareTransfers.push_back(std::move(transfer));
    }
}

SeqNum
Context::ChooseIss(Instant now, const FourTuple& tuple, const HandshakeConfig& handshake)
{
    switch (handshake.isn)
    {
    case IsnChoice::Fixed:
        return SeqNum(handshake.fixedIsn);
    case IsnChoice::Random:
        return SeqNum(random.Next());
    default:
        return HashedIsn(now, secret, tuple);
    }
}

} // namespace lifecycle
