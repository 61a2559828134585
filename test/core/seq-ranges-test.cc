#include "core/seq-ranges.h"
#include "random.h"

#include <gtest/gtest.h>
#include <vector>

namespace lifecycle
{
namespace
{

/** Where the tests begin: a little before the numbers wrap. */
constexpr SeqNum kOrigin{0xffffff80};

/** The ranges that say the same as a row of flags. */
SeqRanges
Of(const std::vector<bool>& flags)
{
    SeqRanges ranges;
    for (uint32_t i = 0; i < flags.size(); ++i)
    {
        if (flags[i])
        {
            ranges.Add(kOrigin + i, kOrigin + i + 1);
        }
    }
    return ranges;
}

TEST(SeqRanges, AgreeWithARowOfFlagsOverRandomOperations)
{
    test::Random random(1);
    for (int run = 0; run < 100; ++run)
    {
        SeqRanges ranges;
        std::vector<bool> flags(256);
        for (int step = 0; step < 100; ++step)
        {
            const uint32_t left = random.Below(250);
            const uint32_t right = random.Between(left + 1, std::min(left + 30, 255U));
            const bool adds = random.Chance(0.6);
            const bool cutsFront = random.Chance(0.05);
            std::fill(flags.begin() + (cutsFront ? 0 : left),
                      flags.begin() + (cutsFront ? left : right),
                      adds && !cutsFront);
            if (cutsFront)
            {
                ranges.RemoveBefore(kOrigin + left);
            }
            else if (adds)
            {
                ranges.Add(kOrigin + left, kOrigin + right);
            }
            else
            {
                ranges.Remove(kOrigin + left, kOrigin + right);
            }
            ASSERT_TRUE(ranges == Of(flags)) << "run " << run << " step " << step;
        }
    }
}

TEST(SeqRanges, GapsAreWhatIsNotInTheSet)
{
    SeqRanges ranges;
    ranges.Add(SeqNum(10), SeqNum(20));
    ranges.Add(SeqNum(30), SeqNum(40));
    std::vector<SackBlock> gaps;
    const auto note = [&](SeqNum left, SeqNum right) { gaps.push_back({left, right}); };
    ranges.ForEachGap(SeqNum(5), SeqNum(50), note);
    const std::vector<SackBlock> expected{{SeqNum(5), SeqNum(10)},
                                          {SeqNum(20), SeqNum(30)},
                                          {SeqNum(40), SeqNum(50)}};
    EXPECT_EQ(gaps, expected);
    gaps.clear();
    ranges.ForEachGap(SeqNum(12), SeqNum(18), note);
    EXPECT_TRUE(gaps.empty());
}

TEST(SeqRanges, WhatIsVisitedMayBeAddedMeanwhile)
{
    SeqRanges ranges;
    ranges.Add(SeqNum(10), SeqNum(20));
    ranges.ForEachGap(SeqNum(0), SeqNum(30), [&](SeqNum left, SeqNum right) {
        ranges.Add(left, right);
    });
    EXPECT_EQ(ranges.Size(), 1U);
    EXPECT_EQ(ranges.First(), SeqNum(0));
    EXPECT_EQ(ranges.End(), SeqNum(30));
}

} // namespace
} // namespace lifecycle
