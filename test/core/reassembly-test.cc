#include "core/reassembly.h"
#include "random.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <set>

namespace lifecycle
{

void
PrintTo(const StreamRange& range, std::ostream* out)
{
    *out << '[' << range.left << ", " << range.right << ')';
}

namespace
{

using testing::ElementsAre;
using testing::IsEmpty;

/** The same promises, kept byte by byte. */
class NaiveReassembly
{
  public:
    void Add(StreamRange range)
    {
        for (uint64_t byte = range.left; byte < range.right; ++byte)
        {
            m_bytes.insert(byte);
        }
        m_touched.insert(m_touched.begin(), range.left);
    }

    uint64_t Join(uint64_t next)
    {
        while (m_bytes.count(next) != 0)
        {
            ++next;
        }
        m_bytes.erase(m_bytes.begin(), m_bytes.lower_bound(next));
        return next;
    }

    std::size_t Bytes() const
    {
        return m_bytes.size();
    }

    /** Ranges in the order in which they were touched, newest first. */
    std::vector<StreamRange> Report() const
    {
        std::vector<StreamRange> report;
        for (uint64_t point : m_touched)
        {
            if (m_bytes.count(point) == 0)
            {
                continue;
            }
            StreamRange range{point, point + 1};
            while (m_bytes.count(range.left - 1) != 0)
            {
                --range.left;
            }
            while (m_bytes.count(range.right) != 0)
            {
                ++range.right;
            }
            if (std::find(report.begin(), report.end(), range) == report.end())
            {
                report.push_back(range);
            }
        }
        return report;
    }

  private:
    std::set<uint64_t> m_bytes;
    std::vector<uint64_t> m_touched; //!< where additions began, newest first
};

TEST(Reassembly, AgreesWithANaiveModelOverRandomOperations)
{
    for (uint32_t seed = 1; seed <= 50; ++seed)
    {
        test::Random random(seed);
        Reassembly reassembly;
        NaiveReassembly model;
        uint64_t next = 1000; // nothing lies at 0, where a naive search downwards would wrap
        for (int step = 0; step < 200; ++step)
        {
            const uint64_t left = next + 1 + random.Below(60);
            const StreamRange range{left, left + random.Between(1, 8)};
            ASSERT_TRUE(reassembly.Add(range));
            model.Add(range);
            if (random.Chance(0.2))
            {
                next += random.Below(10);
                const uint64_t joined = reassembly.Join(next);
                ASSERT_EQ(joined, model.Join(next));
                next = joined;
            }
            ASSERT_EQ(reassembly.Bytes(), model.Bytes());
            ASSERT_EQ(reassembly.IsEmpty(), model.Bytes() == 0);
            for (std::size_t most : {1, 3, 4})
            {
                std::vector<StreamRange> report = reassembly.Report(most);
                ASSERT_LE(report.size(), most);
                // It need not remember more than it was asked for, but what it says is so.
                std::vector<StreamRange> expected = model.Report();
                ASSERT_LE(report.size(), expected.size());
                expected.resize(report.size());
                ASSERT_EQ(report, expected) << "seed " << seed << " step " << step;
            }
        }
    }
}

TEST(Reassembly, ReportsTheRangeThatChangedLastFirst) // RFC 2018 §4
{
    Reassembly reassembly;
    reassembly.Add({10, 20});
    reassembly.Add({30, 40});
    reassembly.Add({50, 60});
    EXPECT_THAT(reassembly.Report(3),
                ElementsAre(StreamRange{50, 60}, StreamRange{30, 40}, StreamRange{10, 20}));
    reassembly.Add({20, 25});
    EXPECT_THAT(reassembly.Report(2), ElementsAre(StreamRange{10, 25}, StreamRange{50, 60}));
}

TEST(Reassembly, ARangeThatFillsAHoleJoinsItsNeighbours)
{
    Reassembly reassembly;
    reassembly.Add({10, 20});
    reassembly.Add({30, 40});
    reassembly.Add({20, 30});
    EXPECT_THAT(reassembly.Report(4), ElementsAre(StreamRange{10, 40}));
    EXPECT_EQ(reassembly.Join(10), 40U);
    EXPECT_THAT(reassembly.Report(4), IsEmpty());
    EXPECT_EQ(reassembly.Bytes(), 0U);
}

TEST(Reassembly, JoiningDropsWhatArrivedInOrderMeanwhile)
{
    Reassembly reassembly;
    reassembly.Add({10, 20});
    reassembly.Add({30, 40});
    EXPECT_EQ(reassembly.Join(25), 25U) << "the first range was sent again in order";
    EXPECT_EQ(reassembly.Bytes(), 10U);
    EXPECT_EQ(reassembly.Join(35), 40U);
}

TEST(Reassembly, RefusesAHoleTooManyButStillFillsHoles)
{
    Reassembly reassembly;
    for (uint64_t i = 0; i < Reassembly::kMostRanges; ++i)
    {
        ASSERT_TRUE(reassembly.Add({10 * i + 1, 10 * i + 2}));
    }
    const uint64_t end = 10 * Reassembly::kMostRanges;
    EXPECT_FALSE(reassembly.Add({end + 1, end + 2}));
    EXPECT_FALSE(reassembly.Add({5, 6}));
    EXPECT_TRUE(reassembly.Add({2, 11})) << "joins two ranges";
    EXPECT_TRUE(reassembly.Add({5, 6})) << "lies within one";
    EXPECT_TRUE(reassembly.Add({end + 1, end + 2})) << "there is room again";
}

} // namespace
} // namespace lifecycle
