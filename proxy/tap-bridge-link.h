#ifndef PROXY_TAP_BRIDGE_LINK_H
#define PROXY_TAP_BRIDGE_LINK_H

#include "options.h"

#include "ns3/net-device.h"
#include "ns3/node.h"
#include "ns3/ptr.h"

namespace proxy
{

/**
 * Links a node to the host through ns-3's TapBridge in its mode ConfigureLocal: a CSMA segment
 * with the node and a ghost, whose frames TapBridge exchanges with a tap that its creator program
 * makes and configures. TapBridge ends the process when that program cannot be started, as with
 * Debian's packages, so a child process tries it first.
 *
 * \param node node to link
 * \param options addresses and name of the tap
 * \returns the node's device
 * \throws UserError if TapBridge does not work here
 */
ns3::Ptr<ns3::NetDevice> MakeTapBridgeLink(ns3::Ptr<ns3::Node> node, const Options& options);

/**
 * \param options the command line
 * \returns the name the host's end has with MakeTapBridgeLink(), which cannot number it
 */
std::string TapBridgeInterface(const Options& options);

} // namespace proxy

#endif /* PROXY_TAP_BRIDGE_LINK_H */
