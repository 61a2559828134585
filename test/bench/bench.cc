#include "bench.h"

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <iostream>
#include <limits>
#include <nlohmann/json.hpp>
#include <optional>
#include <sstream>
#include <stdexcept>
#include <sys/wait.h>
#include <unistd.h>

namespace bench
{

namespace
{

namespace po = boost::program_options;
using nlohmann::json;

double
Median(std::vector<double> values)
{
    std::sort(values.begin(), values.end());
    const std::size_t half = values.size() / 2;
    return values.size() % 2 == 1 ? values[half] : (values[half - 1] + values[half]) / 2;
}

const char*
NameOf(Tcp tcp)
{
    switch (tcp)
    {
    case Tcp::STOCK:
        return "stock";
    case Tcp::LIFECYCLE:
        return "lifecycle";
    case Tcp::NONE:
        break;
    }
    return "no";
}

/// All that is written into a pipe until its other end is closed.
std::string
ReadAll(int descriptor)
{
    std::string text;
    char buffer[4096];
    ssize_t got = 0;
    while ((got = read(descriptor, buffer, sizeof buffer)) > 0)
    {
        text.append(buffer, static_cast<std::size_t>(got));
    }
    return text;
}

/// Runs a case and writes what came of it into a pipe. \returns what the process is to return
int
RunAndTell(const Case& which, Tcp tcp, int descriptor)
{
    try
    {
        const Outcome outcome = which.run(tcp);
        const std::string text = json{{"figures", outcome.figures}, {"work", outcome.work}}.dump();
        return write(descriptor, text.data(), text.size()) == static_cast<ssize_t>(text.size()) ? 0
                                                                                                : 1;
    }
    catch (const std::runtime_error& error)
    {
        std::cerr << error.what() << std::endl;
        return 1;
    }
}

/// Runs a case in a process of its own, so that each run finds the same heap and the same defaults.
Outcome
RunApart(const Case& which, Tcp tcp)
{
    int ends[2];
    if (pipe(ends) != 0)
    {
        throw std::runtime_error("there is no pipe to be had: too many open files?");
    }
    std::fflush(nullptr);
    const pid_t child = fork();
    if (child < 0)
    {
        throw std::runtime_error("the system makes no further process: is memory short?");
    }
    if (child == 0)
    {
        _exit(RunAndTell(which, tcp, ends[1]));
    }
    close(ends[1]);
    const std::string text = ReadAll(ends[0]);
    close(ends[0]);
    int status = 0;
    waitpid(child, &status, 0);
    if (status != 0)
    {
        throw std::runtime_error("the run of '" + which.name + "' with " + NameOf(tcp) +
                                 " TCP ended before it was done (status " + std::to_string(status) +
                                 ")");
    }
    const json told = json::parse(text);
    return {told["figures"].get<std::map<std::string, double>>(),
            told["work"].get<std::map<std::string, uint64_t>>()};
}

/// All runs of a case.
struct Results
{
    std::vector<Outcome> stock;
    std::vector<Outcome> lifecycle;
    std::vector<Outcome> floor;
    double seconds{0}; ///< that all took
};

void
CheckWork(const Case& which, const Outcome& first, const Outcome& other)
{
    for (const auto& [name, amount] : first.work)
    {
        const uint64_t otherAmount = other.work.at(name);
        if (amount != otherAmount)
        {
            throw std::runtime_error("not the same work was done in '" + which.name + "': " + name +
                                     " were " + std::to_string(amount) + " in one run and " +
                                     std::to_string(otherAmount) +
                                     " in another, so that the costs cannot be compared");
        }
    }
}

/// A B, and the floor.
void
RunOnce(const Case& which, Results& results)
{
    Timer timer(CLOCK_MONOTONIC);
    timer.Start();
    if (which.withStock)
    {
        results.stock.push_back(RunApart(which, Tcp::STOCK));
    }
    results.lifecycle.push_back(RunApart(which, Tcp::LIFECYCLE));
    CheckWork(which, results.lifecycle.front(), results.lifecycle.back());
    if (which.withStock)
    {
        CheckWork(which, results.stock.back(), results.lifecycle.back());
    }
    if (which.withFloor)
    {
        results.floor.push_back(RunApart(which, Tcp::NONE));
        CheckWork(which, results.floor.back(), results.lifecycle.back());
    }
    results.seconds += timer.Microseconds() / 1e6;
}

/// One round of all cases before the next, so that a machine whose speed varies does so for all.
std::vector<Results>
Alternate(const std::vector<Case>& cases, uint32_t rounds, double patience)
{
    std::vector<Results> results(cases.size());
    for (uint32_t round = 0; round < rounds; ++round)
    {
        for (std::size_t i = 0; i < cases.size(); ++i)
        {
            if (results[i].seconds < patience)
            {
                RunOnce(cases[i], results[i]);
            }
        }
    }
    return results;
}

std::vector<double>
Values(const std::vector<Outcome>& outcomes, const std::string& figure)
{
    std::vector<double> values;
    for (const Outcome& outcome : outcomes)
    {
        const auto found = outcome.figures.find(figure);
        if (found != outcome.figures.end())
        {
            values.push_back(found->second);
        }
    }
    return values;
}

template <typename T>
void
Put(json& row, const char* name, const std::optional<T>& value)
{
    if (value)
    {
        row[name] = *value;
    }
}

/// A line of the table.
json
MakeRow(const Case& which, const Figure& figure, const Results& results)
{
    const std::vector<double> stock = Values(results.stock, figure.name);
    const std::vector<double> ours = Values(results.lifecycle, figure.name);
    json row{{"case", which.name},
             {"size", which.size},
             {"figure", figure.name},
             {"unit", figure.unit},
             {"lifecycle", Median(ours)},
             {"lifecycleRuns", ours},
             {"stockRuns", stock}};
    if (!stock.empty())
    {
        row["stock"] = Median(stock);
        if (Median(stock) > 0)
        {
            row["ratio"] = Median(ours) / Median(stock);
        }
    }
    if (const auto floor = Values(results.floor, figure.name); !floor.empty())
    {
        row["floor"] = Median(floor);
    }
    Put(row, "budget", figure.budget);
    Put(row, "budgetRatio", figure.fraction);
    return row;
}

std::string
Number(const json& row, const char* name, int digits = 2)
{
    if (!row.contains(name))
    {
        return "-";
    }
    char text[32];
    std::snprintf(text, sizeof text, "%.*f", digits, row[name].get<double>());
    return text;
}

/// Whether a budget is met: on this machine, or in proportion to stock TCP.
std::string
Verdict(const json& row)
{
    const double ours = row["lifecycle"];
    if (row.contains("budget") && ours <= row["budget"].get<double>())
    {
        return "met";
    }
    if (row.contains("budgetRatio") && row.contains("ratio") &&
        row["ratio"].get<double>() <= row["budgetRatio"].get<double>())
    {
        return "met by ratio";
    }
    return row.contains("budget") || row.contains("budgetRatio") ? "missed" : "";
}

/// What the largest cost is of the smallest over the sizes of a case, by the fastest run of each:
/// what disturbs a run only ever adds to it.
double
Flatness(const std::vector<std::vector<double>>& runsBySize)
{
    double least = std::numeric_limits<double>::infinity();
    double most = 0;
    for (const std::vector<double>& runs : runsBySize)
    {
        const double fastest = *std::min_element(runs.begin(), runs.end());
        least = std::min(least, fastest);
        most = std::max(most, fastest);
    }
    return most / least;
}

/// Lines of the table on how flat the figures are that ought to be, over all sizes of a case.
json
MakeFlatnessRows(const std::vector<Case>& cases, const std::vector<Results>& results)
{
    json rows = json::array();
    std::map<std::string, std::vector<std::size_t>> byName;
    for (std::size_t i = 0; i < cases.size(); ++i)
    {
        byName[cases[i].name].push_back(i);
    }
    for (const auto& [name, sizes] : byName)
    {
        for (const Figure& figure : cases[sizes.front()].figures)
        {
            if (!figure.flatness || sizes.size() < 2)
            {
                continue;
            }
            std::vector<std::vector<double>> ours;
            std::vector<std::vector<double>> floor;
            for (const std::size_t i : sizes)
            {
                ours.push_back(Values(results[i].lifecycle, figure.name));
                floor.push_back(Values(results[i].floor, figure.name));
            }
            json row{{"case", name},
                     {"size", cases[sizes.back()].size},
                     {"figure", figure.name + ", flatness"},
                     {"unit",
                      "most of least " + figure.unit + ", from " +
                          std::to_string(cases[sizes.front()].size)},
                     {"lifecycle", Flatness(ours)},
                     {"budget", *figure.flatness}};
            if (cases[sizes.front()].withFloor)
            {
                row["floor"] = Flatness(floor);
            }
            row["verdict"] = Verdict(row);
            rows.push_back(row);
        }
    }
    return rows;
}

void
PrintTable(const json& rows)
{
    std::vector<std::vector<std::string>> table{{"case",
                                                 "size",
                                                 "figure",
                                                 "stock",
                                                 "lifecycle",
                                                 "ratio",
                                                 "floor",
                                                 "budget",
                                                 "of stock",
                                                 ""}};
    for (const json& row : rows)
    {
        table.push_back({row["case"],
                         std::to_string(row["size"].get<uint64_t>()),
                         row["unit"],
                         Number(row, "stock"),
                         Number(row, "lifecycle"),
                         Number(row, "ratio", 3),
                         Number(row, "floor"),
                         Number(row, "budget"),
                         Number(row, "budgetRatio"),
                         row["verdict"]});
    }
    std::vector<std::size_t> widths(table.front().size());
    for (const auto& line : table)
    {
        for (std::size_t i = 0; i < line.size(); ++i)
        {
            widths[i] = std::max(widths[i], line[i].size());
        }
    }
    for (const auto& line : table)
    {
        for (std::size_t i = 0; i < line.size(); ++i)
        {
            const bool isText = i == 0 || i == 2 || i + 1 == line.size();
            std::printf(isText ? "%-*s  " : "%*s  ", static_cast<int>(widths[i]), line[i].c_str());
        }
        std::printf("\n");
    }
}

/// What /proc/cpuinfo calls the processor.
std::string
Processor()
{
    std::ifstream file("/proc/cpuinfo");
    std::string line;
    while (std::getline(file, line))
    {
        if (line.starts_with("model name"))
        {
            return line.substr(line.find(':') + 2);
        }
    }
    return "unknown";
}

json
Circumstances()
{
    char date[32];
    const std::time_t now = std::time(nullptr);
    std::strftime(date, sizeof date, "%Y-%m-%d", std::gmtime(&now));
    return {{"processor", Processor()},
            {"processors", sysconf(_SC_NPROCESSORS_ONLN)},
            {"date", date},
            {"ns3", BENCH_NS3_VERSION},
            {"compiler", "g++ " __VERSION__}};
}

} // namespace

Timer::Timer(clockid_t clock)
    : m_clock(clock)
{
}

void
Timer::Start()
{
    clock_gettime(m_clock, &m_start);
}

double
Timer::Microseconds() const
{
    timespec now{};
    clock_gettime(m_clock, &now);
    return static_cast<double>(now.tv_sec - m_start.tv_sec) * 1e6 +
           static_cast<double>(now.tv_nsec - m_start.tv_nsec) / 1e3;
}

CpuTimer::CpuTimer()
    : Timer(CLOCK_PROCESS_CPUTIME_ID)
{
}

void
Check(bool holds, const std::string& what)
{
    if (!holds)
    {
        throw std::runtime_error(what);
    }
}

Benchmark::Benchmark(std::string name, std::string introduction)
    : m_name(std::move(name)),
      m_introduction(std::move(introduction)),
      m_own("Options", 100, 60)
{
    m_own.add_options()
        // clang-format off
        ("rounds", po::value<uint32_t>()->value_name("N")->default_value(5),
            "runs of each case with each TCP, in turn; the median is reported")
        ("patience", po::value<double>()->value_name("SECONDS")->default_value(60),
            "no further round of a case is begun after this long")
        ("only", po::value<std::string>()->value_name("TEXT")->default_value(""),
            "only cases whose names have this in them")
        ("without-stock", po::bool_switch(), "only this TCP, for profiles")
        ("json", po::value<std::string>()->value_name("FILE"), "write the figures as JSON too")
        ("help", "print this help");
    // clang-format on
}

po::options_description&
Benchmark::Options()
{
    return m_own;
}

bool
Benchmark::Parse(int argc, char* argv[])
{
    try
    {
        po::store(po::command_line_parser(argc, argv).options(m_own).run(), m_values);
        po::notify(m_values);
    }
    catch (const po::error& error)
    {
        std::cerr << m_name << ": " << error.what() << "; see --help." << std::endl;
        m_status = 2;
        return false;
    }
    if (m_values.count("help") > 0)
    {
        std::cout << "Usage: " << m_name << " [OPTION]...\n\n" << m_introduction << "\n\n" << m_own;
        return false;
    }
    return true;
}

int
Benchmark::Status() const
{
    return m_status;
}

int
Benchmark::Run(const std::vector<Case>& cases)
{
    json report{{"benchmark", m_name}, {"circumstances", Circumstances()}};
    json& rows = report["rows"] = json::array();
    try
    {
        std::vector<Case> chosen;
        for (const Case& which : cases)
        {
            if (which.name.find(Get<std::string>("only")) != std::string::npos)
            {
                chosen.push_back(which);
                chosen.back().withStock = which.withStock && !Get<bool>("without-stock");
            }
        }
        const std::vector<Results> results =
            Alternate(chosen, Get<uint32_t>("rounds"), Get<double>("patience"));
        for (std::size_t i = 0; i < chosen.size(); ++i)
        {
            for (const Figure& figure : chosen[i].figures)
            {
                rows.push_back(MakeRow(chosen[i], figure, results[i]));
                rows.back()["verdict"] = Verdict(rows.back());
            }
        }
        for (const json& row : MakeFlatnessRows(chosen, results))
        {
            rows.push_back(row);
        }
    }
    catch (const std::runtime_error& error)
    {
        std::cerr << m_name << ": " << error.what() << "." << std::endl;
        return 1;
    }
    PrintTable(rows);
    if (m_values.count("json") > 0)
    {
        std::ofstream file(Get<std::string>("json"));
        file << report.dump(2) << "\n";
        if (!file)
        {
            std::cerr << m_name << ": " << Get<std::string>("json") << " cannot be written."
                      << std::endl;
            return 1;
        }
    }
    return 0;
}

std::vector<uint64_t>
ParseSizes(const std::string& text)
{
    std::vector<uint64_t> sizes;
    std::istringstream list(text);
    std::string item;
    while (std::getline(list, item, ','))
    {
        sizes.push_back(std::stoull(item));
    }
    return sizes;
}

} // namespace bench
