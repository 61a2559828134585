#include "lifecycle-network.h"

#include "ns3/boolean.h"
#include "ns3/channel.h"
#include "ns3/config.h"
#include "ns3/simulator.h"
#include "ns3/string.h"
#include "ns3/uinteger.h"

#include <string>

namespace lifecycle_test
{

using namespace ns3;

namespace
{

constexpr uint16_t PORT = 80;
constexpr uint64_t MEGABYTE = 1'000'000;

std::string
NameOf(const ::testing::TestParamInfo<Family>& family)
{
    return family.param == Family::V4 ? "Ipv4" : "Ipv6";
}

} // namespace

/// What the core asks of the network layer, and is told by it.
class DataPathTest : public Simulation, public ::testing::WithParamInterface<Family>
{
  protected:
    DataPathTest()
    {
        // Enough to fill the device's queue, and the one that marks before it.
        Config::SetDefault("ns3::FqCoDelQueueDisc::UseEcn", BooleanValue(true));
        for (const char* buffer : {"SndBufSize", "RcvBufSize"})
        {
            Config::SetDefault(std::string("ns3::LifecycleTcpL4Protocol::") + buffer,
                               UintegerValue(MEGABYTE));
        }
    }

    NetworkOptions Options() const
    {
        NetworkOptions options;
        options.family = GetParam();
        return options;
    }

    /// The client sends so many bytes, all of which arrive.
    static void Transfer(const Network& network, uint64_t bytes)
    {
        TalkingServer server(network.Server(), network.AnyAt(PORT), 0);
        TalkingClient client(network.Client(), network.ServerAt(PORT), bytes, 0);
        Simulator::Stop(Seconds(60));
        Simulator::Run();
        ASSERT_EQ(server.talkers.size(), 1U);
        EXPECT_EQ(server.talkers.front().received, bytes);
        EXPECT_TRUE(server.talkers.front().isIntact);
    }
};

INSTANTIATE_TEST_SUITE_P(Families, DataPathTest, ::testing::Values(Family::V4, Family::V6), NameOf);

TEST_P(DataPathTest, QueueThatMarksSlowsTheSenderWithoutLosses) // RFC 3168
{
    Config::SetDefault("ns3::LifecycleTcpL4Protocol::Ecn", StringValue("Active"));
    Network network(Options());
    Transfer(network, 4 * MEGABYTE);
    EXPECT_GT(network.ServerTcp()->GetCounters().at("congestionMarks"), 0U);
    EXPECT_EQ(network.ClientTcp()->GetCounters().at("retransmits"), 0U);
}

TEST_P(DataPathTest, QueueThatMarksDropsWhatIsNotCapable)
{
    Network network(Options()); // both are passive: nobody asks
    Transfer(network, 4 * MEGABYTE);
    EXPECT_EQ(network.ServerTcp()->GetCounters().at("congestionMarks"), 0U);
    EXPECT_GT(network.ClientTcp()->GetCounters().at("retransmits"), 0U);
}

TEST_F(Simulation, RouterThatSaysPacketTooBigIsObeyed) // RFC 8201
{
    NetworkOptions options;
    options.family = Family::V6;
    Network network(options);
    const Ptr<Channel> link = network.ServerDevice()->GetChannel();
    const bool serverIsFirst = link->GetDevice(0) == network.ServerDevice();
    link->GetDevice(serverIsFirst ? 1 : 0)->SetMtu(1280); // the router's end

    TalkingServer server(network.Server(), network.AnyAt(PORT), 0);
    TalkingClient client(network.Client(), network.ServerAt(PORT), MEGABYTE, 0);
    Simulator::Stop(Seconds(60));
    Simulator::Run();
    ASSERT_EQ(server.talkers.size(), 1U);
    EXPECT_EQ(server.talkers.front().received, MEGABYTE);
    EXPECT_EQ(network.ClientTcp()->GetCounters().at("tooBig"), 1U);
    EXPECT_EQ(network.ClientTcp()->GetCounters().at("timeouts"), 0U);
}

} // namespace lifecycle_test
