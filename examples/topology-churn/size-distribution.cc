#include "size-distribution.h"

#include "user-error.h"

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
    result.m_sizes = ns3::CreateObject<ns3::TcpFlowSizes>();
    const std::string wrong = result.m_sizes->Read(in, name);
    if (!wrong.empty())
    {
        throw UserError(wrong);
    }
    return result;
}

uint64_t
SizeDistribution::Quantile(double fraction) const
{
    return m_sizes->GetQuantile(fraction);
}

double
SizeDistribution::Mean() const
{
    return m_sizes->GetMean();
}

const std::string&
SizeDistribution::GetName() const
{
    return m_name;
}

} // namespace churn
