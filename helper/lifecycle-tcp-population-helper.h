#ifndef LIFECYCLE_TCP_POPULATION_HELPER_H
#define LIFECYCLE_TCP_POPULATION_HELPER_H

#include "ns3/address.h"
#include "ns3/application-container.h"
#include "ns3/attribute.h"
#include "ns3/node-container.h"
#include "ns3/object-factory.h"

#include <cstdint>
#include <string>
#include <vector>

namespace ns3
{

/**
 * \ingroup tcp-lifecycle
 * \brief Puts populations of clients, and the servers for them, on nodes.
 *
 * \code
 *   TcpPopulationServerHelper servers;
 *   servers.Install(serverNodes);
 *
 *   TcpPopulationClientHelper clients;
 *   clients.SetAttribute("Connections", UintegerValue(1000));
 *   clients.SetAttribute("ResponseSize", StringValue("ns3::TcpFlowSizes[File=DCTCP_CDF]"));
 *   clients.AddRemote(InetSocketAddress(serverAddress, 80));
 *   clients.Install(clientNodes).Start(Seconds(1));
 * \endcode
 *
 * Attributes that are random variables are best given as strings, as here: each application then
 * gets one of its own.
 */
class TcpPopulationClientHelper
{
  public:
    TcpPopulationClientHelper();

    /**
     * \brief Sets an attribute of the TcpPopulationClients installed later.
     * \param name attribute name
     * \param value attribute value
     */
    void SetAttribute(std::string name, const AttributeValue& value);

    /** \brief Adds an address and port that the clients installed later connect to. */
    void AddRemote(const Address& remote);

    /**
     * \brief Puts a TcpPopulationClient on each node, all of which must have the lifecycle TCP.
     * \param nodes the nodes
     * \returns the applications
     */
    ApplicationContainer Install(NodeContainer nodes) const;

    /**
     * \brief Fixes the random streams of the TcpPopulationClients among some applications.
     * \param applications which
     * \param stream first stream index to use
     * \returns the number of streams used
     */
    static int64_t AssignStreams(ApplicationContainer applications, int64_t stream);

  private:
    ObjectFactory m_factory;
    std::vector<Address> m_remotes;
};

/**
 * \ingroup tcp-lifecycle
 * \brief Puts servers of populations on nodes; see TcpPopulationClientHelper.
 */
class TcpPopulationServerHelper
{
  public:
    TcpPopulationServerHelper();

    /**
     * \brief Sets an attribute of the TcpPopulationServers installed later.
     * \param name attribute name
     * \param value attribute value
     */
    void SetAttribute(std::string name, const AttributeValue& value);

    /**
     * \brief Puts a TcpPopulationServer on each node, all of which must have the lifecycle TCP.
     * \param nodes the nodes
     * \returns the applications
     */
    ApplicationContainer Install(NodeContainer nodes) const;

    /**
     * \brief Fixes the random streams of the TcpPopulationServers among some applications.
     * \param applications which
     * \param stream first stream index to use
     * \returns the number of streams used
     */
    static int64_t AssignStreams(ApplicationContainer applications, int64_t stream);

  private:
    ObjectFactory m_factory;
};

} // namespace ns3

#endif /* LIFECYCLE_TCP_POPULATION_HELPER_H */
