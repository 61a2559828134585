#ifndef LIFECYCLE_CORE_HYSTART_H
#define LIFECYCLE_CORE_HYSTART_H

#include "congestion.h"
#include "model-time.h"
#include "seq-num.h"

#include <cstdint>

namespace lifecycle
{

/**
 * HyStart++ (RFC 9406): ends the first slow start when the round-trip time grows, before the queue
 * of the bottleneck overflows. Names are those of RFC 9406 §4.2.
 */
class HyStart
{
  public:
    /** An acknowledgement in slow start; may end it by setting the threshold. */
    void OnAck(Flow& flow, const AckSample& sample);

    /** \returns how many of the bytes acknowledged count for slow start's growth */
    uint32_t Allowance(uint32_t acked, uint32_t mss) const;

    /** There was congestion: slow start is over, and later ones are left alone (§4.2). */
    void Finish()
    {
        m_phase = Stage::Done;
    }

    bool IsConservative() const
    {
        return m_phase == Stage::Conservative;
    }

  private:
    enum class Stage : uint8_t
    {
        SlowStart,
        Conservative, //!< CSS: it may be that the queue grows
        Done,
    };

    void StartRound(SeqNum sndNxt);
    void EndRound(Flow& flow);
    void Judge();

    Stage m_phase{Stage::SlowStart};
    bool m_inRound{false};
    uint8_t m_rttSampleCount{0};
    uint8_t m_cssRounds{0};
    SeqNum m_windowEnd;
    Duration m_lastRoundMinRtt{Duration::max()};
    Duration m_currentRoundMinRtt{Duration::max()};
    Duration m_cssBaselineMinRtt{Duration::max()};
};

} // namespace lifecycle

#endif /* LIFECYCLE_CORE_HYSTART_H */
