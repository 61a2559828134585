#ifndef LIFECYCLE_TCP_HELPER_H
#define LIFECYCLE_TCP_HELPER_H

#include "ns3/attribute.h"
#include "ns3/node-container.h"
#include "ns3/object-factory.h"

#include <string>

namespace ns3
{

class Node;
class LifecycleTcpL4Protocol;

/**
 * \ingroup tcp-lifecycle
 * \brief Gives nodes the lifecycle TCP in place of stock TCP.
 *
 * Call Install() before InternetStackHelper::Install() on the same nodes; the rest of a script
 * stays as it is.
 *
 * \code
 *   LifecycleTcpHelper tcp;
 *   tcp.SetAttribute("Msl", TimeValue(Seconds(30)));
 *   tcp.Install(nodes);
 *   InternetStackHelper internet;
 *   internet.Install(nodes);
 * \endcode
 */
class LifecycleTcpHelper
{
  public:
    LifecycleTcpHelper();

    /**
     * \brief Sets an attribute of the ns3::LifecycleTcpL4Protocol of the nodes installed later.
     * \param name attribute name
     * \param value attribute value
     */
    void SetAttribute(std::string name, const AttributeValue& value);

    /**
     * \brief Aggregates an ns3::LifecycleTcpL4Protocol to each node.
     *
     * It is a fatal error, reported in one sentence, if a node already has a TCP.
     * \param nodes the nodes
     */
    void Install(NodeContainer nodes) const;
    /** \copydoc Install(NodeContainer) const \param node the node */
    void Install(Ptr<Node> node) const;
    /** \brief Install() on every node that exists now. */
    void InstallAll() const;

    /**
     * \brief Fixes the random streams (initial sequence numbers, ports) of the nodes' TCP.
     * \param nodes nodes with the lifecycle TCP installed
     * \param stream first stream index to use
     * \returns the number of streams used
     */
    static int64_t AssignStreams(NodeContainer nodes, int64_t stream);

    /**
     * \param node a node
     * \returns the node's lifecycle TCP, or null if it has another or none
     */
    static Ptr<LifecycleTcpL4Protocol> GetTcp(Ptr<Node> node);

  private:
    ObjectFactory m_factory; //!< makes the protocol objects
};

} // namespace ns3

#endif /* LIFECYCLE_TCP_HELPER_H */
