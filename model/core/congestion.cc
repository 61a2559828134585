#include "congestion.h"

#include <algorithm>

namespace lifecycle
{

namespace
{

class NewRenoControl : public CongestionControl
{
  public:
    void Grow(Congestion& state, const AckSample& sample) const override
    {
        uint32_t acked = sample.acked;
        if (state.cwnd < state.ssthresh)
        {
            // Slow start with appropriate byte counting: what was acknowledged, up to the
            // threshold.
            const uint32_t growth = std::min(acked, state.ssthresh - state.cwnd);
            state.cwnd += growth;
            acked -= growth;
        }
        // Congestion avoidance: one segment for each window acknowledged (RFC 5681 §3.1 (3)).
        state.credit += acked;
        if (acked > 0 && state.credit >= state.cwnd)
        {
            state.credit -= state.cwnd;
            state.cwnd += sample.mss;
        }
    }

    uint32_t SsThresh(const Congestion&, uint32_t inFlight, uint32_t mss) const override
    {
        return std::max(inFlight / 2, 2 * mss); // RFC 5681 §3.1 (4)
    }
};

} // namespace

const CongestionControl&
NewReno()
{
    static const NewRenoControl control;
    return control;
}

} // namespace lifecycle
