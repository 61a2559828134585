#include "lifecycle-network.h"

#include "ns3/boolean.h"
#include "ns3/double.h"
#include "ns3/inet-socket-address.h"
#include "ns3/inet6-socket-address.h"
#include "ns3/internet-stack-helper.h"
#include "ns3/lifecycle-tcp-helper.h"
#include "ns3/lifecycle-tcp-population-client.h"
#include "ns3/lifecycle-tcp-population-helper.h"
#include "ns3/lifecycle-tcp-population-server.h"
#include "ns3/lifecycle-tcp-request-header.h"
#include "ns3/packet-sink-helper.h"
#include "ns3/packet-sink.h"
#include "ns3/pointer.h"
#include "ns3/rng-seed-manager.h"
#include "ns3/simulator.h"
#include "ns3/string.h"
#include "ns3/uinteger.h"

#include <cstdint>
#include <map>
#include <string>
#include <vector>

/**
 * \file
 * Populations: clients and servers with very many connections, and no Socket for each.
 */

namespace lifecycle_test
{

using namespace ns3;

namespace
{

constexpr uint16_t PORT = 80;
const Time START = Seconds(2); // once IPv6 knows that its addresses are nobody else's

std::string
Constant(double value)
{
    return "ns3::ConstantRandomVariable[Constant=" + std::to_string(value) + "]";
}

/// Clients of one host, and what they tell.
struct Clients
{
    /// \param attributes those that are random variables or names, as strings
    Clients(const Network& network,
            uint32_t connections,
            const std::map<std::string, std::string>& attributes)
        : application(CreateObject<TcpPopulationClient>())
    {
        application->SetAttribute("Remote", AddressValue(network.ServerAt(PORT)));
        application->SetAttribute("Connections", UintegerValue(connections));
        for (const auto& [name, value] : attributes)
        {
            application->SetAttribute(name, StringValue(value));
        }
        network.Client()->AddApplication(application);
        application->SetStartTime(START);
        application->AssignStreams(100);
        application->TraceConnectWithoutContext(
            "Opened",
            Callback<void, uint32_t, Time>(
                [this](uint32_t, Time handshake) { handshakes.push_back(handshake); }));
        application->TraceConnectWithoutContext(
            "Completed",
            Callback<void, const TcpPopulationExchange&>(
                [this](const TcpPopulationExchange& exchange) { exchanges.push_back(exchange); }));
        application->TraceConnectWithoutContext(
            "Closed",
            Callback<void, const TcpPopulationEnd&>(
                [this](const TcpPopulationEnd& end) { ends.push_back(end); }));
    }

    /// \returns how many connections ended for a reason
    uint64_t Ended(LifecycleTcpCloseReason reason) const
    {
        uint64_t count = 0;
        for (const TcpPopulationEnd& end : ends)
        {
            count += end.reason == reason;
        }
        return count;
    }

    Ptr<TcpPopulationClient> application;
    std::vector<Time> handshakes;
    std::vector<TcpPopulationExchange> exchanges;
    std::vector<TcpPopulationEnd> ends;
};

Ptr<TcpPopulationServer>
AddServer(const Network& network, const std::map<std::string, std::string>& attributes = {})
{
    const auto server = CreateObject<TcpPopulationServer>();
    for (const auto& [name, value] : attributes)
    {
        server->SetAttribute(name, StringValue(value));
    }
    network.Server()->AddApplication(server);
    return server;
}

void
RunFor(double seconds)
{
    Simulator::Stop(Seconds(seconds));
    Simulator::Run();
}

uint64_t
Count(Ptr<LifecycleTcpL4Protocol> tcp, TcpSocket::TcpStates_t state)
{
    return tcp->GetCensus()[state];
}

/// An application over sockets that answers as a TcpPopulationServer does, and closes if asked to.
struct SocketServer
{
    SocketServer(Ptr<Node> node, const Address& local)
        : listener(Network::MakeSocket(node))
    {
        listener->Bind(local);
        listener->Listen();
        listener->SetAcceptCallback(
            MakeNullCallback<bool, Ptr<Socket>, const Address&>(),
            Callback<void, Ptr<Socket>, const Address&>(
                [this](Ptr<Socket> accepted, const Address&) {
                    sockets.push_back(accepted);
                    accepted->SetRecvCallback(
                        Callback<void, Ptr<Socket>>([](Ptr<Socket> socket) { Answer(socket); }));
                    accepted->SetCloseCallbacks(
                        Callback<void, Ptr<Socket>>([](Ptr<Socket> socket) { socket->Close(); }),
                        Callback<void, Ptr<Socket>>([](Ptr<Socket>) {}));
                }));
    }

    static void Answer(Ptr<Socket> socket)
    {
        while (const Ptr<Packet> request = socket->Recv())
        {
            if (request->GetSize() == 0)
            {
                return;
            }
            LifecycleTcpRequestHeader header;
            request->RemoveHeader(header);
            EXPECT_EQ(request->GetSize() + LifecycleTcpRequestHeader::SIZE,
                      header.GetRequestBytes());
            socket->Send(Create<Packet>(static_cast<uint32_t>(header.GetResponseBytes())));
            if (header.ServerCloses())
            {
                socket->Close();
            }
        }
    }

    Ptr<Socket> listener;
    std::vector<Ptr<Socket>> sockets;
};

} // namespace

class PopulationTest : public Simulation, public ::testing::WithParamInterface<Family>
{
};

INSTANTIATE_TEST_SUITE_P(Families,
                         PopulationTest,
                         ::testing::Values(Family::V4, Family::V6),
                         [](const auto& family) {
                             return family.param == Family::V4 ? "IPv4" : "IPv6";
                         });

TEST_P(PopulationTest, ARequestIsAnsweredAndTheClientCloses)
{
    Network network({.family = GetParam()});
    const auto server = AddServer(network);
    Clients clients(network, 1, {{"RequestSize", Constant(400)}, {"ResponseSize", Constant(5000)}});

    RunFor(4);
    ASSERT_EQ(clients.handshakes.size(), 1);
    EXPECT_GE(clients.handshakes[0], MilliSeconds(20)) << "a round trip";
    ASSERT_EQ(clients.exchanges.size(), 1);
    EXPECT_EQ(clients.exchanges[0].requestBytes, 400);
    EXPECT_EQ(clients.exchanges[0].responseBytes, 5000);
    EXPECT_EQ(clients.exchanges[0].asked, START);
    EXPECT_EQ(clients.exchanges[0].start, START + clients.handshakes[0]);
    EXPECT_GE(clients.exchanges[0].end - clients.exchanges[0].start, MilliSeconds(20));
    ASSERT_EQ(clients.ends.size(), 1);
    EXPECT_EQ(clients.ends[0].reason, LifecycleTcpCloseReason::NORMAL);
    EXPECT_TRUE(clients.ends[0].wasOpened);
    EXPECT_EQ(clients.ends[0].requests, 1);
    EXPECT_FALSE(clients.ends[0].isCutShort);
    EXPECT_EQ(clients.application->GetCounters().bytes, 5000);
    EXPECT_EQ(server->GetCounters().served, 1);
    EXPECT_EQ(server->GetCounters().bytes, 5000);
    EXPECT_EQ(server->GetCounters().open, 0);
    EXPECT_EQ(Count(network.ClientTcp(), TcpSocket::TIME_WAIT), 1);
    EXPECT_EQ(Count(network.ServerTcp(), TcpSocket::TIME_WAIT), 0);
}

TEST_P(PopulationTest, TheServerClosesWhereItIsAskedTo)
{
    Network network({.family = GetParam()});
    AddServer(network);
    Clients clients(network, 3, {{"Closer", "Server"}, {"Requests", Constant(2)}});

    RunFor(4);
    EXPECT_EQ(clients.exchanges.size(), 6);
    EXPECT_EQ(clients.Ended(LifecycleTcpCloseReason::NORMAL), 3);
    EXPECT_EQ(Count(network.ClientTcp(), TcpSocket::TIME_WAIT), 0);
    EXPECT_EQ(Count(network.ServerTcp(), TcpSocket::TIME_WAIT), 3);
}

TEST_P(PopulationTest, AClientThatResetsLeavesNoTimeWait)
{
    Network network({.family = GetParam()});
    const auto server = AddServer(network);
    std::vector<LifecycleTcpCloseReason> reasons;
    server->TraceConnectWithoutContext(
        "Closed",
        Callback<void, LifecycleTcpCloseReason>(
            [&](LifecycleTcpCloseReason reason) { reasons.push_back(reason); }));
    Clients clients(network, 3, {{"Closer", "Reset"}});

    RunFor(4);
    EXPECT_EQ(clients.exchanges.size(), 3);
    EXPECT_EQ(clients.Ended(LifecycleTcpCloseReason::ABORTED), 3);
    EXPECT_EQ(reasons, std::vector(3, LifecycleTcpCloseReason::RESET));
    EXPECT_EQ(Count(network.ClientTcp(), TcpSocket::TIME_WAIT), 0);
    EXPECT_EQ(Count(network.ServerTcp(), TcpSocket::TIME_WAIT), 0);
}

TEST_P(PopulationTest, UsersThinkBetweenRequestsAndServersTakeTheirTime)
{
    Network network({.family = GetParam()});
    AddServer(network, {{"ServiceTime", Constant(0.25)}});
    Clients clients(network, 1, {{"Requests", Constant(3)}, {"ThinkTime", Constant(2)}});

    RunFor(12);
    ASSERT_EQ(clients.exchanges.size(), 3);
    for (std::size_t i = 0; i < 3; ++i)
    {
        EXPECT_EQ(clients.exchanges[i].request, i + 1);
        EXPECT_GE(clients.exchanges[i].end - clients.exchanges[i].start, MilliSeconds(270));
        EXPECT_LT(clients.exchanges[i].end - clients.exchanges[i].start, MilliSeconds(400));
    }
    EXPECT_EQ(clients.exchanges[1].start, clients.exchanges[0].end + Seconds(2));
    EXPECT_EQ(clients.exchanges[2].start, clients.exchanges[1].end + Seconds(2));
    EXPECT_EQ(clients.Ended(LifecycleTcpCloseReason::NORMAL), 1);
}

TEST_P(PopulationTest, ConnectionsWithoutRequestsStayOpenUntilTheApplicationStops)
{
    Network network({.family = GetParam()});
    const auto server = AddServer(network);
    Clients clients(network, 500, {{"Requests", Constant(0)}, {"Spread", "1s"}});
    clients.application->SetStopTime(Seconds(1000));

    RunFor(900);
    EXPECT_EQ(clients.handshakes.size(), 500);
    EXPECT_TRUE(clients.ends.empty());
    EXPECT_EQ(Count(network.ClientTcp(), TcpSocket::ESTABLISHED), 500);
    EXPECT_EQ(server->GetCounters().open, 500);

    RunFor(200);
    EXPECT_EQ(clients.Ended(LifecycleTcpCloseReason::NORMAL), 500);
    EXPECT_EQ(Count(network.ClientTcp(), TcpSocket::ESTABLISHED), 0);
    EXPECT_EQ(server->GetCounters().open, 0);
}

TEST_P(PopulationTest, ALifetimeEndsConnectionsWhateverTheyDo)
{
    Network network({.family = GetParam()});
    AddServer(network, {{"ServiceTime", Constant(100)}});
    Clients idle(network, 5, {{"Requests", Constant(0)}, {"Lifetime", Constant(7)}});
    Clients waiting(network, 5, {{"Lifetime", Constant(7)}});

    RunFor(30);
    EXPECT_EQ(idle.Ended(LifecycleTcpCloseReason::NORMAL), 5);
    for (const TcpPopulationEnd& end : idle.ends)
    {
        EXPECT_GE(end.end - end.asked, Seconds(7));
        EXPECT_LT(end.end - end.asked, Seconds(8));
        EXPECT_FALSE(end.isCutShort);
    }
    EXPECT_TRUE(waiting.exchanges.empty());

    RunFor(200); // the server has answered into the void by then
    ASSERT_EQ(waiting.ends.size(), 5);
    EXPECT_TRUE(waiting.ends[0].isCutShort);
}

TEST_P(PopulationTest, AConnectionWithALifetimeStaysOpenAfterItsLastResponse)
{
    Network network({.family = GetParam()});
    AddServer(network);
    Clients clients(network, 1, {{"Lifetime", Constant(7)}, {"Closer", "Server"}});

    RunFor(8);
    EXPECT_EQ(clients.exchanges.size(), 1);
    EXPECT_TRUE(clients.ends.empty());

    RunFor(3);
    EXPECT_EQ(clients.Ended(LifecycleTcpCloseReason::NORMAL), 1);
}

TEST_P(PopulationTest, AServerClosesWhatHasBeenIdleForTooLong)
{
    Network network({.family = GetParam()});
    const auto server = AddServer(network, {{"IdleTimeout", "5s"}});
    Clients idle(network, 4, {{"Requests", Constant(0)}});
    Clients busy(network, 1, {{"Requests", Constant(6)}, {"ThinkTime", Constant(4)}});

    RunFor(9);
    EXPECT_EQ(idle.Ended(LifecycleTcpCloseReason::NORMAL), 4);
    EXPECT_EQ(server->GetCounters().open, 1) << "the other asks every four seconds";
    RunFor(30);
    EXPECT_EQ(busy.exchanges.size(), 6);
}

TEST_P(PopulationTest, KeepaliveFindsAPeerThatHasGone)
{
    Network network({.family = GetParam()});
    const auto server = AddServer(network, {{"Keepalive", "true"}});
    for (const auto& tcp : {network.ClientTcp(), network.ServerTcp()})
    {
        tcp->SetAttribute("KeepaliveIdle", TimeValue(Seconds(60)));
        tcp->SetAttribute("KeepaliveInterval", TimeValue(Seconds(10)));
        tcp->SetAttribute("KeepaliveProbes", UintegerValue(3));
    }
    Clients clients(network, 20, {{"Requests", Constant(0)}, {"Keepalive", "true"}});

    RunFor(300);
    EXPECT_EQ(clients.handshakes.size(), 20);
    EXPECT_TRUE(clients.ends.empty()) << "the probes are answered";

    network.SetErrorModel(LoseAll(), LoseAll());
    RunFor(120);
    EXPECT_EQ(clients.Ended(LifecycleTcpCloseReason::KEEPALIVE_TIMEOUT), 20);
    EXPECT_EQ(server->GetCounters().open, 0);
}

TEST_P(PopulationTest, WhoHasNoLifetimeClosesAtOnceAndAllStandInTimeWaitTogether)
{
    Network network({.family = GetParam()});
    const auto server = AddServer(network);
    Clients clients(network,
                    500,
                    {{"Requests", Constant(0)}, {"Lifetime", Constant(0)}, {"Spread", "20s"}});

    RunFor(24);
    EXPECT_EQ(clients.Ended(LifecycleTcpCloseReason::NORMAL), 500);
    EXPECT_EQ(Count(network.ClientTcp(), TcpSocket::TIME_WAIT), 500);
    EXPECT_EQ(server->GetCounters().open, 0);
    RunFor(60);
    EXPECT_EQ(Count(network.ClientTcp(), TcpSocket::TIME_WAIT), 0);
}

TEST_P(PopulationTest, WhereNobodyListensConnectionsAreRefused)
{
    Network network({.family = GetParam()});
    Clients clients(network, 10, {});

    RunFor(4);
    EXPECT_TRUE(clients.handshakes.empty());
    EXPECT_EQ(clients.Ended(LifecycleTcpCloseReason::REFUSED), 10);
    EXPECT_FALSE(clients.ends[0].wasOpened);
    EXPECT_TRUE(clients.ends[0].isCutShort);
    EXPECT_EQ(clients.application->GetCounters().failed, 10);
}

TEST_P(PopulationTest, AServerThatIsFullResetsWhatComesBeyond)
{
    Network network({.family = GetParam()});
    const auto server = AddServer(network, {{"MaxConnections", "6"}});
    Clients clients(network, 10, {{"Requests", Constant(0)}, {"Spread", "1s"}});

    RunFor(6);
    EXPECT_EQ(server->GetCounters().open, 6);
    EXPECT_EQ(server->GetCounters().refused, 4);
    EXPECT_EQ(clients.Ended(LifecycleTcpCloseReason::RESET), 4);
}

TEST_P(PopulationTest, WithoutARouteOrAPortTheConnectionIsOverAtOnce)
{
    Network network({.family = GetParam()});
    AddServer(network);
    network.ClientTcp()->SetAttribute("FirstEphemeralPort", UintegerValue(50000));
    network.ClientTcp()->SetAttribute("LastEphemeralPort", UintegerValue(50004));
    Clients clients(network, 7, {{"Requests", Constant(0)}});

    RunFor(4);
    EXPECT_EQ(clients.handshakes.size(), 5);
    EXPECT_EQ(clients.Ended(LifecycleTcpCloseReason::NONE), 2);
}

TEST_P(PopulationTest, EveryByteArrivesOverALossyPath)
{
    Network network({.family = GetParam(), .rate = "100Mbps"});
    const auto server = AddServer(network);
    const auto loss = CreateObject<RateErrorModel>();
    loss->SetUnit(RateErrorModel::ERROR_UNIT_PACKET);
    loss->SetRate(0.03);
    loss->AssignStreams(50);
    network.SetErrorModel(loss, loss);
    Clients clients(network,
                    60,
                    {{"Requests", "ns3::UniformRandomVariable[Min=1|Max=4]"},
                     {"RequestSize", "ns3::UniformRandomVariable[Min=1|Max=300000]"},
                     {"ResponseSize", "ns3::UniformRandomVariable[Min=1|Max=300000]"},
                     {"ThinkTime", "ns3::ExponentialRandomVariable[Mean=0.5]"},
                     {"Spread", "10s"}});

    RunFor(600);
    EXPECT_EQ(clients.Ended(LifecycleTcpCloseReason::NORMAL), 60);
    uint64_t responses = 0;
    for (const TcpPopulationExchange& exchange : clients.exchanges)
    {
        responses += exchange.responseBytes;
    }
    EXPECT_GT(clients.exchanges.size(), 60);
    EXPECT_EQ(clients.exchanges.size(), clients.application->GetCounters().requests);
    EXPECT_EQ(clients.application->GetCounters().bytes, responses);
    EXPECT_EQ(server->GetCounters().bytes, responses);
    EXPECT_GT(network.ServerTcp()->GetCounters()["retransmits"], 0);
}

TEST_P(PopulationTest, ClientsTalkToAServerOnStockTcp)
{
    Network network({.family = GetParam(), .server = Tcp::STOCK});
    const SocketServer server(network.Server(), network.AnyAt(PORT));
    Clients clients(network, 20, {{"Requests", Constant(3)}, {"Closer", "Server"}});

    RunFor(10);
    EXPECT_EQ(clients.exchanges.size(), 60);
    EXPECT_EQ(clients.Ended(LifecycleTcpCloseReason::NORMAL), 20);
}

TEST_P(PopulationTest, WhatNobodyAskedForIsNoResponse)
{
    Network network({.family = GetParam(), .server = Tcp::STOCK});
    const SocketServer server(network.Server(), network.AnyAt(PORT));
    Clients clients(
        network,
        1,
        {{"Requests", Constant(2)}, {"ThinkTime", Constant(4)}, {"ResponseSize", Constant(200)}});
    Simulator::Schedule(START + Seconds(2), [&] { server.sockets[0]->Send(Create<Packet>(500)); });

    RunFor(20);
    ASSERT_EQ(clients.exchanges.size(), 2);
    EXPECT_EQ(clients.exchanges[1].start, clients.exchanges[0].end + Seconds(4));
    EXPECT_GE(clients.exchanges[1].end - clients.exchanges[1].start, MilliSeconds(20));
    EXPECT_EQ(clients.application->GetCounters().bytes, 400);
}

TEST_P(PopulationTest, AClientOnStockTcpIsServed)
{
    Network network({.family = GetParam(), .client = Tcp::STOCK});
    const auto server = AddServer(network);
    const auto socket = Network::MakeSocket(network.Client());
    uint64_t received = 0;
    socket->SetRecvCallback(Callback<void, Ptr<Socket>>([&](Ptr<Socket> readable) {
        while (const Ptr<Packet> packet = readable->Recv())
        {
            received += packet->GetSize();
        }
    }));
    // Two requests at once, and a third whose header comes byte by byte.
    const auto send = [&](uint32_t requestBytes, uint64_t responseBytes) {
        const Ptr<Packet> request = Create<Packet>(requestBytes - LifecycleTcpRequestHeader::SIZE);
        request->AddHeader(LifecycleTcpRequestHeader(requestBytes, responseBytes, false));
        return request;
    };
    Simulator::Schedule(START, [&] { socket->Connect(network.ServerAt(PORT)); });
    Simulator::Schedule(START + Seconds(1), [&] {
        const Ptr<Packet> both = send(300, 200000);
        both->AddAtEnd(send(100, 7));
        socket->Send(both);
    });
    const Ptr<Packet> third = send(20, 1000);
    for (uint32_t i = 0; i < third->GetSize(); ++i)
    {
        Simulator::Schedule(START + Seconds(5 + i),
                            [&, i] { socket->Send(third->CreateFragment(i, 1)); });
    }

    RunFor(5);
    EXPECT_EQ(received, 200007);
    RunFor(60);
    EXPECT_EQ(received, 201007);
    EXPECT_EQ(server->GetCounters().requests, 3);
    EXPECT_EQ(server->GetCounters().open, 1);
    Simulator::Schedule(Seconds(1), [&] { socket->Close(); });
    RunFor(10);
    EXPECT_EQ(server->GetCounters().open, 0) << "it closes when the client has";
}

TEST_P(PopulationTest, WithoutAResponseARequestIsCompleteWhenASinkHasIt)
{
    Network network({.family = GetParam(), .server = Tcp::STOCK, .rate = "100Mbps"});
    PacketSinkHelper helper("ns3::TcpSocketFactory", network.AnyAt(PORT));
    const ApplicationContainer sink = helper.Install(network.Server());
    Clients clients(network,
                    10,
                    {{"RequestSize", Constant(400000)}, {"ResponseSize", Constant(0)}});

    RunFor(60);
    EXPECT_EQ(clients.exchanges.size(), 10);
    EXPECT_EQ(DynamicCast<PacketSink>(sink.Get(0))->GetTotalRx(), 4000000);
    EXPECT_EQ(clients.Ended(LifecycleTcpCloseReason::NORMAL), 10);
}

TEST_P(PopulationTest, ArrivalsFollowTheirProcess)
{
    Network network({.family = GetParam()});
    AddServer(network);
    Clients regular(network, 11, {{"InterArrival", Constant(0.5)}});
    Clients spread(network, 400, {{"Spread", "10s"}});

    RunFor(60);
    ASSERT_EQ(regular.exchanges.size(), 11);
    for (std::size_t i = 0; i < 11; ++i)
    {
        EXPECT_EQ(regular.exchanges[i].asked, START + MilliSeconds(500 * (i + 1)));
    }
    ASSERT_EQ(spread.exchanges.size(), 400);
    uint64_t inFirstHalf = 0;
    for (const TcpPopulationExchange& exchange : spread.exchanges)
    {
        EXPECT_LE(exchange.asked, START + Seconds(10));
        inFirstHalf += exchange.asked < START + Seconds(5);
    }
    EXPECT_GT(inFirstHalf, 150) << "any time of it is as likely";
    EXPECT_LT(inFirstHalf, 250);
}

namespace
{

/// Every packet that two populations send, as text.
std::string
TraceOf(uint32_t seed, uint32_t connections, Family family)
{
    std::string trace;
    {
        RngSeedManager::SetSeed(seed);
        Network network({.family = family, .rate = "100Mbps"});
        const NodeContainer ends(network.Client(), network.Server());
        LifecycleTcpHelper::AssignStreams(ends, 10);
        InternetStackHelper().AssignStreams(NodeContainer(ends, network.Router()), 20);
        for (const auto& device : {network.ClientDevice(), network.ServerDevice()})
        {
            device->TraceConnectWithoutContext(
                "PhyRxEnd",
                Callback<void, Ptr<const Packet>>([&trace](Ptr<const Packet> packet) {
                    std::vector<uint8_t> bytes(packet->GetSize());
                    packet->CopyData(bytes.data(), bytes.size());
                    uint64_t hash = 1469598103934665603U; // FNV-1a
                    for (const uint8_t byte : bytes)
                    {
                        hash = (hash ^ byte) * 1099511628211U;
                    }
                    trace += std::to_string(Simulator::Now().GetTimeStep()) + " " +
                             std::to_string(hash) + "\n";
                }));
        }
        AddServer(network);
        Clients clients(network,
                        connections,
                        {{"Requests", "ns3::UniformRandomVariable[Min=0|Max=3]"},
                         {"ResponseSize", "ns3::ParetoRandomVariable[Scale=200|Shape=1.3]"},
                         {"ThinkTime", "ns3::ExponentialRandomVariable[Mean=0.1]"},
                         {"Lifetime", "ns3::ExponentialRandomVariable[Mean=3]"},
                         {"Spread", "2s"}});
        RunFor(10);
    }
    Simulator::Destroy();
    return trace;
}

} // namespace

TEST_P(PopulationTest, TheSameSeedGivesTheSamePacketsHoweverManyConnectionsThereAre)
{
    for (const uint32_t connections : {3U, 300U})
    {
        const std::string trace = TraceOf(1, connections, GetParam());
        EXPECT_GT(trace.size(), 1000 * connections / 10);
        EXPECT_TRUE(TraceOf(1, connections, GetParam()) == trace);
        EXPECT_FALSE(TraceOf(2, connections, GetParam()) == trace);
    }
}

TEST_P(PopulationTest, HelpersPutThemOnNodesWithStreamsOfTheirOwn)
{
    Network network({.family = GetParam()});
    TcpPopulationServerHelper servers;
    servers.SetAttribute("MaxConnections", UintegerValue(100));
    const ApplicationContainer server = servers.Install(network.Server());
    EXPECT_EQ(TcpPopulationServerHelper::AssignStreams(server, 50), 1);
    TcpPopulationClientHelper helper;
    helper.SetAttribute("Connections", UintegerValue(50));
    helper.SetAttribute("ResponseSize", StringValue("ns3::ExponentialRandomVariable[Mean=5000]"));
    helper.AddRemote(network.ServerAt(PORT));
    ApplicationContainer clients =
        helper.Install(NodeContainer(network.Client(), network.Client()));
    clients.Start(START);
    EXPECT_EQ(TcpPopulationClientHelper::AssignStreams(clients, 1000), 14);

    RunFor(10);
    const auto first = DynamicCast<TcpPopulationClient>(clients.Get(0))->GetCounters();
    const auto second = DynamicCast<TcpPopulationClient>(clients.Get(1))->GetCounters();
    EXPECT_EQ(first.completed, 50);
    EXPECT_EQ(second.completed, 50);
    EXPECT_NE(first.bytes, second.bytes);
}

} // namespace lifecycle_test
