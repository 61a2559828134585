// The example is left out where Boost or nlohmann-json is missing, and so are its tests.
#if __has_include("topology-churn/units.h")

#include "topology-churn/arrival-queue.h"
#include "topology-churn/options.h"
#include "topology-churn/percentiles.h"
#include "topology-churn/random.h"
#include "topology-churn/size-distribution.h"
#include "topology-churn/units.h"
#include "topology-churn/user-error.h"

#include <chrono>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <map>
#include <sstream>
#include <string>
#include <vector>

namespace churn
{
namespace
{

using ::testing::HasSubstr;

/** What a call that must be the user's mistake has to say about it. */
template <typename Call>
std::string
ComplaintOf(Call&& call)
{
    try
    {
        call();
    }
    catch (const UserError& error)
    {
        return error.what();
    }
    ADD_FAILURE() << "no UserError";
    return {};
}

SizeDistribution
ReadSizes(const std::string& text)
{
    std::istringstream in(text);
    return SizeDistribution::Read(in, "sizes.txt");
}

Options
Parse(std::vector<const char*> words)
{
    words.insert(words.begin(), "topology-churn");
    std::string help;
    const auto options = ParseOptions(static_cast<int>(words.size()), words.data(), help);
    EXPECT_TRUE(options);
    return options.value_or(Options{});
}

TEST(ChurnArrivals, ComeInTheOrderOfTimeAndThenOfBeingPutIn)
{
    using std::chrono::nanoseconds;

    struct Arrival
    {
        nanoseconds time;
        uint32_t number;
    };

    ArrivalQueue<Arrival> queue;
    std::multimap<nanoseconds, uint32_t> expected; // keeps the order of equal times
    Random random(1, 1);
    nanoseconds end{0};
    uint32_t number = 0;
    for (int round = 0; round < 2000; ++round)
    {
        // Now and then a long silence; many times are equal.
        end += nanoseconds(random.Below(round % 100 == 0 ? 1000000000 : 50));
        for (auto more = random.Below(8); more > 0; --more)
        {
            const auto time = end + nanoseconds(random.Below(1ULL << random.Below(31)));
            queue.Put({time, number});
            expected.emplace(time, number++);
        }
        while (const auto arrival = queue.Take(end))
        {
            ASSERT_FALSE(expected.empty());
            ASSERT_EQ(arrival->time, expected.begin()->first);
            ASSERT_EQ(arrival->number, expected.begin()->second);
            expected.erase(expected.begin());
        }
        ASSERT_EQ(queue.GetEarliest().has_value(), !expected.empty());
        if (!expected.empty())
        {
            ASSERT_GT(expected.begin()->first, end) << "nothing is left behind";
            ASSERT_EQ(queue.GetEarliest(), expected.begin()->first);
        }
    }
    EXPECT_GT(number, 5000U);
}

TEST(ChurnSizes, FractionsAndPercentMeanTheSame)
{
    const auto fractions = ReadSizes("0 0\n1000 0.5\n3000 1\n");
    const auto percent = ReadSizes("0 0\n1000 50\n3000 100\n");
    for (const double at : {0.0, 0.1, 0.49, 0.5, 0.75, 0.999})
    {
        EXPECT_EQ(fractions.Quantile(at), percent.Quantile(at)) << at;
    }
    EXPECT_DOUBLE_EQ(fractions.Mean(), 0.5 * 500 + 0.5 * 2000);
}

TEST(ChurnSizes, SizesBetweenTwoLinesAreEquallyLikely)
{
    const auto sizes = ReadSizes("# bytes probability\n\n1000 0\n2000 0.5\n4000 1\n");
    EXPECT_EQ(sizes.Quantile(0), 1000U);
    EXPECT_EQ(sizes.Quantile(0.25), 1500U);
    EXPECT_EQ(sizes.Quantile(0.5), 2000U);
    EXPECT_EQ(sizes.Quantile(0.75), 3000U);
}

TEST(ChurnSizes, AFirstLineAboveZeroIsTheShareOfFlowsOfThatSize)
{
    const auto sizes = ReadSizes("100 0.4\n200 1\n");
    EXPECT_EQ(sizes.Quantile(0.39), 100U);
    EXPECT_EQ(sizes.Quantile(0.7), 150U);
    EXPECT_DOUBLE_EQ(sizes.Mean(), 0.4 * 100 + 0.6 * 150);
}

TEST(ChurnSizes, NoFlowIsEmpty)
{
    EXPECT_EQ(ReadSizes("0 0\n10 1\n").Quantile(0), 1U);
}

TEST(ChurnSizes, TheSampleMeanComesCloseToTheMean)
{
    const auto sizes = SizeDistribution::Load("websearch");
    Random random(7, 0);
    double sum = 0;
    constexpr int COUNT = 200000;
    for (int i = 0; i < COUNT; ++i)
    {
        sum += static_cast<double>(sizes.Quantile(random.Uniform()));
    }
    EXPECT_NEAR(sum / COUNT, sizes.Mean(), 0.02 * sizes.Mean());
}

TEST(ChurnSizes, AMistakeIsNamedWithItsLine)
{
    EXPECT_THAT(ComplaintOf([] { ReadSizes("0 0\n10 many\n"); }), HasSubstr("Line 2"));
    EXPECT_THAT(ComplaintOf([] { ReadSizes("0 0 0\n"); }), HasSubstr("Line 1"));
    EXPECT_THAT(ComplaintOf([] { ReadSizes("0 0\n10 0.5\n5 1\n"); }), HasSubstr("Line 3"));
    EXPECT_THAT(ComplaintOf([] { ReadSizes("0 0\n10 0.5\n20 0.4\n"); }), HasSubstr("Line 3"));
    EXPECT_THAT(ComplaintOf([] { ReadSizes("-5 0\n10 1\n"); }), HasSubstr("Line 1"));
    EXPECT_THAT(ComplaintOf([] { ReadSizes("0 0\n10 0.7\n"); }), HasSubstr("probability 1"));
    EXPECT_THAT(ComplaintOf([] { ReadSizes(""); }), HasSubstr("sizes.txt"));
    EXPECT_THAT(ComplaintOf([] { SizeDistribution::Load("/no/such"); }), HasSubstr("/no/such"));
    EXPECT_THAT(ComplaintOf([] { SizeDistribution::Load("/"); }), HasSubstr("cannot be read"));
}

TEST(ChurnPercentiles, AreNearestRanks)
{
    Percentiles values;
    for (const int value : {15, 50, 20, 40, 35})
    {
        values.Add(value);
    }
    EXPECT_EQ(values.At(5), 15);
    EXPECT_EQ(values.At(30), 20);
    EXPECT_EQ(values.At(40), 20);
    EXPECT_EQ(values.At(50), 35);
    EXPECT_EQ(values.At(100), 50);
    values.Add(60);
    EXPECT_EQ(values.At(100), 60) << "values may be added after a percentile was asked for";
}

TEST(ChurnPercentiles, OfNothingAreZero)
{
    EXPECT_EQ(Percentiles().At(50), 0);
}

TEST(ChurnRandom, GivesTheSameNumbersWithEveryLibrary)
{
    Random random(1, 2);
    std::mt19937_64 engine(0x9e3779b97f4a7c15ULL + 2);
    EXPECT_EQ(random.Uniform(), static_cast<double>(engine() >> 11) / 9007199254740992.0);
    for (int i = 0; i < 1000; ++i)
    {
        EXPECT_LT(random.Below(3), 3U);
    }
}

TEST(ChurnUnits, ValuesAreReadWithTheirUnits)
{
    EXPECT_EQ(ParseTime("delay", "2.5ms"), ns3::MicroSeconds(2500));
    EXPECT_EQ(ParseTime("delay", "10min"), ns3::Seconds(600));
    EXPECT_EQ(ParseRate("link-rate", "1.5Gbps").GetBitRate(), 1500000000U);
    EXPECT_EQ(ParseCount("clients", "12", 1, 12), 12U);
}

TEST(ChurnUnits, ValuesThatAreNoneNameTheOption)
{
    for (const auto* text : {"", "5", "-5ms", "ms", "5 ms", "0x5ms", "1e300h", "infs", "5msx"})
    {
        EXPECT_THAT(ComplaintOf([&] { ParseTime("delay", text); }), HasSubstr("--delay=")) << text;
    }
    for (const auto* text : {"", "0Gbps", "-1Gbps", "10", "10gbps", "nanbps"})
    {
        EXPECT_THAT(ComplaintOf([&] { ParseRate("link-rate", text); }), HasSubstr("--link-rate="))
            << text;
    }
    for (const auto* text : {"", "-1", "0", "13", "5x", "1e1", "99999999999999999999"})
    {
        EXPECT_THAT(ComplaintOf([&] { ParseCount("clients", text, 1, 12); }),
                    HasSubstr("--clients="))
            << text;
    }
}

TEST(ChurnUnits, NumbersAreWrittenForPeople)
{
    EXPECT_EQ(FormatCount(0), "0");
    EXPECT_EQ(FormatCount(1234567), "1,234,567");
    EXPECT_EQ(FormatBytes(8213000000), "8.21 GB");
    EXPECT_EQ(FormatBytes(999600), "1 MB");
    EXPECT_EQ(FormatRate(1e9), "1 Gbit/s");
    EXPECT_EQ(FormatSeconds(0.0241), "24.1 ms");
    EXPECT_EQ(FormatSeconds(0.9999), "1 s");
    EXPECT_EQ(FormatSeconds(123.4), "123 s");
    EXPECT_EQ(FormatSeconds(0), "0 ns");
}

TEST(ChurnOptions, DurationAndArrivalRateAreTwoWaysToSayTheSame)
{
    EXPECT_DOUBLE_EQ(Parse({"--connections=100", "--duration=4s"}).arrivalRate, 25);
    EXPECT_DOUBLE_EQ(Parse({"--arrival-rate=40"}).arrivalRate, 40);
    EXPECT_THAT(ComplaintOf([] {
                    Parse({"--duration=4s", "--arrival-rate=40"});
                }),
                HasSubstr("only one"));
}

TEST(ChurnOptions, AMistakeIsOneSentenceThatNamesTheOption)
{
    EXPECT_THAT(ComplaintOf([] { Parse({"--tcp=reno"}); }), HasSubstr("population or stock"));
    EXPECT_THAT(ComplaintOf([] { Parse({"--conections=5"}); }), HasSubstr("--conections"));
    EXPECT_THAT(ComplaintOf([] { Parse({"--connections"}); }), HasSubstr("--connections"));
    EXPECT_THAT(ComplaintOf([] { Parse({"--connections=-5"}); }), HasSubstr("--connections=-5"));
    EXPECT_THAT(ComplaintOf([] { Parse({"map.txt"}); }), HasSubstr("--help"));
    EXPECT_THAT(ComplaintOf([] { Parse({"--queue-disc=fqcodel"}); }), HasSubstr("--routing=nix"));
    EXPECT_THAT(ComplaintOf([] { Parse({"--topology=m", "--nodes=9"}); }), HasSubstr("--nodes"));
}

TEST(ChurnOptions, HelpIsATextInPlaceOfOptions)
{
    const std::vector<const char*> words{"topology-churn", "--help"};
    std::string help;
    EXPECT_FALSE(ParseOptions(static_cast<int>(words.size()), words.data(), help));
    EXPECT_THAT(help, HasSubstr("Examples"));
    EXPECT_THAT(help, HasSubstr("--connections"));
}

} // namespace
} // namespace churn

#endif
