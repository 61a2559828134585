#include "opener.h"

#include "ns3/inet-socket-address.h"
#include "ns3/packet.h"
#include "ns3/simulator.h"
#include "ns3/tcp-socket-factory.h"

#include <algorithm>

namespace bench
{

using namespace ns3;

namespace
{

constexpr uint16_t FIRST_PORT = 80;
constexpr uint64_t PER_PORT = 16000;

/// \returns on how many ports a server has to listen
uint64_t
PortsFor(uint64_t connections)
{
    return (connections + PER_PORT - 1) / PER_PORT;
}

/// \returns how many of a whole fall to one of its parts, where each takes as many or one fewer
uint64_t
ShareOf(uint64_t whole, uint64_t parts, uint64_t index)
{
    return whole / parts + (index < whole % parts ? 1 : 0);
}

} // namespace

Opener::Opener(OnSocket prepare)
    : m_prepare(prepare)
{
}

void
Opener::Serve(Ptr<Node> server, uint64_t connections, OnAccept accepted)
{
    for (uint64_t i = 0; i < PortsFor(connections); ++i)
    {
        m_listeners.push_back(Listen(server, static_cast<uint16_t>(FIRST_PORT + i), accepted));
    }
}

void
Opener::Open(Ptr<Node> client, Ipv4Address server, const Schedule& schedule)
{
    if (schedule.connections > 0)
    {
        m_clients.push_back(
            {client, server, schedule.connections, PortsFor(schedule.connections), schedule.gap});
        Simulator::Schedule(schedule.start, &Opener::OpenNext, this, &m_clients.back());
    }
}

void
Opener::Open(const Star& star, const Schedule& schedule, OnAccept accepted)
{
    const uint32_t clients = star.clients.GetN();
    Serve(star.server, ShareOf(schedule.connections, clients, 0), accepted);
    for (uint32_t i = 0; i < clients; ++i)
    {
        Open(star.clients.Get(i),
             star.addresses[i],
             {ShareOf(schedule.connections, clients, i),
              schedule.start + i * schedule.gap,
              clients * schedule.gap});
    }
}

void
Opener::OpenNext(Client* client)
{
    --client->left;
    const Ptr<Socket> socket = Socket::CreateSocket(client->node, TcpSocketFactory::GetTypeId());
    m_prepare(socket);
    const auto port = static_cast<uint16_t>(FIRST_PORT + client->left % client->ports);
    socket->Connect(InetSocketAddress(client->server, port));
    if (client->left > 0)
    {
        Simulator::Schedule(client->gap, &Opener::OpenNext, this, client);
    }
}

Held::Held(Data data)
    : m_data(data),
      m_opener(MakeCallback(&Held::Prepare, this)),
      m_onAccepted(MakeCallback(&Held::OnAccepted, this)),
      m_onConnected(MakeCallback(&Held::OnConnected, this)),
      m_onRequest(MakeCallback(&Held::OnRequest, this)),
      m_onResponse(MakeCallback(&Held::OnResponse, this))
{
}

void
Held::Reserve(uint64_t connections)
{
    m_clients.reserve(connections);
    m_servers.reserve(connections);
}

void
Held::Serve(Ptr<Node> server, uint64_t connections)
{
    m_opener.Serve(server, connections, m_onAccepted);
}

void
Held::Open(Ptr<Node> client, Ipv4Address server, const Schedule& schedule)
{
    m_opener.Open(client, server, schedule);
}

void
Held::Open(const Star& star, const Schedule& schedule)
{
    m_opener.Open(star, schedule, m_onAccepted);
}

uint64_t
Held::GetEstablished() const
{
    return std::min<uint64_t>(m_connected, m_servers.size());
}

uint64_t
Held::GetReceived() const
{
    return m_received;
}

void
Held::Prepare(Ptr<Socket> socket)
{
    socket->SetConnectCallback(m_onConnected, {});
    if (m_data != Data::NONE)
    {
        socket->SetRecvCallback(m_onResponse);
    }
    m_clients.push_back(socket);
}

void
Held::OnConnected(Ptr<Socket> socket)
{
    ++m_connected;
    if (m_data != Data::NONE)
    {
        socket->Send(Create<Packet>(200));
    }
}

void
Held::OnAccepted(Ptr<Socket> socket, const Address&)
{
    if (m_data != Data::NONE)
    {
        socket->SetRecvCallback(m_onRequest);
    }
    m_servers.push_back(socket);
}

void
Held::OnRequest(Ptr<Socket> socket)
{
    if (const Ptr<Packet> request = socket->Recv())
    {
        m_received += request->GetSize();
        socket->Send(Create<Packet>(3000));
    }
}

void
Held::OnResponse(Ptr<Socket> socket)
{
    if (const Ptr<Packet> response = socket->Recv())
    {
        m_received += response->GetSize();
    }
}

} // namespace bench
