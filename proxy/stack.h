#ifndef PROXY_STACK_H
#define PROXY_STACK_H

#include "options.h"

#include "ns3/lifecycle-tcp-types.h"
#include "ns3/node.h"
#include "ns3/ptr.h"
#include "ns3/socket.h"

#include <functional>
#include <vector>

/**
 * \file
 * The choice of TCP. Everything else in the proxy uses ns3::Socket only.
 */

namespace proxy
{

/**
 * Gives a node TCP, UDP, IPv4 and, if the link has it, IPv6.
 * \param node a bare node
 * \param options which TCP, its attributes, and the MTU of the link
 * \throws UserError for an attribute that does not exist or a value it does not take
 */
void InstallStack(ns3::Ptr<ns3::Node> node, const Options& options);

/** \param listener of the lifecycle TCP: what it gets waits for AcceptNext() from now on */
void AcceptByHand(ns3::Ptr<ns3::Socket> listener);

/** \param listener of AcceptByHand() \returns whether a connection waited, and was accepted */
bool AcceptNext(ns3::Ptr<ns3::Socket> listener);

/** \param node a node \returns true if its TCP can report its connections: stock TCP cannot */
bool CanReport(ns3::Ptr<ns3::Node> node);

/** \param node a node \returns its connections, none if its TCP cannot report them */
std::vector<ns3::LifecycleTcpConnectionInfo> GetConnections(ns3::Ptr<ns3::Node> node);

/**
 * \param node a node
 * \param sink called at every state change, never if the node's TCP cannot report them
 */
void WatchStateChanges(ns3::Ptr<ns3::Node> node,
                       std::function<void(const ns3::LifecycleTcpTransition&)> sink);

} // namespace proxy

#endif /* PROXY_STACK_H */
