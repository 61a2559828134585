#include "core/expiry-queues.h"
#include "random.h"

#include <algorithm>
#include <gtest/gtest.h>
#include <map>
#include <vector>

namespace lifecycle
{
namespace
{

using namespace std::chrono_literals;

struct Record
{
    ExpiryLink expiry;
};

constexpr Instant kStart{};

TEST(ExpiryQueues, RecordsThatWaitEquallyLongExpireInTheOrderInWhichTheyBegan)
{
    Slab<Record> records;
    ExpiryQueues<Record> queues(records);
    const Handle<Record> first = records.Make();
    const Handle<Record> second = records.Make();
    queues.Start(second.index, kStart, 60s);
    queues.Start(first.index, kStart + 1s, 60s);
    EXPECT_EQ(queues.Due(kStart + 59s), std::nullopt);
    EXPECT_EQ(queues.Due(kStart + 61s), second.index);
    queues.Stop(second.index);
    EXPECT_EQ(queues.Due(kStart + 61s), first.index);
}

TEST(ExpiryQueues, StartingAgainPutsARecordLast)
{
    Slab<Record> records;
    ExpiryQueues<Record> queues(records);
    const Handle<Record> first = records.Make();
    const Handle<Record> second = records.Make();
    queues.Start(first.index, kStart, 60s);
    queues.Start(second.index, kStart + 1s, 60s);
    queues.Start(first.index, kStart + 2s, 60s);
    EXPECT_EQ(queues.Earliest(), kStart + 61s);
    EXPECT_EQ(queues.Due(kStart + 62s), second.index);
}

TEST(ExpiryQueues, AgreesWithANaiveModelOverRandomOperations)
{
    test::Random random(5);
    Slab<Record> records;
    ExpiryQueues<Record> queues(records);
    std::map<uint32_t, Instant> model;
    Instant now = kStart;
    for (int i = 0; i < 50; ++i)
    {
        records.Make();
    }
    for (int step = 0; step < 20000; ++step)
    {
        const uint32_t index = random.Below(50);
        if (random.Chance(0.5))
        {
            const Duration wait = Duration(10 * random.Between(1, 5));
            queues.Start(index, now, wait);
            model[index] = now + wait;
        }
        else if (random.Chance(0.5))
        {
            queues.Stop(index);
            model.erase(index);
        }
        now += Duration(random.Below(4));

        Instant earliest = kNever;
        for (const auto& [waiting, deadline] : model)
        {
            earliest = std::min(earliest, deadline);
        }
        ASSERT_EQ(queues.Earliest(), earliest);
        while (const std::optional<uint32_t> due = queues.Due(now))
        {
            ASSERT_EQ(model.at(*due), queues.Earliest());
            ASSERT_LE(model.at(*due), now);
            queues.Stop(*due);
            model.erase(*due);
        }
        for (const auto& [waiting, deadline] : model)
        {
            ASSERT_GT(deadline, now) << "should have been due";
        }
    }
}

} // namespace
} // namespace lifecycle
