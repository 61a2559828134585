#include "percentiles.h"

#include <algorithm>
#include <cmath>

namespace churn
{

void
Percentiles::Add(double value)
{
    m_values.push_back(value);
    m_sorted = false;
}

std::size_t
Percentiles::GetCount() const
{
    return m_values.size();
}

double
Percentiles::At(double percent) const
{
    if (m_values.empty())
    {
        return 0;
    }
    if (!m_sorted)
    {
        std::sort(m_values.begin(), m_values.end());
        m_sorted = true;
    }
    const double rank = std::ceil(percent / 100 * static_cast<double>(m_values.size()));
    return m_values[static_cast<std::size_t>(std::max(rank, 1.0)) - 1];
}

} // namespace churn
