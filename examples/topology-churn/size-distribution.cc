#include "size-distribution.h"

#include "user-error.h"

#include <algorithm>
#include <cmath>
#include <fstream>
#include <sstream>

namespace churn
{

namespace
{

/// Mostly small objects with a light tail; mean about 42 kB. For quick runs.
constexpr const char* SMALL =
    "200 0\n1000 20\n5000 50\n20000 75\n100000 93\n500000 99\n1000000 100\n";

/// Web search cluster: the points that data centre simulations commonly use, as published with the
/// HPCC simulator (alibaba-edu/High-Precision-Congestion-Control); mean about 1.7 MB.
constexpr const char* WEB_SEARCH =
    "0 0\n10000 15\n20000 20\n30000 30\n50000 40\n80000 53\n200000 60\n1000000 70\n"
    "2000000 80\n5000000 90\n10000000 97\n30000000 100\n";

} // namespace

SizeDistribution
SizeDistribution::Load(const std::string& name)
{
    if (name == "small" || name == "websearch")
    {
        std::istringstream text(name == "small" ? SMALL : WEB_SEARCH);
        return Read(text, name);
    }
    std::ifstream file(name);
    // Opening a directory succeeds on Linux; only reading from it fails.
    if (!file || (file.peek(), file.bad()))
    {
        throw UserError("The flow-size file " + name +
                        " cannot be read: give --sizes a file, small or websearch.");
    }
    return Read(file, name);
}

SizeDistribution
SizeDistribution::Read(std::istream& in, const std::string& name)
{
    SizeDistribution result;
    result.m_name = name;
    std::string line;
    for (uint32_t number = 1; std::getline(in, line); ++number)
    {
        line.erase(std::min(line.find('#'), line.size()));
        if (line.find_first_not_of(" \t\r") == std::string::npos)
        {
            continue;
        }
        const std::string where =
            "Line " + std::to_string(number) + " of the flow-size file " + name;
        std::istringstream fields(line);
        Point point{};
        std::string rest;
        if (!(fields >> point.bytes >> point.fraction) || (fields >> rest) ||
            !std::isfinite(point.bytes) || point.bytes < 0 || point.bytes > 1e15 ||
            !(point.fraction >= 0 && point.fraction <= 100.5))
        {
            throw UserError(
                where + " is not a size in bytes and a probability (0 to 1, or 0 to 100 percent).");
        }
        if (!result.m_points.empty() && (point.bytes < result.m_points.back().bytes ||
                                         point.fraction < result.m_points.back().fraction))
        {
            throw UserError(where +
                            " falls below the line before it: sizes and probabilities must rise.");
        }
        result.m_points.push_back(point);
    }

    const double last = result.m_points.empty() ? 0 : result.m_points.back().fraction;
    const bool percent = std::abs(last - 100) < 0.5;
    if (!percent && std::abs(last - 1) > 0.005)
    {
        throw UserError("The flow-size file " + name +
                        " does not end with probability 1 (or 100 percent).");
    }
    for (auto& point : result.m_points)
    {
        point.fraction /= last;
    }
    return result;
}

uint64_t
SizeDistribution::Quantile(double fraction) const
{
    const auto above =
        std::upper_bound(m_points.begin(),
                         m_points.end(),
                         fraction,
                         [](double wanted, const Point& point) { return wanted < point.fraction; });
    double bytes = 0;
    if (above == m_points.begin())
    {
        bytes = above->bytes;
    }
    else if (above == m_points.end())
    {
        bytes = m_points.back().bytes;
    }
    else
    {
        const auto& below = *(above - 1);
        bytes = below.bytes + (above->bytes - below.bytes) * (fraction - below.fraction) /
                                  (above->fraction - below.fraction);
    }
    return std::max<uint64_t>(1, std::llround(bytes));
}

double
SizeDistribution::Mean() const
{
    double mean = m_points.front().bytes * m_points.front().fraction;
    for (std::size_t i = 1; i < m_points.size(); ++i)
    {
        mean += (m_points[i].bytes + m_points[i - 1].bytes) / 2 *
                (m_points[i].fraction - m_points[i - 1].fraction);
    }
    return mean;
}

const std::string&
SizeDistribution::GetName() const
{
    return m_name;
}

} // namespace churn
