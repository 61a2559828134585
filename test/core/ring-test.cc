#include "core/ring.h"
#include "random.h"

#include <deque>
#include <gtest/gtest.h>
#include <memory>

namespace lifecycle
{
namespace
{

TEST(Ring, AgreesWithADequeOverRandomOperations)
{
    test::Random random(1);
    Ring<uint32_t> ring;
    std::deque<uint32_t> model;
    for (int step = 0; step < 20000; ++step)
    {
        const uint32_t choice = random.Below(100);
        if (choice < 50)
        {
            const uint32_t element = random.Next();
            ring.PushBack(element);
            model.push_back(element);
        }
        else if (choice < 60)
        {
            const uint32_t element = random.Next();
            const uint32_t position = random.Below(static_cast<uint32_t>(model.size()) + 1);
            ring.Insert(position, element);
            model.insert(model.begin() + position, element);
        }
        else if (choice < 99 && !model.empty())
        {
            ASSERT_EQ(ring.PopFront(), model.front());
            model.pop_front();
        }
        else if (choice == 99 && step % 7 == 0)
        {
            ring.Clear();
            model.clear();
        }
        ASSERT_EQ(ring.Size(), model.size());
        ASSERT_EQ(ring.IsEmpty(), model.empty());
        if (!model.empty())
        {
            ASSERT_EQ(ring.Front(), model.front());
            ASSERT_EQ(ring.Back(), model.back());
            const uint32_t position = random.Below(static_cast<uint32_t>(model.size()));
            ASSERT_EQ(ring[position], model[position]);
        }
    }
}

TEST(Ring, HoldsWhatCanOnlyBeMoved)
{
    Ring<std::unique_ptr<int>> ring;
    for (int i = 0; i < 20; ++i)
    {
        ring.PushBack(std::make_unique<int>(i));
    }
    for (int i = 0; i < 20; ++i)
    {
        ASSERT_EQ(*ring.PopFront(), i);
    }
}

} // namespace
} // namespace lifecycle
