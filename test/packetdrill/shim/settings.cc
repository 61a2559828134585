#include "settings.h"

#include <algorithm>
#include <arpa/inet.h>
#include <bit>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>

namespace lifecycle::packetdrill
{

namespace
{

constexpr uint16_t kIpv4Headers = 40; //!< IP and TCP without options
constexpr uint16_t kIpv6Headers = 60;
/** Linux: of the memory of a receive buffer, half is for data (TCP_DEFAULT_SCALING_RATIO). */
constexpr uint32_t kMemoryPerByte = 2;
constexpr uint32_t kDefaultOrphanRetries = 8; // tcp_orphan_retries()

std::optional<IpAddress>
ParseAddress(const std::string& text)
{
    in_addr v4{};
    if (inet_pton(AF_INET, text.c_str(), &v4) == 1)
    {
        return IpAddress::FromV4(ntohl(v4.s_addr));
    }
    in6_addr v6{};
    if (inet_pton(AF_INET6, text.c_str(), &v6) == 1)
    {
        IpAddress::Bytes bytes;
        std::memcpy(bytes.data(), &v6, bytes.size());
        return IpAddress::FromV6(bytes);
    }
    return std::nullopt;
}

void
ParseFlag(const std::string& flag, HostOptions& options)
{
    const std::size_t equals = flag.find('=');
    const std::string name = flag.substr(0, equals);
    const std::string value = equals == std::string::npos ? "" : flag.substr(equals + 1);
    if (const std::optional<Profile> profile = FindProfile(name))
    {
        options.profile = *profile;
    }
    else if (name == "mtu")
    {
        options.mtu = static_cast<uint16_t>(std::strtoul(value.c_str(), nullptr, 10));
    }
    else if (name == "local")
    {
        const IpAddress address = ParseAddress(value).value_or(options.localV4);
        (address.IsV4() ? options.localV4 : options.localV6) = address;
    }
    else if (name == "folder")
    {
        options.folder = value;
    }
    else if (name == "proc")
    {
        options.readProc = true;
    }
}

/** How many time-outs of a SYN-ACK there are in a time (Linux secs_to_retrans). */
uint32_t
TimeoutsIn(Duration time, const Config& config)
{
    uint32_t timeouts = 0;
    for (Duration passed{}; passed < time && timeouts < UINT8_MAX; ++timeouts)
    {
        passed += BackOff(config.data.rto.initial, timeouts, config.data.rto.maximum);
    }
    return timeouts;
}

std::string
ReadFile(const std::string& path)
{
    std::ifstream in(path);
    std::string text{std::istreambuf_iterator<char>(in), {}};
    while (!text.empty() && std::isspace(static_cast<unsigned char>(text.back())) != 0)
    {
        text.pop_back();
    }
    return text;
}

std::string
ProcPath(std::string name)
{
    std::ranges::replace(name, '.', '/');
    return "/proc/sys/" + name;
}

} // namespace

HostOptions
ParseFlags(std::string_view flags)
{
    HostOptions options;
    options.localV6 = *ParseAddress("fd3d:a0b:17d6::1");
    while (!flags.empty())
    {
        const std::size_t comma = std::min(flags.find(','), flags.size());
        ParseFlag(std::string(flags.substr(0, comma)), options);
        flags.remove_prefix(std::min(comma + 1, flags.size()));
    }
    return options;
}

Settings::Settings(HostOptions options)
    : m_options(std::move(options)),
      m_variables(IsFreeBsd() ? FreeBsdVariables() : LinuxVariables())
{
    m_kernel.config = lifecycle::MakeConfig(m_options.profile);
    if (IsFreeBsd())
    {
        m_kernel.receiveMemory = {0, 65536, 2097152}; // net.inet.tcp.recvspace, recvbuf_max
        m_kernel.sendMemory = {0, 32768, 2097152};    // net.inet.tcp.sendspace, sendbuf_max
        m_kernel.receiveMemoryCap = 2097152;          // kern.ipc.maxsockbuf
        m_kernel.sendMemoryCap = 2097152;
    }
    else
    {
        m_kernel.receiveMemory = {4096, 131072, 6291456}; // net.ipv4.tcp_rmem
        m_kernel.sendMemory = {4096, 16384, 4194304};     // net.ipv4.tcp_wmem
    }
    Refresh();
}

Config
Settings::MakeConfig(const SocketOptions& options) const
{
    using std::chrono::milliseconds;
    using std::chrono::seconds;
    Config config = m_kernel.config;
    // Buffers. Linux counts memory and gives half of it to data; FreeBSD counts bytes.
    const uint32_t perByte = IsFreeBsd() ? 1 : kMemoryPerByte;
    const uint32_t most = IsFreeBsd()
                              ? m_kernel.receiveMemoryCap
                              : std::max(m_kernel.receiveMemory[2], m_kernel.receiveMemoryCap);
    config.data.rcvBuf = options.receiveBuffer.value_or(m_kernel.receiveMemory[1]) / perByte;
    config.data.rcvBufMost = options.receiveBuffer && !IsFreeBsd() ? 0 : most;
    // Linux looks at its send buffer by buffers (Sockets::FreeSendMemory), FreeBSD by bytes.
    config.data.sndBuf =
        IsFreeBsd() ? options.sendBuffer.value_or(m_kernel.sendMemory[1]) : uint32_t{INT32_MAX};
    if (options.windowClamp)
    {
        config.data.windowClamp = *options.windowClamp;
    }
    // Sending.
    if (options.congestion.value_or(m_kernel.congestion) == "reno")
    {
        config.data.congestion = NewReno(); // all others are CUBIC here
    }
    config.data.nagle = !options.noDelay;
    config.data.cork = options.cork;
    if (options.maxSegment)
    {
        config.data.mssLimit = static_cast<uint16_t>(*options.maxSegment);
    }
    // Opening.
    config.handshake.synRetries = options.synCount.value_or(config.handshake.synRetries);
    config.handshake.deferAccept = TimeoutsIn(seconds(options.deferAccept), config);
    const bool servesFastOpen = (m_kernel.fastOpen & 2) != 0;
    const bool everyListener = (m_kernel.fastOpen & 0x400) != 0;
    config.handshake.fastOpenQueue =
        servesFastOpen ? options.fastOpenQueue.value_or(everyListener ? UINT32_MAX : 0) : 0;
    config.handshake.fastOpenWithoutCookie =
        options.fastOpenNoCookie.value_or((m_kernel.fastOpen & 0x200) != 0);
    config.handshake.fastOpenSendsWithoutCookie =
        options.fastOpenNoCookie.value_or((m_kernel.fastOpen & 4) != 0);
    // Closing.
    if (options.linger2)
    {
        config.closing.finWait2Timeout = seconds(std::max(*options.linger2, 0));
    }
    config.closing.abortOnClose = options.lingers && options.lingerSeconds == 0;
    if (!IsFreeBsd())
    {
        config.closing.orphanRetries = m_kernel.orphanRetries > 0
                                           ? static_cast<uint32_t>(m_kernel.orphanRetries)
                                           : kDefaultOrphanRetries;
    }
    // Is the peer still there?
    config.keepalive.enabled |= options.keepAlive;
    config.keepalive.idle = options.keepIdle ? seconds(*options.keepIdle) : config.keepalive.idle;
    config.keepalive.interval =
        options.keepInterval ? seconds(*options.keepInterval) : config.keepalive.interval;
    config.keepalive.probes = options.keepCount.value_or(config.keepalive.probes);
    if (options.userTimeout.value_or(0) > 0)
    {
        config.keepalive.userTimeout = milliseconds(*options.userTimeout);
    }
    return config;
}

uint16_t
Settings::LinkMss(const IpAddress& local) const
{
    return static_cast<uint16_t>(m_options.mtu - (local.IsV4() ? kIpv4Headers : kIpv6Headers));
}

const IpAddress&
Settings::LocalFor(const IpAddress& remote) const
{
    return remote.IsV4() ? m_options.localV4 : m_options.localV6;
}

bool
Settings::Set(std::string_view name, const std::string& value)
{
    for (const Variable& variable : m_variables)
    {
        if (variable.name == name)
        {
            return variable.set(m_kernel, value);
        }
    }
    m_others[std::string(name)] = value;
    return true;
}

std::optional<std::string>
Settings::Value(const std::string& name) const
{
    for (const Variable& variable : m_variables)
    {
        if (variable.name == name)
        {
            return variable.get(m_kernel);
        }
    }
    const auto other = m_others.find(name);
    return other == m_others.end() ? std::nullopt : std::optional(other->second);
}

bool
Settings::Refresh()
{
    if (!m_options.readProc || IsFreeBsd())
    {
        return false;
    }
    bool changed = false;
    for (const Variable& variable : m_variables)
    {
        const std::string value = ReadFile(ProcPath(variable.name));
        std::string& seen = m_seen[variable.name];
        if (!value.empty() && value != seen)
        {
            seen = value;
            changed |= variable.set(m_kernel, value);
        }
    }
    return changed;
}

} // namespace lifecycle::packetdrill
