#include "arrival.h"
#include "context.h"
#include "handshake.h"
#include "passive-open.h"

namespace lifecycle
{

namespace
{

/** One segment at one half-open request: RFC 9293 §3.10.7.4 in SYN-RECEIVED. */
class RequestArrival
{
  public:
    RequestArrival(Context& context, uint32_t index, const Segment& segment, Instant now)
        : m_context(context),
          m_index(index),
          m_request(context.requests.Get(index)),
          m_listener(context.listeners.Get(m_request.listener)),
          m_rules(m_listener.config->validation),
          m_segment(segment),
          m_now(now)
    {
        const bool agreed = m_request.agreement.timestamps;
        m_stamped = agreed && segment.options.timestamps;
        m_old = HasOldTimestamp(segment, agreed, m_request.tsRecent) &&
                (!Has(Flag::RST) || m_rules.oldStampVoidsReset);
    }

    Placement Run();

  private:
    bool CheckRepeatedSyn();
    bool CheckAckBeforePlace();
    bool CheckSequence();
    bool CheckReset();
    bool CheckSyn();
    bool CheckAck();
    bool CheckDeferral();
    bool CheckAdmission();
    Placement Promote();

    bool AnswersOldStamp() const;
    void RefuseAndEnd();
    void Acknowledge();

    bool Has(Flag flag) const
    {
        return m_segment.flags.Has(flag);
    }

    RecordRef Ref() const
    {
        return {RecordKind::Request, m_index};
    }

    bool HasBadAck() const
    {
        return Has(Flag::ACK) && m_segment.ack != m_request.iss + 1;
    }

    Context& m_context;
    uint32_t m_index;
    RequestRecord& m_request;
    Listener& m_listener;
    const ValidationConfig& m_rules;
    const Segment& m_segment;
    Instant m_now;
    bool m_stamped; //!< it has a timestamp that counts
    bool m_old;
};

Placement
RequestArrival::Run()
{
    const bool goesOn = CheckRepeatedSyn() && CheckAckBeforePlace() && CheckSequence() &&
                        CheckReset() && CheckSyn() && CheckAck() && CheckDeferral() &&
                        CheckAdmission();
    return goesOn ? Promote() : Placement{};
}

/** Who is refused now is forgotten, as in Linux (tcp_check_req) and FreeBSD (syncache_expand). */
bool
RequestArrival::CheckAdmission()
{
    const ThirdVerdict verdict = Admit(m_context, m_listener, m_segment);
    if (verdict == ThirdVerdict::Reset)
    {
        m_context.EndRequest(m_index, Event::Abort);
    }
    return verdict == ThirdVerdict::Accept;
}

/** The peer has not heard our SYN-ACK: it is sent again, and its timer starts anew. */
bool
RequestArrival::CheckRepeatedSyn()
{
    const bool syn = Has(Flag::SYN) && !Has(Flag::RST) && !Has(Flag::ACK);
    const bool repeats =
        m_segment.seq == m_request.irs || m_rules.requestSyn == RequestSyn::Repeats;
    if (!syn || !repeats || m_old)
    {
        return true;
    }
    if (m_context.MayAnswer(Ref(), m_rules, m_segment, m_now))
    {
        ++m_context.counters.retransmits;
        m_context.requestTimers.Restart(m_index, m_now);
        m_context.EmitSynAck(m_context.Unpack(m_request), m_now);
    }
    return false;
}

bool
RequestArrival::CheckAckBeforePlace()
{
    if (m_rules.requestAck == RequestAck::BeforePlace && HasBadAck() && !Has(Flag::RST))
    {
        m_context.Refuse(m_segment);
        return false;
    }
    // In FreeBSD, whatever has ACK stands or falls as the third segment (tcp_input, LISTEN).
    const bool synAck = Has(Flag::SYN) && Has(Flag::ACK) && !Has(Flag::RST);
    if (m_rules.requestAck == RequestAck::Ends && synAck)
    {
        RefuseAndEnd();
        return false;
    }
    return true;
}

bool
RequestArrival::AnswersOldStamp() const
{
    return m_rules.oldStamp != OldStamp::AnswerText || m_segment.payloadLength > 0;
}

bool
RequestArrival::CheckSequence()
{
    const bool rst = Has(Flag::RST);
    if (m_rules.needsTimestamp && m_request.agreement.timestamps && !m_stamped && !rst)
    {
        ++m_context.counters.unacceptable; // RFC 7323 §3.2
        return false;
    }
    const uint32_t window = SynWindow(m_listener.config->data);
    // As in FreeBSD's other states, a RST at the right edge is beyond the window there.
    const bool atEdge = rst && m_rules.sequence == SequenceCheck::Reaching &&
                        m_segment.seq == m_request.irs + 1 + window;
    if (!m_old && !atEdge && IsInWindow(m_segment, m_request.irs + 1, window))
    {
        return true;
    }
    ++(m_old ? m_context.counters.pawsDropped : m_context.counters.unacceptable);
    if (rst || (m_old && !AnswersOldStamp()))
    {
        return false;
    }
    if (m_rules.requestAck == RequestAck::Ends && !m_old)
    {
        RefuseAndEnd();
    }
    else if (m_context.MayAnswer(Ref(), m_rules, m_segment, m_now))
    {
        Acknowledge();
    }
    return false;
}

bool
RequestArrival::CheckReset()
{
    if (!Has(Flag::RST))
    {
        return true;
    }
    if (m_rules.rfc5961 && !m_rules.insecureReset && m_segment.seq != m_request.irs + 1)
    {
        if (m_context.MayChallenge(Ref(), m_rules, m_now))
        {
            Acknowledge(); // RFC 5961 §3.2
        }
        return false;
    }
    ++m_context.counters.resetsIn;
    m_context.EndRequest(m_index, Event::RcvRst);
    return false;
}

bool
RequestArrival::CheckSyn()
{
    if (!Has(Flag::SYN))
    {
        return true;
    }
    if (m_rules.requestSyn == RequestSyn::Resets)
    {
        RefuseAndEnd();
    }
    else
    {
        m_context.EndRequest(m_index, Event::RcvRst); // back to LISTEN
    }
    return false;
}

bool
RequestArrival::CheckAck()
{
    if (!Has(Flag::ACK))
    {
        ++m_context.counters.noAck;
        return false;
    }
    if (!HasBadAck())
    {
        return true;
    }
    if (m_rules.requestAck == RequestAck::Ends)
    {
        RefuseAndEnd();
    }
    else
    {
        m_context.Refuse(m_segment);
    }
    return false;
}

/** Linux, tcp_check_req() with TCP_DEFER_ACCEPT: the listener waits for data. */
bool
RequestArrival::CheckDeferral()
{
    const bool defers = m_request.retries < m_listener.config->handshake.deferAccept;
    m_request.deferred |= defers && m_segment.Length() == 0;
    return !defers || m_segment.Length() > 0;
}

/** It is the third segment: the connection takes the request's place. */
Placement
RequestArrival::Promote()
{
    const Request promoted = m_context.Unpack(m_request);
    const bool isSample = m_request.retries == 0;
    const Instant sentAt = m_context.requestTimers.BeganAt(m_index);
    m_context.EndRequest(m_index, std::nullopt);
    // Karn's algorithm: a SYN-ACK that was sent again measures nothing.
    const std::optional<Duration> rtt = isSample ? std::optional(m_now - sentAt) : std::nullopt;
    Connection& conn = lifecycle::Promote(m_context, m_listener, promoted, m_segment, m_now, rtt);
    return ArriveAtConnection(m_context, conn, m_segment, m_now);
}

void
RequestArrival::RefuseAndEnd()
{
    m_context.Refuse(m_segment);
    m_context.EndRequest(m_index, Event::RcvRst);
}

/** Tells where the request stands (RFC 9293 §3.10.7.4, first check). */
void
RequestArrival::Acknowledge()
{
    const DataConfig& data = m_listener.config->data;
    const auto window = static_cast<uint16_t>(SynWindow(data) >> m_request.agreement.rcvScale);
    Segment ack = BareAck(m_segment.tuple, m_request.iss + 1, m_request.irs + 1, window);
    if (m_request.agreement.timestamps)
    {
        ack.options.timestamps = m_context.StampsFor(m_context.Unpack(m_request), m_now);
    }
    m_context.Emit(ack);
}

} // namespace

Placement
ArriveAtRequest(Context& context, uint32_t index, const Segment& segment, Instant now)
{
    return RequestArrival(context, index, segment, now).Run();
}

} // namespace lifecycle
