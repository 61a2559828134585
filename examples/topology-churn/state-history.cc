#include "state-history.h"

#include <algorithm>

namespace churn
{

void
StateHistory::Add(ns3::Time time, const StateCounts& counts)
{
    m_samples.push_back({time, counts});
}

const std::vector<StateHistory::Sample>&
StateHistory::GetSamples() const
{
    return m_samples;
}

const StateHistory::Sample&
StateHistory::GetPeak(std::size_t state) const
{
    return *std::max_element(
        m_samples.begin(),
        m_samples.end(),
        [state](const Sample& a, const Sample& b) { return a.counts[state] < b.counts[state]; });
}

void
StateHistory::WriteCsv(std::ostream& out) const
{
    out << "time_s";
    for (std::size_t state = ns3::TcpSocket::LISTEN; state < ns3::TcpSocket::LAST_STATE; ++state)
    {
        out << ',' << ns3::TcpSocket::TcpStateName[state];
    }
    out << '\n';
    for (const auto& sample : m_samples)
    {
        out << sample.time.GetSeconds();
        for (std::size_t state = ns3::TcpSocket::LISTEN; state < sample.counts.size(); ++state)
        {
            out << ',' << sample.counts[state];
        }
        out << '\n';
    }
}

} // namespace churn
