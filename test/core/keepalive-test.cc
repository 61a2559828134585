// Keepalive (RFC 9293 §3.8.4): finding out whether an idle peer is still there.

#include "crowd-test.h"
#include "peer-test.h"

namespace lifecycle::test
{
namespace
{

class Keepalive : public PeerTest
{
  protected:
    Keepalive()
    {
        config.keepalive = {.enabled = true, .idle = 600s, .interval = 60s, .probes = 3};
    }

    /** SEG.SEQ = SND.NXT − 1, no data: the peer has to acknowledge that. */
    static Sketch Probe()
    {
        return Ack().Seq(0);
    }
};

TEST_F(Keepalive, SilentPeerIsProbedAndGivenUp)
{
    ConnectAndEstablish();
    ExpectAfter(600s, Probe());
    ExpectAfter(60s, Probe());
    ExpectAfter(60s, Probe());
    ExpectAfter(60s, RstAck()); // as Linux: tcp_keepalive_timer
    ExpectState(State::Closed);
    ExpectClosed(CloseReason::KeepaliveTimeout);
    EXPECT_EQ(Count().keepaliveProbes, 3U);
    EXPECT_EQ(Core().NextDeadline(), kNever);
}

TEST_F(Keepalive, AnswerStartsTheIdleTimeAnew)
{
    ConnectAndEstablish();
    ExpectAfter(600s, Probe());
    Advance(kRtt);
    Send(Ack());
    ExpectAfter(600s, Probe());
    Send(Ack());
    ExpectState(State::Established);
}

TEST_F(Keepalive, AnswerToTheLastProbeRevivesTheConnection)
{
    ConnectAndEstablish();
    ExpectAfter(600s, Probe());
    ExpectAfter(60s, Probe());
    ExpectAfter(60s, Probe());
    Advance(59s);
    Send(Ack());
    ExpectAfter(600s, Probe());
    ExpectAfter(60s, Probe());
    ExpectAfter(60s, Probe());
    ExpectAfter(60s, RstAck());
}

TEST_F(Keepalive, ResetInAnswerEndsTheConnection) // the peer has restarted
{
    ConnectAndEstablish();
    ExpectAfter(600s, Probe());
    Send(Rst());
    ExpectClosed(CloseReason::Reset);
}

TEST_F(Keepalive, DataFromThePeerPutsItOff)
{
    ConnectAndEstablish();
    Advance(599s);
    Send(Data(100));
    ExpectAfter(40ms, Ack(101));
    ExpectAfter(600s - 40ms, Probe());
}

TEST_F(Keepalive, AcknowledgedDataPutsItOff)
{
    ConnectAndEstablish();
    Advance(599s);
    Write(100);
    Expect(Data(100));
    Advance(kRtt);
    Send(Ack());
    ExpectAfter(600s, Ack().Seq(100));
}

TEST_F(Keepalive, IsSilentWhileDataIsInFlight) // the retransmission timer is at work there
{
    config.data.dataRetries = 15;
    ConnectAndEstablish();
    Advance(599s);
    Write(100);
    Expect(Data(100));
    Advance(5s);
    Ignore(); // repetitions
    EXPECT_EQ(Count().keepaliveProbes, 0U);
}

TEST_F(Keepalive, IsOffUnlessAskedFor) // RFC 9293 MUST-25
{
    config.keepalive = KeepaliveConfig();
    ConnectAndEstablish();
    Advance(24h * 365);
    NothingSent();
    ExpectState(State::Established);
}

TEST_F(Keepalive, IsTwoHoursUnlessToldOtherwise) // RFC 9293 MUST-28; Linux: 9 probes 75 s apart
{
    config.keepalive = {.enabled = true};
    ConnectAndEstablish();
    ExpectAfter(2h, Probe());
    for (int i = 1; i < 9; ++i)
    {
        ExpectAfter(75s, Probe());
    }
    ExpectAfter(75s, RstAck());
    ExpectClosed(CloseReason::KeepaliveTimeout);
}

TEST_F(Keepalive, ProbesInCloseWaitAsWell)
{
    ConnectAndEstablish();
    Send(Fin());
    Expect(Ack(2));
    ExpectAfter(600s, Probe());
    Send(Ack());
    ExpectState(State::CloseWait);
}

TEST_F(Keepalive, ProbesAHalfClosedPeerInFinWait2)
{
    ConnectAndEstablish();
    ShutdownSend();
    Expect(Fin());
    Send(Ack());
    ExpectAfter(600s, Ack().Seq(1));
    Send(Ack());
    ExpectState(State::FinWait2);
}

TEST_F(Keepalive, TurnedOnLaterCountsFromWhenThePeerWasHeardLast)
{
    config.keepalive.enabled = false;
    ConnectAndEstablish();
    Advance(100s);
    Config changed = config;
    changed.keepalive.enabled = true;
    Configure(changed);
    ExpectAfter(500s, Probe());
}

TEST_F(Keepalive, TurnedOffLaterStops)
{
    ConnectAndEstablish();
    ExpectAfter(600s, Probe());
    Config changed = config;
    changed.keepalive.enabled = false;
    Configure(changed);
    Advance(24h);
    NothingSent();
    ExpectState(State::Established);
}

// The other side of it: a peer that probes us.

TEST_F(Keepalive, ProbeOfThePeerIsAnswered) // RFC 9293 §3.8.4; it is an unacceptable segment
{
    ConnectAndEstablish();
    Send(Ack().Seq(0));
    Expect(Ack(1));
    ExpectState(State::Established);
}

TEST_F(Keepalive, ProbeWithAByteOfGarbageIsAnswered) // RFC 1122 §4.2.3.6
{
    ConnectAndEstablish();
    Send(Data(1).Seq(0));
    Expect(Ack(1));
    EXPECT_EQ(Unread(), 0U);
}

/** Many connections, of which each has carried data and is idle since. */
TEST_F(CrowdTest, NobodyIsWokenForTimersThatWerePutOff)
{
    constexpr uint32_t kClients = 20;
    config.keepalive = {.enabled = true, .idle = 600s, .interval = 60s, .probes = 3};
    Listen();
    for (uint32_t client = 0; client < kClients; ++client)
    {
        now += 1ms;
        Open(client);
        const ConnectionId connection = Core().Accept(listener).value;
        Core().Write(now, connection, 100);
        const Segment data = Settle().at(0).segment; // sets the retransmission timer
        Send(From(client, Flag::ACK, SeqNum(1), data.End()));
    }
    const Instant lastHeard = now;
    uint32_t wakes = 0;
    while (Core().NextDeadline() <= lastHeard + 500s)
    {
        now = Core().NextDeadline();
        Core().OnDeadline(now);
        EXPECT_TRUE(Settle().empty());
        ++wakes;
    }
    EXPECT_EQ(wakes, 1U); // for the first of them, which finds all others put off as well
    EXPECT_EQ(Core().NextDeadline(), lastHeard + 600s - 1ms * (kClients - 1));
    EXPECT_TRUE(Core().IsConsistent());
}

} // namespace
} // namespace lifecycle::test
