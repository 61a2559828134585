#include "arrival.h"
#include "context.h"
#include "handshake.h"
#include "recovery.h"
#include "timers.h"

#include <algorithm>

namespace lifecycle
{

namespace
{

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
          m_now(now)
    {
        m_placement.connection = connection.id;
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
    bool ProcessText();
    bool CheckFin();

    bool TakeSimultaneousSynAck();
    void NoteTimestamp();
    void AcknowledgeNew();
    void UpdateSendWindow();
    void StopProbing();
    bool ConcludeOurFin();
    void Deliver(uint64_t upTo);
    void ScheduleAck(bool inOrder);
    void Challenge();
    void AnswerInvalid();
    bool YieldsToSyn();
    void RestartTimeWait();
    void ConcludeFastOpen();
    CloseReason ResetReason() const;
    bool Gone();

    Context& m_context;
    Connection& m_conn;
    Segment m_segment; //!< a copy, since SYNs are stripped and text is trimmed
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
    if (m_context.MayChallenge(m_conn.config->validation, m_now))
    {
        m_conn.ackNow = true;
    }
}

/** Answers a segment out of the window, unless one without data was answered a moment ago. */
void
ConnectionArrival::AnswerInvalid()
{
    const Duration interval = m_conn.config->validation.invalidInterval;
    const bool limited = m_segment.payloadLength == 0 && interval > Duration::zero();
    if (limited && m_conn.lastInvalid != Instant::min() && m_now - m_conn.lastInvalid < interval)
    {
        ++m_context.counters.invalidIgnored;
        return;
    }
    m_conn.lastInvalid = limited ? m_now : m_conn.lastInvalid;
    m_conn.ackNow = true;
}

Placement
ConnectionArrival::Run()
{
    if (YieldsToSyn())
    {
        return {};
    }
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
        RestartTimeWait();
        m_context.MarkReady(m_conn);
    }
    return m_placement;
}

Placement
ConnectionArrival::RunText()
{
    if (ProcessText() && CheckFin())
    {
        m_context.MarkReady(m_conn);
    }
    return m_placement;
}

bool
ConnectionArrival::RunInSynSent()
{
    return CheckAckInSynSent() && CheckResetInSynSent() && CheckSynInSynSent() && ProcessText() &&
           CheckFin();
}

bool
ConnectionArrival::RunSynchronized()
{
    return CheckSequence() && CheckReset() && CheckSyn() && CheckAck() && ProcessText() &&
           CheckFin();
}

/** A connection in TIME-WAIT that is kept whole gives way to a new one (RFC 9293 §3.6.1). */
bool
ConnectionArrival::YieldsToSyn()
{
    const Flags flags = m_segment.flags;
    if (m_conn.state.Get() != State::TimeWait || !flags.Has(Flag::SYN) || flags.Has(Flag::RST) ||
        flags.Has(Flag::ACK) || flags.Has(Flag::FIN))
    {
        return false;
    }
    const TimeWaitFacts facts{m_conn.rcvNxt,
                              m_conn.agreement.timestamps,
                              m_conn.tsRecent,
                              m_now - m_conn.lastHeard};
    Listener* listener = m_context.FindListener(m_segment.tuple.local, m_segment.tuple.localPort);
    if (listener == nullptr ||
        !m_conn.config->closing.model->YieldsToSyn(*m_conn.config, facts, m_segment))
    {
        return false;
    }
    ++m_context.counters.timeWaitReuses;
    const SeqNum sndNxt = m_conn.sndNxt;
    m_context.End(m_conn, Event::Abort, CloseReason::Normal, m_now);
    ArriveAtListener(m_context, *listener, m_segment, sndNxt, m_now);
    return true;
}

/** Whatever is answered in TIME-WAIT may start it anew. */
void
ConnectionArrival::RestartTimeWait()
{
    const bool repeatsFin = RepeatsFin(m_segment, m_conn.rcvNxt);
    if (m_conn.state.Get() == State::TimeWait && m_conn.ackNow &&
        m_conn.config->closing.model->Restarts(*m_conn.config, m_segment, repeatsFin))
    {
        ++m_context.counters.timeWaitRestarts;
        m_conn.timer = m_now + (m_conn.timer - m_conn.lastHeard);
        m_conn.lastHeard = m_now;
    }
}

bool
ConnectionArrival::CheckAckInSynSent()
{
    const SeqNum ack = m_segment.ack;
    if (!m_segment.flags.Has(Flag::ACK) ||
        (ack.IsAfter(m_conn.iss) && ack.IsAtOrBefore(m_conn.sndNxt)))
    {
        return true;
    }
    m_context.Refuse(m_segment); // it acknowledges what was never sent
    return false;
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
    m_conn.irs = m_segment.seq;
    m_conn.rcvNxt = m_segment.seq + 1;
    m_conn.rcvAdv = m_conn.rcvNxt + SynWindow(m_conn.config->data);
    m_conn.lastAckSent = m_conn.rcvNxt;
    if (m_conn.agreement.timestamps)
    {
        m_conn.tsRecent = m_segment.options.timestamps->value;
    }
    m_conn.sndWnd = m_segment.window; // never scaled in a SYN
    m_conn.maxSndWnd = m_conn.sndWnd;
    m_conn.sndWl1 = m_segment.seq;
    m_conn.sndWl2 = m_segment.ack;
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
    m_conn.ackNow = true;
    AcknowledgeNew();
    m_context.Established(m_conn, Event::RcvSynAck, m_now);
    ConcludeFastOpen();
    return true;
}

/** RFC 7413 §4.1.3.1: what the server gave us, and what it did not take of the SYN's data. */
void
ConnectionArrival::ConcludeFastOpen()
{
    const std::optional<FastOpenCookie>& cookie = m_segment.options.fastOpen;
    if (m_conn.fastOpen && cookie && cookie->length > 0)
    {
        m_context.fastOpenCache.Store(m_conn.tuple.remote, {*cookie, m_conn.agreement.peerMss});
    }
    if (m_conn.HasUnacked())
    {
        ++m_context.counters.fastOpensRefused;
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
                         m_segment.seq == m_conn.irs && m_segment.ack == m_conn.sndNxt;
    if (repeats)
    {
        m_segment.seq += 1;
        m_segment.flags = m_segment.flags.Without(Flag::SYN);
        m_segment.window = static_cast<uint16_t>(m_segment.window >> m_conn.agreement.sndScale);
    }
    return repeats;
}

bool
ConnectionArrival::CheckSequence()
{
    if (TakeSimultaneousSynAck())
    {
        return true;
    }
    const bool rst = m_segment.flags.Has(Flag::RST);
    const bool old = m_conn.agreement.timestamps && m_segment.options.timestamps && !rst &&
                     IsOldTimestamp(m_segment.options.timestamps->value, m_conn.tsRecent);
    if (!old && IsInWindow(m_segment, m_conn.rcvNxt, m_conn.RcvWnd()))
    {
        NoteTimestamp();
        return true;
    }
    ++(old ? m_context.counters.pawsDropped : m_context.counters.unacceptable);
    if (!rst)
    {
        AnswerInvalid();
    }
    return false;
}

/**
 * RFC 7323 §4.3 (2): the stamp to echo is that of the segment the next ACK is due to. A RST's says
 * nothing (§3.2), since it was not checked for age.
 */
void
ConnectionArrival::NoteTimestamp()
{
    if (m_conn.agreement.timestamps && m_segment.options.timestamps &&
        !m_segment.flags.Has(Flag::RST) && m_segment.seq.IsAtOrBefore(m_conn.lastAckSent))
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
    if (m_conn.config->validation.rfc5961 && m_segment.seq != m_conn.rcvNxt)
    {
        Challenge(); // RFC 5961 §3.2
        return false;
    }
    if (m_conn.state.Get() == State::TimeWait &&
        !m_conn.config->closing.model->ObeysReset(*m_conn.config))
    {
        return false; // RFC 1337 §3
    }
    ++m_context.counters.resetsIn;
    m_context.End(m_conn, Event::RcvRst, ResetReason(), m_now);
    return Gone();
}

/** What a reset means to the application. */
CloseReason
ConnectionArrival::ResetReason() const
{
    return m_conn.state.Get() == State::SynReceived ? CloseReason::Refused : CloseReason::Reset;
}

bool
ConnectionArrival::CheckSyn()
{
    if (!m_segment.flags.Has(Flag::SYN))
    {
        return true;
    }
    if (m_conn.config->validation.rfc5961)
    {
        Challenge(); // RFC 5961 §4.2
        return false;
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
    if (m_conn.state.Get() == State::TimeWait)
    {
        return true; // all is acknowledged
    }
    if (m_conn.state.Get() == State::SynReceived)
    {
        if (!ack.IsAfter(m_conn.sndUna) || ack.IsAfter(m_conn.sndNxt))
        {
            m_context.Refuse(m_segment);
            return false;
        }
        AcknowledgeNew();
        m_context.Established(m_conn, Event::RcvAckOfSyn, m_now);
    }
    const bool fromAfar = ack.IsBefore(m_conn.sndUna - m_conn.maxSndWnd);
    if (ack.IsAfter(m_conn.sndNxt) || (fromAfar && m_conn.config->validation.rfc5961))
    {
        Challenge(); // RFC 5961 §5.2; RFC 9293 §3.10.7.4 for what was never sent
        return false;
    }
    m_conn.lastHeard = m_now;
    m_conn.keepaliveProbes = 0;
    AcknowledgeNew();
    return ConcludeOurFin();
}

/** SND.UNA, the round-trip time, the windows: all that an acknowledgement brings. */
void
ConnectionArrival::AcknowledgeNew()
{
    const bool news = m_segment.ack.IsAfter(m_conn.sndUna);
    const uint32_t oldWindow = m_conn.sndWnd;
    AckReport report{.segment = m_segment, .acked = {}, .windowChanged = false};
    if (news)
    {
        report.acked = m_conn.transfer->sent.Acknowledge(m_segment.ack);
        const uint32_t data = report.acked.bytes - report.acked.syn - report.acked.fin;
        m_conn.sndUna = m_segment.ack;
        m_conn.synAcked |= report.acked.syn;
        m_conn.sndUnaOffset += data;
        m_conn.sndQueued -= data;
        m_finAcked = report.acked.fin;
        m_conn.probing &= m_conn.HasUnacked();
        m_conn.retries = 0;
        m_conn.stalledSince = kNever;
        if (report.acked.syn && !m_conn.fastOpen)
        {
            m_context.OpenCongestionWindow(m_conn); // also where CLOSE came before ESTABLISHED
        }
        if (data > 0)
        {
            m_context.Notify({.kind = NoticeKind::Acked, .connection = m_conn.id, .bytes = data});
        }
        TakeRttSample(m_conn, report, m_now);
        RestartRetransmitTimer(m_conn, m_now);
    }
    UpdateSendWindow();
    report.windowChanged = m_conn.sndWnd != oldWindow;
    if (m_conn.transfer && m_conn.synAcked && !report.acked.syn)
    {
        UpdateRecovery(m_context, m_conn, report, m_now);
    }
}

void
ConnectionArrival::UpdateSendWindow()
{
    const SeqNum seq = m_segment.seq;
    const SeqNum ack = m_segment.ack;
    // RFC 9293 §3.10.7.4, ESTABLISHED: an older segment must not bring back an older window. As in
    // Linux (tcp_may_update_window), a higher ACK is newer even with an old sequence number, as
    // data that is sent again has: else the right edge would seem to have moved.
    const bool newer =
        m_conn.sndWl2.IsBefore(ack) || (m_conn.sndWl2 == ack && m_conn.sndWl1.IsAtOrBefore(seq));
    if (ack.IsBefore(m_conn.sndUna) || !newer || m_conn.state.Get() == State::SynSent)
    {
        return;
    }
    m_conn.sndWnd = uint32_t{m_segment.window} << m_conn.agreement.sndScale;
    m_conn.maxSndWnd = std::max(m_conn.maxSndWnd, m_conn.sndWnd);
    m_conn.sndWl1 = seq;
    m_conn.sndWl2 = ack;
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
    return true;
}

bool
ConnectionArrival::ProcessText()
{
    const bool fin = m_segment.flags.Has(Flag::FIN);
    if (m_conn.state.Get() == State::TimeWait)
    {
        m_conn.ackNow |= m_segment.Length() > 0; // it cannot be, after the peer's FIN
        return true;
    }
    if ((m_segment.payloadLength == 0 && !fin) || m_conn.peerFinSeen)
    {
        return true;
    }
    const uint32_t window = m_conn.RcvWnd();
    const SeqNum right = m_conn.rcvNxt + window;
    const uint32_t old =
        m_segment.seq.IsBefore(m_conn.rcvNxt) ? m_conn.rcvNxt.Since(m_segment.seq) : 0;
    const uint32_t skip = std::min(old, m_segment.payloadLength);
    const SeqNum first = m_segment.seq + skip;
    const uint32_t room = right.IsAfter(first) ? right.Since(first) : 0;
    const uint32_t length = std::min(m_segment.payloadLength - skip, room);
    const bool cut = skip + length < m_segment.payloadLength;
    const bool isNew = length > 0;

    if (isNew && m_conn.detached && m_conn.config->closing.resetOnLateData)
    {
        // Nobody will ever read it: RFC 9293 §3.10.4, RFC 2525 §2.17.
        m_context.Refuse(m_segment);
        m_context.End(m_conn, Event::Abort, CloseReason::Aborted, m_now);
        return Gone();
    }
    const uint32_t ahead = first.Since(m_conn.rcvNxt);
    const uint64_t offset = m_conn.rcvOffset + ahead;
    const bool inOrder = ahead == 0;
    Transfer& transfer = m_context.Attach(m_conn);
    const bool hadGap = !transfer.received.IsEmpty(); // to fill one is worth an ACK at once
    if (isNew && !inOrder && !transfer.received.Add({offset, offset + length}))
    {
        return true; // too many holes: as if it had been lost
    }
    if (isNew)
    {
        m_placement = {m_conn.id, skip, length, offset};
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
        ScheduleAck(inOrder && isNew && !cut && !hadGap);
    }
    return true;
}

void
ConnectionArrival::Deliver(uint64_t upTo)
{
    const auto bytes = static_cast<uint32_t>(upTo - m_conn.rcvOffset);
    m_conn.rcvOffset = upTo;
    m_conn.rcvNxt += bytes;
    m_conn.unread += m_conn.detached ? 0 : bytes;
    m_context.Notify({.kind = NoticeKind::Readable, .connection = m_conn.id, .bytes = bytes});
}

/** RFC 9293 §3.8.6.3 and RFC 5681 §4.2: delayed where all is in order, else at once. */
void
ConnectionArrival::ScheduleAck(bool inOrder)
{
    Transfer& transfer = *m_conn.transfer;
    const DataConfig& config = m_conn.config->data;
    ++transfer.unackedSegments;
    if (!inOrder || transfer.unackedSegments >= config.segmentsPerAck ||
        config.delayedAck == Duration::zero())
    {
        m_conn.ackNow = true;
    }
    else if (transfer.ackDeadline == kNever)
    {
        transfer.ackDeadline = m_now + config.delayedAck;
    }
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
    m_conn.rcvNxt += 1;
    m_conn.rcvAdv = Later(m_conn.rcvAdv, m_conn.rcvNxt);
    m_conn.ackNow = true;
    m_context.Notify({.kind = NoticeKind::PeerClosed, .connection = m_conn.id});
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
ArriveWithSyn(Context& context, Connection& connection, const Segment& text, Instant now)
{
    return ConnectionArrival(context, connection, text, now).RunText();
}

Placement
ArriveAtConnection(Context& context, Connection& connection, const Segment& segment, Instant now)
{
    return ConnectionArrival(context, connection, segment, now).Run();
}

} // namespace lifecycle
