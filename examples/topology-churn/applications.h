#ifndef TOPOLOGY_CHURN_APPLICATIONS_H
#define TOPOLOGY_CHURN_APPLICATIONS_H

#include "connection-log.h"
#include "options.h"
#include "tcp-stack.h"

#include "ns3/address.h"
#include "ns3/node-container.h"

#include <cstdint>
#include <memory>

namespace churn
{

/// The port that servers listen on.
constexpr uint16_t PORT = 80;

/// The clients of all hosts.
class Clients
{
  public:
    virtual ~Clients() = default;

    /**
     * Opens a connection, gets a response and closes.
     * \param host number of the client's host
     * \param server where to
     * \param requestBytes length of the request
     * \param responseBytes length of the response
     */
    virtual void Fetch(uint32_t host,
                       const ns3::Address& server,
                       uint32_t requestBytes,
                       uint64_t responseBytes) = 0;

    /// \returns response bytes that have arrived, of unfinished responses too
    virtual uint64_t GetBytes() const = 0;
};

/**
 * \param hosts where to put a client each
 * \param options what the user asked for
 * \param stack the TCP, which outlives them
 * \param log receives what happens, and outlives them
 * \returns the clients: applications over sockets, or populations
 */
std::unique_ptr<Clients> InstallClients(const ns3::NodeContainer& hosts,
                                        const Options& options,
                                        TcpStack& stack,
                                        ConnectionLog& log);

/**
 * \param hosts where to put a server each
 * \param options what the user asked for
 * \param stack the TCP, which outlives them
 */
void InstallServers(const ns3::NodeContainer& hosts, const Options& options, TcpStack& stack);

} // namespace churn

#endif /* TOPOLOGY_CHURN_APPLICATIONS_H */
