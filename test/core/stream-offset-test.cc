#include "core/stream-offset.h"

#include <gtest/gtest.h>

namespace lifecycle
{
namespace
{

TEST(StreamOffset, CountsBeyondFourGigabytesInSixBytes)
{
    static_assert(sizeof(StreamOffset) == 6);
    StreamOffset offset = 0;
    for (int i = 0; i < 5; ++i)
    {
        offset += UINT32_MAX;
    }
    EXPECT_EQ(offset.Get(), 5 * uint64_t{UINT32_MAX});
    offset = (uint64_t{1} << 48) - 2;
    offset += 1;
    EXPECT_EQ(offset, (uint64_t{1} << 48) - 1);
}

} // namespace
} // namespace lifecycle
