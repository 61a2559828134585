#include "stack.h"

#include "child-trial.h"
#include "user-error.h"

#include "ns3/boolean.h"
#include "ns3/config.h"
#include "ns3/internet-stack-helper.h"
#include "ns3/lifecycle-tcp-helper.h"
#include "ns3/lifecycle-tcp-l4-protocol.h"
#include "ns3/lifecycle-tcp-socket.h"
#include "ns3/string.h"
#include "ns3/uinteger.h"

#include <string>
#include <utility>

namespace proxy
{

namespace
{

constexpr uint32_t BUFFER_SIZE = 1024 * 1024; // per connection and direction, bytes

/**
 * \param name attribute of the model
 * \param text its value, as the user wrote it
 * \returns the value
 * \throws UserError if there is no such attribute or it does not take this value
 */
ns3::Ptr<ns3::AttributeValue>
ParseAttribute(const std::string& name, const std::string& text)
{
    ns3::TypeId::AttributeInformation attribute;
    if (!ns3::LifecycleTcpL4Protocol::GetTypeId().LookupAttributeByName(name, &attribute))
    {
        throw UserError("--set: the model has no attribute '" + name + "'.");
    }
    const auto read = [&] { return attribute.checker->CreateValidValue(ns3::StringValue(text)); };
    const auto result = TryInChild([&] {
        const auto value = read();
        // Some attributes know their values only when they are set.
        const auto tcp = ns3::CreateObject<ns3::LifecycleTcpL4Protocol>();
        return value && tcp->SetAttributeFailSafe(name, *value);
    });
    if (!result.succeeded)
    {
        const bool isTime = attribute.checker->GetValueTypeName() == "ns3::TimeValue";
        throw UserError("--set: '" + text + "' is not a value of " + name + " (" + attribute.help +
                        ")" + (isTime ? "; write a time as 200ms, 2s or 1min." : "."));
    }
    return read();
}

/** \param tcp gets the values of the system \param name its name, empty for none */
void
SetProfile(ns3::LifecycleTcpHelper& tcp, const std::string& name)
{
    if (name.empty())
    {
        return;
    }
    const auto result = TryInChild([&] {
        ns3::CreateObject<ns3::LifecycleTcpL4Protocol>()->SetProfile(name);
        return true;
    });
    if (!result.succeeded)
    {
        throw UserError("--profile: the model has no profile '" + name +
                        "'; choose Linux, FreeBsd, Windows, Rfc9293 or Textbook.");
    }
    tcp.SetProfile(name);
}

void
InstallLifecycle(ns3::Ptr<ns3::Node> node, const Options& options)
{
    ns3::LifecycleTcpHelper tcp;
    SetProfile(tcp, options.profile);
    tcp.SetAttribute("SndBufSize", ns3::UintegerValue(BUFFER_SIZE));
    tcp.SetAttribute("RcvBufSize", ns3::UintegerValue(BUFFER_SIZE));
    for (const auto& [name, text] : options.tcpAttributes)
    {
        tcp.SetAttribute(name, *ParseAttribute(name, text));
    }
    tcp.Install(node);
}

/** \param mtu of the link \returns payload that fits beside IPv6 and TCP headers with timestamps */
uint32_t
SegmentSizeFor(uint16_t mtu)
{
    constexpr uint16_t IPV6_HEADER = 40;
    constexpr uint16_t TCP_HEADER = 20;
    constexpr uint16_t TIMESTAMPS = 12;
    return mtu - IPV6_HEADER - TCP_HEADER - TIMESTAMPS;
}

void
PrepareStock(const Options& options)
{
    if (!options.tcpAttributes.empty())
    {
        throw UserError("--set: only attributes of the model can be set, not with --tcp=stock.");
    }
    if (!options.profile.empty() || options.fastOpen || options.waitsWhenFull)
    {
        throw UserError("--profile, --fast-open and --when-full=wait are for the model, not for "
                        "--tcp=stock.");
    }
    const ns3::UintegerValue segmentSize(SegmentSizeFor(options.mtu));
    const ns3::UintegerValue bufferSize(BUFFER_SIZE);
    ns3::Config::SetDefault("ns3::TcpSocket::SegmentSize", segmentSize);
    ns3::Config::SetDefault("ns3::TcpSocket::SndBufSize", bufferSize);
    ns3::Config::SetDefault("ns3::TcpSocket::RcvBufSize", bufferSize);
}

} // namespace

void
InstallStack(ns3::Ptr<ns3::Node> node, const Options& options)
{
    if (options.tcp == TcpChoice::LIFECYCLE)
    {
        InstallLifecycle(node, options);
    }
    else
    {
        PrepareStock(options);
    }
    // The link has two known ends: the address is usable at once.
    ns3::Config::SetDefault("ns3::Icmpv6L4Protocol::DAD", ns3::BooleanValue(false));
    ns3::InternetStackHelper internet;
    internet.SetIpv6StackInstall(options.modelAddress6.has_value());
    internet.Install(node);
}

void
AcceptByHand(ns3::Ptr<ns3::Socket> listener)
{
    ns3::DynamicCast<ns3::LifecycleTcpSocket>(listener)->SetAutoAccept(false);
}

bool
AcceptNext(ns3::Ptr<ns3::Socket> listener)
{
    return ns3::DynamicCast<ns3::LifecycleTcpSocket>(listener)->Accept() != nullptr;
}

bool
CanReport(ns3::Ptr<ns3::Node> node)
{
    return ns3::LifecycleTcpHelper::GetTcp(node) != nullptr;
}

std::vector<ns3::LifecycleTcpConnectionInfo>
GetConnections(ns3::Ptr<ns3::Node> node)
{
    const auto tcp = ns3::LifecycleTcpHelper::GetTcp(node);
    return tcp ? tcp->GetConnections() : std::vector<ns3::LifecycleTcpConnectionInfo>{};
}

void
WatchStateChanges(ns3::Ptr<ns3::Node> node,
                  std::function<void(const ns3::LifecycleTcpTransition&)> sink)
{
    if (const auto tcp = ns3::LifecycleTcpHelper::GetTcp(node))
    {
        tcp->TraceConnectWithoutContext(
            "StateChange",
            ns3::Callback<void, const ns3::LifecycleTcpTransition&>(std::move(sink)));
    }
}

} // namespace proxy
