/*
 * Runs thousands of TCP connections over a network map, on the lifecycle TCP or on ns-3's own,
 * and reports what became of them. See doc/topology-churn.md, or run it with --help.
 */

#include "experiment.h"
#include "interrupt.h"
#include "options.h"
#include "progress.h"
#include "report.h"
#include "user-error.h"

#include <clocale>
#include <exception>
#include <fstream>
#include <iostream>
#include <optional>
#include <string>
#include <unistd.h>

namespace
{

constexpr int STATUS_FAILURE = 1;       // something went wrong that the user did not do
constexpr int STATUS_USER_ERROR = 2;    // a wrong option or input file
constexpr int STATUS_INTERRUPTED = 130; // what a shell reports for SIGINT

/// An output named on the command line, opened before the run so that it cannot fail after it.
class Output
{
  public:
    explicit Output(const std::string& option, const std::string& name)
    {
        if (name.empty() || name == "-")
        {
            m_stream = name.empty() ? nullptr : &std::cout;
            return;
        }
        m_file.open(name);
        if (!m_file)
        {
            throw churn::UserError("The file " + name + " cannot be written: give --" + option +
                                   " another name.");
        }
        m_stream = &m_file;
    }

    /// \returns where to write, or null if the user did not ask for this output
    std::ostream* Get() const
    {
        return m_stream;
    }

  private:
    std::ofstream m_file;   //!< if it is a file
    std::ostream* m_stream; //!< the file, standard output, or none
};

churn::Progress::Display
ChooseDisplay(const churn::Options& options)
{
    if (options.quiet)
    {
        return churn::Progress::Display::NONE;
    }
    if (isatty(STDERR_FILENO) != 0)
    {
        return churn::Progress::Display::LINE;
    }
    return options.progress ? churn::Progress::Display::LINES : churn::Progress::Display::NONE;
}

int
Main(int argc, char** argv)
{
    std::string help;
    const auto options = churn::ParseOptions(argc, argv, help);
    if (!options)
    {
        std::cout << help;
        return 0;
    }
    const Output json("json", options->json);
    const Output csv("csv", options->csv);

    churn::CatchInterrupts();
    churn::Progress progress(ChooseDisplay(*options));
    const auto result = churn::RunExperiment(*options, progress);

    if (!options->quiet && options->json != "-" && options->csv != "-")
    {
        churn::WriteReport(std::cout, result);
    }
    if (json.Get())
    {
        churn::WriteJson(*json.Get(), result);
    }
    if (csv.Get())
    {
        result.states.WriteCsv(*csv.Get());
    }
    return result.end == churn::End::INTERRUPTED ? STATUS_INTERRUPTED : 0;
}

} // namespace

int
main(int argc, char** argv)
{
    // Only for the character set, so that the chart can be drawn with blocks where they show.
    std::setlocale(LC_CTYPE, "");
    try
    {
        return Main(argc, argv);
    }
    catch (const churn::UserError& error)
    {
        std::cerr << "topology-churn: " << error.what() << '\n';
        return STATUS_USER_ERROR;
    }
    catch (const std::exception& error)
    {
        std::cerr << "topology-churn: " << error.what() << '\n';
        return STATUS_FAILURE;
    }
}
