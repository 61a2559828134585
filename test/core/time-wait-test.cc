// TIME-WAIT: how long it lasts, what it answers and what ends it early.

#include "peer-test.h"

namespace lifecycle::test
{
namespace
{

class TimeWait : public PeerTest
{
  protected:
    /**
     * Where a new connection begins after one that ended at 2: beyond all that was used, so that
     * old segments do no harm (RFC 1122 §4.2.2.13 (a)); the distance is Linux's.
     */
    static constexpr uint32_t kReuseIss = 2 + 65535 + 2;

    /** A connection whose peer uses timestamps, closed by us; the peer's last TSval is 1000. */
    void CloseWithTimestamps()
    {
        Listen();
        Send(Syn().Stamp(1000).Echo(0));
        Expect(SynAck());
        Advance(kRtt);
        Send(Ack().Stamp(1000));
        Accept();
        Close();
        Expect(Fin());
        Send(Fin().Stamp(1000));
        Expect(Ack());
        ExpectState(State::TimeWait);
    }
};

TEST_F(TimeWait, LastsTwoMsl) // RFC 9293 §3.6.1; Linux: 60 s
{
    GoTo(State::TimeWait);
    Advance(59999ms);
    ExpectState(State::TimeWait);
    Advance(1ms);
    ExpectState(State::Listen);
    EXPECT_EQ(Core().NextDeadline(), kNever);
    EXPECT_EQ(Count().timeWaits, 1U);
}

TEST_F(TimeWait, LengthCanBeSet)
{
    config.closing.msl = 120s;
    GoTo(State::TimeWait);
    Advance(239999ms);
    ExpectState(State::TimeWait);
    Advance(1ms);
    ExpectState(State::Listen);
}

TEST_F(TimeWait, OfLengthZeroIsSkipped)
{
    config.closing.msl = 0s;
    GoTo(State::FinWait2);
    Send(Fin());
    Expect(Ack());
    ExpectState(State::Listen);
    ExpectClosed(CloseReason::Normal);
    EXPECT_EQ(Core().NextDeadline(), kNever);
}

TEST_F(TimeWait, RetransmittedFinIsAcknowledgedAndRestartsTheTime) // RFC 9293 §3.10.7.4, eighth
{
    GoTo(State::TimeWait);
    Advance(59s);
    Send(Fin().Seq(1));
    Expect(Ack(2));
    Advance(59999ms);
    ExpectState(State::TimeWait);
    Advance(1ms);
    ExpectState(State::Listen);
}

TEST_F(TimeWait, RetransmittedFinWithDataIsAcknowledgedAndRestartsTheTime)
{
    GoTo(State::FinWait2);
    Send(Data(300).Plus(Flag::FIN));
    Expect(Ack(302));
    Advance(59s);
    Send(Data(300).Seq(1).Plus(Flag::FIN));
    Expect(Ack(302));
    Advance(59s);
    ExpectState(State::TimeWait);
}

TEST_F(TimeWait, OldDataIsAcknowledgedWithoutRestartingTheTime)
{
    GoTo(State::TimeWait);
    Advance(59s);
    Send(Data(100).Seq(0xffffff00));
    Expect(Ack(2));
    Advance(1s);
    ExpectState(State::Listen);
}

TEST_F(TimeWait, LateAckIsNotAnswered)
{
    GoTo(State::TimeWait);
    Send(Ack());
    NothingSent();
    ExpectState(State::TimeWait);
}

TEST_F(TimeWait, ExactResetEndsIt) // RFC 9293 §3.10.7.4, second; Linux with tcp_rfc1337 = 0
{
    GoTo(State::TimeWait);
    Send(Rst().Seq(2));
    NothingSent();
    ExpectState(State::Listen);
}

TEST_F(TimeWait, ResetDoesNotEndItWhereItIsToBeProtected) // RFC 1337 §3, fix F1
{
    config.closing.rfc1337 = true;
    GoTo(State::TimeWait);
    Send(Rst().Seq(2));
    NothingSent();
    ExpectState(State::TimeWait);
}

TEST_F(TimeWait, ResetOutsideOfTheWindowDoesNotEndIt)
{
    GoTo(State::TimeWait);
    Send(Rst().Seq(1));
    Send(Rst().Seq(300000));
    NothingSent();
    ExpectState(State::TimeWait);
}

// A new connection of the same four-tuple.

TEST_F(TimeWait, NewerSynOpensANewConnection) // RFC 9293 §3.6.1, RFC 1122 §4.2.2.13
{
    GoTo(State::TimeWait);
    Send(Syn().Seq(5000));
    EXPECT_EQ(Count().timeWaitReuses, 1U);
    ExpectState(State::SynReceived);
    Expect(SynAck().Seq(kReuseIss).Ack(5001));
    Send(Sketch{.flags = Flag::ACK}.Seq(5001).Ack(kReuseIss + 1));
    ExpectState(State::Established);
}

TEST_F(TimeWait, SynWithNewerTimestampOpensANewConnectionWhateverItsNumber) // RFC 6191 §2
{
    CloseWithTimestamps();
    Send(Syn().Seq(0x80000010).Stamp(1001).Echo(0)); // sequence-wise it is older
    EXPECT_EQ(Count().timeWaitReuses, 1U);
    ExpectState(State::SynReceived);
    Expect(SynAck().Seq(kReuseIss).Ack(0x80000011));
}

TEST_F(TimeWait, SynWithOlderTimestampIsAnsweredWithAnAckOnly) // RFC 6191 §2
{
    CloseWithTimestamps();
    Send(Syn().Seq(5000).Stamp(999).Echo(0));
    Expect(Ack(2));
    ExpectState(State::TimeWait);
    EXPECT_EQ(Count().timeWaitReuses, 0U);
}

TEST_F(TimeWait, SynWithEqualTimestampNeedsANewerNumber) // RFC 6191 §2
{
    CloseWithTimestamps();
    Send(Syn().Seq(0).Stamp(1000).Echo(0));
    Expect(Ack(2));
    ExpectState(State::TimeWait);
    Send(Syn().Seq(5000).Stamp(1000).Echo(0));
    Expect(SynAck().Seq(kReuseIss).Ack(5001));
    ExpectState(State::SynReceived);
}

TEST_F(TimeWait, OlderSynIsAnsweredWithAnAckOnly)
{
    GoTo(State::TimeWait);
    Send(Syn().Seq(0)); // the first SYN once more
    Expect(Ack(2));
    ExpectState(State::TimeWait);
}

TEST_F(TimeWait, NewerSynWithoutAListenerDoesNotEndIt)
{
    ConnectAndEstablish();
    ShutdownSend();
    Expect(Fin());
    Send(Fin());
    Expect(Ack());
    Send(Syn().Seq(5000));
    Expect(Ack(2));
    ExpectState(State::TimeWait);
}

TEST_F(TimeWait, ConnectFromItsTupleIsRefused) // stock ns-3: success, and nothing happens
{
    ConnectAndEstablish();
    ShutdownSend();
    Expect(Fin());
    Send(Fin());
    Expect(Ack());
    const FourTuple tuple = Tuple();
    const ConnectRequest request{.local = tuple.local,
                                 .localPort = tuple.localPort,
                                 .remote = tuple.remote,
                                 .remotePort = tuple.remotePort};
    EXPECT_EQ(Core().Connect(now, request).error, Error::AddressInUse);
    Advance(60s);
    EXPECT_TRUE(Core().Connect(now, request));
    Node().Settle(now);
}

TEST_F(TimeWait, EphemeralPortIsNotUsedAgainForItsDestination)
{
    config.handshake.firstEphemeralPort = Tuple().localPort;
    config.handshake.lastEphemeralPort = Tuple().localPort;
    ConnectAndEstablish();
    ShutdownSend();
    Expect(Fin());
    Send(Fin());
    Expect(Ack());
    ConnectRequest request;
    request.local = Tuple().local;
    request.remote = Tuple().remote;
    request.remotePort = Tuple().remotePort;
    EXPECT_EQ(Core().Connect(now, request).error, Error::AddressNotAvailable);
    ++request.remotePort;
    EXPECT_TRUE(Core().Connect(now, request)) << "another destination is another tuple";
    Node().Settle(now);
}

TEST_F(TimeWait, ListeningIsPossibleWhileConnectionsWait)
{
    GoTo(State::TimeWait);
    StopListening();
    ExpectState(State::TimeWait);
    Listen();
    ExpectState(State::TimeWait);
}

TEST_F(TimeWait, ManyRecordsExpireOneByOne)
{
    Listen();
    std::vector<FourTuple> tuples;
    for (uint16_t port = 1; port <= 100; ++port)
    {
        Segment segment;
        segment.tuple = Tuple();
        segment.tuple.remotePort = port;
        segment.flags = Flag::SYN;
        segment.window = 65535;
        Node().Receive(now, segment, 0);
        const SeqNum theirs = Node().Settle(now).at(0).segment.seq;
        segment.seq += 1;
        segment.ack = theirs + 1;
        segment.flags = Flag::ACK;
        Node().Receive(now, segment, 0);
        Node().Settle(now);
        Core().ShutdownSend(now, Core().Accept(listener).value);
        Node().Settle(now);
        segment.ack = theirs + 2;
        segment.flags = Flag::FIN | Flag::ACK;
        Node().Receive(now, segment, 0);
        Node().Settle(now);
        tuples.push_back(segment.tuple);
        Advance(100ms);
    }
    const auto waiting = [&] { return Core().Census()[static_cast<std::size_t>(State::TimeWait)]; };
    EXPECT_EQ(waiting(), 100U);
    Advance(50s); // the first began 60 s ago
    EXPECT_EQ(waiting(), 99U);
    Advance(5s);
    EXPECT_EQ(waiting(), 49U);
    EXPECT_EQ(Node().StateOf(tuples[50]), State::Closed);
    EXPECT_EQ(Node().StateOf(tuples[51]), State::TimeWait);
    Advance(5s);
    EXPECT_EQ(waiting(), 0U);
}

} // namespace
} // namespace lifecycle::test
