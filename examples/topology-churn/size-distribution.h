#ifndef TOPOLOGY_CHURN_SIZE_DISTRIBUTION_H
#define TOPOLOGY_CHURN_SIZE_DISTRIBUTION_H

#include <cstdint>
#include <istream>
#include <string>
#include <vector>

namespace churn
{

/**
 * \brief Flow sizes, as the cumulative distribution that flow-size files hold.
 *
 * Each line of such a file is a size in bytes and the probability of a flow being that large or
 * smaller, as a fraction (0..1) or in percent (0..100); the sizes between two lines are equally
 * likely. Empty lines and what follows a # are skipped.
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
    /// One line of the file.
    struct Point
    {
        double bytes;    //!< flow size
        double fraction; //!< fraction of the flows up to this size
    };

    std::string m_name;          //!< for reports
    std::vector<Point> m_points; //!< at least one; both members never fall; the last fraction is 1
};

} // namespace churn

#endif /* TOPOLOGY_CHURN_SIZE_DISTRIBUTION_H */
