#include "lifecycle-network.h"

#include "ns3/boolean.h"
#include "ns3/config.h"
#include "ns3/global-value.h"
#include "ns3/inet-socket-address.h"
#include "ns3/inet6-socket-address.h"
#include "ns3/internet-stack-helper.h"
#include "ns3/ipv4-address-helper.h"
#include "ns3/ipv4-global-routing-helper.h"
#include "ns3/ipv6-address-helper.h"
#include "ns3/lifecycle-tcp-handshake-model.h"
#include "ns3/lifecycle-tcp-helper.h"
#include "ns3/point-to-point-helper.h"
#include "ns3/pointer.h"
#include "ns3/rng-seed-manager.h"
#include "ns3/simulator.h"
#include "ns3/string.h"
#include "ns3/tcp-socket-factory.h"

#include <algorithm>
#include <limits>

namespace lifecycle_test
{

using namespace ns3;

Simulation::Simulation()
{
    RngSeedManager::SetSeed(1);
    RngSeedManager::SetRun(1);
}

Simulation::~Simulation()
{
    Simulator::Destroy();
    Config::Reset();
    GlobalValue::Bind("ChecksumEnabled", BooleanValue(false));
}

Network::Network(const NetworkOptions& options)
    : m_family(options.family),
      m_nodes(3)
{
    LifecycleTcpHelper tcp;
    if (options.client == Tcp::LIFECYCLE)
    {
        tcp.Install(Client());
    }
    if (options.server == Tcp::LIFECYCLE)
    {
        tcp.Install(Server());
    }
    InternetStackHelper internet;
    internet.Install(m_nodes);
    PointToPointHelper link;
    link.SetDeviceAttribute("DataRate", StringValue(options.rate));
    link.SetChannelAttribute("Delay", StringValue(options.delay));
    const NetDeviceContainer left = link.Install(m_nodes.Get(0), m_nodes.Get(1));
    const NetDeviceContainer right = link.Install(m_nodes.Get(1), m_nodes.Get(2));
    m_clientDevice = DynamicCast<PointToPointNetDevice>(left.Get(0));
    m_serverDevice = DynamicCast<PointToPointNetDevice>(right.Get(1));
    if (m_family == Family::V4)
    {
        Ipv4AddressHelper addresses("10.1.0.0", "255.255.255.0");
        addresses.Assign(left);
        addresses.NewNetwork();
        m_serverAddress = addresses.Assign(right).GetAddress(1);
        Ipv4GlobalRoutingHelper::PopulateRoutingTables();
        return;
    }
    Ipv6AddressHelper addresses;
    addresses.SetBase("fd00:1::", Ipv6Prefix(64));
    Ipv6InterfaceContainer client = addresses.Assign(left);
    addresses.SetBase("fd00:2::", Ipv6Prefix(64));
    Ipv6InterfaceContainer server = addresses.Assign(right);
    client.SetForwarding(1, true);
    client.SetDefaultRouteInAllNodes(1);
    server.SetForwarding(0, true);
    server.SetDefaultRouteInAllNodes(0);
    m_serverAddress = server.GetAddress(1, 1);
}

Ptr<Node>
Network::Client() const
{
    return m_nodes.Get(0);
}

Ptr<Node>
Network::Router() const
{
    return m_nodes.Get(1);
}

Ptr<Node>
Network::Server() const
{
    return m_nodes.Get(2);
}

Ptr<LifecycleTcpL4Protocol>
Network::ClientTcp() const
{
    return LifecycleTcpHelper::GetTcp(Client());
}

Ptr<LifecycleTcpL4Protocol>
Network::ServerTcp() const
{
    return LifecycleTcpHelper::GetTcp(Server());
}

Address
Network::ServerAt(uint16_t port) const
{
    if (m_family == Family::V4)
    {
        return InetSocketAddress(Ipv4Address::ConvertFrom(m_serverAddress), port);
    }
    return Inet6SocketAddress(Ipv6Address::ConvertFrom(m_serverAddress), port);
}

Address
Network::AnyAt(uint16_t port) const
{
    if (m_family == Family::V4)
    {
        return InetSocketAddress(Ipv4Address::GetAny(), port);
    }
    return Inet6SocketAddress(Ipv6Address::GetAny(), port);
}

void
Network::SetErrorModel(Ptr<ErrorModel> towardsServer, Ptr<ErrorModel> towardsClient)
{
    m_serverDevice->SetReceiveErrorModel(towardsServer);
    if (towardsClient)
    {
        m_clientDevice->SetReceiveErrorModel(towardsClient);
    }
}

Ptr<PointToPointNetDevice>
Network::ClientDevice() const
{
    return m_clientDevice;
}

Ptr<PointToPointNetDevice>
Network::ServerDevice() const
{
    return m_serverDevice;
}

Ptr<Socket>
Network::MakeSocket(Ptr<Node> node)
{
    return Socket::CreateSocket(node, TcpSocketFactory::GetTypeId());
}

Ptr<LifecycleTcpModel>
FixedIsn()
{
    return CreateObjectWithAttributes<TcpHandshakeModel>("Isn", StringValue("Fixed"));
}

Ptr<ErrorModel>
LoseAll()
{
    const auto model = CreateObject<RateErrorModel>();
    model->SetRate(1);
    return model;
}

uint8_t
PatternAt(uint64_t offset)
{
    return static_cast<uint8_t>((offset * 2654435761U) >> 11); // no short period
}

Talker::Talker(uint64_t toSend, uint64_t toReceive)
    : m_toSend(toSend),
      m_toReceive(toReceive)
{
}

void
Talker::Use(Ptr<Socket> used)
{
    socket = used;
    socket->SetConnectCallback(Callback<void, Ptr<Socket>>([this](Ptr<Socket>) {
                                   ++connected;
                                   Write();
                               }),
                               Callback<void, Ptr<Socket>>([this](Ptr<Socket>) { ++failed; }));
    socket->SetSendCallback(
        Callback<void, Ptr<Socket>, uint32_t>([this](Ptr<Socket>, uint32_t) { Write(); }));
    socket->SetRecvCallback(Callback<void, Ptr<Socket>>([this](Ptr<Socket>) { Read(); }));
    socket->SetCloseCallbacks(Callback<void, Ptr<Socket>>([this](Ptr<Socket>) {
                                  ++normalCloses;
                                  m_peerClosed = true;
                                  CloseIfDone();
                              }),
                              Callback<void, Ptr<Socket>>([this](Ptr<Socket>) { ++errorCloses; }));
}

void
Talker::Write()
{
    constexpr uint64_t MOST = 3000; // no multiple of a segment, and more than one
    while (sent < m_toSend && !m_hasClosed)
    {
        std::vector<uint8_t> bytes(
            std::min({m_toSend - sent, MOST, uint64_t{socket->GetTxAvailable()}}));
        for (std::size_t i = 0; i < bytes.size(); ++i)
        {
            bytes[i] = PatternAt(sent + i);
        }
        if (bytes.empty() || socket->Send(bytes.data(), bytes.size(), 0) < 0)
        {
            return;
        }
        sent += bytes.size();
    }
    CloseIfDone();
}

void
Talker::Read()
{
    while (const Ptr<Packet> packet = socket->Recv())
    {
        std::vector<uint8_t> bytes(packet->GetSize());
        packet->CopyData(bytes.data(), bytes.size());
        for (uint8_t byte : bytes)
        {
            isIntact = isIntact && byte == PatternAt(received);
            ++received;
        }
        if (bytes.empty())
        {
            break;
        }
    }
    CloseIfDone();
}

void
Talker::CloseIfDone()
{
    const bool hasAll = m_toReceive == std::numeric_limits<uint64_t>::max()
                            ? m_peerClosed
                            : received >= m_toReceive;
    if (sent == m_toSend && hasAll && !m_hasClosed)
    {
        m_hasClosed = true;
        socket->Close();
    }
}

TalkingServer::TalkingServer(Ptr<Node> node, const Address& local, uint64_t toSend)
    : listener(Network::MakeSocket(node))
{
    EXPECT_EQ(listener->Bind(local), 0);
    EXPECT_EQ(listener->Listen(), 0);
    listener->SetAcceptCallback(MakeNullCallback<bool, Ptr<Socket>, const Address&>(),
                                Callback<void, Ptr<Socket>, const Address&>(
                                    [this, toSend](Ptr<Socket> accepted, const Address&) {
                                        talkers.emplace_back(toSend,
                                                             std::numeric_limits<uint64_t>::max());
                                        talkers.back().Use(accepted);
                                    }));
}

TalkingClient::TalkingClient(Ptr<Node> node,
                             const Address& remote,
                             uint64_t toSend,
                             uint64_t toReceive)
    : Talker(toSend, toReceive)
{
    Use(Network::MakeSocket(node));
    // Once IPv6 knows that its addresses are nobody else's.
    Simulator::Schedule(Seconds(2), [this, remote] { EXPECT_EQ(socket->Connect(remote), 0); });
}

} // namespace lifecycle_test
