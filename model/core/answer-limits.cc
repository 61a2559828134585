#include "answer-limits.h"

namespace lifecycle
{

bool
AnswerLimits::Allows(uint64_t who, const ValidationConfig& limits, Instant now)
{
    if (limits.invalidInterval == Duration::zero())
    {
        return true;
    }
    Forget(now);
    Recent& recent = m_recent[who];
    if (recent.count == 0 || now >= recent.until)
    {
        recent = {.until = now + limits.invalidInterval};
        m_expiries.PushBack({who, recent.until});
    }
    const bool allowed = recent.count < limits.invalidAnswers;
    recent.count += allowed;
    return allowed;
}

void
AnswerLimits::Forget(Instant now)
{
    while (!m_expiries.IsEmpty() && m_expiries.Front().until <= now)
    {
        const auto found = m_recent.find(m_expiries.PopFront().who);
        if (found != m_recent.end() && found->second.until <= now)
        {
            m_recent.erase(found);
        }
    }
}

} // namespace lifecycle
