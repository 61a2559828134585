#include "core/deadline-heap.h"
#include "random.h"

#include <algorithm>
#include <gtest/gtest.h>
#include <map>
#include <optional>

namespace lifecycle
{
namespace
{

using namespace std::chrono_literals;

constexpr Instant kStart{};

/** The same promises, kept naively. */
class NaiveDeadlines
{
  public:
    void Expect(uint32_t id, Instant when)
    {
        if (when < Of(id))
        {
            Settle(id, when);
        }
    }

    void Settle(uint32_t id, Instant when)
    {
        m_deadlines[id] = when;
        if (when == kNever)
        {
            m_deadlines.erase(id);
        }
    }

    Instant Of(uint32_t id) const
    {
        const auto found = m_deadlines.find(id);
        return found == m_deadlines.end() ? kNever : found->second;
    }

    Instant Earliest() const
    {
        Instant earliest = kNever;
        for (const auto& [id, when] : m_deadlines)
        {
            earliest = std::min(earliest, when);
        }
        return earliest;
    }

    std::optional<uint32_t> Due(Instant now) const
    {
        for (const auto& [id, when] : m_deadlines)
        {
            if (when == Earliest() && when <= now)
            {
                return id; // the lowest of equals: a map is in order
            }
        }
        return std::nullopt;
    }

    std::size_t Size() const
    {
        return m_deadlines.size();
    }

  private:
    std::map<uint32_t, Instant> m_deadlines;
};

TEST(DeadlineHeap, AgreesWithANaiveModelOverRandomOperations)
{
    test::Random random(4);
    DeadlineHeap heap;
    NaiveDeadlines model;
    Instant now = kStart;
    for (int step = 0; step < 20000; ++step)
    {
        const uint32_t id = random.Below(60);
        const Instant when = now + Duration(random.Below(50)); // often equal
        switch (random.Below(4))
        {
        case 0:
            heap.Expect(id, when);
            model.Expect(id, when);
            break;
        case 1:
            heap.Settle(id, when);
            model.Settle(id, when);
            break;
        case 2:
            heap.Settle(id, kNever);
            model.Settle(id, kNever);
            break;
        default:
            now += Duration(random.Below(10));
            ASSERT_EQ(heap.Due(now), model.Due(now));
            if (const std::optional<uint32_t> due = heap.Due(now))
            {
                const Instant later = random.Chance(0.5) ? kNever : now + 20ns;
                heap.Settle(*due, later);
                model.Settle(*due, later);
            }
        }
        ASSERT_EQ(heap.Earliest(), model.Earliest());
        ASSERT_EQ(heap.Size(), model.Size());
        ASSERT_EQ(heap.Of(id), model.Of(id));
    }
}

TEST(DeadlineHeap, PuttingADeadlineOffLeavesTheOldOneUntilItIsSettled)
{
    DeadlineHeap heap;
    heap.Expect(1, kStart + 1s);
    heap.Expect(1, kStart + 5s);
    EXPECT_EQ(heap.Earliest(), kStart + 1s);
    ASSERT_EQ(heap.Due(kStart + 1s), 1U);
    heap.Settle(1, kStart + 5s);
    EXPECT_EQ(heap.Due(kStart + 1s), std::nullopt);
    EXPECT_EQ(heap.Earliest(), kStart + 5s);
}

TEST(DeadlineHeap, NothingIsDueWhenEmptyNotEvenAtTheEndOfTime)
{
    DeadlineHeap heap;
    EXPECT_EQ(heap.Due(kNever), std::nullopt);
    EXPECT_EQ(heap.Earliest(), kNever);
    heap.Settle(3, kNever);
    EXPECT_EQ(heap.Size(), 0U);
}

} // namespace
} // namespace lifecycle
