#ifndef LIFECYCLE_VALIDATION_ATTRIBUTES_H
#define LIFECYCLE_VALIDATION_ATTRIBUTES_H

#include "internal/lifecycle-config-attributes.h"

/**
 * \file
 * The attributes of what is made of segments that should not have come.
 */

namespace ns3
{

/** Adds those of a handshake and of a connection that stands. */
template <typename Owner>
void
AddValidationAttributes(TypeId tid)
{
    AddConfigAttribute<Owner>(
        tid,
        "SequenceCheck",
        "Which segments are looked into: Overlapping the window (RFC 9293 §3.10.7.4), "
        "Touching it, as in Linux, or Reaching it, with what is old cut off, as in "
        "FreeBSD",
        [](auto& config) -> auto& { return config.validation.sequence; },
        MakeStringChecker());
    AddConfigAttribute<Owner>(
        tid,
        "OldestAck",
        "The oldest ACK that is taken: InWindow (RFC 5961 §5.2), or OfThisConnection, as "
        "in Linux and FreeBSD",
        [](auto& config) -> auto& { return config.validation.oldestAck; },
        MakeStringChecker());
    AddConfigAttribute<Owner>(
        tid,
        "DropWithoutAck",
        "Whether a segment that has neither ACK nor RST nor SYN is dropped before all "
        "checks, as in Linux",
        [](auto& config) -> auto& { return config.validation.dropsWithoutAck; },
        MakeBooleanChecker());
    AddConfigAttribute<Owner>(
        tid,
        "LenientReset",
        "Whether a RST one before RCV.NXT after a FIN, or at the edge of what SACK "
        "reported, is obeyed as well, as in Linux",
        [](auto& config) -> auto& { return config.validation.lenientReset; },
        MakeBooleanChecker());
    AddConfigAttribute<Owner>(
        tid,
        "ResetAtLastAck",
        "Whether the last ACK sent tells where a RST is obeyed, as in FreeBSD, instead of "
        "RCV.NXT",
        [](auto& config) -> auto& { return config.validation.resetAtLastAck; },
        MakeBooleanChecker());
    AddConfigAttribute<Owner>(
        tid,
        "InsecureReset",
        "Whether a RST anywhere in the window is obeyed in spite of RFC 5961 (FreeBSD "
        "net.inet.tcp.insecure_rst)",
        [](auto& config) -> auto& { return config.validation.insecureReset; },
        MakeBooleanChecker());
    AddConfigAttribute<Owner>(
        tid,
        "InsecureSyn",
        "Whether a SYN anywhere in the window ends the connection in spite of RFC 5961 "
        "(FreeBSD net.inet.tcp.insecure_syn)",
        [](auto& config) -> auto& { return config.validation.insecureSyn; },
        MakeBooleanChecker());
    AddConfigAttribute<Owner>(
        tid,
        "OldStampSlack",
        "How much older than the last one a timestamp has to be to be old (Linux "
        "TCP_PAWS_WINDOW)",
        [](auto& config) -> auto& { return config.validation.oldStampSlack; },
        ACount(0));
    AddConfigAttribute<Owner>(
        tid,
        "OldStamp",
        "What is done with a segment whose timestamp is old: Answer (RFC 7323 §5.3), "
        "AnswerNews, unless it is an ACK without news, as in Linux, or AnswerText, only "
        "if it has text, as in FreeBSD",
        [](auto& config) -> auto& { return config.validation.oldStamp; },
        MakeStringChecker());
    AddConfigAttribute<Owner>(
        tid,
        "OldStampVoidsReset",
        "Whether a RST with an old timestamp is ignored by half-open requests and in "
        "TIME_WAIT, as in Linux",
        [](auto& config) -> auto& { return config.validation.oldStampVoidsReset; },
        MakeBooleanChecker());
    AddConfigAttribute<Owner>(
        tid,
        "NeedTimestamp",
        "Whether segments without the timestamp that was agreed on are dropped (RFC 7323 "
        "§3.2; FreeBSD tolerate_missing_ts)",
        [](auto& config) -> auto& { return config.validation.needsTimestamp; },
        MakeBooleanChecker());
    AddConfigAttribute<Owner>(
        tid,
        "RequestSyn",
        "What a SYN in the window of a half-open request does: Forgets it (RFC 9293 "
        "§3.10.7.4), Resets (RFC 793, Linux), or Repeats the SYN-ACK, as in FreeBSD",
        [](auto& config) -> auto& { return config.validation.requestSyn; },
        MakeStringChecker());
    AddConfigAttribute<Owner>(
        tid,
        "RequestAck",
        "When a half-open request answers a wrong ACK with RST: AfterPlace, in the window "
        "only (RFC 9293 §3.10.7.4), BeforePlace, anywhere, as in Linux, or Ends, and is "
        "gone, as in FreeBSD",
        [](auto& config) -> auto& { return config.validation.requestAck; },
        MakeStringChecker());
    AddConfigAttribute<Owner>(
        tid,
        "InvalidAnswers",
        "How many answers InvalidInterval allows (FreeBSD net.inet.tcp.ack_war_cnt)",
        [](auto& config) -> auto& { return config.validation.invalidAnswers; },
        ACount(1));
    AddConfigAttribute<Owner>(
        tid,
        "LimitOnlyChallenges",
        "Whether InvalidInterval is for challenge ACKs only, as in FreeBSD",
        [](auto& config) -> auto& { return config.validation.limitsOnlyChallenges; },
        MakeBooleanChecker());
    AddConfigAttribute<Owner>(
        tid,
        "TakeSynAckText",
        "Whether text and FIN of a SYN-ACK are received (RFC 9293 §3.10.7.3); Linux does "
        "not",
        [](auto& config) -> auto& { return config.handshake.takesSynAckText; },
        MakeBooleanChecker());
    AddConfigAttribute<Owner>(
        tid,
        "CheckSynAckEcho",
        "Whether a SYN-ACK has to echo a timestamp that was sent, as in Linux",
        [](auto& config) -> auto& { return config.handshake.checksSynAckEcho; },
        MakeBooleanChecker());
    AddConfigAttribute<Owner>(
        tid,
        "SynAgainOnBadAck",
        "Whether the SYN is sent again at once when something else is acknowledged, as in "
        "Linux",
        [](auto& config) -> auto& { return config.handshake.synAgainOnBadAck; },
        MakeBooleanChecker());
    AddConfigAttribute<Owner>(
        tid,
        "ThreeHalvesQueue",
        "Whether the accept queue holds half as many again as the backlog, as in FreeBSD",
        [](auto& config) -> auto& { return config.handshake.threeHalvesQueue; },
        MakeBooleanChecker());
    AddConfigAttribute<Owner>(
        tid,
        "BacklogLimitsRequests",
        "Whether half-open requests are limited by the backlog as well as by SynBacklog",
        [](auto& config) -> auto& { return config.handshake.backlogLimitsRequests; },
        MakeBooleanChecker());
    AddConfigAttribute<Owner>(
        tid,
        "DeferAccept",
        "Time-outs of the SYN-ACK for which a third segment without data completes "
        "nothing (Linux TCP_DEFER_ACCEPT)",
        [](auto& config) -> auto& { return config.handshake.deferAccept; },
        ACount(0));
}

/** Adds those of a connection that ends. */
template <typename Owner>
void
AddLateSegmentAttributes(TypeId tid)
{
    AddConfigAttribute<Owner>(
        tid,
        "TimeWaitAnswers",
        "What TIME_WAIT answers with an ACK: ByTheRfc (RFC 9293 §3.10.7.4), ButAtEdge, "
        "all but an empty segment in its place, as in Linux, or ButExact, all that has "
        "ACK but the last one again, as in FreeBSD",
        [](auto& config) -> auto& { return config.closing.timeWaitAnswers; },
        MakeStringChecker());
    AddConfigAttribute<Owner>(
        tid,
        "ReuseByBoundConnect",
        "Whether an active open from a port that the application bound may take the place "
        "of a TIME_WAIT with timestamps at once, as in Linux",
        [](auto& config) -> auto& { return config.closing.reuseByBoundConnect; },
        MakeBooleanChecker());
    AddConfigAttribute<Owner>(
        tid,
        "ResetBeyondLateData",
        "Whether late data is all that ends beyond what was received, and text beyond the "
        "peer's FIN, as in Linux",
        [](auto& config) -> auto& { return config.closing.resetBeyondLateData; },
        MakeBooleanChecker());
    AddConfigAttribute<Owner>(
        tid,
        "FinWait2IsRecord",
        "Whether FIN_WAIT_2 without an application has rules like those of TIME_WAIT, as "
        "in Linux",
        [](auto& config) -> auto& { return config.closing.finWait2IsRecord; },
        MakeBooleanChecker());
    AddConfigAttribute<Owner>(
        tid,
        "RepeatFin",
        "Whether ACKs carry our FIN for as long as it is not acknowledged, as in FreeBSD",
        [](auto& config) -> auto& { return config.closing.repeatsFin; },
        MakeBooleanChecker());
}

} // namespace ns3

#endif /* LIFECYCLE_VALIDATION_ATTRIBUTES_H */
