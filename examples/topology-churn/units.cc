#include "units.h"

#include "user-error.h"

#include <array>
#include <charconv>
#include <cmath>
#include <cstdio>

namespace churn
{

namespace
{

[[noreturn]] void
Reject(const std::string& option, const std::string& text, const std::string& wanted)
{
    throw UserError("--" + option + "=" + text + " is not " + wanted + ".");
}

/// Reads a plain decimal number at the start of a text; returns where it ends, 0 if there is none.
std::size_t
ReadNumber(const std::string& text, double& number)
{
    if (text.find_first_not_of("0123456789.") == 0)
    {
        return 0;
    }
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    return error == std::errc() ? end - text.data() : 0;
}

/// Writes a number with three significant digits, without trailing zeros.
std::string
Significant(double number)
{
    std::array<char, 32> text{};
    const int decimals = number >= 99.95 ? 0 : number >= 9.995 ? 1 : 2;
    std::snprintf(text.data(), text.size(), "%.*f", decimals, number);
    std::string result(text.data());
    if (decimals > 0)
    {
        result.erase(result.find_last_not_of('0') + 1);
        if (result.back() == '.')
        {
            result.pop_back();
        }
    }
    return result;
}

std::string
Scaled(double number, const std::array<const char*, 5>& units)
{
    std::size_t unit = 0;
    while (number >= 999.5 && unit + 1 < units.size())
    {
        number /= 1000;
        ++unit;
    }
    return Significant(number) + " " + units[unit];
}

} // namespace

uint64_t
ParseCount(const std::string& option, const std::string& text, uint64_t least, uint64_t most)
{
    uint64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc() || end != text.data() + text.size() || number < least || number > most)
    {
        Reject(option,
               text,
               "a whole number from " + std::to_string(least) + " to " + std::to_string(most));
    }
    return number;
}

double
ParsePositive(const std::string& option, const std::string& text)
{
    double number = 0;
    if (ReadNumber(text, number) != text.size() || number <= 0)
    {
        Reject(option, text, "a number above zero");
    }
    return number;
}

ns3::Time
ParseTime(const std::string& option, const std::string& text)
{
    struct Unit
    {
        const char* name;
        double seconds;
    };

    static const std::array<Unit, 6> units{
        {{"ns", 1e-9}, {"us", 1e-6}, {"ms", 1e-3}, {"s", 1}, {"min", 60}, {"h", 3600}}};
    double number = 0;
    const auto end = ReadNumber(text, number);
    if (end > 0)
    {
        for (const auto& unit : units)
        {
            // ns-3 counts nanoseconds in 64 bits, which ends after 292 years.
            if (text.compare(end, std::string::npos, unit.name) == 0 && number * unit.seconds < 9e9)
            {
                return ns3::Seconds(number * unit.seconds);
            }
        }
    }
    Reject(option, text, "a time with a unit (ns, us, ms, s, min or h), for instance 10ms");
}

ns3::DataRate
ParseRate(const std::string& option, const std::string& text)
{
    struct Unit
    {
        const char* name;
        double bits;
    };

    static const std::array<Unit, 4> units{
        {{"bps", 1}, {"kbps", 1e3}, {"Mbps", 1e6}, {"Gbps", 1e9}}};
    double number = 0;
    const auto end = ReadNumber(text, number);
    if (end > 0)
    {
        for (const auto& unit : units)
        {
            const double rate = number * unit.bits;
            if (text.compare(end, std::string::npos, unit.name) == 0 && rate >= 1 && rate <= 1e15)
            {
                return ns3::DataRate(static_cast<uint64_t>(std::llround(rate)));
            }
        }
    }
    Reject(option, text, "a data rate with a unit (bps, kbps, Mbps or Gbps), for instance 1Gbps");
}

std::string
FormatCount(uint64_t count)
{
    std::string text = std::to_string(count);
    for (auto at = static_cast<int>(text.size()) - 3; at > 0; at -= 3)
    {
        text.insert(at, ",");
    }
    return text;
}

std::string
FormatBytes(double bytes)
{
    return Scaled(bytes, {"B", "kB", "MB", "GB", "TB"});
}

std::string
FormatRate(double bitsPerSecond)
{
    return Scaled(bitsPerSecond, {"bit/s", "kbit/s", "Mbit/s", "Gbit/s", "Tbit/s"});
}

std::string
FormatSeconds(double seconds)
{
    if (seconds >= 1)
    {
        return Significant(seconds) + " s";
    }
    return Scaled(seconds * 1e9, {"ns", "us", "ms", "s", "s"});
}

} // namespace churn
