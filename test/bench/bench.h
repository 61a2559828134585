#ifndef LIFECYCLE_BENCH_H
#define LIFECYCLE_BENCH_H

#include <boost/program_options.hpp>
#include <cstdint>
#include <ctime>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

/// What the benchmarks share: stock ns-3 TCP and this one in turn, medians, a table and JSON.
namespace bench
{

/// Whose TCP a run is with.
enum class Tcp
{
    STOCK,
    LIFECYCLE,
    NONE, ///< none: the same packets, to see what ns-3 itself takes for them
};

/// Time since Start().
class Timer
{
  public:
    /// \param clock such as CLOCK_MONOTONIC
    explicit Timer(clockid_t clock);

    /// Counts from now on.
    void Start();

    /// \returns microseconds since Start()
    double Microseconds() const;

  private:
    clockid_t m_clock;
    timespec m_start{}; ///< when Start() was called
};

/// CPU time of this process, user and system.
struct CpuTimer : Timer
{
    CpuTimer();
};

/// What one run measured, and the work it did for that.
struct Outcome
{
    std::map<std::string, double> figures; ///< by name; a case says which of them it reports
    std::map<std::string, uint64_t> work;  ///< has to be the same with both
};

/// A figure that a case reports: a line of the table.
struct Figure
{
    std::string name;                 ///< of Outcome::figures
    std::string unit;                 ///< such as "us per segment"
    std::optional<double> budget{};   ///< what this TCP may need, on the machine of the budgets
    std::optional<double> fraction{}; ///< what it may need of what stock TCP does
    /// What the largest may be of the smallest, over the cases of one name that differ in size.
    std::optional<double> flatness{};
};

/// Something that is done with stock TCP and with this one, again and again in turn.
struct Case
{
    std::string name;                  ///< of the case
    uint64_t size{0};                  ///< connections, sockets or segments; the case's name says
    std::vector<Figure> figures;       ///< to report
    std::function<Outcome(Tcp)> run{}; ///< called in a process of its own
    bool withStock{true};              ///< false: what stock TCP cannot do in bearable time
    bool withFloor{false};             ///< whether it can be run with Tcp::NONE
};

/**
 * Ends the run with a message where it did not do what it is to measure.
 * \param holds whether it did
 * \param what happened otherwise
 */
void Check(bool holds, const std::string& what);

/// A benchmark program.
class Benchmark
{
  public:
    /**
     * \param name of the program
     * \param introduction what it measures, for --help
     */
    Benchmark(std::string name, std::string introduction);

    /// \returns the program's own options, to be added to before Parse()
    boost::program_options::options_description& Options();

    /**
     * Reads the command line.
     * \param argc number of arguments
     * \param argv arguments
     * \returns whether to go on; else there was --help or a mistake, which has been printed
     */
    bool Parse(int argc, char* argv[]);

    /// \returns what the program is to return if Parse() says not to go on
    int Status() const;

    /// \returns an option's value
    template <typename T>
    T Get(const std::string& option) const
    {
        return m_values[option].as<T>();
    }

    /**
     * Runs all cases, one round of all before the next, prints the table and writes the JSON file
     * if one is asked for. \param cases to run \returns what the program is to return: not zero if
     * both did not do the same work
     */
    int Run(const std::vector<Case>& cases);

  private:
    std::string m_name;
    std::string m_introduction;
    boost::program_options::options_description m_own;
    boost::program_options::variables_map m_values;
    int m_status{0};
};

/**
 * A list of numbers as an option's value: "1000,10000".
 * \param text the list
 * \returns the numbers
 */
std::vector<uint64_t> ParseSizes(const std::string& text);

} // namespace bench

#endif /* LIFECYCLE_BENCH_H */
