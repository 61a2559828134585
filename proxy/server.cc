#include "server.h"

#include "addresses.h"
#include "stack.h"
#include "user-error.h"

#include "ns3/callback.h"
#include "ns3/simulator.h"
#include "ns3/tcp-socket-factory.h"

namespace proxy
{

Server::Server(ns3::Ptr<ns3::Node> node, const Options& options)
    : m_options(options)
{
    for (const auto& service : options.services)
    {
        Listen(node, ToNs3(options.modelAddress, service.port), service.kind);
        if (options.modelAddress6)
        {
            Listen(node, ToNs3(*options.modelAddress6, service.port), service.kind);
        }
    }
}

Server::~Server() = default;

void
Server::Listen(ns3::Ptr<ns3::Node> node, const ns3::Address& local, ServiceKind kind)
{
    auto listener = ns3::Socket::CreateSocket(node, ns3::TcpSocketFactory::GetTypeId());
    if (m_options.waitsWhenFull)
    {
        AcceptByHand(listener);
        listener->SetRecvCallback(ns3::Callback<void, ns3::Ptr<ns3::Socket>>(
            [this](ns3::Ptr<ns3::Socket>) { AcceptWaiting(); }));
    }
    if (listener->Bind(local) == -1 || listener->Listen() == -1)
    {
        throw UserError("the model cannot listen on " + SocketAddressText(local) + ".");
    }
    listener->SetAcceptCallback(
        ns3::MakeNullCallback<bool, ns3::Ptr<ns3::Socket>, const ns3::Address&>(),
        ns3::Callback<void, ns3::Ptr<ns3::Socket>, const ns3::Address&>(
            [this, kind](ns3::Ptr<ns3::Socket> socket, const ns3::Address&) {
                Accept(kind, socket);
            }));
    m_listeners.push_back(listener);
}

void
Server::Accept(ServiceKind kind, ns3::Ptr<ns3::Socket> socket)
{
    m_counts.accepted++;
    if (IsFull())
    {
        m_counts.turnedAway++;
        socket->Close();
        return;
    }
    auto session = MakeSession(kind, socket, m_options.root);
    auto* key = session.get();
    session->SetDoneCallback([this, key] {
        // The session is still on the stack: remove it in an event of its own.
        ns3::Simulator::ScheduleNow(&Server::Remove, this, key);
    });
    m_sessions.emplace(key, std::move(session));
}

void
Server::Remove(Session* session)
{
    const auto found = m_sessions.find(session);
    if (found != m_sessions.end())
    {
        m_counts.bytesReceived += session->GetStream().GetBytesRead();
        m_counts.bytesSent += session->GetStream().GetBytesWritten();
        m_sessions.erase(found);
    }
    if (m_options.waitsWhenFull)
    {
        AcceptWaiting();
    }
}

void
Server::AcceptWaiting()
{
    for (const auto& listener : m_listeners)
    {
        while (!IsFull() && AcceptNext(listener))
        {
        }
    }
}

bool
Server::IsFull() const
{
    return m_sessions.size() >= m_options.maxConnections;
}

void
Server::Stop()
{
    for (const auto& listener : m_listeners)
    {
        listener->Close();
    }
    for (const auto& [key, session] : m_sessions)
    {
        session->Stop();
    }
}

ServerCounts
Server::GetCounts() const
{
    ServerCounts counts = m_counts;
    for (const auto& [key, session] : m_sessions)
    {
        counts.bytesReceived += session->GetStream().GetBytesRead();
        counts.bytesSent += session->GetStream().GetBytesWritten();
    }
    return counts;
}

} // namespace proxy
