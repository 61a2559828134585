#ifndef LIFECYCLE_PACKETDRILL_SETTINGS_H
#define LIFECYCLE_PACKETDRILL_SETTINGS_H

#include "core/config.h"
#include "core/profiles.h"
#include "core/wire.h"

#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace lifecycle::packetdrill
{

/** What setsockopt() has changed of one socket; nothing: as the host has it. */
struct SocketOptions
{
    bool noDelay{false};
    bool cork{false};
    bool keepAlive{false};
    bool reuseAddress{false};
    bool v6Only{false};
    bool lingers{false};
    int lingerSeconds{0};
    std::optional<bool> quickAck;
    std::optional<int> keepIdle;     //!< s
    std::optional<int> keepInterval; //!< s
    std::optional<int> keepCount;
    std::optional<int> linger2;     //!< s; negative: no FIN_WAIT_2
    std::optional<int> userTimeout; //!< ms
    int deferAccept{0};             //!< s
    std::optional<int> synCount;
    std::optional<int> maxSegment;
    std::optional<uint32_t> sendBuffer;    //!< bytes, as the kernel counts it
    std::optional<uint32_t> receiveBuffer; //!< bytes, as the kernel counts it
    std::optional<uint32_t> windowClamp;   //!< bytes
    std::optional<uint32_t> notSentLowat;  //!< bytes
    std::optional<std::string> congestion;
    std::optional<uint32_t> fastOpenQueue;
    bool fastOpenConnect{false};
    std::optional<bool> fastOpenNoCookie;
    int receiveLowat{1};
    std::optional<Duration> receiveTimeout;
    std::optional<Duration> sendTimeout;
    std::map<uint64_t, int> others; //!< those that are only kept: level << 32 | name
};

/** What sysctl sets of a host. */
struct Kernel
{
    Config config;
    std::array<uint32_t, 3> receiveMemory{}; //!< least, default, most; bytes
    std::array<uint32_t, 3> sendMemory{};    //!< least, default, most; bytes
    uint32_t receiveMemoryCap{212992};       //!< the most that SO_RCVBUF gives, before doubling
    uint32_t sendMemoryCap{212992};          //!< the most that SO_SNDBUF gives, before doubling
    uint32_t fastOpen{1};                    //!< net.ipv4.tcp_fastopen
    uint32_t notSentLowat{UINT32_MAX};       //!< bytes
    int orphanRetries{0};                    //!< 0: eight
    std::string congestion{"cubic"};
};

/** What is given to the shared object when it is loaded. */
struct HostOptions
{
    Profile profile{Profile::Linux};
    uint16_t mtu{1500};
    IpAddress localV4{IpAddress::FromV4(0xc0a80001)}; //!< 192.168.0.1
    IpAddress localV6;
    std::string folder;   //!< where stand-in commands leave and find what they need; empty: none
    bool readProc{false}; //!< whether /proc/sys is that of the script, in a namespace of its own
};

/** \returns what "linux,mtu=1520,proc" and the like ask for; what is not known is passed over */
HostOptions ParseFlags(std::string_view flags);

/** All that can be set of the host under test: the profile, and what sysctl makes of it. */
class Settings
{
  public:
    explicit Settings(HostOptions options);

    const HostOptions& Options() const
    {
        return m_options;
    }

    const Kernel& Get() const
    {
        return m_kernel;
    }

    bool IsFreeBsd() const
    {
        return m_options.profile == Profile::FreeBsd;
    }

    OptionLayout Layout() const
    {
        return IsFreeBsd() ? OptionLayout::FreeBsd : OptionLayout::Linux;
    }

    /** \returns what governs a socket with these options */
    Config MakeConfig(const SocketOptions& options) const;
    /** \returns the largest payload that the link carries to and from this address */
    uint16_t LinkMss(const IpAddress& local) const;
    const IpAddress& LocalFor(const IpAddress& remote) const;

    /** Sets a variable by its sysctl name. \returns whether it is known and takes the value */
    bool Set(std::string_view name, const std::string& value);
    /** \returns the value of a variable that is known, or was set once */
    std::optional<std::string> Value(const std::string& name) const;
    /** Reads again what a command may have changed. \returns whether anything has */
    bool Refresh();

  private:
    /** One variable: how it is read, and set. */
    struct Variable
    {
        std::string name;
        std::function<std::string(const Kernel&)> get;
        std::function<bool(Kernel&, const std::string&)> set;
    };

    static std::vector<Variable> LinuxVariables();
    static std::vector<Variable> FreeBsdVariables();

    HostOptions m_options;
    Kernel m_kernel;
    std::vector<Variable> m_variables;
    std::map<std::string, std::string> m_others; //!< set, and of no meaning to the model
    std::map<std::string, std::string> m_seen;   //!< what /proc/sys said last
};

} // namespace lifecycle::packetdrill

#endif /* LIFECYCLE_PACKETDRILL_SETTINGS_H */
