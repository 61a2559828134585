#include "model-node.h"

#include "host-link.h"
#include "stack.h"
#include "tap-bridge-link.h"
#include "tap.h"

#include "ns3/arp-cache.h"
#include "ns3/ipv4-interface-address.h"
#include "ns3/ipv4-interface.h"
#include "ns3/ipv4-l3-protocol.h"
#include "ns3/ipv4-static-routing-helper.h"
#include "ns3/ipv4-static-routing.h"
#include "ns3/ipv4.h"
#include "ns3/ipv6-interface-address.h"
#include "ns3/ipv6-interface.h"
#include "ns3/ipv6-l3-protocol.h"
#include "ns3/ipv6-static-routing-helper.h"
#include "ns3/ipv6-static-routing.h"
#include "ns3/ipv6.h"
#include "ns3/mac48-address.h"
#include "ns3/ndisc-cache.h"

#include <array>

namespace proxy
{

namespace
{

/** \param prefix IPv4 address of the model \returns a locally administered address made of it */
ns3::Mac48Address
MacFor(const Prefix& prefix)
{
    std::array<uint8_t, 6> bytes{0x02, 0x00};
    std::copy_n(prefix.bytes.s6_addr, 4, bytes.begin() + 2);
    ns3::Mac48Address mac;
    mac.CopyFrom(bytes.data());
    return mac;
}

/** \param interface the host's end \returns its hardware address */
ns3::Mac48Address
HostMac(const std::string& interface)
{
    ns3::Mac48Address mac;
    mac.CopyFrom(HardwareAddress(interface).data());
    return mac;
}

/** \param model gets the tap and its device \param options addresses, name, MTU */
void
MakeTapLink(ModelNode& model, const Options& options)
{
    Tap tap(options.tapName);
    model.interface = tap.GetName();
    RequireFreeNetwork(options.hostAddress, "--tap-address");
    AddAddress(model.interface, options.hostAddress);
    BringUp(model.interface, options.mtu);
    if (options.hostAddress6)
    {
        RequireFreeNetwork(*options.hostAddress6, "--tap-address6");
        AddAddress(model.interface, *options.hostAddress6);
    }

    model.tap = ns3::CreateObject<TapNetDevice>();
    model.tap->SetAddress(MacFor(options.modelAddress));
    model.tap->SetMtu(options.mtu);
    model.tap->SetIsMulticast(true); // neighbour discovery
    model.node->AddDevice(model.tap);
    model.tap->SetFileDescriptor(tap.ReleaseDescriptor());
    model.device = model.tap;
}

void
AddIpv4(const ModelNode& model, const Options& options)
{
    const auto ipv4 = model.node->GetObject<ns3::Ipv4>();
    const auto interface = ipv4->AddInterface(model.device);
    const ns3::Ipv4Mask mask(("/" + std::to_string(options.hostAddress.length)).c_str());
    ipv4->AddAddress(
        interface,
        ns3::Ipv4InterfaceAddress(ns3::Ipv4Address::ConvertFrom(ToNs3(options.modelAddress)),
                                  mask));
    ipv4->SetUp(interface);
    ns3::Ipv4StaticRoutingHelper().GetStaticRouting(ipv4)->SetDefaultRoute(
        ns3::Ipv4Address::ConvertFrom(ToNs3(options.hostAddress)),
        interface);
}

void
AddIpv6(const ModelNode& model, const Options& options)
{
    const auto ipv6 = model.node->GetObject<ns3::Ipv6>();
    const auto interface = ipv6->AddInterface(model.device);
    ipv6->AddAddress(
        interface,
        ns3::Ipv6InterfaceAddress(ns3::Ipv6Address::ConvertFrom(ToNs3(*options.modelAddress6)),
                                  ns3::Ipv6Prefix(options.hostAddress6->length)));
    ipv6->SetUp(interface);
    ns3::Ipv6StaticRoutingHelper().GetStaticRouting(ipv6)->SetDefaultRoute(
        ns3::Ipv6Address::ConvertFrom(ToNs3(*options.hostAddress6)),
        interface);
}

/**
 * Tells the model the hardware address of the host, which it would otherwise ask for again and
 * again in the middle of transfers.
 */
void
AddHostAsNeighbour(const ModelNode& model, const Options& options)
{
    const auto mac = HostMac(model.interface);
    const auto ipv4 = model.node->GetObject<ns3::Ipv4L3Protocol>();
    auto* entry = ipv4->GetInterface(ipv4->GetInterfaceForDevice(model.device))
                      ->GetArpCache()
                      ->Add(ns3::Ipv4Address::ConvertFrom(ToNs3(options.hostAddress)));
    entry->SetMacAddress(mac);
    entry->MarkPermanent();
    if (options.hostAddress6)
    {
        const auto ipv6 = model.node->GetObject<ns3::Ipv6L3Protocol>();
        auto* entry6 = ipv6->GetInterface(ipv6->GetInterfaceForDevice(model.device))
                           ->GetNdiscCache()
                           ->Add(ns3::Ipv6Address::ConvertFrom(ToNs3(*options.hostAddress6)));
        entry6->SetMacAddress(mac);
        entry6->MarkPermanent();
    }
}

} // namespace

ModelNode
MakeModelNode(const Options& options)
{
    ModelNode model;
    model.node = ns3::CreateObject<ns3::Node>();
    if (options.bridge == Bridge::FD)
    {
        MakeTapLink(model, options);
    }
    else
    {
        model.interface = TapBridgeInterface(options);
        model.device = MakeTapBridgeLink(model.node, options);
    }
    InstallStack(model.node, options);
    AddIpv4(model, options);
    if (options.modelAddress6)
    {
        AddIpv6(model, options);
    }
    if (model.tap)
    {
        AddHostAsNeighbour(model, options);
    }
    return model;
}

} // namespace proxy
