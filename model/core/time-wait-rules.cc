#include "time-wait-rules.h"

#include "arrival.h"

namespace lifecycle
{

namespace
{

/** The rules of one segment at one TIME-WAIT. */
class Judge
{
  public:
    Judge(const Config& config, const TimeWaitPlace& place, const Segment& segment)
        : m_config(config),
          m_model(*config.closing.model),
          m_place(place),
          m_segment(segment)
    {
        m_stamped = place.timestamps && segment.options.timestamps;
        m_old = HasOldTimestamp(segment, place.timestamps, place.tsRecent) &&
                (!Has(Flag::RST) || config.validation.oldStampVoidsReset);
    }

    bool Yields() const;
    TimeWaitVerdict Run() const;

  private:
    TimeWaitVerdict ByTheRfc() const;
    TimeWaitVerdict ButAtEdge() const;
    TimeWaitVerdict ButExact() const;
    TimeWaitVerdict OnReset() const;
    TimeWaitVerdict Answer(TimeWaitReply reply) const;
    TimeWaitVerdict OutOfPlace() const;

    bool Has(Flag flag) const
    {
        return m_segment.flags.Has(flag);
    }

    /** RFC 7323 §4.3 (2); all that was received is acknowledged, and a RST was not checked. */
    bool TakesStamp() const
    {
        return m_stamped && !m_old && !Has(Flag::RST) && m_segment.seq.IsAtOrBefore(m_place.rcvNxt);
    }

    const Config& m_config;
    const TimeWaitModel& m_model;
    const TimeWaitPlace& m_place;
    const Segment& m_segment;
    bool m_stamped;
    bool m_old;
};

/** A SYN that begins a new connection over the same four-tuple. */
bool
Judge::Yields() const
{
    const bool syn = Has(Flag::SYN) && !Has(Flag::RST) && !Has(Flag::ACK) && !Has(Flag::FIN);
    return syn &&
           m_model.YieldsToSyn(m_config,
                               {m_place.rcvNxt, m_place.timestamps, m_place.tsRecent, m_place.age},
                               m_segment);
}

TimeWaitVerdict
Judge::Run() const
{
    if (m_config.validation.needsTimestamp && m_place.timestamps && !m_stamped && !Has(Flag::RST))
    {
        return {}; // RFC 7323 §3.2
    }
    switch (m_config.closing.timeWaitAnswers)
    {
    case TimeWaitAnswers::ButAtEdge:
        return ButAtEdge();
    case TimeWaitAnswers::ButExact:
        return ButExact();
    default:
        return ByTheRfc();
    }
}

TimeWaitVerdict
Judge::Answer(TimeWaitReply reply) const
{
    const bool repeatsFin = RepeatsFin(m_segment, m_place.rcvNxt);
    return {.reply = reply,
            .restarts = m_model.Restarts(m_config, m_segment, repeatsFin),
            .takesStamp = TakesStamp()};
}

/** A RST exactly at RCV.NXT ends TIME-WAIT, unless RFC 1337 is followed. */
TimeWaitVerdict
Judge::OnReset() const
{
    return {.reply = m_model.ObeysReset(m_config) ? TimeWaitReply::End : TimeWaitReply::Nothing};
}

/** Not to be looked into: it is told where we stand, unless it is a RST. */
TimeWaitVerdict
Judge::OutOfPlace() const
{
    TimeWaitVerdict verdict = Has(Flag::RST) ? TimeWaitVerdict{} : Answer(TimeWaitReply::Answer);
    verdict.takesStamp = false;
    verdict.counter = m_old ? &Counters::pawsDropped : &Counters::unacceptable;
    return verdict;
}

/** RFC 9293 §3.10.7.4 as far as TIME-WAIT goes. */
TimeWaitVerdict
Judge::ByTheRfc() const
{
    if (m_old || !IsInWindow(m_segment, m_place.rcvNxt, m_place.rcvWnd))
    {
        return OutOfPlace();
    }
    const bool rfc5961 = m_config.validation.rfc5961;
    if (Has(Flag::RST))
    {
        const bool exact = m_segment.seq == m_place.rcvNxt;
        return exact || !rfc5961 ? OnReset() : Answer(TimeWaitReply::Challenge);
    }
    if (Has(Flag::SYN))
    {
        // RFC 5961 §4.2; RFC 793, page 71: a SYN in the window is an error.
        return rfc5961 ? Answer(TimeWaitReply::Challenge)
                       : TimeWaitVerdict{.reply = TimeWaitReply::EndWithReset};
    }
    if (Has(Flag::ACK) && m_segment.Length() > 0)
    {
        return Answer(TimeWaitReply::Answer); // it cannot be, after the peer's FIN
    }
    return {.takesStamp = TakesStamp(), .counter = Has(Flag::ACK) ? nullptr : &Counters::noAck};
}

/** Linux, tcp_timewait_state_process(). */
TimeWaitVerdict
Judge::ButAtEdge() const
{
    const bool atEdge = !m_old && m_segment.seq == m_place.rcvNxt;
    if (Has(Flag::RST))
    {
        return atEdge ? OnReset() : OutOfPlace();
    }
    return atEdge && m_segment.Length() == 0 ? Answer(TimeWaitReply::Nothing) : OutOfPlace();
}

/** FreeBSD, tcp_twcheck(): neither the window nor the age of timestamps is looked at. */
TimeWaitVerdict
Judge::ButExact() const
{
    if (Has(Flag::RST))
    {
        return m_segment.seq == m_place.rcvNxt ? OnReset() : TimeWaitVerdict{};
    }
    if (!Has(Flag::ACK))
    {
        return {.counter = &Counters::noAck};
    }
    const bool exact = m_segment.flags == Flags(Flag::ACK) && m_segment.Length() == 0 &&
                       m_segment.seq == m_place.rcvNxt && m_segment.ack == m_place.sndNxt;
    TimeWaitVerdict verdict = Answer(exact ? TimeWaitReply::Nothing : TimeWaitReply::Answer);
    verdict.takesStamp = false;
    return verdict;
}

} // namespace

TimeWaitVerdict
JudgeInTimeWait(const Config& config, const TimeWaitPlace& place, const Segment& segment)
{
    const Judge judge(config, place, segment);
    return judge.Yields() ? TimeWaitVerdict{.reply = TimeWaitReply::Yield} : judge.Run();
}

TimeWaitVerdict
JudgeInTimeWaitWithoutListener(const Config& config,
                               const TimeWaitPlace& place,
                               const Segment& segment)
{
    return Judge(config, place, segment).Run();
}

} // namespace lifecycle
