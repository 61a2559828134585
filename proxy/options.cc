#include "options.h"

#include "help.h"
#include "user-error.h"

#include <array>
#include <boost/program_options.hpp>
#include <charconv>
#include <filesystem>
#include <iostream>

namespace proxy
{

namespace
{

namespace po = boost::program_options;

/** Name and customary port of a service. */
struct ServiceName
{
    ServiceKind kind;
    const char* name;
    uint16_t port;
};

constexpr std::array<ServiceName, 4> SERVICES{{
    {ServiceKind::HTTP, "http", 80},
    {ServiceKind::ECHO, "echo", 7},
    {ServiceKind::DISCARD, "discard", 9},
    {ServiceKind::SOURCE, "source", 19},
}};

uint16_t
ParsePort(const std::string& text, const std::string& where)
{
    uint16_t port = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
    if (error != std::errc{} || end != text.data() + text.size() || port == 0)
    {
        throw UserError(where + ": '" + text + "' is not a port from 1 to 65535.");
    }
    return port;
}

ServiceOptions
ParseService(const std::string& text)
{
    const auto colon = text.find(':');
    const std::string name = text.substr(0, colon);
    for (const auto& service : SERVICES)
    {
        if (name == service.name)
        {
            return {service.kind,
                    colon == std::string::npos ? service.port
                                               : ParsePort(text.substr(colon + 1), "--service")};
        }
    }
    throw UserError("--service: there is no service '" + name +
                    "'; choose http, echo, discard or source.");
}

/** \param variables parsed command line \param options gets the services */
void
ReadServices(const po::variables_map& variables, Options& options)
{
    if (variables.count("service") == 0)
    {
        throw UserError("serve: say what to serve, for instance --service echo; --help lists all.");
    }
    for (const auto& text : variables["service"].as<std::vector<std::string>>())
    {
        options.services.push_back(ParseService(text));
    }
    if (variables.count("port") != 0)
    {
        if (options.services.size() > 1)
        {
            throw UserError("--port: with several services, write each port as --service "
                            "NAME:PORT.");
        }
        options.services.front().port = ParsePort(variables["port"].as<std::string>(), "--port");
    }
    for (auto service = options.services.begin(); service != options.services.end(); ++service)
    {
        for (auto other = options.services.begin(); other != service; ++other)
        {
            if (other->port == service->port)
            {
                throw UserError("--service: port " + std::to_string(service->port) +
                                " is given to two services.");
            }
        }
        if (service->kind == ServiceKind::HTTP)
        {
            std::error_code error;
            const auto root = variables["root"].as<std::string>();
            options.root = std::filesystem::canonical(root, error);
            if (error || !std::filesystem::is_directory(options.root))
            {
                throw UserError("--root: '" + root + "' is not a directory that can be read.");
            }
        }
    }
}

/** \param variables parsed command line \param options gets the peer */
void
ReadPeer(const po::variables_map& variables, Options& options)
{
    const std::string text =
        variables.count("peer") == 0 ? "" : variables["peer"].as<std::string>();
    const auto colon = text.rfind(':');
    if (colon == std::string::npos || colon == 0)
    {
        throw UserError("connect: say to which HOST:PORT, for instance 10.44.0.1:8000 or "
                        "[fd44::1]:8000.");
    }
    options.peerHost = text.substr(0, colon);
    if (options.peerHost.front() == '[' && options.peerHost.back() == ']')
    {
        options.peerHost = options.peerHost.substr(1, options.peerHost.size() - 2);
    }
    options.peerPort = ParsePort(text.substr(colon + 1), "connect");
    if (variables.count("local-port") != 0)
    {
        options.localPort = ParsePort(variables["local-port"].as<std::string>(), "--local-port");
    }
    options.reconnect = variables.count("reconnect") != 0;
    options.fastOpen = variables.count("fast-open") != 0;
}

/** \param host its address on the tap \param model the model's \param option for the message */
void
RequireNeighbours(const Prefix& host, const Prefix& model, const std::string& option)
{
    if (host.length == 8 * host.Size())
    {
        throw UserError("the address of the host's side, " + host.AddressText() +
                        ", needs the length of its network prefix, for instance " +
                        host.AddressText() + (host.family == AF_INET ? "/24." : "/64."));
    }
    if (!host.Overlaps(model) || host.AddressText() == model.AddressText())
    {
        throw UserError(option + ": " + model.AddressText() + " is not another address of " +
                        host.Text() + ", the network of the host's side of the tap.");
    }
}

/** \param variables parsed command line \param options gets the addresses of the link */
void
ReadLink(const po::variables_map& variables, Options& options)
{
    const auto text = [&](const char* name) { return variables[name].as<std::string>(); };

    options.hostAddress = ParsePrefix(text("tap-address"), "--tap-address", AF_INET);
    options.modelAddress = ParsePrefix(text("model-address"), "--model-address", AF_INET);
    RequireNeighbours(options.hostAddress, options.modelAddress, "--model-address");

    const std::string bridge = text("bridge");
    if (bridge != "fd" && bridge != "tapbridge")
    {
        throw UserError("--bridge: '" + bridge + "' is neither fd nor tapbridge.");
    }
    options.bridge = bridge == "fd" ? Bridge::FD : Bridge::TAP_BRIDGE;

    // TapBridge's creator program configures IPv4 only.
    if (variables.count("no-ipv6") == 0 && options.bridge == Bridge::FD)
    {
        options.hostAddress6 = ParsePrefix(text("tap-address6"), "--tap-address6", AF_INET6);
        options.modelAddress6 = ParsePrefix(text("model-address6"), "--model-address6", AF_INET6);
        RequireNeighbours(*options.hostAddress6, *options.modelAddress6, "--model-address6");
    }

    options.tapName = text("tap-name");
    options.mtu = variables["mtu"].as<uint16_t>();
    constexpr uint16_t MIN_MTU = 1280; // RFC 8200 §5: every IPv6 link
    constexpr uint16_t MAX_MTU = 65000;
    if (options.mtu < MIN_MTU || options.mtu > MAX_MTU)
    {
        throw UserError("--mtu: " + std::to_string(options.mtu) +
                        " is not between 1280 and 65000.");
    }
}

/** \param variables parsed command line \param options gets the TCP and its attributes */
void
ReadTcp(const po::variables_map& variables, Options& options)
{
    const auto tcp = variables["tcp"].as<std::string>();
    if (tcp != "lifecycle" && tcp != "stock")
    {
        throw UserError("--tcp: '" + tcp + "' is neither lifecycle nor stock.");
    }
    options.tcp = tcp == "stock" ? TcpChoice::STOCK : TcpChoice::LIFECYCLE;
    if (variables.count("profile") != 0)
    {
        options.profile = variables["profile"].as<std::string>();
    }
    if (variables.count("seed") != 0)
    {
        options.seed = variables["seed"].as<uint32_t>();
        if (options.seed == 0U || options.seed > MAX_SEED)
        {
            throw UserError("--seed: write a number from 1 to " + std::to_string(MAX_SEED) + ".");
        }
    }
    if (variables.count("set") == 0)
    {
        return;
    }
    for (const auto& text : variables["set"].as<std::vector<std::string>>())
    {
        const auto equals = text.find('=');
        if (equals == std::string::npos || equals == 0)
        {
            throw UserError("--set: '" + text + "' is not of the form NAME=VALUE.");
        }
        options.tcpAttributes.emplace_back(text.substr(0, equals), text.substr(equals + 1));
    }
}

} // namespace

const char*
ToString(ServiceKind kind)
{
    for (const auto& service : SERVICES)
    {
        if (service.kind == kind)
        {
            return service.name;
        }
    }
    return "";
}

std::optional<Options>
ParseOptions(int argc, const char* const argv[])
{
    // clang-format off
    po::options_description serve("Options of serve");
    serve.add_options()
        ("service", po::value<std::vector<std::string>>()->value_name("NAME[:PORT]"),
            "what to serve: http, echo, discard, source; may be repeated")
        ("port", po::value<std::string>()->value_name("N"),
            "port, when there is one service")
        ("root", po::value<std::string>()->value_name("DIR")->default_value("."),
            "directory the http service serves")
        ("max-connections", po::value<uint32_t>()->value_name("N")->default_value(1024),
            "connections served at once")
        ("when-full", po::value<std::string>()->value_name("close|wait")->default_value("close"),
            "more connections are closed as soon as they are accepted, or wait to be accepted in "
            "the queue of the listener");
    po::options_description connect("Options of connect");
    connect.add_options()
        ("local-port", po::value<std::string>()->value_name("N"),
            "the model's port, instead of one that it chooses")
        ("reconnect", "when the peer has closed, close as well, and connect again for further "
            "input; the end of input ends it")
        ("fast-open", "connect when there is input, and send it with the SYN if the peer has given "
            "a cookie before (RFC 7413)");
    po::options_description link("The link");
    link.add_options()
        ("tap-name", po::value<std::string>()->value_name("NAME")->default_value("tcplc%d"),
            "the tap interface; %d becomes a free number")
        ("tap-address", po::value<std::string>()->value_name("A/LEN")->default_value("10.44.0.1/24"),
            "this machine's side")
        ("model-address", po::value<std::string>()->value_name("A")->default_value("10.44.0.2"),
            "the model's side")
        ("tap-address6", po::value<std::string>()->value_name("A/LEN")->default_value("fd44::1/64"),
            "this machine's side, IPv6")
        ("model-address6", po::value<std::string>()->value_name("A")->default_value("fd44::2"),
            "the model's side, IPv6")
        ("no-ipv6", "IPv4 only")
        ("mtu", po::value<uint16_t>()->value_name("BYTES")->default_value(1500),
            "largest IP packet on the link")
        ("bridge", po::value<std::string>()->value_name("fd|tapbridge")->default_value("fd"),
            "fd: open the tap here; tapbridge: by ns-3's TapBridge and its creator program "
            "(IPv4 only)");
    po::options_description model("The model");
    model.add_options()
        ("profile", po::value<std::string>()->value_name("NAME"),
            "take all values of a system: Linux, FreeBsd, Windows, Rfc9293 or Textbook; --set "
            "goes before it")
        ("set", po::value<std::vector<std::string>>()->value_name("NAME=VALUE"),
            "set an attribute of the model, for instance Msl=2s; may be repeated")
        ("seed", po::value<uint32_t>()->value_name("N"),
            "draw initial sequence numbers, ports and cookies alike each time; for experiments "
            "only, because others can foresee them")
        ("tcp", po::value<std::string>()->value_name("lifecycle|stock")->default_value("lifecycle"),
            "stock: ns-3's own TCP instead, to compare; it cannot report its connections");
    po::options_description output("What to show");
    output.add_options()
        ("verbose", "a line for every state change: simulated time, addresses, states, reason")
        ("pcap", po::value<std::string>()->value_name("FILE"), "write every frame to FILE")
        ("help", "print this text");
    po::options_description hidden;
    hidden.add_options()
        ("command", po::value<std::string>())
        ("peer", po::value<std::string>());
    // clang-format on

    po::options_description visible;
    visible.add(serve).add(connect).add(link).add(model).add(output);
    po::options_description all;
    all.add(visible).add(hidden);
    po::positional_options_description positional;
    positional.add("command", 1).add("peer", 1);

    po::variables_map variables;
    try
    {
        using namespace po::command_line_style;
        po::store(po::command_line_parser(argc, argv)
                      .options(all)
                      .positional(positional)
                      .style(unix_style & ~allow_guessing)
                      .run(),
                  variables);
        po::notify(variables);
    }
    catch (const po::error& error)
    {
        throw UserError(std::string(error.what()) + "; --help lists the options.");
    }
    if (variables.count("help") != 0)
    {
        std::cout << HELP_HEAD << visible << HELP_TAIL;
        return std::nullopt;
    }

    Options options;
    const std::string command =
        variables.count("command") == 0 ? "" : variables["command"].as<std::string>();
    if (command != "serve" && command != "connect")
    {
        throw UserError(command.empty() ? "say what to do: serve or connect; --help explains both."
                                        : "'" + command +
                                              "' is neither serve nor connect; --help explains "
                                              "both.");
    }
    options.command = command == "serve" ? Command::SERVE : Command::CONNECT;
    ReadLink(variables, options);
    ReadTcp(variables, options);
    if (options.command == Command::SERVE)
    {
        if (variables.count("peer") != 0)
        {
            throw UserError("serve: '" + variables["peer"].as<std::string>() +
                            "' is one word too many.");
        }
        ReadServices(variables, options);
        options.maxConnections = variables["max-connections"].as<uint32_t>();
        const auto whenFull = variables["when-full"].as<std::string>();
        if (whenFull != "close" && whenFull != "wait")
        {
            throw UserError("--when-full: '" + whenFull + "' is neither close nor wait.");
        }
        options.waitsWhenFull = whenFull == "wait";
    }
    else
    {
        ReadPeer(variables, options);
    }
    options.verbose = variables.count("verbose") != 0;
    if (variables.count("pcap") != 0)
    {
        options.pcap = variables["pcap"].as<std::string>();
    }
    return options;
}

} // namespace proxy
