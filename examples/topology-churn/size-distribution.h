#ifndef TOPOLOGY_CHURN_SIZE_DISTRIBUTION_H
#define TOPOLOGY_CHURN_SIZE_DISTRIBUTION_H

#include "ns3/lifecycle-tcp-flow-sizes.h"
#include "ns3/ptr.h"

#include <cstdint>
#include <istream>
#include <string>

namespace churn
{

/**
 * \brief Flow sizes, as the cumulative distribution that flow-size files hold (ns3::TcpFlowSizes).
 */
class SizeDistribution
{
  public:
    /**
     * \param name a built-in distribution ("small" or "websearch") or else a file name
     * \returns the distribution; throws UserError when there is no such file or it is malformed
     */
    static SizeDistribution Load(const std::string& name);

    /**
     * \param in the text
     * \param name what to call it in messages
     * \returns the distribution; throws UserError when the text is malformed
     */
    static SizeDistribution Read(std::istream& in, const std::string& name);

    /**
     * \param fraction a number in [0, 1)
     * \returns the size that this fraction of the flows is not larger than, at least 1 byte
     */
    uint64_t Quantile(double fraction) const;
    /// \returns the mean size, bytes
    double Mean() const;
    /// \returns the name it was loaded by
    const std::string& GetName() const;

  private:
    std::string m_name;                  //!< for reports
    ns3::Ptr<ns3::TcpFlowSizes> m_sizes; //!< what it says
};

} // namespace churn

#endif /* TOPOLOGY_CHURN_SIZE_DISTRIBUTION_H */
