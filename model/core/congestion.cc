#include "congestion.h"

#include "segment.h"

#include <algorithm>

namespace lifecycle
{

namespace
{

class NewRenoControl : public CongestionControl
{
  public:
    std::string_view Name() const override
    {
        return "NewReno";
    }

    void Grow(Flow& flow, const AckSample& sample) const override
    {
        Congestion& window = flow.window;
        const uint32_t acked = GrowInSlowStart(window, sample.acked);
        // Congestion avoidance: one segment for each window acknowledged (RFC 5681 §3.1 (3)).
        window.credit += acked;
        if (acked > 0 && window.credit >= window.cwnd)
        {
            window.credit -= window.cwnd;
            window.cwnd += flow.mss;
        }
    }

    uint32_t SsThresh(Flow& flow, CongestionSignal) const override
    {
        return std::max(flow.inFlight / 2, 2 * flow.mss); // RFC 5681 §3.1 (4)
    }
};

} // namespace

EcnCodepoint
CongestionControl::Capable() const
{
    return EcnCodepoint::Ect0; // RFC 3168 §5
}

uint32_t
GrowInSlowStart(Congestion& window, uint32_t bytes)
{
    if (!window.IsInSlowStart())
    {
        return bytes;
    }
    const uint32_t growth = std::min(bytes, window.ssthresh - window.cwnd);
    window.cwnd += growth;
    return bytes - growth;
}

std::shared_ptr<const CongestionControl>
NewReno()
{
    static const std::shared_ptr<const CongestionControl> control =
        std::make_shared<NewRenoControl>();
    return control;
}

} // namespace lifecycle
