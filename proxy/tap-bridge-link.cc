#include "tap-bridge-link.h"

#include "child-trial.h"
#include "host-link.h"
#include "user-error.h"

#include "ns3/csma-channel.h"
#include "ns3/csma-net-device.h"
#include "ns3/data-rate.h"
#include "ns3/drop-tail-queue.h"
#include "ns3/ipv4-address.h"
#include "ns3/mac48-address.h"
#include "ns3/simulator.h"
#include "ns3/string.h"
#include "ns3/tap-bridge.h"

#include <net/if.h>
#include <string>

namespace proxy
{

namespace
{

/** \param node gets the device \param channel segment it is on \returns the device */
ns3::Ptr<ns3::CsmaNetDevice>
AddCsmaDevice(ns3::Ptr<ns3::Node> node, ns3::Ptr<ns3::CsmaChannel> channel)
{
    auto device = ns3::CreateObject<ns3::CsmaNetDevice>();
    device->SetAddress(ns3::Mac48Address::Allocate());
    device->SetQueue(ns3::CreateObject<ns3::DropTailQueue<ns3::Packet>>());
    node->AddDevice(device);
    device->Attach(channel);
    return device;
}

ns3::Ptr<ns3::NetDevice>
Build(ns3::Ptr<ns3::Node> node, const Options& options)
{
    auto channel = ns3::CreateObject<ns3::CsmaChannel>();
    channel->SetAttribute("DataRate", ns3::DataRateValue(ns3::DataRate("10Gbps")));
    auto device = AddCsmaDevice(node, channel);

    auto ghost = ns3::CreateObject<ns3::Node>();
    auto bridge = ns3::CreateObject<ns3::TapBridge>();
    bridge->SetAttribute("Mode", ns3::StringValue("ConfigureLocal"));
    bridge->SetAttribute("DeviceName", ns3::StringValue(TapBridgeInterface(options)));
    bridge->SetAttribute(
        "IpAddress",
        ns3::Ipv4AddressValue(ns3::Ipv4Address::ConvertFrom(ToNs3(options.hostAddress))));
    const auto mask = "/" + std::to_string(options.hostAddress.length);
    bridge->SetAttribute("Netmask", ns3::Ipv4MaskValue(ns3::Ipv4Mask(mask.c_str())));
    auto ghostDevice = AddCsmaDevice(ghost, channel);
    ghost->AddDevice(bridge);
    bridge->SetBridgedNetDevice(ghostDevice);
    return device;
}

void
RequireWorkingTapBridge(const Options& options)
{
    const auto result = TryInChild([&] {
        Build(ns3::CreateObject<ns3::Node>(), options);
        ns3::Simulator::Stop(ns3::MilliSeconds(1));
        ns3::Simulator::Run();
        return true;
    });
    if (!result.succeeded)
    {
        throw UserError("--bridge=tapbridge: TapBridge of the installed ns-3 cannot make a tap (" +
                        result.message + "); use --bridge=fd, which needs no creator program.");
    }
}

} // namespace

std::string
TapBridgeInterface(const Options& options)
{
    std::string name = options.tapName;
    if (const auto number = name.find("%d"); number != std::string::npos)
    {
        name.replace(number, 2, "0");
    }
    return name;
}

ns3::Ptr<ns3::NetDevice>
MakeTapBridgeLink(ns3::Ptr<ns3::Node> node, const Options& options)
{
    constexpr uint16_t ETHERNET_MTU = 1500;
    if (options.mtu != ETHERNET_MTU)
    {
        throw UserError("--mtu: with --bridge=tapbridge only 1500 is possible.");
    }
    if (if_nametoindex(TapBridgeInterface(options).c_str()) != 0)
    {
        throw UserError("the interface '" + TapBridgeInterface(options) +
                        "' is in use: choose another name with --tap-name.");
    }
    RequireFreeNetwork(options.hostAddress, "--tap-address");
    RequireWorkingTapBridge(options);
    return Build(node, options);
}

} // namespace proxy
