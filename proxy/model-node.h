#ifndef PROXY_MODEL_NODE_H
#define PROXY_MODEL_NODE_H

#include "options.h"
#include "tap-net-device.h"

#include "ns3/net-device.h"
#include "ns3/node.h"
#include "ns3/ptr.h"

#include <string>

namespace proxy
{

/** The simulated node that runs the model, and its end of the link. */
struct ModelNode
{
    ns3::Ptr<ns3::Node> node;        //!< the node
    ns3::Ptr<ns3::NetDevice> device; //!< its device
    ns3::Ptr<TapNetDevice> tap;      //!< the same device with --bridge=fd, null otherwise
    std::string interface;           //!< name of the host's end
};

/**
 * Makes the link and the node: tap, addresses and routes of both sides.
 * \param options the command line
 * \returns the node, ready to run
 * \throws UserError if something of it cannot be made; nothing stays behind then
 */
ModelNode MakeModelNode(const Options& options);

} // namespace proxy

#endif /* PROXY_MODEL_NODE_H */
