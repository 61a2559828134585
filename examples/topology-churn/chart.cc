#include "chart.h"

#include "units.h"

#include <algorithm>
#include <array>
#include <iomanip>
#include <langinfo.h>
#include <string>

namespace churn
{

namespace
{

using ns3::TcpSocket;

/// Marks from nothing to the most, for the terminal at hand.
const std::array<const char*, 9>&
GetMarks()
{
    static const std::array<const char*, 9> blocks{{" ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"}};
    static const std::array<const char*, 9> ascii{{" ", ".", ":", "-", "=", "+", "*", "%", "#"}};
    return std::string(nl_langinfo(CODESET)) == "UTF-8" ? blocks : ascii;
}

/// The most sockets in a state during each column's share of the time.
std::vector<uint64_t>
Squeeze(const StateHistory& history, std::size_t state, std::size_t width)
{
    const auto& samples = history.GetSamples();
    const auto end = samples.back().time.GetTimeStep() + 1;
    std::vector<uint64_t> columns(width);
    for (const auto& sample : samples)
    {
        const auto share = static_cast<double>(sample.time.GetTimeStep()) / end;
        auto& column = columns[static_cast<std::size_t>(share * width)];
        column = std::max(column, sample.counts[state]);
    }
    return columns;
}

} // namespace

void
WriteStateChart(std::ostream& out, const StateHistory& history, std::size_t width)
{
    // Fewer counts than columns would leave gaps that look like times without sockets.
    width = std::min(width, history.GetSamples().size());
    const auto& marks = GetMarks();
    out << "  " << std::left << std::setw(13) << "state" << std::right << std::setw(9) << "most"
        << std::setw(10) << "at" << std::setw(9) << "at end"
        << "\n";
    std::string unseen;
    for (std::size_t state = TcpSocket::LISTEN; state < TcpSocket::LAST_STATE; ++state)
    {
        const auto& peak = history.GetPeak(state);
        const auto most = peak.counts[state];
        if (most == 0)
        {
            unseen += unseen.empty() ? "" : ", ";
            unseen += TcpSocket::TcpStateName[state];
            continue;
        }
        out << "  " << std::left << std::setw(13) << TcpSocket::TcpStateName[state] << std::right
            << std::setw(9) << FormatCount(most) << std::setw(10)
            << FormatSeconds(peak.time.GetSeconds()) << std::setw(9)
            << FormatCount(history.GetSamples().back().counts[state]) << "  |";
        for (const auto count : Squeeze(history, state, width))
        {
            // Rounded up, so that a single socket shows.
            out << marks[(count * (marks.size() - 1) + most - 1) / most];
        }
        out << "|\n";
    }
    const auto end = FormatSeconds(history.GetSamples().back().time.GetSeconds());
    out << std::string(46, ' ') << "0" << std::setw(width > 1 ? width - 1 : 1) << end << "\n";
    if (!unseen.empty())
    {
        out << "  never seen: " << unseen << "\n";
    }
}

} // namespace churn
