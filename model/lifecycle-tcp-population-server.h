#ifndef LIFECYCLE_TCP_POPULATION_SERVER_H
#define LIFECYCLE_TCP_POPULATION_SERVER_H

#include "lifecycle-tcp-types.h"

#include "ns3/address.h"
#include "ns3/application.h"
#include "ns3/nstime.h"
#include "ns3/ptr.h"
#include "ns3/random-variable-stream.h"
#include "ns3/traced-callback.h"

#include <cstdint>
#include <memory>

namespace ns3
{

/**
 * \ingroup tcp-lifecycle
 * \brief What has become of a server's connections.
 */
struct TcpPopulationServerCounters
{
    uint64_t accepted{0}; //!< connections taken
    uint64_t refused{0};  //!< connections beyond MaxConnections, which were reset
    uint64_t open{0};     //!< connections that are there now
    uint64_t requests{0}; //!< requests that arrived in full
    uint64_t served{0};   //!< responses written in full
    uint64_t bytes{0};    //!< of responses, written
};

/**
 * \ingroup tcp-lifecycle
 * \brief A server of one host: any number of connections without a Socket for each.
 *
 * It answers each request with as many bytes as its LifecycleTcpRequestHeader asks for, after
 * ServiceTime, and closes where the request says so, when the client has closed, or when nothing
 * was asked for IdleTimeout. An idle connection costs nothing here, and 8 bytes in the node's
 * adapter. The node must have the lifecycle TCP.
 */
class TcpPopulationServer : public Application
{
  public:
    /**
     * \brief Get the type ID.
     * \returns the object TypeId
     */
    static TypeId GetTypeId();

    TcpPopulationServer();
    ~TcpPopulationServer() override;

    /** \returns what has happened so far */
    TcpPopulationServerCounters GetCounters() const;

    /**
     * \brief Fixes the random streams.
     * \param stream first stream index to use
     * \returns the number of streams used
     */
    int64_t AssignStreams(int64_t stream);

  protected:
    void DoDispose() override;

  private:
    class Farm;

    void StartApplication() override;
    void StopApplication() override;

    Address m_local;
    uint32_t m_maxConnections{0};
    Ptr<RandomVariableStream> m_serviceTime; //!< null: none
    Time m_idleTimeout;
    bool m_keepalive{false};
    TracedCallback<const Address&> m_acceptedTrace;
    TracedCallback<uint64_t> m_servedTrace;
    TracedCallback<LifecycleTcpCloseReason> m_closedTrace;
    std::unique_ptr<Farm> m_farm; //!< null before the start, and once disposed of
};

/**
 * \ingroup tcp-lifecycle
 * Signature of the trace source ns3::TcpPopulationServer::Accepted.
 */
typedef void (*TcpPopulationAcceptedTracedCallback)(const Address& peer);

/**
 * \ingroup tcp-lifecycle
 * Signature of the trace source ns3::TcpPopulationServer::Served.
 */
typedef void (*TcpPopulationServedTracedCallback)(uint64_t responseBytes);

/**
 * \ingroup tcp-lifecycle
 * Signature of the trace source ns3::TcpPopulationServer::Closed.
 */
typedef void (*TcpPopulationClosedTracedCallback)(LifecycleTcpCloseReason reason);

} // namespace ns3

#endif /* LIFECYCLE_TCP_POPULATION_SERVER_H */
