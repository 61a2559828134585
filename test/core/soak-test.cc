// Anything at all, in every state: whatever arrives, the endpoint stays consistent and small.

#include "peer-test.h"
#include "random.h"

#include <array>

namespace lifecycle::test
{
namespace
{

constexpr std::array kAllStates{State::Closed,
                                State::Listen,
                                State::SynSent,
                                State::SynReceived,
                                State::Established,
                                State::FinWait1,
                                State::FinWait2,
                                State::CloseWait,
                                State::Closing,
                                State::LastAck,
                                State::TimeWait};

class Soak : public PeerTest
{
  protected:
    /** A number in the neighbourhood of something that matters, or anywhere. */
    SeqNum Near(SeqNum origin, Random& random)
    {
        switch (random.Below(4))
        {
        case 0:
            return origin + random.Below(4);
        case 1:
            return origin + random.Below(5000) - 1000;
        case 2:
            return origin + random.Below(140'000) - 70'000;
        default:
            return SeqNum(random.Next());
        }
    }

    Segment RandomSegment(Random& random)
    {
        Segment segment;
        segment.tuple = Tuple();
        segment.seq = Near(SeqNum(kIrs), random);
        segment.ack = Near(SeqNum(kIss), random);
        constexpr std::array usual{Flags(Flag::ACK),
                                   Flags(Flag::ACK),
                                   Flags(Flag::SYN),
                                   Flag::SYN | Flag::ACK,
                                   Flag::FIN | Flag::ACK,
                                   Flags(Flag::RST),
                                   Flag::RST | Flag::ACK};
        segment.flags = random.Chance(0.9) ? usual[random.Below(usual.size())]
                                           : Flags::FromByte(static_cast<uint8_t>(random.Next()));
        segment.window = static_cast<uint16_t>(random.Chance(0.3) ? 0 : random.Next());
        segment.payloadLength = random.Chance(0.5) ? 0 : random.Below(3000);
        Options& options = segment.options;
        if (random.Chance(0.3))
        {
            options.mss = static_cast<uint16_t>(random.Below(2000));
        }
        if (random.Chance(0.3))
        {
            options.windowScale = static_cast<uint8_t>(random.Below(15));
        }
        options.sackPermitted = random.Chance(0.3);
        if (random.Chance(0.3))
        {
            options.timestamps = Timestamps{random.Below(1000), random.Next()};
        }
        for (uint32_t blocks = random.Chance(0.2) ? random.Below(5) : 0; blocks > 0; --blocks)
        {
            options.sacks.Add({Near(SeqNum(kIss), random), Near(SeqNum(kIss), random)});
        }
        return segment;
    }

    /** Something that an application does at the wrong moment. */
    void RandomCall(Random& random)
    {
        if (const Result<ConnectionId> accepted = Core().Accept(listener))
        {
            connection = accepted.value;
        }
        Stream& stream = Node().Of(connection);
        switch (random.Below(12))
        {
        case 0:
        case 1:
        case 2:
        case 3:
            stream.written += Core().Write(now, connection, random.Below(5000)).value;
            break;
        case 4:
        case 5:
        case 6:
            Core().Read(now, connection, static_cast<uint32_t>(Unread()));
            stream.read = stream.readable;
            break;
        case 7:
            Core().ShutdownSend(now, connection);
            break;
        case 8:
            Core().OnIcmpError(now,
                               Tuple(),
                               Near(SeqNum(kIss), random),
                               static_cast<IcmpError>(random.Below(3)));
            break;
        case 9:
            if (random.Chance(0.3))
            {
                Core().Close(now, connection);
            }
            break;
        case 10:
            if (random.Chance(0.1))
            {
                Core().Abort(now, connection);
            }
            break;
        default:
            Core().OnMalformed();
        }
        Node().Settle(now);
    }

    uint64_t Records()
    {
        uint64_t records = 0;
        for (uint64_t inState : Core().Census())
        {
            records += inState;
        }
        return records;
    }

    void Step(Random& random)
    {
        if (random.Chance(0.8))
        {
            Node().Receive(now, RandomSegment(random), std::nullopt);
            // The bound is generous: a window of segments, not a storm.
            EXPECT_LE(Node().Settle(now).size(), 400U);
        }
        else if (random.Chance(0.5))
        {
            RandomCall(random);
        }
        else
        {
            Advance(std::chrono::milliseconds(random.Below(5000)));
            Ignore();
        }
    }
};

TEST_F(Soak, EveryStateSurvivesRandomSegments)
{
    for (State state : kAllStates)
    {
        for (uint32_t seed = 1; seed <= 40 && !HasFailure(); ++seed)
        {
            SCOPED_TRACE(std::string(Name(state)) + ", seed " + std::to_string(seed));
            Random random(seed * 100 + static_cast<uint32_t>(state));
            config.data.rcvBuf = random.Between(2000, 200'000);
            config.keepalive.enabled = random.Chance(0.3);
            config.keepalive.idle = 10s;
            config.closing.rfc1337 = random.Chance(0.3);
            GoTo(state);
            for (int step = 0; step < 150 && !HasFailure(); ++step)
            {
                Step(random);
                EXPECT_LE(Records(), 2U) << "one listener and one record of the tuple";
            }
            StartOver();
        }
    }
}

TEST_F(Soak, SilenceFollowsInTheEnd)
{
    // Whatever happened, a peer that falls silent is given up: nothing is left but a listener.
    for (State state : kAllStates)
    {
        for (uint32_t seed = 1; seed <= 10 && !HasFailure(); ++seed)
        {
            SCOPED_TRACE(std::string(Name(state)) + ", seed " + std::to_string(seed));
            Random random(seed * 100 + static_cast<uint32_t>(state));
            GoTo(state);
            for (int step = 0; step < 30; ++step)
            {
                Step(random);
            }
            while (const Result<ConnectionId> accepted = Core().Accept(listener))
            {
                Core().Close(now, accepted.value);
            }
            Core().Close(now, connection);
            Node().Settle(now);
            Advance(2h);
            Ignore();
            EXPECT_LE(Records(), 1U);
            EXPECT_EQ(Core().NextDeadline(), kNever);
            StartOver();
        }
    }
}

TEST_F(Soak, FloodOfSynsTakesNoMoreThanTheBacklog)
{
    listener =
        Core().Listen({.local = IpAddress(), .port = Tuple().localPort, .backlog = 100}).value;
    Random random(1);
    Segment syn;
    syn.tuple = Tuple();
    syn.flags = Flag::SYN;
    for (int i = 0; i < 20'000; ++i)
    {
        syn.tuple.remote = IpAddress::FromV4(random.Next());
        syn.tuple.remotePort = static_cast<uint16_t>(random.Next());
        syn.seq = SeqNum(random.Next());
        Core().OnSegment(now, syn);
        while (Core().PollSegment(now))
        {
        }
        while (Core().PollNotice())
        {
        }
    }
    EXPECT_TRUE(Core().IsConsistent());
    EXPECT_LE(Core().Census()[static_cast<std::size_t>(State::SynReceived)], 101U);
    Advance(2min);
    Ignore();
    EXPECT_EQ(Core().Census()[static_cast<std::size_t>(State::SynReceived)], 0U);
}

TEST_F(Soak, HolesWithoutEndTakeNoMoreThanTheWindow)
{
    config.data.rcvBuf = 60'000;
    ConnectAndEstablish();
    Random random(1);
    Segment segment;
    segment.tuple = Tuple();
    segment.ack = SeqNum(kIss) + 1;
    segment.flags = Flag::ACK;
    segment.window = 1000;
    segment.payloadLength = 1;
    for (int i = 0; i < 20'000; ++i)
    {
        segment.seq = SeqNum(kIrs) + 2 + random.Below(200'000); // never the byte that is missing
        Node().Receive(now, segment, segment.seq.Since(SeqNum(kIrs)) - 1);
    }
    Node().Settle(now);
    EXPECT_EQ(Unread(), 0U);
    EXPECT_LE(Count().bytesIn, 60'000U + 20'000U);
}

} // namespace
} // namespace lifecycle::test
