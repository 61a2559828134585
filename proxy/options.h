#ifndef PROXY_OPTIONS_H
#define PROXY_OPTIONS_H

#include "addresses.h"

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace proxy
{

/** Which job to do. */
enum class Command
{
    SERVE,
    CONNECT,
};

/** How frames get between the host and the simulation. */
enum class Bridge
{
    FD,         //!< the proxy opens the tap and an FdNetDevice reads it
    TAP_BRIDGE, //!< ns-3's TapBridge has its creator program make the tap
};

/** Which TCP the node runs. */
enum class TcpChoice
{
    LIFECYCLE,
    STOCK,
};

/** What a service does with a connection. */
enum class ServiceKind
{
    ECHO,
    DISCARD,
    SOURCE,
    HTTP,
};

/** \param kind a service \returns its name on the command line */
const char* ToString(ServiceKind kind);

/** One listening port. */
struct ServiceOptions
{
    ServiceKind kind;
    uint16_t port;
};

/** The largest seed that all generators of ns-3 take (m2 in its rng-stream.cc, less 1). */
constexpr uint32_t MAX_SEED = 4294944442;

/** The command line, checked. */
struct Options
{
    Command command{Command::SERVE};

    std::string tapName;
    Bridge bridge{Bridge::FD};
    Prefix hostAddress;                 //!< the host's side, IPv4
    Prefix modelAddress;                //!< the model's side, IPv4
    std::optional<Prefix> hostAddress6; //!< the host's side, IPv6; none without IPv6
    std::optional<Prefix> modelAddress6;
    uint16_t mtu{1500};

    std::vector<ServiceOptions> services;
    std::string root; //!< directory of the http service
    uint32_t maxConnections{0};
    bool waitsWhenFull{false}; //!< more connections wait to be accepted, instead of being closed

    std::string peerHost;
    uint16_t peerPort{0};
    uint16_t localPort{0}; //!< of the model, 0 for any
    bool reconnect{false}; //!< connect again when the peer has closed and there is more to send
    bool fastOpen{false};  //!< send the first bytes with the SYN

    std::optional<uint32_t> seed; //!< of all randomness; none: a different one each time
    std::string profile;          //!< a system whose values the model takes, empty for none

    TcpChoice tcp{TcpChoice::LIFECYCLE};
    std::vector<std::pair<std::string, std::string>> tcpAttributes;

    std::string pcap; //!< file for the frames, empty for none
    bool verbose{false};
};

/**
 * Reads the command line.
 * \param argc number of arguments
 * \param argv arguments
 * \returns what to do, or nothing if help was asked for and has been printed
 * \throws UserError for a mistake
 */
std::optional<Options> ParseOptions(int argc, const char* const argv[]);

} // namespace proxy

#endif /* PROXY_OPTIONS_H */
