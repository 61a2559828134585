// Opening: three-way handshake, simultaneous open, and what goes wrong on the way.

#include "peer-test.h"

namespace lifecycle::test
{
namespace
{

class Handshake : public PeerTest
{
};

/** What a RST without ACK starts from, as a relative number. */
constexpr uint32_t kSeqZero = 0U - 0xfffffc00U;

// Active.

TEST_F(Handshake, ActiveOpenTakesThreeSegments)
{
    Connect();
    Expect(Syn().Mss(1000));
    ExpectState(State::SynSent);
    Send(SynAck());
    Expect(Ack());
    ExpectState(State::Established);
    EXPECT_EQ(Count().activeOpens, 1U);
}

TEST_F(Handshake, SynIsRepeatedWithBackOffAndGivenUp) // RFC 6298 §5.5, RFC 9293 §3.8.3
{
    config.handshake.synRetries = 4;
    Connect();
    Expect(Syn());
    ExpectAfter(1s, Syn());
    ExpectAfter(2s, Syn());
    ExpectAfter(4s, Syn());
    ExpectAfter(8s, Syn());
    Advance(15999ms);
    ExpectState(State::SynSent);
    Advance(1ms);
    NothingSent();
    ExpectState(State::Closed);
    ExpectClosed(CloseReason::ConnectTimeout);
}

TEST_F(Handshake, SynIsGivenUpAsInLinuxAfter127Seconds)
{
    Connect();
    Expect(Syn());
    Advance(126s);
    Ignore();
    ExpectState(State::SynSent);
    Advance(1s);
    ExpectClosed(CloseReason::ConnectTimeout);
}

TEST_F(Handshake, LateSynAckCompletesARepeatedSyn)
{
    Connect();
    Expect(Syn());
    ExpectAfter(1s, Syn());
    ExpectAfter(2s, Syn());
    Send(SynAck());
    Expect(Ack());
    ExpectState(State::Established);
}

TEST_F(Handshake, RepeatedSynAckIsAcknowledgedAgain)
{
    ConnectAndEstablish();
    Send(SynAck());
    Expect(Ack());
    ExpectState(State::Established);
}

TEST_F(Handshake, ResetInAnswerToSynMeansRefused) // stock ns-3 ignores it for 189 s
{
    Connect();
    Expect(Syn());
    Send(RstAck().Seq(0).Ack(1));
    NothingSent();
    ExpectClosed(CloseReason::Refused);
    ExpectState(State::Closed);
    EXPECT_EQ(Count().resetsIn, 1U);
}

TEST_F(Handshake, ResetThatAcknowledgesNothingOfOursIsIgnored) // RFC 9293 §3.10.7.3
{
    Connect();
    Expect(Syn());
    Send(Rst().Seq(0));
    Send(RstAck().Seq(0).Ack(0));
    Send(RstAck().Seq(0).Ack(2));
    NothingSent();
    ExpectState(State::SynSent);
}

TEST_F(Handshake, AckOfWhatWasNeverSentIsAnsweredWithReset) // RFC 9293 §3.10.7.3
{
    Connect();
    Expect(Syn());
    Send(Ack(77).Seq(500));
    Expect(Rst().Seq(77));
    Send(SynAck().Ack(77));
    Expect(Rst().Seq(77));
    ExpectState(State::SynSent);
    Send(SynAck().Ack(1));
    Expect(Ack());
    ExpectState(State::Established);
}

TEST_F(Handshake, AckWithoutSynIsDroppedInSynSent) // RFC 9293 §3.10.7.3, fifth
{
    Connect();
    Expect(Syn());
    Send(Ack(1).Seq(0));
    NothingSent();
    ExpectState(State::SynSent);
}

TEST_F(Handshake, FinInSynSentIsDropped) // RFC 9293 §3.10.7.3: without SYN or RST, dropped
{
    Connect();
    Expect(Syn());
    Send(Fin().Seq(0).Ack(1));
    NothingSent();
    ExpectState(State::SynSent);
}

TEST_F(Handshake, DataWithSynAckIsTaken) // RFC 9293 §3.10.7.3: text in the segment continues
{
    Connect();
    Expect(Syn());
    Send(Sketch{.flags = Flag::SYN | Flag::ACK, .payload = 100}.Mss(1000));
    Expect(Ack(101));
    EXPECT_EQ(Unread(), 100U);
}

TEST_F(Handshake, CloseInSynSentForgetsTheConnection) // RFC 9293 §3.10.4
{
    Connect();
    Expect(Syn());
    Close();
    NothingSent();
    ExpectState(State::Closed);
    EXPECT_EQ(Core().NextDeadline(), kNever);
}

TEST_F(Handshake, DataWrittenInSynSentFollowsTheHandshake)
{
    Connect();
    Expect(Syn());
    Write(500);
    NothingSent();
    Send(SynAck());
    Expect(Data(500).Plus(Flag::PSH));
    ExpectState(State::Established);
}

TEST_F(Handshake, ShutdownInSynSentSendsFinAfterTheHandshake)
{
    Connect();
    Expect(Syn());
    Write(500);
    ShutdownSend();
    NothingSent();
    Send(SynAck());
    Expect(Data(500).Plus(Flag::FIN).Plus(Flag::PSH));
    ExpectState(State::FinWait1);
}

// Passive.

TEST_F(Handshake, PassiveOpenTakesThreeSegments)
{
    Listen();
    Send(Syn());
    Expect(SynAck());
    ExpectState(State::SynReceived);
    Send(Ack());
    NothingSent();
    ExpectState(State::Established);
    Accept();
    EXPECT_EQ(Count().passiveOpens, 1U);
    EXPECT_EQ(Count().accepted, 1U);
}

TEST_F(Handshake, SynAckIsRepeatedWithBackOffAndGivenUp)
{
    config.handshake.synAckRetries = 3;
    Listen();
    Send(Syn());
    Expect(SynAck());
    ExpectAfter(1s, SynAck());
    ExpectAfter(2s, SynAck());
    ExpectAfter(4s, SynAck());
    Advance(7999ms);
    ExpectState(State::SynReceived);
    Advance(1ms);
    NothingSent();
    ExpectState(State::Listen);
    EXPECT_EQ(Core().Census()[static_cast<std::size_t>(State::SynReceived)], 0U);
    EXPECT_EQ(Core().NextDeadline(), kNever);
}

TEST_F(Handshake, RepeatedSynIsAnsweredWithTheSameSynAck)
{
    Listen();
    Send(Syn());
    Expect(SynAck());
    Send(Syn());
    Expect(SynAck());
    EXPECT_EQ(Core().Census()[static_cast<std::size_t>(State::SynReceived)], 1U);
    Send(Ack());
    ExpectState(State::Established);
}

TEST_F(Handshake, LostThirdSegmentIsMadeUpForByData)
{
    Listen();
    Send(Syn());
    Expect(SynAck());
    Send(Data(100));
    ExpectState(State::Established);
    Accept();
    EXPECT_EQ(Unread(), 100U);
    ExpectAfter(40ms, Ack(101));
}

TEST_F(Handshake, LostThirdSegmentIsSentAgainWhenTheSynAckIsRepeated)
{
    // Stock ns-3 loses such a connection if its client stays silent.
    ConnectAndEstablish();
    Advance(1s);
    Send(SynAck()); // the peer did not hear our ACK
    Expect(Ack());
    ExpectState(State::Established);
}

TEST_F(Handshake, ThirdSegmentMayCarryDataAndFin)
{
    Listen();
    Send(Syn());
    Expect(SynAck());
    Send(Data(100).Plus(Flag::FIN));
    Expect(Ack(102));
    ExpectState(State::CloseWait);
    Accept();
    EXPECT_EQ(Unread(), 100U);
    EXPECT_TRUE(Node().Of(connection).peerClosed);
}

TEST_F(Handshake, WrongAckInSynReceivedIsAnsweredWithReset) // RFC 9293 §3.10.7.4, fifth
{
    Listen();
    Send(Syn());
    Expect(SynAck());
    Send(Ack(2));
    Expect(Rst().Seq(2));
    Send(Ack(0));
    Expect(Rst().Seq(0));
    ExpectState(State::SynReceived);
}

TEST_F(Handshake, ResetReturnsAHalfOpenConnectionToListen) // RFC 9293 §3.10.7.4, second
{
    Listen();
    Send(Syn());
    Expect(SynAck());
    Send(Rst().Seq(1));
    NothingSent();
    ExpectState(State::Listen);
    Send(Syn());
    Expect(SynAck());
    ExpectState(State::SynReceived);
}

TEST_F(Handshake, ResetOutsideOfTheWindowDoesNotEndAHalfOpenConnection) // RFC 5961 §3.2
{
    Listen();
    Send(Syn());
    Expect(SynAck());
    Send(Rst().Seq(0));
    Send(Rst().Seq(200000));
    NothingSent();
    ExpectState(State::SynReceived);
}

TEST_F(Handshake, AckToAListenerIsAnsweredWithReset) // RFC 9293 §3.10.7.2, second
{
    Listen();
    Send(Ack(77).Seq(5));
    Expect(Rst().Seq(77));
    Send(Fin().Ack(78));
    Expect(Rst().Seq(78));
    ExpectState(State::Listen);
}

TEST_F(Handshake, ResetToAListenerIsIgnored) // RFC 9293 §3.10.7.2, first
{
    Listen();
    Send(Rst());
    Send(RstAck().Ack(77));
    NothingSent();
    ExpectState(State::Listen);
}

TEST_F(Handshake, SegmentToNobodyIsAnsweredWithReset) // RFC 9293 §3.10.7.1
{
    Send(Syn());
    Expect(RstAck().Seq(kSeqZero).Ack(1));
    Send(Data(100).Seq(1).Ack(77));
    Expect(Rst().Seq(77));
    Send(Fin().Seq(1).NoAck());
    Expect(RstAck().Seq(kSeqZero).Ack(2));
    EXPECT_EQ(Count().resetsOut, 3U);
}

TEST_F(Handshake, ResetToNobodyIsNotAnswered) // stock ns-3 answers it with a RST
{
    Send(Rst());
    Send(RstAck().Ack(77));
    NothingSent();
}

TEST_F(Handshake, ListeningTwiceOnOnePortIsRefused)
{
    Listen();
    EXPECT_EQ(Core().Listen({.local = IpAddress(), .port = Tuple().localPort}).error,
              Error::AddressInUse);
}

TEST_F(Handshake, StoppedListenerRefusesNewConnections)
{
    Listen();
    StopListening();
    Send(Syn());
    Expect(RstAck().Seq(kSeqZero));
    ExpectState(State::Closed);
}

TEST_F(Handshake, StoppedListenerDropsHalfOpenConnections)
{
    Listen();
    Send(Syn());
    Expect(SynAck());
    StopListening();
    Ignore(); // it may say so to the peer
    Send(Ack());
    Expect(Rst().Seq(1));
    EXPECT_EQ(Core().NextDeadline(), kNever);
}

TEST_F(Handshake, StoppedListenerResetsWhatWasNotAccepted) // as Linux: inet_csk_listen_stop
{
    Listen();
    Send(Syn());
    Expect(SynAck());
    Send(Ack());
    StopListening();
    Expect(RstAck());
    ExpectState(State::Closed);
}

// Simultaneous open (RFC 9293 §3.5, Figure 8).

TEST_F(Handshake, SimultaneousOpenEstablishes) // stock ns-3 resets itself
{
    Connect();
    Expect(Syn());
    Send(Syn());
    Expect(SynAck());
    ExpectState(State::SynReceived);
    Send(SynAck());
    ExpectState(State::Established);
    Ignore(); // acknowledging the SYN again is allowed
    Write(100);
    Expect(Data(100));
    Send(Ack());
    EXPECT_EQ(Node().Of(connection).acked, 100U);
}

TEST_F(Handshake, SimultaneousOpenIsConcludedByABareAck)
{
    Connect();
    Expect(Syn());
    Send(Syn());
    Expect(SynAck());
    Send(Ack());
    NothingSent();
    ExpectState(State::Established);
}

TEST_F(Handshake, SimultaneousOpenRepeatsItsSynAck)
{
    Connect();
    Expect(Syn());
    Send(Syn());
    Expect(SynAck());
    ExpectAfter(1s, SynAck());
    ExpectAfter(2s, SynAck());
    Send(SynAck());
    Ignore();
    ExpectState(State::Established);
}

TEST_F(Handshake, ResetDuringSimultaneousOpenMeansRefused) // RFC 9293 §3.10.7.4, second
{
    Connect();
    Expect(Syn());
    Send(Syn());
    Expect(SynAck());
    Send(Rst());
    NothingSent();
    ExpectClosed(CloseReason::Refused);
}

TEST_F(Handshake, CloseDuringSimultaneousOpenSendsFin) // RFC 9293 §3.10.4, SYN-RECEIVED
{
    Connect();
    Expect(Syn());
    Send(Syn());
    Expect(SynAck());
    Close();
    Ignore(); // the FIN may wait for the handshake
    Send(Ack(1));
    Ignore();
    ExpectState(State::FinWait1);
}

TEST_F(Handshake, DataWrittenBeforeACloseDuringSimultaneousOpenHasTheWholeInitialWindow)
{
    Connect();
    Expect(Syn());
    Write(20000);
    Send(Syn());
    Expect(SynAck());
    ShutdownSend();
    ExpectState(State::FinWait1);
    Send(Ack(1));
    for (int i = 0; i < 10; ++i)
    {
        Expect(Data(1000));
    }
    NothingSent();
    EXPECT_EQ(View().congestion.ssthresh, UINT32_MAX);
}

// Backlog.

TEST_F(Handshake, OnlyAsManyWaitToBeAcceptedAsTheBacklogAllows)
{
    const Result<ListenerId> result =
        Core().Listen({.local = IpAddress(), .port = Tuple().localPort, .backlog = 1});
    listener = result.value;
    int established = 0;
    for (uint16_t port = 1; port <= 5; ++port)
    {
        Segment syn;
        syn.tuple = Tuple();
        syn.tuple.remotePort = port;
        syn.flags = Flag::SYN;
        Node().Receive(now, syn, 0);
        const std::vector<OutSegment> answer = Node().Settle(now);
        if (answer.empty())
        {
            continue;
        }
        Segment ack = syn;
        ack.seq += 1;
        ack.ack = answer[0].segment.seq + 1;
        ack.flags = Flag::ACK;
        Node().Receive(now, ack, 0);
        Node().Settle(now);
        established += Node().StateOf(syn.tuple) == State::Established;
    }
    EXPECT_EQ(established, 2) << "as Linux: one more than the backlog";
    EXPECT_GT(Count().synOverflows + Count().acceptOverflows, 0U);
    EXPECT_TRUE(Core().Accept(listener));
    EXPECT_TRUE(Core().Accept(listener));
    EXPECT_EQ(Core().Accept(listener).error, Error::WouldBlock);
}

TEST_F(Handshake, SynBeyondTheBacklogIsDroppedAndTakenWhenThereIsRoom)
{
    config.handshake.synCookies = SynCookies::Never;
    const Result<ListenerId> result =
        Core().Listen({.local = IpAddress(), .port = Tuple().localPort, .backlog = 1});
    listener = result.value;
    Segment other;
    other.tuple = Tuple();
    other.tuple.remotePort = 1;
    other.flags = Flag::SYN;
    for (int i = 0; i < 2; ++i) // as Linux: one more than the backlog
    {
        ++other.tuple.remotePort;
        Node().Receive(now, other, 0);
        EXPECT_EQ(Node().Settle(now).size(), 1U);
    }
    Send(Syn());
    NothingSent();
    EXPECT_EQ(Count().synOverflows, 1U);
    other.flags = Flag::RST;
    other.seq += 1;
    Node().Receive(now, other, 0);
    Node().Settle(now);
    Send(Syn());
    Expect(SynAck());
}

// Initial sequence numbers.

TEST_F(Handshake, InitialSequenceNumberIsNotTheSameTwice) // stock ns-3: always 0
{
    config.handshake.isn = IsnChoice::Hashed;
    Listen();
    std::vector<SeqNum> isns;
    for (uint16_t port = 1; port <= 3; ++port)
    {
        Segment syn;
        syn.tuple = Tuple();
        syn.tuple.remotePort = port;
        syn.flags = Flag::SYN;
        Node().Receive(now, syn, 0);
        const std::vector<OutSegment> answer = Node().Settle(now);
        ASSERT_EQ(answer.size(), 1U);
        isns.push_back(answer[0].segment.seq);
    }
    EXPECT_NE(isns[0], isns[1]);
    EXPECT_NE(isns[1], isns[2]);
    EXPECT_NE(isns[0], SeqNum(0));
}

TEST_F(Handshake, InitialSequenceNumberOfOneTupleGrowsWithTime) // RFC 6528 §3, RFC 9293 §3.4.1
{
    config.handshake.isn = IsnChoice::Hashed;
    const auto connectAt = [&](Instant when) {
        const FourTuple tuple = Tuple();
        const ConnectRequest request{.local = tuple.local,
                                     .localPort = tuple.localPort,
                                     .remote = tuple.remote,
                                     .remotePort = tuple.remotePort};
        const Result<ConnectionId> made = Core().Connect(when, request);
        const SeqNum isn = Node().Settle(when).at(0).segment.seq;
        Core().Abort(when, made.value);
        Node().Settle(when);
        return isn;
    };
    const SeqNum first = connectAt(now);
    const SeqNum second = connectAt(now + 64us);
    EXPECT_EQ(second.Since(first), 1000U);
}

// Ports.

TEST_F(Handshake, EphemeralPortsAreSharedBetweenDestinations)
{
    // Stock ns-3 runs out of ports for all destinations at once.
    config.handshake.firstEphemeralPort = 50000;
    config.handshake.lastEphemeralPort = 50009;
    for (uint32_t host = 1; host <= 3; ++host)
    {
        ConnectRequest request;
        request.local = Tuple().local;
        request.remote = IpAddress::FromV4(0x0a000100 + host);
        request.remotePort = 80;
        for (int i = 0; i < 10; ++i)
        {
            EXPECT_TRUE(Core().Connect(now, request)) << "host " << host << " connection " << i;
        }
        EXPECT_EQ(Core().Connect(now, request).error, Error::AddressNotAvailable);
    }
    Node().Settle(now);
}

TEST_F(Handshake, PortOfAListenerIsNoEphemeralPortUntilItStops)
{
    config.handshake.firstEphemeralPort = Tuple().localPort;
    config.handshake.lastEphemeralPort = Tuple().localPort;
    ConnectRequest request;
    request.local = Tuple().local;
    request.remote = Tuple().remote;
    request.remotePort = 80;
    Listen();
    EXPECT_EQ(Core().Connect(now, request).error, Error::AddressNotAvailable);
    StopListening();
    EXPECT_TRUE(Core().Connect(now, request));
    Node().Settle(now);
}

TEST_F(Handshake, ConnectFromATupleInUseIsRefused)
{
    Connect();
    Expect(Syn());
    const FourTuple tuple = Tuple();
    const Result<ConnectionId> second = Core().Connect(now,
                                                       {.local = tuple.local,
                                                        .localPort = tuple.localPort,
                                                        .remote = tuple.remote,
                                                        .remotePort = tuple.remotePort});
    EXPECT_FALSE(second);
    EXPECT_NE(second.error, Error::None);
}

} // namespace
} // namespace lifecycle::test
