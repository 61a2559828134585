#include "options.h"

#include "units.h"
#include "user-error.h"

#include <boost/program_options.hpp>
#include <initializer_list>
#include <limits>
#include <sstream>

namespace churn
{

namespace
{

namespace po = boost::program_options;

constexpr const char* INTRODUCTION =
    "Usage: topology-churn [OPTION]...\n"
    "\n"
    "Runs thousands of TCP connections over a network map and reports what became of them:\n"
    "clients open a connection to a random server, ask for a response of random size, get it\n"
    "and close.\n"
    "\n"
    "Examples\n"
    "  topology-churn\n"
    "      5,000 small connections over a generated map of 300 routers.\n"
    "  topology-churn --topology RocketFuel_toposample_1239_weights.txt --sizes websearch\n"
    "      An Internet provider's map and the flow sizes of a web search cluster.\n"
    "  topology-churn --tcp stock --json stock.json\n"
    "      The same workload on ns-3's own TCP, for comparison, also written as JSON.\n"
    "  topology-churn --connections 20000 --duration 5s --closer client --drain\n"
    "      Many short connections at once, whose clients end up in TIME_WAIT; the run goes on\n"
    "      until the last of them has left it.\n";

/// A string option with a default that --help shows.
po::typed_value<std::string>*
Text(const char* name, const char* standard)
{
    return po::value<std::string>()->value_name(name)->default_value(standard);
}

/// A string option that is empty unless given.
po::typed_value<std::string>*
Optional(const char* name)
{
    return po::value<std::string>()->value_name(name);
}

po::options_description
Describe()
{
    po::options_description topology("Topology");
    topology.add_options()
        // clang-format off
        ("topology", Optional("FILE"), "map of routers and links: Rocketfuel (maps or weights), "
            "Inet, Orbis or GraphML; without it a transit-stub map is generated")
        ("format", Text("F", "auto"), "rocketfuel, inet, orbis or graphml; auto goes by the "
            "content")
        ("nodes", Text("N", "300"), "routers of a generated map")
        ("link-rate", Text("RATE", "10Gbps"), "links between routers")
        ("delay", Text("TIME", "2ms"), "links between routers whose file has no coordinates")
        ("access-rate", Text("RATE", "1Gbps"), "links between hosts and routers")
        ("access-delay", Text("TIME", "100us"), "links between hosts and routers")
        ("queue", Text("PACKETS", "1000"), "drop-tail queue of each device")
        ("mtu", Text("BYTES", "1500"), "largest IP packet on every link")
        ("queue-disc", Text("Q", "none"), "none or fqcodel, in front of each device's queue")
        ("routing", Text("R", "light"), "light: routers are queues and wires without an IP "
            "stack, for speed; nix: ns-3 nodes with nix-vector routing, on the same paths; "
            "global: ns-3 nodes with global routing, which is slow on large maps");
    po::options_description workload("Workload");
    workload.add_options()
        ("connections", Text("N", "5000"), "connections to open")
        ("sizes", Text("FILE", "small"), "response sizes: a file with a size in bytes and its "
            "cumulative probability (0..1 or percent) on each line, or small or websearch, "
            "which are built in")
        ("clients", Text("N", "100"), "client hosts")
        ("servers", Text("N", "20"), "server hosts")
        ("duration", Text("TIME", "20s"), "time over which the connections are opened, on "
            "average (a Poisson process)")
        ("arrival-rate", Optional("N"), "connections opened per second, instead of --duration")
        ("closer", Text("WHO", "server"), "who closes first and keeps the connection in "
            "TIME_WAIT: client or server");
    po::options_description tcp("TCP");
    tcp.add_options()
        ("tcp", Text("T", "lifecycle"), "lifecycle (this module's), population (the same without "
            "a socket for each connection) or stock (ns-3's own)")
        ("msl", Text("TIME", "30s"), "maximum segment lifetime; TIME_WAIT lasts twice that")
        ("buffer", Text("BYTES", "131072"), "send buffer and receive buffer of each socket");
    po::options_description run("Run");
    run.add_options()
        ("seed", Text("N", "1"), "of everything random; the same seed gives the same report")
        ("max-time", Text("TIME", "1h"), "simulated time at which to give up")
        ("max-cpu", Optional("TIME"), "processor time of the simulation, without the set-up, at "
            "which to give up")
        ("drain", "go on until no socket is in TIME_WAIT")
        ("sample", Text("TIME", "100ms"), "simulated time between two counts of the sockets in "
            "each state");
    po::options_description output("Output");
    output.add_options()
        ("json", Optional("FILE"), "write the report as JSON too; - for standard output, in "
            "place of the report")
        ("csv", Optional("FILE"), "write the counts of socket states over time; - for standard "
            "output, in place of the report")
        ("progress", "show progress even if standard error is not a terminal")
        ("quiet", "no progress and no report, but for --json and --csv")
        ("help", "print this help");
    // clang-format on
    po::options_description all("Options", 100, 60);
    all.add(topology).add(workload).add(tcp).add(run).add(output);
    return all;
}

/// What was given on the command line.
class Values
{
  public:
    explicit Values(const po::variables_map& map)
        : m_map(map)
    {
    }

    /// Whether an option was given by the user.
    bool IsGiven(const std::string& name) const
    {
        return m_map.count(name) > 0 && !m_map[name].defaulted();
    }

    std::string Get(const std::string& name) const
    {
        return m_map.count(name) > 0 ? m_map[name].as<std::string>() : std::string();
    }

    /// A whole number that fits 32 bits.
    uint32_t GetCount(const std::string& name, uint32_t least, uint32_t most) const
    {
        return ParseCount(name, Get(name), least, most);
    }

    ns3::Time GetTime(const std::string& name) const
    {
        return ParseTime(name, Get(name));
    }

    ns3::Time GetPositiveTime(const std::string& name) const
    {
        const auto time = GetTime(name);
        if (!time.IsStrictlyPositive())
        {
            throw UserError("--" + name + "=" + Get(name) + " is not a time above zero.");
        }
        return time;
    }

    ns3::DataRate GetRate(const std::string& name) const
    {
        return ParseRate(name, Get(name));
    }

    /// One of several words.
    std::string GetChoice(const std::string& name, std::initializer_list<const char*> choices) const
    {
        const auto value = Get(name);
        std::string list;
        std::size_t left = choices.size();
        for (const auto* choice : choices)
        {
            if (value == choice)
            {
                return value;
            }
            --left;
            list += choice;
            list += left > 1 ? ", " : left == 1 ? " or " : "";
        }
        throw UserError("--" + name + "=" + value + " is not " + list + ".");
    }

  private:
    const po::variables_map& m_map; //!< as parsed
};

double
GetArrivalRate(const Values& values, uint32_t connections)
{
    if (!values.IsGiven("arrival-rate"))
    {
        return connections / values.GetPositiveTime("duration").GetSeconds();
    }
    if (values.IsGiven("duration"))
    {
        throw UserError("--duration and --arrival-rate say the same thing: give only one of them.");
    }
    return ParsePositive("arrival-rate", values.Get("arrival-rate"));
}

Options
Interpret(const Values& values)
{
    constexpr uint32_t MOST = std::numeric_limits<int32_t>::max();
    Options options;
    if (values.IsGiven("topology"))
    {
        options.topology = values.Get("topology");
        if (options.topology.empty())
        {
            throw UserError("--topology needs the name of a file.");
        }
        if (values.IsGiven("nodes"))
        {
            throw UserError("--nodes is for generated maps: leave it out with --topology.");
        }
    }
    options.format = values.GetChoice("format", {"auto", "rocketfuel", "inet", "orbis", "graphml"});
    options.nodes = values.GetCount("nodes", 2, 1000000);
    options.linkRate = values.GetRate("link-rate");
    options.delay = values.GetTime("delay");
    options.accessRate = values.GetRate("access-rate");
    options.accessDelay = values.GetTime("access-delay");
    options.queuePackets = values.GetCount("queue", 1, MOST);
    // RFC 791 has every module forward 68 bytes; less payload than that is no use either.
    options.mtu = values.GetCount("mtu", 128, 65535);
    options.fqCoDel = values.GetChoice("queue-disc", {"none", "fqcodel"}) == "fqcodel";
    const auto routing = values.GetChoice("routing", {"light", "nix", "global"});
    options.routing = routing == "light" ? Routing::LIGHT
                      : routing == "nix" ? Routing::NIX
                                         : Routing::GLOBAL;
    if (options.fqCoDel && options.routing == Routing::LIGHT)
    {
        throw UserError("--queue-disc=fqcodel needs routers with an IP stack: add --routing=nix.");
    }

    options.connections = values.GetCount("connections", 1, MOST);
    options.sizes = values.Get("sizes");
    options.clients = values.GetCount("clients", 1, 1000000);
    options.servers = values.GetCount("servers", 1, 1000000);
    options.arrivalRate = GetArrivalRate(values, options.connections);
    options.closer = values.GetChoice("closer", {"client", "server"}) == "client" ? Closer::CLIENT
                                                                                  : Closer::SERVER;

    options.tcp = values.GetChoice("tcp", {"lifecycle", "population", "stock"});
    options.msl = values.GetTime("msl");
    options.bufferBytes = values.GetCount("buffer", 2048, 1 << 30);

    options.seed = ParseCount("seed", values.Get("seed"), 1, std::numeric_limits<uint32_t>::max());
    options.maxTime = values.GetPositiveTime("max-time");
    if (values.IsGiven("max-cpu"))
    {
        options.maxCpu = values.GetPositiveTime("max-cpu");
    }
    options.sampleInterval = values.GetPositiveTime("sample");
    options.json = values.Get("json");
    options.csv = values.Get("csv");
    if (options.json == "-" && options.csv == "-")
    {
        throw UserError("--json and --csv cannot both go to standard output.");
    }
    return options;
}

} // namespace

std::optional<Options>
ParseOptions(int argc, const char* const* argv, std::string& help)
{
    try
    {
        const auto description = Describe();
        const auto style =
            po::command_line_style::unix_style & ~po::command_line_style::allow_guessing;
        po::variables_map map;
        po::store(po::command_line_parser(argc, argv)
                      .options(description)
                      .positional(po::positional_options_description())
                      .style(style)
                      .run(),
                  map);
        po::notify(map);
        if (map.count("help") > 0)
        {
            std::ostringstream text;
            text << INTRODUCTION << "\n" << description;
            help = text.str();
            return std::nullopt;
        }
        auto options = Interpret(Values(map));
        options.drain = map.count("drain") > 0;
        options.progress = map.count("progress") > 0;
        options.quiet = map.count("quiet") > 0;
        return options;
    }
    catch (const po::too_many_positional_options_error&)
    {
        throw UserError("There is a word on the command line that belongs to no option: see "
                        "topology-churn --help.");
    }
    catch (const po::error& error)
    {
        throw UserError(std::string(error.what()) + ": see topology-churn --help.");
    }
}

} // namespace churn
