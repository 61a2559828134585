#ifndef LIFECYCLE_CORE_CONGESTION_H
#define LIFECYCLE_CORE_CONGESTION_H

#include "delivery-rate.h"
#include "model-time.h"
#include "seq-num.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>

namespace lifecycle
{

enum class EcnCodepoint : uint8_t;

/** The congestion window of a connection: all that is kept of it while nothing is sent. */
struct Congestion
{
    uint32_t cwnd{0};     //!< congestion window, bytes
    uint32_t ssthresh{0}; //!< slow-start threshold, bytes
    uint32_t credit{0};   //!< bytes acknowledged towards the next growth in congestion avoidance

    bool IsInSlowStart() const
    {
        return cwnd < ssthresh;
    }
};

/** Where loss recovery stands. */
enum class Phase : uint8_t
{
    Open,     //!< nothing is missing
    Recovery, //!< fast recovery until `recover` is acknowledged (RFC 6582, RFC 6675)
    Loss,     //!< after a time-out, until `recover` is acknowledged
};

/** Why the window is made smaller. */
enum class CongestionSignal : uint8_t
{
    Loss,    //!< found by acknowledgements
    Timeout, //!< found by the retransmission timer
    Ecn,     //!< told by a router (RFC 3168)
    Tail,    //!< found and repaired by a tail loss probe (RFC 8985 §7.4.1)
};

/** What happens to a connection that a congestion control may want to know of. */
enum class CongestionEvent : uint8_t
{
    TransmitStart, //!< data is sent, and nothing is on its way
    IdleRestart,   //!< the window was reduced because nothing was sent for long (RFC 5681 §4.1)
    Timeout,       //!< the retransmission timer ran out: the window is about to collapse
    Recovered,     //!< what was in flight when the window was reduced is acknowledged
    Undo,          //!< nothing had been lost: the window is what it was before

    // Only if WantsDetails(), of data that arrives:
    MarkedArrival,   //!< a router has met congestion (RFC 3168)
    UnmarkedArrival, //!< it is ECN-capable, and no router has
    AckDelayed,      //!< its ACK waits; or has waited, and is sent
    AckAtOnce,       //!< its ACK is sent
};

/**
 * What a congestion control keeps for one connection beyond Congestion. It makes it when it needs
 * it first, and derives from this.
 */
class CongestionMemory
{
  public:
    virtual ~CongestionMemory() = default;

    /** Measures how fast data arrives, if the congestion control made it. */
    std::unique_ptr<DeliveryRate> rates;
};

/** A connection as its congestion control sees it. */
struct Flow
{
    Congestion& window;                        //!< to be changed
    std::unique_ptr<CongestionMemory>& memory; //!< null until the congestion control makes it
    uint32_t mss{0};                           //!< largest payload sent, bytes
    uint32_t inFlight{0};                      //!< bytes not acknowledged, within the window
    uint32_t pipe{0};                          //!< bytes thought to be on their way (RFC 6675 §5)
    SeqNum sndUna{};
    SeqNum sndNxt{};
    SeqNum rcvNxt{};
    Duration srtt{};    //!< smoothed round-trip time, zero before the first measurement
    Instant lastSent{}; //!< when data was sent last
    Phase phase{Phase::Open};
    bool cwndLimited{false}; //!< the window is what held the sender back
    bool ecn{false};         //!< both ends have agreed on ECN
    Instant now{};
};

/** What one acknowledgement says. */
struct AckSample
{
    uint32_t acked{0};             //!< bytes newly acknowledged, in order
    uint32_t delivered{0};         //!< bytes newly known to have arrived, SACKed ones included
    std::optional<Duration> rtt{}; //!< measured with it
    bool ece{false};               //!< it says that a router met congestion (RFC 3168)
    bool wholeFlightAcked{false};  //!< nothing is in flight any more
    bool duplicate{false};         //!< it brings news by SACK, or repeats the last (RFC 6675 §2)
    uint32_t stamp{0};             //!< the peer's clock when it was sent, 0: not known (RFC 7323)
    uint32_t echoedStamp{0};       //!< ours when that was sent which it answers, milliseconds
};

/**
 * The rule by which the congestion window grows and shrinks. One object serves all connections:
 * what belongs to a connection is in its Flow. The calls come in the order in which Linux and ns-3
 * make them: OnAck for every acknowledgement while data is in flight, then Grow or, if a reduction
 * is due, SsThresh; OnAckDone ends it.
 */
class CongestionControl
{
  public:
    virtual ~CongestionControl() = default;

    /** What scripts call it. */
    virtual std::string_view Name() const = 0;

    /** The connection is established, or governed by another until now. */
    virtual void Start(Flow&) const
    {
    }

    /** An acknowledgement came, of new data or not; nothing is to be changed yet. */
    virtual void OnAck(Flow&, const AckSample&) const
    {
    }

    /**
     * New data was acknowledged, outside of recovery, while the window was what held us back; if
     * WantsDetails(), whatever held us back.
     */
    virtual void Grow(Flow& flow, const AckSample& sample) const = 0;

    /** \returns the new slow-start threshold, bytes, now that there is congestion */
    virtual uint32_t SsThresh(Flow& flow, CongestionSignal signal) const = 0;

    /** Whether it is told what native ones do without: OnAckDone, and what arrives. */
    virtual bool WantsDetails() const
    {
        return false;
    }

    /** All is done that an acknowledgement asks for, but for sending. */
    virtual void OnAckDone(Flow&, const RateSample&) const
    {
    }

    /** Whether it sets the window itself, in recovery too: nobody else does, but at a time-out. */
    virtual bool SetsWindow() const
    {
        return false;
    }

    /**
     * Whether ECN is as DCTCP needs it: asked for whatever the configuration says, marks reported
     * one by one (RFC 8257 §3.2), all segments capable (Linux INET_ECN_xmit).
     */
    virtual bool WantsEveryMark() const
    {
        return false;
    }

    /** \returns the codepoint of segments that are ECN-capable */
    virtual EcnCodepoint Capable() const;

    /** \returns the rate to send at, bytes a second, if the congestion control has one */
    virtual std::optional<uint64_t> PacingRate(const Flow&) const
    {
        return std::nullopt;
    }

    /** Something else happened. */
    virtual void OnEvent(Flow&, CongestionEvent) const
    {
    }
};

/** Slow start and congestion avoidance by RFC 5681 §3.1. */
std::shared_ptr<const CongestionControl> NewReno();

/**
 * Slow start by appropriate byte counting (RFC 3465), up to the threshold.
 * \param bytes acknowledged, or less if it is to be slower
 * \returns those that are left for congestion avoidance
 */
uint32_t GrowInSlowStart(Congestion& window, uint32_t bytes);

} // namespace lifecycle

#endif /* LIFECYCLE_CORE_CONGESTION_H */
