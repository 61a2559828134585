#include "arrival.h"
#include "context.h"
#include "handshake.h"

namespace lifecycle
{

namespace
{

/** One segment at one TIME_WAIT record: RFC 9293 §3.10.7.4 as far as TIME-WAIT goes. */
class TimeWaitArrival
{
  public:
    TimeWaitArrival(Context& context, uint32_t index, const Segment& segment, Instant now)
        : m_context(context),
          m_index(index),
          m_record(context.timeWaits.Get(index)),
          m_config(*m_record.config),
          m_model(*m_config.closing.model),
          m_segment(segment),
          m_now(now)
    {
    }

    Placement Run();

  private:
    bool YieldsToSyn();
    bool CheckSequence();
    void NoteTimestamp();
    bool CheckReset();
    bool CheckSynAndAck();
    void CheckText();

    bool Has(Flag flag) const
    {
        return m_segment.flags.Has(flag);
    }

    void Answer(bool repeatsFin);
    void Challenge();

    Context& m_context;
    uint32_t m_index;
    TimeWaitRecord& m_record;
    const Config& m_config;
    const TimeWaitModel& m_model;
    const Segment& m_segment;
    Instant m_now;
};

Placement
TimeWaitArrival::Run()
{
    if (YieldsToSyn())
    {
        ++m_context.counters.timeWaitReuses;
        const SeqNum sndNxt = m_record.sndNxt;
        Listener* listener = m_context.FindListener(m_segment.tuple.local, //
                                                    m_segment.tuple.localPort);
        m_context.EndTimeWait(m_index, Event::Abort);
        return ArriveAtListener(m_context, *listener, m_segment, sndNxt, m_now);
    }
    if (CheckSequence() && CheckReset() && CheckSynAndAck())
    {
        CheckText();
    }
    return {};
}

/** A SYN that begins a new connection over the same four-tuple. */
bool
TimeWaitArrival::YieldsToSyn()
{
    if (!Has(Flag::SYN) || Has(Flag::RST) || Has(Flag::ACK) || Has(Flag::FIN))
    {
        return false;
    }
    const Duration age =
        m_now - (m_record.expiry.deadline - m_context.timeWaitTimers.WaitOf(m_index));
    const TimeWaitFacts facts{m_record.rcvNxt, m_record.timestamps, m_record.tsRecent, age};
    return m_model.YieldsToSyn(m_config, facts, m_segment) &&
           m_context.FindListener(m_segment.tuple.local, m_segment.tuple.localPort) != nullptr;
}

/** Acknowledges for a connection that is no more; TIME-WAIT may start anew. */
void
TimeWaitArrival::Answer(bool repeatsFin)
{
    Segment ack = BareAck(m_record.tuple, m_record.sndNxt, m_record.rcvNxt, m_record.window);
    if (m_record.timestamps)
    {
        ack.options.timestamps =
            Timestamps{TimestampClock(m_now, m_record.tsOffset), m_record.tsRecent};
    }
    m_context.Emit(ack);
    if (m_model.Restarts(m_config, m_segment, repeatsFin))
    {
        ++m_context.counters.timeWaitRestarts;
        m_context.timeWaitTimers.Restart(m_index, m_now);
    }
}

void
TimeWaitArrival::Challenge()
{
    if (m_context.MayChallenge(m_config.validation, m_now))
    {
        Answer(false);
    }
}

bool
TimeWaitArrival::CheckSequence()
{
    const bool old = m_record.timestamps && m_segment.options.timestamps && !Has(Flag::RST) &&
                     IsOldTimestamp(m_segment.options.timestamps->value, m_record.tsRecent);
    if (!old && IsInWindow(m_segment, m_record.rcvNxt, m_record.rcvWnd))
    {
        NoteTimestamp();
        return true;
    }
    ++(old ? m_context.counters.pawsDropped : m_context.counters.unacceptable);
    if (!Has(Flag::RST))
    {
        Answer(RepeatsFin(m_segment, m_record.rcvNxt));
    }
    return false;
}

/** RFC 7323 §4.3 (2); all that was received is acknowledged. */
void
TimeWaitArrival::NoteTimestamp()
{
    if (m_record.timestamps && m_segment.options.timestamps && !Has(Flag::RST) &&
        m_segment.seq.IsAtOrBefore(m_record.rcvNxt))
    {
        m_record.tsRecent = m_segment.options.timestamps->value;
    }
}

bool
TimeWaitArrival::CheckReset()
{
    if (!Has(Flag::RST))
    {
        return true;
    }
    if (m_config.validation.rfc5961 && m_segment.seq != m_record.rcvNxt)
    {
        Challenge();
    }
    else if (m_model.ObeysReset(m_config))
    {
        ++m_context.counters.resetsIn;
        m_context.EndTimeWait(m_index, Event::RcvRst);
    }
    return false;
}

bool
TimeWaitArrival::CheckSynAndAck()
{
    if (Has(Flag::SYN) && m_config.validation.rfc5961)
    {
        Challenge(); // RFC 5961 §4.2
        return false;
    }
    if (Has(Flag::SYN))
    {
        m_context.Refuse(m_segment); // RFC 793, page 71: a SYN in the window is an error
        m_context.EndTimeWait(m_index, Event::Abort);
        return false;
    }
    m_context.counters.noAck += !Has(Flag::ACK);
    return Has(Flag::ACK);
}

/** Data or a FIN after the peer's FIN, which cannot be: it is told where we stand. */
void
TimeWaitArrival::CheckText()
{
    if (m_segment.Length() > 0)
    {
        Answer(false);
    }
}

} // namespace

Placement
ArriveAtTimeWait(Context& context, uint32_t index, const Segment& segment, Instant now)
{
    return TimeWaitArrival(context, index, segment, now).Run();
}

} // namespace lifecycle
