// SYN cookies: connections of which nothing is kept until the third segment (RFC 4987 §3.6).

#include "core/handshake.h"
#include "crowd-test.h"

namespace lifecycle::test
{
namespace
{

class SynCookie : public CrowdTest
{
  protected:
    /** A SYN with every option. */
    static Segment RichSyn(uint32_t client)
    {
        Segment syn = From(client, Flag::SYN, SeqNum(4711));
        syn.options.mss = 1300;
        syn.options.windowScale = 7;
        syn.options.sackPermitted = true;
        syn.options.timestamps = Timestamps{5000, 0};
        return syn;
    }

    static Segment ThirdFor(uint32_t client, const Segment& synAck)
    {
        Segment third = From(client, Flag::ACK, synAck.ack, synAck.seq + 1);
        if (synAck.options.timestamps)
        {
            third.options.timestamps = Timestamps{5001, synAck.options.timestamps->value};
        }
        return third;
    }
};

TEST_F(SynCookie, KeepsNothingUntilTheThirdSegment)
{
    config.handshake.synCookies = SynCookies::Always;
    Listen();
    const std::vector<OutSegment> synAck = Send(RichSyn(0));
    ASSERT_EQ(synAck.size(), 1U);
    EXPECT_TRUE(IsSynAck(synAck[0]));
    EXPECT_EQ(In(State::SynReceived), 0U);
    EXPECT_EQ(Core().NextDeadline(), kNever);
    Send(ThirdFor(0, synAck[0].segment));
    EXPECT_EQ(In(State::Established), 1U);
    EXPECT_EQ(Count().cookiesAccepted, 1U);
    EXPECT_TRUE(Core().IsConsistent());
}

TEST_F(SynCookie, BringsBackMssScaleAndSack)
{
    config.handshake.synCookies = SynCookies::Always;
    Listen();
    Segment third = ThirdFor(0, Send(RichSyn(0))[0].segment);
    third.window = 100;
    Send(third);
    const ConnectionId connection = Core().Accept(listener).value;
    const ConnectionView view = Core().View(connection);
    EXPECT_EQ(view.mss, 1300U - 12U);
    EXPECT_EQ(view.sndWnd, 100U << 7);
    // A hole in what arrives is reported: SACK was agreed on.
    Segment data = third;
    data.payloadLength = 10;
    data.seq += 100;
    const std::vector<OutSegment> ack = Send(data);
    ASSERT_EQ(ack.size(), 1U);
    EXPECT_EQ(ack[0].segment.options.sacks.count, 1);
}

TEST_F(SynCookie, OfAPlainSynBringsBackNoOptions)
{
    config.handshake.synCookies = SynCookies::Always;
    Listen();
    Segment syn = From(0, Flag::SYN);
    syn.options.mss = 1460;
    Segment third = ThirdFor(0, Send(syn)[0].segment);
    third.window = 100;
    Send(third);
    const ConnectionView view = Core().View(Core().Accept(listener).value);
    EXPECT_EQ(view.mss, 1460U);
    EXPECT_EQ(view.sndWnd, 100U);
}

TEST_F(SynCookie, WithoutTimestampsNothingIsOfferedThatCouldNotBeBroughtBack)
{
    config.handshake.synCookies = SynCookies::Always;
    Listen();
    Segment syn = RichSyn(0);
    syn.options.timestamps.reset();
    const Segment synAck = Send(syn)[0].segment;
    EXPECT_TRUE(synAck.options.mss);
    EXPECT_FALSE(synAck.options.windowScale);
    EXPECT_FALSE(synAck.options.sackPermitted);
    Send(ThirdFor(0, synAck));
    const ConnectionView view = Core().View(Core().Accept(listener).value);
    EXPECT_EQ(view.mss, 1300U);
}

TEST_F(SynCookie, MssIsRoundedDown)
{
    config.handshake.synCookies = SynCookies::Always;
    Listen();
    Segment syn = From(0, Flag::SYN);
    syn.options.mss = 1400;
    Send(ThirdFor(0, Send(syn)[0].segment));
    EXPECT_EQ(Core().View(Core().Accept(listener).value).mss, 1300U);
}

TEST_F(SynCookie, ForgedOneIsReset)
{
    config.handshake.synCookies = SynCookies::Always;
    Listen();
    Segment third = ThirdFor(0, Send(RichSyn(0))[0].segment);
    third.ack += 1;
    const std::vector<OutSegment> answer = Send(third);
    ASSERT_EQ(answer.size(), 1U);
    EXPECT_TRUE(IsReset(answer[0]));
    EXPECT_EQ(In(State::Established), 0U);
    EXPECT_EQ(Count().cookiesRefused, 1U);
}

TEST_F(SynCookie, OfAnotherClientIsReset)
{
    config.handshake.synCookies = SynCookies::Always;
    Listen();
    Segment third = ThirdFor(0, Send(RichSyn(0))[0].segment);
    third.tuple = TupleOf(1);
    EXPECT_TRUE(IsReset(Send(third).at(0)));
}

TEST_F(SynCookie, IsGoodForOneMinuteAndNoLongerThanTwo)
{
    config.handshake.synCookies = SynCookies::Always;
    Listen();
    const Segment early = ThirdFor(0, Send(RichSyn(0))[0].segment);
    const Segment late = ThirdFor(1, Send(RichSyn(1))[0].segment);
    now += 60s;
    EXPECT_TRUE(Send(early).empty());
    now += 60s;
    EXPECT_TRUE(IsReset(Send(late).at(0)));
}

TEST_F(SynCookie, IsNotLookedForWhereNoneWasSent)
{
    config.handshake.synCookies = SynCookies::OnOverflow;
    Listen();
    EXPECT_TRUE(IsReset(Send(From(0, Flag::ACK, SeqNum(1), SeqNum(1))).at(0)));
    EXPECT_EQ(Count().cookiesRefused, 0U);
}

TEST_F(SynCookie, IsSentOnOverflowOnly)
{
    config.handshake.synCookies = SynCookies::OnOverflow;
    config.handshake.synBacklog = 2;
    Listen();
    Send(RichSyn(0));
    Send(RichSyn(1));
    EXPECT_EQ(Count().cookiesSent, 0U);
    const std::vector<OutSegment> synAck = Send(RichSyn(2));
    EXPECT_EQ(Count().cookiesSent, 1U);
    EXPECT_EQ(In(State::SynReceived), 2U);
    Send(ThirdFor(2, synAck.at(0).segment));
    EXPECT_EQ(In(State::Established), 1U);
}

TEST_F(SynCookie, NeverMeansThatTheSynIsDropped)
{
    config.handshake.synCookies = SynCookies::Never;
    config.handshake.synBacklog = 1;
    Listen();
    Send(RichSyn(0));
    EXPECT_TRUE(Send(RichSyn(1)).empty());
    EXPECT_EQ(Count().cookiesSent, 0U);
}

TEST_F(SynCookie, DataWithTheThirdSegmentIsTaken)
{
    config.handshake.synCookies = SynCookies::Always;
    Listen();
    Segment third = ThirdFor(0, Send(RichSyn(0))[0].segment);
    third.payloadLength = 500;
    Send(third);
    EXPECT_EQ(placement.length, 500U);
    EXPECT_EQ(placement.streamOffset, 0U);
}

TEST_F(SynCookie, AMillionSpoofedSynsLeaveNothingBehindAndClientsGetThrough)
{
    config.handshake.synCookies = SynCookies::OnOverflow;
    config.handshake.synBacklog = 128;
    Listen();
    uint32_t opened = 0;
    for (uint32_t spoofed = 0; spoofed < 1000000; ++spoofed)
    {
        Send(From(spoofed, Flag::SYN, SeqNum(spoofed)));
        notices.clear();
        if (spoofed % 100000 == 50000)
        {
            const uint32_t client = 2000000 + spoofed;
            Send(ThirdFor(client, Send(RichSyn(client)).at(0).segment));
            opened += Core().Accept(listener) ? 1 : 0;
        }
    }
    EXPECT_EQ(opened, 10U);
    EXPECT_EQ(In(State::SynReceived), 128U);
    EXPECT_EQ(In(State::Established), 10U);
    AdvanceTo(now + 2min);
    EXPECT_EQ(In(State::SynReceived), 0U);
}

} // namespace
} // namespace lifecycle::test
