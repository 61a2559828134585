#include "lifecycle-tcp-helper.h"
#include "lifecycle-tcp-l4-protocol.h"

#include "ns3/inet-socket-address.h"
#include "ns3/inet6-socket-address.h"
#include "ns3/node.h"

#include <iomanip>
#include <ostream>
#include <sstream>

/**
 * \file
 * What nodes are doing, as tables to read.
 */

namespace ns3
{

namespace
{

constexpr int NAME_WIDTH = 24; // of an IPv4 address and port, and a bit more

std::string
NameOf(const Address& address)
{
    std::ostringstream name;
    if (InetSocketAddress::IsMatchingType(address))
    {
        const InetSocketAddress v4 = InetSocketAddress::ConvertFrom(address);
        name << v4.GetIpv4() << ':' << v4.GetPort();
    }
    else
    {
        const Inet6SocketAddress v6 = Inet6SocketAddress::ConvertFrom(address);
        name << '[' << v6.GetIpv6() << "]:" << v6.GetPort();
    }
    return name.str();
}

/** A time in seconds, to the millisecond. */
std::string
InSeconds(Time time)
{
    std::ostringstream text;
    text << std::fixed << std::setprecision(3) << time.GetSeconds() << 's';
    return text.str();
}

/** As `ss -o` has it: which timer, when it is due, what was sent again in vain. */
std::string
TimerOf(const LifecycleTcpConnectionInfo& info)
{
    if (info.timer.empty())
    {
        return "-";
    }
    return info.timer + "," + InSeconds(info.expires) + "," + std::to_string(info.retransmits);
}

void
PrintLine(std::ostream& os, uint32_t node, const LifecycleTcpConnectionInfo& info)
{
    os << std::left << std::setw(6) << node << std::setw(12) << TcpSocket::TcpStateName[info.state]
       << std::right << std::setw(8) << info.recvQueue << std::setw(8) << info.sendQueue << "  "
       << std::left << std::setw(NAME_WIDTH) << NameOf(info.local) << std::setw(NAME_WIDTH)
       << NameOf(info.peer) << std::setw(14) << (info.age.IsZero() ? "-" : InSeconds(info.age))
       << TimerOf(info) << (info.orphan ? " orphan" : "") << '\n';
}

template <typename Visit>
void
ForEachTcp(const NodeContainer& nodes, Visit visit)
{
    for (auto node = nodes.Begin(); node != nodes.End(); ++node)
    {
        if (const Ptr<LifecycleTcpL4Protocol> tcp = LifecycleTcpHelper::GetTcp(*node))
        {
            visit((*node)->GetId(), *tcp);
        }
    }
}

} // namespace

void
LifecycleTcpHelper::PrintConnections(NodeContainer nodes, std::ostream& os)
{
    os << std::left << std::setw(6) << "Node" << std::setw(12) << "State" << std::right
       << std::setw(8) << "Recv-Q" << std::setw(8) << "Send-Q"
       << "  " << std::left << std::setw(NAME_WIDTH) << "Local" << std::setw(NAME_WIDTH) << "Peer"
       << std::setw(14) << "Age"
       << "Timer\n";
    ForEachTcp(nodes, [&os](uint32_t node, const LifecycleTcpL4Protocol& tcp) {
        for (const LifecycleTcpConnectionInfo& info : tcp.GetConnections())
        {
            PrintLine(os, node, info);
        }
    });
}

void
LifecycleTcpHelper::PrintCensus(NodeContainer nodes, std::ostream& os)
{
    ForEachTcp(nodes, [&os](uint32_t node, const LifecycleTcpL4Protocol& tcp) {
        os << "node " << node << ':';
        const LifecycleTcpCensus census = tcp.GetCensus();
        for (std::size_t state = 0; state < census.size(); ++state)
        {
            if (census[state] != 0)
            {
                os << ' ' << TcpSocket::TcpStateName[state] << ' ' << census[state];
            }
        }
        const LifecycleTcpCloseWaits leak = tcp.GetCloseWaits();
        if (leak.count != 0)
        {
            os << " (oldest CLOSE_WAIT " << InSeconds(leak.oldest) << ", with "
               << NameOf(leak.oldestPeer) << ')';
        }
        os << '\n';
    });
}

void
LifecycleTcpHelper::PrintCounters(NodeContainer nodes, std::ostream& os)
{
    ForEachTcp(nodes, [&os](uint32_t node, const LifecycleTcpL4Protocol& tcp) {
        for (const auto& [name, count] : tcp.GetCounters())
        {
            if (count != 0)
            {
                os << "node " << node << ": " << name << ' ' << count << '\n';
            }
        }
    });
}

} // namespace ns3
