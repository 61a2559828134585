// The profiles, by what can be seen of them: when something is sent, how long something lasts, what
// is answered. Where each value comes from stands in doc/notes/profiles.md.

#include "core/profiles.h"
#include "peer-test.h"

#include <map>
#include <vector>

namespace lifecycle::test
{
namespace
{

/** Something for each profile. */
template <typename T>
using ByProfile = std::map<Profile, T>;

class Profiles : public PeerTest
{
  protected:
    /** A new endpoint has a profile's values; its first sequence number is the test's. */
    void Use(Profile profile)
    {
        StartOver();
        config = MakeConfig(profile);
        config.handshake.isn = IsnChoice::Fixed;
        config.handshake.fixedIsn = kIss;
        config.data.mss = 1000;
    }

    /** Time goes by, and nothing that is sent meanwhile matters. */
    void Skip(Duration duration)
    {
        Advance(duration);
        Ignore();
    }

    /** From another port of the peer than the rest of the test. \returns what is sent */
    std::vector<OutSegment> SendFrom(uint16_t port, Flags flags, SeqNum seq, SeqNum ack)
    {
        Segment segment;
        segment.tuple = Tuple();
        segment.tuple.remotePort = port;
        segment.flags = flags;
        segment.seq = seq;
        segment.ack = ack;
        segment.window = 65535;
        Node().Receive(now, segment, 0);
        return Node().Settle(now);
    }
};

TEST(ProfileNames, LeadBackToTheirProfiles)
{
    for (Profile profile : kProfiles)
    {
        EXPECT_EQ(FindProfile(Name(profile)), profile);
    }
    EXPECT_EQ(FindProfile("linux"), Profile::Linux);
    EXPECT_EQ(FindProfile("FREEBSD"), Profile::FreeBsd);
    EXPECT_EQ(FindProfile("Solaris"), std::nullopt);
    EXPECT_EQ(FindProfile(""), std::nullopt);
}

/** When something is sent again, since it was sent first, and when there is no more of it. */
struct Schedule
{
    std::vector<Duration> again;
    Duration end;
};

TEST_F(Profiles, RepeatTheSyn)
{
    const ByProfile<Schedule> schedules{
        {Profile::Linux, {{1s, 2s, 3s, 4s, 5s, 7s, 11s, 19s, 35s, 67s}, 131s}},
        {Profile::FreeBsd, {{1s, 3200ms, 7400ms, 15600ms, 31800ms, 64s}, 75s}},
        {Profile::Windows, {{1s, 3s, 7s, 15s}, 31s}},
        {Profile::Rfc9293, {{1s, 3s, 7s, 15s, 31s, 63s, 123s}, 183s}},
        {Profile::Textbook, {{3s, 9s, 21s, 45s}, 75s}},
    };
    for (const auto& [profile, schedule] : schedules)
    {
        SCOPED_TRACE(Name(profile));
        Use(profile);
        Connect();
        Expect(Syn());
        Duration before{0};
        for (Duration when : schedule.again)
        {
            ExpectAfter(when - before, Syn());
            before = when;
        }
        Advance(schedule.end - before - 1ms);
        ExpectState(State::SynSent);
        Advance(1ms);
        NothingSent();
        ExpectClosed(CloseReason::ConnectTimeout);
    }
}

TEST_F(Profiles, RepeatTheSynAck)
{
    const ByProfile<Schedule> schedules{
        {Profile::Linux, {{1s, 3s, 7s, 15s, 31s}, 63s}},
        {Profile::FreeBsd, {{1s, 3200ms, 7400ms}, 15600ms}},
        {Profile::Windows, {{1s, 3s}, 7s}},
        {Profile::Rfc9293, {{1s, 3s, 7s, 15s, 31s, 63s, 123s}, 183s}},
        {Profile::Textbook, {{3s, 9s, 21s}, 45s}},
    };
    for (const auto& [profile, schedule] : schedules)
    {
        SCOPED_TRACE(Name(profile));
        Use(profile);
        GoTo(State::SynReceived);
        Duration before{0};
        for (Duration when : schedule.again)
        {
            ExpectAfter(when - before, SynAck());
            before = when;
        }
        Advance(schedule.end - before - 1ms);
        ExpectState(State::SynReceived);
        Advance(1ms);
        NothingSent();
        ExpectState(State::Listen);
    }
}

TEST_F(Profiles, GiveUpOnDataThatIsNeverAcknowledged) // the round-trip time is 100 ms
{
    const ByProfile<Duration> times{
        {Profile::Linux, 993300ms},   // 0.3 s doubled 15 times, at the most 120 s
        {Profile::FreeBsd, 398100ms}, // 0.3 s doubled 12 times, each 0.2 s longer, at the most 64 s
        {Profile::Windows, 18900ms},  // 0.3 s doubled 5 times
        {Profile::Rfc9293, 123s},     // 1 s doubled 6 times, at the most 60 s
        {Profile::Textbook, 511s},    // 1 s doubled 12 times, at the most 64 s
    };
    for (const auto& [profile, time] : times)
    {
        SCOPED_TRACE(Name(profile));
        Use(profile);
        ConnectAndEstablish();
        Write(100);
        Ignore();
        Skip(time - 1ms);
        ExpectState(State::Established);
        Skip(1ms);
        ExpectClosed(CloseReason::DataTimeout);
    }
}

TEST_F(Profiles, OfLinuxMeasureRetriesInTime) // retransmits_timed_out()
{
    Use(Profile::Linux);
    config.data.dataRetries = 5; // 0.2 s doubled 5 times: 12.6 s
    Connect();
    Expect(Syn());
    Advance(900ms);
    Send(SynAck());
    Expect(Ack());
    Write(100);
    Expect(Data(100));
    ExpectAfter(2700ms, Data(100).Seq(1)); // from here on
    ExpectAfter(5400ms, Data(100).Seq(1));
    Advance(10799ms);
    ExpectState(State::Established);
    Advance(1ms);
    ExpectClosed(CloseReason::DataTimeout);
}

TEST_F(Profiles, OfFreeBsdProbeAWindowNoSoonerThanEveryFiveSeconds) // TCPTV_PERSMIN
{
    Use(Profile::FreeBsd);
    ConnectAndEstablish(SynAck().Window(0));
    Write(100);
    NothingSent();
    ExpectAfter(5s, Data(1));
}

TEST_F(Profiles, OfferAWindowScaleForTheLargestBufferTheyMayGrowTo)
{
    const ByProfile<uint8_t> scales{
        {Profile::Linux, 10}, // tcp_select_initial_window(): 32 MB, by tcp_rmem
        {Profile::FreeBsd, 6},
        {Profile::Windows, 8}, // AutoTuningLevel Normal
        {Profile::Rfc9293, 2}, // 128 KB: it does not grow
    };
    for (const auto& [profile, scale] : scales)
    {
        SCOPED_TRACE(Name(profile));
        Use(profile);
        Connect();
        Expect(Syn().Scale(scale));
    }
}

TEST_F(Profiles, LetIcmpMakeSegmentsAsSmallAsTheyDo)
{
    const ByProfile<uint32_t> smallest{
        {Profile::Linux, 512},   // route/min_pmtu
        {Profile::FreeBsd, 216}, // tcp_next_pmtu()
    };
    for (const auto& [profile, least] : smallest)
    {
        SCOPED_TRACE(Name(profile));
        Use(profile);
        ConnectAndEstablish(SynAck());
        Write(1000);
        Expect(Data(1000));
        Core().OnTooBig(now, Tuple(), SeqNum(kIss) + 1, 8);
        EXPECT_EQ(View().mss, least);
    }
}

TEST_F(Profiles, OfFreeBsdTryNoLargerSegmentsOnTheSameConnection) // tcp_mss_update()
{
    const ByProfile<uint32_t> afterAnHour{{Profile::Linux, 1000}, {Profile::FreeBsd, 500}};
    for (const auto& [profile, mss] : afterAnHour)
    {
        SCOPED_TRACE(Name(profile));
        Use(profile);
        config.keepalive.enabled = false;
        ConnectAndEstablish(SynAck());
        Write(1000);
        Expect(Data(1000));
        Core().OnTooBig(now, Tuple(), SeqNum(kIss) + 1, 500);
        Skip(0s);
        Send(Ack(1001));
        Skip(1h);
        Write(3000);
        Expect(Data(mss));
        Ignore();
    }
}

TEST_F(Profiles, StayInTimeWaitForTwiceTheirSegmentLifetime)
{
    const ByProfile<Duration> lengths{
        {Profile::Linux, 60s},
        {Profile::FreeBsd, 60s},
        {Profile::Windows, 120s},
        {Profile::Rfc9293, 240s},
        {Profile::Textbook, 240s},
    };
    for (const auto& [profile, length] : lengths)
    {
        SCOPED_TRACE(Name(profile));
        Use(profile);
        GoTo(State::TimeWait);
        Advance(length - 1ms);
        ExpectState(State::TimeWait);
        Advance(1ms);
        NothingSent();
        ExpectState(State::Listen);
    }
}

TEST_F(Profiles, WaitForTheFinOfAPeerWithoutAnApplicationOfTheirOwn)
{
    const ByProfile<Duration> lengths{
        {Profile::Linux, 60s},
        {Profile::FreeBsd, 675s},
        {Profile::Windows, 300s},
    };
    for (const auto& [profile, length] : lengths)
    {
        SCOPED_TRACE(Name(profile));
        Use(profile);
        GoTo(State::FinWait2);
        Close();
        Advance(length - 1ms);
        ExpectState(State::FinWait2);
        Advance(1ms);
        ExpectState(State::Listen);
        Ignore();
    }
    for (Profile profile : {Profile::Rfc9293, Profile::Textbook})
    {
        SCOPED_TRACE(Name(profile));
        Use(profile);
        GoTo(State::FinWait2);
        Close();
        Advance(24h);
        ExpectState(State::FinWait2);
    }
}

TEST_F(Profiles, WaitForTheFinForEverWhileTheApplicationIsThere)
{
    for (Profile profile : kProfiles)
    {
        SCOPED_TRACE(Name(profile));
        Use(profile);
        config.keepalive.enabled = false;
        GoTo(State::FinWait2);
        Advance(24h);
        ExpectState(State::FinWait2);
    }
}

// Keepalive.

TEST_F(Profiles, OnlyFreeBsdAsksUnbidden)
{
    for (Profile profile : kProfiles)
    {
        EXPECT_EQ(MakeConfig(profile).keepalive.enabled, profile == Profile::FreeBsd)
            << Name(profile);
    }
}

TEST_F(Profiles, AskAnIdlePeerInTheirOwnWay)
{
    struct Asking
    {
        Duration interval;
        int probes;
        KeepaliveProbe probe;
    };

    const ByProfile<Asking> ways{
        {Profile::Linux, {75s, 9, KeepaliveProbe::Empty}},
        {Profile::FreeBsd, {75s, 8, KeepaliveProbe::Empty}},
        {Profile::Windows, {1s, 10, KeepaliveProbe::GarbageByte}},
        {Profile::Rfc9293, {75s, 9, KeepaliveProbe::Empty}},
        {Profile::Textbook, {75s, 10, KeepaliveProbe::Empty}},
    };
    for (const auto& [profile, way] : ways)
    {
        SCOPED_TRACE(Name(profile));
        Use(profile);
        EXPECT_EQ(config.keepalive.probe, way.probe);
        config.keepalive.probe = KeepaliveProbe::Empty;
        config.keepalive.enabled = true;
        AcceptAndEstablish();
        ExpectAfter(2h, Ack().Seq(0));
        for (int probe = 1; probe < way.probes; ++probe)
        {
            ExpectAfter(way.interval, Ack().Seq(0));
        }
        ExpectAfter(way.interval, RstAck().Seq(1).Ack(1));
        ExpectClosed(CloseReason::KeepaliveTimeout);
    }
}

// Answers.

TEST_F(Profiles, AllButTheTextbookChallengeAResetInsideTheWindow)
{
    for (Profile profile : kProfiles)
    {
        SCOPED_TRACE(Name(profile));
        Use(profile);
        GoTo(State::Established);
        Send(Rst().Seq(11));
        if (profile == Profile::Textbook)
        {
            NothingSent();
            ExpectClosed(CloseReason::Reset); // RFC 793, page 37
        }
        else
        {
            Expect(Ack(1)); // RFC 5961 §3.2
            ExpectState(State::Established);
        }
    }
}

TEST_F(Profiles, AllButTheTextbookChallengeASynInsideTheWindow)
{
    for (Profile profile : kProfiles)
    {
        SCOPED_TRACE(Name(profile));
        Use(profile);
        GoTo(State::Established);
        Send(Syn().Seq(11));
        if (profile == Profile::Textbook)
        {
            Expect(RstAck().Seq(0U - kIss).Ack(12)); // RFC 793, page 71
            ExpectState(State::Listen);
        }
        else
        {
            Expect(Ack(1)); // RFC 5961 §4.2
            ExpectState(State::Established);
        }
    }
}

TEST_F(Profiles, EndOnAResetAtTheEdgeOfTheWindow)
{
    for (Profile profile : kProfiles)
    {
        SCOPED_TRACE(Name(profile));
        Use(profile);
        GoTo(State::Established);
        Send(Rst().Seq(1));
        NothingSent();
        ExpectClosed(CloseReason::Reset);
    }
}

TEST_F(Profiles, OnlyFreeBsdIsNotResetInTimeWait) // RFC 1337
{
    for (Profile profile : kProfiles)
    {
        SCOPED_TRACE(Name(profile));
        Use(profile);
        GoTo(State::TimeWait);
        Send(Rst().Seq(2));
        NothingSent();
        ExpectState(profile == Profile::FreeBsd ? State::TimeWait : State::Listen);
    }
}

TEST_F(Profiles, OnlyLinuxStartsTimeWaitAnewOnAnyAck)
{
    for (Profile profile : kProfiles)
    {
        SCOPED_TRACE(Name(profile));
        Use(profile);
        GoTo(State::TimeWait);
        const Duration half = config.closing.msl;
        Skip(half);
        Send(Data(100).Seq(0xffffff00)); // old
        Expect(Ack(2));
        Skip(half);
        ExpectState(profile == Profile::Linux ? State::TimeWait : State::Listen);
    }
}

TEST_F(Profiles, AllButTheTextbookLetANewerSynTakeThePlaceOfTimeWait)
{
    for (Profile profile : kProfiles)
    {
        SCOPED_TRACE(Name(profile));
        Use(profile);
        GoTo(State::TimeWait);
        Send(Syn().Seq(100000));
        Ignore();
        ExpectState(profile == Profile::Textbook ? State::TimeWait : State::SynReceived);
    }
}

TEST_F(Profiles, TellOrDoNotTellThatDataWereLeftUnread)
{
    const ByProfile<bool> resets{
        {Profile::Linux, true},
        {Profile::FreeBsd, false},
        {Profile::Windows, true},
        {Profile::Rfc9293, true},
        {Profile::Textbook, false},
    };
    for (const auto& [profile, reset] : resets)
    {
        SCOPED_TRACE(Name(profile));
        Use(profile);
        GoTo(State::Established);
        Send(Data(100));
        Ignore(); // its ACK, if that is not delayed
        Skip(500ms);
        Close();
        Expect(reset ? RstAck().Seq(1).Ack(101) : Fin().Seq(1).Ack(101));
    }
}

TEST_F(Profiles, OnlyTheTextbookGoesOnReceivingAfterClose)
{
    for (Profile profile : kProfiles)
    {
        SCOPED_TRACE(Name(profile));
        Use(profile);
        GoTo(State::Established);
        Close();
        Expect(Fin());
        Send(Ack());
        Send(Data(100));
        if (profile == Profile::Textbook)
        {
            ExpectAfter(200ms, Ack(101)); // RFC 793, page 37
            ExpectState(State::FinWait2);
        }
        else
        {
            Expect(Rst().Seq(2)); // RFC 9293 §3.6.1
            ExpectState(State::Listen);
        }
    }
}

TEST_F(Profiles, OnlyLinuxAndWindowsDropASynWithAFin)
{
    const ByProfile<bool> drops{
        {Profile::Linux, true},
        {Profile::FreeBsd, false},
        {Profile::Windows, true},
        {Profile::Rfc9293, false},
        {Profile::Textbook, false},
    };
    for (const auto& [profile, drop] : drops)
    {
        SCOPED_TRACE(Name(profile));
        Use(profile);
        Listen();
        Send(Syn().Plus(Flag::FIN));
        Ignore();
        ExpectState(drop ? State::Listen : State::SynReceived);
    }
}

/** What becomes of a second client of a listener that has room for one. */
TEST_F(Profiles, AnswerWhoFindsTheAcceptQueueFull)
{
    enum class Answer
    {
        None,
        SynAckThenReset,
        Reset,
    };
    const ByProfile<Answer> answers{
        {Profile::Linux, Answer::None},
        {Profile::FreeBsd, Answer::SynAckThenReset},
        {Profile::Windows, Answer::Reset},
        {Profile::Rfc9293, Answer::None},
        {Profile::Textbook, Answer::None},
    };
    for (const auto& [profile, answer] : answers)
    {
        SCOPED_TRACE(Name(profile));
        Use(profile);
        config.handshake.backlog = 0;
        GoTo(State::SynReceived);
        Send(Ack());
        ExpectState(State::Established); // and not accepted
        const SeqNum theirs(1000);
        const std::vector<OutSegment> toSyn = SendFrom(1, Flag::SYN, theirs, SeqNum(0));
        if (answer == Answer::None)
        {
            EXPECT_TRUE(toSyn.empty());
            continue;
        }
        ASSERT_EQ(toSyn.size(), 1U);
        if (answer == Answer::Reset)
        {
            EXPECT_TRUE(toSyn[0].segment.flags.Has(Flag::RST));
            continue;
        }
        EXPECT_EQ(toSyn[0].segment.flags, Flag::SYN | Flag::ACK);
        const std::vector<OutSegment> toThird =
            SendFrom(1, Flag::ACK, theirs + 1, toSyn[0].segment.seq + 1);
        ASSERT_EQ(toThird.size(), 1U);
        EXPECT_TRUE(toThird[0].segment.flags.Has(Flag::RST));
    }
}

TEST_F(Profiles, TakeLocalPortsFromTheirOwnRange)
{
    struct Range
    {
        uint16_t first;
        uint16_t last;
    };

    const ByProfile<Range> ranges{
        {Profile::Linux, {32768, 60999}},
        {Profile::FreeBsd, {10000, 65535}},
        {Profile::Windows, {49152, 65535}},
        {Profile::Rfc9293, {1024, 65535}},
        {Profile::Textbook, {1024, 5000}},
    };
    for (const auto& [profile, range] : ranges)
    {
        SCOPED_TRACE(Name(profile));
        Use(profile);
        ConnectRequest request;
        request.local = Tuple().local;
        request.remote = Tuple().remote;
        for (request.remotePort = 1; request.remotePort <= 50; ++request.remotePort)
        {
            const Result<ConnectionId> opened = Core().Connect(now, request);
            ASSERT_TRUE(opened);
            const uint16_t port = Core().View(opened.value).tuple.localPort;
            EXPECT_GE(port, range.first);
            EXPECT_LE(port, range.last);
        }
        Node().Settle(now);
    }
}

TEST_F(Profiles, OnlyTheTextbookBeginsEveryConnectionWithTheSameNumber)
{
    for (Profile profile : kProfiles)
    {
        SCOPED_TRACE(Name(profile));
        Use(profile);
        config.handshake.isn = MakeConfig(profile).handshake.isn;
        config.handshake.fixedIsn = MakeConfig(profile).handshake.fixedIsn;
        Listen();
        const SeqNum one = SendFrom(1, Flag::SYN, SeqNum(0), SeqNum(0)).at(0).segment.seq;
        const SeqNum two = SendFrom(2, Flag::SYN, SeqNum(0), SeqNum(0)).at(0).segment.seq;
        EXPECT_EQ(one == two, profile == Profile::Textbook);
    }
}

} // namespace
} // namespace lifecycle::test
