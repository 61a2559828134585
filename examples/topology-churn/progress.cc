#include "progress.h"

#include "units.h"

#include "ns3/simulator.h"

#include <array>
#include <cstdio>
#include <iostream>

namespace churn
{

Progress::Progress(Display display)
    : m_display(display),
      m_start(Clock::now()),
      m_last(m_start)
{
}

Progress::~Progress()
{
    Clear();
}

void
Progress::Announce(const std::string& text)
{
    if (m_display == Display::LINE)
    {
        Clear();
        std::cerr << text << std::flush;
        m_dirty = true;
    }
    else if (m_display == Display::LINES)
    {
        std::cerr << text << '\n';
    }
}

void
Progress::Show(const ConnectionLog& log, uint64_t connections)
{
    constexpr std::chrono::milliseconds TERMINAL_PERIOD{500};
    constexpr std::chrono::milliseconds FILE_PERIOD{5000};
    if (m_display == Display::NONE)
    {
        return;
    }
    const auto now = Clock::now();
    if (now - m_last < (m_display == Display::LINE ? TERMINAL_PERIOD : FILE_PERIOD))
    {
        return;
    }
    m_last = now;

    constexpr uint64_t WIDTH = 20;
    const auto finished = log.GetFinished();
    const auto filled = finished * WIDTH / connections;
    const std::string bar = std::string(filled, '#') + std::string(WIDTH - filled, '.');
    const double wall = std::chrono::duration<double>(now - m_start).count();
    std::array<char, 200> line{};
    std::snprintf(line.data(),
                  line.size(),
                  "[%s] %3d%%  simulated %.1f s  wall %d:%02d  open %s  completed %s of %s",
                  bar.c_str(),
                  static_cast<int>(finished * 100 / connections),
                  ns3::Simulator::Now().GetSeconds(),
                  static_cast<int>(wall) / 60,
                  static_cast<int>(wall) % 60,
                  FormatCount(log.GetAttempts() - finished).c_str(),
                  FormatCount(log.Count(Outcome::COMPLETED)).c_str(),
                  FormatCount(connections).c_str());
    if (m_display == Display::LINE)
    {
        // Writing over the old line and erasing only what is left of it does not flicker.
        std::cerr << '\r' << line.data() << "\x1b[K" << std::flush;
        m_dirty = true;
    }
    else
    {
        std::cerr << line.data() << '\n';
    }
}

void
Progress::Clear()
{
    if (m_dirty)
    {
        std::cerr << "\r\x1b[K" << std::flush;
        m_dirty = false;
    }
}

} // namespace churn
