#include "hystart.h"

#include <algorithm>

namespace lifecycle
{

namespace
{

using namespace std::chrono_literals;

// RFC 9406 §4.3.
constexpr Duration kMinRttThresh = 4ms;
constexpr Duration kMaxRttThresh = 16ms;
constexpr int kMinRttDivisor = 8;
constexpr uint8_t kRttSamples = 8;
constexpr uint32_t kCssGrowthDivisor = 4;
constexpr uint8_t kCssRounds = 5;
constexpr uint32_t kSegmentsPerAck = 8; // L, without pacing

} // namespace

void
HyStart::StartRound(SeqNum sndNxt)
{
    m_inRound = true;
    m_windowEnd = sndNxt;
    m_lastRoundMinRtt = m_currentRoundMinRtt;
    m_currentRoundMinRtt = Duration::max();
    m_rttSampleCount = 0;
}

void
HyStart::EndRound(Flow& flow)
{
    if (m_phase == Stage::Conservative && ++m_cssRounds >= kCssRounds)
    {
        flow.window.ssthresh = flow.window.cwnd; // the growth was no hiccup
        m_phase = Stage::Done;
    }
    StartRound(flow.sndNxt);
}

void
HyStart::Judge()
{
    if (m_rttSampleCount < kRttSamples)
    {
        return;
    }
    if (m_phase == Stage::Conservative)
    {
        if (m_currentRoundMinRtt < m_cssBaselineMinRtt)
        {
            m_cssBaselineMinRtt = Duration::max(); // a false alarm
            m_phase = Stage::SlowStart;
        }
        return;
    }
    if (m_lastRoundMinRtt == Duration::max())
    {
        return;
    }
    const Duration threshold =
        std::clamp(m_lastRoundMinRtt / kMinRttDivisor, kMinRttThresh, kMaxRttThresh);
    if (m_currentRoundMinRtt >= m_lastRoundMinRtt + threshold)
    {
        m_cssBaselineMinRtt = m_currentRoundMinRtt;
        m_cssRounds = 0;
        m_phase = Stage::Conservative;
    }
}

void
HyStart::OnAck(Flow& flow, const AckSample& sample)
{
    if (m_phase == Stage::Done)
    {
        return;
    }
    if (!m_inRound)
    {
        StartRound(flow.sndNxt);
    }
    else if (flow.sndUna.IsAtOrAfter(m_windowEnd))
    {
        EndRound(flow);
    }
    if (sample.rtt)
    {
        m_currentRoundMinRtt = std::min(m_currentRoundMinRtt, *sample.rtt);
        m_rttSampleCount += m_rttSampleCount < UINT8_MAX;
        Judge();
    }
}

uint32_t
HyStart::Allowance(uint32_t acked, uint32_t mss) const
{
    if (m_phase == Stage::Done)
    {
        return acked;
    }
    const uint32_t most = std::min(acked, kSegmentsPerAck * mss);
    return m_phase == Stage::Conservative ? most / kCssGrowthDivisor : most;
}

} // namespace lifecycle
