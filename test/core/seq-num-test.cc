#include "core/seq-num.h"

#include <cstdint>
#include <gtest/gtest.h>
#include <type_traits>

namespace lifecycle
{
namespace
{

// Wrong arithmetic does not compile.

template <typename A, typename B>
concept IsOrdered = requires(A a, B b)
{
    a < b;
}

|| requires(A a, B b)
{
    a <= b;
}

|| requires(A a, B b)
{
    a > b;
}

|| requires(A a, B b)
{
    a >= b;
};

template <typename A, typename B>
concept CanBeAdded = requires(A a, B b)
{
    a + b;
};

template <typename A, typename B>
concept CanBeSubtracted = requires(A a, B b)
{
    a - b;
};

template <typename A, typename B>
concept CanBeCompared = requires(A a, B b)
{
    a == b;
};

template <typename T>
concept CanBeScaled = requires(T t)
{
    t * 2;
}

|| requires(T t)
{
    t / 2;
}

|| requires(T t)
{
    t % 2;
};

static_assert(!IsOrdered<SeqNum, SeqNum>, "a circle has no order");
static_assert(!IsOrdered<SeqNum, uint32_t>);
static_assert(!CanBeAdded<SeqNum, SeqNum>, "two points have no sum");
static_assert(!CanBeSubtracted<SeqNum, SeqNum>, "a distance is asked for by name");
static_assert(!CanBeAdded<uint32_t, SeqNum>);
static_assert(!CanBeSubtracted<uint32_t, SeqNum>);
static_assert(!CanBeCompared<SeqNum, uint32_t>, "a point is not a number");
static_assert(!CanBeScaled<SeqNum>);
static_assert(!std::is_convertible_v<uint32_t, SeqNum>);
static_assert(!std::is_convertible_v<int, SeqNum>);
static_assert(!std::is_convertible_v<SeqNum, uint32_t>);
static_assert(!std::is_convertible_v<SeqNum, bool>);

static_assert(CanBeAdded<SeqNum, uint32_t>, "the checks can tell what compiles");
static_assert(CanBeSubtracted<SeqNum, uint32_t>);
static_assert(CanBeCompared<SeqNum, SeqNum>);

constexpr SeqNum kLast{UINT32_MAX};

TEST(SeqNum, CountsOnAcrossTheWrap)
{
    EXPECT_EQ(kLast + 1, SeqNum(0));
    EXPECT_EQ(SeqNum(0) - 1, kLast);
    EXPECT_EQ((SeqNum(5)).Since(kLast), 6U);
    SeqNum seq = kLast;
    seq += 10;
    EXPECT_EQ(seq.Raw(), 9U);
}

TEST(SeqNum, ComparesAcrossTheWrap)
{
    EXPECT_TRUE(kLast.IsBefore(SeqNum(0)));
    EXPECT_TRUE(SeqNum(0).IsAfter(kLast));
    EXPECT_FALSE(kLast.IsAfter(SeqNum(0)));
    EXPECT_EQ(Later(kLast, SeqNum(3)), SeqNum(3));
    EXPECT_EQ(Earlier(kLast, SeqNum(3)), kLast);
}

TEST(SeqNum, IsNeitherBeforeNorAfterItself)
{
    EXPECT_FALSE(kLast.IsBefore(kLast));
    EXPECT_FALSE(kLast.IsAfter(kLast));
    EXPECT_TRUE(kLast.IsAtOrBefore(kLast));
    EXPECT_TRUE(kLast.IsAtOrAfter(kLast));
}

TEST(SeqNum, WithinIncludesTheLeftEdgeOnly)
{
    EXPECT_TRUE(kLast.IsWithin(kLast, 1));
    EXPECT_TRUE(SeqNum(8).IsWithin(kLast, 10));
    EXPECT_FALSE(SeqNum(9).IsWithin(kLast, 10));
    EXPECT_FALSE((kLast - 1).IsWithin(kLast, 10));
    EXPECT_FALSE(kLast.IsWithin(kLast, 0)) << "nothing lies in an empty window";
}

} // namespace
} // namespace lifecycle
