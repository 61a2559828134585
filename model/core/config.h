#ifndef LIFECYCLE_CORE_CONFIG_H
#define LIFECYCLE_CORE_CONFIG_H

#include "congestion.h"
#include "cubic.h"
#include "model-time.h"
#include "models.h"
#include "rtt-estimator.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <memory>
#include <optional>

namespace lifecycle
{

using namespace std::chrono_literals;

/** How the initial sequence number is chosen. */
enum class IsnChoice : uint8_t
{
    Hashed, //!< RFC 6528: keyed hash plus clock
    Fixed,  //!< always `fixedIsn`, for teaching
    Random, //!< from the injected source of randomness
};

/** How a local port is chosen for a connection (RFC 6056 §3.3). */
enum class PortChoice : uint8_t
{
    Hashed,     //!< starts at a place that depends on the destination (§3.3.4)
    Sequential, //!< the next one (§3.2)
    Random,     //!< any (§3.3.1)
};

/** Whether SYN cookies are sent (RFC 4987 §3.6). */
enum class SynCookies : uint8_t
{
    Never,
    OnOverflow, //!< when there are as many half-open requests as allowed
    Always,
};

/** What is done with a segment that finds a queue full. */
enum class Overflow : uint8_t
{
    Drop,  //!< nothing: the peer tries again
    Reset, //!< a RST: the peer is refused
};

/** How many segments complete the handshake. */
enum class HandshakeForm : uint8_t
{
    ThreeWay, //!< RFC 9293 §3.5
    TwoWay,   //!< the listener is ESTABLISHED on the SYN: to show what the third segment is for
};

/** Opening a connection. */
struct HandshakeConfig
{
    std::shared_ptr<const HandshakeModel> model{DefaultHandshakeModel()};
    HandshakeForm form{HandshakeForm::ThreeWay};
    uint32_t synRetries{6};            //!< SYNs sent again before giving up
    uint32_t synLinearTimeouts{0};     //!< of the time-outs of a SYN, these first do not double
    uint32_t synAckRetries{5};         //!< SYN-ACKs sent again before giving up
    std::optional<Duration> timeout{}; //!< time to be connected in, whatever the retries
    uint32_t backlog{4096};            //!< of a listener that does not say
    uint32_t backlogCap{4096};         //!< the most that a listener gets
    uint32_t synBacklog{4096};         //!< the most half-open requests of a listener
    bool synChecksAcceptQueue{true};   //!< a SYN is not taken while the accept queue is full
    SynCookies synCookies{SynCookies::OnOverflow};
    Overflow synOverflow{Overflow::Drop};
    Overflow acceptOverflow{Overflow::Drop};
    uint32_t fastOpenQueue{0}; //!< Fast Opens that a listener has half-open at the most; 0: none
    /** The key of Fast Open cookies, shared by servers that act as one; nothing: the node's own. */
    std::optional<std::array<uint64_t, 2>> fastOpenKey{};
    bool fastOpenWithoutCookie{false};      //!< a SYN with data opens at once, cookie or not
    bool fastOpenSendsWithoutCookie{false}; //!< our SYN carries data though no cookie is known
    bool dropSynFin{true};                  //!< a SYN|FIN at a listener is nonsense
    bool takesSynAckText{true};             //!< text and FIN of a SYN-ACK are received
    bool checksSynAckEcho{false};           //!< a SYN-ACK has to echo a timestamp of ours
    bool synAgainOnBadAck{false}; //!< an ACK of something else has the SYN sent again at once
    /** Whether a connection that ends before it is accepted stays in the queue, to be handed out.
     */
    bool acceptsEnded{false};
    bool threeHalvesQueue{false};     //!< the accept queue holds 3/2 of the backlog, and one more
    bool backlogLimitsRequests{true}; //!< half-open requests are no more than the backlog, and one
    /**
     * Time-outs of the SYN-ACK for which a third segment without data completes nothing (Linux
     * TCP_DEFER_ACCEPT); 0: the third segment does.
     */
    uint32_t deferAccept{0};
    IsnChoice isn{IsnChoice::Hashed};
    uint32_t fixedIsn{0};
    PortChoice ports{PortChoice::Hashed};
    uint16_t firstEphemeralPort{32768};
    uint16_t lastEphemeralPort{60999}; //!< inclusive
};

/** Which segments are looked into: the first check of RFC 9293 §3.10.7.4. */
enum class SequenceCheck : uint8_t
{
    Overlapping, //!< those of which any part lies in the window: the RFC's table
    Touching,    //!< that neither end before the window nor begin behind it; none may overrun it
                 //!< while data waits to be read
    Reaching,    //!< that do not begin behind the window; what is old of them is cut off
};

/** The least that an ACK may acknowledge in a synchronized state. */
enum class OldestAck : uint8_t
{
    InWindow,         //!< SND.UNA - MAX.SND.WND (RFC 5961 §5.2)
    OfThisConnection, //!< that, and nothing from before its first sequence number
};

/** What is done with a segment whose timestamp is older than the last one seen. */
enum class OldStamp : uint8_t
{
    Answer,     //!< it is answered with an ACK (RFC 7323 §5.3 R1)
    AnswerNews, //!< unless it is an ACK that brings nothing new
    AnswerText, //!< only if it has text
};

/** What a SYN in the window of a half-open request does. */
enum class RequestSyn : uint8_t
{
    Forgets, //!< the request is gone, as if the SYN had never come (RFC 9293 §3.10.7.4, fourth)
    Resets,  //!< the request is gone, and a RST sent (RFC 793, page 71)
    Repeats, //!< wherever it stands, the SYN-ACK is sent again
};

/** What a half-open request makes of an ACK that is not for its SYN-ACK. */
enum class RequestAck : uint8_t
{
    AfterPlace,  //!< if it is in the window, a RST (RFC 9293 §3.10.7.4, fifth)
    BeforePlace, //!< a RST, wherever it stands
    Ends,        //!< a RST, and the request is gone; the same for one out of the window
};

/** What a soft ICMP error does to a connection that is being opened (RFC 5461 §4). */
enum class SoftErrors : uint8_t
{
    EndAtOnce,     //!< the attempt fails, a half-open request is dropped
    EndIfRepeated, //!< they do at a second one, once the SYN or SYN-ACK was sent several times
    Note,          //!< nothing, but if the attempt times out, this is why (RFC 9293 §3.9.2.2)
};

/** Telling the peer's segments from others' (RFC 5961). */
struct ValidationConfig
{
    /** Whether RST, SYN and ACK are checked by RFC 5961; else by RFC 793. */
    bool rfc5961{true};
    bool insecureReset{false}; //!< but a RST anywhere in the window is obeyed
    bool insecureSyn{false};   //!< but a SYN anywhere in the window ends the connection
    SequenceCheck sequence{SequenceCheck::Overlapping};
    OldestAck oldestAck{OldestAck::InWindow};
    /** Whether a segment that has neither ACK nor RST nor SYN is dropped before all checks. */
    bool dropsWithoutAck{false};
    /** Whether a RST one before RCV.NXT, or at the edge of what SACK reported, is exact as well. */
    bool lenientReset{false};
    /** Whether it is the last ACK sent that tells where an exact RST is, instead of RCV.NXT. */
    bool resetAtLastAck{false};
    /** How much older than the last one a timestamp has to be to be old; ticks. */
    uint32_t oldStampSlack{0};
    OldStamp oldStamp{OldStamp::Answer};
    /** Whether a RST with an old timestamp is ignored by half-open requests and in TIME-WAIT. */
    bool oldStampVoidsReset{false};
    /** Whether segments without the timestamp that was agreed on are dropped (RFC 7323 §3.2). */
    bool needsTimestamp{false};
    RequestSyn requestSyn{RequestSyn::Forgets};
    RequestAck requestAck{RequestAck::AfterPlace};
    /** Challenge ACKs that the node sends in a second at the most (RFC 5961 §7). */
    uint32_t challengesPerSecond{UINT32_MAX};
    /**
     * Of the answers to challenges, to what has no text or FIN and is out of the window, and to a
     * SYN that comes again, a connection or record sends `invalidAnswers` in this time at the
     * most; zero: any number.
     */
    Duration invalidInterval{0};
    uint32_t invalidAnswers{1};
    bool limitsOnlyChallenges{false}; //!< all but challenges are always answered
    SoftErrors softErrors{SoftErrors::EndAtOnce};
    /** Whether a hard ICMP error ends a connection that stands (RFC 9293 §3.9.2.2, SHLD-26). */
    bool hardErrorsEnd{false};
};

/** What a SYN has to do to take the place of a TIME-WAIT. */
enum class SynReuse : uint8_t
{
    Never,
    IfNewer,  //!< have a newer timestamp or a higher sequence number (RFC 6191, RFC 9293 §3.6.1)
    IfHigher, //!< have a higher sequence number, whatever the timestamps
};

/** What is answered with an ACK in TIME-WAIT. */
enum class TimeWaitAnswers : uint8_t
{
    ByTheRfc,  //!< what is out of the window or occupies sequence numbers (RFC 9293 §3.10.7.4)
    ButAtEdge, //!< all but an empty segment at RCV.NXT and RSTs
    ButExact,  //!< all that has ACK, but for the one that repeats the last
};

/** Ending a connection. */
struct ClosingConfig
{
    std::shared_ptr<const TimeWaitModel> model{DefaultTimeWaitModel()};
    Duration msl{30s}; //!< maximum segment lifetime; TIME-WAIT lasts twice this
    /** The most TIME-WAIT records on the node. */
    uint32_t maxTimeWaits{UINT32_MAX};
    TimeWaitOverflow timeWaitOverflow{TimeWaitOverflow::SkipTimeWait};
    bool restartOnAnyAck{false}; //!< whatever is answered restarts TIME-WAIT, not only a FIN
    TimeWaitAnswers timeWaitAnswers{TimeWaitAnswers::ByTheRfc};
    bool rfc1337{false}; //!< a RST does not end TIME-WAIT
    SynReuse reuseBySyn{SynReuse::IfNewer};
    bool reuseByConnect{false};       //!< an active open may take the place of a TIME-WAIT
    Duration reuseByConnectAfter{1s}; //!< once it is as old as this
    /** Whether it may at once from a port that the application chose. */
    bool reuseByBoundConnect{false};
    /** Whether a bound port is free for another bind while connections of it are in TIME-WAIT. */
    bool bindOverTimeWait{false};
    /** Whether SO_REUSEADDR also lets a second listener have an address and port. */
    bool reuseAddressSharesListener{false};
    /** Whether a connection in TIME-WAIT is kept whole: to compare it with its record. */
    bool wholeTimeWait{false};
    /** How long to wait for the peer's FIN once the application is gone; nothing: for ever. */
    std::optional<Duration> finWait2Timeout{60s};
    uint32_t orphanRetries{8};       //!< retransmissions once the application is gone
    uint32_t maxOrphans{UINT32_MAX}; //!< connections without an application on the node
    bool resetOnUnreadData{true};    //!< closing with unread data sends RST (RFC 2525 §2.17)
    bool resetOnLateData{true};      //!< data for a closed application is answered with RST
    /** Whether all is late data that ends beyond RCV.NXT, and text beyond the peer's FIN. */
    bool resetBeyondLateData{false};
    /** Whether FIN-WAIT-2 without an application is short for TIME-WAIT, with rules of its own. */
    bool finWait2IsRecord{false};
    bool repeatsFin{false};   //!< ACKs carry our FIN for as long as it is not acknowledged
    bool abortOnClose{false}; //!< SO_LINGER with a time of zero: Close is Abort
};

/** What a keepalive probe carries. */
enum class KeepaliveProbe : uint8_t
{
    Empty,       //!< nothing, one before SND.NXT
    GarbageByte, //!< one byte that the peer has already (RFC 9293 §3.8.4, for old peers)
};

/** Finding out whether an idle peer is still there. */
struct KeepaliveConfig
{
    std::shared_ptr<const KeepaliveModel> model{DefaultKeepaliveModel()};
    bool enabled{false};    //!< off by default, RFC 9293 §3.8.4
    Duration idle{2h};      //!< silence before the first probe
    Duration interval{75s}; //!< between probes
    uint32_t probes{9};     //!< unanswered ones before giving up
    KeepaliveProbe probe{KeepaliveProbe::Empty};
    /** How long anything sent may stay unanswered (RFC 5482); nothing: see DataConfig::dataRetries.
     */
    std::optional<Duration> userTimeout{};
};

/** What a window probe carries. */
enum class PersistProbe : uint8_t
{
    OneByte,    //!< the next byte of the stream (RFC 9293 §3.8.6.1)
    ZeroLength, //!< nothing, one before the window, as Linux does
};

/** How it is found that something in flight is lost. */
enum class LossDetection : uint8_t
{
    DuplicateAcks, //!< by counting (RFC 5681 §3.2, RFC 6675)
    Rack,          //!< by time (RFC 8985), with a peer that speaks SACK; else by counting
};

/** What lets a small segment wait for company. */
enum class Nagle : uint8_t
{
    AnyInFlight,   //!< RFC 9293 §3.7.4: anything unacknowledged
    SmallInFlight, //!< Minshall's: a small segment unacknowledged, as Linux has it
};

/** What becomes of the congestion window when nothing was sent for longer than the time-out. */
enum class IdleRestart : uint8_t
{
    Never,
    InitialWindow, //!< RFC 5681 §4.1: the initial window
    Halving,       //!< RFC 2861, as Linux has it: half for every time-out
};

/** Whether explicit congestion notification (RFC 3168) is used. */
enum class Ecn : uint8_t
{
    Off,
    Passive, //!< if the peer asks for it
    Active,  //!< our SYN asks for it
};

/** When reading makes so much room that the peer is told at once. */
enum class WindowUpdates : uint8_t
{
    WhenDoubled, //!< what is offered at least doubles (Linux __tcp_cleanup_rbuf())
    BySteps,     //!< a quarter of the buffer, and less where there is little (FreeBSD tcp_output())
};

/** Carrying data. */
struct DataConfig
{
    uint16_t mss{1460};               //!< largest payload to accept where the link does not say
    uint16_t mssLimit{UINT16_MAX};    //!< largest payload to accept whatever the link says
    uint32_t sndBuf{131072};          //!< bytes; stock ns-3 default of SndBufSize
    uint32_t rcvBuf{131072};          //!< bytes; stock ns-3 default of RcvBufSize
    uint32_t windowClamp{UINT32_MAX}; //!< bytes that the window offers at the most
    bool offersAllFree{false};        //!< every window says all that is free, by the byte
    WindowUpdates windowUpdates{WindowUpdates::WhenDoubled}; //!< after the application reads
    bool roundRcvBuf{false};              //!< rcvBuf is made a multiple of the MSS (FreeBSD)
    uint32_t initialWindow{10};           //!< segments, RFC 6928
    uint32_t initialSsthresh{UINT32_MAX}; //!< bytes, RFC 5681 §3.1: arbitrarily high
    RtoLimits rto{.initial = 1s, .minimum = 200ms, .maximum = 120s, .minimumBoundsVariance = true};
    uint32_t dataRetries{15}; //!< Linux tcp_retries2
    /**
     * If set, retries of data are not counted: it is given up once as much time has passed since
     * the first one as so many time-outs would take that began with this.
     */
    std::optional<Duration> retriesFrom{};
    Duration persistMinimum{0};               //!< the least time between window probes
    Duration persistMaximum{Duration::max()}; //!< the longest
    Duration delayedAck{40ms};                //!< Linux TCP_DELACK_MIN
    uint32_t segmentsPerAck{2};               //!< RFC 9293 §3.8.6.3
    bool acksOldTextAtOnce{false};            //!< also where the rest of the segment is new
    uint32_t dupAckThreshold{3};              //!< RFC 5681 §3.2
    bool nagle{true};                         //!< RFC 9293 §3.7.4
    bool windowScaling{true};                 //!< RFC 7323
    bool timestamps{true};                    //!< RFC 7323
    bool sack{true};                          //!< RFC 2018
    /**
     * PSH ends what leaves at once, as Linux hands it on in pieces of several segments; this is the
     * least that a piece has room for. 0: it does not.
     */
    uint32_t leastBurst{0};
    PersistProbe persistProbe{PersistProbe::OneByte};
    /** How long to wait before the first window probe; nothing: the RTO (RFC 9293 §3.8.6.1). */
    std::optional<Duration> persistTimeout{};
    std::shared_ptr<const CongestionControl> congestion{Cubic()};
    LossDetection lossDetection{LossDetection::Rack};
    bool lossProbe{true};                  //!< RFC 8985 §7, where RACK is used
    Duration peersAckDelay{200ms};         //!< RFC 8985 §7.2: TLP.max_ack_delay
    bool prr{true};                        //!< RFC 9937, with a peer that speaks SACK
    bool eifel{true};                      //!< RFC 3522: timestamps show that nothing was lost
    bool fRto{true};                       //!< RFC 5682, where there are no timestamps
    bool duplicateSack{true};              //!< RFC 2883: to report what arrives twice
    bool finEndsReports{false};            //!< but not with the ACK of the peer's FIN
    Nagle nagleRule{Nagle::SmallInFlight}; //!< where `nagle` is on
    bool cork{false};                      //!< segments that are not full wait (Linux TCP_CORK)
    uint32_t quickAcks{16}; //!< first ACKs that are not delayed (Linux TCP_MAX_QUICKACKS)
    IdleRestart idleRestart{IdleRestart::Halving};
    /** In slow start, a window counts as used of which half was in flight (tcp_is_cwnd_limited()).
     */
    bool growsHalfUsed{false};
    bool offersPathMss{false}; //!< a SYN sent again offers no larger MSS than the path carries
    uint32_t rcvBufMost{0};    //!< bytes up to which the receive buffer tunes itself, 0: never
    Ecn ecn{Ecn::Passive};
    uint16_t leastPathMss{512}; //!< no ICMP error makes segments smaller: Linux min_pmtu 552
    /** After that, larger ones are tried (RFC 1191 §6.3); nothing: never. */
    std::optional<Duration> pathMssExpiry{600s};
    bool pacing{false}; //!< segments are spread over the round trip

    /** \returns the largest payload to accept over a link that carries \p linkMss (0: not known) */
    uint16_t OwnMss(uint16_t linkMss) const
    {
        return std::min(linkMss != 0 ? linkMss : mss, mssLimit);
    }
};

/** Everything that can be set for a connection; a node has one, a connection may have its own. */
struct Config
{
    HandshakeConfig handshake;
    ValidationConfig validation;
    ClosingConfig closing;
    KeepaliveConfig keepalive;
    DataConfig data;
};

/** \returns \p timeout doubled \p doublings times, but no more than \p maximum (RFC 6298 §5.5) */
Duration BackOff(Duration timeout, uint32_t doublings, Duration maximum);

/** \returns how long a first time-out of \p first and \p retries more take, each doubled */
Duration TimeOfRetries(Duration first, uint32_t retries, Duration maximum);

} // namespace lifecycle

#endif /* LIFECYCLE_CORE_CONFIG_H */
