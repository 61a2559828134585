// Two nodes, one bulk transfer over the lifecycle TCP: prints every state change of both ends, and
// what is left of the connection at the end.

#include "ns3/application-container.h"
#include "ns3/bulk-send-helper.h"
#include "ns3/command-line.h"
#include "ns3/inet-socket-address.h"
#include "ns3/internet-stack-helper.h"
#include "ns3/ipv4-address-helper.h"
#include "ns3/lifecycle-tcp-helper.h"
#include "ns3/lifecycle-tcp-l4-protocol.h"
#include "ns3/node-container.h"
#include "ns3/packet-sink-helper.h"
#include "ns3/packet-sink.h"
#include "ns3/point-to-point-helper.h"
#include "ns3/simulator.h"
#include "ns3/string.h"
#include "ns3/uinteger.h"

#include <iomanip>
#include <iostream>

using namespace ns3;

namespace
{

void
PrintStateChange(std::string who, const LifecycleTcpTransition& change)
{
    std::cout << std::fixed << std::setprecision(6) << Simulator::Now().GetSeconds() << " s  "
              << std::left << std::setw(8) << who << std::setw(12)
              << TcpSocket::TcpStateName[change.from] << "-> "
              << TcpSocket::TcpStateName[change.to];
    if (change.reason != LifecycleTcpCloseReason::NONE)
    {
        std::cout << " (" << ToString(change.reason) << ")";
    }
    std::cout << "\n";
}

} // namespace

int
main(int argc, char* argv[])
{
    uint64_t bytes = 100000;
    CommandLine command(__FILE__);
    command.AddValue("bytes", "Bytes to send", bytes);
    command.Parse(argc, argv);

    NodeContainer nodes(2);
    LifecycleTcpHelper tcp;
    tcp.Install(nodes); // the only lines that are not of a script for stock TCP

    InternetStackHelper internet;
    internet.Install(nodes);

    PointToPointHelper link;
    link.SetDeviceAttribute("DataRate", StringValue("10Mbps"));
    link.SetChannelAttribute("Delay", StringValue("5ms"));
    Ipv4AddressHelper addresses("10.0.0.0", "255.255.255.0");
    const Ipv4InterfaceContainer interfaces = addresses.Assign(link.Install(nodes));

    const uint16_t port = 80;
    PacketSinkHelper sinkHelper("ns3::TcpSocketFactory",
                                InetSocketAddress(Ipv4Address::GetAny(), port));
    const ApplicationContainer sink = sinkHelper.Install(nodes.Get(1));
    BulkSendHelper senderHelper("ns3::TcpSocketFactory",
                                InetSocketAddress(interfaces.GetAddress(1), port));
    senderHelper.SetAttribute("MaxBytes", UintegerValue(bytes));
    senderHelper.Install(nodes.Get(0));

    for (uint32_t i = 0; i < nodes.GetN(); ++i)
    {
        LifecycleTcpHelper::GetTcp(nodes.Get(i))
            ->TraceConnect("StateChange",
                           i == 0 ? "client" : "server",
                           MakeCallback(&PrintStateChange));
    }
    Simulator::Run();

    std::cout << "received " << DynamicCast<PacketSink>(sink.Get(0))->GetTotalRx() << " of "
              << bytes << " bytes\n";
    Simulator::Destroy();
    return 0;
}
