#include "core/isn.h"

#include <bit>
#include <gtest/gtest.h>
#include <numeric>
#include <set>
#include <span>
#include <vector>

namespace lifecycle
{
namespace
{

using namespace std::chrono_literals;

/** SipHash-2-4 of any bytes, straight from the paper: 8 bytes at a time, the last word padded. */
uint64_t
PaperSipHash(const SecretKey& key, std::span<const uint8_t> message)
{
    uint64_t v[4] = {key[0] ^ 0x736f6d6570736575,
                     key[1] ^ 0x646f72616e646f6d,
                     key[0] ^ 0x6c7967656e657261,
                     key[1] ^ 0x7465646279746573};
    const auto rounds = [&v](int count) {
        for (int i = 0; i < count; ++i)
        {
            v[0] += v[1];
            v[2] += v[3];
            v[1] = std::rotl(v[1], 13);
            v[3] = std::rotl(v[3], 16);
            v[1] ^= v[0];
            v[3] ^= v[2];
            v[0] = std::rotl(v[0], 32);
            v[2] += v[1];
            v[0] += v[3];
            v[1] = std::rotl(v[1], 17);
            v[3] = std::rotl(v[3], 21);
            v[1] ^= v[2];
            v[3] ^= v[0];
            v[2] = std::rotl(v[2], 32);
        }
    };
    std::vector<uint8_t> padded(message.begin(), message.end());
    padded.resize((message.size() / 8 + 1) * 8);
    padded.back() = static_cast<uint8_t>(message.size());
    for (std::size_t at = 0; at < padded.size(); at += 8)
    {
        uint64_t word = 0;
        for (int i = 7; i >= 0; --i)
        {
            word = word << 8 | padded[at + i];
        }
        v[3] ^= word;
        rounds(2);
        v[0] ^= word;
    }
    v[2] ^= 0xff;
    rounds(4);
    return v[0] ^ v[1] ^ v[2] ^ v[3];
}

constexpr SecretKey kPaperKey{0x0706050403020100, 0x0f0e0d0c0b0a0908};

FourTuple
SomeTuple()
{
    FourTuple tuple;
    tuple.local = IpAddress::FromV4(0x0a000001);
    tuple.remote = IpAddress::FromV4(0xc0a80102);
    tuple.localPort = 0x1234;
    tuple.remotePort = 0xabcd;
    return tuple;
}

TEST(SipHash, OfAFourTupleIsThePapersOfItsBytes)
{
    std::vector<uint8_t> fifteen(15);
    std::iota(fifteen.begin(), fifteen.end(), uint8_t{0});
    ASSERT_EQ(PaperSipHash(kPaperKey, fifteen), 0xa129ca6149be45e5) << "appendix A of the paper";

    const FourTuple tuple = SomeTuple();
    std::vector<uint8_t> bytes(tuple.local.V6().begin(), tuple.local.V6().end());
    bytes.insert(bytes.end(), tuple.remote.V6().begin(), tuple.remote.V6().end());
    bytes.insert(bytes.end(), {0xcd, 0xab, 0x34, 0x12});
    EXPECT_EQ(SipHash(kPaperKey, tuple), PaperSipHash(kPaperKey, bytes));
}

TEST(SipHash, OfBytesIsThePapers)
{
    std::vector<uint8_t> bytes(15);
    std::iota(bytes.begin(), bytes.end(), uint8_t{0});
    EXPECT_EQ(SipHash(kPaperKey, bytes), 0xa129ca6149be45e5) << "appendix A of the paper";
    for (std::size_t length = 0; length < bytes.size(); ++length)
    {
        const std::span<const uint8_t> some = std::span(bytes).first(length);
        EXPECT_EQ(SipHash(kPaperKey, some), PaperSipHash(kPaperKey, some)) << length;
    }
}

TEST(HashedIsn, TicksEvery64Nanoseconds)
{
    const Instant now{5s};
    const SeqNum isn = HashedIsn(now, kPaperKey, SomeTuple());
    EXPECT_EQ(HashedIsn(now + 63ns, kPaperKey, SomeTuple()), isn);
    EXPECT_EQ(HashedIsn(now + 64ns, kPaperKey, SomeTuple()), isn + 1);
    EXPECT_EQ(HashedIsn(now + 64us, kPaperKey, SomeTuple()), isn + 1000);
}

TEST(HashedIsn, DiffersBetweenTuplesAndKeys)
{
    const Instant now{5s};
    FourTuple other = SomeTuple();
    ++other.remotePort;
    const std::set<uint32_t> isns{HashedIsn(now, kPaperKey, SomeTuple()).Raw(),
                                  HashedIsn(now, kPaperKey, other).Raw(),
                                  HashedIsn(now, {1, 2}, SomeTuple()).Raw()};
    EXPECT_EQ(isns.size(), 3U);
}

TEST(TimestampOffset, IsOneForAllConnectionsOfAPairOfHosts)
{
    FourTuple otherPorts = SomeTuple();
    ++otherPorts.remotePort;
    ++otherPorts.localPort;
    FourTuple otherHost = SomeTuple();
    otherHost.remote = IpAddress::FromV4(0xc0a80103);
    EXPECT_EQ(TimestampOffset(kPaperKey, SomeTuple()), TimestampOffset(kPaperKey, otherPorts));
    EXPECT_NE(TimestampOffset(kPaperKey, SomeTuple()), TimestampOffset(kPaperKey, otherHost));
}

} // namespace
} // namespace lifecycle
