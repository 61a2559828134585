#include "lifecycle-network.h"

#include "ns3/lifecycle-tcp-helper.h"
#include "ns3/rng-seed-manager.h"
#include "ns3/simulator.h"
#include "ns3/string.h"
#include "ns3/tcp-header.h"
#include "ns3/tcp-socket-base.h"

#include <list>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

/**
 * \file
 * Random numbers that a script can repeat: initial sequence numbers and ports.
 */

namespace lifecycle_test
{

using namespace ns3;

namespace
{

constexpr uint16_t PORT = 80;

/// What is drawn for a connection: its initial sequence number, and its port.
using Draw = std::pair<uint32_t, uint16_t>;

/// How a run draws.
struct Draws
{
    std::optional<int64_t> stream{}; //!< what AssignStreams is told, if it is
    std::string isn{"Hashed"};
    std::string ports{"Hashed"};
};

/// Five connections of a new simulation.
std::vector<Draw>
DrawnBy(const Draws& draws)
{
    std::vector<Draw> drawn;
    {
        Network network;
        if (draws.stream)
        {
            EXPECT_EQ(LifecycleTcpHelper::AssignStreams(network.Client(), *draws.stream), 1);
        }
        network.ClientTcp()->SetAttribute("Isn", StringValue(draws.isn));
        network.ClientTcp()->SetAttribute("PortChoice", StringValue(draws.ports));
        TalkingServer server(network.Server(), network.AnyAt(PORT), 0);
        std::list<TalkingClient> clients;
        for (int i = 0; i < 5; ++i)
        {
            clients.emplace_back(network.Client(), network.ServerAt(PORT), 0, 0)
                .socket->TraceConnectWithoutContext(
                    "Tx",
                    Callback<void, Ptr<const Packet>, const TcpHeader&, Ptr<const TcpSocketBase>>(
                        [&drawn](Ptr<const Packet>,
                                 const TcpHeader& header,
                                 Ptr<const TcpSocketBase>) {
                            if (header.GetFlags() & TcpHeader::SYN)
                            {
                                drawn.emplace_back(header.GetSequenceNumber().GetValue(),
                                                   header.GetSourcePort());
                            }
                        }));
        }
        Simulator::Stop(Seconds(4));
        Simulator::Run();
    }
    Simulator::Destroy();
    return drawn;
}

} // namespace

using StreamsTest = Simulation;

TEST_F(StreamsTest, TheSameStreamDrawsTheSame)
{
    for (const char* choice : {"Hashed", "Random"})
    {
        const Draws draws{.stream = 7, .isn = choice, .ports = choice};
        const std::vector<Draw> drawn = DrawnBy(draws);
        EXPECT_EQ(drawn.size(), 5);
        EXPECT_EQ(DrawnBy(draws), drawn) << choice;
    }
}

TEST_F(StreamsTest, AnotherStreamDrawsOtherSequenceNumbersAndPorts)
{
    for (const char* choice : {"Hashed", "Random"})
    {
        const std::vector<Draw> one = DrawnBy({.stream = 7, .isn = choice, .ports = choice});
        const std::vector<Draw> other = DrawnBy({.stream = 8, .isn = choice, .ports = choice});
        ASSERT_EQ(one.size(), other.size());
        for (std::size_t i = 0; i < one.size(); ++i)
        {
            EXPECT_NE(one[i].first, other[i].first) << choice;
            EXPECT_NE(one[i].second, other[i].second) << choice;
        }
    }
}

TEST_F(StreamsTest, WithoutOneARunIsStillRepeatable)
{
    const std::vector<Draw> drawn = DrawnBy({});
    EXPECT_EQ(DrawnBy({}).size(), 5);
    // A node's own stream goes by its number, which begins anew with each simulation.
    EXPECT_EQ(DrawnBy({}), drawn);
    RngSeedManager::SetRun(2);
    EXPECT_NE(DrawnBy({}), drawn);
}

TEST_F(StreamsTest, SequentialPortsAndFixedNumbersTakeNothingFromAStream)
{
    const std::vector<Draw> one = DrawnBy({.stream = 7, .isn = "Fixed", .ports = "Sequential"});
    EXPECT_EQ(DrawnBy({.stream = 8, .isn = "Fixed", .ports = "Sequential"}), one);
    EXPECT_EQ(one.front(), Draw(0, 32768));
    EXPECT_EQ(one.back(), Draw(0, 32772));
}

TEST_F(StreamsTest, EachNodeUsesOne)
{
    const Network network; // the router has stock TCP
    EXPECT_EQ(LifecycleTcpHelper::AssignStreams(NodeContainer::GetGlobal(), 100), 2);
}

} // namespace lifecycle_test
