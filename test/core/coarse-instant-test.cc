#include "core/coarse-instant.h"

#include <gtest/gtest.h>

namespace lifecycle
{
namespace
{

using namespace std::chrono_literals;

TEST(CoarseInstant, WholeMillisecondsStayWhatTheyAre)
{
    for (const Duration since : {0ms, 1ms, 40ms, 3'600'001ms})
    {
        EXPECT_EQ(CoarseInstant(Instant(since)).Get(), Instant(since));
    }
}

TEST(CoarseInstant, IsNeverLaterThanWhatItStandsForNorMuchEarlier)
{
    for (Duration since = 0ns; since < 2ms; since += 7919ns)
    {
        const Instant coarse = CoarseInstant(Instant(since)).Get();
        EXPECT_LE(coarse, Instant(since));
        EXPECT_LT(Instant(since) - coarse, 63us);
    }
}

TEST(CoarseInstant, LastsForTwoYearsAndKnowsNever)
{
    const Instant late(std::chrono::days(730));
    EXPECT_EQ(CoarseInstant(late).Get(), late);
    EXPECT_EQ(CoarseInstant(kNever).Get(), kNever);
}

} // namespace
} // namespace lifecycle
