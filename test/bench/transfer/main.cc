// Goodput of bulk transfers side by side: stock ns-3 TCP, this one, and the Linux kernel of this
// machine, over the same links with the same seeds. Prints a table in Markdown; --help says more.
//
//   cmake --build build/release --target transfer && build/release/bench/transfer

#include "cell.h"
#include "kernel.h"
#include "simulated.h"

#include "ns3/config.h"
#include "ns3/data-rate.h"
#include "ns3/uinteger.h"

#include <algorithm>
#include <boost/program_options.hpp>
#include <cstdint>
#include <cstdio>
#include <iostream>
#include <map>
#include <numeric>
#include <string>
#include <vector>

using namespace transfer;
namespace po = boost::program_options;

namespace
{

/// What the command line asks for.
struct Request
{
    uint32_t seeds{3};
    bool kernel{false};
    po::variables_map only; ///< of the cells, those that have these values
};

/// The outcomes of one TCP in a cell, one a seed.
struct Series
{
    std::vector<double> goodput;
    std::vector<double> fairness;

    void Add(const Outcome& outcome)
    {
        goodput.push_back(outcome.goodput);
        fairness.push_back(outcome.fairness);
    }
};

double
Mean(const std::vector<double>& values)
{
    return std::accumulate(values.begin(), values.end(), 0.0) /
           static_cast<double>(std::max<std::size_t>(values.size(), 1));
}

double
Median(std::vector<double> values)
{
    if (values.empty())
    {
        return 0;
    }
    std::sort(values.begin(), values.end());
    const std::size_t half = values.size() / 2;
    return values.size() % 2 == 1 ? values[half] : (values[half - 1] + values[half]) / 2;
}

/// \returns the median of the ratios of runs with the same seed
double
Compare(const std::vector<double>& these, const std::vector<double>& others)
{
    std::vector<double> ratios;
    for (std::size_t i = 0; i < std::min(these.size(), others.size()); ++i)
    {
        ratios.push_back(others[i] > 0 ? these[i] / others[i] : 0);
    }
    return Median(ratios);
}

std::vector<Cell>
Cells()
{
    const std::map<std::string, double> seconds{{"1Mbps", 40},
                                                {"10Mbps", 20},
                                                {"100Mbps", 10},
                                                {"1Gbps", 3},
                                                {"10Gbps", 0.5}};
    std::vector<Cell> cells;
    for (const char* rate : {"1Mbps", "10Mbps", "100Mbps"})
    {
        for (const double loss : {0.0, 0.001, 0.01, 0.05})
        {
            for (const double roundTrip : {1.0, 20.0, 100.0, 200.0})
            {
                cells.push_back({rate, roundTrip, loss, 0, 1, seconds.at(rate)});
            }
        }
    }
    for (const double loss : {0.0, 0.001, 0.01, 0.05})
    {
        for (const double roundTrip : {1.0, 20.0})
        {
            cells.push_back({"1Gbps", roundTrip, loss, 0, 1, seconds.at("1Gbps")});
        }
        cells.push_back({"10Gbps", 1, loss, 0, 1, seconds.at("10Gbps")});
        cells.push_back({"10Mbps", 20, loss, 0, 10, 20});
        cells.push_back({"10Mbps", 100, loss, 0, 10, 20});
        cells.push_back({"100Mbps", 20, loss, 0, 100, 10});
    }
    for (const char* rate : {"10Mbps", "100Mbps"})
    {
        for (const double roundTrip : {1.0, 20.0, 100.0, 200.0})
        {
            cells.push_back({rate, roundTrip, 0, 0.1, 1, seconds.at(rate)});
        }
        cells.push_back({rate, 20, 0, 0.1, 10, seconds.at(rate)});
        cells.push_back({rate, 20, 0, 0, 1, seconds.at(rate), true});
        cells.push_back({rate, 20, 0, 0, 10, seconds.at(rate), true});
    }
    return cells;
}

/// \returns how many runs of a cell the realtime simulator can follow on one machine
std::size_t
RunsAtOnce(const Cell& cell)
{
    return static_cast<std::size_t>(100e6 / ns3::DataRate(cell.rate).GetBitRate());
}

/// \returns whether the command line does not exclude a cell
bool
IsWanted(const Cell& cell, const po::variables_map& only)
{
    const auto allows = [&only](const char* option, const auto& value) {
        using Value = std::decay_t<decltype(value)>;
        return only.count(option) == 0 || only[option].as<Value>() == value;
    };
    return allows("rate", cell.rate) && allows("round-trip", cell.roundTripMs) &&
           allows("loss", 100 * cell.loss) && allows("reordering", 100 * cell.reordering) &&
           allows("flows", cell.flows) && allows("bloated", cell.bloated);
}

void
PrintHead(bool kernel)
{
    std::cout << "| bottleneck | round trip | lost | late | flows | stock | this | ratio | "
              << (kernel ? "kernel | ratio | late by | " : "") << "fairness of stock | of this |\n"
              << "|---|--:|--:|--:|--:|--:|--:|--:|" << (kernel ? "--:|--:|--:|" : "")
              << "--:|--:|\n"
              << std::flush;
}

void
Report(const Cell& cell, const Request& request)
{
    // Where one flow meets few losses, it depends much on when they come.
    std::vector<uint32_t> seeds(request.seeds * (cell.loss > 0 && cell.flows == 1 ? 5 : 1));
    std::iota(seeds.begin(), seeds.end(), 1);
    Series stock;
    Series ours;
    Series kernel;
    double lateMs = 0;
    for (const uint32_t seed : seeds)
    {
        stock.Add(RunSimulated(cell, false, seed));
        ours.Add(RunSimulated(cell, true, seed));
    }
    const std::size_t atOnce = RunsAtOnce(cell);
    if (request.kernel && atOnce > 0)
    {
        // One after the other takes long.
        seeds.resize(atOnce > 1 ? seeds.size() : request.seeds);
        for (std::size_t from = 0; from < seeds.size(); from += atOnce)
        {
            const std::size_t to = std::min(from + atOnce, seeds.size());
            for (const auto& run : RunKernel(cell, {&seeds[from], &seeds[0] + to}))
            {
                kernel.Add(run ? run->outcome : Outcome{});
                lateMs = std::max(lateMs, run ? run->lateMs : 0);
            }
        }
    }
    std::printf("| %s%s | %g ms | %g %% | %g %% | %u | %.3f | %.3f | **%.2f** |",
                cell.rate.c_str(),
                cell.bloated ? ", bloated" : "",
                cell.roundTripMs,
                100 * cell.loss,
                100 * cell.reordering,
                cell.flows,
                Mean(stock.goodput),
                Mean(ours.goodput),
                Compare(ours.goodput, stock.goodput));
    if (!kernel.goodput.empty())
    {
        std::printf(" %.3f | **%.2f** | %.0f ms |",
                    Mean(kernel.goodput),
                    Compare(ours.goodput, kernel.goodput),
                    lateMs);
    }
    else if (request.kernel)
    {
        std::printf(" – | – | – |");
    }
    std::printf(" %.2f | %.2f |\n", Mean(stock.fairness), Mean(ours.fairness));
    std::fflush(stdout);
}

Request
Parse(int argc, char* argv[])
{
    Request request;
    po::options_description options(
        "Goodput, in Mbit/s, of stock ns-3 TCP and of this one, over the same links with the same\n"
        "seeds: means, and the median of the ratios of single runs. Options");
    // clang-format off
    options.add_options()
        ("help", "this text")
        ("seeds", po::value(&request.seeds)->default_value(3),
         "runs of each cell, five times as many for one flow with losses")
        ("kernel", po::bool_switch(&request.kernel),
         "the Linux kernel as well, at both ends of the same path in real time, up to 100 Mbit/s; "
         "as root")
        ("rate", po::value<std::string>(), "only cells with this bottleneck, such as 10Mbps")
        ("round-trip", po::value<double>(), "only cells with this round trip, ms")
        ("loss", po::value<double>(), "only cells with this loss, %")
        ("reordering", po::value<double>(), "only cells with so many late packets, %")
        ("flows", po::value<uint32_t>(), "only cells with so many flows")
        ("bloated", po::value<bool>(), "only cells with a long queue, or without");
    // clang-format on
    po::store(po::parse_command_line(argc, argv, options), request.only);
    po::notify(request.only);
    if (request.only.count("help") > 0)
    {
        std::cout << options;
        std::exit(0);
    }
    return request;
}

} // namespace

int
main(int argc, char* argv[])
{
    Request request;
    try
    {
        request = Parse(argc, argv);
    }
    catch (const po::error& error)
    {
        std::cerr << "transfer: " << error.what() << "; --help lists the options.\n";
        return 2;
    }
    if (const std::string problem = request.kernel ? WhyNoKernel() : ""; !problem.empty())
    {
        std::cerr << "transfer: --kernel: " << problem << ".\n";
        return 2;
    }
    std::vector<Cell> cells = Cells();
    std::erase_if(cells, [&](const Cell& cell) { return !IsWanted(cell, request.only); });
    if (cells.empty())
    {
        std::cerr << "transfer: no cell is like that: run it without the options that choose.\n";
        return 2;
    }
    // Buffers and segments of the same size; else what users get who set nothing.
    ns3::Config::SetDefault("ns3::TcpSocket::SegmentSize", ns3::UintegerValue(1448));
    ns3::Config::SetDefault("ns3::TcpSocket::SndBufSize", ns3::UintegerValue(BUFFER));
    ns3::Config::SetDefault("ns3::TcpSocket::RcvBufSize", ns3::UintegerValue(BUFFER));
    PrintHead(request.kernel);
    for (const Cell& cell : cells)
    {
        Report(cell, request);
    }
    return 0;
}
