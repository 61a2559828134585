/*
 * A TIME_WAIT policy of one's own: the more connections a server has in TIME_WAIT, the shorter it
 * keeps the next ones, so that their number stays bounded under any load.
 */

#include "ns3/applications-module.h"
#include "ns3/core-module.h"
#include "ns3/internet-module.h"
#include "ns3/lifecycle-tcp-helper.h"
#include "ns3/lifecycle-tcp-l4-protocol.h"
#include "ns3/lifecycle-tcp-time-wait-model.h"
#include "ns3/network-module.h"
#include "ns3/point-to-point-module.h"

#include <algorithm>
#include <iomanip>
#include <iostream>

using namespace ns3;

namespace
{

/** Twice the MSL while there are few records; half as long for each "Comfortable" of them. */
class ScaledTimeWait : public TcpTimeWaitModel
{
  public:
    static TypeId GetTypeId()
    {
        static TypeId tid = TypeId("ScaledTimeWait")
                                .SetParent<TcpTimeWaitModel>()
                                .AddConstructor<ScaledTimeWait>()
                                .AddAttribute("Comfortable",
                                              "Records that are no burden",
                                              UintegerValue(10),
                                              MakeUintegerAccessor(&ScaledTimeWait::m_comfortable),
                                              MakeUintegerChecker<uint32_t>(1));
        return tid;
    }

  protected:
    Time DoGetLength(Time proposed, const TcpTimeWaitQuestion& question) override
    {
        const auto load = std::min<uint64_t>(question.records / m_comfortable, 16);
        return proposed / static_cast<int64_t>(1U << load);
    }

  private:
    uint32_t m_comfortable{0};
};

/** Opens and closes a connection: the client closes first, and so holds TIME_WAIT. */
void
ComeAndGo(Ptr<Node> client, Address server)
{
    Ptr<Socket> socket = Socket::CreateSocket(client, TcpSocketFactory::GetTypeId());
    socket->Connect(server);
    Simulator::Schedule(MilliSeconds(50), [socket] { socket->Close(); });
}

void
Report(Ptr<Node> client)
{
    std::cout << std::setw(4) << Simulator::Now().GetSeconds() << " s " << std::setw(5)
              << LifecycleTcpHelper::GetTcp(client)->GetCensus()[TcpSocket::TIME_WAIT]
              << " in TIME_WAIT\n";
}

/** A hundred seconds of ten connections a second. */
void
Run(const std::string& model)
{
    NodeContainer nodes(2);
    LifecycleTcpHelper tcp;
    tcp.SetTimeWaitModel(model, "Msl", TimeValue(Seconds(30)));
    tcp.Install(nodes);
    InternetStackHelper().Install(nodes);
    NetDeviceContainer devices = PointToPointHelper().Install(nodes);
    Ipv4InterfaceContainer interfaces =
        Ipv4AddressHelper("10.0.0.0", "255.255.255.0").Assign(devices);

    PacketSinkHelper sink("ns3::TcpSocketFactory", InetSocketAddress(Ipv4Address::GetAny(), 80));
    sink.Install(nodes.Get(1));
    for (int i = 0; i < 1000; ++i)
    {
        Simulator::Schedule(MilliSeconds(100 * i + 1),
                            &ComeAndGo,
                            nodes.Get(0),
                            InetSocketAddress(interfaces.GetAddress(1), 80));
    }
    std::cout << model << '\n';
    for (int second = 20; second <= 100; second += 20)
    {
        Simulator::Schedule(Seconds(second), &Report, nodes.Get(0));
    }
    Simulator::Stop(Seconds(101));
    Simulator::Run();
    Simulator::Destroy();
}

} // namespace

int
main(int argc, char* argv[])
{
    CommandLine(__FILE__).Parse(argc, argv);
    ScaledTimeWait::GetTypeId();
    Run("ns3::TcpTimeWaitModel");
    Run("ScaledTimeWait");
    return 0;
}
