#include "ns3/applications-module.h"
#include "ns3/core-module.h"
#include "ns3/internet-module.h"
#include "ns3/lifecycle-tcp-helper.h"
#include "ns3/network-module.h"
#include "ns3/point-to-point-module.h"

#include <iostream>

using namespace ns3;

// Sends a file's worth of bytes between two nodes with the lifecycle TCP; fails unless all arrive.
int
main()
{
    const uint64_t bytes = 100000;

    NodeContainer nodes(2);
    LifecycleTcpHelper tcp;
    tcp.Install(nodes);
    InternetStackHelper internet;
    internet.Install(nodes);

    PointToPointHelper link;
    NetDeviceContainer devices = link.Install(nodes);
    Ipv4AddressHelper addresses("10.0.0.0", "255.255.255.0");
    Ipv4InterfaceContainer interfaces = addresses.Assign(devices);

    InetSocketAddress server(interfaces.GetAddress(1), 80);
    PacketSinkHelper sinkHelper("ns3::TcpSocketFactory", server);
    ApplicationContainer sinks = sinkHelper.Install(nodes.Get(1));
    BulkSendHelper bulk("ns3::TcpSocketFactory", server);
    bulk.SetAttribute("MaxBytes", UintegerValue(bytes));
    bulk.Install(nodes.Get(0));

    Simulator::Stop(Minutes(10));
    Simulator::Run();
    const uint64_t received = DynamicCast<PacketSink>(sinks.Get(0))->GetTotalRx();
    Simulator::Destroy();

    std::cout << "received " << received << " of " << bytes << " bytes" << std::endl;
    return received == bytes ? 0 : 1;
}
