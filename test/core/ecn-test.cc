// Explicit congestion notification (RFC 3168), and what DCTCP (RFC 8257) needs of it.

#include "network.h"
#include "peer-test.h"

namespace lifecycle::test
{
namespace
{

class EcnTest : public PeerTest
{
  protected:
    EcnTest()
    {
        config.data.ecn = Ecn::Active;
    }

    /** The same with a mark of a router in the IP header. */
    static Sketch Marked(Sketch sketch)
    {
        sketch.ecn = EcnCodepoint::Ce;
        return sketch;
    }

    void Agree()
    {
        Connect();
        Expect(Syn().Plus(Flag::ECE).Plus(Flag::CWR));
        Advance(kRtt);
        Send(SynAck().Plus(Flag::ECE));
        Expect(Ack());
    }

    EcnCodepoint LastCodepoint()
    {
        return Last().ecn;
    }
};

// Agreeing (§6.1.1).

TEST_F(EcnTest, IsAskedForAndDataIsMarkedCapable)
{
    Agree();
    EXPECT_EQ(LastCodepoint(), EcnCodepoint::NotEct) << "§6.1.4: no pure ACKs";
    Write(1000);
    Expect(Data(1000));
    EXPECT_EQ(LastCodepoint(), EcnCodepoint::Ect0);
}

TEST_F(EcnTest, PeerThatDoesNotAgreeIsSentPlainData)
{
    Connect();
    Expect(Syn().Plus(Flag::ECE).Plus(Flag::CWR));
    Send(SynAck());
    Expect(Ack());
    Write(1000);
    Expect(Data(1000));
    EXPECT_EQ(LastCodepoint(), EcnCodepoint::NotEct);
}

TEST_F(EcnTest, PeerThatReflectsTheBitsDoesNotAgree) // §6.1.1.1
{
    Connect();
    Expect(Syn().Plus(Flag::ECE).Plus(Flag::CWR));
    Send(SynAck().Plus(Flag::ECE).Plus(Flag::CWR));
    Expect(Ack());
    Write(1000);
    Expect(Data(1000));
    EXPECT_EQ(LastCodepoint(), EcnCodepoint::NotEct);
}

TEST_F(EcnTest, SynThatIsRepeatedDoesNotAsk) // §6.1.1.1
{
    Connect();
    Expect(Syn().Plus(Flag::ECE).Plus(Flag::CWR));
    AdvanceUntilSent();
    Expect(Syn());
}

TEST_F(EcnTest, IsAgreedToByTheListener)
{
    config.data.ecn = Ecn::Passive;
    Listen();
    Send(Syn().Plus(Flag::ECE).Plus(Flag::CWR));
    Expect(SynAck().Plus(Flag::ECE));
    Send(Ack());
    Accept();
    Write(1000);
    Expect(Data(1000));
    EXPECT_EQ(LastCodepoint(), EcnCodepoint::Ect0);
}

TEST_F(EcnTest, PassiveDoesNotAsk) // Linux tcp_ecn 2
{
    config.data.ecn = Ecn::Passive;
    Connect();
    Expect(Syn());
    Send(SynAck().Plus(Flag::ECE)); // nobody asked
    Expect(Ack());
    Write(1000);
    Expect(Data(1000));
    EXPECT_EQ(LastCodepoint(), EcnCodepoint::NotEct);
}

TEST_F(EcnTest, OffIsOff)
{
    config.data.ecn = Ecn::Off;
    Listen();
    Send(Syn().Plus(Flag::ECE).Plus(Flag::CWR));
    Expect(SynAck());
}

// The receiver (§6.1.3).

TEST_F(EcnTest, MarkIsEchoedUntilTheSenderHasHeard)
{
    Agree();
    Send(Marked(Data(1000)));
    Send(Data(1000));
    Expect(Ack(2001).Plus(Flag::ECE));
    Send(Data(1000));
    Send(Data(1000));
    Expect(Ack(4001).Plus(Flag::ECE)); // still, since it may have been lost
    Send(Data(1000).Plus(Flag::CWR));
    Send(Data(1000));
    Expect(Ack(6001));
    EXPECT_EQ(Count().congestionMarks, 1U);
}

TEST_F(EcnTest, MarkOnTheSegmentWithCwrIsEchoedAnew)
{
    Agree();
    Send(Marked(Data(1000)));
    Send(Marked(Data(1000).Plus(Flag::CWR)));
    Expect(Ack(2001).Plus(Flag::ECE));
}

TEST_F(EcnTest, MarkWithoutAgreementIsIgnored)
{
    config.data.ecn = Ecn::Off;
    ConnectAndEstablish();
    Send(Marked(Data(1000)));
    Send(Marked(Data(1000)));
    Expect(Ack(2001));
}

// The sender (§6.1.2).

TEST_F(EcnTest, EchoHalvesTheWindowOnceARoundTripAndIsAnswered)
{
    Agree();
    Write(30000);
    for (int i = 0; i < 10; ++i)
    {
        Expect(Data(1000));
    }
    Send(Ack(1001).Plus(Flag::ECE));
    Send(Ack(2001).Plus(Flag::ECE));
    EXPECT_EQ(View().congestion.cwnd, 4500U) << "half of the 9 in flight";
    EXPECT_EQ(Count().retransmits, 0U);
    Send(Ack(7001).Plus(Flag::ECE));
    Expect(Data(1000).Plus(Flag::CWR));
    NothingSent();
    EXPECT_EQ(View().congestion.cwnd, 4500U) << "once";
    Send(Ack(10001));
    Expect(Data(1000));
    EXPECT_FALSE(Last().flags.Has(Flag::CWR));
    Ignore();
    Send(Ack(11001).Plus(Flag::ECE)); // the next round trip
    Ignore();
    EXPECT_LT(View().congestion.cwnd, 4500U);
}

TEST_F(EcnTest, RepetitionIsNotMarkedCapable) // §6.1.5
{
    Agree();
    Write(1000);
    Expect(Data(1000));
    AdvanceUntilSent();
    Expect(Data(1000).Seq(1));
    EXPECT_EQ(LastCodepoint(), EcnCodepoint::NotEct);
}

TEST_F(EcnTest, WindowProbeIsNotMarkedCapable) // §6.1.6
{
    Agree();
    Send(Ack().Window(0));
    Write(1000);
    AdvanceUntilSent();
    Expect(Data(1));
    EXPECT_EQ(LastCodepoint(), EcnCodepoint::NotEct);
}

// DCTCP (RFC 8257): every mark is reported as it came.

class Reporter : public CongestionControl
{
  public:
    std::string_view Name() const override
    {
        return "Reporter";
    }

    void OnAck(Flow&, const AckSample& sample) const override
    {
        marked += sample.ece ? sample.acked : 0;
    }

    void Grow(Flow&, const AckSample&) const override
    {
    }

    uint32_t SsThresh(Flow& flow, CongestionSignal signal) const override
    {
        reductions += signal == CongestionSignal::Ecn;
        return flow.window.cwnd * 9 / 10;
    }

    bool WantsEveryMark() const override
    {
        return true;
    }

    mutable uint32_t marked{0};
    mutable uint32_t reductions{0};
};

TEST_F(EcnTest, CongestionControlThatNeedsMarksAsksForThem) // Linux tcp_ca_needs_ecn()
{
    config.data.ecn = Ecn::Passive;
    config.data.congestion = std::make_shared<Reporter>();
    Agree();
    EXPECT_EQ(LastCodepoint(), EcnCodepoint::Ect0) << "pure ACKs too";
    Write(1000);
    Expect(Data(1000));
    EXPECT_EQ(LastCodepoint(), EcnCodepoint::Ect0);
    AdvanceUntilSent();
    Expect(Data(1000).Seq(1));
    EXPECT_EQ(LastCodepoint(), EcnCodepoint::Ect0) << "repetitions too";
}

TEST_F(EcnTest, CongestionControlThatNeedsMarksMarksTheHandshake)
{
    config.data.ecn = Ecn::Passive;
    config.data.congestion = std::make_shared<Reporter>();
    Connect();
    Expect(Syn().Plus(Flag::ECE).Plus(Flag::CWR));
    EXPECT_EQ(LastCodepoint(), EcnCodepoint::Ect0);
    StartOver();
    Listen();
    Send(Syn().Plus(Flag::ECE).Plus(Flag::CWR));
    Expect(SynAck().Plus(Flag::ECE));
    EXPECT_EQ(LastCodepoint(), EcnCodepoint::Ect0);
}

TEST_F(EcnTest, CongestionControlThatNeedsMarksSendsPlainlyToWhoHasNone)
{
    config.data.congestion = std::make_shared<Reporter>();
    Connect();
    Expect(Syn().Plus(Flag::ECE).Plus(Flag::CWR));
    Send(SynAck());
    Expect(Ack());
    EXPECT_EQ(LastCodepoint(), EcnCodepoint::NotEct);
    Write(1000);
    Expect(Data(1000));
    EXPECT_EQ(LastCodepoint(), EcnCodepoint::NotEct);
}

TEST_F(EcnTest, ChangeOfTheMarkIsReportedAtOnce) // RFC 8257 §3.2
{
    config.data.congestion = std::make_shared<Reporter>();
    Agree();
    Send(Data(1000));
    NothingSent();
    Send(Marked(Data(1000)));
    Expect(Ack(1001)); // what came before, without
    NothingSent();
    Send(Marked(Data(1000)));
    Expect(Ack(3001).Plus(Flag::ECE));
    Send(Data(1000));
    NothingSent();
    Send(Data(1000));
    Expect(Ack(5001));
}

TEST_F(EcnTest, CongestionControlHearsHowMuchWasMarked) // RFC 8257 §3.3
{
    const auto reporter = std::make_shared<Reporter>();
    config.data.congestion = reporter;
    Agree();
    Write(10000);
    Ignore();
    Send(Ack(2001).Plus(Flag::ECE));
    Send(Ack(4001));
    Send(Ack(5001).Plus(Flag::ECE));
    EXPECT_EQ(reporter->marked, 3000U);
    EXPECT_EQ(reporter->reductions, 1U) << "once in a round trip";
    EXPECT_EQ(View().congestion.cwnd, 9000U);
}

} // namespace
} // namespace lifecycle::test
