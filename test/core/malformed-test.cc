// Segments that no TCP sends, or that are for nobody: dropped and counted.

#include "peer-test.h"

namespace lifecycle::test
{
namespace
{

class Malformed : public PeerTest
{
  protected:
    /** A segment with nothing but flags, next in order. */
    void SendFlags(Flags flags)
    {
        Send(Sketch{.flags = flags});
    }
};

TEST_F(Malformed, HeadersThatCannotBeParsedAreCounted)
{
    Core().OnMalformed();
    Core().OnMalformed();
    EXPECT_EQ(Count().malformed, 2U);
    EXPECT_EQ(Count().segmentsIn, 2U);
}

TEST_F(Malformed, SynWithFinIsDroppedByAListener) // as Linux: tcp_rcv_state_process
{
    Listen();
    SendFlags(Flag::SYN | Flag::FIN);
    NothingSent();
    ExpectState(State::Listen);
    EXPECT_EQ(Count().nonsenseFlags, 1U);
}

TEST_F(Malformed, SynWithRstIsARst) // RFC 9293 §3.10.7: RST is looked at before SYN
{
    Listen();
    SendFlags(Flag::SYN | Flag::RST);
    NothingSent();
    ExpectState(State::Listen);
}

TEST_F(Malformed, ScansChangeNothingInAnyState)
{
    for (State state : {State::Listen,
                        State::SynSent,
                        State::SynReceived,
                        State::Established,
                        State::FinWait1,
                        State::FinWait2,
                        State::CloseWait,
                        State::Closing,
                        State::LastAck,
                        State::TimeWait})
    {
        SCOPED_TRACE(Name(state));
        GoTo(state);
        SendFlags(Flags()); // a null scan
        NothingSent();
        SendFlags(Flag::URG | Flag::PSH);
        NothingSent();
        SendFlags(Flag::URG | Flag::PSH | Flag::FIN); // an Xmas scan
        Ignore();                                     // TIME-WAIT may answer a FIN
        ExpectState(state);
        StartOver();
    }
}

TEST_F(Malformed, SegmentWithoutAckIsDroppedInASynchronizedState) // RFC 9293 §3.10.7.4, fifth
{
    ConnectAndEstablish();
    Send(Fin().NoAck()); // a FIN scan
    NothingSent();
    ExpectState(State::Established);
    EXPECT_EQ(Count().noAck, 1U);
}

TEST_F(Malformed, FinToAListenerIsDropped) // RFC 9293 §3.10.7.2, fourth
{
    Listen();
    Send(Fin().NoAck());
    NothingSent();
    ExpectState(State::Listen);
}

TEST_F(Malformed, SegmentsOutsideOfTheWindowAreAcknowledgedAndDropped) // §3.10.7.4, first
{
    ConnectAndEstablish();
    Send(Data(100).Seq(200000));
    Expect(Ack(1));
    Send(Data(100).Seq(0x80000000));
    Expect(Ack(1));
    Send(Data(100).Seq(0U - 100));
    Expect(Ack(1));
    EXPECT_EQ(Unread(), 0U);
    EXPECT_EQ(Count().unacceptable, 3U);
}

TEST_F(Malformed, DataIsTrimmedToTheWindow) // §3.10.7.4: "tailor segments"
{
    config.data.rcvBuf = 1500;
    ConnectAndEstablish();
    Send(Data(1000));
    Send(Data(1000));
    Expect(Ack(1501).Window(0));
    EXPECT_EQ(Unread(), 1500U);
}

TEST_F(Malformed, FinBeyondTheWindowIsNotTaken)
{
    config.data.rcvBuf = 1500;
    ConnectAndEstablish();
    Send(Data(2000).Plus(Flag::FIN));
    Expect(Ack(1501).Window(0));
    ExpectState(State::Established);
    ReadAll();
    Expect(Ack(1501));
    Send(Data(500).Seq(1501).Plus(Flag::FIN));
    Expect(Ack(2002));
    ExpectState(State::CloseWait);
}

TEST_F(Malformed, UrgentDataIsDataLikeAnyOther) // RFC 6093: best read inline
{
    ConnectAndEstablish();
    Send(Data(10).Plus(Flag::URG));
    EXPECT_EQ(Unread(), 10U);
    ExpectAfter(40ms, Ack(11));
}

TEST_F(Malformed, CongestionBitsDoNoHarm)
{
    Listen();
    Send(Syn().Plus(Flag::ECE).Plus(Flag::CWR)); // asks for ECN, RFC 3168 §6.1.1
    Expect(SynAck().Plus(Flag::ECE));
    Send(Ack().Plus(Flag::ECE));
    ExpectState(State::Established);
}

TEST_F(Malformed, SackBlocksOfNonsenseAreIgnored)
{
    ConnectAndEstablish(SynAck().SackPermitted());
    Write(3000);
    Expect(Data(1000));
    Expect(Data(1000));
    Expect(Data(1000));
    Send(Ack(1).Sack(5000, 6000));
    Send(Ack(1).Sack(2001, 1001));
    Send(Ack(1).Sack(1001, 1001));
    Send(Ack(1).Sack(0x80000000, 0x80000100));
    Send(Ack(1).Sack(0U - 1000, 0));
    NothingSent();
    EXPECT_EQ(Count().fastRecoveries, 0U);
    Send(Ack());
    EXPECT_EQ(Node().Of(connection).acked, 3000U);
}

} // namespace
} // namespace lifecycle::test
