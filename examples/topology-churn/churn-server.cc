#include "churn-server.h"

#include "ns3/callback.h"
#include "ns3/inet-socket-address.h"
#include "ns3/lifecycle-tcp-request-header.h"
#include "ns3/node.h"
#include "ns3/tcp-socket-factory.h"

#include <algorithm>

namespace churn
{

ChurnServer::ChurnServer(TcpStack& stack, uint16_t port)
    : m_stack(stack),
      m_port(port)
{
}

ns3::TypeId
ChurnServer::GetTypeId()
{
    static ns3::TypeId tid = ns3::TypeId("churn::ChurnServer").SetParent<ns3::Application>();
    return tid;
}

void
ChurnServer::DoDispose()
{
    m_listener = nullptr;
    m_sessions.clear();
    ns3::Application::DoDispose();
}

void
ChurnServer::StartApplication()
{
    m_listener = ns3::Socket::CreateSocket(GetNode(), ns3::TcpSocketFactory::GetTypeId());
    m_stack.WatchCreated(m_listener);
    m_listener->SetAcceptCallback(ns3::MakeCallback(&ChurnServer::OnRequest, this),
                                  ns3::MakeCallback(&ChurnServer::OnAccepted, this));
    m_listener->Bind(ns3::InetSocketAddress(ns3::Ipv4Address::GetAny(), m_port));
    m_listener->Listen();
}

bool
ChurnServer::OnRequest(ns3::Ptr<ns3::Socket>, const ns3::Address&)
{
    m_stack.WatchRequest();
    return true;
}

void
ChurnServer::OnAccepted(ns3::Ptr<ns3::Socket> socket, const ns3::Address&)
{
    m_stack.WatchAccepted(socket);
    socket->SetRecvCallback(ns3::MakeCallback(&ChurnServer::OnReadable, this));
    socket->SetSendCallback(ns3::MakeCallback(&ChurnServer::OnWritable, this));
    socket->SetCloseCallbacks(ns3::MakeCallback(&ChurnServer::OnPeerClosed, this),
                              ns3::MakeCallback(&ChurnServer::OnError, this));
    // A quarter of the buffer saves waking up for every ACK and never lets the pipe run dry.
    m_sessions.emplace(
        ns3::PeekPointer(socket),
        Session{socket, ns3::Create<ns3::Packet>(), 0, socket->GetTxAvailable() / 4, false, false});
}

void
ChurnServer::OnReadable(ns3::Ptr<ns3::Socket> socket)
{
    const auto session = m_sessions.find(ns3::PeekPointer(socket));
    if (session == m_sessions.end())
    {
        return;
    }
    auto& state = session->second;
    while (auto packet = socket->Recv())
    {
        if (packet->GetSize() == 0)
        {
            break;
        }
        state.request->AddAtEnd(packet);
    }
    ns3::LifecycleTcpRequestHeader request;
    if (state.answering || state.request->GetSize() < request.SIZE)
    {
        return;
    }
    state.request->PeekHeader(request);
    if (state.request->GetSize() >= request.GetRequestBytes())
    {
        state.answering = true;
        state.left = request.GetResponseBytes();
        state.closes = request.ServerCloses();
        Write(socket);
    }
}

void
ChurnServer::OnWritable(ns3::Ptr<ns3::Socket> socket, uint32_t room)
{
    const auto session = m_sessions.find(ns3::PeekPointer(socket));
    if (session != m_sessions.end() && session->second.answering && session->second.left > 0 &&
        room >= std::min<uint64_t>(session->second.left, session->second.chunk))
    {
        Write(socket);
    }
}

void
ChurnServer::OnPeerClosed(ns3::Ptr<ns3::Socket> socket)
{
    const auto session = m_sessions.find(ns3::PeekPointer(socket));
    if (session != m_sessions.end())
    {
        Close(session);
    }
}

void
ChurnServer::OnError(ns3::Ptr<ns3::Socket> socket)
{
    m_sessions.erase(ns3::PeekPointer(socket));
}

void
ChurnServer::Write(ns3::Ptr<ns3::Socket> socket)
{
    // Sending may call back at once, and so end the session: it is looked up again each time.
    auto session = m_sessions.find(ns3::PeekPointer(socket));
    while (session != m_sessions.end() && session->second.left > 0)
    {
        const auto room = std::min<uint64_t>(session->second.left, socket->GetTxAvailable());
        if (room == 0)
        {
            return;
        }
        session->second.left -= room;
        socket->Send(ns3::Create<ns3::Packet>(room));
        session = m_sessions.find(ns3::PeekPointer(socket));
    }
    if (session != m_sessions.end() && session->second.closes)
    {
        Close(session);
    }
}

void
ChurnServer::Close(Sessions::iterator session)
{
    // Closing may call back at once, when the connection must be forgotten already.
    auto socket = session->second.socket;
    m_sessions.erase(session);
    socket->Close();
}

} // namespace churn
