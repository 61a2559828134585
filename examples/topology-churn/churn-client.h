#ifndef TOPOLOGY_CHURN_CLIENT_H
#define TOPOLOGY_CHURN_CLIENT_H

#include "connection-log.h"
#include "options.h"
#include "tcp-stack.h"

#include "ns3/address.h"
#include "ns3/application.h"
#include "ns3/socket.h"

#include <cstdint>
#include <unordered_map>

namespace churn
{

/**
 * \brief The users of one host: any number of connections at once, each for one response.
 *
 * It only knows ns3::Socket, so that it runs over any TCP.
 */
class ChurnClient : public ns3::Application
{
  public:
    /**
     * \param stack the TCP, told of sockets and asked for reasons
     * \param log receives what happens
     * \param closer who closes first
     */
    ChurnClient(TcpStack& stack, ConnectionLog& log, Closer closer);

    /// \returns the type of this application
    static ns3::TypeId GetTypeId();

    /**
     * Opens a connection, gets a response and closes.
     * \param server where to
     * \param requestBytes length of the request
     * \param responseBytes length of the response
     */
    void Fetch(const ns3::Address& server, uint32_t requestBytes, uint64_t responseBytes);

  private:
    /// A connection that has not come to its end.
    struct Flow
    {
        ns3::Ptr<ns3::Socket> socket; //!< kept alive by us
        ns3::Time start;              //!< when it was asked for
        uint32_t requestBytes;        //!< length of the request
        uint64_t responseBytes;       //!< length of the response
        uint64_t received;            //!< response bytes that have arrived
        bool connected;               //!< whether it was ever established
    };

    using Flows = std::unordered_map<ns3::Socket*, Flow>;

    void DoDispose() override;
    void OnConnected(ns3::Ptr<ns3::Socket> socket);
    void OnReadable(ns3::Ptr<ns3::Socket> socket);
    void OnPeerClosed(ns3::Ptr<ns3::Socket> socket);
    void OnError(ns3::Ptr<ns3::Socket> socket);
    /// Forgets a connection whose response is not coming.
    void Fail(Flows::iterator flow, Outcome outcome);
    /// Closes a socket we have no more use for, and forgets it.
    void Close(Flows::iterator flow);

    TcpStack& m_stack;    //!< the TCP
    ConnectionLog& m_log; //!< receives what happens
    Closer m_closer;      //!< who closes first
    Flows m_flows;        //!< open connections
};

} // namespace churn

#endif /* TOPOLOGY_CHURN_CLIENT_H */
