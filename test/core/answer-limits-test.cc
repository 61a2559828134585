#include "core/answer-limits.h"

#include <gtest/gtest.h>

namespace lifecycle
{
namespace
{

constexpr Instant kStart{1s};

ValidationConfig
TwoInASecond()
{
    ValidationConfig limits;
    limits.invalidInterval = 1s;
    limits.invalidAnswers = 2;
    return limits;
}

TEST(AnswerLimits, SoManyAnswersAreAllowedFromTheFirstOn)
{
    AnswerLimits answers;
    EXPECT_TRUE(answers.Allows(1, TwoInASecond(), kStart));
    EXPECT_TRUE(answers.Allows(1, TwoInASecond(), kStart + 900ms));
    EXPECT_FALSE(answers.Allows(1, TwoInASecond(), kStart + 999ms));
    EXPECT_TRUE(answers.Allows(1, TwoInASecond(), kStart + 1s));
    EXPECT_TRUE(answers.Allows(1, TwoInASecond(), kStart + 1s));
    EXPECT_FALSE(answers.Allows(1, TwoInASecond(), kStart + 1s));
}

TEST(AnswerLimits, OneDoesNotCountForAnother)
{
    AnswerLimits answers;
    EXPECT_TRUE(answers.Allows(1, TwoInASecond(), kStart));
    EXPECT_TRUE(answers.Allows(1, TwoInASecond(), kStart));
    EXPECT_FALSE(answers.Allows(1, TwoInASecond(), kStart));
    EXPECT_TRUE(answers.Allows(2, TwoInASecond(), kStart));
}

TEST(AnswerLimits, WhoHasBeenQuietForLongEnoughIsForgotten)
{
    AnswerLimits answers;
    for (uint64_t who = 0; who < 1000; ++who)
    {
        answers.Allows(who, TwoInASecond(), kStart + who * 10ms);
    }
    EXPECT_LE(answers.Size(), 100U);
}

TEST(AnswerLimits, WithoutAnIntervalThereIsNoLimitAndNothingToRemember)
{
    AnswerLimits answers;
    ValidationConfig limits = TwoInASecond();
    limits.invalidInterval = Duration::zero();
    for (int i = 0; i < 10; ++i)
    {
        EXPECT_TRUE(answers.Allows(1, limits, kStart));
    }
    EXPECT_EQ(answers.Size(), 0U);
}

} // namespace
} // namespace lifecycle
