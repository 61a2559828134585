#ifndef TOPOLOGY_CHURN_TCP_STACK_H
#define TOPOLOGY_CHURN_TCP_STACK_H

#include "connection-log.h"
#include "options.h"

#include "ns3/lifecycle-tcp-types.h"
#include "ns3/node-container.h"
#include "ns3/ptr.h"
#include "ns3/socket.h"
#include "ns3/tcp-socket.h"

#include <array>
#include <cstdint>
#include <memory>

namespace churn
{

/// How many sockets are in each state; index it with ns3::TcpSocket::TcpStates_t.
using StateCounts = std::array<uint64_t, ns3::TcpSocket::LAST_STATE>;

/**
 * \brief The TCP under test: the only place where the run differs between lifecycle and stock.
 *
 * The applications call the Watch functions; a TCP that can be asked for its states ignores them.
 */
class TcpStack
{
  public:
    virtual ~TcpStack() = default;

    /**
     * Puts the TCP on hosts that have no Internet stack yet.
     * \param hosts the hosts
     */
    virtual void Install(const ns3::NodeContainer& hosts) = 0;

    /// \returns the sockets of all hosts in each state now
    virtual StateCounts CountStates() const = 0;

    /**
     * \param socket a client's socket whose connection failed
     * \param connecting whether it failed before it was established
     * \returns why
     */
    virtual Outcome ExplainFailure(ns3::Ptr<ns3::Socket> socket, bool connecting) const = 0;

    /// \param socket a socket just created by an application
    virtual void WatchCreated(ns3::Ptr<ns3::Socket> socket);
    /// A listener takes a connection request.
    virtual void WatchRequest();
    /// \param socket a socket just accepted
    virtual void WatchAccepted(ns3::Ptr<ns3::Socket> socket);
};

/**
 * \param options of the run
 * \returns ns-3's own TCP
 */
std::unique_ptr<TcpStack> MakeStockStack(const Options& options);

/**
 * \param reason why a connection of the lifecycle TCP ended that did not get its response
 * \returns the same in the words of the report
 */
Outcome ToOutcome(ns3::LifecycleTcpCloseReason reason);

/**
 * \param options of the run
 * \returns the lifecycle TCP
 */
std::unique_ptr<TcpStack> MakeLifecycleStack(const Options& options);

} // namespace churn

#endif /* TOPOLOGY_CHURN_TCP_STACK_H */
