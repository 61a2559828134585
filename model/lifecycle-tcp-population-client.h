#ifndef LIFECYCLE_TCP_POPULATION_CLIENT_H
#define LIFECYCLE_TCP_POPULATION_CLIENT_H

#include "lifecycle-tcp-types.h"

#include "ns3/address.h"
#include "ns3/application.h"
#include "ns3/nstime.h"
#include "ns3/ptr.h"
#include "ns3/random-variable-stream.h"
#include "ns3/traced-callback.h"

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace ns3
{

/**
 * \ingroup tcp-lifecycle
 * \brief A request that was answered.
 */
struct TcpPopulationExchange
{
    uint32_t connection;    //!< its number, from 0, in the order in which they were asked for
    uint32_t request;       //!< its number on the connection, from 1
    uint64_t requestBytes;  //!< length of the request
    uint64_t responseBytes; //!< length of the response
    Time asked;             //!< when the connection was asked for
    Time start;             //!< when the request was written
    Time end;               //!< when the last byte of the response arrived
};

/**
 * \ingroup tcp-lifecycle
 * \brief A connection that is over.
 */
struct TcpPopulationEnd
{
    uint32_t connection;            //!< its number, from 0
    LifecycleTcpCloseReason reason; //!< NONE: it could not be asked for: no route, or no port left
    bool wasOpened;                 //!< whether it was ever established
    uint32_t requests;              //!< that were answered
    bool isCutShort;                //!< not all its requests were answered
    Time asked;                     //!< when the connection was asked for
    Time end;                       //!< now
};

/**
 * \ingroup tcp-lifecycle
 * \brief What has become of a population's connections.
 */
struct TcpPopulationCounters
{
    uint64_t asked{0};     //!< connections asked for
    uint64_t opened{0};    //!< connections established
    uint64_t failed{0};    //!< connections that ended before they were established
    uint64_t closed{0};    //!< connections that ended, those included
    uint64_t requests{0};  //!< requests written
    uint64_t completed{0}; //!< requests answered
    uint64_t bytes{0};     //!< of responses
};

/**
 * \ingroup tcp-lifecycle
 * \brief The users of one host: any number of connections without a Socket for each.
 *
 * It opens Connections connections to its remotes, as InterArrival or Spread say. On each, it sends
 * Requests requests one after the other, of RequestSize bytes that ask for ResponseSize bytes, and
 * waits for ThinkTime between a response and the next request. A connection ends when its Lifetime
 * is over; where there is none, with the last response; and if it has no requests either, it stays
 * open, idle, until the application stops. Closer says who closes.
 *
 * An idle connection costs 16 bytes here, and the node's adapter 8. The node must have the
 * lifecycle TCP; the other side is a TcpPopulationServer, or whatever understands
 * LifecycleTcpRequestHeader. Where ResponseSize is 0 it may be any sink: a request is then complete
 * when all of it is acknowledged.
 */
class TcpPopulationClient : public Application
{
  public:
    /**
     * \brief Get the type ID.
     * \returns the object TypeId
     */
    static TypeId GetTypeId();

    TcpPopulationClient();
    ~TcpPopulationClient() override;

    /** \brief Adds an address and port to connect to; for each connection, one is drawn. */
    void AddRemote(const Address& remote);

    /**
     * \brief Opens a connection now, besides those of the arrival process, with one request.
     * \param remote where to
     * \param requestBytes length of the request
     * \param responseBytes length of the response
     */
    void Fetch(const Address& remote, uint32_t requestBytes, uint64_t responseBytes);

    /** \returns what has happened so far */
    TcpPopulationCounters GetCounters() const;

    /**
     * \brief Fixes the random streams.
     * \param stream first stream index to use
     * \returns the number of streams used
     */
    int64_t AssignStreams(int64_t stream);

  protected:
    void DoDispose() override;

  private:
    class Population;

    /** Who ends a connection after its last response. */
    enum class Closer : uint8_t
    {
        CLIENT,
        SERVER,
        RESET,
    };

    void StartApplication() override;
    void StopApplication() override;
    Population& GetPopulation();
    void SetRemote(Address remote);
    Address GetRemote() const;
    void SetCloser(std::string name);
    std::string GetCloser() const;

    std::vector<Address> m_remotes;
    uint32_t m_connections{0};
    Time m_spread;
    Ptr<RandomVariableStream> m_interArrival; //!< null: Spread
    Ptr<RandomVariableStream> m_requests;
    Ptr<RandomVariableStream> m_requestSize;
    Ptr<RandomVariableStream> m_responseSize;
    Ptr<RandomVariableStream> m_thinkTime; //!< null: none
    Ptr<RandomVariableStream> m_lifetime;  //!< null: none
    Closer m_closer{Closer::CLIENT};
    bool m_keepalive{false};
    Ptr<UniformRandomVariable> m_draw; //!< of remotes, and of times within Spread
    TracedCallback<uint32_t, Time> m_openedTrace;
    TracedCallback<const TcpPopulationExchange&> m_completedTrace;
    TracedCallback<const TcpPopulationEnd&> m_closedTrace;
    std::unique_ptr<Population> m_population; //!< null before the start, and once disposed of
};

/**
 * \ingroup tcp-lifecycle
 * Signature of the trace source ns3::TcpPopulationClient::Opened.
 */
typedef void (*TcpPopulationOpenedTracedCallback)(uint32_t connection, Time handshake);

/**
 * \ingroup tcp-lifecycle
 * Signature of the trace source ns3::TcpPopulationClient::Completed.
 */
typedef void (*TcpPopulationExchangeTracedCallback)(const TcpPopulationExchange& exchange);

/**
 * \ingroup tcp-lifecycle
 * Signature of the trace source ns3::TcpPopulationClient::Closed.
 */
typedef void (*TcpPopulationEndTracedCallback)(const TcpPopulationEnd& end);

} // namespace ns3

#endif /* LIFECYCLE_TCP_POPULATION_CLIENT_H */
