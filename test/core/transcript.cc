#include "transcript.h"

#include <chrono>
#include <cstdio>

namespace lifecycle::test
{

void
Transcript::Add(Instant now, const std::string& step)
{
    constexpr std::size_t kMostLines = 400;
    char time[32];
    const std::chrono::duration<double> seconds = now.time_since_epoch();
    std::snprintf(time, sizeof(time), "%12.6f  ", seconds.count());
    m_lines.push_back(time + step);
    if (m_lines.size() > kMostLines)
    {
        m_lines.pop_front();
        ++m_forgotten;
    }
}

std::ostream&
operator<<(std::ostream& out, const Transcript& transcript)
{
    out << "The steps that led here";
    if (transcript.m_forgotten > 0)
    {
        out << " (without the first " << transcript.m_forgotten << ')';
    }
    out << ":\n";
    for (const std::string& line : transcript.m_lines)
    {
        out << line << '\n';
    }
    return out;
}

} // namespace lifecycle::test
