#include "lifecycle-network.h"

#include "ns3/inet-socket-address.h"
#include "ns3/lifecycle-tcp-helper.h"
#include "ns3/node-container.h"
#include "ns3/simulator.h"

#include <functional>
#include <sstream>
#include <string>

/**
 * \file
 * Tables of what nodes are doing.
 */

namespace lifecycle_test
{

using namespace ns3;

namespace
{

constexpr uint16_t PORT = 80;

} // namespace

class ViewsTest : public Simulation
{
  protected:
    void RunUntil(double seconds)
    {
        Simulator::Stop(Seconds(seconds) - Simulator::Now());
        Simulator::Run();
    }

    std::ostringstream m_printed;
};

TEST_F(ViewsTest, ConnectionsArePrintedAsSsDoes)
{
    const Network network;
    const TalkingServer server(network.Server(), network.AnyAt(PORT), 0);
    TalkingClient client(network.Client(), network.ServerAt(PORT), 0, 1);
    RunUntil(2.5);
    LifecycleTcpHelper::PrintConnections(network.Server(), m_printed);
    Address name;
    client.socket->GetSockName(name);
    const std::string port = std::to_string(InetSocketAddress::ConvertFrom(name).GetPort());
    EXPECT_EQ(m_printed.str(),
              "Node  State         Recv-Q  Send-Q  Local                   Peer                    "
              "Age           Timer\n"
              "2     LISTEN             0    4096  0.0.0.0:80              0.0.0.0:0               "
              "-             -\n"
              "2     ESTABLISHED        0       0  10.1.1.2:80             10.1.0.1:" +
                  port +
                  "          "
                  "0.470s        -\n");
}

TEST_F(ViewsTest, TimersAndOrphansAreShown)
{
    Network network;
    TalkingServer server(network.Server(), network.AnyAt(PORT), 0);
    TalkingClient client(network.Client(), network.ServerAt(PORT), 0, 1);
    Simulator::Schedule(Seconds(3), [&] {
        network.SetErrorModel(LoseAll());
        client.socket->Send(Create<Packet>(500));
        client.socket->Close();
    });
    Simulator::Schedule(Seconds(3.5),
                        &LifecycleTcpHelper::PrintConnections,
                        NodeContainer(network.Client()),
                        std::ref(m_printed));
    RunUntil(4);
    EXPECT_NE(m_printed.str().find("FIN_WAIT_1         0     500"), std::string::npos)
        << m_printed.str();
    EXPECT_NE(m_printed.str().find("s,1 orphan\n"), std::string::npos) << m_printed.str();
    EXPECT_NE(m_printed.str().find("0.500s        on,"), std::string::npos) << m_printed.str();
}

TEST_F(ViewsTest, Ipv6NamesAreInBrackets)
{
    const Network network({.family = Family::V6});
    const TalkingServer server(network.Server(), network.AnyAt(PORT), 0);
    RunUntil(1);
    LifecycleTcpHelper::PrintConnections(network.Server(), m_printed);
    EXPECT_NE(m_printed.str().find("[::]:80"), std::string::npos) << m_printed.str();
}

TEST_F(ViewsTest, TheCensusShowsStatesAndTheOldestLeak)
{
    const Network network;
    TalkingServer server(network.Server(), network.AnyAt(PORT), 0);
    server.listener->SetAcceptCallback(
        MakeNullCallback<bool, Ptr<Socket>, const Address&>(),
        Callback<void, Ptr<Socket>, const Address&>([](Ptr<Socket>, const Address&) {}));
    TalkingClient client(network.Client(), network.ServerAt(PORT), 0, 0); // closes at once
    TalkingClient other(network.Client(), network.ServerAt(PORT), 0, 1);
    RunUntil(5);
    LifecycleTcpHelper::PrintCensus(NodeContainer::GetGlobal(), m_printed);
    Address name;
    client.socket->GetSockName(name);
    const std::string port = std::to_string(InetSocketAddress::ConvertFrom(name).GetPort());
    EXPECT_EQ(m_printed.str(),
              "node 0: ESTABLISHED 1 FIN_WAIT_2 1\n"
              "node 2: LISTEN 1 ESTABLISHED 1 CLOSE_WAIT 1 (oldest CLOSE_WAIT 2.970s, with "
              "10.1.0.1:" +
                  port + ")\n");
}

TEST_F(ViewsTest, CountersThatMovedArePrinted)
{
    const Network network;
    TalkingServer server(network.Server(), network.AnyAt(PORT), 0);
    TalkingClient client(network.Client(), network.ServerAt(PORT), 100, 0);
    RunUntil(5);
    LifecycleTcpHelper::PrintCounters(network.Client(), m_printed);
    EXPECT_NE(m_printed.str().find("node 0: activeOpens 1\n"), std::string::npos)
        << m_printed.str();
    EXPECT_EQ(m_printed.str().find("retransmits"), std::string::npos) << m_printed.str();
}

} // namespace lifecycle_test
