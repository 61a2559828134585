#ifndef TOPOLOGY_CHURN_UNITS_H
#define TOPOLOGY_CHURN_UNITS_H

#include "ns3/data-rate.h"
#include "ns3/nstime.h"

#include <cstdint>
#include <string>

namespace churn
{

/**
 * \name Reading option values
 * \param option the option's name, for the message
 * \param text the value as typed
 * \returns the value; throws UserError when the text is not one
 * @{
 */
/// A whole number between two bounds.
uint64_t ParseCount(const std::string& option,
                    const std::string& text,
                    uint64_t least,
                    uint64_t most);
/// A number above zero.
double ParsePositive(const std::string& option, const std::string& text);
/// A length of time such as 2ms, 0.5s, 10min; zero is allowed.
ns3::Time ParseTime(const std::string& option, const std::string& text);
/// A data rate such as 1Gbps.
ns3::DataRate ParseRate(const std::string& option, const std::string& text);
/** @} */

/**
 * \name Writing values for people
 * @{
 */
/// 1234567 as "1,234,567".
std::string FormatCount(uint64_t count);
/// Bytes in decimal units, "8.2 GB".
std::string FormatBytes(double bytes);
/// Bits per second in decimal units, "1 Gbit/s".
std::string FormatRate(double bitsPerSecond);
/// Seconds in the unit that suits, "24.1 ms".
std::string FormatSeconds(double seconds);
/** @} */

} // namespace churn

#endif /* TOPOLOGY_CHURN_UNITS_H */
