#include "client.h"

#include "addresses.h"
#include "stack.h"

#include "ns3/boolean.h"
#include "ns3/callback.h"
#include "ns3/inet-socket-address.h"
#include "ns3/inet6-socket-address.h"
#include "ns3/simulator.h"
#include "ns3/tcp-socket-factory.h"

#include <algorithm>
#include <cstring>
#include <unistd.h>
#include <utility>

namespace proxy
{

namespace
{

using ns3::LifecycleTcpCloseReason;
using ns3::TcpSocket;

constexpr uint32_t CHUNK = 65536;

} // namespace

Client::Client(ns3::Ptr<ns3::Node> node,
               const ns3::Address& peer,
               const Options& options,
               std::function<void()> onDone)
    : m_node(node),
      m_peer(peer),
      m_options(options),
      m_onDone(std::move(onDone))
{
    WatchStateChanges(node, [this](const ns3::LifecycleTcpTransition& transition) {
        OnTransition(transition);
    });
}

Client::~Client()
{
    Join();
}

void
Client::Start()
{
    if (m_options.fastOpen)
    {
        StartInput();
    }
    else
    {
        Open();
    }
}

void
Client::Open()
{
    m_socket = ns3::Socket::CreateSocket(m_node, ns3::TcpSocketFactory::GetTypeId());
    m_socket->SetConnectCallback(ns3::MakeCallback(&Client::OnConnected, this),
                                 ns3::MakeCallback(&Client::OnConnectFailed, this));
    const bool isFast = m_options.fastOpen && !m_input.empty();
    if (isFast)
    {
        m_socket->SetAttribute("FastOpen", ns3::BooleanValue(true));
    }
    if (Bind() == -1 || m_socket->Connect(m_peer) == -1)
    {
        OnConnectFailed(m_socket);
    }
    else if (isFast)
    {
        StartStream(); // the SYN waits for what is written
    }
}

int
Client::Bind()
{
    const bool isIpv4 = ns3::InetSocketAddress::IsMatchingType(m_peer);
    if (m_options.localPort == 0)
    {
        return isIpv4 ? m_socket->Bind() : m_socket->Bind6();
    }
    return isIpv4 ? m_socket->Bind(
                        ns3::InetSocketAddress(ns3::Ipv4Address::GetAny(), m_options.localPort))
                  : m_socket->Bind(
                        ns3::Inet6SocketAddress(ns3::Ipv6Address::GetAny(), m_options.localPort));
}

void
Client::StartInput()
{
    if (!std::exchange(m_inputStarted, true))
    {
        const auto context = m_node->GetId();
        m_outputThread.Start(STDOUT_FILENO, context, [this](int error) { OnOutput(error); });
        m_inputThread.Start(STDIN_FILENO, context, [this](std::string piece) {
            OnInput(std::move(piece));
        });
    }
}

void
Client::StartStream()
{
    if (!m_stream)
    {
        m_stream.emplace(m_socket, *this);
        SendInput();
    }
}

void
Client::Renew()
{
    m_bytesRead += m_stream->GetBytesRead();
    m_bytesWritten += m_stream->GetBytesWritten();
    m_stream.reset();
    m_socket = nullptr;
    m_sendClosed = false;
    m_isClosed = false;
    m_isRenewing = false;
    m_reason = LifecycleTcpCloseReason::NONE;
    if (!m_input.empty())
    {
        Open();
    }
    else if (m_inputEnded)
    {
        Finish("");
    }
}

void
Client::Stop()
{
    if (m_stream)
    {
        m_stream->Close();
    }
    else if (m_socket)
    {
        m_socket->Close();
    }
    m_failure = "interrupted.";
}

void
Client::Join()
{
    m_inputThread.Stop();
    m_outputThread.Stop();
}

const std::string&
Client::GetFailure() const
{
    return m_failure;
}

uint64_t
Client::GetBytesRead() const
{
    return m_bytesRead + (m_stream ? m_stream->GetBytesRead() : 0);
}

uint64_t
Client::GetBytesWritten() const
{
    return m_bytesWritten + (m_stream ? m_stream->GetBytesWritten() : 0);
}

void
Client::OnConnected(ns3::Ptr<ns3::Socket>)
{
    m_wasConnected = true;
    StartInput();
    StartStream();
    OnReadable();
}

void
Client::OnConnectFailed(ns3::Ptr<ns3::Socket>)
{
    FinishBroken();
}

void
Client::OnTransition(const ns3::LifecycleTcpTransition& transition)
{
    if (transition.peer != m_peer || transition.from == TcpSocket::TIME_WAIT)
    {
        return;
    }
    if (transition.to == TcpSocket::TIME_WAIT || transition.to == TcpSocket::CLOSED)
    {
        m_reason = transition.reason;
        m_isClosed = true;
        ns3::Simulator::ScheduleNow(&Client::FinishIfComplete, this);
    }
}

void
Client::OnInput(std::string piece)
{
    m_inputEnded = piece.empty();
    m_input = std::move(piece);
    m_isPieceHeld = true;
    if (m_socket)
    {
        SendInput();
    }
    else if (m_inputEnded && m_wasConnected)
    {
        Finish("");
    }
    else
    {
        Open();
    }
}

void
Client::SendInput()
{
    if (m_sendClosed || !m_stream)
    {
        return;
    }
    const bool isOver = m_options.reconnect && m_stream->IsAtEnd(); // the rest is for the next
    while (!m_input.empty() && !isOver)
    {
        const std::size_t size = std::min<std::size_t>(m_stream->Room(), m_input.size());
        if (size == 0)
        {
            return;
        }
        m_stream->Write({reinterpret_cast<const uint8_t*>(m_input.data()), size});
        m_input.erase(0, size);
    }
    // At a terminal nobody should have to end the input of a connection the peer has ended.
    if (m_inputEnded || isOver || (m_stream->IsAtEnd() && isatty(STDIN_FILENO)))
    {
        m_sendClosed = true;
        m_stream->ShutdownSend();
        FinishIfComplete();
    }
    else if (std::exchange(m_isPieceHeld, false))
    {
        m_inputThread.Continue();
    }
}

void
Client::OnWritable()
{
    SendInput();
}

void
Client::OnReadable()
{
    while (const auto room = static_cast<uint32_t>(m_outputThread.Room()))
    {
        auto packet = m_stream->Read(std::min(room, CHUNK));
        if (!packet)
        {
            break;
        }
        std::string bytes(packet->GetSize(), '\0');
        packet->CopyData(reinterpret_cast<uint8_t*>(bytes.data()), packet->GetSize());
        m_outputThread.Write(bytes);
    }
    if (m_stream->IsAtEnd())
    {
        SendInput();
        FinishIfComplete();
    }
}

void
Client::OnOutput(int error)
{
    if (error != 0)
    {
        if (m_stream)
        {
            m_stream->Close();
        }
        Finish(std::string("standard output cannot be written: ") + std::strerror(error) + ".");
        return;
    }
    if (!m_done && m_stream)
    {
        OnReadable();
        FinishIfComplete();
    }
}

void
Client::OnBroken()
{
    FinishBroken();
}

void
Client::FinishBroken()
{
    // The model tells the socket and the watchers of state changes within one event.
    m_isBroken = true;
    ns3::Simulator::ScheduleNow(&Client::FinishIfComplete, this);
}

void
Client::FinishIfComplete()
{
    if (!m_outputThread.IsEmpty())
    {
        return; // OnOutput() comes back here
    }
    if (m_isBroken || (m_isClosed && m_reason != LifecycleTcpCloseReason::NONE &&
                       m_reason != LifecycleTcpCloseReason::NORMAL))
    {
        Finish(Explain());
    }
    else if (m_stream && m_stream->IsAtEnd() && m_sendClosed && (m_isClosed || !CanReport(m_node)))
    {
        const bool isMoreToSend = !m_inputEnded || !m_input.empty();
        if (!m_options.reconnect || !isMoreToSend || !m_failure.empty())
        {
            Finish("");
        }
        else if (!std::exchange(m_isRenewing, true))
        {
            ns3::Simulator::ScheduleNow(&Client::Renew, this); // the stream may be on the stack
        }
    }
}

void
Client::Finish(const std::string& failure)
{
    if (!std::exchange(m_done, true))
    {
        if (m_failure.empty())
        {
            m_failure = failure;
        }
        m_onDone();
    }
}

std::string
Client::Explain() const
{
    const std::string peer = SocketAddressText(m_peer);
    switch (m_reason)
    {
    case LifecycleTcpCloseReason::REFUSED:
        return peer + " refused the connection: nothing listens there.";
    case LifecycleTcpCloseReason::CONNECT_TIMEOUT:
        return peer + " did not answer: the connection attempt timed out.";
    case LifecycleTcpCloseReason::UNREACHABLE:
        return peer + " is unreachable.";
    case LifecycleTcpCloseReason::RESET:
    case LifecycleTcpCloseReason::ABORTED:
        return peer + " reset the connection.";
    case LifecycleTcpCloseReason::DATA_TIMEOUT:
        return peer + " stopped acknowledging: the connection timed out.";
    case LifecycleTcpCloseReason::KEEPALIVE_TIMEOUT:
        return peer + " stopped answering keepalive probes: the connection timed out.";
    case LifecycleTcpCloseReason::FIN_WAIT_2_TIMEOUT:
        return peer + " did not close its half: the connection timed out.";
    case LifecycleTcpCloseReason::NONE:
    case LifecycleTcpCloseReason::NORMAL:
        break;
    }
    return "the connection to " + peer + " failed.";
}

} // namespace proxy
