// The rules by which the congestion window grows and shrinks, each on its own.

#include "core/congestion-choice.h"
#include "core/congestion.h"
#include "core/cubic.h"
#include "core/profiles.h"

#include <cmath>
#include <gtest/gtest.h>

namespace lifecycle
{
namespace
{

using namespace std::chrono_literals;

constexpr uint32_t kMss = 1000;

/** A connection that always has more to send than its window lets it. */
class Sender
{
  public:
    explicit Sender(std::shared_ptr<const CongestionControl> control, Congestion start)
        : window(start),
          m_control(std::move(control))
    {
    }

    Flow MakeFlow()
    {
        return {.window = window,
                .memory = memory,
                .mss = kMss,
                .inFlight = window.cwnd,
                .sndUna = SeqNum(m_acked),
                .sndNxt = SeqNum(m_acked + window.cwnd),
                .srtt = rtt,
                .lastSent = lastSent,
                .phase = Phase::Open,
                .cwndLimited = true,
                .now = now};
    }

    /** Some bytes are acknowledged. */
    void Ack(uint32_t bytes)
    {
        m_acked += bytes;
        lastSent = now;
        Flow flow = MakeFlow();
        const AckSample sample{.acked = bytes, .delivered = bytes, .rtt = rtt};
        m_control->OnAck(flow, sample);
        m_control->Grow(flow, sample);
    }

    /** One round trip: every segment of the window is acknowledged by an ACK of its own. */
    void RoundTrip()
    {
        const uint32_t segments = window.cwnd / kMss;
        for (uint32_t i = 0; i < segments; ++i)
        {
            now += rtt / segments;
            Ack(kMss);
        }
    }

    void RoundTrips(int count)
    {
        for (int i = 0; i < count; ++i)
        {
            RoundTrip();
        }
    }

    /** A loss, and at once the end of recovery. */
    void Lose(CongestionSignal signal = CongestionSignal::Loss)
    {
        Flow flow = MakeFlow();
        window.ssthresh = m_control->SsThresh(flow, signal);
        window.cwnd = signal == CongestionSignal::Timeout ? kMss : window.ssthresh;
    }

    void Happens(CongestionEvent event)
    {
        Flow flow = MakeFlow();
        m_control->OnEvent(flow, event);
    }

    uint32_t Segments() const
    {
        return window.cwnd / kMss;
    }

    Congestion window;
    std::unique_ptr<CongestionMemory> memory;
    Duration rtt{100ms};
    Instant now{1000s};
    Instant lastSent{1000s};

  private:
    std::shared_ptr<const CongestionControl> m_control;
    uint32_t m_acked{0};
};

// NewReno.

TEST(NewReno, SlowStartDoublesTheWindowEachRoundTrip) // RFC 5681 §3.1 (2)
{
    Sender sender(NewReno(), {.cwnd = 2 * kMss, .ssthresh = UINT32_MAX});
    sender.RoundTrip();
    EXPECT_EQ(sender.Segments(), 4U);
    sender.RoundTrip();
    EXPECT_EQ(sender.Segments(), 8U);
}

TEST(NewReno, CongestionAvoidanceGrowsByOneSegmentEachRoundTrip) // RFC 5681 §3.1 (3)
{
    Sender sender(NewReno(), {.cwnd = 10 * kMss, .ssthresh = 10 * kMss});
    for (uint32_t round = 1; round <= 5; ++round)
    {
        sender.RoundTrip();
        EXPECT_EQ(sender.Segments(), 10 + round);
    }
}

TEST(NewReno, SlowStartEndsAtTheThreshold)
{
    Sender sender(NewReno(), {.cwnd = 9 * kMss, .ssthresh = 10 * kMss});
    sender.Ack(4 * kMss);
    EXPECT_EQ(sender.Segments(), 10U);
    EXPECT_EQ(sender.window.credit, 3 * kMss) << "the rest counts for congestion avoidance";
}

TEST(NewReno, LossHalvesWhatWasInFlightButLeavesTwoSegments) // RFC 5681 §3.1 (4)
{
    Sender sender(NewReno(), {.cwnd = 20 * kMss, .ssthresh = UINT32_MAX});
    sender.Lose();
    EXPECT_EQ(sender.Segments(), 10U);
    sender.window.cwnd = 3 * kMss;
    sender.Lose();
    EXPECT_EQ(sender.Segments(), 2U);
}

// CUBIC (RFC 9438).

TEST(Cubic, LossLeavesSevenTenths) // §4.6
{
    Sender sender(Cubic(), {.cwnd = 100 * kMss, .ssthresh = UINT32_MAX});
    sender.Lose();
    EXPECT_EQ(sender.Segments(), 70U);
}

TEST(Cubic, LossLeavesTwoSegmentsAtLeast) // §4.6
{
    Sender sender(Cubic(), {.cwnd = 2 * kMss, .ssthresh = UINT32_MAX});
    sender.Lose();
    EXPECT_EQ(sender.Segments(), 2U);
}

TEST(Cubic, WindowIsBackAfterKSeconds) // §4.2: K = cbrt((W_max - cwnd_epoch) / C)
{
    Sender sender(Cubic(), {.cwnd = 1000 * kMss, .ssthresh = UINT32_MAX});
    sender.Lose();
    const double k = std::cbrt(300 / 0.4); // 9.1 s
    sender.RoundTrips(static_cast<int>(k / 0.1) - 10);
    EXPECT_LT(sender.Segments(), 1000U);
    EXPECT_GT(sender.Segments(), 980U) << "flat around the old window";
    sender.RoundTrips(30);
    EXPECT_GT(sender.Segments(), 1000U) << "and beyond it";
}

TEST(Cubic, GrowthDependsOnTimeAndNotOnTheRoundTrip) // §3.2
{
    const auto after = [](Duration rtt) {
        Sender sender(Cubic(), {.cwnd = 1000 * kMss, .ssthresh = UINT32_MAX});
        sender.rtt = rtt;
        sender.Lose();
        while (sender.now < Instant(1004s))
        {
            sender.RoundTrip();
        }
        return sender.Segments();
    };
    EXPECT_NEAR(after(50ms), after(200ms), 20);
}

TEST(Cubic, IsNoSlowerThanRenoWhereRenoIsFast) // §4.3
{
    // Short round trips and small windows: the curve would hardly move.
    Sender cubic(Cubic(), {.cwnd = 20 * kMss, .ssthresh = UINT32_MAX});
    cubic.rtt = 5ms;
    cubic.Lose();
    EXPECT_EQ(cubic.Segments(), 14U);
    // Additive increase of 9/17 up to the old window of 20, then of 1: 6 / 0.53 = 12 round trips.
    cubic.RoundTrips(12);
    EXPECT_NEAR(cubic.Segments(), 20, 1);
    cubic.RoundTrips(10);
    EXPECT_NEAR(cubic.Segments(), 30, 2);
}

TEST(Cubic, SecondLossBelowTheFirstLeavesRoomForOthers) // §4.7, fast convergence
{
    Sender sender(Cubic(), {.cwnd = 1000 * kMss, .ssthresh = UINT32_MAX});
    sender.Lose();
    sender.RoundTrips(3);
    const double atLoss = sender.window.cwnd / 1000.0;
    sender.Lose();
    const double start = sender.window.cwnd / 1000.0;
    const double k = std::cbrt((atLoss * 0.85 - start) / 0.4);
    sender.RoundTrips(static_cast<int>(k / 0.1));
    EXPECT_NEAR(sender.window.cwnd / 1000.0, atLoss * 0.85, 15);
}

TEST(Cubic, AfterATimeoutTheCurveStartsAtTheThreshold) // §4.8
{
    Sender sender(Cubic(), {.cwnd = 1000 * kMss, .ssthresh = UINT32_MAX});
    sender.Lose(CongestionSignal::Timeout);
    EXPECT_EQ(sender.window.ssthresh, 700 * kMss);
    sender.RoundTrips(10); // slow start
    const uint32_t threshold = sender.Segments();
    EXPECT_GE(threshold, 700U);
    sender.RoundTrips(10);
    // 0.4 t³ within a second: Reno's growth is the faster one.
    EXPECT_NEAR(sender.Segments(), threshold + 10, 3);
}

TEST(Cubic, UndoneLossLeavesTheCurveAsItWas) // §4.9
{
    Sender sender(Cubic(), {.cwnd = 1000 * kMss, .ssthresh = UINT32_MAX});
    sender.Lose();
    Sender twin(Cubic(), {.cwnd = 1000 * kMss, .ssthresh = UINT32_MAX});
    twin.Lose();
    sender.RoundTrips(20);
    twin.RoundTrips(20);
    const Congestion before = sender.window;
    sender.Lose();
    sender.Happens(CongestionEvent::Undo);
    sender.window = before;
    sender.RoundTrips(40);
    twin.RoundTrips(40);
    EXPECT_EQ(sender.window.cwnd, twin.window.cwnd);
}

TEST(Cubic, SilenceDoesNotMoveTheCurve) // §5.8
{
    Sender sender(Cubic(), {.cwnd = 1000 * kMss, .ssthresh = UINT32_MAX});
    sender.Lose();
    sender.RoundTrips(10);
    const uint32_t before = sender.Segments();
    sender.now += 60s;
    sender.Happens(CongestionEvent::TransmitStart);
    sender.RoundTrips(1);
    EXPECT_LT(sender.Segments(), before + 40);
}

TEST(Cubic, ConnectionThatNeverFillsItsWindowNeedsNoMemory)
{
    Sender sender(Cubic(), {.cwnd = 10 * kMss, .ssthresh = UINT32_MAX});
    Flow flow = sender.MakeFlow();
    flow.cwndLimited = false;
    Cubic()->OnAck(flow, {.acked = kMss, .rtt = 100ms});
    EXPECT_EQ(sender.memory, nullptr);
}

TEST(CongestionControls, AreFoundByTheirNames)
{
    EXPECT_EQ(FindCongestionControl("NewReno"), NewReno());
    EXPECT_EQ(FindCongestionControl("Cubic"), Cubic());
    EXPECT_EQ(FindCongestionControl("CubicWithoutHyStart"), Cubic(SlowStart::Standard));
    EXPECT_EQ(FindCongestionControl("Vegas"), nullptr);
}

// HyStart++ (RFC 9406).

TEST(HyStart, SteadyRoundTripLeavesSlowStartAlone)
{
    Sender sender(Cubic(), {.cwnd = 10 * kMss, .ssthresh = UINT32_MAX});
    sender.RoundTrips(6);
    EXPECT_EQ(sender.Segments(), 640U);
}

TEST(HyStart, LongerRoundTripSlowsTheGrowthToAQuarterAndEndsItAfterFiveRounds) // §4.2
{
    Sender sender(Cubic(), {.cwnd = 16 * kMss, .ssthresh = UINT32_MAX});
    sender.RoundTrips(2);
    EXPECT_EQ(sender.Segments(), 64U);
    sender.rtt = 120ms;
    sender.RoundTrip(); // by eight samples it is clear
    const uint32_t atAlarm = sender.Segments();
    EXPECT_LT(atAlarm, 2 * 64U);
    sender.RoundTrip();
    EXPECT_NEAR(sender.Segments(), atAlarm * 1.25, 3);
    EXPECT_EQ(sender.window.ssthresh, UINT32_MAX);
    sender.RoundTrips(5);
    EXPECT_LT(sender.window.ssthresh, 4 * atAlarm * kMss);
    EXPECT_GE(sender.window.cwnd, sender.window.ssthresh);
}

TEST(HyStart, IsNothingThatFreeBsdsDefaultStackDoes) // cubic_rttsample()
{
    Sender sender(MakeConfig(Profile::FreeBsd).data.congestion,
                  {.cwnd = 16 * kMss, .ssthresh = UINT32_MAX});
    sender.RoundTrips(2);
    sender.rtt = 120ms;
    sender.RoundTrips(2);
    EXPECT_EQ(sender.Segments(), 256U);
}

TEST(HyStart, AlarmIsFalseIfTheRoundTripIsShortAgain) // §4.2
{
    Sender sender(Cubic(), {.cwnd = 16 * kMss, .ssthresh = UINT32_MAX});
    sender.RoundTrips(2);
    sender.rtt = 120ms;
    sender.RoundTrip();
    sender.rtt = 100ms;
    sender.RoundTrip();
    const uint32_t before = sender.Segments();
    sender.RoundTrip();
    EXPECT_EQ(sender.Segments(), 2 * before);
    EXPECT_EQ(sender.window.ssthresh, UINT32_MAX);
}

TEST(HyStart, FewMillisecondsAreNoAlarm) // §4.3: MIN_RTT_THRESH
{
    Sender sender(Cubic(), {.cwnd = 16 * kMss, .ssthresh = UINT32_MAX});
    sender.rtt = 1ms;
    sender.RoundTrips(2);
    sender.rtt = 4900us;
    sender.RoundTrips(2);
    EXPECT_EQ(sender.Segments(), 256U);
}

TEST(HyStart, WatchesOnlyTheFirstSlowStart) // §4.2
{
    Sender sender(Cubic(), {.cwnd = 160 * kMss, .ssthresh = UINT32_MAX});
    sender.Lose(CongestionSignal::Timeout);
    sender.RoundTrips(3);
    sender.rtt = 200ms;
    sender.RoundTrips(3);
    EXPECT_EQ(sender.Segments(), 64U);
}

TEST(HyStart, OneAckDoesNotGrowTheWindowByMoreThanEightSegments) // §4.3: L
{
    Sender sender(Cubic(), {.cwnd = 100 * kMss, .ssthresh = UINT32_MAX});
    sender.Ack(50 * kMss);
    EXPECT_EQ(sender.Segments(), 108U);
    Sender plain(Cubic(SlowStart::Standard), {.cwnd = 100 * kMss, .ssthresh = UINT32_MAX});
    plain.Ack(50 * kMss);
    EXPECT_EQ(plain.Segments(), 150U);
}

} // namespace
} // namespace lifecycle
