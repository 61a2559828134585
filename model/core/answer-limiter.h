#ifndef LIFECYCLE_CORE_ANSWER_LIMITER_H
#define LIFECYCLE_CORE_ANSWER_LIMITER_H

#include "config.h"
#include "model-time.h"

#include <cstdint>

namespace lifecycle
{

/**
 * Holds back the answers of one connection or record to what is invalid, so that two sides that
 * find each other's segments invalid do not answer for ever (as Linux tcp_invalid_ratelimit).
 */
class AnswerLimiter
{
  public:
    /** \returns whether one more answer may be sent at \p now; it is counted */
    bool Allows(const ValidationConfig& limits, Instant now)
    {
        if (limits.invalidInterval == Duration::zero())
        {
            return true;
        }
        const uint32_t time = Milliseconds(now);
        if (m_count == 0 || time - m_since >= Milliseconds(Instant(limits.invalidInterval)))
        {
            m_since = time;
            m_count = 0;
        }
        const bool allowed = m_count < limits.invalidAnswers;
        m_count += allowed;
        return allowed;
    }

  private:
    // Milliseconds that wrap are enough to tell short times apart, and half the size.
    static uint32_t Milliseconds(Instant time)
    {
        using std::chrono::milliseconds;
        const auto since = std::chrono::duration_cast<milliseconds>(time.time_since_epoch());
        return static_cast<uint32_t>(since.count());
    }

    uint32_t m_since{0}; //!< when the first of the answers counted was sent
    uint32_t m_count{0};
};

} // namespace lifecycle

#endif /* LIFECYCLE_CORE_ANSWER_LIMITER_H */
