#include "churn-client.h"

#include "ns3/callback.h"
#include "ns3/lifecycle-tcp-request-header.h"
#include "ns3/node.h"
#include "ns3/packet.h"
#include "ns3/simulator.h"
#include "ns3/tcp-socket-factory.h"

namespace churn
{

ChurnClient::ChurnClient(TcpStack& stack, ConnectionLog& log, Closer closer)
    : m_stack(stack),
      m_log(log),
      m_closer(closer)
{
}

ns3::TypeId
ChurnClient::GetTypeId()
{
    static ns3::TypeId tid = ns3::TypeId("churn::ChurnClient").SetParent<ns3::Application>();
    return tid;
}

void
ChurnClient::DoDispose()
{
    m_flows.clear();
    ns3::Application::DoDispose();
}

void
ChurnClient::Fetch(const ns3::Address& server, uint32_t requestBytes, uint64_t responseBytes)
{
    auto socket = ns3::Socket::CreateSocket(GetNode(), ns3::TcpSocketFactory::GetTypeId());
    m_stack.WatchCreated(socket);
    socket->SetConnectCallback(ns3::MakeCallback(&ChurnClient::OnConnected, this),
                               ns3::MakeCallback(&ChurnClient::OnError, this));
    socket->SetRecvCallback(ns3::MakeCallback(&ChurnClient::OnReadable, this));
    socket->SetCloseCallbacks(ns3::MakeCallback(&ChurnClient::OnPeerClosed, this),
                              ns3::MakeCallback(&ChurnClient::OnError, this));
    const auto now = ns3::Simulator::Now();
    const auto flow = m_flows
                          .emplace(ns3::PeekPointer(socket),
                                   Flow{socket, now, requestBytes, responseBytes, 0, false})
                          .first;
    m_log.OnAttempt();
    if (socket->Bind() != 0 || socket->Connect(server) != 0)
    {
        Fail(flow, Outcome::NO_PORT);
    }
}

void
ChurnClient::OnConnected(ns3::Ptr<ns3::Socket> socket)
{
    const auto flow = m_flows.find(ns3::PeekPointer(socket));
    if (flow == m_flows.end())
    {
        return;
    }
    flow->second.connected = true;
    m_log.OnOpened(ns3::Simulator::Now() - flow->second.start);

    const ns3::LifecycleTcpRequestHeader request(flow->second.requestBytes,
                                                 flow->second.responseBytes,
                                                 m_closer == Closer::SERVER);
    auto packet = ns3::Create<ns3::Packet>(request.GetRequestBytes() - request.SIZE);
    packet->AddHeader(request);
    socket->Send(packet);
}

void
ChurnClient::OnReadable(ns3::Ptr<ns3::Socket> socket)
{
    const auto flow = m_flows.find(ns3::PeekPointer(socket));
    if (flow == m_flows.end())
    {
        return;
    }
    auto& state = flow->second;
    const bool wasComplete = state.received >= state.responseBytes;
    while (auto packet = socket->Recv())
    {
        if (packet->GetSize() == 0)
        {
            break;
        }
        state.received += packet->GetSize();
        m_log.OnBytes(packet->GetSize());
    }
    if (wasComplete || state.received < state.responseBytes)
    {
        return;
    }
    m_log.OnCompleted(state.responseBytes, ns3::Simulator::Now() - state.start);
    if (m_closer == Closer::CLIENT)
    {
        Close(flow);
    }
}

void
ChurnClient::OnPeerClosed(ns3::Ptr<ns3::Socket> socket)
{
    // The last data may have come in the same segment as the FIN.
    OnReadable(socket);
    const auto flow = m_flows.find(ns3::PeekPointer(socket));
    if (flow == m_flows.end())
    {
        return;
    }
    if (flow->second.received < flow->second.responseBytes)
    {
        m_log.OnFailed(Outcome::CUT_SHORT);
    }
    Close(flow);
}

void
ChurnClient::OnError(ns3::Ptr<ns3::Socket> socket)
{
    const auto flow = m_flows.find(ns3::PeekPointer(socket));
    if (flow == m_flows.end())
    {
        return;
    }
    if (flow->second.received < flow->second.responseBytes || !flow->second.connected)
    {
        Fail(flow, m_stack.ExplainFailure(socket, !flow->second.connected));
        return;
    }
    m_flows.erase(flow);
}

void
ChurnClient::Fail(Flows::iterator flow, Outcome outcome)
{
    m_flows.erase(flow);
    m_log.OnFailed(outcome);
}

void
ChurnClient::Close(Flows::iterator flow)
{
    // Closing may call back at once, when the connection must be forgotten already.
    auto socket = flow->second.socket;
    m_flows.erase(flow);
    socket->Close();
}

} // namespace churn
