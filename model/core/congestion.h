#ifndef LIFECYCLE_CORE_CONGESTION_H
#define LIFECYCLE_CORE_CONGESTION_H

#include "model-time.h"
#include "seq-num.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>

namespace lifecycle
{

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
};

/** What happens to a connection that a congestion control may want to know of. */
enum class CongestionEvent : uint8_t
{
    TransmitStart, //!< data is sent, and nothing was in flight
    IdleRestart,   //!< the window was reduced because nothing was sent for long (RFC 5681 §4.1)
    Recovered,     //!< what was in flight when the loss was found is acknowledged
    Undo,          //!< nothing had been lost: the window is what it was before
};

/**
 * What a congestion control keeps for one connection beyond Congestion. It makes it when it needs
 * it first, and derives from this.
 */
class CongestionMemory
{
  public:
    virtual ~CongestionMemory() = default;
};

/** A connection as its congestion control sees it. */
struct Flow
{
    Congestion& window;                        //!< to be changed
    std::unique_ptr<CongestionMemory>& memory; //!< null until the congestion control makes it
    uint32_t mss{0};                           //!< largest payload sent, bytes
    uint32_t inFlight{0};                      //!< bytes thought to be on their way
    SeqNum sndUna{};
    SeqNum sndNxt{};
    Duration srtt{};    //!< smoothed round-trip time, zero before the first measurement
    Instant lastSent{}; //!< when data was sent last
    Phase phase{Phase::Open};
    bool cwndLimited{false}; //!< the window is what held the sender back
    Instant now{};
};

/** What one acknowledgement says. */
struct AckSample
{
    uint32_t acked{0};             //!< bytes newly acknowledged, in order
    uint32_t delivered{0};         //!< bytes newly known to have arrived, SACKed ones included
    uint32_t lost{0};              //!< bytes newly thought to be lost
    std::optional<Duration> rtt{}; //!< measured with it
    bool ece{false};               //!< it says that a router met congestion (RFC 3168)
    bool wholeFlightAcked{false};  //!< nothing is in flight any more
};

/**
 * The rule by which the congestion window grows and shrinks. One object serves all connections:
 * what belongs to a connection is in its Flow. The calls come in the order in which Linux and ns-3
 * make them: OnAck for every acknowledgement of data, then Grow or, if a reduction is due,
 * SsThresh.
 */
class CongestionControl
{
  public:
    virtual ~CongestionControl() = default;

    /** What scripts call it. */
    virtual std::string_view Name() const = 0;

    /** The connection is established; the window is the initial one. */
    virtual void Start(Flow&) const
    {
    }

    /** Data was acknowledged; nothing is to be changed yet. */
    virtual void OnAck(Flow&, const AckSample&) const
    {
    }

    /** New data was acknowledged, outside of recovery, while the window was what held us back. */
    virtual void Grow(Flow& flow, const AckSample& sample) const = 0;

    /** \returns the new slow-start threshold, bytes, now that there is congestion */
    virtual uint32_t SsThresh(Flow& flow, CongestionSignal signal) const = 0;

    /** Whether ECN's marks are to be reported one by one, as for DCTCP (RFC 8257 §3.2). */
    virtual bool WantsEveryMark() const
    {
        return false;
    }

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
