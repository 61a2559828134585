#include "report.h"

#include "addresses.h"
#include "stack.h"

#include "ns3/inet6-socket-address.h"
#include "ns3/simulator.h"

#include <algorithm>
#include <cstdio>
#include <iomanip>
#include <iostream>
#include <sstream>

namespace proxy
{

namespace
{

using ns3::LifecycleTcpCloseReason;
using ns3::LifecycleTcpConnectionInfo;
using ns3::LifecycleTcpTransition;
using ns3::TcpSocket;

/** \param duration time left on a timer \returns it as `ss -o` prints it */
std::string
TimerText(ns3::Time duration)
{
    const int64_t milliseconds = std::max<int64_t>(duration.GetMilliSeconds(), 0);
    const int64_t minutes = milliseconds / 60000;
    const int64_t seconds = milliseconds / 1000 % 60;
    std::ostringstream text;
    if (minutes > 0)
    {
        text << minutes << "min";
    }
    if (seconds > 9)
    {
        text << seconds << "sec";
    }
    else if (seconds > 0)
    {
        text << seconds << "." << std::setfill('0') << std::setw(3) << milliseconds % 1000 << "sec";
    }
    else if (minutes == 0)
    {
        text << milliseconds << "ms";
    }
    return text.str();
}

std::string
PeerText(const LifecycleTcpConnectionInfo& connection)
{
    if (connection.state != TcpSocket::LISTEN)
    {
        return SocketAddressText(connection.peer);
    }
    return ns3::Inet6SocketAddress::IsMatchingType(connection.local) ? "[::]:*" : "0.0.0.0:*";
}

void
PrintLine(std::ostream& output, const LifecycleTcpConnectionInfo& connection)
{
    output << std::left << std::setw(11) << StateName(connection.state) << std::right
           << std::setw(8) << connection.recvQueue << std::setw(9) << connection.sendQueue << "  "
           << std::left << std::setw(24) << SocketAddressText(connection.local) << std::setw(24)
           << PeerText(connection);
    if (!connection.timer.empty())
    {
        output << "timer:(" << connection.timer << "," << TimerText(connection.expires) << ","
               << connection.retransmits << ")";
    }
    output << "\n";
}

} // namespace

const char*
StateName(TcpSocket::TcpStates_t state)
{
    switch (state)
    {
    case TcpSocket::CLOSED:
        return "UNCONN";
    case TcpSocket::LISTEN:
        return "LISTEN";
    case TcpSocket::SYN_SENT:
        return "SYN-SENT";
    case TcpSocket::SYN_RCVD:
        return "SYN-RECV";
    case TcpSocket::ESTABLISHED:
        return "ESTAB";
    case TcpSocket::CLOSE_WAIT:
        return "CLOSE-WAIT";
    case TcpSocket::LAST_ACK:
        return "LAST-ACK";
    case TcpSocket::FIN_WAIT_1:
        return "FIN-WAIT-1";
    case TcpSocket::FIN_WAIT_2:
        return "FIN-WAIT-2";
    case TcpSocket::CLOSING:
        return "CLOSING";
    case TcpSocket::TIME_WAIT:
        return "TIME-WAIT";
    default:
        return "UNKNOWN";
    }
}

Report::Report(ns3::Ptr<ns3::Node> node, bool verbose)
    : m_node(node),
      m_verbose(verbose)
{
    WatchStateChanges(node, [this](const LifecycleTcpTransition& transition) {
        OnTransition(transition);
    });
}

void
Report::PrintTable(std::ostream& output) const
{
    auto connections = GetConnections(m_node);
    std::stable_sort(connections.begin(), connections.end(), [](const auto& a, const auto& b) {
        return (a.state == TcpSocket::LISTEN) > (b.state == TcpSocket::LISTEN);
    });
    std::ostringstream table;
    table << std::left << std::setw(11) << "State" << std::right << std::setw(8) << "Recv-Q"
          << std::setw(9) << "Send-Q"
          << "  " << std::left << std::setw(24) << "Local Address:Port" << std::setw(24)
          << "Peer Address:Port"
          << "\n";
    for (const auto& connection : connections)
    {
        PrintLine(table, connection);
    }
    table << "-- " << connections.size() << " sockets at " << std::fixed << std::setprecision(3)
          << ns3::Simulator::Now().GetSeconds() << " s"
          << (CanReport(m_node) ? "" : "; stock TCP does not report its connections") << "\n";
    output << table.str() << std::flush;
}

EndCounts
Report::GetEnds() const
{
    return m_ends;
}

bool
Report::IsAnyOpen() const
{
    const auto connections = GetConnections(m_node);
    return std::any_of(connections.begin(), connections.end(), [](const auto& connection) {
        return connection.state != TcpSocket::LISTEN && connection.state != TcpSocket::CLOSED &&
               connection.state != TcpSocket::TIME_WAIT;
    });
}

void
Report::OnTransition(const LifecycleTcpTransition& transition)
{
    CountEnd(transition);
    if (!m_verbose)
    {
        return;
    }
    std::ostringstream line;
    line << std::fixed << std::setprecision(6) << std::setw(12)
         << ns3::Simulator::Now().GetSeconds() << " s  " << std::left << std::setw(22)
         << SocketAddressText(transition.local) << std::setw(22)
         << SocketAddressText(transition.peer) << std::setw(10) << StateName(transition.from)
         << " -> " << StateName(transition.to);
    if (transition.reason != LifecycleTcpCloseReason::NONE)
    {
        line << " (" << ToString(transition.reason) << ")";
    }
    std::cerr << line.str() + "\n";
}

void
Report::CountEnd(const LifecycleTcpTransition& transition)
{
    if (transition.to == TcpSocket::TIME_WAIT)
    {
        m_ends.normal++;
        return;
    }
    const bool wasEstablished =
        transition.from != TcpSocket::LISTEN && transition.from != TcpSocket::SYN_RCVD &&
        transition.from != TcpSocket::SYN_SENT && transition.from != TcpSocket::TIME_WAIT;
    if (transition.to != TcpSocket::CLOSED || !wasEstablished)
    {
        return;
    }
    switch (transition.reason)
    {
    case LifecycleTcpCloseReason::NONE:
    case LifecycleTcpCloseReason::NORMAL:
        m_ends.normal++;
        break;
    case LifecycleTcpCloseReason::REFUSED:
    case LifecycleTcpCloseReason::RESET:
    case LifecycleTcpCloseReason::ABORTED:
        m_ends.reset++;
        break;
    case LifecycleTcpCloseReason::CONNECT_TIMEOUT:
    case LifecycleTcpCloseReason::DATA_TIMEOUT:
    case LifecycleTcpCloseReason::KEEPALIVE_TIMEOUT:
    case LifecycleTcpCloseReason::FIN_WAIT_2_TIMEOUT:
    case LifecycleTcpCloseReason::UNREACHABLE:
        m_ends.timedOut++;
        break;
    }
}

} // namespace proxy
