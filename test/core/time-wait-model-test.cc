// The decisions of the TIME_WAIT model: how many records, who may take their place, and what a
// script can put in its place. And: a record answers as a whole connection in TIME-WAIT would.

#include "core/models.h"
#include "core/profiles.h"
#include "crowd-test.h"
#include "peer-test.h"

#include <array>
#include <string>
#include <utility>

namespace lifecycle::test
{
namespace
{

/** Connections of a server that closes first, one after the other. */
class TimeWaitRecords : public CrowdTest
{
  protected:
    uint64_t Records()
    {
        return In(State::TimeWait);
    }

    bool IsInTimeWait(uint32_t client)
    {
        bool found = false;
        Core().ForEachView([&](const ConnectionView& view) {
            found |= view.state == State::TimeWait && view.tuple == TupleOf(client);
        });
        return found;
    }
};

TEST_F(TimeWaitRecords, BeyondTheCapAreSkipped) // Linux tcp_max_tw_buckets
{
    config.closing.maxTimeWaits = 2;
    config.closing.timeWaitOverflow = TimeWaitOverflow::SkipTimeWait;
    Listen();
    ComeAndGo(0);
    ComeAndGo(1);
    ComeAndGo(2);
    EXPECT_TRUE(IsInTimeWait(0));
    EXPECT_TRUE(IsInTimeWait(1));
    EXPECT_FALSE(IsInTimeWait(2));
    EXPECT_EQ(Count().timeWaitOverflows, 1U);
    EXPECT_TRUE(Core().IsConsistent());
}

TEST_F(TimeWaitRecords, BeyondTheCapTakeThePlaceOfTheOldest)
{
    config.closing.maxTimeWaits = 2;
    config.closing.timeWaitOverflow = TimeWaitOverflow::EvictOldest;
    Listen();
    ComeAndGo(0);
    ComeAndGo(1);
    ComeAndGo(2);
    EXPECT_FALSE(IsInTimeWait(0));
    EXPECT_TRUE(IsInTimeWait(1));
    EXPECT_TRUE(IsInTimeWait(2));
    EXPECT_TRUE(Core().IsConsistent());
}

TEST_F(TimeWaitRecords, OfACapOfZeroDoNotExist)
{
    config.closing.maxTimeWaits = 0;
    config.closing.timeWaitOverflow = TimeWaitOverflow::EvictOldest;
    Listen();
    ComeAndGo(0);
    EXPECT_EQ(Records(), 0U);
}

/** As long as there are records: a policy that a script might bring. */
class ScaledTimeWait : public TimeWaitModel
{
  public:
    Duration Length(const Config&, const TimeWaitQuestion& question) const override
    {
        return question.records < 2 ? Duration(60s) : Duration(1s);
    }
};

TEST_F(TimeWaitRecords, LastAsLongAsTheModelSays)
{
    config.closing.model = std::make_shared<ScaledTimeWait>();
    Listen();
    ComeAndGo(0);
    ComeAndGo(1);
    ComeAndGo(2);
    EXPECT_EQ(Records(), 3U);
    AdvanceTo(now + 1s);
    EXPECT_EQ(Records(), 2U);
    EXPECT_FALSE(IsInTimeWait(2));
    AdvanceTo(now + 59s);
    EXPECT_EQ(Records(), 0U);
}

TEST_F(TimeWaitRecords, DoNotYieldToAnySynWhereThatIsTheRule)
{
    config.closing.reuseBySyn = SynReuse::Never;
    Listen();
    ComeAndGo(0);
    Segment syn = From(0, Flag::SYN, SeqNum(100000));
    syn.options.timestamps = Timestamps{2000, 0};
    const std::vector<OutSegment> answer = Send(syn);
    ASSERT_EQ(answer.size(), 1U);
    EXPECT_EQ(answer[0].segment.flags, Flags(Flag::ACK));
    EXPECT_TRUE(IsInTimeWait(0));
}

TEST_F(TimeWaitRecords, RestartOnWhateverIsAnsweredWhereThatIsTheRule) // Linux
{
    config.closing.restartOnAnyAck = true;
    Listen();
    ComeAndGo(0);
    AdvanceTo(now + 59s);
    Segment old = From(0, Flag::ACK, SeqNum(0), SeqNum(1));
    old.options.timestamps = Timestamps{1002, 0};
    EXPECT_EQ(Send(old).size(), 1U);
    AdvanceTo(now + 59s);
    EXPECT_TRUE(IsInTimeWait(0));
    AdvanceTo(now + 1s);
    EXPECT_FALSE(IsInTimeWait(0));
}

// The side that connects, and the port that a TIME-WAIT holds.

class TimeWaitOfAClient : public PeerTest
{
  protected:
    Error ConnectAgain()
    {
        const FourTuple tuple = Tuple();
        return Core()
            .Connect(now,
                     {.local = tuple.local,
                      .localPort = tuple.localPort,
                      .remote = tuple.remote,
                      .remotePort = tuple.remotePort})
            .error;
    }

    void CloseFirst()
    {
        ConnectAndEstablish(SynAck().Stamp(500));
        Close();
        Expect(Fin());
        Send(Fin().Stamp(501));
        Expect(Ack());
        ExpectState(State::TimeWait);
    }
};

TEST_F(TimeWaitOfAClient, HoldsItsFourTuple)
{
    CloseFirst();
    EXPECT_EQ(ConnectAgain(), Error::AddressInUse);
}

TEST_F(TimeWaitOfAClient, GivesItUpAfterASecondWhereReuseIsOn) // Linux tcp_tw_reuse = 1
{
    config.closing.reuseByConnect = true;
    CloseFirst();
    Advance(999ms);
    EXPECT_EQ(ConnectAgain(), Error::AddressInUse);
    Advance(1ms);
    EXPECT_EQ(ConnectAgain(), Error::None);
    ExpectState(State::SynSent);
    Ignore();
    EXPECT_EQ(Count().timeWaitReuses, 1U);
}

TEST_F(TimeWaitOfAClient, GivesItUpAtOnceToABoundPortWhereThatIsTheRule) // Linux, always
{
    config.closing.reuseByBoundConnect = true;
    CloseFirst();
    const SeqNum former = Last().seq;
    EXPECT_EQ(ConnectAgain(), Error::None);
    const std::vector<OutSegment> sent = Node().Settle(now);
    ASSERT_EQ(sent.size(), 1U);
    EXPECT_EQ(sent[0].segment.flags, Flags(Flag::SYN));
    EXPECT_EQ(sent[0].segment.seq, former + 65535 + 2);
}

TEST_F(TimeWaitOfAClient, WithoutTimestampsIsNotGivenUp)
{
    config.closing.reuseByConnect = true;
    ConnectAndEstablish();
    Close();
    Expect(Fin());
    Send(Fin());
    Expect(Ack());
    Advance(2s);
    EXPECT_EQ(ConnectAgain(), Error::AddressInUse);
}

TEST_F(TimeWaitOfAClient, KeepsItsPortFromBeingBound)
{
    CloseFirst();
    const uint16_t port = Tuple().localPort;
    EXPECT_EQ(Core().Bind(IpAddress(), port).error, Error::AddressInUse);
    EXPECT_EQ(Core().Bind(IpAddress(), port, true).error, Error::None); // SO_REUSEADDR
}

TEST_F(TimeWaitOfAClient, LetsItsPortGoAfterTwoMsl)
{
    CloseFirst();
    Advance(60s);
    EXPECT_EQ(Core().Bind(IpAddress(), Tuple().localPort).error, Error::None);
}

// What TIME-WAIT is for.

/** A connection, and another one over the same four-tuple. */
class Incarnations : public CrowdTest
{
  protected:
    /** The first incarnation, closed by the server; its SYN was 1000. */
    void First()
    {
        const Segment synAck = Send(From(0, Flag::SYN, SeqNum(1000))).at(0).segment;
        Send(From(0, Flag::ACK, SeqNum(1001), synAck.seq + 1));
        const ConnectionId connection = Core().Accept(listener).value;
        Core().Close(now, connection);
        const Segment fin = Settle().at(0).segment;
        Send(From(0, Flag::FIN | Flag::ACK, SeqNum(1001), fin.End()));
    }

    /** A second one with a SYN of \p irs. \returns its SYN-ACK, if it came about */
    std::optional<Segment> Second(SeqNum irs)
    {
        const std::vector<OutSegment> answer = Send(From(0, Flag::SYN, irs));
        if (answer.empty() || !IsSynAck(answer[0]))
        {
            return std::nullopt;
        }
        Send(From(0, Flag::ACK, irs + 1, answer[0].segment.seq + 1));
        return answer[0].segment;
    }
};

TEST_F(Incarnations, WithoutTimeWaitOldDataIsTakenForNew)
{
    config.closing.msl = 0s;
    Listen();
    First();
    const std::optional<Segment> synAck = Second(SeqNum(900)); // its numbers overlap the old ones
    ASSERT_TRUE(synAck);
    Segment duplicate = From(0, Flag::ACK, SeqNum(901), synAck->seq + 1);
    duplicate.payloadLength = 100; // of the first incarnation, delayed
    Send(duplicate);
    EXPECT_EQ(placement.length, 100U) << "the stream is corrupt";
}

TEST_F(Incarnations, WithTimeWaitOldDataMeetsTheOldConnection)
{
    Listen();
    First();
    EXPECT_FALSE(Second(SeqNum(900))) << "a SYN that could be mixed up with the past is not taken";
    Segment duplicate = From(0, Flag::ACK, SeqNum(901), SeqNum(1));
    duplicate.payloadLength = 100;
    Send(duplicate);
    EXPECT_EQ(placement.length, 0U);
    AdvanceTo(now + 60s); // and after 2MSL no segment of it is alive
    EXPECT_TRUE(Second(SeqNum(900)));
}

// A record and a whole connection.

/** One endpoint with a connection in TIME-WAIT, as a record or whole. */
class Side : public Crowd
{
  public:
    Side(const Config& base, bool whole)
    {
        config = base;
        config.closing.wholeTimeWait = whole;
        config.handshake.isn = IsnChoice::Fixed;
        Listen();
        ComeAndGo(0);
    }

    bool IsOver()
    {
        return In(State::TimeWait) == 0;
    }

    /** Hands it a segment at \p when. \returns all that can be seen of what it did, as text */
    std::string Answer(Instant when, const Segment& segment)
    {
        std::string text = ToText(AdvanceTo(when)) + "| " + ToText(Send(segment));
        for (const Notice& notice : std::exchange(notices, {}))
        {
            const bool seen = notice.kind == NoticeKind::StateChanged;
            text += seen ? std::string(Name(notice.to)) + " " : "";
        }
        Core().ForEachView([&](const ConnectionView& view) {
            const auto due = view.deadline.time_since_epoch().count();
            text += view.state == State::TimeWait ? "until " + std::to_string(due) : "";
        });
        return text;
    }

  private:
    static std::string ToText(const std::vector<OutSegment>& sent)
    {
        std::string text;
        for (const OutSegment& out : sent)
        {
            const Segment& segment = out.segment;
            const Timestamps stamps = segment.options.timestamps.value_or(Timestamps{});
            for (uint32_t number : {uint32_t{segment.flags.ToByte()},
                                    segment.seq.Raw(),
                                    segment.ack.Raw(),
                                    uint32_t{segment.window},
                                    stamps.value,
                                    stamps.echo})
            {
                text += std::to_string(number) + " ";
            }
        }
        return text;
    }
};

/** A segment that is likely to matter: numbers at and around those that the connection knows. */
Segment
LikelySegment(Random& random)
{
    static constexpr std::array<uint32_t, 10>
        around{0, 1, 2, 3, 100, 65535, 65536, 70000, 0xffffffff, 0x80000000};
    const auto pick = [&] { return SeqNum(around[random.Below(around.size())]); };
    Segment segment = Crowd::From(0, Flags::FromByte(random.Next() & 0x3f), pick(), pick());
    segment.payloadLength = random.Chance(0.3) ? random.Below(2000) : 0;
    segment.window = static_cast<uint16_t>(random.Next());
    if (random.Chance(0.7))
    {
        const uint32_t stamp = random.Between(1000, 1004);
        segment.options.timestamps = Timestamps{stamp, random.Next()};
    }
    return segment;
}

void
ExpectAlike(const Config& config, uint32_t seed, int segments)
{
    Random random(seed);
    std::unique_ptr<Side> record;
    std::unique_ptr<Side> whole;
    int ended = 0;
    for (int i = 0; i < segments; ++i)
    {
        if (!record || record->IsOver())
        {
            record = std::make_unique<Side>(config, false);
            whole = std::make_unique<Side>(config, true);
            ++ended;
        }
        const Segment segment = LikelySegment(random);
        const Instant when = record->now + std::chrono::milliseconds(random.Below(3000));
        const std::string expected = whole->Answer(when, segment);
        ASSERT_EQ(record->Answer(when, segment), expected)
            << "segment " << i << ": flags " << int{segment.flags.ToByte()} << " seq "
            << segment.seq.Raw() << " ack " << segment.ack.Raw() << " length "
            << segment.payloadLength;
    }
    EXPECT_GT(ended, 10) << "the segments have to end TIME-WAIT now and then";
}

TEST(RecordAndWhole, AnswerAlike)
{
    ExpectAlike(Config(), 1, 40000);
}

TEST(RecordAndWhole, AnswerAlikeWithLinuxRestarts)
{
    Config config;
    config.closing.restartOnAnyAck = true;
    ExpectAlike(config, 2, 20000);
}

TEST(RecordAndWhole, AnswerAlikeInEveryProfile)
{
    for (const Profile profile : kProfiles)
    {
        SCOPED_TRACE(Name(profile));
        ExpectAlike(MakeConfig(profile), 6, 20000);
    }
}

TEST(RecordAndWhole, AnswerAlikeWithRfc1337)
{
    Config config;
    config.closing.rfc1337 = true;
    ExpectAlike(config, 3, 20000);
}

TEST(RecordAndWhole, AnswerAlikeByRfc793)
{
    Config config;
    config.validation.rfc5961 = false;
    ExpectAlike(config, 4, 20000);
}

TEST(RecordAndWhole, AnswerAlikeWithoutReuseAndTimestamps)
{
    Config config;
    config.closing.reuseBySyn = SynReuse::Never;
    config.data.timestamps = false;
    config.validation.challengesPerSecond = 1;
    ExpectAlike(config, 5, 20000);
}

} // namespace
} // namespace lifecycle::test
