#include "core/slab.h"
#include "random.h"

#include <gtest/gtest.h>
#include <map>
#include <vector>

namespace lifecycle
{
namespace
{

/** A record that counts how many of its kind there are. */
struct Record
{
    explicit Record(uint32_t id, int& counter)
        : value(id),
          alive(counter)
    {
        ++alive;
    }

    ~Record()
    {
        --alive;
    }

    uint32_t value;
    int& alive;
};

TEST(Slab, FindsARecordAsLongAsItLives)
{
    int alive = 0;
    Slab<Record> slab;
    const Handle<Record> handle = slab.Make(7U, alive);
    ASSERT_NE(slab.Find(handle), nullptr);
    EXPECT_EQ(slab.Find(handle)->value, 7U);
    slab.Free(handle);
    EXPECT_EQ(slab.Find(handle), nullptr);
    EXPECT_EQ(alive, 0);
}

TEST(Slab, StaleHandleDoesNotFindTheNextRecordInItsSlot)
{
    int alive = 0;
    Slab<Record> slab;
    const Handle<Record> stale = slab.Make(1U, alive);
    slab.Free(stale);
    const Handle<Record> fresh = slab.Make(2U, alive);
    ASSERT_EQ(fresh.index, stale.index) << "the slot should have been used again";
    EXPECT_EQ(slab.Find(stale), nullptr);
    EXPECT_NE(fresh, stale);
    EXPECT_EQ(slab.HandleOf(fresh.index), fresh);
}

TEST(Slab, SlotOfARecordThatHasEndedIsKeptUntilItIsVacated)
{
    int alive = 0;
    Slab<Record> slab;
    const Handle<Record> ended = slab.Make(1U, alive);
    EXPECT_EQ(slab.FindAt(ended.index), ended);
    slab.End(ended);
    EXPECT_EQ(alive, 0);
    EXPECT_EQ(slab.Size(), 0U);
    EXPECT_EQ(slab.Find(ended), nullptr);
    EXPECT_FALSE(slab.FindAt(ended.index));
    for (uint32_t i = 0; i < 100; ++i)
    {
        ASSERT_NE(slab.Make(i, alive).index, ended.index);
    }
    slab.Vacate(ended);
    EXPECT_EQ(slab.Make(2U, alive).index, ended.index);
    EXPECT_FALSE(slab.FindAt(UINT32_MAX));
}

TEST(Slab, UnsetAndForeignHandlesFindNothing)
{
    int alive = 0;
    Slab<Record> slab;
    EXPECT_EQ(slab.Find({}), nullptr);
    EXPECT_EQ(slab.Find({5, 1}), nullptr);
    slab.Make(1U, alive);
    EXPECT_EQ(slab.Find({}), nullptr);
    EXPECT_EQ(slab.Find({31, 1}), nullptr) << "a slot never used";
    EXPECT_EQ(slab.Find({UINT32_MAX, 1}), nullptr);
}

TEST(Slab, AddressStaysValidWhileOthersComeAndGo)
{
    int alive = 0;
    Slab<Record> slab;
    const Handle<Record> handle = slab.Make(42U, alive);
    const Record* address = slab.Find(handle);
    for (uint32_t i = 0; i < 1000; ++i)
    {
        slab.Make(i, alive);
    }
    EXPECT_EQ(slab.Find(handle), address);
    EXPECT_EQ(address->value, 42U);
}

TEST(Slab, DestroysWhatIsLeft)
{
    int alive = 0;
    {
        Slab<Record> slab;
        for (uint32_t i = 0; i < 100; ++i)
        {
            slab.Make(i, alive);
        }
        EXPECT_EQ(alive, 100);
    }
    EXPECT_EQ(alive, 0);
}

TEST(Slab, AgreesWithAMapOverRandomOperations)
{
    test::Random random(2);
    int alive = 0;
    Slab<Record> slab;
    std::vector<std::pair<Handle<Record>, uint32_t>> model;
    std::vector<Handle<Record>> freed;
    for (uint32_t step = 0; step < 20000; ++step)
    {
        if (model.empty() || random.Chance(step < 10000 ? 0.6 : 0.4))
        {
            model.emplace_back(slab.Make(step, alive), step);
        }
        else
        {
            std::swap(model[random.Below(static_cast<uint32_t>(model.size()))], model.back());
            slab.Free(model.back().first);
            freed.push_back(model.back().first);
            model.pop_back();
        }
        ASSERT_EQ(slab.Size(), model.size());
        ASSERT_EQ(alive, static_cast<int>(model.size()));
        if (!freed.empty())
        {
            ASSERT_EQ(slab.Find(freed[random.Below(static_cast<uint32_t>(freed.size()))]), nullptr);
        }
    }
    std::map<uint32_t, uint32_t> expected;
    for (const auto& [handle, value] : model)
    {
        ASSERT_EQ(slab.Find(handle)->value, value);
        expected[handle.index] = value;
    }
    std::map<uint32_t, uint32_t> visited;
    slab.ForEach(
        [&](Handle<Record> handle, Record& record) { visited[handle.index] = record.value; });
    EXPECT_EQ(visited, expected);
}

} // namespace
} // namespace lifecycle
