#include "cubic.h"

#include "hystart.h"

#include <algorithm>
#include <cmath>

namespace lifecycle
{

namespace
{

constexpr double kC = 0.4;                                     // RFC 9438 §5
constexpr double kBeta = 0.7;                                  // RFC 9438 §4.6
constexpr double kAlpha = 3.0 * (1.0 - kBeta) / (1.0 + kBeta); // RFC 9438 §4.3
constexpr double kFastConvergence = (1.0 + kBeta) / 2.0;       // RFC 9438 §4.7

/** The curve, in segments and seconds. Names are those of RFC 9438 §4.1.2. */
struct Curve
{
    double wMax{0};             //!< the window before the last reduction, 0: there was none
    double k{0};                //!< when the curve comes back to wMax
    double wEst{0};             //!< the window that Reno would have
    double cwndPrior{0};        //!< the window when the last reduction began
    double fraction{0};         //!< of a segment that the window is still to grow by
    Instant epochStart{kNever}; //!< of this congestion avoidance, kNever: not begun
};

struct CubicMemory : CongestionMemory
{
    Curve curve;
    Curve before; //!< the last reduction, to take it back
    HyStart hyStart;
};

class CubicControl : public CongestionControl
{
  public:
    explicit CubicControl(SlowStart slowStart)
        : m_slowStart(slowStart)
    {
    }

    std::string_view Name() const override
    {
        return m_slowStart == SlowStart::HyStart ? "Cubic" : "CubicWithoutHyStart";
    }

    void OnAck(Flow& flow, const AckSample& sample) const override;
    void Grow(Flow& flow, const AckSample& sample) const override;
    uint32_t SsThresh(Flow& flow, CongestionSignal signal) const override;
    void OnEvent(Flow& flow, CongestionEvent event) const override;

  private:
    CubicMemory& Memory(Flow& flow) const;
    static void StartEpoch(Curve& curve, double cwnd, Instant now);
    static double Target(const Curve& curve, const Flow& flow, double cwnd);

    SlowStart m_slowStart;
};

CubicMemory&
CubicControl::Memory(Flow& flow) const
{
    if (!flow.memory)
    {
        flow.memory = std::make_unique<CubicMemory>();
    }
    return static_cast<CubicMemory&>(*flow.memory);
}

void
CubicControl::OnAck(Flow& flow, const AckSample& sample) const
{
    // A connection that never fills its initial window needs no memory.
    const bool watch = m_slowStart == SlowStart::HyStart && sample.acked > 0 &&
                       flow.window.IsInSlowStart() && flow.phase == Phase::Open &&
                       (flow.memory || flow.cwndLimited);
    if (watch)
    {
        Memory(flow).hyStart.OnAck(flow, sample);
    }
}

/** RFC 9438 §4.2: W_max and the window now decide when the curve comes back to W_max. */
void
CubicControl::StartEpoch(Curve& curve, double cwnd, Instant now)
{
    curve.epochStart = now;
    curve.fraction = 0;
    curve.wEst = cwnd;
    if (curve.wMax <= cwnd)
    {
        // §4.8 and §4.10: after a time-out, or a slow start that nothing ended, it begins flat.
        curve.wMax = cwnd;
        curve.cwndPrior = cwnd;
        curve.k = 0;
        return;
    }
    curve.k = std::cbrt((curve.wMax - cwnd) / kC);
}

/** \returns the window to grow to within the next round trip, in segments (RFC 9438 §4.2) */
double
CubicControl::Target(const Curve& curve, const Flow& flow, double cwnd)
{
    using Seconds = std::chrono::duration<double>;
    const double t = Seconds(flow.now - curve.epochStart).count();
    const double ahead = t + Seconds(flow.srtt).count() - curve.k;
    return std::clamp(kC * ahead * ahead * ahead + curve.wMax, cwnd, 1.5 * cwnd);
}

void
CubicControl::Grow(Flow& flow, const AckSample& sample) const
{
    CubicMemory& memory = Memory(flow);
    Congestion& window = flow.window;
    uint32_t acked = sample.acked;
    if (window.IsInSlowStart())
    {
        const bool careful = m_slowStart == SlowStart::HyStart;
        const uint32_t allowed = careful ? memory.hyStart.Allowance(acked, flow.mss) : acked;
        acked = GrowInSlowStart(window, allowed);
        if (acked == 0)
        {
            return;
        }
    }
    Curve& curve = memory.curve;
    const double mss = flow.mss;
    const double cwnd = window.cwnd / mss;
    if (curve.epochStart == kNever)
    {
        StartEpoch(curve, cwnd, flow.now);
    }
    const double segments = acked / mss;
    // §4.3: as fast as Reno once what was lost is regained.
    curve.wEst += (curve.wEst >= curve.cwndPrior ? 1.0 : kAlpha) * segments / cwnd;
    const double byCurve = (Target(curve, flow, cwnd) - cwnd) / cwnd * segments;
    const double byReno = curve.wEst - cwnd;
    curve.fraction += std::max(byCurve, byReno - curve.fraction);
    const auto growth = static_cast<uint32_t>(curve.fraction * mss);
    window.cwnd += growth;
    curve.fraction -= growth / mss;
}

uint32_t
CubicControl::SsThresh(Flow& flow, CongestionSignal signal) const
{
    CubicMemory& memory = Memory(flow);
    Curve& curve = memory.curve;
    memory.before = curve;
    memory.hyStart.Finish();
    // §4.6: the window may stand for what is in flight where it does not grow beyond its use.
    const double cwnd = flow.window.cwnd / static_cast<double>(flow.mss);
    curve.cwndPrior = cwnd;
    // §4.7: who shrinks leaves room for others.
    curve.wMax = cwnd < curve.wMax ? cwnd * kFastConvergence : cwnd;
    if (signal == CongestionSignal::Timeout)
    {
        curve.wMax = 0; // §4.8: the next congestion avoidance starts from where it finds itself
    }
    curve.epochStart = kNever;
    return std::max(static_cast<uint32_t>(flow.window.cwnd * kBeta), 2 * flow.mss); // §4.6
}

void
CubicControl::OnEvent(Flow& flow, CongestionEvent event) const
{
    if (!flow.memory)
    {
        return;
    }
    CubicMemory& memory = Memory(flow);
    if (event == CongestionEvent::Undo)
    {
        memory.curve = memory.before; // §4.9
    }
    else if (event == CongestionEvent::TransmitStart && memory.curve.epochStart != kNever)
    {
        // §5.8: time in which nothing was sent does not count.
        memory.curve.epochStart = std::min(
            flow.now,
            memory.curve.epochStart + std::max(Duration::zero(), flow.now - flow.lastSent));
    }
}

} // namespace

std::shared_ptr<const CongestionControl>
Cubic(SlowStart slowStart)
{
    static const std::shared_ptr<const CongestionControl> standard =
        std::make_shared<CubicControl>(SlowStart::Standard);
    static const std::shared_ptr<const CongestionControl> hyStart =
        std::make_shared<CubicControl>(SlowStart::HyStart);
    return slowStart == SlowStart::HyStart ? hyStart : standard;
}

} // namespace lifecycle
