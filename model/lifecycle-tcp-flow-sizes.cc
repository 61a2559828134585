#include "lifecycle-tcp-flow-sizes.h"

#include "ns3/fatal-error.h"
#include "ns3/rng-stream.h"
#include "ns3/string.h"

#include <algorithm>
#include <cmath>
#include <fstream>
#include <limits>
#include <sstream>

namespace ns3
{

NS_OBJECT_ENSURE_REGISTERED(TcpFlowSizes);

TypeId
TcpFlowSizes::GetTypeId()
{
    static const TypeId tid =
        TypeId("ns3::TcpFlowSizes")
            .SetParent<RandomVariableStream>()
            .SetGroupName("Internet")
            .AddConstructor<TcpFlowSizes>()
            .AddAttribute("File",
                          "Lines of a size in bytes and its cumulative probability (0 to 1, or "
                          "percent)",
                          StringValue(""),
                          MakeStringAccessor(&TcpFlowSizes::SetFile, &TcpFlowSizes::GetFile),
                          MakeStringChecker());
    return tid;
}

void
TcpFlowSizes::SetFile(std::string name)
{
    m_file = name;
    m_points.clear();
    if (name.empty())
    {
        return;
    }
    std::ifstream file(name);
    // Opening a directory succeeds on Linux; only reading from it fails.
    const bool isReadable = file && (file.peek(), !file.bad());
    const std::string wrong =
        isReadable ? Read(file, name) : "The flow-size file " + name + " cannot be read.";
    if (!wrong.empty())
    {
        NS_FATAL_ERROR(wrong);
    }
}

std::string
TcpFlowSizes::GetFile() const
{
    return m_file;
}

std::string
TcpFlowSizes::Read(std::istream& in, const std::string& name)
{
    m_points.clear();
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
            return where +
                   " is not a size in bytes and a probability (0 to 1, or 0 to 100 percent).";
        }
        if (!m_points.empty() &&
            (point.bytes < m_points.back().bytes || point.fraction < m_points.back().fraction))
        {
            return where + " falls below the line before it: sizes and probabilities must rise.";
        }
        m_points.push_back(point);
    }

    const double last = m_points.empty() ? 0 : m_points.back().fraction;
    const bool percent = std::abs(last - 100) < 0.5;
    if (!percent && std::abs(last - 1) > 0.005)
    {
        return "The flow-size file " + name + " does not end with probability 1 (or 100 percent).";
    }
    for (Point& point : m_points)
    {
        point.fraction /= last;
    }
    return {};
}

uint64_t
TcpFlowSizes::GetQuantile(double fraction) const
{
    if (m_points.empty())
    {
        NS_FATAL_ERROR("TcpFlowSizes: set the attribute File before the first size is asked for.");
    }
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
        const Point& below = *(above - 1);
        bytes = below.bytes + (above->bytes - below.bytes) * (fraction - below.fraction) /
                                  (above->fraction - below.fraction);
    }
    return std::max<uint64_t>(1, std::llround(bytes));
}

double
TcpFlowSizes::GetMean() const
{
    if (m_points.empty())
    {
        return 0;
    }
    double mean = m_points.front().bytes * m_points.front().fraction;
    for (std::size_t i = 1; i < m_points.size(); ++i)
    {
        mean += (m_points[i].bytes + m_points[i - 1].bytes) / 2 *
                (m_points[i].fraction - m_points[i - 1].fraction);
    }
    return mean;
}

double
TcpFlowSizes::GetValue()
{
    const double drawn = Peek()->RandU01();
    return static_cast<double>(GetQuantile(IsAntithetic() ? 1 - drawn : drawn));
}

uint32_t
TcpFlowSizes::GetInteger()
{
    return static_cast<uint32_t>(
        std::min<double>(GetValue(), std::numeric_limits<uint32_t>::max()));
}

} // namespace ns3
