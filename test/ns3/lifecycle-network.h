#ifndef LIFECYCLE_NETWORK_H
#define LIFECYCLE_NETWORK_H

#include "ns3/error-model.h"
#include "ns3/lifecycle-tcp-l4-protocol.h"
#include "ns3/lifecycle-tcp-model.h"
#include "ns3/node-container.h"
#include "ns3/node.h"
#include "ns3/packet.h"
#include "ns3/point-to-point-net-device.h"
#include "ns3/socket.h"

#include <cstdint>
#include <gtest/gtest.h>
#include <list>
#include <string>
#include <vector>

/**
 * \file
 * What the tests of the adapter have in common: a small network, and applications that check every
 * byte.
 */

namespace lifecycle_test
{

/// A test in a simulation of its own.
class Simulation : public ::testing::Test
{
  protected:
    Simulation();
    ~Simulation() override;
};

enum class Family
{
    V4,
    V6,
};

enum class Tcp
{
    LIFECYCLE,
    STOCK,
};

/// What a network is made of.
struct NetworkOptions
{
    Family family{Family::V4};
    Tcp client{Tcp::LIFECYCLE};
    Tcp server{Tcp::LIFECYCLE};
    std::string rate{"10Mbps"};
    std::string delay{"5ms"};
};

/// Two hosts with a router between them.
class Network
{
  public:
    explicit Network(const NetworkOptions& options = {});

    ns3::Ptr<ns3::Node> Client() const;
    ns3::Ptr<ns3::Node> Router() const;
    ns3::Ptr<ns3::Node> Server() const;
    ns3::Ptr<ns3::LifecycleTcpL4Protocol> ClientTcp() const;
    ns3::Ptr<ns3::LifecycleTcpL4Protocol> ServerTcp() const;
    /// The server's address, for a client to connect to.
    ns3::Address ServerAt(uint16_t port) const;
    /// Any address of the server, for it to listen on.
    ns3::Address AnyAt(uint16_t port) const;
    /// What arrives at the server, or at the client, passes this first.
    void SetErrorModel(ns3::Ptr<ns3::ErrorModel> towardsServer,
                       ns3::Ptr<ns3::ErrorModel> towardsClient = nullptr);
    ns3::Ptr<ns3::PointToPointNetDevice> ClientDevice() const;
    ns3::Ptr<ns3::PointToPointNetDevice> ServerDevice() const;

    static ns3::Ptr<ns3::Socket> MakeSocket(ns3::Ptr<ns3::Node> node);

  private:
    Family m_family;
    ns3::NodeContainer m_nodes; //!< client, router, server
    ns3::Address m_serverAddress;
    ns3::Ptr<ns3::PointToPointNetDevice> m_clientDevice;
    ns3::Ptr<ns3::PointToPointNetDevice> m_serverDevice;
};

/// Sequence numbers begin with 0, as those of stock TCP, which ignores marks of ECN on what is
/// "before" that.
ns3::Ptr<ns3::LifecycleTcpModel> FixedIsn();

/// Nothing gets through.
ns3::Ptr<ns3::ErrorModel> LoseAll();

/// The byte at a place of the streams that tests send.
uint8_t PatternAt(uint64_t offset);

/// One end of a conversation: sends so many bytes of the pattern, and checks all that it gets.
class Talker
{
  public:
    /// \param toSend bytes
    /// \param toReceive bytes after which, everything being sent, this side closes; or UINT64_MAX
    ///        to close once the peer has
    Talker(uint64_t toSend, uint64_t toReceive);
    Talker(const Talker&) = delete;
    Talker& operator=(const Talker&) = delete;

    /// Starts on a socket that is connecting or connected.
    void Use(ns3::Ptr<ns3::Socket> socket);

    ns3::Ptr<ns3::Socket> socket;
    uint64_t sent{0};
    uint64_t received{0};
    bool isIntact{true};
    uint32_t connected{0};
    uint32_t failed{0};
    uint32_t normalCloses{0};
    uint32_t errorCloses{0};

  private:
    void Write();
    void Read();
    void CloseIfDone();

    uint64_t m_toSend;
    uint64_t m_toReceive;
    bool m_peerClosed{false};
    bool m_hasClosed{false};
};

/// Listens, and lets a Talker answer each connection.
class TalkingServer
{
  public:
    TalkingServer(ns3::Ptr<ns3::Node> node, const ns3::Address& local, uint64_t toSend);

    ns3::Ptr<ns3::Socket> listener;
    std::list<Talker> talkers;
};

/// Connects a talker.
class TalkingClient : public Talker
{
  public:
    TalkingClient(ns3::Ptr<ns3::Node> node,
                  const ns3::Address& remote,
                  uint64_t toSend,
                  uint64_t toReceive);
};

} // namespace lifecycle_test

#endif /* LIFECYCLE_NETWORK_H */
