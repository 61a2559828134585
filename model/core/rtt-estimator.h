#ifndef LIFECYCLE_CORE_RTT_ESTIMATOR_H
#define LIFECYCLE_CORE_RTT_ESTIMATOR_H

#include "model-time.h"

#include <algorithm>
#include <cstdint>
#include <limits>

namespace lifecycle
{

/** How a retransmission time-out is made from the estimate. */
struct RtoLimits
{
    Duration initial; //!< before the first sample (RFC 6298 §2.1: 1 s)
    Duration minimum; //!< lower bound, see `minimumBoundsVariance`
    Duration maximum; //!< upper bound, back-off included
    /**
     * Whether the lower bound is on the variance term (Linux: RTO ≥ SRTT + 200 ms) or on the RTO
     * itself (RFC 6298 §2.4). The former leaves a peer room to delay its ACK.
     */
    bool minimumBoundsVariance;
    /** What is added to a time-out once it has a sample, or has doubled, within the maximum. */
    Duration slop{0};
};

/** Smoothed round-trip time and its variation (RFC 6298 §2), to the microsecond. */
class RttEstimator
{
  public:
    bool HasSample() const
    {
        return m_srtt != 0;
    }

    Duration Srtt() const
    {
        return std::chrono::microseconds(m_srtt);
    }

    Duration RttVar() const
    {
        return std::chrono::microseconds(m_rttVar);
    }

    /** The shortest sample of all, zero before the first. */
    Duration MinRtt() const
    {
        return std::chrono::microseconds(HasSample() ? m_minRtt : 0);
    }

    void AddSample(Duration sample)
    {
        using std::chrono::duration_cast;
        using std::chrono::microseconds;
        const int64_t rtt = std::clamp<int64_t>(duration_cast<microseconds>(sample).count(),
                                                1,
                                                std::numeric_limits<int32_t>::max());
        m_minRtt = std::min(m_minRtt, static_cast<uint32_t>(rtt));
        if (!HasSample())
        {
            m_srtt = static_cast<uint32_t>(rtt);
            m_rttVar = static_cast<uint32_t>(rtt / 2); // RFC 6298 §2.2
            return;
        }
        const int64_t error = rtt - m_srtt;
        // RFC 6298 §2.3 with beta = 1/4 and alpha = 1/8
        m_rttVar = static_cast<uint32_t>(m_rttVar + ((error < 0 ? -error : error) - m_rttVar) / 4);
        m_srtt = static_cast<uint32_t>(std::max<int64_t>(1, m_srtt + error / 8));
    }

    /** The time-out before any back-off. */
    Duration Rto(const RtoLimits& limits) const
    {
        if (!HasSample())
        {
            return limits.initial;
        }
        const Duration spread = 4 * RttVar();
        const Duration rto =
            limits.minimumBoundsVariance
                ? Srtt() + std::max(spread, limits.minimum)
                : std::max(Srtt() + std::max<Duration>(spread, std::chrono::milliseconds(1)),
                           limits.minimum);
        return std::min(rto, limits.maximum);
    }

  private:
    uint32_t m_srtt{0};            //!< microseconds, 0 before the first sample
    uint32_t m_rttVar{0};          //!< microseconds
    uint32_t m_minRtt{UINT32_MAX}; //!< microseconds
};

} // namespace lifecycle

#endif /* LIFECYCLE_CORE_RTT_ESTIMATOR_H */
