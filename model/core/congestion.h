#ifndef LIFECYCLE_CORE_CONGESTION_H
#define LIFECYCLE_CORE_CONGESTION_H

#include "model-time.h"

#include <cstdint>

namespace lifecycle
{

/** What congestion control keeps for each connection. */
struct Congestion
{
    uint32_t cwnd{0};     //!< congestion window, bytes
    uint32_t ssthresh{0}; //!< slow-start threshold, bytes
    uint32_t credit{0};   //!< bytes acknowledged towards the next growth in congestion avoidance
};

/** Where loss recovery stands. */
enum class Phase : uint8_t
{
    Open,     //!< nothing is missing
    Recovery, //!< fast recovery until `recover` is acknowledged (RFC 6582, RFC 6675)
    Loss,     //!< after a time-out, until `recover` is acknowledged
};

/** What a growth of the window is decided on. */
struct AckSample
{
    uint32_t acked; //!< bytes newly acknowledged
    uint32_t mss;   //!< largest payload sent, bytes
    Instant now;
};

/**
 * The rule by which the congestion window grows and shrinks. One object serves all connections:
 * what belongs to a connection is in its Congestion.
 */
class CongestionControl
{
  public:
    virtual ~CongestionControl() = default;

    /** New data was acknowledged, outside of recovery, while the window was what held us back. */
    virtual void Grow(Congestion& state, const AckSample& sample) const = 0;

    /**
     * A loss was detected.
     * \param inFlight bytes in flight
     * \param mss largest payload sent, bytes
     * \returns the new slow-start threshold, bytes
     */
    virtual uint32_t SsThresh(const Congestion& state, uint32_t inFlight, uint32_t mss) const = 0;
};

/** Slow start and congestion avoidance by RFC 5681 §3.1. */
const CongestionControl& NewReno();

} // namespace lifecycle

#endif /* LIFECYCLE_CORE_CONGESTION_H */
