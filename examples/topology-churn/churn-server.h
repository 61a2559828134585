#ifndef TOPOLOGY_CHURN_SERVER_H
#define TOPOLOGY_CHURN_SERVER_H

#include "tcp-stack.h"

#include "ns3/address.h"
#include "ns3/application.h"
#include "ns3/packet.h"
#include "ns3/socket.h"

#include <cstdint>
#include <unordered_map>

namespace churn
{

/**
 * \brief Answers each connection's request with as many bytes as it asks for.
 *
 * It only knows ns3::Socket, so that it runs over any TCP.
 */
class ChurnServer : public ns3::Application
{
  public:
    /**
     * \param stack the TCP, told of sockets
     * \param port where to listen
     */
    ChurnServer(TcpStack& stack, uint16_t port);

    /// \returns the type of this application
    static ns3::TypeId GetTypeId();

  private:
    /// A connection that has not come to its end.
    struct Session
    {
        ns3::Ptr<ns3::Socket> socket;  //!< kept alive by us
        ns3::Ptr<ns3::Packet> request; //!< as much of it as has arrived
        uint64_t left;                 //!< response bytes still to be written
        uint32_t chunk;                //!< worth waking up for: this much room to write
        bool answering;                //!< whether the request has been read
        bool closes;                   //!< whether to close after the response
    };

    using Sessions = std::unordered_map<ns3::Socket*, Session>;

    void DoDispose() override;
    void StartApplication() override;
    bool OnRequest(ns3::Ptr<ns3::Socket> socket, const ns3::Address& from);
    void OnAccepted(ns3::Ptr<ns3::Socket> socket, const ns3::Address& from);
    void OnReadable(ns3::Ptr<ns3::Socket> socket);
    void OnWritable(ns3::Ptr<ns3::Socket> socket, uint32_t room);
    void OnPeerClosed(ns3::Ptr<ns3::Socket> socket);
    void OnError(ns3::Ptr<ns3::Socket> socket);
    /// Writes what there is room for, and closes after the last byte if that is up to us.
    void Write(ns3::Ptr<ns3::Socket> socket);
    /// Closes a socket we have no more use for, and forgets it.
    void Close(Sessions::iterator session);

    TcpStack& m_stack;                //!< the TCP
    uint16_t m_port;                  //!< where to listen
    ns3::Ptr<ns3::Socket> m_listener; //!< the listening socket
    Sessions m_sessions;              //!< open connections
};

} // namespace churn

#endif /* TOPOLOGY_CHURN_SERVER_H */
