#include "lifecycle-network.h"

#include "ns3/bulk-send-helper.h"
#include "ns3/double.h"
#include "ns3/inet-socket-address.h"
#include "ns3/packet-sink-helper.h"
#include "ns3/rng-seed-manager.h"
#include "ns3/simulator.h"
#include "ns3/uinteger.h"

#include <memory>
#include <sstream>
#include <string>
#include <vector>

namespace lifecycle_test
{

using namespace ns3;

namespace
{

constexpr uint16_t PORT = 80;

/// Every byte on the wire and when it was sent, in a run with losses.
std::string
TraceOfARun(uint64_t run)
{
    RngSeedManager::SetRun(run);
    std::ostringstream trace;
    {
        Network network;
        const auto loss = CreateObject<RateErrorModel>();
        loss->SetUnit(RateErrorModel::ERROR_UNIT_PACKET);
        loss->SetRate(0.02);
        loss->AssignStreams(1);
        network.SetErrorModel(loss);
        network.ClientDevice()->TraceConnectWithoutContext(
            "PhyTxBegin",
            Callback<void, Ptr<const Packet>>([&](Ptr<const Packet> packet) {
                trace << Simulator::Now().GetTimeStep() << " ";
                packet->CopyData(&trace, packet->GetSize());
            }));
        TalkingServer server(network.Server(), network.AnyAt(PORT), 100000);
        TalkingClient client(network.Client(), network.ServerAt(PORT), 100000, 100000);
        TalkingClient other(network.Client(), network.ServerAt(PORT), 100000, 100000);
        Simulator::Run();
        EXPECT_EQ(client.received, 100000);
        Simulator::Destroy();
    }
    return trace.str();
}

} // namespace

using RunTest = Simulation;

TEST_F(RunTest, TheSameSeedGivesTheSameTraceByteForByte)
{
    const std::string first = TraceOfARun(1);
    EXPECT_GT(first.size(), 200000);
    EXPECT_TRUE(TraceOfARun(1) == first);
    EXPECT_FALSE(TraceOfARun(2) == first);
}

TEST_F(RunTest, ASimulationCanEndInTheMiddleOfEverything)
{
    auto network = std::make_unique<Network>();
    auto server = std::make_unique<TalkingServer>(network->Server(), network->AnyAt(PORT), 1000000);
    std::vector<std::unique_ptr<TalkingClient>> clients;
    for (int i = 0; i < 10; ++i)
    {
        clients.push_back(std::make_unique<TalkingClient>(network->Client(),
                                                          network->ServerAt(PORT),
                                                          1000000,
                                                          1000000));
    }
    clients.push_back(std::make_unique<TalkingClient>(network->Client(),
                                                      network->ServerAt(PORT),
                                                      0,
                                                      0)); // in TIME_WAIT by then
    Simulator::Stop(Seconds(2.5));
    Simulator::Run();
    EXPECT_EQ(network->ClientTcp()->GetCensus()[TcpSocket::ESTABLISHED], 10);
    const Ptr<LifecycleTcpL4Protocol> tcp = network->ClientTcp();
    Simulator::Destroy();
    // What a script still holds is of no use, and does no harm.
    EXPECT_EQ(tcp->GetConnections().size(), 0);
    EXPECT_EQ(tcp->GetCensus()[TcpSocket::ESTABLISHED], 0);
    const Ptr<Socket> socket = clients.front()->socket;
    EXPECT_EQ(socket->Send(Create<Packet>(10)), -1);
    EXPECT_FALSE(socket->GetNode());
    EXPECT_EQ(socket->Connect(InetSocketAddress(Ipv4Address::GetLoopback(), 1)), -1);
    EXPECT_EQ(socket->Bind(), -1);
    EXPECT_EQ(socket->Listen(), -1);
    EXPECT_EQ(socket->ShutdownSend(), 0);
    EXPECT_EQ(socket->Close(), 0);
    EXPECT_EQ(server->listener->Close(), 0);
}

TEST_F(RunTest, ASimulationThatNeverRunsIsTakenDownCleanly)
{
    Network network;
    TalkingServer server(network.Server(), network.AnyAt(PORT), 0);
    const Ptr<Socket> socket = Network::MakeSocket(network.Client());
    EXPECT_EQ(socket->Bind(), 0);
}

TEST_F(RunTest, AnIdleConnectionHasNoEventPending)
{
    Network network;
    TalkingServer server(network.Server(), network.AnyAt(PORT), 1000);
    TalkingClient client(network.Client(), network.ServerAt(PORT), 1000, 2000); // waits for more
    Simulator::Run();
    EXPECT_EQ(client.received, 1000);
    EXPECT_EQ(network.ClientTcp()->GetCensus()[TcpSocket::ESTABLISHED], 1);
    EXPECT_LT(Simulator::Now(), Seconds(20)); // IPv6's router solicitations last that long
}

TEST_F(RunTest, AnAcknowledgementMakesNoEvent)
{
    // Per data segment over one router: 2 links, 2 events each, and the same for every second
    // segment's ACK: 6. Stock TCP adds a cancelled timer for every ACK.
    NetworkOptions options;
    options.rate = "1Gbps";
    Network network(options);
    TalkingServer server(network.Server(), network.AnyAt(PORT), 0);
    TalkingClient client(network.Client(), network.ServerAt(PORT), 20000000, 0);
    Simulator::Stop(Seconds(60));
    Simulator::Run();
    EXPECT_EQ(server.talkers.front().received, 20000000);
    const double segments = static_cast<double>(network.ServerTcp()->GetCounters()["segmentsIn"]);
    EXPECT_LT(static_cast<double>(Simulator::GetEventCount()) / segments, 6.1);
}

TEST_F(RunTest, TheConnectionTableShowsWhatThereIs)
{
    Network network;
    TalkingServer server(network.Server(), network.AnyAt(PORT), 0);
    TalkingClient client(network.Client(), network.ServerAt(PORT), 1000000, 0);
    Simulator::Stop(Seconds(2.3));
    Simulator::Run();
    const auto lines = network.ClientTcp()->GetConnections();
    ASSERT_EQ(lines.size(), 1);
    EXPECT_EQ(lines[0].state, TcpSocket::ESTABLISHED);
    EXPECT_EQ(lines[0].peer, network.ServerAt(PORT));
    EXPECT_EQ(lines[0].timer, "on");
    EXPECT_GT(lines[0].sendQueue, 10000);
    EXPECT_GT(lines[0].cwnd, 14480);
    EXPECT_EQ(lines[0].mss, 1448);
    EXPECT_GT(lines[0].srtt, MilliSeconds(20));
    EXPECT_GT(lines[0].rto, lines[0].srtt);
    EXPECT_GT(lines[0].expires, Time(0));
    EXPECT_LE(lines[0].expires, lines[0].rto);
    const auto ofServer = network.ServerTcp()->GetConnections();
    ASSERT_EQ(ofServer.size(), 2);
    EXPECT_EQ(ofServer[0].state, TcpSocket::LISTEN);
    EXPECT_EQ(ofServer[0].local, network.AnyAt(PORT));
    EXPECT_EQ(ofServer[1].local, network.ServerAt(PORT));
}

} // namespace lifecycle_test
