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

constexpr std::size_t kMostSpareTransfers = 8; //!< there may be thousands of endpoints

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
      demuxKey(Next64(random)),
      addressBook(demuxKey)
{
}

const PackedTuple&
Context::PackedTupleOf(RecordRef ref) const
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
    const std::optional<PackedTuple> packed = addressBook.Find(tuple);
    if (!packed)
    {
        return std::nullopt;
    }
    return demux.Find(HashTuple(*packed, demuxKey),
                      [&](RecordRef ref) { return PackedTupleOf(ref) == *packed; });
}

void
Context::Index(const PackedTuple& tuple, RecordRef ref)
{
    demux.Insert(HashTuple(tuple, demuxKey), ref, [this](RecordRef other) {
        return HashTuple(PackedTupleOf(other), demuxKey);
    });
}

void
Context::Unindex(const PackedTuple& tuple, RecordRef ref)
{
    demux.Erase(HashTuple(tuple, demuxKey), ref, [this](RecordRef other) {
        return HashTuple(PackedTupleOf(other), demuxKey);
    });
}

Request
Context::Unpack(const RequestRecord& record) const
{
    Request request;
    static_cast<HalfOpen&>(request) = record;
    request.tuple = TupleOf(record);
    request.listener = listeners.HandleOf(record.listener);
    return request;
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
                        const std::shared_ptr<const Config>& terms)
{
    const ConnectionId id = connections.Make(addressBook.Keep(tuple), born);
    Connection& connection = connections.Get(id.index);
    connection.index = id.index;
    connection.config = terms.get();
    configs.Retain(terms);
    Index(connection.tuple, {RecordKind::Connection, id.index});
    CountTransition(State::Closed, born);
    return connection;
}

void
Context::Fire(Connection& connection, Event event, Instant now, CloseReason reason)
{
    const State from = connection.state.Get();
    const bool legal = connection.state.Fire(event);
    assert(legal);
    static_cast<void>(legal);
    const State to = connection.state.Get();
    if (from == State::SynReceived && connection.fastOpen)
    {
        if (Listener* listener = listeners.Find(connection.Extra().listener))
        {
            --listener->fastOpens;
        }
        connection.Extra().listener = {};
    }
    CountTransition(from, to);
    connection.stateSince = now;
    Notify({.kind = NoticeKind::StateChanged,
            .from = from,
            .to = to,
            .reason = reason,
            .connection = IdOf(connection),
            .tuple = TupleOf(connection)});
}

void
Context::Forget(Connection& connection)
{
    const ConnectionId id = IdOf(connection);
    if (connection.unaccepted)
    {
        for (ListenerId listener : listenersByPort[connection.tuple.localPort])
        {
            if (!connection.config->handshake.acceptsEnded)
            {
                std::erase(listeners.Find(listener)->acceptQueue, id);
            }
        }
    }
    orphans -= connection.detached;
    Unindex(connection.tuple, {RecordKind::Connection, id.index});
    addressBook.Release(connection.tuple);
    configs.Release(connection.config);
    deadlines.Settle(id.index, kNever);
    if (connection.transfer)
    {
        Spare(connection.transfer.Detach());
    }
    connections.End(id); // its place is kept until all have been told
}

void
Context::End(Connection& connection, Event event, CloseReason reason, Instant now)
{
    Fire(connection, event, now, reason);
    assert(connection.state.Get() == State::Closed);
    Notify({.kind = NoticeKind::Closed, .reason = reason, .connection = IdOf(connection)});
    Forget(connection);
}

void
Context::EndWithReset(Connection& connection, Event event, CloseReason reason, Instant now)
{
    Emit(MakeReset(*this, connection, now), IdOf(connection));
    ++counters.resetsOut;
    End(connection, event, reason, now);
}

void
Context::EnterTimeWait(Connection& connection, Event event, Instant now)
{
    if (connection.ackNow)
    {
        Emit(MakeAck(*this, connection, now), IdOf(connection));
    }
    const ClosingConfig& closing = connection.config->closing;
    Fire(connection, event, now, CloseReason::Normal);
    const FourTuple tuple = TupleOf(connection);
    const Duration length =
        closing.model->Length(*connection.config, {tuple, connection.rtt.Srtt(), timeWaits.Size()});
    if (closing.wholeTimeWait && length > Duration::zero())
    {
        connection.lastHeard = now;
        connection.timerMode = TimerMode::TimeWait;
        connection.Extra().timer = now + length;
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
    TimeWaitRecord record;
    record.tuple = addressBook.Keep(TupleOf(connection));
    record.sndNxt = connection.SndNxt();
    record.rcvNxt = connection.rcvNxt;
    record.tsRecent = connection.tsRecent;
    record.config = configs.Retain(connection.config);
    record.window = AdvertiseWindow(connection);
    record.rcvScale = connection.agreement.rcvScale;
    record.timestamps = connection.agreement.timestamps;
    Notice closed{.kind = NoticeKind::Closed,
                  .reason = CloseReason::Normal,
                  .connection = IdOf(connection)};
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
    // What acknowledged our SYN has opened it already.
    const bool open = connection.fastOpen ? event != Event::RcvSynAck : connection.synAcked;
    connection.synAcked = true;
    connection.lastHeard = now;
    if (!open)
    {
        Attach(connection);
        OpenWindow(connection, now);
    }
    Fire(connection, event, now);
    if (connection.finQueued)
    {
        Fire(connection, Event::Close, now);
    }
}

uint32_t
Context::MakeRequest(const Request& request)
{
    const Handle<RequestRecord> handle = requests.Make();
    RequestRecord& record = requests.Get(handle.index);
    static_cast<HalfOpen&>(record) = request;
    record.tuple = addressBook.Keep(request.tuple);
    record.listener = request.listener.index;
    Index(record.tuple, {RecordKind::Request, handle.index});
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
    const RequestRecord& record = requests.Get(index);
    const Request request = Unpack(record);
    --listeners.Get(record.listener).halfOpen;
    requestTimers.Stop(index);
    Unindex(record.tuple, {RecordKind::Request, index});
    addressBook.Release(record.tuple);
    CountTransition(State::SynReceived, State::Closed);
    if (event)
    {
        Notify({.kind = NoticeKind::StateChanged,
                .from = State::SynReceived,
                .to = *Next(State::SynReceived, *event),
                .reason = EndOf(record, *event),
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
            .tuple = TupleOf(record)});
    addressBook.Release(record.tuple);
    configs.Release(record.config);
    timeWaits.Free(id);
}

void
Context::MarkReady(Connection& connection)
{
    if (!connection.inReadyQueue)
    {
        connection.inReadyQueue = true;
        ready.PushBack(IdOf(connection));
    }
}

void
Context::Emit(const Segment& segment, ConnectionId connection)
{
    outbox.PushBack({.segment = segment, .connection = connection});
}

Timestamps
Context::StampsFor(const Request& request, Instant now) const
{
    return {TimestampClock(now, TimestampOffset(secret, request.tuple)), request.tsRecent};
}

uint32_t
Context::SynDataRoomOf(const Connection& connection) const
{
    const FastOpenMemory memory = fastOpenCache.Recall(TupleOf(connection).remote);
    const bool may =
        memory.cookie.length > 0 || connection.config->handshake.fastOpenSendsWithoutCookie;
    const uint16_t ownMss = connection.config->data.OwnMss(connection.agreement.linkMss);
    return may ? SynDataRoom(memory, ownMss) : 0;
}

SecretKey
Context::FastOpenKey(const HandshakeConfig& handshake) const
{
    // The node's own key is one that no other hash of it has.
    return handshake.fastOpenKey.value_or(SecretKey{secret[0], ~secret[1]});
}

void
Context::EmitSynAck(const Request& request, Instant now)
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
Context::MayAnswer(RecordRef who,
                   const ValidationConfig& validation,
                   const Segment& offender,
                   Instant now)
{
    // Text and FIN do not answer answers, and who sends them may have lost our ACK.
    const bool safe = offender.Length() > 0 && !offender.flags.Has(Flag::SYN);
    if (safe || validation.limitsOnlyChallenges || Allows(who, validation, now))
    {
        return true;
    }
    ++counters.invalidIgnored;
    return false;
}

bool
Context::Allows(RecordRef who, const ValidationConfig& validation, Instant now)
{
    const auto name = [&](const auto& handle) {
        return handle.Key() | static_cast<uint64_t>(who.kind) << 30;
    };
    switch (who.kind)
    {
    case RecordKind::Request:
        return m_answerLimits.Allows(name(requests.HandleOf(who.index)), validation, now);
    case RecordKind::Connection:
        return m_answerLimits.Allows(name(connections.HandleOf(who.index)), validation, now);
    default:
        return m_answerLimits.Allows(name(timeWaits.HandleOf(who.index)), validation, now);
    }
}

bool
Context::MayChallenge(RecordRef who, const ValidationConfig& validation, Instant now)
{
    if (!Allows(who, validation, now))
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
            connection.transfer.Attach(std::make_unique<Transfer>());
        }
        else
        {
            connection.transfer.Attach(std::move(m_spareTransfers.back()));
            m_spareTransfers.pop_back();
        }
        Transfer& transfer = *connection.transfer;
        transfer.sndSml = connection.sndUna;
        transfer.lastAckSent = connection.rcvNxt;
        transfer.sndWl1 = connection.rcvNxt;
        if (transfer.extras)
        {
            transfer.congestionMemory = std::move(transfer.extras->congestionMemory);
        }
    }
    return *connection.transfer;
}

void
Context::Rest(Connection& connection, Instant now)
{
    if (connection.HasIdleTransfer() && !connection.HasUnsentFin())
    {
        if (connection.transfer->congestionMemory)
        {
            connection.Extra().congestionMemory = std::move(connection.transfer->congestionMemory);
        }
        Spare(connection.transfer.Detach());
    }
    else if (connection.HasUnsentFin())
    {
        Attach(connection); // it may have to wait for a window
    }
    ChooseTimer(connection, now);
    if (connection.transfer)
    {
        Instant& stalledSince = connection.transfer->stalledSince;
        stalledSince = IsWaitingForAnAnswer(connection) ? std::min(stalledSince, now) : kNever;
    }
    const Extras* const extras = connection.FindExtras();
    if (extras && extras->IsUnused(connection.timerMode, connection.keepaliveProbes > 0))
    {
        connection.transfer.SetExtras(nullptr);
    }
    deadlines.Expect(connection.index, NextDeadline(connection));
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

void
Context::Govern(Connection& connection, const std::shared_ptr<const Config>& terms)
{
    configs.Retain(terms);
    configs.Release(connection.config);
    connection.config = terms.get();
}

void
Context::ForgetCongestion(Connection& connection)
{
    if (connection.transfer)
    {
        connection.transfer->congestionMemory.reset();
    }
    else if (Extras* const extras = connection.FindExtras())
    {
        extras->congestionMemory.reset();
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
