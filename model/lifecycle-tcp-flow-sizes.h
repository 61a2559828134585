#ifndef LIFECYCLE_TCP_FLOW_SIZES_H
#define LIFECYCLE_TCP_FLOW_SIZES_H

#include "ns3/random-variable-stream.h"

#include <cstdint>
#include <istream>
#include <string>
#include <vector>

namespace ns3
{

/**
 * \ingroup tcp-lifecycle
 * \brief Random sizes, from the cumulative distribution that flow-size files hold.
 *
 * Each line of such a file is a size in bytes and the probability of a flow being that large or
 * smaller, as a fraction (0 to 1) or in percent (0 to 100); the sizes between two lines are equally
 * likely. Empty lines and what follows a # are skipped. Sizes are at least one byte.
 *
 * Wherever ns-3 takes a random variable, `ns3::TcpFlowSizes[File=DCTCP_CDF]` is one.
 */
class TcpFlowSizes : public RandomVariableStream
{
  public:
    /**
     * \brief Get the type ID.
     * \returns the object TypeId
     */
    static TypeId GetTypeId();

    /**
     * \brief Takes the distribution from a text.
     * \param in the text
     * \param name what to call it in messages
     * \returns what is wrong with it in one sentence, empty if nothing is
     */
    std::string Read(std::istream& in, const std::string& name);

    /**
     * \brief Takes the distribution from a file; it is a fatal error, in one sentence, if it cannot
     * be read.
     * \param name file name
     */
    void SetFile(std::string name);

    /** \returns the name that SetFile() was given */
    std::string GetFile() const;

    /**
     * \param fraction a number in [0, 1)
     * \returns the size that this fraction of the flows is not larger than, at least 1 byte
     */
    uint64_t GetQuantile(double fraction) const;

    /** \returns the mean size, bytes */
    double GetMean() const;

    // From RandomVariableStream.
    double GetValue() override;
    uint32_t GetInteger() override;

  private:
    /** One line of the file. */
    struct Point
    {
        double bytes;    //!< flow size
        double fraction; //!< of the flows up to this size
    };

    std::string m_file;
    std::vector<Point> m_points; //!< both members never fall; the last fraction is 1
};

} // namespace ns3

#endif /* LIFECYCLE_TCP_FLOW_SIZES_H */
