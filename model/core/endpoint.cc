#include "endpoint.h"

#include "arrival.h"
#include "consistency.h"
#include "context.h"
#include "handshake.h"
#include "output.h"
#include "path-mtu.h"
#include "timers.h"
#include "urgent.h"
#include "view.h"
#include "window.h"

#include <algorithm>
#include <utility>

namespace lifecycle
{

struct Endpoint::Impl : Context
{
    using Context::Context;

    uint32_t portAttempts{0}; //!< ephemeral ports tried so far (RFC 6056 §3.3.4)
    ConnectionId told;        //!< whose end was told of last, if its place is not vacated yet

    std::shared_ptr<const Config> Or(std::shared_ptr<const Config> own) const
    {
        return own ? std::move(own) : config;
    }

    template <typename Suits>
    Result<uint16_t> ChoosePort(uint64_t hash, const HandshakeConfig& handshake, Suits suits)
    {
        const uint32_t range =
            uint32_t{handshake.lastEphemeralPort} - handshake.firstEphemeralPort + 1;
        const bool anywhere = handshake.ports == PortChoice::Random;
        uint64_t start = handshake.ports == PortChoice::Hashed ? hash : 0;
        uint32_t attempt = portAttempts;
        if (anywhere)
        {
            start = random.Next();
            attempt = 0;
        }
        for (uint32_t tried = 0; tried < range; ++tried, ++attempt)
        {
            const uint16_t port = EphemeralPort(start,
                                                attempt,
                                                handshake.firstEphemeralPort,
                                                handshake.lastEphemeralPort);
            if (!ports.IsReserved(port) && !listenersByPort.contains(port) && suits(port))
            {
                portAttempts = anywhere ? portAttempts : attempt + 1;
                return {port};
            }
        }
        ++counters.portsExhausted;
        return {0, Error::AddressNotAvailable};
    }

    /** Whether a connection or TIME-WAIT of this node keeps the port from being bound. */
    bool IsHeld(const IpAddress& local, uint16_t port, bool reuseAddress) const
    {
        if (reuseAddress || config->closing.bindOverTimeWait)
        {
            return false;
        }
        bool held = false;
        const auto look = [&](auto, const auto& record) {
            held |= record.tuple.localPort == port && local.Covers(TupleOf(record).local);
        };
        connections.ForEach(look);
        timeWaits.ForEach(look);
        return held;
    }

    /** Whether a new connection may take the place of what has its four-tuple. */
    bool GivesWay(RecordRef ref, const Config& newcomer, bool boundPort, Instant now)
    {
        if (ref.kind != RecordKind::TimeWait)
        {
            return false;
        }
        const TimeWaitRecord& record = timeWaits.Get(ref.index);
        const TimeWaitFacts facts{.rcvNxt = record.rcvNxt,
                                  .timestamps = record.timestamps,
                                  .tsRecent = record.tsRecent,
                                  .age = now - timeWaitTimers.BeganAt(ref.index),
                                  .boundPort = boundPort};
        return newcomer.closing.model->YieldsToConnect(newcomer, facts);
    }

    /** Ends the TIME-WAIT that a new connection takes the place of. \returns its SND.NXT */
    std::optional<SeqNum> TakeOver(const FourTuple& tuple)
    {
        const std::optional<RecordRef> ref = Lookup(tuple);
        if (!ref)
        {
            return std::nullopt;
        }
        const SeqNum sndNxt = timeWaits.Get(ref->index).sndNxt;
        ++counters.timeWaitReuses;
        EndTimeWait(ref->index, Event::Abort);
        return sndNxt;
    }

    /** The application's half of the end of SYN-SENT to LAST-ACK. */
    void Detach(Connection& conn)
    {
        orphans += !conn.detached;
        conn.detached = true;
        MarkReady(conn);
    }
};

Endpoint::Endpoint(const Config& config, RandomSource& random)
    : m_impl(std::make_unique<Impl>(config, random))
{
}

Endpoint::~Endpoint() = default;

// Input.

Placement
Endpoint::OnSegment(Instant now, const Segment& segment)
{
    return Arrive(*m_impl, segment, now);
}

void
Endpoint::OnMalformed()
{
    ++m_impl->counters.segmentsIn;
    ++m_impl->counters.malformed;
}

void
Endpoint::OnDeadline(Instant now)
{
    RunTimers(*m_impl, now);
}

void
Endpoint::OnIcmpError(Instant now, const FourTuple& tuple, SeqNum seq, IcmpError error)
{
    ArriveIcmpError(*m_impl, tuple, seq, error, now);
}

void
Endpoint::OnTooBig(Instant now, const FourTuple& tuple, SeqNum seq, uint16_t pathMss)
{
    const std::optional<RecordRef> ref = m_impl->Lookup(tuple);
    if (!ref || ref->kind != RecordKind::Connection)
    {
        return;
    }
    Connection& conn = m_impl->connections.Get(ref->index);
    if (seq.IsWithin(conn.sndUna, conn.SndNxt().Since(conn.sndUna)))
    {
        ShrinkSegments(*m_impl, conn, pathMss, now);
    }
}

// Calls of the application.

Result<uint16_t>
Endpoint::Bind(const IpAddress& local, uint16_t port, bool reuseAddress, uint32_t device)
{
    if (port == 0)
    {
        const Result<uint16_t> chosen =
            m_impl->ChoosePort(0, m_impl->config->handshake, [](uint16_t) { return true; });
        if (!chosen)
        {
            return chosen;
        }
        port = chosen.value;
    }
    else if (m_impl->ports.Conflicts({local, device}, port) ||
             m_impl->IsHeld(local, port, reuseAddress))
    {
        return {0, Error::AddressInUse};
    }
    m_impl->ports.Reserve({local, device}, port);
    return {port};
}

void
Endpoint::Unbind(const IpAddress& local, uint16_t port, uint32_t device)
{
    m_impl->ports.Release({local, device}, port);
}

Result<ListenerId>
Endpoint::Listen(const ListenRequest& request)
{
    if (request.port == 0)
    {
        return {{}, Error::InvalidArgument};
    }
    std::vector<ListenerId>& there = m_impl->listenersByPort[request.port];
    for (ListenerId id : there)
    {
        const bool shared =
            request.reuseAddress && m_impl->Or(request.config)->closing.reuseAddressSharesListener;
        const Listener& other = *m_impl->listeners.Find(id);
        if (other.local == request.local && other.device == request.device && !shared)
        {
            return {{}, Error::AddressInUse};
        }
    }
    const ListenerId id = m_impl->listeners.Make();
    Listener& listener = *m_impl->listeners.Find(id);
    listener.id = id;
    listener.local = request.local;
    listener.port = request.port;
    listener.device = request.device;
    listener.config = m_impl->Or(request.config);
    const HandshakeConfig& handshake = listener.config->handshake;
    listener.backlog = std::min(request.backlog.value_or(handshake.backlog), handshake.backlogCap);
    there.push_back(id);
    ++m_impl->census[static_cast<std::size_t>(State::Listen)];
    return {id};
}

void
Endpoint::StopListening(Instant now, ListenerId id)
{
    Listener* listener = m_impl->listeners.Find(id);
    if (listener == nullptr)
    {
        return;
    }
    std::vector<uint32_t> halfOpen;
    m_impl->requests.ForEach([&](Handle<RequestRecord> handle, const RequestRecord& request) {
        if (request.listener == id.index)
        {
            halfOpen.push_back(handle.index);
        }
    });
    for (uint32_t index : halfOpen)
    {
        m_impl->EndRequest(index, Event::Abort);
    }
    for (ConnectionId waiting : std::exchange(listener->acceptQueue, {}))
    {
        if (Connection* conn = m_impl->connections.Find(waiting))
        {
            m_impl->EndWithReset(*conn, Event::Abort, CloseReason::Aborted, now);
        }
    }
    const auto there = m_impl->listenersByPort.find(listener->port);
    std::erase(there->second, id);
    if (there->second.empty())
    {
        m_impl->listenersByPort.erase(there);
    }
    m_impl->listeners.Free(id);
    --m_impl->census[static_cast<std::size_t>(State::Listen)];
}

void
Endpoint::SetDevice(ListenerId id, uint32_t device)
{
    if (Listener* listener = m_impl->listeners.Find(id))
    {
        listener->device = device;
    }
}

Result<ConnectionId>
Endpoint::Accept(ListenerId id)
{
    Listener* listener = m_impl->listeners.Find(id);
    if (listener == nullptr)
    {
        return {{}, Error::InvalidArgument};
    }
    if (listener->acceptQueue.empty())
    {
        return {{}, Error::WouldBlock};
    }
    const ConnectionId accepted = listener->acceptQueue.front();
    listener->acceptQueue.pop_front();
    if (Connection* conn = m_impl->connections.Find(accepted))
    {
        conn->unaccepted = false;
    }
    return {accepted};
}

Result<ConnectionId>
Endpoint::Connect(Instant now, const ConnectRequest& request)
{
    if (request.remotePort == 0)
    {
        return {{}, Error::InvalidArgument};
    }
    const std::shared_ptr<const Config> config = m_impl->Or(request.config);
    FourTuple tuple{request.local, request.remote, request.localPort, request.remotePort};
    const auto isFree = [&](uint16_t port) {
        tuple.localPort = port;
        const std::optional<RecordRef> there = m_impl->Lookup(tuple);
        return !there || m_impl->GivesWay(*there, *config, request.localPort != 0, now);
    };
    if (request.localPort == 0)
    {
        const uint64_t hash = SipHash(m_impl->secret, tuple);
        const Result<uint16_t> port = m_impl->ChoosePort(hash, config->handshake, isFree);
        if (!port)
        {
            return {{}, port.error};
        }
        tuple.localPort = port.value;
    }
    else if (!isFree(request.localPort))
    {
        return {{}, Error::AddressInUse};
    }
    const std::optional<SeqNum> formerSndNxt = m_impl->TakeOver(tuple);
    Connection& conn = m_impl->MakeConnection(tuple, State::Closed, config);
    conn.agreement = Offer(config->data, request.linkMss);
    conn.sndUna = formerSndNxt ? *formerSndNxt + kIssBeyondTimeWait
                               : m_impl->ChooseIss(now, tuple, config->handshake);
    conn.stateSince = now;
    conn.tsOffset = TimestampOffset(m_impl->secret, tuple);
    conn.lastHeard = now;
    // One SYN is all that may be in flight; Established() opens the window.
    conn.congestion.cwnd = config->data.mss;
    conn.fastOpen = request.fastOpen;
    conn.synHeld = request.fastOpen;
    ++m_impl->counters.activeOpens;
    m_impl->Fire(conn, Event::ActiveOpen, now);
    m_impl->MarkReady(conn);
    return {m_impl->IdOf(conn)};
}

bool
Endpoint::MayOpenFast(const IpAddress& server, const std::shared_ptr<const Config>& config) const
{
    return m_impl->Or(config)->handshake.fastOpenSendsWithoutCookie ||
           m_impl->fastOpenCache.Recall(server).cookie.length > 0;
}

void
Endpoint::ForgetFastOpenCookies()
{
    m_impl->fastOpenCache.Clear();
}

uint32_t
Endpoint::SynRoom(ConnectionId id) const
{
    const Connection* conn = m_impl->connections.Find(id);
    if (conn == nullptr || !conn->fastOpen || conn->SndNxt() != conn->Iss())
    {
        return 0;
    }
    const uint32_t room = m_impl->SynDataRoomOf(*conn);
    return room > conn->SndQueued() ? room - conn->SndQueued() : 0;
}

Result<uint32_t>
Endpoint::Write(Instant, ConnectionId id, uint32_t bytes, WriteEnd end)
{
    Connection* conn = m_impl->connections.Find(id);
    if (conn == nullptr)
    {
        return {0, Error::NotConnected};
    }
    if (conn->finQueued)
    {
        return {0, Error::SendShutDown};
    }
    const uint32_t room = WriteSpace(id);
    if (bytes > 0 && room == 0)
    {
        return {0, Error::WouldBlock};
    }
    const uint32_t taken = std::min(bytes, room);
    if (taken > 0)
    {
        Transfer& transfer = m_impl->Attach(*conn);
        NoteWriting(*conn);
        transfer.sndQueued += taken;
    }
    conn->more = end == WriteEnd::More;
    conn->synHeld = false;
    conn->holdsBack = conn->more;
    conn->push = false;
    if (end == WriteEnd::Record && taken == bytes && bytes > 0)
    {
        m_impl->Attach(*conn).recordEnds.push_back(conn->FirstUnackedData() + conn->SndQueued());
    }
    m_impl->MarkReady(*conn);
    return {taken};
}

Error
Endpoint::MarkUrgent(ConnectionId id)
{
    Connection* conn = m_impl->connections.Find(id);
    if (conn == nullptr)
    {
        return Error::NotConnected;
    }
    if (conn->finQueued)
    {
        return Error::SendShutDown;
    }
    m_impl->Attach(*conn).urgency.sndUp = conn->FirstUnackedData() + conn->SndQueued();
    ForgetUrgent(*conn); // where nothing is to be sent
    m_impl->MarkReady(*conn);
    return Error::None;
}

uint32_t
Endpoint::UrgentAhead(ConnectionId id) const
{
    const Connection* conn = m_impl->connections.Find(id);
    return conn != nullptr ? lifecycle::UrgentAhead(*conn) : 0;
}

void
Endpoint::Read(Instant now, ConnectionId id, uint32_t bytes)
{
    Connection* conn = m_impl->connections.Find(id);
    if (conn == nullptr)
    {
        return;
    }
    if (conn->transfer)
    {
        conn->transfer->unread -= std::min(bytes, conn->transfer->unread);
    }
    NoteRead(*conn, bytes, now);
    ForgetUrgent(*conn);
    if (conn->HasIdleTransfer())
    {
        m_impl->MarkReady(*conn); // so that it is given back
    }
    if (IsWindowUpdateDue(*conn))
    {
        conn->ackNow = true;
        m_impl->MarkReady(*conn);
    }
}

Error
Endpoint::ShutdownSend(Instant now, ConnectionId id)
{
    Connection* conn = m_impl->connections.Find(id);
    if (conn == nullptr)
    {
        return Error::NotConnected;
    }
    if (conn->finQueued)
    {
        return Error::None;
    }
    const bool opening = conn->state.Get() == State::SynSent;
    if (opening && conn->SndQueued() == 0)
    {
        m_impl->End(*conn, Event::Close, CloseReason::Aborted, now); // RFC 9293 §3.10.4, SYN-SENT
        return Error::None;
    }
    conn->finQueued = true;
    if (!opening)
    {
        m_impl->Fire(*conn, Event::Close, now);
        m_impl->MarkReady(*conn);
    }
    return Error::None;
}

Error
Endpoint::Close(Instant now, ConnectionId id)
{
    Connection* conn = m_impl->connections.Find(id);
    if (conn == nullptr)
    {
        return Error::NotConnected;
    }
    const ClosingConfig& closing = conn->config->closing;
    if (closing.abortOnClose || (conn->Unread() > 0 && closing.resetOnUnreadData))
    {
        return Abort(now, id);
    }
    if (!conn->detached && m_impl->orphans >= closing.maxOrphans)
    {
        ++m_impl->counters.orphanOverflows;
        return Abort(now, id);
    }
    m_impl->Detach(*conn);
    if (conn->transfer)
    {
        conn->transfer->unread = 0;
    }
    return ShutdownSend(now, id);
}

Error
Endpoint::Abort(Instant now, ConnectionId id)
{
    Connection* conn = m_impl->connections.Find(id);
    if (conn == nullptr)
    {
        return Error::NotConnected;
    }
    if (conn->state.Get() == State::SynSent)
    {
        m_impl->End(*conn, Event::Abort, CloseReason::Aborted, now); // nothing the peer could reset
    }
    else
    {
        m_impl->EndWithReset(*conn, Event::Abort, CloseReason::Aborted, now);
    }
    return Error::None;
}

Error
Endpoint::Configure(Instant now, ConnectionId id, std::shared_ptr<const Config> config)
{
    Connection* conn = m_impl->connections.Find(id);
    if (conn == nullptr)
    {
        return Error::NotConnected;
    }
    const bool changed = config->data.congestion != conn->config->data.congestion;
    if (changed)
    {
        m_impl->ForgetCongestion(*conn); // it is another's
    }
    m_impl->Govern(*conn, config);
    if (changed && conn->synAcked)
    {
        m_impl->Attach(*conn);
        Flow flow = FlowOf(*conn, now);
        conn->config->data.congestion->Start(flow);
    }
    m_impl->MarkReady(*conn);
    return Error::None;
}

Error
Endpoint::Configure(ListenerId id, std::shared_ptr<const Config> config)
{
    Listener* listener = m_impl->listeners.Find(id);
    if (listener == nullptr)
    {
        return Error::InvalidArgument;
    }
    listener->config = std::move(config);
    return Error::None;
}

Error
Endpoint::SetBacklog(ListenerId id, uint32_t backlog)
{
    Listener* listener = m_impl->listeners.Find(id);
    if (listener == nullptr)
    {
        return Error::InvalidArgument;
    }
    listener->backlog = std::min(backlog, listener->config->handshake.backlogCap);
    return Error::None;
}

Error
Endpoint::SetQuickAck(Instant now, ConnectionId id, bool quick)
{
    Connection* conn = m_impl->connections.Find(id);
    if (conn == nullptr)
    {
        return Error::NotConnected;
    }
    conn->quickAcks = 0;
    conn->thirdWaits = !quick && conn->state.Get() == State::SynSent;
    if (quick)
    {
        conn->lastData = now; // else the first data would set the number anew
        conn->quickAcks = static_cast<uint8_t>(std::clamp(conn->config->data.quickAcks, 1U, 255U));
        conn->ackNow |= conn->transfer && conn->transfer->ackDeadline != kNever;
        m_impl->MarkReady(*conn);
    }
    return Error::None;
}

Error
Endpoint::Push(Instant, ConnectionId id)
{
    Connection* conn = m_impl->connections.Find(id);
    if (conn == nullptr)
    {
        return Error::NotConnected;
    }
    conn->push = true;
    m_impl->MarkReady(*conn);
    return Error::None;
}

Error
Endpoint::ReleaseSyn(Instant, ConnectionId id)
{
    Connection* conn = m_impl->connections.Find(id);
    if (conn == nullptr)
    {
        return Error::NotConnected;
    }
    conn->synHeld = false;
    m_impl->MarkReady(*conn);
    return Error::None;
}

bool
Endpoint::Drop(Instant now, const FourTuple& tuple)
{
    const std::optional<RecordRef> ref = m_impl->Lookup(tuple);
    if (!ref)
    {
        return false;
    }
    switch (ref->kind)
    {
    case RecordKind::Request:
        m_impl->EndRequest(ref->index, Event::Abort);
        break;
    case RecordKind::Connection:
        Abort(now, m_impl->connections.HandleOf(ref->index));
        break;
    default:
        m_impl->EndTimeWait(ref->index, Event::Abort);
        break;
    }
    return true;
}

// Output.

std::optional<OutSegment>
Endpoint::PollSegment(Instant now)
{
    if (!m_impl->outbox.IsEmpty())
    {
        ++m_impl->counters.segmentsOut;
        return m_impl->outbox.PopFront();
    }
    while (!m_impl->ready.IsEmpty())
    {
        Connection* conn = m_impl->connections.Find(m_impl->ready.Front());
        if (conn != nullptr)
        {
            if (auto segment = NextSegment(*m_impl, *conn, now))
            {
                ++m_impl->counters.segmentsOut;
                return segment;
            }
            conn->inReadyQueue = false;
            m_impl->Rest(*conn, now);
        }
        m_impl->ready.PopFront();
    }
    return std::nullopt;
}

std::optional<Notice>
Endpoint::PollNotice()
{
    if (m_impl->told)
    {
        m_impl->connections.Vacate(std::exchange(m_impl->told, {}));
    }
    std::optional<Notice> notice;
    if (!m_impl->notices.IsEmpty())
    {
        notice = m_impl->notices.Front();
        m_impl->notices.PopFront();
        if (notice->kind == NoticeKind::Closed)
        {
            m_impl->told = notice->connection;
        }
    }
    return notice;
}

Instant
Endpoint::NextDeadline() const
{
    return std::min({m_impl->deadlines.Earliest(),
                     m_impl->requestTimers.Earliest(),
                     m_impl->timeWaitTimers.Earliest()});
}

// What there is to see.

bool
Endpoint::IsAlive(ConnectionId connection) const
{
    return m_impl->connections.Find(connection) != nullptr;
}

ConnectionId
Endpoint::ConnectionAt(uint32_t index) const
{
    return m_impl->connections.FindAt(index);
}

ConnectionView
Endpoint::View(ConnectionId id) const
{
    const Connection* conn = m_impl->connections.Find(id);
    return conn != nullptr ? ViewOf(*m_impl, *conn) : ConnectionView{};
}

ConnectionView
Endpoint::View(ListenerId id) const
{
    const Listener* listener = m_impl->listeners.Find(id);
    return listener != nullptr ? ViewOf(*m_impl, *listener) : ConnectionView{};
}

SegmentCounts
Endpoint::CountSegments(ConnectionId id) const
{
    const Connection* conn = m_impl->connections.Find(id);
    return conn != nullptr ? lifecycle::CountSegments(*conn) : SegmentCounts{};
}

State
Endpoint::StateOf(ConnectionId id) const
{
    const Connection* conn = m_impl->connections.Find(id);
    return conn != nullptr ? conn->state.Get() : State::Closed;
}

FourTuple
Endpoint::TupleOf(ConnectionId id) const
{
    const Connection* conn = m_impl->connections.Find(id);
    return conn != nullptr ? m_impl->TupleOf(*conn) : FourTuple{};
}

StreamOffsets
Endpoint::Offsets(ConnectionId id) const
{
    const Connection* conn = m_impl->connections.Find(id);
    if (conn == nullptr)
    {
        return {};
    }
    return {.acked = conn->sndUnaOffset,
            .written = conn->sndUnaOffset + conn->SndQueued(),
            .read = conn->rcvOffset - conn->Unread(),
            .arrived = conn->rcvOffset};
}

uint32_t
Endpoint::WriteSpace(ConnectionId id) const
{
    const Connection* conn = m_impl->connections.Find(id);
    if (conn == nullptr || conn->finQueued)
    {
        return 0;
    }
    const uint32_t size = conn->config->data.sndBuf;
    return conn->SndQueued() < size ? size - conn->SndQueued() : 0;
}

void
Endpoint::ForEachView(const std::function<void(const ConnectionView&)>& visit) const
{
    const auto show = [&](auto, const auto& record) { visit(ViewOf(*m_impl, record)); };
    m_impl->listeners.ForEach(show);
    m_impl->requests.ForEach(show);
    m_impl->connections.ForEach(show);
    m_impl->timeWaits.ForEach(show);
}

const std::array<uint64_t, kStates>&
Endpoint::Census() const
{
    return m_impl->census;
}

const Counters&
Endpoint::GetCounters() const
{
    return m_impl->counters;
}

const Config&
Endpoint::GetConfig() const
{
    return *m_impl->config;
}

std::shared_ptr<const Config>
Endpoint::SharedConfig() const
{
    return m_impl->config;
}

void
Endpoint::SetConfig(const Config& config)
{
    m_impl->config = std::make_shared<const Config>(config);
}

bool
Endpoint::IsConsistent() const
{
    return lifecycle::IsConsistent(*m_impl);
}

} // namespace lifecycle
