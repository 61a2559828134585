#ifndef LIFECYCLE_TCP_HELPER_H
#define LIFECYCLE_TCP_HELPER_H

#include "ns3/attribute.h"
#include "ns3/node-container.h"
#include "ns3/object-factory.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <iosfwd>
#include <string>
#include <utility>
#include <vector>

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
 *   tcp.SetProfile("Linux");
 *   tcp.SetTimeWaitModel("ns3::TcpTimeWaitModel", "Msl", TimeValue(Seconds(30)));
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
     * \brief Gives the nodes installed later every value of a system.
     *
     * What SetAttribute() and the models say goes before it, whatever the order of calls.
     * \param name Linux, FreeBsd, Windows, Rfc9293 or Textbook
     */
    void SetProfile(std::string name);

    /**
     * \brief Sets how connections of the nodes installed later open.
     * \tparam Args names of attributes, each followed by its value
     * \param type "ns3::TcpHandshakeModel" or a class derived from it
     * \param args attributes of it that differ from the profile
     */
    template <typename... Args>
    void SetHandshakeModel(std::string type, const Args&... args)
    {
        SetModel(0, std::move(type), args...);
    }

    /**
     * \brief Sets how connections of the nodes installed later end.
     * \tparam Args names of attributes, each followed by its value
     * \param type "ns3::TcpTimeWaitModel" or a class derived from it
     * \param args attributes of it that differ from the profile
     */
    template <typename... Args>
    void SetTimeWaitModel(std::string type, const Args&... args)
    {
        SetModel(1, std::move(type), args...);
    }

    /**
     * \brief Sets how connections of the nodes installed later find out about a silent peer.
     * \tparam Args names of attributes, each followed by its value
     * \param type "ns3::TcpKeepaliveModel" or a class derived from it
     * \param args attributes of it that differ from the profile
     */
    template <typename... Args>
    void SetKeepaliveModel(std::string type, const Args&... args)
    {
        SetModel(2, std::move(type), args...);
    }

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
     * \brief Makes queue discs that queue by flow, such as FqCoDel, which is ns-3's default,
     * cheaper on nodes without this TCP: routers. Nodes with it do so by themselves.
     *
     * To be called once the queue discs are there, which addresses bring: see
     * ns3::LifecycleTcpFlowFilter.
     * \param nodes the nodes
     * \returns how many queue discs there were
     */
    static uint32_t InstallFlowFilters(NodeContainer nodes);

    /**
     * \param node a node
     * \returns the node's lifecycle TCP, or null if it has another or none
     */
    static Ptr<LifecycleTcpL4Protocol> GetTcp(Ptr<Node> node);

    /**
     * \brief Prints a line for each listener, half-open request, connection and TIME_WAIT record,
     * as `ss -tano` does: state, queues, names, how long it has been in its state, and its timer.
     *
     * For a time to come: `Simulator::Schedule(time, &LifecycleTcpHelper::PrintConnections, nodes,
     * std::ref(std::cout))`; the same goes for the other tables.
     * \param nodes those without the lifecycle TCP are left out
     * \param os where to
     */
    static void PrintConnections(NodeContainer nodes, std::ostream& os);
    /**
     * \brief Prints a line for each node: how many sockets it has in which state, as `ss -s`, and
     * the oldest connection in CLOSE_WAIT.
     * \param nodes those without the lifecycle TCP are left out
     * \param os where to
     */
    static void PrintCensus(NodeContainer nodes, std::ostream& os);
    /**
     * \brief Prints what has happened on each node, as `nstat`; what has not is left out.
     * \param nodes those without the lifecycle TCP are left out
     * \param os where to
     */
    static void PrintCounters(NodeContainer nodes, std::ostream& os);

  private:
    /** A name and a value. */
    using Setting = std::pair<std::string, Ptr<AttributeValue>>;

    /** A model of each node. */
    struct Model
    {
        std::string type; //!< empty: what the profile has
        std::vector<Setting> settings;
    };

    template <typename... Args>
    void SetModel(std::size_t which, std::string type, const Args&... args)
    {
        m_models[which] = {std::move(type), {}};
        AddSettings(m_models[which].settings, args...);
    }

    static void AddSettings(std::vector<Setting>&)
    {
    }

    template <typename... Args>
    static void AddSettings(std::vector<Setting>& settings,
                            const std::string& name,
                            const AttributeValue& value,
                            const Args&... more)
    {
        settings.emplace_back(name, value.Copy());
        AddSettings(settings, more...);
    }

    Ptr<LifecycleTcpL4Protocol> MakeTcp() const;

    ObjectFactory m_factory;           //!< makes the protocol objects
    std::string m_profile;             //!< empty: the attributes' defaults
    std::vector<Setting> m_attributes; //!< set on top of the profile
    std::array<Model, 3> m_models;     //!< handshake, TIME_WAIT, keepalive
};

} // namespace ns3

#endif /* LIFECYCLE_TCP_HELPER_H */
