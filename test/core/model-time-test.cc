#include "core/model-time.h"

#include <chrono>
#include <gtest/gtest.h>
#include <type_traits>

namespace lifecycle
{
namespace
{

using namespace std::chrono_literals;

template <typename A, typename B>
concept CanBeAdded = requires(A a, B b)
{
    a + b;
};

template <typename A, typename B>
concept CanBeCompared = requires(A a, B b)
{
    a < b;
};

using WallInstant = std::chrono::system_clock::time_point;

static_assert(!CanBeAdded<Instant, Instant>, "two moments have no sum");
static_assert(!CanBeAdded<Instant, int>, "a number without a unit is no length of time");
static_assert(!CanBeAdded<Duration, int>);
static_assert(!CanBeCompared<Instant, Duration>);
static_assert(!CanBeCompared<Instant, WallInstant>, "the model has a clock of its own");
static_assert(!CanBeCompared<Duration, int>);
static_assert(!std::is_convertible_v<int, Duration>);
static_assert(!std::is_convertible_v<double, Duration>);
static_assert(!std::is_convertible_v<Duration, int>);
static_assert(!std::is_convertible_v<Duration, Instant>);
static_assert(!std::is_convertible_v<WallInstant, Instant>);
static_assert(!std::is_convertible_v<std::chrono::duration<double>, Duration>,
              "no rounding unasked");

static_assert(CanBeAdded<Instant, Duration>, "the checks can tell what compiles");
static_assert(std::is_same_v<decltype(Instant() - Instant()), Duration>);

TEST(ModelTime, NeverIsLaterThanAnyMoment)
{
    EXPECT_GT(kNever, Instant() + std::chrono::hours(24 * 365 * 100));
    EXPECT_EQ(Instant() + 1s, Instant() + 1'000'000'000ns);
}

} // namespace
} // namespace lifecycle
