#include "arrival.h"
#include "context.h"
#include "handshake.h"
#include "time-wait-rules.h"

namespace lifecycle
{

namespace
{

/** A TIME_WAIT record, as far as a segment can change it. */
class Record
{
  public:
    Record(Context& context, uint32_t index)
        : m_context(context),
          m_index(index),
          m_record(context.timeWaits.Get(index))
    {
    }

    const Config& GetConfig() const
    {
        return m_context.configs.Get(m_record.config);
    }

    TimeWaitPlace Place(Instant now) const
    {
        return {m_record.sndNxt,
                m_record.rcvNxt,
                m_record.RcvWnd(),
                m_record.timestamps,
                m_record.tsRecent,
                now - m_context.timeWaitTimers.BeganAt(m_index)};
    }

    RecordRef Ref() const
    {
        return {RecordKind::TimeWait, m_index};
    }

    void TakeStamp(uint32_t stamp)
    {
        m_record.tsRecent = stamp;
    }

    void Restart(Instant now)
    {
        m_context.timeWaitTimers.Restart(m_index, now);
    }

    /** Acknowledges for a connection that is no more. */
    void Acknowledge(Instant now)
    {
        const FourTuple tuple = m_context.TupleOf(m_record);
        Segment ack = BareAck(tuple, m_record.sndNxt, m_record.rcvNxt, m_record.window);
        if (m_record.timestamps)
        {
            const uint32_t offset = TimestampOffset(m_context.secret, tuple);
            ack.options.timestamps = Timestamps{TimestampClock(now, offset), m_record.tsRecent};
        }
        m_context.Emit(ack);
    }

    void End(Event event, Instant)
    {
        m_context.EndTimeWait(m_index, event);
    }

  private:
    Context& m_context;
    uint32_t m_index;
    TimeWaitRecord& m_record;
};

/** A whole connection in TIME-WAIT, as far as a segment can change it. */
class Whole
{
  public:
    Whole(Context& context, Connection& connection)
        : m_context(context),
          m_conn(connection)
    {
    }

    const Config& GetConfig() const
    {
        return *m_conn.config;
    }

    TimeWaitPlace Place(Instant now) const
    {
        return {m_conn.SndNxt(),
                m_conn.rcvNxt,
                m_conn.RcvWnd(),
                m_conn.agreement.timestamps,
                m_conn.tsRecent,
                now - m_conn.lastHeard};
    }

    RecordRef Ref() const
    {
        return {RecordKind::Connection, m_conn.index};
    }

    void TakeStamp(uint32_t stamp)
    {
        m_conn.tsRecent = stamp;
    }

    void Restart(Instant now)
    {
        m_conn.FindExtras()->timer += now - m_conn.lastHeard;
        m_conn.lastHeard = now;
        m_context.MarkReady(m_conn);
    }

    void Acknowledge(Instant)
    {
        m_conn.ackNow = true;
        m_context.MarkReady(m_conn);
    }

    void End(Event event, Instant now)
    {
        m_context.End(m_conn, event, CloseReason::Normal, now);
    }

  private:
    Context& m_context;
    Connection& m_conn;
};

/** One segment at a TIME-WAIT of either kind. */
template <typename Target>
class TimeWaitArrival
{
  public:
    TimeWaitArrival(Context& context, Target target, const Segment& segment, Instant now)
        : m_context(context),
          m_target(target),
          m_segment(segment),
          m_now(now)
    {
    }

    Placement Run()
    {
        const Config& config = m_target.GetConfig();
        const TimeWaitPlace place = m_target.Place(m_now);
        TimeWaitVerdict verdict = JudgeInTimeWait(config, place, m_segment);
        if (verdict.reply == TimeWaitReply::Yield)
        {
            if (Listener* listener = m_context.FindListener(m_segment))
            {
                return Yield(*listener, place.sndNxt);
            }
            verdict = JudgeInTimeWaitWithoutListener(config, place, m_segment);
        }
        Follow(verdict);
        return {};
    }

  private:
    /** RFC 9293 §3.6.1: a new connection begins in this one's place. */
    Placement Yield(Listener& listener, SeqNum sndNxt)
    {
        ++m_context.counters.timeWaitReuses;
        m_target.End(Event::Abort, m_now);
        return ArriveAtListener(m_context, listener, m_segment, sndNxt, m_now);
    }

    void Follow(const TimeWaitVerdict& verdict)
    {
        if (verdict.counter != nullptr)
        {
            ++(m_context.counters.*verdict.counter);
        }
        if (verdict.takesStamp)
        {
            m_target.TakeStamp(m_segment.options.timestamps->value);
        }
        if (verdict.restarts)
        {
            ++m_context.counters.timeWaitRestarts;
            m_target.Restart(m_now);
        }
        Reply(verdict.reply);
    }

    void Reply(TimeWaitReply reply)
    {
        const ValidationConfig& validation = m_target.GetConfig().validation;
        switch (reply)
        {
        case TimeWaitReply::Answer:
            if (m_context.MayAnswer(m_target.Ref(), validation, m_segment, m_now))
            {
                m_target.Acknowledge(m_now);
            }
            break;
        case TimeWaitReply::Challenge:
            if (m_context.MayChallenge(m_target.Ref(), validation, m_now))
            {
                m_target.Acknowledge(m_now);
            }
            break;
        case TimeWaitReply::EndWithReset:
            m_context.Refuse(m_segment);
            m_target.End(Event::Abort, m_now);
            break;
        case TimeWaitReply::End:
            ++m_context.counters.resetsIn;
            m_target.End(Event::RcvRst, m_now);
            break;
        default:
            break;
        }
    }

    Context& m_context;
    Target m_target;
    const Segment& m_segment;
    Instant m_now;
};

} // namespace

Placement
ArriveAtTimeWait(Context& context, uint32_t index, const Segment& segment, Instant now)
{
    return TimeWaitArrival(context, Record(context, index), segment, now).Run();
}

Placement
ArriveAtWholeTimeWait(Context& context, Connection& connection, const Segment& segment, Instant now)
{
    return TimeWaitArrival(context, Whole(context, connection), segment, now).Run();
}

} // namespace lifecycle
