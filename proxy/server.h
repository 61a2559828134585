#ifndef PROXY_SERVER_H
#define PROXY_SERVER_H

#include "options.h"
#include "session.h"

#include "ns3/address.h"
#include "ns3/node.h"
#include "ns3/ptr.h"
#include "ns3/socket.h"

#include <cstdint>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

namespace proxy
{

/** What the server has done. */
struct ServerCounts
{
    uint64_t accepted{0};      //!< connections accepted
    uint64_t turnedAway{0};    //!< of these, closed at once because --max-connections were open
    uint64_t bytesReceived{0}; //!< payload read
    uint64_t bytesSent{0};     //!< payload written
};

/** The services of `serve`: listeners, and a session for each accepted connection. */
class Server
{
  public:
    /**
     * Listens.
     * \param node the model's node
     * \param options services and addresses
     * \throws UserError if a port cannot be listened on
     */
    Server(ns3::Ptr<ns3::Node> node, const Options& options);
    ~Server();
    Server(const Server&) = delete;
    Server& operator=(const Server&) = delete;

    /** Stops listening and closes every connection. */
    void Stop();

    /** \returns what has been done so far */
    ServerCounts GetCounts() const;

  private:
    void Listen(ns3::Ptr<ns3::Node> node, const ns3::Address& local, ServiceKind kind);
    void Accept(ServiceKind kind, ns3::Ptr<ns3::Socket> socket);
    void Remove(Session* session);
    /** Accepts what waits, as long as there is room for it. */
    void AcceptWaiting();
    bool IsFull() const;

    const Options& m_options;                                          //!< the command line
    std::vector<ns3::Ptr<ns3::Socket>> m_listeners;                    //!< listening sockets
    std::unordered_map<Session*, std::unique_ptr<Session>> m_sessions; //!< open connections
    ServerCounts m_counts; //!< without the bytes of open connections
};

} // namespace proxy

#endif /* PROXY_SERVER_H */
