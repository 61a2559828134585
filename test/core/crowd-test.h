#ifndef LIFECYCLE_TEST_CORE_CROWD_TEST_H
#define LIFECYCLE_TEST_CORE_CROWD_TEST_H

#include "core/endpoint.h"
#include "random.h"

#include <gtest/gtest.h>
#include <memory>
#include <optional>
#include <vector>

namespace lifecycle::test
{

using namespace std::chrono_literals;

/** One listening endpoint and any number of clients, told apart by a number; all sent by hand. */
class Crowd
{
  public:
    static constexpr uint16_t kPort = 80;

    Endpoint& Core()
    {
        if (!m_core)
        {
            m_core = std::make_unique<Endpoint>(config, m_random);
        }
        return *m_core;
    }

    void Listen(std::optional<uint32_t> backlog = std::nullopt)
    {
        listener = Core().Listen({.local = IpAddress(), .port = kPort, .backlog = backlog}).value;
    }

    static FourTuple TupleOf(uint32_t client)
    {
        return {IpAddress::FromV4(0x0a000001),
                IpAddress::FromV4(0x0b000000 + client / 60000),
                kPort,
                static_cast<uint16_t>(1024 + client % 60000)};
    }

    static Segment From(uint32_t client,
                        Flags flags,
                        SeqNum seq = SeqNum(0),
                        SeqNum ack = SeqNum(0))
    {
        Segment segment;
        segment.tuple = TupleOf(client);
        segment.flags = flags;
        segment.seq = seq;
        segment.ack = ack;
        segment.window = 65535;
        return segment;
    }

    /** Hands over a segment. \returns what is sent in answer */
    std::vector<OutSegment> Send(const Segment& segment)
    {
        placement = Core().OnSegment(now, segment);
        return Settle();
    }

    std::vector<OutSegment> Settle()
    {
        std::vector<OutSegment> sent;
        bool more = true;
        while (more)
        {
            more = false;
            while (const std::optional<Notice> notice = Core().PollNotice())
            {
                notices.push_back(*notice);
                more = true;
            }
            while (const std::optional<OutSegment> out = Core().PollSegment(now))
            {
                sent.push_back(*out);
                more = true;
            }
        }
        return sent;
    }

    std::vector<OutSegment> AdvanceTo(Instant when)
    {
        std::vector<OutSegment> sent;
        while (Core().NextDeadline() <= when)
        {
            now = Core().NextDeadline();
            Core().OnDeadline(now);
            const std::vector<OutSegment> more = Settle();
            sent.insert(sent.end(), more.begin(), more.end());
        }
        now = when;
        return sent;
    }

    /** The whole handshake of a client. \returns what answers the third segment */
    std::vector<OutSegment> Open(uint32_t client)
    {
        const std::vector<OutSegment> synAck = Send(From(client, Flag::SYN));
        if (synAck.size() != 1)
        {
            ADD_FAILURE() << "client " << client << " got " << synAck.size() << " answers";
            return {};
        }
        return Send(From(client, Flag::ACK, SeqNum(1), synAck[0].segment.seq + 1));
    }

    /**
     * A client with timestamps connects, the server closes first, and then the client: it ends in
     * TIME-WAIT at the server, with sequence numbers 2 and timestamp 1002 of the client.
     */
    void ComeAndGo(uint32_t client)
    {
        Segment syn = From(client, Flag::SYN);
        syn.options.timestamps = Timestamps{1000, 0};
        const Segment synAck = Send(syn).at(0).segment;
        Segment ack = From(client, Flag::ACK, SeqNum(1), synAck.seq + 1);
        ack.options.timestamps = Timestamps{1001, 0};
        Send(ack);
        const ConnectionId connection = Core().Accept(listener).value;
        Core().Close(now, connection);
        const Segment fin = Settle().at(0).segment;
        Segment finAck = From(client, Flag::FIN | Flag::ACK, SeqNum(1), fin.End());
        finAck.options.timestamps = Timestamps{1002, 0};
        Send(finAck);
    }

    uint64_t In(State state)
    {
        return Core().Census()[static_cast<std::size_t>(state)];
    }

    const Counters& Count()
    {
        return Core().GetCounters();
    }

    Config config; //!< to be changed before anything else
    Instant now{1000s};
    ListenerId listener{};
    Placement placement;
    std::vector<Notice> notices;

  private:
    Random m_random{1};
    std::unique_ptr<Endpoint> m_core;
};

class CrowdTest : public testing::Test, public Crowd
{
};

/** What a segment looks like in a message. */
inline bool
IsSynAck(const OutSegment& out)
{
    return out.segment.flags == (Flag::SYN | Flag::ACK);
}

inline bool
IsReset(const OutSegment& out)
{
    return out.segment.flags.Has(Flag::RST);
}

} // namespace lifecycle::test

#endif /* LIFECYCLE_TEST_CORE_CROWD_TEST_H */
