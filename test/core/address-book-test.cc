#include "core/address-book.h"
#include "random.h"

#include <gtest/gtest.h>
#include <map>
#include <vector>

namespace lifecycle
{
namespace
{

IpAddress
V6(uint32_t number)
{
    IpAddress::Bytes bytes{0x20, 0x01, 0x0d, 0xb8};
    for (int i = 0; i < 4; ++i)
    {
        bytes[15 - i] = static_cast<uint8_t>(number >> (8 * i));
    }
    return IpAddress::FromV6(bytes);
}

TEST(AddressBook, Ipv4AddressesAreNotKeptAtAll)
{
    AddressBook book(1);
    const FourTuple tuple{IpAddress::FromV4(0x0a000001), IpAddress::FromV4(0x0a000002), 80, 4000};
    const PackedTuple packed = book.Keep(tuple);
    EXPECT_EQ(book.Size(), 0U);
    EXPECT_EQ(book.Unpack(packed), tuple);
    EXPECT_EQ(book.Find(tuple), packed);
}

TEST(AddressBook, AnIpv6AddressIsKeptOnceForAsLongAsSomeTupleHasIt)
{
    AddressBook book(1);
    const FourTuple first{V6(1), V6(2), 80, 4000};
    const FourTuple second{V6(1), V6(3), 80, 4001};
    const PackedTuple one = book.Keep(first);
    const PackedTuple other = book.Keep(second);
    EXPECT_EQ(book.Size(), 3U);
    EXPECT_EQ(one.local, other.local);
    book.Release(one);
    EXPECT_EQ(book.Size(), 2U);
    EXPECT_EQ(book.Find(first), std::nullopt) << "nobody has its peer's address any more";
    EXPECT_EQ(book.Unpack(other), second);
    book.Release(other);
    EXPECT_EQ(book.Size(), 0U);
}

TEST(AddressBook, AnIpv4AddressThatNoConnectionCanHaveIsNotTakenForANumber)
{
    // A segment with such a source is refused elsewhere, or should be.
    AddressBook book(1);
    const FourTuple usual{V6(1), V6(2), 80, 4000};
    const FourTuple odd{IpAddress::FromV4(0xe0000000), IpAddress::FromV4(0xffffffff), 80, 4000};
    const PackedTuple kept = book.Keep(usual);
    EXPECT_EQ(book.Find(odd), std::nullopt);
    const PackedTuple oddKept = book.Keep(odd);
    EXPECT_NE(oddKept, kept);
    EXPECT_EQ(book.Unpack(oddKept), odd);
    EXPECT_EQ(book.Unpack(kept), usual);
}

TEST(AddressBook, AgreesWithAMapOverRandomOperations)
{
    test::Random random(5);
    AddressBook book(7);
    std::vector<std::pair<PackedTuple, FourTuple>> kept;
    std::map<uint32_t, uint32_t> uses;
    for (int step = 0; step < 20000; ++step)
    {
        if (kept.empty() || random.Chance(step / 2000 % 2 == 0 ? 0.7 : 0.3))
        {
            const uint32_t local = random.Below(50);
            const uint32_t remote = 100 + random.Below(1000);
            const FourTuple tuple{V6(local), V6(remote), 80, static_cast<uint16_t>(step)};
            kept.emplace_back(book.Keep(tuple), tuple);
            ++uses[local];
            ++uses[remote];
        }
        else
        {
            const uint32_t which = random.Below(static_cast<uint32_t>(kept.size()));
            std::swap(kept[which], kept.back());
            for (const IpAddress& address : {kept.back().second.local, kept.back().second.remote})
            {
                const uint32_t number = address.V6()[14] << 8 | address.V6()[15];
                if (--uses[number] == 0)
                {
                    uses.erase(number);
                }
            }
            book.Release(kept.back().first);
            kept.pop_back();
        }
        ASSERT_EQ(book.Size(), uses.size());
        if (!kept.empty())
        {
            const auto& [packed, tuple] = kept[random.Below(static_cast<uint32_t>(kept.size()))];
            ASSERT_EQ(book.Unpack(packed), tuple);
            ASSERT_EQ(book.Find(tuple), packed);
        }
    }
}

} // namespace
} // namespace lifecycle
