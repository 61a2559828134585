#include "core/rtt-estimator.h"

#include <gtest/gtest.h>

namespace lifecycle
{
namespace
{

using namespace std::chrono_literals;

constexpr RtoLimits kRfc{.initial = 1s,
                         .minimum = 1s,
                         .maximum = 60s,
                         .minimumBoundsVariance = false};
constexpr RtoLimits kNoFloor{.initial = 1s,
                             .minimum = 0s,
                             .maximum = 60s,
                             .minimumBoundsVariance = false};
constexpr RtoLimits kLinux{.initial = 1s,
                           .minimum = 200ms,
                           .maximum = 120s,
                           .minimumBoundsVariance = true};

TEST(RttEstimator, BeforeTheFirstSampleTheTimeoutIsTheInitialOne) // RFC 6298 §2.1
{
    const RttEstimator estimator;
    EXPECT_FALSE(estimator.HasSample());
    EXPECT_EQ(estimator.Rto(kRfc), 1s);
}

TEST(RttEstimator, FirstSampleSetsTheEstimateAndHalfOfItTheVariation) // RFC 6298 §2.2
{
    RttEstimator estimator;
    estimator.AddSample(100ms);
    EXPECT_TRUE(estimator.HasSample());
    EXPECT_EQ(estimator.Srtt(), 100ms);
    EXPECT_EQ(estimator.RttVar(), 50ms);
    EXPECT_EQ(estimator.Rto(kNoFloor), 300ms);
}

TEST(RttEstimator, LaterSamplesAreSmoothed) // RFC 6298 §2.3
{
    RttEstimator estimator;
    estimator.AddSample(100ms);
    estimator.AddSample(200ms);
    EXPECT_EQ(estimator.RttVar(), 62500us); // 3/4 * 50 ms + 1/4 * |100 - 200| ms
    EXPECT_EQ(estimator.Srtt(), 112500us);  // 7/8 * 100 ms + 1/8 * 200 ms
    EXPECT_EQ(estimator.Rto(kNoFloor), 362500us);
    estimator.AddSample(52500us);
    EXPECT_EQ(estimator.RttVar(), 61875us); // 3/4 * 62.5 ms + 1/4 * 60 ms
    EXPECT_EQ(estimator.Srtt(), 105ms);     // 7/8 * 112.5 ms + 1/8 * 52.5 ms
}

TEST(RttEstimator, SteadyPathBringsTheVariationDown)
{
    RttEstimator estimator;
    for (int i = 0; i < 100; ++i)
    {
        estimator.AddSample(40ms);
    }
    EXPECT_EQ(estimator.Srtt(), 40ms);
    EXPECT_LT(estimator.RttVar(), 10us);
    EXPECT_EQ(estimator.Rto(kRfc), 1s) << "RFC 6298 §2.4: rounded up to a second";
    EXPECT_EQ(estimator.Rto(kLinux), 240ms) << "Linux: a delayed ACK still fits in";
    EXPECT_EQ(estimator.Rto(kNoFloor), 41ms) << "RFC 6298 §2.3: at least the clock granularity";
}

TEST(RttEstimator, TimeoutIsBoundedAbove) // RFC 6298 §2.5
{
    RttEstimator estimator;
    estimator.AddSample(50s);
    EXPECT_EQ(estimator.Rto(kRfc), 60s);
    EXPECT_EQ(estimator.Rto(kLinux), 120s);
}

TEST(RttEstimator, OddSamplesDoNoHarm)
{
    RttEstimator estimator;
    estimator.AddSample(0s); // a simulated link without delay
    EXPECT_TRUE(estimator.HasSample());
    EXPECT_GE(estimator.Rto(kRfc), 1s);
    estimator.AddSample(-1s);
    EXPECT_GT(estimator.Srtt(), 0s);
    estimator.AddSample(std::chrono::hours(24));
    EXPECT_EQ(estimator.Rto(kRfc), 60s);
    for (int i = 0; i < 300; ++i)
    {
        estimator.AddSample(10ms);
    }
    EXPECT_LT(estimator.Srtt(), 11ms) << "one absurd sample is forgotten";
}

} // namespace
} // namespace lifecycle
