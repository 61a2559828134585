#include "report.h"

#include "chart.h"
#include "units.h"

#include <iomanip>
#include <string>

namespace churn
{

namespace
{

constexpr int LABEL = 20;  // columns of the labels
constexpr int NUMBER = 11; // columns of a number in a table

void
WriteLine(std::ostream& out, const std::string& label, const std::string& text)
{
    out << "  " << std::left << std::setw(LABEL) << label << text << "\n";
}

const char*
Describe(Routing routing)
{
    switch (routing)
    {
    case Routing::LIGHT:
        return "queues and wires (light)";
    case Routing::NIX:
        return "ns-3 nodes with nix-vector routing";
    case Routing::GLOBAL:
        return "ns-3 nodes with global routing";
    }
    return "";
}

/// How a run ended that left something undone.
const char*
Describe(End end)
{
    switch (end)
    {
    case End::FINISHED:
        return "Finished";
    case End::MAX_TIME:
        return "Gave up, as --max-time says";
    case End::MAX_CPU:
        return "Gave up, as --max-cpu says";
    case End::INTERRUPTED:
        return "Stopped early";
    }
    return "";
}

std::string
Plural(uint64_t count, const std::string& thing)
{
    return FormatCount(count) + " " + thing + (count == 1 ? "" : "s");
}

void
WriteNetwork(std::ostream& out, const Result& result)
{
    const auto& options = result.options;
    const auto& simplified = result.simplified;
    out << "Network\n";
    WriteLine(out, "map", result.topology);
    WriteLine(out,
              "routers, links",
              FormatCount(result.routers) + ", " + FormatCount(result.links));
    std::string removed;
    if (simplified.mergedLinks > 0)
    {
        removed += Plural(simplified.mergedLinks, "duplicate link") + " merged; ";
    }
    if (simplified.selfLinks > 0)
    {
        removed += Plural(simplified.selfLinks, "link") + " from a router to itself left out; ";
    }
    if (simplified.components > 1)
    {
        removed += "only the largest of " + FormatCount(simplified.components) +
                   " components used, " +
                   Plural(simplified.listedRouters - result.routers, "router") + " left out; ";
    }
    if (!removed.empty())
    {
        WriteLine(out, "", removed.substr(0, removed.size() - 2));
    }
    WriteLine(out,
              "between routers",
              FormatRate(options.linkRate.GetBitRate()) + ", " +
                  (options.topology.empty() ? "delays of the map"
                                            : FormatSeconds(options.delay.GetSeconds()) +
                                                  " where the map has no delay"));
    WriteLine(out,
              "hosts",
              Plural(options.clients, "client") + ", " + Plural(options.servers, "server") +
                  ", each on " + FormatRate(options.accessRate.GetBitRate()) + ", " +
                  FormatSeconds(options.accessDelay.GetSeconds()));
    WriteLine(out,
              "every device",
              "MTU " + FormatCount(options.mtu) + ", queue of " +
                  Plural(options.queuePackets, "packet") + ", " +
                  (options.fqCoDel ? "FqCoDel" : "no queue disc"));
    WriteLine(out, "routers are", Describe(options.routing));
    out << "\n";
}

void
WriteWorkload(std::ostream& out, const Result& result)
{
    const auto& options = result.options;
    out << "Workload\n";
    WriteLine(out,
              "connections",
              FormatCount(options.connections) + ", Poisson, " +
                  FormatCount(static_cast<uint64_t>(options.arrivalRate + 0.5)) + " a second");
    WriteLine(out,
              "response sizes",
              result.sizes + ", mean " + FormatBytes(result.meanSize) + "; the " +
                  (options.closer == Closer::CLIENT ? "client" : "server") + " closes first");
    WriteLine(out,
              "TCP",
              options.tcp + ", buffers of " + FormatBytes(options.bufferBytes) + ", MSL " +
                  FormatSeconds(options.msl.GetSeconds()));
    WriteLine(out, "seed", FormatCount(options.seed));
    out << "\n";
}

void
WriteConnections(std::ostream& out, const Result& result)
{
    const auto& log = result.connections;
    out << "Connections\n";
    WriteLine(out, "asked for", FormatCount(log.GetAttempts()));
    WriteLine(out, "opened", FormatCount(log.GetOpened()));
    for (std::size_t i = 0; i < OUTCOMES; ++i)
    {
        const auto outcome = static_cast<Outcome>(i);
        WriteLine(out, Describe(outcome), FormatCount(log.Count(outcome)));
    }
    WriteLine(out, "unfinished", FormatCount(log.GetAttempts() - log.GetFinished()));
    const double seconds = result.transferTime.GetSeconds();
    WriteLine(out,
              "delivered",
              FormatBytes(result.bytes) +
                  (seconds > 0 ? ", " + FormatRate(result.bytes * 8 / seconds) + " on average"
                               : std::string()));
    WriteLine(out, "dropped", Plural(result.drops, "packet") + ", by full queues");
    out << "\n";
}

void
WriteRow(std::ostream& out, const std::string& label, const Percentiles& values)
{
    out << "  " << std::left << std::setw(LABEL) << label << std::right << std::setw(NUMBER)
        << FormatCount(values.GetCount());
    for (const double percent : {50, 90, 99, 100})
    {
        out << std::setw(NUMBER)
            << (values.GetCount() > 0 ? FormatSeconds(values.At(percent)) : "-");
    }
    out << "\n";
}

void
WriteTimes(std::ostream& out, const Result& result)
{
    const auto& log = result.connections;
    out << std::left << std::setw(LABEL + 2) << "Times" << std::right;
    for (const auto* heading : {"count", "median", "90 %", "99 %", "most"})
    {
        out << std::setw(NUMBER) << heading;
    }
    out << "\n";
    WriteRow(out, "handshake", log.GetHandshakes());
    WriteRow(out, "flow completion", log.GetDurations());
    for (std::size_t i = 0; i < SIZE_CLASSES.size(); ++i)
    {
        WriteRow(out, std::string("  ") + SIZE_CLASSES[i].name, log.GetDurations(i));
    }
    out << "\n";
}

void
WriteCost(std::ostream& out, const Result& result)
{
    const auto& cost = result.cost;
    out << "Cost\n";
    WriteLine(out,
              "simulated time",
              FormatSeconds(result.endTime.GetSeconds()) + " in " + FormatCount(result.events) +
                  " events");
    WriteLine(out,
              "wall-clock time",
              FormatSeconds(cost.runSeconds) + ", after " + FormatSeconds(cost.setupSeconds) +
                  " to set up");
    WriteLine(out, "processor time", FormatSeconds(cost.cpuSeconds));
    if (cost.cpuSeconds > 0)
    {
        const auto perSecond = [&cost](uint64_t count) {
            return static_cast<uint64_t>(count / cost.cpuSeconds);
        };
        WriteLine(out,
                  "  each second of it",
                  FormatBytes(result.bytes / cost.cpuSeconds) + " delivered, " +
                      FormatCount(perSecond(result.connections.GetFinished())) +
                      " connections ended, " + FormatCount(perSecond(result.events)) + " events");
    }
    WriteLine(out,
              "heap",
              FormatBytes(cost.mostHeapBytes) + " at most when counted, " +
                  FormatBytes(cost.setupHeapBytes) + " of it the network");
    WriteLine(out, "peak memory", FormatBytes(cost.peakMemoryBytes));
}

} // namespace

const char*
Describe(Outcome outcome)
{
    switch (outcome)
    {
    case Outcome::COMPLETED:
        return "completed";
    case Outcome::REFUSED:
        return "refused";
    case Outcome::TIMED_OUT:
        return "timed out";
    case Outcome::RESET:
        return "reset";
    case Outcome::CUT_SHORT:
        return "cut short";
    case Outcome::NO_PORT:
        return "no local port";
    }
    return "";
}

void
WriteReport(std::ostream& out, const Result& result)
{
    WriteNetwork(out, result);
    WriteWorkload(out, result);
    WriteConnections(out, result);
    WriteTimes(out, result);
    out << "Sockets in each state, counted every "
        << FormatSeconds(result.options.sampleInterval.GetSeconds()) << " of simulated time\n";
    WriteStateChart(out, result.states, 50);
    out << "\n";
    WriteCost(out, result);

    const auto unfinished = result.options.connections - result.connections.GetFinished();
    if (unfinished > 0)
    {
        out << "\n"
            << Describe(result.end) << ", at " << FormatSeconds(result.endTime.GetSeconds())
            << " of simulated time, with " << FormatCount(unfinished) << " of the "
            << FormatCount(result.options.connections)
            << " connections not finished or not opened.\n";
    }
}

} // namespace churn
