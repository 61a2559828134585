#include "lifecycle-network.h"

#include "ns3/boolean.h"
#include "ns3/double.h"
#include "ns3/global-value.h"
#include "ns3/simulator.h"
#include "ns3/string.h"

#include <tuple>

namespace lifecycle_test
{

using namespace ns3;

namespace
{

constexpr uint16_t PORT = 80;

using Ends = std::pair<Tcp, Tcp>; // client and server

std::string
Name(Family family)
{
    return family == Family::V4 ? "Ipv4" : "Ipv6";
}

std::string
Name(Tcp tcp)
{
    return tcp == Tcp::STOCK ? "Stock" : "Ours";
}

std::string
NameOf(const ::testing::TestParamInfo<std::tuple<Family, Ends>>& ends)
{
    const auto [family, tcps] = ends.param;
    return Name(family) + Name(tcps.first) + "To" + Name(tcps.second);
}

} // namespace

/// Every byte arrives, both ways, between all kinds of ends.
class TransferTest : public Simulation,
                     public ::testing::WithParamInterface<std::tuple<Family, Ends>>
{
  protected:
    NetworkOptions Options() const
    {
        const auto [family, ends] = GetParam();
        NetworkOptions options;
        options.family = family;
        options.client = ends.first;
        options.server = ends.second;
        return options;
    }

    enum class Loss
    {
        NONE,
        SOME, ///< a stock end in TIME_WAIT never acknowledges a FIN that is sent again, so that its
              ///< peer may have to give up closing
    };

    void RunBothWays(const Network& network, uint64_t bytes, Loss loss = Loss::NONE)
    {
        TalkingServer server(network.Server(), network.AnyAt(PORT), bytes);
        TalkingClient client(network.Client(), network.ServerAt(PORT), bytes, bytes);
        Simulator::Stop(Seconds(2000));
        Simulator::Run();
        ASSERT_EQ(server.talkers.size(), 1);
        const Talker& answer = server.talkers.front();
        EXPECT_EQ(client.connected, 1);
        EXPECT_EQ(client.received, bytes);
        EXPECT_EQ(answer.received, bytes);
        EXPECT_TRUE(client.isIntact);
        EXPECT_TRUE(answer.isIntact);
        if (loss == Loss::SOME &&
            (Options().client == Tcp::STOCK || Options().server == Tcp::STOCK))
        {
            return;
        }
        EXPECT_EQ(client.normalCloses, 1);
        EXPECT_EQ(answer.normalCloses, 1);
        EXPECT_EQ(client.errorCloses + answer.errorCloses, 0);
    }
};

INSTANTIATE_TEST_SUITE_P(Ends,
                         TransferTest,
                         ::testing::Combine(::testing::Values(Family::V4, Family::V6),
                                            ::testing::Values(Ends{Tcp::LIFECYCLE, Tcp::LIFECYCLE},
                                                              Ends{Tcp::LIFECYCLE, Tcp::STOCK},
                                                              Ends{Tcp::STOCK, Tcp::LIFECYCLE})),
                         NameOf);

TEST_P(TransferTest, DeliversBothWays)
{
    RunBothWays(Network(Options()), 500000);
}

TEST_P(TransferTest, DeliversBothWaysWithChecksums)
{
    GlobalValue::Bind("ChecksumEnabled", BooleanValue(true));
    RunBothWays(Network(Options()), 100000);
}

TEST_P(TransferTest, DeliversBothWaysUnderLoss)
{
    Network network(Options());
    const auto losing = [](int64_t stream) {
        const auto model = CreateObject<RateErrorModel>();
        model->SetUnit(RateErrorModel::ERROR_UNIT_PACKET);
        model->SetRate(0.01);
        model->AssignStreams(stream);
        return model;
    };
    network.SetErrorModel(losing(1), losing(2));
    RunBothWays(network, 500000, Loss::SOME);
}

} // namespace lifecycle_test
