// The SYN queue and the accept queue of a listener, and what happens when they are full.

#include "crowd-test.h"

namespace lifecycle::test
{
namespace
{

class Backlog : public CrowdTest
{
  protected:
    Backlog()
    {
        config.handshake.synCookies = SynCookies::Never;
    }
};

TEST_F(Backlog, AcceptQueueHoldsOneMoreThanTheBacklog) // Linux sk_acceptq_is_full
{
    Listen(2);
    for (uint32_t client = 0; client < 3; ++client)
    {
        EXPECT_TRUE(Open(client).empty());
    }
    EXPECT_EQ(In(State::Established), 3U);
    EXPECT_TRUE(Send(From(3, Flag::SYN)).empty());
    EXPECT_EQ(Count().synOverflows, 1U);
    EXPECT_EQ(In(State::SynReceived), 0U);
}

TEST_F(Backlog, AcceptQueueHoldsHalfAsManyAgainWhereThatIsTheRule) // FreeBSD: 3 * qlimit / 2
{
    config.handshake.threeHalvesQueue = true;
    Listen(4);
    for (uint32_t client = 0; client < 7; ++client)
    {
        Open(client);
    }
    EXPECT_EQ(In(State::Established), 7U);
    EXPECT_TRUE(Send(From(7, Flag::SYN)).empty());
    EXPECT_EQ(In(State::SynReceived), 0U);
}

TEST_F(Backlog, RequestsAreOneMoreThanTheBacklog) // Linux inet_csk_reqsk_queue_is_full
{
    Listen(2);
    for (uint32_t client = 0; client < 5; ++client)
    {
        Send(From(client, Flag::SYN));
    }
    EXPECT_EQ(In(State::SynReceived), 3U);
}

TEST_F(Backlog, RequestsDoNotCountAgainstItWhereThatIsTheRule) // FreeBSD's SYN cache
{
    config.handshake.backlogLimitsRequests = false;
    Listen(2);
    for (uint32_t client = 0; client < 5; ++client)
    {
        Send(From(client, Flag::SYN));
    }
    EXPECT_EQ(In(State::SynReceived), 5U);
}

TEST_F(Backlog, ThirdSegmentThatFindsTheQueueFullIsIgnoredAndTakenLater)
{
    Listen(2);
    const SeqNum first = Send(From(1, Flag::SYN))[0].segment.seq;
    Open(2);
    Open(3);
    Open(4); // the queue is full now: three of backlog two
    EXPECT_TRUE(Send(From(1, Flag::ACK, SeqNum(1), first + 1)).empty());
    EXPECT_EQ(Count().acceptOverflows, 1U);
    EXPECT_EQ(In(State::SynReceived), 1U);

    ASSERT_TRUE(Core().Accept(listener));
    const std::vector<OutSegment> again = AdvanceTo(now + 1s);
    ASSERT_EQ(again.size(), 1U);
    EXPECT_TRUE(IsSynAck(again[0]));
    Send(From(1, Flag::ACK, SeqNum(1), first + 1));
    EXPECT_EQ(In(State::Established), 4U);
}

TEST_F(Backlog, ThirdSegmentThatFindsTheQueueFullIsResetWhereThatIsTheRule)
{
    config.handshake.acceptOverflow = Overflow::Reset; // Linux tcp_abort_on_overflow
    Listen(2);
    const SeqNum late = Send(From(9, Flag::SYN))[0].segment.seq;
    Open(0);
    Open(1);
    Open(2);
    const std::vector<OutSegment> answer = Send(From(9, Flag::ACK, SeqNum(1), late + 1));
    ASSERT_EQ(answer.size(), 1U);
    EXPECT_TRUE(IsReset(answer[0]));
    EXPECT_EQ(answer[0].segment.seq, late + 1);
    EXPECT_EQ(In(State::SynReceived), 0U) << "it will not be told twice";
    EXPECT_TRUE(Core().IsConsistent());
}

TEST_F(Backlog, HalfOpenRequestsAreLimited)
{
    config.handshake.synBacklog = 4;
    Listen(128);
    for (uint32_t client = 0; client < 10; ++client)
    {
        EXPECT_EQ(Send(From(client, Flag::SYN)).size(), client < 4 ? 1U : 0U);
    }
    EXPECT_EQ(In(State::SynReceived), 4U);
    EXPECT_EQ(Count().synOverflows, 6U);
}

TEST_F(Backlog, SynThatFindsTheQueueFullIsRefusedWhereThatIsTheRule) // as Windows does
{
    config.handshake.synOverflow = Overflow::Reset;
    config.handshake.synBacklog = 1;
    Listen(128);
    Send(From(0, Flag::SYN));
    const std::vector<OutSegment> answer = Send(From(1, Flag::SYN, SeqNum(77)));
    ASSERT_EQ(answer.size(), 1U);
    EXPECT_EQ(answer[0].segment.flags, Flag::RST | Flag::ACK);
    EXPECT_EQ(answer[0].segment.ack, SeqNum(78));
}

TEST_F(Backlog, IsCappedByTheNode) // Linux net.core.somaxconn
{
    config.handshake.backlogCap = 1;
    Listen(1000);
    Open(0);
    Open(1);
    EXPECT_TRUE(Send(From(2, Flag::SYN)).empty());
}

TEST_F(Backlog, OfZeroTakesOneConnection)
{
    Listen(0);
    EXPECT_TRUE(Open(0).empty());
    EXPECT_EQ(In(State::Established), 1U);
    EXPECT_TRUE(Send(From(1, Flag::SYN)).empty());
}

TEST_F(Backlog, OfOneListenerDoesNotTouchAnother)
{
    Listen(0);
    Open(0);
    const ListenerId other = Core().Listen({.local = IpAddress(), .port = 81}).value;
    Segment syn = From(1, Flag::SYN);
    syn.tuple.localPort = 81;
    EXPECT_EQ(Send(syn).size(), 1U);
    EXPECT_TRUE(other);
}

TEST_F(Backlog, UnacceptedConnectionThatEndsMakesRoom)
{
    Listen(0);
    Open(0);
    EXPECT_TRUE(Send(From(1, Flag::SYN)).empty());
    Send(From(0, Flag::RST, SeqNum(1)));
    EXPECT_EQ(Send(From(1, Flag::SYN)).size(), 1U);
    EXPECT_FALSE(Core().Accept(listener));
    EXPECT_TRUE(Core().IsConsistent());
}

} // namespace
} // namespace lifecycle::test
