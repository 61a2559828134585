#include "connection-log.h"

#include "ns3/simulator.h"

#include <numeric>
#include <utility>

namespace churn
{

void
ConnectionLog::SetActivityCallback(std::function<void()> activity)
{
    m_activity = std::move(activity);
}

void
ConnectionLog::OnAttempt()
{
    if (m_attempts == 0)
    {
        m_firstAttempt = ns3::Simulator::Now();
    }
    ++m_attempts;
    NotifyActivity();
}

void
ConnectionLog::OnOpened(ns3::Time handshake)
{
    m_handshakes.Add(handshake.GetSeconds());
    NotifyActivity();
}

void
ConnectionLog::OnBytes(uint64_t bytes)
{
    m_bytes += bytes;
    NotifyActivity();
}

void
ConnectionLog::OnCompleted(uint64_t size, ns3::Time duration)
{
    ++m_outcomes[static_cast<std::size_t>(Outcome::COMPLETED)];
    m_lastCompletion = ns3::Simulator::Now();
    m_durations.Add(duration.GetSeconds());
    std::size_t sizeClass = 0;
    while (size >= SIZE_CLASSES[sizeClass].below)
    {
        ++sizeClass;
    }
    m_durationsByClass[sizeClass].Add(duration.GetSeconds());
    NotifyActivity();
}

void
ConnectionLog::OnFailed(Outcome outcome)
{
    ++m_outcomes[static_cast<std::size_t>(outcome)];
    NotifyActivity();
}

void
ConnectionLog::NotifyActivity() const
{
    if (m_activity)
    {
        m_activity();
    }
}

uint64_t
ConnectionLog::GetAttempts() const
{
    return m_attempts;
}

uint64_t
ConnectionLog::GetOpened() const
{
    return m_handshakes.GetCount();
}

uint64_t
ConnectionLog::GetFinished() const
{
    return std::accumulate(m_outcomes.begin(), m_outcomes.end(), uint64_t{0});
}

uint64_t
ConnectionLog::Count(Outcome outcome) const
{
    return m_outcomes[static_cast<std::size_t>(outcome)];
}

uint64_t
ConnectionLog::GetBytes() const
{
    return m_bytes;
}

ns3::Time
ConnectionLog::GetFirstAttempt() const
{
    return m_firstAttempt;
}

ns3::Time
ConnectionLog::GetLastCompletion() const
{
    return m_lastCompletion;
}

const Percentiles&
ConnectionLog::GetHandshakes() const
{
    return m_handshakes;
}

const Percentiles&
ConnectionLog::GetDurations() const
{
    return m_durations;
}

const Percentiles&
ConnectionLog::GetDurations(std::size_t sizeClass) const
{
    return m_durationsByClass[sizeClass];
}

} // namespace churn
