// Two endpoints and a wire between them that loses, delays, reorders and duplicates.

#include "network.h"

#include <gtest/gtest.h>
#include <iostream>

namespace lifecycle::test
{
namespace
{

class Transfer : public testing::Test
{
  protected:
    static Config SmallSegments()
    {
        Config config;
        config.data.mss = 1000;
        return config;
    }

    /**
     * For wires that lose much: TIME-WAIT lasts longer than the longest pause between two
     * repetitions of a FIN, else the other side may find nobody there who acknowledges it.
     */
    static Config Patient(Config config)
    {
        config.closing.msl = 5min;
        config.data.dataRetries = 100;
        config.handshake.synRetries = 100;
        config.handshake.synAckRetries = 100;
        return config;
    }

    /** The story of a network that did not do what it should. */
    void Tell(const Network& network)
    {
        if (HasFailure())
        {
            std::cout << network;
        }
    }

    /** Both send, both close, and nothing is left over. */
    void RunToTheEnd(Network& network, uint64_t fromA, uint64_t fromZ)
    {
        network.a.toWrite = fromA;
        network.z.toWrite = fromZ;
        network.Open();
        network.Run();
        network.ExpectAllDelivered(fromA, fromZ);
        Tell(network);
    }
};

TEST_F(Transfer, OverAGoodWireNothingIsRepeated)
{
    Network network(SmallSegments(), SmallSegments(), 1);
    RunToTheEnd(network, 1'000'000, 300'000);
    EXPECT_EQ(network.a.shell.Core().GetCounters().retransmits, 0U);
    EXPECT_EQ(network.z.shell.Core().GetCounters().retransmits, 0U);
    EXPECT_EQ(network.a.shell.Core().GetCounters().bytesIn, 300'000U);
    EXPECT_EQ(network.z.shell.Core().GetCounters().bytesIn, 1'000'000U);
}

TEST_F(Transfer, OfNothingOpensAndCloses)
{
    Network network(SmallSegments(), SmallSegments(), 1);
    RunToTheEnd(network, 0, 0);
}

TEST_F(Transfer, SurvivesTheLossOfAnyOneSegment)
{
    // Every SYN, ACK, data segment and FIN in turn; with and without SACK.
    for (bool sack : {true, false})
    {
        Config config = SmallSegments();
        config.data.sack = sack;
        for (uint32_t number = 0; number < 40 && !HasFailure(); ++number)
        {
            SCOPED_TRACE("segment " + std::to_string(number) + (sack ? " with" : " without") +
                         " SACK");
            Network fromA(config, config, 1);
            fromA.a.outgoing.lose = {number};
            RunToTheEnd(fromA, 20'000, 5'000);
            Network fromZ(config, config, 1);
            fromZ.z.outgoing.lose = {number};
            RunToTheEnd(fromZ, 20'000, 5'000);
        }
    }
}

TEST_F(Transfer, LostThirdSegmentOfASilentClientIsMadeUpFor) // stock ns-3 loses the connection
{
    Network network(SmallSegments(), SmallSegments(), 1);
    network.a.outgoing.lose = {1};
    network.a.shutsDown = false;
    network.z.shutsDown = false;
    network.Open();
    network.Run(500ms);
    EXPECT_EQ(network.a.shell.StateOf(network.a.tuple), State::Established);
    EXPECT_EQ(network.z.shell.StateOf(network.z.tuple), State::SynReceived);
    network.Run(10s);
    EXPECT_EQ(network.z.shell.StateOf(network.z.tuple), State::Established);
    network.z.toWrite = 5000;
    network.a.shutsDown = true;
    network.z.shutsDown = true;
    network.Run();
    network.ExpectAllDelivered(0, 5000);
    Tell(network);
}

TEST_F(Transfer, SurvivesTheLossOfAnyTwoSegments)
{
    for (uint32_t one = 0; one < 16; ++one)
    {
        for (uint32_t other = 0; other < 16 && !HasFailure(); ++other)
        {
            SCOPED_TRACE("segment " + std::to_string(one) + " of A and " + std::to_string(other) +
                         " of Z");
            Network network(SmallSegments(), SmallSegments(), 1);
            network.a.outgoing.lose = {one};
            network.z.outgoing.lose = {other};
            RunToTheEnd(network, 5'000, 2'000);
        }
    }
}

TEST_F(Transfer, SurvivesWireWithLossReorderingAndDuplication)
{
    for (uint32_t seed = 1; seed <= 300 && !HasFailure(); ++seed)
    {
        SCOPED_TRACE("seed " + std::to_string(seed));
        Random random(seed);
        const auto config = [&] {
            Config drawn;
            drawn.data.mss = static_cast<uint16_t>(random.Between(100, 3000));
            drawn.data.sndBuf = random.Between(2000, 100'000);
            drawn.data.rcvBuf = random.Between(2000, 100'000);
            drawn.data.sack = random.Chance(0.6);
            drawn.data.timestamps = random.Chance(0.6);
            drawn.data.windowScaling = random.Chance(0.6);
            drawn.data.nagle = random.Chance(0.5);
            drawn.data.segmentsPerAck = random.Between(1, 3);
            drawn.data.persistProbe =
                random.Chance(0.5) ? PersistProbe::OneByte : PersistProbe::ZeroLength;
            return drawn;
        };
        const Config ofA = Patient(config());
        const Config ofZ = Patient(config());
        Network network(ofA, ofZ, seed);
        for (Host* host : {&network.a, &network.z})
        {
            host->outgoing.latency = std::chrono::microseconds(random.Below(50'000));
            host->outgoing.loss = random.Below(20) / 100.0;
            host->outgoing.duplication = random.Below(10) / 100.0;
            host->outgoing.reordering = random.Below(30) / 100.0;
            if (random.Chance(0.3)) // a reader that is slow and takes little
            {
                host->readsAtMost = random.Between(1, 5000);
                host->readsEvery = std::chrono::milliseconds(random.Below(100));
            }
        }
        RunToTheEnd(network, random.Below(60'000), random.Below(60'000));
    }
}

TEST_F(Transfer, SimultaneousOpenAndCloseSurviveLoss)
{
    for (uint32_t seed = 1; seed <= 100 && !HasFailure(); ++seed)
    {
        SCOPED_TRACE("seed " + std::to_string(seed));
        Network network(Patient(SmallSegments()), Patient(SmallSegments()), seed);
        network.a.outgoing.loss = seed % 4 * 0.1;
        network.z.outgoing.loss = seed % 3 * 0.1;
        network.a.outgoing.reordering = 0.2;
        network.z.outgoing.duplication = 0.1;
        network.a.toWrite = 3000;
        network.z.toWrite = 3000;
        network.OpenSimultaneously();
        network.Run();
        network.ExpectAllDelivered(3000, 3000);
        Tell(network);
    }
}

TEST_F(Transfer, SurvivesAnOutage)
{
    Network network(SmallSegments(), SmallSegments(), 1);
    network.a.toWrite = 500'000;
    network.Open();
    network.Run(50ms);
    for (Host* host : {&network.a, &network.z})
    {
        host->outgoing.downUntil = network.now + 30s;
    }
    network.Run();
    network.ExpectAllDelivered(500'000, 0);
    EXPECT_GT(network.a.shell.Core().GetCounters().timeouts, 3U);
    Tell(network);
}

TEST_F(Transfer, SlowReaderIsNotOverrun)
{
    Config config = SmallSegments();
    config.data.rcvBuf = 10'000;
    Network network(SmallSegments(), config, 1);
    network.z.readsAtMost = 700;
    network.z.readsEvery = 20ms;
    RunToTheEnd(network, 100'000, 0);
    EXPECT_EQ(network.a.shell.Core().GetCounters().timeouts, 0U);
}

TEST_F(Transfer, LostWindowUpdateDoesNotStopItForEver) // what the persist timer is for
{
    Config config = SmallSegments();
    config.data.rcvBuf = 3000;
    for (uint32_t number = 0; number < 12 && !HasFailure(); ++number)
    {
        SCOPED_TRACE("segment " + std::to_string(number));
        Network network(SmallSegments(), config, 1);
        network.z.readsEvery = 500ms;
        network.z.outgoing.lose = {number};
        RunToTheEnd(network, 10'000, 0);
    }
}

TEST_F(Transfer, SackRepairsABurstWithoutATimeout)
{
    Config config = SmallSegments();
    config.data.sndBuf = 1 << 20;
    config.data.rcvBuf = 1 << 20;
    Network network(config, config, 1);
    for (uint32_t number = 40; number < 60; number += 2)
    {
        network.a.outgoing.lose.insert(number);
    }
    RunToTheEnd(network, 300'000, 0);
    EXPECT_EQ(network.a.shell.Core().GetCounters().timeouts, 0U);
    EXPECT_EQ(network.a.shell.Core().GetCounters().retransmits, 10U);
}

TEST_F(Transfer, NewRenoRepairsThreeLossesOfAWindowWithoutATimeout)
{
    Config config = SmallSegments();
    config.data.sack = false;
    Network network(config, config, 1);
    network.a.outgoing.lose = {40, 43, 46};
    RunToTheEnd(network, 200'000, 0);
    EXPECT_EQ(network.a.shell.Core().GetCounters().timeouts, 0U);
    EXPECT_EQ(network.a.shell.Core().GetCounters().retransmits, 3U);
}

TEST_F(Transfer, StreamMayBeLongerThanTheSequenceSpace)
{
    Config config;
    config.data.mss = 65000;
    config.data.sndBuf = 8 << 20;
    config.data.rcvBuf = 8 << 20;
    Network network(config, config, 1);
    network.a.outgoing.loss = 0.0005;
    RunToTheEnd(network, 5'000'000'000, 0);
}

TEST_F(Transfer, IsTheSameEveryTimeForTheSameSeed)
{
    const auto run = [] {
        Network network(SmallSegments(), SmallSegments(), 5);
        network.a.outgoing.loss = 0.1;
        network.z.outgoing.reordering = 0.2;
        network.a.toWrite = 50'000;
        network.Open();
        network.Run();
        return std::pair(network.now, network.a.shell.Core().GetCounters().segmentsOut);
    };
    EXPECT_EQ(run(), run());
}

} // namespace
} // namespace lifecycle::test
