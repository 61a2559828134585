// How fast data arrives, for congestion controls that want to know
// (draft-cheng-iccrg-delivery-rate-estimation-02).

#include "core/congestion.h"
#include "core/delivery-rate.h"
#include "core/scoreboard.h"
#include "peer-test.h"

#include <vector>

namespace lifecycle::test
{
namespace
{

/** Keeps what it is told of the rate, and leaves the window as it is. */
class Watcher : public CongestionControl
{
  public:
    std::string_view Name() const override
    {
        return "Watcher";
    }

    bool WantsDetails() const override
    {
        return true;
    }

    bool SetsWindow() const override
    {
        return true;
    }

    void Start(Flow& flow) const override
    {
        flow.memory = std::make_unique<CongestionMemory>();
        flow.memory->rates = std::make_unique<DeliveryRate>();
    }

    void Grow(Flow&, const AckSample&) const override
    {
    }

    uint32_t SsThresh(Flow& flow, CongestionSignal) const override
    {
        return flow.window.cwnd / 2;
    }

    void OnAckDone(Flow&, const RateSample& sample) const override
    {
        samples.push_back(sample);
    }

    mutable std::vector<RateSample> samples;
};

class DeliveryRateTest : public PeerTest
{
  protected:
    DeliveryRateTest()
    {
        config.data.congestion = watcher;
        config.data.lossProbe = false;
        config.data.lossDetection = LossDetection::DuplicateAcks;
    }

    /** Sends so many segments of 1000 bytes. */
    void Flight(int segments)
    {
        Write(segments * 1000);
        for (int i = 0; i < segments; ++i)
        {
            Expect(Data(1000));
        }
    }

    const RateSample& Newest() const
    {
        return watcher->samples.back();
    }

    const std::shared_ptr<Watcher> watcher{std::make_shared<Watcher>()};
};

TEST_F(DeliveryRateTest, IsWhatArrivesWithinARoundTrip)
{
    ConnectAndEstablish();
    Flight(10);
    Advance(100ms);
    Send(Ack(2001));
    EXPECT_TRUE(Newest().valid);
    EXPECT_EQ(Newest().delivered, 2000U);
    EXPECT_EQ(Newest().interval, 100ms);
    EXPECT_EQ(Newest().acked, 2000U);
    EXPECT_EQ(Newest().priorInFlight, 10000U);
    Advance(10ms);
    Send(Ack(4001));
    EXPECT_EQ(Newest().delivered, 4000U);
    EXPECT_EQ(Newest().interval, 110ms);
    EXPECT_EQ(Newest().priorInFlight, 8000U);
    Flight(4);
    Advance(90ms);
    Send(Ack(10001));
    Advance(10ms);
    Send(Ack(11001));
    EXPECT_EQ(Newest().priorDelivered, 4000U) << "when it was sent";
    EXPECT_EQ(Newest().delivered, 7000U);
    EXPECT_EQ(Newest().ackElapsed, 100ms);
    EXPECT_EQ(Newest().sendElapsed, 110ms) << "since what had arrived then was sent";
    EXPECT_EQ(Newest().interval, 110ms) << "the longer one";
}

TEST_F(DeliveryRateTest, TimeInWhichNothingWasInFlightDoesNotCount)
{
    ConnectAndEstablish();
    Flight(2);
    Advance(100ms);
    Send(Ack(2001));
    Advance(10s);
    Flight(2);
    Advance(100ms);
    Send(Ack(4001));
    EXPECT_EQ(Newest().delivered, 2000U);
    EXPECT_EQ(Newest().interval, 100ms);
}

TEST_F(DeliveryRateTest, SacksCountAsArrivals)
{
    ConnectAndEstablish(SynAck().SackPermitted());
    Flight(4);
    Advance(100ms);
    Send(Ack(1).Sack(1001, 2001));
    EXPECT_EQ(Newest().delivered, 1000U);
    EXPECT_EQ(Newest().acked, 1000U);
    Send(Ack(1).Sack(1001, 4001));
    EXPECT_EQ(Newest().delivered, 3000U);
    EXPECT_EQ(Newest().lost, 1000U);
    Ignore();
}

TEST_F(DeliveryRateTest, ApplicationThatSendsTooLittleIsToBlame) // §3.4
{
    ConnectAndEstablish();
    Flight(2);
    Advance(100ms);
    Send(Ack(2001));
    EXPECT_TRUE(Newest().appLimited);
    Write(20000); // the window of ten is not enough
    Ignore();
    Advance(100ms);
    Send(Ack(4001));
    EXPECT_TRUE(Newest().appLimited) << "it was sent into an empty path";
    Ignore();
    Advance(50ms);
    Send(Ack(12001));
    Ignore();
    Advance(100ms);
    Send(Ack(14001));
    EXPECT_FALSE(Newest().appLimited) << "it was sent once the path was full";
}

TEST_F(DeliveryRateTest, WhatIsFasterThanThePathIsNoMeasure) // §3.3: the original has arrived
{
    DeliveryRate rates;
    rates.OnSent(1, true, now);
    SentSegment again;
    again.sentAt = now;
    again.retransmitted = true;
    again.order = 1;
    Acknowledged acked;
    acked.delivered = 1000;
    acked.newestResent = again;
    EXPECT_FALSE(rates.OnAck(acked, 2, 100ms, now + 10ms).valid);
    rates.OnSent(2, true, now);
    acked.newestResent->order = 2;
    EXPECT_TRUE(rates.OnAck(acked, 3, 100ms, now + 100ms).valid);
}

TEST_F(DeliveryRateTest, NobodyElseSetsTheWindow)
{
    ConnectAndEstablish(SynAck().SackPermitted());
    Flight(10);
    Send(Ack(1).Sack(1001, 5001));
    Ignore();
    EXPECT_EQ(View().phase, Phase::Recovery);
    EXPECT_EQ(View().congestion.cwnd, 10000U);
    Send(Ack(10001));
    EXPECT_EQ(View().phase, Phase::Open);
    EXPECT_EQ(View().congestion.cwnd, 10000U);
    EXPECT_EQ(Newest().acked, 6000U);
}

} // namespace
} // namespace lifecycle::test
