#include "arrival.h"
#include "context.h"
#include "ecn.h"
#include "handshake.h"
#include "output.h"
#include "recovery.h"
#include "timers.h"
#include "urgent.h"
#include "window.h"

#include <algorithm>

namespace lifecycle
{

namespace
{

/** Linux TCP_TIMEOUT_MIN, two ticks of a clock of 1000 Hz. */
constexpr Duration kSynAgainAfter{2ms};

/** Linux TCP_DELACK_MAX: how long the third segment waits for data to go with. */
constexpr Duration kThirdWaits{200ms};

/** RFC 7323 §5.5: how long a connection may be idle before its last timestamp says nothing. */
constexpr Duration kPawsIdle{std::chrono::days(24)};

/**
 * One segment at one connection. The checks stand in the order of RFC 9293 §3.10.7.4; each says
 * whether the segment goes on to the next.
 */
class ConnectionArrival
{
  public:
    ConnectionArrival(Context& context, Connection& connection, const Segment& segment, Instant now)
        : m_context(context),
          m_conn(connection),
          m_segment(segment),
          m_urgentEnd(segment.seq + segment.urgent),
          m_now(now)
    {
        m_placement.connection = context.IdOf(connection);
    }

    Placement Run();
    Placement RunText();

  private:
    bool RunInSynSent();
    bool RunSynchronized();

    // SYN-SENT: §3.10.7.3.
    bool CheckAckInSynSent();
    bool CheckResetInSynSent();
    bool CheckSynInSynSent();

    // Any other state: §3.10.7.4.
    bool CheckSequence();
    bool CheckReset();
    bool CheckSyn();
    bool CheckAck();
    bool CheckUrgent();
    bool ProcessText();
    bool CheckFin();

    bool TakeSimultaneousSynAck();
    void NoteTimestamp();
    void AcknowledgeNew();
    void UpdateSendWindow(bool news);
    void StopProbing();
    bool ConcludeOurFin();
    void Deliver(uint64_t upTo);
    void RefillQuickAcks();
    void ScheduleAck(bool inOrder);
    void NoteArrivedTwice(SeqNum left, SeqNum right);
    void NoteHeldTwice(StreamRange range);
    void Challenge();
    void AnswerInvalid();
    void AcknowledgeSynAck();
    void ConcludeFastOpen(bool carriedData, bool wasRepeated);
    bool EchoesOurStamp() const;
    bool IsOld() const;
    bool IsAnsweredThoughOld() const;
    bool IsAcceptable() const;
    bool IsTouching() const;
    bool IsReaching() const;
    void CutOld();
    bool IsExactReset() const;
    SeqNum OldestAcceptableAck() const;
    bool TakeTextAfterFin();
    bool RefuseLateData();
    CloseReason ResetReason() const;
    bool Gone();

    const ValidationConfig& Rules() const
    {
        return m_conn.config->validation;
    }

    bool Has(Flag flag) const
    {
        return m_segment.flags.Has(flag);
    }

    RecordRef Ref() const
    {
        return {RecordKind::Connection, m_conn.index};
    }

    /** Where the segment's text ends, its FIN not counted. */
    SeqNum TextEnd() const
    {
        return m_segment.End() - static_cast<uint32_t>(Has(Flag::FIN));
    }

    Context& m_context;
    Connection& m_conn;
    Segment m_segment;  //!< a copy, since SYNs are stripped and text is trimmed
    SeqNum m_urgentEnd; //!< where urgent data ends, with the URG flag
    Instant m_now;
    Placement m_placement;
    bool m_finAcked{false}; //!< this segment acknowledges our FIN
    bool m_gone{false};     //!< the connection ended: m_conn is void
};

/** The connection is no more: there is nothing left to check. */
bool
ConnectionArrival::Gone()
{
    m_gone = true;
    return false;
}

void
ConnectionArrival::Challenge()
{
    if (!m_context.MayChallenge(Ref(), Rules(), m_now))
    {
        return;
    }
    if (m_conn.config->closing.repeatsFin)
    {
        m_context.Emit(MakeAck(m_context, m_conn, m_now),
                       m_context.IdOf(m_conn)); // but a challenge has no FIN
        return;
    }
    m_conn.ackNow = true;
}

/** What of [\p left, \p right) has been delivered already is reported with the next ACK (RFC 2883).
 */
void
ConnectionArrival::NoteArrivedTwice(SeqNum left, SeqNum right)
{
    right = Earlier(right, m_conn.rcvNxt);
    if (m_conn.agreement.sack && m_conn.config->data.duplicateSack && left.IsBefore(right))
    {
        m_context.Attach(m_conn).arrivedTwice = SackBlock{left, right};
    }
}

/** The same for what came ahead of its turn (RFC 2883 §4.1.2). */
void
ConnectionArrival::NoteHeldTwice(StreamRange range)
{
    const std::optional<StreamRange> twice = m_conn.transfer->received.Overlap(range);
    if (twice && m_conn.agreement.sack && m_conn.config->data.duplicateSack)
    {
        const auto at = [&](uint64_t offset) {
            return m_conn.rcvNxt + static_cast<uint32_t>(offset - m_conn.rcvOffset);
        };
        m_conn.transfer->arrivedTwice = SackBlock{at(twice->left), at(twice->right)};
    }
}

void
ConnectionArrival::AnswerInvalid()
{
    if (m_context.MayAnswer(Ref(), Rules(), m_segment, m_now))
    {
        m_conn.ackNow = true;
    }
}

Placement
ConnectionArrival::Run()
{
    if (m_conn.state.Get() == State::SynSent)
    {
        RunInSynSent();
    }
    else
    {
        RunSynchronized();
    }
    if (!m_gone)
    {
        m_context.MarkReady(m_conn);
    }
    return m_placement;
}

Placement
ConnectionArrival::RunText()
{
    if (CheckUrgent() && ProcessText() && CheckFin())
    {
        m_context.MarkReady(m_conn);
    }
    return m_placement;
}

bool
ConnectionArrival::RunInSynSent()
{
    return CheckAckInSynSent() && CheckResetInSynSent() && CheckSynInSynSent() && CheckUrgent() &&
           ProcessText() && CheckFin();
}

bool
ConnectionArrival::RunSynchronized()
{
    return CheckSequence() && CheckReset() && CheckSyn() && CheckAck() && CheckUrgent() &&
           ProcessText() && CheckFin();
}

bool
ConnectionArrival::CheckAckInSynSent()
{
    const SeqNum ack = m_segment.ack;
    if (!Has(Flag::ACK))
    {
        return true;
    }
    const bool ours = ack.IsAfter(m_conn.Iss()) && ack.IsAtOrBefore(m_conn.SndNxt());
    if (ours && EchoesOurStamp())
    {
        return true;
    }
    m_context.Refuse(m_segment); // it acknowledges what was never sent
    if (!ours && m_conn.config->handshake.synAgainOnBadAck && m_conn.retries == 0 &&
        m_conn.HasUnacked())
    {
        // The peer still has an old connection, which our RST ends: it may listen by now.
        m_conn.transfer->timer = m_now + kSynAgainAfter;
    }
    return false;
}

/** Whether the timestamp that the peer echoes is one that we have sent since the first SYN. */
bool
ConnectionArrival::EchoesOurStamp() const
{
    const auto& stamps = m_segment.options.timestamps;
    if (!m_conn.config->handshake.checksSynAckEcho || !stamps || stamps->echo == 0)
    {
        return true;
    }
    const uint32_t first = TimestampClock(m_conn.stateSince.Get(), m_conn.tsOffset);
    const uint32_t last = TimestampClock(m_now, m_conn.tsOffset);
    return stamps->echo - first <= last - first;
}

bool
ConnectionArrival::CheckResetInSynSent()
{
    if (!m_segment.flags.Has(Flag::RST))
    {
        return true;
    }
    if (!m_segment.flags.Has(Flag::ACK))
    {
        return false; // it may be anybody's
    }
    ++m_context.counters.resetsIn;
    m_context.End(m_conn, Event::RcvRst, CloseReason::Refused, m_now);
    return Gone();
}

bool
ConnectionArrival::CheckSynInSynSent()
{
    if (!m_segment.flags.Has(Flag::SYN))
    {
        return false;
    }
    const uint16_t linkMss =
        m_conn.agreement.linkMss != 0 ? m_conn.agreement.linkMss : m_segment.linkMss;
    m_conn.agreement = Negotiate(m_conn.config->data, linkMss, m_segment);
    m_conn.agreement.ecn &= m_conn.ecnAsked || !m_segment.flags.Has(Flag::ACK);
    m_conn.rcvNxt = m_segment.seq + 1;
    m_conn.rcvAdv = m_conn.rcvNxt + SynWindow(m_conn.config->data);
    m_context.Attach(m_conn).lastAckSent = m_conn.rcvNxt;
    m_conn.transfer->sndWl1 = m_segment.seq;
    if (m_conn.agreement.timestamps)
    {
        m_conn.tsRecent = m_segment.options.timestamps->value;
    }
    m_conn.sndWnd = m_segment.window; // never scaled in a SYN
    m_conn.maxSndWnd = m_conn.sndWnd;
    m_segment.seq += 1;
    m_segment.flags = m_segment.flags.Without(Flag::SYN);

    if (!m_segment.flags.Has(Flag::ACK))
    {
        // Simultaneous open: our SYN again, now with an ACK of theirs.
        m_context.Fire(m_conn, Event::RcvSyn, m_now);
        m_conn.transfer->sent.MarkOldestLost();
        m_conn.transfer->retransmitAtOnce = true;
        return false;
    }
    AcknowledgeSynAck();
    const bool carriedData = m_conn.SndNxt() != m_conn.Iss() + 1;
    const bool wasRepeated = m_conn.retries > 0;
    AcknowledgeNew();
    m_context.Established(m_conn, Event::RcvSynAck, m_now);
    ConcludeFastOpen(carriedData, wasRepeated);
    // RFC 7413 §4.2.2: whoever takes data with a SYN may answer it with the SYN-ACK.
    return m_conn.config->handshake.takesSynAckText || (m_conn.fastOpen && !m_conn.HasUnacked());
}

/** The third segment leaves at once, unless the application is about to write (Linux). */
void
ConnectionArrival::AcknowledgeSynAck()
{
    if (m_conn.thirdWaits)
    {
        m_context.Attach(m_conn).ackDeadline = m_now + kThirdWaits;
        m_conn.quickAcks = static_cast<uint8_t>(std::min(m_conn.config->data.quickAcks, 255U));
        m_conn.lastData = m_now; // what is written now counts as an answer
        return;
    }
    m_conn.ackNow = true;
}

/** RFC 7413 §4.1.3.1: what the server gave us, and what it did not take of the SYN's data. */
void
ConnectionArrival::ConcludeFastOpen(bool carriedData, bool wasRepeated)
{
    if (m_conn.fastOpen)
    {
        const bool asked = !m_conn.config->handshake.fastOpenSendsWithoutCookie;
        const std::optional<FastOpenCookie>& cookie = m_segment.options.fastOpen;
        const bool given = asked && cookie && cookie->length > 0;
        const IpAddress& server = m_segment.tuple.remote;
        const SynAckLesson lesson{.mss = m_conn.agreement.peerMss,
                                  .cookie = given ? cookie : std::nullopt,
                                  .askedInVain = asked && !cookie && !carriedData && !wasRepeated};
        m_context.fastOpenCache.Store(server,
                                      Learn(m_context.fastOpenCache.Recall(server), lesson));
    }
    if (m_conn.HasUnacked())
    {
        ++m_context.counters.fastOpensRefused;
        m_conn.transfer->sent.Resegment(m_conn.SndMss());
        m_conn.transfer->sent.MarkOldestLost();
        m_conn.transfer->retransmitAtOnce = true;
    }
}

/** The second SYN of a simultaneous open repeats the first and acknowledges ours: Figure 8. */
bool
ConnectionArrival::TakeSimultaneousSynAck()
{
    const bool repeats = m_conn.state.Get() == State::SynReceived &&
                         m_segment.flags.Has(Flag::SYN) && m_segment.flags.Has(Flag::ACK) &&
                         m_segment.seq == m_conn.Irs() && m_segment.ack == m_conn.SndNxt();
    if (repeats)
    {
        m_segment.seq += 1;
        m_segment.flags = m_segment.flags.Without(Flag::SYN);
        m_segment.window = static_cast<uint16_t>(m_segment.window >> m_conn.agreement.sndScale);
        m_conn.ackNow = true;
    }
    return repeats;
}

bool
ConnectionArrival::CheckSequence()
{
    const bool rst = Has(Flag::RST);
    const bool naked = !Has(Flag::ACK) && !rst && !Has(Flag::SYN);
    if (Rules().dropsWithoutAck && naked)
    {
        ++m_context.counters.noAck;
        return false;
    }
    const bool stamped = m_segment.options.timestamps.has_value();
    if (Rules().needsTimestamp && m_conn.agreement.timestamps && !stamped && !rst)
    {
        ++m_context.counters.unacceptable; // RFC 7323 §3.2
        return false;
    }
    if (TakeSimultaneousSynAck() || (rst && IsExactReset()))
    {
        return true;
    }
    const bool old = IsOld();
    if (!old && IsAcceptable())
    {
        NoteTimestamp();
        CutOld();
        return true;
    }
    ++(old ? m_context.counters.pawsDropped : m_context.counters.unacceptable);
    if (!rst && (!old || IsAnsweredThoughOld()))
    {
        NoteArrivedTwice(m_segment.seq, m_segment.seq + m_segment.payloadLength);
        AnswerInvalid();
    }
    return false;
}

/** RFC 7323 §5.3 R1; after 24 days the clock may have wrapped (§5.5). A RST is never too old. */
bool
ConnectionArrival::IsOld() const
{
    return !Has(Flag::RST) &&
           HasOldTimestamp(m_segment,
                           m_conn.agreement.timestamps,
                           m_conn.tsRecent,
                           Rules().oldStampSlack) &&
           m_now - m_conn.lastHeard < kPawsIdle;
}

bool
ConnectionArrival::IsAnsweredThoughOld() const
{
    if (Rules().oldStamp == OldStamp::AnswerText)
    {
        return m_segment.payloadLength > 0;
    }
    const bool pureAck = Has(Flag::ACK) && m_segment.Length() == 0;
    if (Rules().oldStamp == OldStamp::Answer || !pureAck || m_segment.seq.IsAfter(m_conn.rcvNxt))
    {
        return true;
    }
    // Linux, tcp_disordered_ack(): ACKs may overtake each other.
    const bool repeats = m_segment.ack == m_conn.sndUna &&
                         uint32_t{m_segment.window} << m_conn.agreement.sndScale <= m_conn.sndWnd;
    return m_segment.seq == m_conn.rcvNxt && !repeats;
}

bool
ConnectionArrival::IsAcceptable() const
{
    switch (Rules().sequence)
    {
    case SequenceCheck::Touching:
        return IsTouching();
    case SequenceCheck::Reaching:
        return IsReaching();
    default:
        return IsInWindow(m_segment, m_conn.rcvNxt, m_conn.AcceptedWindow());
    }
}

/** Linux, tcp_sequence(). */
bool
ConnectionArrival::IsTouching() const
{
    const SeqNum right = m_conn.rcvNxt + m_conn.AcceptedWindow();
    const bool unread = !m_conn.detached && (m_conn.Unread() > 0 || m_conn.peerFinSeen);
    return m_segment.End().IsAtOrAfter(m_conn.LastAckSent()) &&
           (TextEnd().IsAtOrBefore(right) || (m_segment.seq.IsAtOrBefore(right) && !unread));
}

/** FreeBSD, tcp_do_segment(). A SYN is challenged wherever it stands. */
bool
ConnectionArrival::IsReaching() const
{
    const uint32_t window = m_conn.AcceptedWindow();
    if (Has(Flag::RST))
    {
        return m_segment.seq.IsWithin(m_conn.LastAckSent(), window);
    }
    const SeqNum right = m_conn.rcvNxt + window;
    const bool empty = m_segment.payloadLength == 0;
    return Has(Flag::SYN) || m_segment.seq.IsBefore(right) ||
           (m_segment.seq == right && (empty || window == 0));
}

/** What has been received before is taken off, so that only the ACK of it counts. */
void
ConnectionArrival::CutOld()
{
    const bool whole = m_segment.End().IsAtOrBefore(m_conn.rcvNxt);
    if (Rules().sequence == SequenceCheck::Reaching && whole &&
        m_segment.seq.IsBefore(m_conn.rcvNxt) && !Has(Flag::SYN) && !Has(Flag::RST))
    {
        NoteArrivedTwice(m_segment.seq, m_segment.seq + m_segment.payloadLength);
        m_segment.seq = m_conn.rcvNxt;
        m_segment.payloadLength = 0;
        m_segment.flags = m_segment.flags.Without(Flag::FIN);
        m_conn.ackNow = true;
    }
}

/**
 * RFC 7323 §4.3 (2): the stamp to echo is that of the segment the next ACK is due to. A RST's says
 * nothing (§3.2), since it was not checked for age.
 */
void
ConnectionArrival::NoteTimestamp()
{
    if (m_conn.agreement.timestamps && m_segment.options.timestamps &&
        !m_segment.flags.Has(Flag::RST) && m_segment.seq.IsAtOrBefore(m_conn.LastAckSent()) &&
        !IsOldTimestamp(m_segment.options.timestamps->value, m_conn.tsRecent))
    {
        m_conn.tsRecent = m_segment.options.timestamps->value;
    }
}

bool
ConnectionArrival::CheckReset()
{
    if (!m_segment.flags.Has(Flag::RST))
    {
        return true;
    }
    if (Rules().rfc5961 && !Rules().insecureReset && !IsExactReset())
    {
        Challenge(); // RFC 5961 §3.2
        return false;
    }
    ++m_context.counters.resetsIn;
    m_context.End(m_conn, Event::RcvRst, ResetReason(), m_now);
    return Gone();
}

/**
 * Whether a RST is where the peer would send it. Some send the RST that follows a FIN one too
 * early, and who has lost a segment may only know of what SACK reported (Linux,
 * tcp_validate_incoming).
 */
bool
ConnectionArrival::IsExactReset() const
{
    const SeqNum seq = m_segment.seq;
    if (seq == (Rules().resetAtLastAck ? m_conn.LastAckSent() : m_conn.rcvNxt))
    {
        return true;
    }
    if (!Rules().lenientReset)
    {
        return false;
    }
    const bool beforeFin = m_conn.peerFinSeen && seq == m_conn.rcvNxt - 1;
    const bool ahead =
        m_conn.agreement.sack && m_conn.transfer && !m_conn.transfer->received.IsEmpty();
    return beforeFin ||
           (ahead && seq == m_conn.rcvNxt + static_cast<uint32_t>(m_conn.transfer->received.End() -
                                                                  m_conn.rcvOffset));
}

/** What a reset means to the application. */
CloseReason
ConnectionArrival::ResetReason() const
{
    const bool connecting = m_conn.state.Get() == State::SynReceived && !m_conn.passive;
    return connecting ? CloseReason::Refused : CloseReason::Reset;
}

bool
ConnectionArrival::CheckSyn()
{
    if (!m_segment.flags.Has(Flag::SYN))
    {
        return true;
    }
    const bool inWindow = m_segment.seq.IsWithin(m_conn.LastAckSent(), m_conn.AcceptedWindow());
    if (Rules().rfc5961 && !(Rules().insecureSyn && inWindow))
    {
        Challenge(); // RFC 5961 §4.2
        return false;
    }
    if (Rules().insecureSyn)
    {
        m_context.EndWithReset(m_conn, Event::Abort, ResetReason(), m_now);
        return Gone();
    }
    m_context.Refuse(m_segment); // RFC 793, page 71: a SYN in the window is an error
    m_context.End(m_conn, Event::Abort, ResetReason(), m_now);
    return Gone();
}

bool
ConnectionArrival::CheckAck()
{
    if (!m_segment.flags.Has(Flag::ACK))
    {
        ++m_context.counters.noAck;
        return false;
    }
    const SeqNum ack = m_segment.ack;
    if (m_conn.state.Get() == State::SynReceived)
    {
        if (!ack.IsAfter(m_conn.sndUna) || ack.IsAfter(m_conn.SndNxt()))
        {
            m_context.Refuse(m_segment);
            return false;
        }
        AcknowledgeNew();
        m_context.Established(m_conn, Event::RcvAckOfSyn, m_now);
    }
    const bool fromAfar = Rules().rfc5961 && ack.IsBefore(OldestAcceptableAck());
    if (ack.IsAfter(m_conn.SndNxt()) || fromAfar)
    {
        Challenge(); // RFC 5961 §5.2; RFC 9293 §3.10.7.4 for what was never sent
        return false;
    }
    m_conn.lastHeard = m_now;
    m_conn.keepaliveProbes = 0;
    m_conn.icmpError = false; // it gets through again
    AcknowledgeNew();
    return ConcludeOurFin();
}

SeqNum
ConnectionArrival::OldestAcceptableAck() const
{
    const bool young = m_conn.sndUnaOffset < m_conn.maxSndWnd;
    if (Rules().oldestAck == OldestAck::OfThisConnection && young)
    {
        return m_conn.Iss() +
               static_cast<uint32_t>(m_conn.passive); // Linux counts our SYN if it came first
    }
    return m_conn.sndUna - m_conn.maxSndWnd;
}

/** SND.UNA, the round-trip time, the windows: all that an acknowledgement brings. */
void
ConnectionArrival::AcknowledgeNew()
{
    const bool news = m_segment.ack.IsAfter(m_conn.sndUna);
    const uint32_t oldWindow = m_conn.sndWnd;
    AckReport report{.segment = m_segment,
                     .acked = {},
                     .windowChanged = false,
                     .rtt = {},
                     .priorPipe = m_conn.Pipe()};
    if (news)
    {
        report.acked = m_conn.transfer->sent.Acknowledge(m_segment.ack);
        const uint32_t data = report.acked.bytes - report.acked.syn - report.acked.fin;
        m_conn.sndUna = m_segment.ack;
        ForgetUrgent(m_conn);
        m_conn.synAcked |= report.acked.syn;
        m_conn.sndUnaOffset += data;
        m_conn.transfer->sndQueued -= data;
        m_finAcked = report.acked.fin;
        m_conn.probing &= m_conn.HasUnacked();
        m_conn.retries = 0;
        m_conn.transfer->stalledSince = kNever;
        m_conn.holdsBack = false;
        report.rtt = TakeRttSample(m_conn, report, m_now);
        if (report.acked.syn && !m_conn.fastOpen)
        {
            OpenWindow(m_conn, m_now); // also where CLOSE came before ESTABLISHED
        }
        if (data > 0)
        {
            m_context.Notify(
                {.kind = NoticeKind::Acked, .connection = m_placement.connection, .bytes = data});
        }
        m_conn.transfer->lastProgress = m_now;
        RestartRetransmitTimer(m_conn, m_now);
    }
    UpdateSendWindow(news);
    report.windowChanged = m_conn.sndWnd != oldWindow;
    if (m_conn.transfer && m_conn.synAcked && !report.acked.syn)
    {
        UpdateRecovery(m_context, m_conn, report, m_now);
    }
}

void
ConnectionArrival::UpdateSendWindow(bool news)
{
    const SeqNum seq = m_segment.seq;
    const SeqNum ack = m_segment.ack;
    // RFC 9293 §3.10.7.4, ESTABLISHED: an older segment must not bring back an older window. As in
    // Linux (tcp_may_update_window), a higher ACK is newer even with an old sequence number, as
    // data that is sent again has: else the right edge would seem to have moved.
    const bool newer = news || m_conn.SndWl1().IsAtOrBefore(seq);
    if (ack.IsBefore(m_conn.sndUna) || !newer || m_conn.state.Get() == State::SynSent)
    {
        return;
    }
    m_conn.sndWnd = uint32_t{m_segment.window} << m_conn.agreement.sndScale;
    m_conn.maxSndWnd = std::max(m_conn.maxSndWnd, m_conn.sndWnd);
    if (m_conn.transfer)
    {
        m_conn.transfer->sndWl1 = seq;
    }
    else if (seq.IsAfter(m_conn.rcvNxt))
    {
        m_context.Attach(m_conn).sndWl1 = seq;
    }
    if (m_conn.timerMode == TimerMode::Persist)
    {
        m_conn.retries = 0; // it answers, so it is there
    }
    if (m_conn.timerMode == TimerMode::Persist && m_conn.sndWnd > 0)
    {
        m_conn.backoff = 0;
        StopProbing();
    }
}

/** The window is open: what was sent as a probe is data like any other, to be sent again. */
void
ConnectionArrival::StopProbing()
{
    if (m_conn.probing && m_conn.HasUnacked())
    {
        m_conn.transfer->sent.MarkOldestLost();
        m_conn.transfer->retransmitAtOnce = true;
    }
    m_conn.probing = false;
}

/** What the ACK of our FIN does; in FIN-WAIT-1 only once it is known whether a FIN came with it. */
bool
ConnectionArrival::ConcludeOurFin()
{
    if (!m_finAcked)
    {
        return true;
    }
    if (m_conn.state.Get() == State::Closing)
    {
        m_context.EnterTimeWait(m_conn, Event::RcvAckOfFin, m_now);
        return Gone();
    }
    if (m_conn.state.Get() == State::LastAck)
    {
        m_context.End(m_conn, Event::RcvAckOfFin, CloseReason::Normal, m_now);
        return Gone();
    }
    const bool late = Has(Flag::FIN) || TextEnd().IsAfter(m_conn.rcvNxt);
    if (IsShortFinWait2(m_conn) && !late)
    {
        m_context.Fire(m_conn, Event::RcvAckOfFin, m_now); // and nothing else of it counts
        return false;
    }
    return true;
}

bool
ConnectionArrival::CheckUrgent()
{
    if (!Has(Flag::URG) || m_conn.peerFinSeen)
    {
        return true;
    }
    m_context.Attach(m_conn);
    if (NoteUrgent(m_conn, m_urgentEnd))
    {
        m_context.Notify({.kind = NoticeKind::Urgent,
                          .connection = m_placement.connection,
                          .bytes = UrgentAhead(m_conn)});
    }
    return true;
}

bool
ConnectionArrival::ProcessText()
{
    const bool fin = m_segment.flags.Has(Flag::FIN);
    if (m_segment.Length() == 0)
    {
        return true;
    }
    if (m_conn.peerFinSeen)
    {
        return TakeTextAfterFin();
    }
    const uint32_t window = m_conn.RcvWnd();
    // Whoever lets segments overrun the window takes them whole (Linux tcp_data_queue()).
    const bool overruns = Rules().sequence == SequenceCheck::Touching && window > 0;
    const SeqNum right =
        overruns ? Later(m_conn.rcvNxt + window, TextEnd()) : m_conn.rcvNxt + window;
    const uint32_t old =
        m_segment.seq.IsBefore(m_conn.rcvNxt) ? m_conn.rcvNxt.Since(m_segment.seq) : 0;
    const uint32_t skip = std::min(old, m_segment.payloadLength);
    const SeqNum first = m_segment.seq + skip;
    const uint32_t room = right.IsAfter(first) ? right.Since(first) : 0;
    const uint32_t length = std::min(m_segment.payloadLength - skip, room);
    const bool cut = skip + length < m_segment.payloadLength;
    const bool isNew = length > 0;

    const ClosingConfig& closing = m_conn.config->closing;
    const bool beyond = closing.resetBeyondLateData && TextEnd().IsAfter(m_conn.rcvNxt);
    if (m_conn.detached && closing.resetOnLateData && (isNew || beyond))
    {
        return RefuseLateData();
    }
    const bool behind =
        m_segment.seq.IsAtOrAfter(m_conn.rcvNxt + window) && m_segment.seq.IsAfter(m_conn.rcvNxt);
    if (behind || (fin && m_segment.End().IsAtOrBefore(m_conn.rcvNxt)))
    {
        m_conn.ackNow = true; // it only touches the window: there is nothing in it for us
        return true;
    }
    const uint32_t ahead = first.Since(m_conn.rcvNxt);
    const uint64_t offset = m_conn.rcvOffset + ahead;
    const bool inOrder = ahead == 0;
    Transfer& transfer = m_context.Attach(m_conn);
    NoteEcnOfData(m_context, m_conn, m_segment, m_now);
    NoteReceived(m_conn, m_segment, m_now);
    RefillQuickAcks();
    const bool hadGap = !transfer.received.IsEmpty(); // to fill one is worth an ACK at once
    NoteArrivedTwice(m_segment.seq, first);
    if (hadGap && old == 0) // there is one block for both, and this is the lower part
    {
        NoteHeldTwice({offset, offset + length});
    }
    if (isNew && !inOrder && !transfer.received.Add({offset, offset + length}))
    {
        return true; // too many holes: as if it had been lost
    }
    if (isNew)
    {
        m_placement = {m_placement.connection, skip, length, offset};
        m_context.counters.bytesIn += length;
    }
    if (fin && !cut)
    {
        transfer.peerFinAt = offset + length;
    }
    if (isNew && inOrder)
    {
        Deliver(transfer.received.Join(offset + length));
    }
    if (m_segment.payloadLength > 0 || !inOrder)
    {
        const bool isRepeated =
            old > 0 && m_conn.agreement.sack && m_conn.config->data.acksOldTextAtOnce;
        ScheduleAck(inOrder && isNew && !cut && !hadGap && !isRepeated);
    }
    return true;
}

/** Nobody will ever read it: RFC 9293 §3.10.4, RFC 2525 §2.17. */
bool
ConnectionArrival::RefuseLateData()
{
    m_context.Refuse(m_segment);
    m_context.End(m_conn, Event::Abort, CloseReason::Aborted, m_now);
    return Gone();
}

/** "This should not occur" (RFC 9293 §3.10.7.4, seventh), but for the FIN and what came before. */
bool
ConnectionArrival::TakeTextAfterFin()
{
    const bool overlaps = m_segment.seq.IsBefore(m_conn.rcvNxt) && TextEnd().IsAfter(m_conn.rcvNxt);
    if (overlaps && m_conn.config->closing.resetBeyondLateData)
    {
        return RefuseLateData();
    }
    m_conn.ackNow |= m_segment.End().IsAtOrBefore(m_conn.rcvNxt);
    return true;
}

void
ConnectionArrival::Deliver(uint64_t upTo)
{
    const auto bytes = static_cast<uint32_t>(upTo - m_conn.rcvOffset);
    m_conn.rcvOffset = upTo;
    m_conn.rcvNxt += bytes;
    m_conn.transfer->unread += m_conn.detached ? 0 : bytes;
    m_context.Notify(
        {.kind = NoticeKind::Readable, .connection = m_placement.connection, .bytes = bytes});
}

/**
 * As in Linux (tcp_event_data_recv): the sender is in slow start when the first data comes, and
 * when it comes after a long pause; ACKs that are not delayed help it on.
 */
void
ConnectionArrival::RefillQuickAcks()
{
    const DataConfig& config = m_conn.config->data;
    const Instant last = m_conn.lastData.Get();
    if (last == kNever || m_now - last > m_conn.rtt.Rto(config.rto))
    {
        const uint32_t inWindow = m_conn.RcvWnd() / (2 * m_conn.SndMss());
        m_conn.quickAcks =
            static_cast<uint8_t>(std::min({config.quickAcks, std::max(inWindow, 2U), 255U}));
    }
    m_conn.lastData = m_now;
}

/** RFC 9293 §3.8.6.3 and RFC 5681 §4.2: delayed where all is in order, else at once. */
void
ConnectionArrival::ScheduleAck(bool inOrder)
{
    Transfer& transfer = *m_conn.transfer;
    const DataConfig& config = m_conn.config->data;
    ++transfer.unackedSegments;
    if (!inOrder || m_conn.quickAcks > 0 || transfer.unackedSegments >= config.segmentsPerAck ||
        config.delayedAck == Duration::zero())
    {
        m_conn.ackNow = true;
        TellDetail(m_conn, CongestionEvent::AckAtOnce, m_now);
        return;
    }
    if (transfer.ackDeadline == kNever)
    {
        transfer.ackDeadline = m_now + config.delayedAck;
    }
    TellDetail(m_conn, CongestionEvent::AckDelayed, m_now);
}

bool
ConnectionArrival::CheckFin()
{
    const State before = m_conn.state.Get();
    const bool finIsNext =
        m_conn.transfer && m_conn.transfer->peerFinAt == m_conn.rcvOffset && !m_conn.peerFinSeen;
    if (!finIsNext)
    {
        if (m_finAcked && before == State::FinWait1)
        {
            m_context.Fire(m_conn, Event::RcvAckOfFin, m_now);
        }
        return true;
    }
    m_conn.peerFinSeen = true;
    m_conn.transfer->peerFinAt.reset();
    if (m_conn.config->data.finEndsReports)
    {
        m_conn.transfer->arrivedTwice.reset();
    }
    m_conn.rcvNxt += 1;
    m_conn.rcvAdv = Later(m_conn.rcvAdv, m_conn.rcvNxt);
    m_conn.ackNow = true;
    m_context.Notify({.kind = NoticeKind::PeerClosed, .connection = m_placement.connection});
    if (before == State::FinWait2 || (before == State::FinWait1 && m_finAcked))
    {
        const Event event = before == State::FinWait2 ? Event::RcvFin : Event::RcvFinAckOfFin;
        m_context.EnterTimeWait(m_conn, event, m_now);
        return Gone();
    }
    m_context.Fire(m_conn, Event::RcvFin, m_now);
    return true;
}

} // namespace

Placement
ArriveAsText(Context& context, Connection& connection, const Segment& text, Instant now)
{
    return ConnectionArrival(context, connection, text, now).RunText();
}

Placement
ArriveAtConnection(Context& context, Connection& connection, const Segment& segment, Instant now)
{
    const State state = connection.state.Get();
    if (state == State::TimeWait)
    {
        return ArriveAtWholeTimeWait(context, connection, segment, now);
    }
    if (state == State::FinWait2 && IsShortFinWait2(connection))
    {
        return ArriveAtShortFinWait2(context, connection, segment, now);
    }
    return ConnectionArrival(context, connection, segment, now).Run();
}

} // namespace lifecycle
