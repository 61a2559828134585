#include "output.h"

#include "context.h"
#include "ecn.h"
#include "handshake.h"
#include "pacing.h"
#include "path-mtu.h"
#include "timers.h"
#include "window.h"

#include <algorithm>
#include <utility>

namespace lifecycle
{

namespace
{

/** Chooses and builds the next segment of one connection. */
class Output
{
  public:
    Output(Context& context, Connection& connection, Instant now)
        : m_context(context),
          m_conn(connection),
          m_now(now)
    {
    }

    std::optional<OutSegment> Next();

  private:
    /** New data, a FIN, or both. */
    struct Piece
    {
        uint32_t length;
        bool fin;
    };

    std::optional<OutSegment> Retransmission();
    std::optional<OutSegment> TailProbe();
    std::optional<OutSegment> FirstSyn();
    std::optional<Piece> NextPiece();
    std::optional<OutSegment> NewData();
    bool EndsBurst();
    std::optional<OutSegment> Probe();
    std::optional<OutSegment> PureAck();

    bool MaySendData() const;
    bool IsWorthSending(uint32_t length, bool withFin) const;
    uint32_t UsableWindow() const;
    uint32_t ToRecordEnd() const;
    OutSegment SendNew(uint32_t length, bool fin);
    OutSegment SendAgain(const SentSegment& segment);
    void NoteSentAgain(const OutSegment& out, uint32_t length);
    OutSegment DataSegment(SeqNum seq, uint32_t length, bool fin);
    void NoteSmall(uint32_t length);
    void NoteInFlight();
    void EndQuickAcks();
    Segment SynSegment();
    void AddFastOpen(Segment& syn);

    Context& m_context;
    Connection& m_conn;
    Instant m_now;
};

/** A segment in a synchronized state, without payload: it acknowledges all that has arrived. */
Segment
AckingSegment(const Context& context, Connection& conn, SeqNum seq, Flags flags, Instant now)
{
    Segment segment;
    segment.tuple = context.TupleOf(conn);
    segment.seq = seq;
    segment.ack = conn.rcvNxt;
    segment.flags = flags | Flag::ACK;
    segment.flags = conn.echoCe ? segment.flags | Flag::ECE : segment.flags;
    segment.window = AdvertiseWindow(conn);
    MarkUrgent(conn, segment);
    if (conn.agreement.timestamps)
    {
        segment.options.timestamps = Timestamps{TimestampClock(now, conn.tsOffset), conn.tsRecent};
    }
    conn.quickAcks -= conn.quickAcks > 0;
    if (conn.transfer)
    {
        conn.transfer->lastAckSent = conn.rcvNxt;
        conn.transfer->ackDeadline = kNever;
        conn.transfer->unackedSegments = 0;
    }
    return segment;
}

SackList
SackBlocks(const Connection& conn)
{
    SackList blocks;
    if (!conn.agreement.sack || !conn.transfer)
    {
        return blocks;
    }
    std::size_t room = conn.agreement.timestamps ? 3 : 4; // RFC 2018 §3
    if (conn.transfer->arrivedTwice)
    {
        blocks.Add(*conn.transfer->arrivedTwice); // RFC 2883 §4: the first block
        --room;
    }
    for (const StreamRange& range : conn.transfer->received.Report(room))
    {
        const auto ahead = static_cast<uint32_t>(range.left - conn.rcvOffset);
        const auto length = static_cast<uint32_t>(range.right - range.left);
        blocks.Add({conn.rcvNxt + ahead, conn.rcvNxt + ahead + length});
    }
    return blocks;
}

std::optional<OutSegment>
Output::Next()
{
    if (auto segment = Retransmission())
    {
        return segment;
    }
    if (auto segment = TailProbe())
    {
        return segment;
    }
    if (auto segment = FirstSyn())
    {
        return segment;
    }
    if (auto segment = NewData())
    {
        return segment;
    }
    if (auto segment = Probe())
    {
        return segment;
    }
    return PureAck();
}

std::optional<OutSegment>
Output::Retransmission()
{
    if (!m_conn.transfer)
    {
        return std::nullopt;
    }
    Transfer& transfer = *m_conn.transfer;
    const SentSegment* lost = transfer.sent.FirstLost();
    const uint32_t pipe = m_conn.Pipe();
    if (lost == nullptr || transfer.reduction.fRto == FRto::Probing ||
        (!transfer.retransmitAtOnce && pipe > 0 && pipe + lost->length > m_conn.congestion.cwnd))
    {
        return std::nullopt;
    }
    if (!transfer.retransmitAtOnce && HasToWait(m_conn, m_now))
    {
        return std::nullopt;
    }
    transfer.retransmitAtOnce = false;
    if (m_conn.synAcked)
    {
        NoteTransmitStart(m_conn, m_now);
    }
    const bool oldest = lost->seq == m_conn.sndUna;
    const uint32_t length = lost->length;
    const OutSegment out = SendAgain(*lost);
    transfer.sent.Retransmitted(m_now);
    NoteSentAgain(out, length);
    if (oldest && transfer.phase == Phase::Recovery)
    {
        RestartRetransmitTimer(m_conn, m_now); // as in Linux: it has a time-out of its own
    }
    return out;
}

OutSegment
Output::SendAgain(const SentSegment& segment)
{
    OutSegment out;
    if (segment.syn)
    {
        out.segment = SynSegment();
    }
    else
    {
        out = DataSegment(segment.seq, segment.length - segment.fin, segment.fin);
    }
    out.retransmission = true;
    out.segment.flags =
        segment.push && !segment.syn ? out.segment.flags | Flag::PSH : out.segment.flags;
    return out;
}

void
Output::NoteSentAgain(const OutSegment& out, uint32_t length)
{
    ++m_context.counters.retransmits;
    m_conn.lastSent = m_now;
    m_conn.transfer->prr.NoteSent(length);
    if (DeliveryRate* rates = RatesOf(m_conn))
    {
        rates->OnSent(m_conn.transfer->sent.LastOrder(), false, m_now);
    }
    NotePaced(m_conn, length, m_now);
    const std::optional<Timestamps>& stamps = out.segment.options.timestamps;
    NoteRepetition(m_conn, stamps ? std::optional(stamps->value) : std::nullopt);
}

/** RFC 8985 §7.3: new data if there is any that may be sent, else the last segment again. */
std::optional<OutSegment>
Output::TailProbe()
{
    if (!m_conn.transfer || !m_conn.transfer->lossProbe.due)
    {
        return std::nullopt;
    }
    LossProbe& probe = m_conn.transfer->lossProbe;
    probe.due = false;
    if (!m_conn.HasUnacked())
    {
        return std::nullopt;
    }
    ++m_context.counters.lossProbes;
    const uint32_t length = std::min({m_conn.Unsent(), m_conn.SndMss(), UsableWindow()});
    probe.repeats = length == 0 || !MaySendData();
    if (!probe.repeats)
    {
        const OutSegment out = SendNew(length, false);
        probe.end = m_conn.SndNxt();
        return out;
    }
    probe.end = m_conn.SndNxt();
    const SentSegment& last = m_conn.transfer->sent.Last();
    const OutSegment out = SendAgain(last);
    m_conn.transfer->sent.RetransmittedLast(m_now);
    NoteSentAgain(out, last.length);
    return out;
}

std::optional<OutSegment>
Output::FirstSyn()
{
    const State state = m_conn.state.Get();
    const bool opening =
        state == State::SynSent || (state == State::SynReceived && m_conn.fastOpen);
    if (!opening || m_conn.SndNxt() != m_conn.Iss() || (m_conn.synHeld && !m_conn.finQueued))
    {
        return std::nullopt;
    }
    m_context.Attach(m_conn);
    OutSegment out{.segment = SynSegment()};
    if (state == State::SynSent && m_conn.fastOpen)
    {
        AddFastOpen(out.segment);
    }
    const uint32_t length = 1 + out.segment.payloadLength;
    // What a SYN carries is pushed, if it has to be sent again.
    const SentSegment syn{.seq = m_conn.Iss(),
                          .length = length,
                          .sentAt = m_now,
                          .syn = true,
                          .push = out.segment.payloadLength > 0};
    m_conn.transfer->sent.Push(syn);
    m_context.counters.bytesOut += out.segment.payloadLength;
    return out;
}

/** RFC 7413 §4.1: data with the cookie of the last time, or else a request for one. */
void
Output::AddFastOpen(Segment& syn)
{
    if (!m_conn.config->handshake.fastOpenSendsWithoutCookie)
    {
        syn.options.fastOpen =
            m_context.fastOpenCache.Recall(m_context.TupleOf(m_conn).remote).cookie;
    }
    syn.payloadLength = std::min(m_conn.SndQueued(), m_context.SynDataRoomOf(m_conn));
    m_context.counters.fastOpensOut += syn.payloadLength > 0;
}

/** Our SYN, or SYN-ACK if the peer's SYN has been seen (simultaneous open). */
Segment
Output::SynSegment()
{
    const DataConfig& config = m_conn.config->data;
    const Timestamps stamps{TimestampClock(m_now, m_conn.tsOffset), m_conn.tsRecent};
    Segment syn;
    syn.tuple = m_context.TupleOf(m_conn);
    syn.seq = m_conn.Iss();
    syn.flags = Flag::SYN;
    // RFC 3168 §6.1.1.1: who does not answer may not like to be asked.
    const bool first = m_conn.SndNxt() == m_conn.Iss();
    if (first && m_conn.state.Get() == State::SynSent)
    {
        syn.flags = syn.flags | EcnOfSyn(config);
        m_conn.ecnAsked = syn.flags.Has(Flag::ECE);
    }
    syn.window = SynWindow(config);
    syn.options = SynOptions(config, m_conn.agreement, stamps);
    if (config.offersPathMss && m_conn.pathMss != 0)
    {
        syn.options.mss = std::min(*syn.options.mss, m_conn.pathMss);
    }
    if (m_conn.state.Get() != State::SynSent)
    {
        syn.flags = syn.flags | Flag::ACK;
        AgreeInSynAck(config, m_conn.agreement.ecn, syn);
        syn.ack = m_conn.rcvNxt;
        m_conn.transfer->lastAckSent = m_conn.rcvNxt;
        m_conn.ackNow = false;
        m_conn.transfer->ackDeadline = kNever;
        m_conn.transfer->unackedSegments = 0;
    }
    return syn;
}

bool
Output::MaySendData() const
{
    switch (m_conn.state.Get())
    {
    case State::SynReceived:
        return m_conn.fastOpen; // RFC 7413 §4.2.2: before the third segment
    case State::Established:
    case State::CloseWait:
    case State::FinWait1:
    case State::Closing:
    case State::LastAck:
        // Before our SYN is acknowledged only a FIN goes out (SYN-RECEIVED, then CLOSE).
        return m_conn.synAcked || m_conn.SndQueued() == 0;
    default:
        return false;
    }
}

uint32_t
Output::UsableWindow() const
{
    const SeqNum right = m_conn.sndUna + m_conn.sndWnd;
    return right.IsAfter(m_conn.SndNxt()) ? right.Since(m_conn.SndNxt()) : 0;
}

/** Bytes up to where the application has a segment end, if it has. */
uint32_t
Output::ToRecordEnd() const
{
    const bool none = !m_conn.transfer || m_conn.transfer->recordEnds.empty();
    return none ? UINT32_MAX : m_conn.transfer->recordEnds.front().Since(m_conn.SndNxt());
}

/** Nagle's algorithm and the sender's half of silly-window avoidance (RFC 9293 §3.7.4, §3.8.6.2.1).
 */
bool
Output::IsWorthSending(uint32_t length, bool withFin) const
{
    if (withFin || length == m_conn.SndMss())
    {
        return true;
    }
    if (m_conn.push || m_conn.IsUrgent())
    {
        return true;
    }
    const DataConfig& config = m_conn.config->data;
    const bool all = length == m_conn.Unsent();
    if (!all && length == ToRecordEnd())
    {
        return true; // Linux tcp_write_xmit(): only the last of what waits may wait for more
    }
    const bool noneInFlight = m_conn.SndNxt() == m_conn.FirstUnackedData();
    const bool noSmallInFlight =
        config.nagleRule == Nagle::SmallInFlight &&
        !(m_conn.transfer && m_conn.transfer->sndSml.IsAfter(m_conn.sndUna));
    const bool corked = (config.cork || m_conn.holdsBack) && !m_conn.finQueued;
    const bool nagleAllows = !corked && (!config.nagle || noneInFlight || noSmallInFlight);
    return (all && nagleAllows) || (!all && length >= m_conn.maxSndWnd / 2);
}

/** What of the stream, or of its end, may go out now. */
std::optional<Output::Piece>
Output::NextPiece()
{
    const uint32_t unsent = m_conn.Unsent();
    const bool fin = m_conn.HasUnsentFin();
    if ((unsent == 0 && !fin) || !MaySendData())
    {
        m_conn.cwndLimited = false;
        return std::nullopt;
    }
    ForgetPathMss(m_conn, m_now);
    const uint32_t usable = UsableWindow();
    const uint32_t length = std::min({unsent, m_conn.SndMss(), usable, ToRecordEnd()});
    const bool withFin = fin && length == unsent && usable > length;
    if (length == 0 && !withFin)
    {
        m_conn.cwndLimited = false;
        return std::nullopt;
    }
    const uint32_t pipe = m_conn.Pipe();
    m_conn.cwndLimited = length > 0 && pipe > 0 && pipe + length > m_conn.congestion.cwnd;
    if (m_conn.cwndLimited || !IsWorthSending(length, withFin) || HasToWait(m_conn, m_now))
    {
        return std::nullopt;
    }
    return Piece{length, withFin};
}

std::optional<OutSegment>
Output::NewData()
{
    const std::optional<Piece> piece = NextPiece();
    if (!piece)
    {
        m_conn.push = false;
        return std::nullopt;
    }
    OutSegment out = SendNew(piece->length, piece->fin);
    m_conn.transfer->sent.PushLast(out.segment.flags.Has(Flag::PSH));
    if (m_conn.config->data.leastBurst > 0 && EndsBurst() && piece->length > 0)
    {
        out.segment.flags = out.segment.flags | Flag::PSH;
    }
    return out;
}

/** Linux tcp_transmit_skb(): what leaves at once, and is more than one segment, ends in PSH. */
bool
Output::EndsBurst()
{
    Transfer& transfer = *m_conn.transfer;
    if (transfer.burst++ == 0)
    {
        transfer.burstMost = SegmentsAtOnce(m_conn);
    }
    if (transfer.burst < transfer.burstMost && NextPiece())
    {
        return false;
    }
    return std::exchange(transfer.burst, uint16_t{0}) > 1;
}

OutSegment
Output::SendNew(uint32_t length, bool fin)
{
    Transfer& transfer = m_context.Attach(m_conn);
    const SentSegment sent{.seq = m_conn.SndNxt(),
                           .length = length + fin,
                           .sentAt = m_now,
                           .fin = fin};
    const bool first = !m_conn.HasUnacked();
    NoteSending(m_conn, m_now);
    OutSegment out = DataSegment(m_conn.SndNxt(), length, fin);
    MarkNewData(m_conn, out.segment);
    NoteSmall(length);
    EndQuickAcks();
    transfer.sent.Push(sent);
    if (DeliveryRate* rates = RatesOf(m_conn))
    {
        rates->OnSent(transfer.sent.LastOrder(), first, m_now);
    }
    transfer.lastProgress = m_now;
    transfer.prr.NoteSent(length);
    NotePaced(m_conn, length, m_now);
    NoteInFlight();
    m_conn.finSent |= fin;
    std::erase_if(transfer.recordEnds,
                  [&](SeqNum end) { return end.IsAtOrBefore(m_conn.SndNxt()); });
    m_context.counters.bytesOut += length;
    return out;
}

/** How much of the window is used: the most of the round trip. */
void
Output::NoteInFlight()
{
    Transfer& transfer = *m_conn.transfer;
    const uint32_t flight = m_conn.SndNxt().Since(m_conn.sndUna);
    const bool newRound = m_conn.sndUna.IsAtOrAfter(transfer.mostInFlightEnd);
    if (newRound || flight > transfer.mostInFlight)
    {
        transfer.mostInFlight = flight;
        transfer.mostInFlightEnd = m_conn.SndNxt();
    }
}

/** For Nagle's algorithm in Minshall's form; what is long acknowledged moves along. */
void
Output::NoteSmall(uint32_t length)
{
    if (length < m_conn.SndMss())
    {
        m_conn.transfer->sndSml = m_conn.SndNxt() + length;
    }
    else
    {
        m_conn.transfer->sndSml = Later(m_conn.transfer->sndSml, m_conn.sndUna);
    }
}

/** Data in answer to data: it is a conversation, in which ACKs travel with data. */
void
Output::EndQuickAcks()
{
    const Instant last = m_conn.lastData.Get();
    if (last != kNever && m_now - last < m_conn.config->data.delayedAck)
    {
        m_conn.quickAcks = 0;
    }
}

OutSegment
Output::DataSegment(SeqNum seq, uint32_t length, bool fin)
{
    Flags flags;
    flags = fin ? flags | Flag::FIN : flags;
    const uint32_t position = seq.Since(m_conn.FirstUnackedData());
    const bool last = position + length == m_conn.SndQueued() ||
                      (seq == m_conn.SndNxt() && length == ToRecordEnd());
    flags = length > 0 && last && !m_conn.more ? flags | Flag::PSH : flags;
    OutSegment out;
    out.segment = AckingSegment(m_context, m_conn, seq, flags, m_now);
    out.segment.payloadLength = length;
    out.streamOffset = m_conn.sndUnaOffset + position;
    // SACK blocks go out in acknowledgements of their own, which a data segment does not replace.
    m_conn.ackNow &= m_conn.transfer && (!m_conn.transfer->received.IsEmpty() ||
                                         m_conn.transfer->arrivedTwice.has_value());
    return out;
}

std::optional<OutSegment>
Output::Probe()
{
    if (m_conn.keepaliveNow)
    {
        m_conn.keepaliveNow = false;
        ++m_context.counters.keepaliveProbes;
        OutSegment probe{.segment =
                             AckingSegment(m_context, m_conn, m_conn.SndNxt() - 1, Flags(), m_now)};
        probe.garbage = m_conn.config->keepalive.probe == KeepaliveProbe::GarbageByte;
        probe.segment.payloadLength = probe.garbage;
        return probe;
    }
    if (!m_conn.probeNow || m_conn.HasUnacked())
    {
        return std::nullopt;
    }
    m_conn.probeNow = false;
    const uint32_t usable = UsableWindow();
    const uint32_t unsent = m_conn.Unsent();
    if (unsent == 0 && !m_conn.HasUnsentFin())
    {
        return std::nullopt;
    }
    if (usable > 0 && unsent > 0)
    {
        // A window too small to be worth it has stayed so for long: RFC 9293 §3.8.6.2.1's override.
        OutSegment out = SendNew(std::min({usable, unsent, m_conn.SndMss()}), false);
        out.segment.flags = out.segment.flags | Flag::PSH; // as Linux's tcp_write_wakeup()
        return out;
    }
    ++m_context.counters.windowProbes;
    if (m_conn.config->data.persistProbe == PersistProbe::ZeroLength)
    {
        return OutSegment{.segment =
                              AckingSegment(m_context, m_conn, m_conn.sndUna - 1, Flags(), m_now)};
    }
    m_conn.probing = true;
    return unsent > 0 ? SendNew(1, false) : SendNew(0, true);
}

std::optional<OutSegment>
Output::PureAck()
{
    if (!m_conn.ackNow)
    {
        return std::nullopt;
    }
    const bool repeatsFin = m_conn.config->closing.repeatsFin && m_conn.finSent &&
                            m_conn.HasUnacked() && m_conn.Unsent() == 0;
    if (repeatsFin)
    {
        // As FreeBSD has it: in FIN-WAIT-1, CLOSING and LAST-ACK there is a FIN in what is sent.
        OutSegment fin = DataSegment(m_conn.SndNxt() - 1, 0, true);
        m_conn.ackNow = false;
        return fin;
    }
    return OutSegment{.segment = MakeAck(m_context, m_conn, m_now)};
}

} // namespace

std::optional<OutSegment>
NextSegment(Context& context, Connection& connection, Instant now)
{
    std::optional<OutSegment> out = Output(context, connection, now).Next();
    if (out)
    {
        out->connection = context.IdOf(connection);
        MarkAll(connection, out->segment);
    }
    return out;
}

Segment
MakeAck(const Context& context, Connection& connection, Instant now)
{
    Segment ack = AckingSegment(context, connection, connection.SndNxt(), Flags(), now);
    ack.options.sacks = SackBlocks(connection);
    if (connection.transfer)
    {
        connection.transfer->arrivedTwice.reset(); // it is reported once
    }
    connection.ackNow = false;
    MarkAll(connection, ack);
    return ack;
}

uint16_t
AdvertiseWindow(Connection& conn)
{
    const uint32_t free = conn.FreeReceiveBuffer();
    const uint32_t promised = conn.RcvWnd();
    const uint32_t step = std::min(conn.SndMss(), conn.RcvBuf() / 2);
    const bool offers = conn.config->data.offersAllFree
                            ? free > promised
                            : !conn.peerFinSeen && free >= promised + step;
    const uint32_t window = offers ? free : promised;
    const uint32_t unit = 1U << conn.agreement.rcvScale;
    // What is promised already is rounded up, so as not to be taken back; what is new, down.
    const uint32_t scaled = window > promised
                                ? std::max(window / unit, (promised + unit - 1) / unit)
                                : (window + unit - 1) / unit;
    const uint32_t field = std::min<uint32_t>(scaled, 65535);
    conn.rcvAdv = Later(conn.rcvAdv, conn.rcvNxt + field * unit);
    return static_cast<uint16_t>(field);
}

bool
IsWindowUpdateDue(const Connection& conn)
{
    const uint32_t free = conn.FreeReceiveBuffer();
    const uint32_t promised = conn.RcvWnd();
    if (conn.peerFinSeen || free <= promised)
    {
        return false;
    }
    const uint32_t more = free - promised;
    const uint32_t buffer = conn.RcvBuf();
    const uint32_t mss = conn.SndMss();
    if (conn.config->data.windowUpdates == WindowUpdates::WhenDoubled)
    {
        return more >= std::min(mss, buffer / 2) && free / 2 >= promised;
    }
    const bool ackIsOwed = conn.transfer && conn.transfer->ackDeadline != kNever; // which will tell
    const bool isStep = more >= buffer / 4 || free <= buffer / 8 || buffer <= 8 * mss;
    return !ackIsOwed && ((more >= 2 * mss && isStep) || more >= buffer / 2);
}

Segment
MakeReset(const Context& context, const Connection& connection, Instant now)
{
    Segment reset;
    reset.tuple = context.TupleOf(connection);
    reset.seq = connection.SndNxt();
    reset.ack = connection.rcvNxt;
    reset.flags = Flag::RST | Flag::ACK;
    if (connection.agreement.timestamps)
    {
        reset.options.timestamps =
            Timestamps{TimestampClock(now, connection.tsOffset), connection.tsRecent};
    }
    return reset;
}

} // namespace lifecycle
