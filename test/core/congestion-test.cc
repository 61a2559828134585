#include "core/congestion.h"

#include <gtest/gtest.h>

namespace lifecycle
{
namespace
{

constexpr uint32_t kMss = 1000;

/** One round trip: every segment of the window is acknowledged by an ACK of its own. */
void
AckOneWindow(Congestion& state)
{
    for (uint32_t left = state.cwnd / kMss; left > 0; --left)
    {
        NewReno().Grow(state, {kMss, kMss, Instant()});
    }
}

TEST(NewReno, SlowStartDoublesTheWindowEachRoundTrip) // RFC 5681 §3.1 (2)
{
    Congestion state{.cwnd = 2 * kMss, .ssthresh = UINT32_MAX};
    AckOneWindow(state);
    EXPECT_EQ(state.cwnd, 4 * kMss);
    AckOneWindow(state);
    EXPECT_EQ(state.cwnd, 8 * kMss);
}

TEST(NewReno, CongestionAvoidanceGrowsByOneSegmentEachRoundTrip) // RFC 5681 §3.1 (3)
{
    Congestion state{.cwnd = 10 * kMss, .ssthresh = 10 * kMss};
    for (uint32_t round = 1; round <= 5; ++round)
    {
        AckOneWindow(state);
        EXPECT_EQ(state.cwnd, (10 + round) * kMss);
    }
}

TEST(NewReno, SlowStartEndsAtTheThreshold)
{
    Congestion state{.cwnd = 9 * kMss, .ssthresh = 10 * kMss};
    NewReno().Grow(state, {4 * kMss, kMss, Instant()});
    EXPECT_EQ(state.cwnd, 10 * kMss);
    EXPECT_EQ(state.credit, 3 * kMss) << "the rest counts for congestion avoidance";
}

TEST(NewReno, LossHalvesWhatWasInFlightButLeavesTwoSegments) // RFC 5681 §3.1 (4)
{
    const Congestion state{.cwnd = 100 * kMss, .ssthresh = UINT32_MAX};
    EXPECT_EQ(NewReno().SsThresh(state, 20 * kMss, kMss), 10 * kMss);
    EXPECT_EQ(NewReno().SsThresh(state, 3 * kMss, kMss), 2 * kMss);
}

} // namespace
} // namespace lifecycle
