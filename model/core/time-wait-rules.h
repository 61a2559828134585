#ifndef LIFECYCLE_CORE_TIME_WAIT_RULES_H
#define LIFECYCLE_CORE_TIME_WAIT_RULES_H

#include "config.h"
#include "counters.h"
#include "segment.h"

#include <cstdint>

namespace lifecycle
{

/** A connection in TIME-WAIT as a segment meets it, whether a record or kept whole. */
struct TimeWaitPlace
{
    SeqNum sndNxt;
    SeqNum rcvNxt;
    uint32_t rcvWnd{0}; //!< bytes that the peer was promised
    bool timestamps{false};
    uint32_t tsRecent{0};
    Duration age{}; //!< since TIME-WAIT began, or was restarted
};

/** What becomes of a segment in TIME-WAIT. */
enum class TimeWaitReply : uint8_t
{
    Nothing,
    Answer,       //!< an ACK that tells where we stand
    Challenge,    //!< such an ACK because of RST or SYN (RFC 5961)
    End,          //!< TIME-WAIT is over
    EndWithReset, //!< the same, and a RST is sent
    Yield,        //!< the SYN begins a new connection, if somebody listens
};

/** The verdict about a segment in TIME-WAIT. */
struct TimeWaitVerdict
{
    TimeWaitReply reply{TimeWaitReply::Nothing};
    bool restarts{false};                 //!< TIME-WAIT starts anew
    bool takesStamp{false};               //!< the segment's timestamp is the one to echo
    uint64_t Counters::*counter{nullptr}; //!< what it counts as, if anything
};

/** Judges a segment by the rules of ClosingConfig::timeWaitAnswers; nothing is changed. */
TimeWaitVerdict JudgeInTimeWait(const Config& config,
                                const TimeWaitPlace& place,
                                const Segment& segment);

/** The verdict if nobody listens for a new connection. */
TimeWaitVerdict JudgeInTimeWaitWithoutListener(const Config& config,
                                               const TimeWaitPlace& place,
                                               const Segment& segment);

} // namespace lifecycle

#endif /* LIFECYCLE_CORE_TIME_WAIT_RULES_H */
