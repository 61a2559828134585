#ifndef LIFECYCLE_CORE_ANSWER_LIMITS_H
#define LIFECYCLE_CORE_ANSWER_LIMITS_H

#include "config.h"
#include "model-time.h"
#include "ring.h"

#include <cstdint>
#include <unordered_map>

namespace lifecycle
{

/**
 * Holds back the answers of one connection or record to what is invalid, so that two sides that
 * find each other's segments invalid do not answer for ever (as Linux tcp_invalid_ratelimit).
 * It knows only those that answered within ValidationConfig::invalidInterval.
 */
class AnswerLimits
{
  public:
    /**
     * \param who a number that no other connection or record has, or will have
     * \returns whether one more answer may be sent at \p now; it is counted
     */
    bool Allows(uint64_t who, const ValidationConfig& limits, Instant now);

    /** How many it knows. */
    std::size_t Size() const
    {
        return m_recent.size();
    }

  private:
    struct Recent
    {
        Instant until{}; //!< when the answers counted are forgotten
        uint32_t count{0};
    };

    struct Expiry
    {
        uint64_t who{0};
        Instant until{};
    };

    void Forget(Instant now);

    std::unordered_map<uint64_t, Recent> m_recent;
    Ring<Expiry> m_expiries; //!< of those, in the order in which they came
};

} // namespace lifecycle

#endif /* LIFECYCLE_CORE_ANSWER_LIMITS_H */
