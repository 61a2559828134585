#ifndef LIFECYCLE_BENCH_OPENER_H
#define LIFECYCLE_BENCH_OPENER_H

#include "network.h"

#include "ns3/callback.h"
#include "ns3/ipv4-address.h"
#include "ns3/node.h"
#include "ns3/nstime.h"
#include "ns3/ptr.h"
#include "ns3/socket.h"

#include <cstdint>
#include <deque>
#include <vector>

namespace bench
{

/// When connections are opened: one after the other.
struct Schedule
{
    uint64_t connections{0};
    ns3::Time start; ///< of the first one, from now
    ns3::Time gap;   ///< from one to the next
};

/**
 * Opens connections, with a socket for each. Local ports do not last for as many as one likes
 * (stock TCP has 16,384, Linux 28,232 for each destination), so that a server listens on several.
 */
class Opener
{
  public:
    using OnSocket = ns3::Callback<void, ns3::Ptr<ns3::Socket>>;
    using OnAccept = ns3::Callback<void, ns3::Ptr<ns3::Socket>, const ns3::Address&>;

    /// \param prepare called with each socket before it connects
    explicit Opener(OnSocket prepare);

    /**
     * Has a server listen on as many ports as its clients need.
     * \param server the node
     * \param connections that the busiest client opens to one of its addresses
     * \param accepted called with each connection
     */
    void Serve(ns3::Ptr<ns3::Node> server, uint64_t connections, OnAccept accepted);

    /**
     * \param client the node
     * \param server an address of a node that serves
     * \param schedule how many, and when
     */
    void Open(ns3::Ptr<ns3::Node> client, ns3::Ipv4Address server, const Schedule& schedule);

    /**
     * Has the server of a star listen, and its clients open connections in turn.
     * \param star the nodes
     * \param schedule how many in all, and when
     * \param accepted called with each connection
     */
    void Open(const Star& star, const Schedule& schedule, OnAccept accepted);

  private:
    /// What a client has left to do.
    struct Client
    {
        ns3::Ptr<ns3::Node> node;
        ns3::Ipv4Address server;
        uint64_t left;
        uint64_t ports;
        ns3::Time gap;
    };

    void OpenNext(Client* client);

    OnSocket m_prepare;
    std::deque<Client> m_clients;
    std::vector<ns3::Ptr<ns3::Socket>> m_listeners;
};

/// Whether the connections of a Held carry anything.
enum class Data
{
    NONE,
    REQUEST_AND_RESPONSE, ///< 200 bytes, and 3,000 in answer
};

/// Connections that are opened and stay open.
class Held
{
  public:
    explicit Held(Data data = Data::NONE);

    /// Makes room for so many, so that it does not have to be made later.
    void Reserve(uint64_t connections);

    /// Has a server listen: see Opener::Serve().
    void Serve(ns3::Ptr<ns3::Node> server, uint64_t connections);

    /// Opens connections: see Opener::Open().
    void Open(ns3::Ptr<ns3::Node> client, ns3::Ipv4Address server, const Schedule& schedule);

    /// Opens connections within a star: see Opener::Open().
    void Open(const Star& star, const Schedule& schedule);

    /// \returns connections of which both ends know that they are established
    uint64_t GetEstablished() const;

    /// \returns bytes that arrived
    uint64_t GetReceived() const;

  private:
    void Prepare(ns3::Ptr<ns3::Socket> socket);
    void OnConnected(ns3::Ptr<ns3::Socket> socket);
    void OnAccepted(ns3::Ptr<ns3::Socket> socket, const ns3::Address& peer);
    void OnRequest(ns3::Ptr<ns3::Socket> socket);
    void OnResponse(ns3::Ptr<ns3::Socket> socket);

    Data m_data;
    Opener m_opener;
    // One callback of a kind for all sockets: making one takes 200 bytes.
    Opener::OnAccept m_onAccepted;
    Opener::OnSocket m_onConnected;
    Opener::OnSocket m_onRequest;
    Opener::OnSocket m_onResponse;
    std::vector<ns3::Ptr<ns3::Socket>> m_clients;
    std::vector<ns3::Ptr<ns3::Socket>> m_servers;
    uint64_t m_connected{0};
    uint64_t m_received{0};
};

} // namespace bench

#endif /* LIFECYCLE_BENCH_OPENER_H */
