#include "network.h"

#include "ns3/boolean.h"
#include "ns3/config.h"
#include "ns3/double.h"
#include "ns3/error-model.h"
#include "ns3/inet-socket-address.h"
#include "ns3/internet-stack-helper.h"
#include "ns3/ipv4-address-helper.h"
#include "ns3/lifecycle-tcp-helper.h"
#include "ns3/node.h"
#include "ns3/point-to-point-helper.h"
#include "ns3/pointer.h"
#include "ns3/string.h"
#include "ns3/tcp-socket-factory.h"
#include "ns3/traffic-control-helper.h"
#include "ns3/uinteger.h"

namespace bench
{

using namespace ns3;

void
SetDataDefaults(Tcp tcp, uint32_t buffer)
{
    // Stock TCP puts its options on top of a segment's size, RFC 6691 counts them in.
    const uint32_t options = tcp == Tcp::LIFECYCLE ? 12 : 0;
    Config::SetDefault("ns3::TcpSocket::SegmentSize", UintegerValue(FULL_SEGMENT + options));
    Config::SetDefault("ns3::TcpSocket::SndBufSize", UintegerValue(buffer));
    Config::SetDefault("ns3::TcpSocket::RcvBufSize", UintegerValue(buffer));
}

void
InstallStack(Tcp tcp, const NodeContainer& nodes, const Stack& stack)
{
    const Time msl = stack.timeWait / 2;
    if (tcp == Tcp::LIFECYCLE)
    {
        LifecycleTcpHelper lifecycle;
        lifecycle.SetProfile("Linux");
        lifecycle.SetTimeWaitModel("ns3::TcpTimeWaitModel", "Msl", TimeValue(msl));
        lifecycle.SetKeepaliveModel("ns3::TcpKeepaliveModel",
                                    "Enabled",
                                    BooleanValue(stack.keepalive));
        lifecycle.SetHandshakeModel("ns3::TcpHandshakeModel",
                                    "Backlog",
                                    UintegerValue(stack.backlog),
                                    "MaxBacklog",
                                    UintegerValue(stack.backlog),
                                    "SynBacklog",
                                    UintegerValue(stack.backlog));
        lifecycle.Install(nodes);
    }
    else
    {
        Config::SetDefault("ns3::TcpSocketBase::MaxSegLifetime", DoubleValue(msl.GetSeconds()));
    }
    InternetStackHelper internet;
    internet.SetIpv6StackInstall(false);
    internet.Install(nodes);
}

Ends
Connect(Ptr<Node> near, Ptr<Node> far, const Link& link)
{
    static Ipv4AddressHelper addresses("10.0.0.0", "255.255.255.252");
    PointToPointHelper helper;
    helper.SetDeviceAttribute("DataRate", StringValue(link.rate));
    helper.SetChannelAttribute("Delay", TimeValue(link.delay));
    helper.SetQueue("ns3::DropTailQueue",
                    "MaxSize",
                    StringValue(std::to_string(link.queuePackets) + "p"));
    const NetDeviceContainer devices = helper.Install(near, far);
    if (link.fqCoDel)
    {
        TrafficControlHelper::Default().Install(devices);
    }
    const Ipv4InterfaceContainer interfaces = addresses.Assign(devices);
    addresses.NewNetwork();
    if (!link.fqCoDel)
    {
        TrafficControlHelper().Uninstall(
            devices); // Assign() has installed what ns-3 has by default
    }
    return {DynamicCast<PointToPointNetDevice>(devices.Get(1)), interfaces.GetAddress(1)};
}

void
LosePackets(Ptr<NetDevice> device, double probability)
{
    const auto model = CreateObject<RateErrorModel>();
    model->SetUnit(RateErrorModel::ERROR_UNIT_PACKET);
    model->SetRate(probability);
    model->AssignStreams(1);
    device->SetAttribute("ReceiveErrorModel", PointerValue(model));
}

Star::Star(Tcp tcp, uint32_t count, const Link& link, const Stack& stack)
    : clients(count),
      server(CreateObject<Node>())
{
    NodeContainer all(clients);
    all.Add(server);
    InstallStack(tcp, all, stack);
    for (uint32_t i = 0; i < count; ++i)
    {
        addresses.push_back(Connect(clients.Get(i), server, link).address);
    }
}

Ptr<Socket>
Listen(Ptr<Node> node, uint16_t port, Callback<void, Ptr<Socket>, const Address&> accepted)
{
    const Ptr<Socket> socket = Socket::CreateSocket(node, TcpSocketFactory::GetTypeId());
    socket->Bind(InetSocketAddress(Ipv4Address::GetAny(), port));
    socket->Listen();
    socket->SetAcceptCallback(MakeNullCallback<bool, Ptr<Socket>, const Address&>(), accepted);
    return socket;
}

} // namespace bench
