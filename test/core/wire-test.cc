#include "core/wire.h"
#include "random.h"

#include <algorithm>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <memory>
#include <vector>

namespace lifecycle
{
namespace
{

using Bytes = std::vector<uint8_t>;
using testing::ElementsAreArray;

/** A header of 20 bytes and \p options after it, with as many zeros as the last word needs. */
Bytes
HeaderWith(const Bytes& options)
{
    Bytes bytes(20);
    bytes.insert(bytes.end(), options.begin(), options.end());
    bytes.resize((bytes.size() + 3) / 4 * 4);
    bytes[12] = static_cast<uint8_t>(bytes.size() / 4 << 4);
    return bytes;
}

ParsedHeader
Parse(const Bytes& bytes)
{
    return ParseHeader(bytes, bytes.size());
}

Bytes
Write(const Segment& segment, OptionLayout layout = OptionLayout::Linux)
{
    Bytes bytes(HeaderLength(segment, layout));
    WriteHeader(segment, bytes, layout);
    return bytes;
}

/** The options of \p segment as they are written. */
Bytes
OptionBytes(const Segment& segment, OptionLayout layout = OptionLayout::Linux)
{
    Bytes bytes = Write(segment, layout);
    bytes.erase(bytes.begin(), bytes.begin() + 20);
    return bytes;
}

// Malformed headers.

TEST(ParseHeader, RefusesLessThanAHeader)
{
    for (std::size_t length = 0; length < 20; ++length)
    {
        EXPECT_EQ(Parse(Bytes(length, 0x50)).error, WireError::Short);
    }
    const Bytes whole = HeaderWith({});
    EXPECT_EQ(ParseHeader(whole, 19).error, WireError::Short);
}

TEST(ParseHeader, RefusesADataOffsetBelowFiveWords)
{
    for (int words = 0; words < 5; ++words)
    {
        Bytes bytes = HeaderWith({});
        bytes[12] = static_cast<uint8_t>(words << 4);
        EXPECT_EQ(Parse(bytes).error, WireError::BadDataOffset);
    }
}

TEST(ParseHeader, RefusesADataOffsetBeyondTheEndOfTheSegment)
{
    Bytes bytes = HeaderWith({});
    bytes[12] = 6 << 4;
    EXPECT_EQ(Parse(bytes).error, WireError::BadDataOffset);
    bytes.resize(60);
    EXPECT_EQ(ParseHeader(bytes, 23).error, WireError::BadDataOffset)
        << "what follows in the buffer is not of this segment";
}

TEST(ParseHeader, RefusesATruncatedOption)
{
    EXPECT_EQ(Parse(HeaderWith({1, 1, 1, 2})).error, WireError::TruncatedOption) << "no length";
    EXPECT_EQ(Parse(HeaderWith({1, 2, 4, 5})).error, WireError::TruncatedOption);
    EXPECT_EQ(Parse(HeaderWith({254, 5, 0, 0})).error, WireError::TruncatedOption)
        << "an unknown one all the same";
}

TEST(ParseHeader, RefusesAKnownOptionOfAWrongLength)
{
    EXPECT_EQ(Parse(HeaderWith({2, 3, 5})).error, WireError::BadOptionLength) << "MSS";
    EXPECT_EQ(Parse(HeaderWith({3, 4, 5, 5})).error, WireError::BadOptionLength) << "scale";
    EXPECT_EQ(Parse(HeaderWith({4, 3, 0})).error, WireError::BadOptionLength) << "SACK-permitted";
    EXPECT_EQ(Parse(HeaderWith({5, 2})).error, WireError::BadOptionLength) << "SACK of no block";
    EXPECT_EQ(Parse(HeaderWith({5, 9, 0, 0, 0, 0, 0, 0, 0})).error, WireError::BadOptionLength);
    EXPECT_EQ(Parse(HeaderWith({8, 6, 0, 0, 0, 0})).error, WireError::BadOptionLength)
        << "timestamps";
}

TEST(ParseHeader, RefusesAnyOptionOfLengthZeroOrOne) // RFC 9293 MUST-7
{
    EXPECT_EQ(Parse(HeaderWith({254, 0, 1, 1})).error, WireError::BadOptionLength);
    EXPECT_EQ(Parse(HeaderWith({254, 1, 1, 1})).error, WireError::BadOptionLength);
    EXPECT_EQ(Parse(HeaderWith({2, 0, 5, 0})).error, WireError::BadOptionLength);
}

// Headers that are in order.

TEST(ParseHeader, SkipsOptionsItDoesNotKnow) // RFC 9293 MUST-6
{
    const ParsedHeader parsed = Parse(HeaderWith({254, 6, 9, 9, 9, 9, 30, 2, 2, 4, 5, 180}));
    EXPECT_EQ(parsed.error, WireError::None);
    EXPECT_EQ(parsed.segment.options.mss, 1460);
}

TEST(ParseHeader, StopsAtTheEndOfTheOptionList)
{
    const ParsedHeader parsed = Parse(HeaderWith({1, 1, 0, 2, 0, 0, 0}));
    EXPECT_EQ(parsed.error, WireError::None);
    EXPECT_EQ(parsed.segment.options, Options());
}

TEST(ParseHeader, TakesAWindowScaleBeyond14For14) // RFC 7323 §2.3
{
    EXPECT_EQ(Parse(HeaderWith({3, 3, 15})).segment.options.windowScale, 14);
    EXPECT_EQ(Parse(HeaderWith({3, 3, 255})).segment.options.windowScale, 14);
    EXPECT_EQ(Parse(HeaderWith({3, 3, 14})).segment.options.windowScale, 14);
    EXPECT_EQ(Parse(HeaderWith({3, 3, 0})).segment.options.windowScale, 0);
}

TEST(ParseHeader, ReadsASynAsLinuxSendsIt)
{
    // Captured on a loopback device: options MSS 65495, SACK-permitted, timestamps, scale 7.
    const Bytes syn{0xc3, 0x50, 0x00, 0x50, 0x12, 0x34, 0x56, 0x78, 0x00, 0x00,
                    0x00, 0x00, 0xa0, 0x02, 0xff, 0xd7, 0xfe, 0x30, 0x00, 0x00,
                    0x02, 0x04, 0xff, 0xd7, 0x04, 0x02, 0x08, 0x0a, 0x11, 0x22,
                    0x33, 0x44, 0x00, 0x00, 0x00, 0x00, 0x01, 0x03, 0x03, 0x07};
    const ParsedHeader parsed = ParseHeader(syn, 45);
    ASSERT_EQ(parsed.error, WireError::None);
    EXPECT_EQ(parsed.headerLength, 40U);
    const Segment& segment = parsed.segment;
    EXPECT_EQ(segment.tuple.remotePort, 50000) << "it comes from there";
    EXPECT_EQ(segment.tuple.localPort, 80);
    EXPECT_EQ(segment.seq, SeqNum(0x12345678));
    EXPECT_EQ(segment.flags, Flags(Flag::SYN));
    EXPECT_EQ(segment.window, 65495);
    EXPECT_EQ(segment.payloadLength, 5U);
    EXPECT_EQ(segment.options.mss, 65495);
    EXPECT_TRUE(segment.options.sackPermitted);
    EXPECT_EQ(segment.options.timestamps, (Timestamps{0x11223344, 0}));
    EXPECT_EQ(segment.options.windowScale, 7);

    Segment out = segment;
    std::swap(out.tuple.localPort, out.tuple.remotePort);
    Bytes written = Write(out);
    std::copy_n(syn.begin() + 16, 2, written.begin() + 16); // the checksum is not its business
    EXPECT_EQ(written, syn);
}

TEST(WriteHeader, PadsOptionsWithNopsAsLinuxDoes)
{
    Segment segment;
    segment.options.sackPermitted = true;
    EXPECT_THAT(OptionBytes(segment), ElementsAreArray({1, 1, 4, 2}));
    segment.options = {};
    segment.options.timestamps = Timestamps{1, 2};
    EXPECT_THAT(OptionBytes(segment), ElementsAreArray({1, 1, 8, 10, 0, 0, 0, 1, 0, 0, 0, 2}));
    segment.options = {};
    segment.options.sacks.Add({SeqNum(1), SeqNum(2)});
    EXPECT_THAT(OptionBytes(segment), ElementsAreArray({1, 1, 5, 10, 0, 0, 0, 1, 0, 0, 0, 2}));
}

TEST(WriteHeader, WritesAsManySackBlocksAsFit) // RFC 2018 §3
{
    Segment segment;
    for (uint32_t i = 1; i <= 4; ++i)
    {
        segment.options.sacks.Add({SeqNum(10 * i), SeqNum(10 * i + 5)});
    }
    EXPECT_EQ(Parse(Write(segment)).segment.options.sacks.count, 4);
    EXPECT_EQ(HeaderLength(segment), 56U);
    segment.options.timestamps = Timestamps{1, 2};
    const Options parsed = Parse(Write(segment)).segment.options;
    EXPECT_EQ(parsed.sacks.count, 3);
    EXPECT_EQ(parsed.sacks.blocks[2], (SackBlock{SeqNum(30), SeqNum(35)}));
    EXPECT_EQ(HeaderLength(segment), 60U);
}

TEST(WriteHeader, AlignsOptionsAsFreeBsdDoes) // tcp_addoptions()
{
    Segment segment;
    segment.options.mss = 1460;
    segment.options.windowScale = 6;
    segment.options.sackPermitted = true;
    segment.options.timestamps = Timestamps{1, 2};
    EXPECT_THAT(OptionBytes(segment, OptionLayout::FreeBsd),
                ElementsAreArray({2, 4, 5, 0xb4, 1, 3, 3, 6, 4, 2, 8, 10, 0, 0, 0, 1, 0, 0, 0, 2}));
    segment.options = {};
    segment.options.mss = 1460;
    segment.options.sackPermitted = true; // ended by an End of Option List, and zeros
    EXPECT_THAT(OptionBytes(segment, OptionLayout::FreeBsd),
                ElementsAreArray({2, 4, 5, 0xb4, 4, 2, 0, 0}));
    segment.options = {};
    segment.options.timestamps = Timestamps{1, 2};
    segment.options.sacks.Add({SeqNum(1), SeqNum(2)});
    EXPECT_THAT(OptionBytes(segment, OptionLayout::FreeBsd),
                ElementsAreArray({1, 1, 8, 10, 0, 0, 0, 1, 0, 0, 0, 2, //
                                  1, 1, 5, 10, 0, 0, 0, 1, 0, 0, 0, 2}));
}

Segment
RandomSegment(test::Random& random)
{
    Segment segment;
    segment.tuple.localPort = static_cast<uint16_t>(random.Next());
    segment.tuple.remotePort = static_cast<uint16_t>(random.Next());
    segment.seq = SeqNum(random.Next());
    segment.ack = SeqNum(random.Next());
    segment.flags = Flags::FromByte(static_cast<uint8_t>(random.Next()));
    segment.window = static_cast<uint16_t>(random.Next());
    segment.urgent = static_cast<uint16_t>(random.Next());
    segment.payloadLength = random.Below(9000);
    Options& options = segment.options;
    if (random.Chance(0.5))
    {
        options.mss = static_cast<uint16_t>(random.Next());
    }
    if (random.Chance(0.5))
    {
        options.windowScale = static_cast<uint8_t>(random.Below(15));
    }
    options.sackPermitted = random.Chance(0.5);
    if (random.Chance(0.5))
    {
        options.timestamps = Timestamps{random.Next(), random.Next()};
    }
    for (uint32_t blocks = random.Below(5); blocks > 0; --blocks)
    {
        options.sacks.Add({SeqNum(random.Next()), SeqNum(random.Next())});
    }
    return segment;
}

TEST(Wire, WhatIsWrittenIsReadBack)
{
    test::Random random(6);
    for (int i = 0; i < 10000; ++i)
    {
        const Segment sent = RandomSegment(random);
        const Bytes bytes = Write(sent, i % 2 == 0 ? OptionLayout::Linux : OptionLayout::FreeBsd);
        ASSERT_EQ(bytes.size() % 4, 0U);
        ASSERT_LE(bytes.size(), kMaxHeaderLength);
        const ParsedHeader parsed = ParseHeader(bytes, bytes.size() + sent.payloadLength);
        ASSERT_EQ(parsed.error, WireError::None);
        ASSERT_EQ(parsed.headerLength, bytes.size());
        const Segment& read = parsed.segment;
        ASSERT_EQ(read.tuple.localPort, sent.tuple.remotePort);
        ASSERT_EQ(read.tuple.remotePort, sent.tuple.localPort);
        ASSERT_EQ(read.seq, sent.seq);
        ASSERT_EQ(read.ack, sent.ack);
        ASSERT_EQ(read.flags, sent.flags);
        ASSERT_EQ(read.window, sent.window);
        ASSERT_EQ(read.urgent, sent.urgent);
        ASSERT_EQ(read.payloadLength, sent.payloadLength);
        Options expected = sent.options;
        expected.sacks.count = read.options.sacks.count; // those that fitted
        ASSERT_LE(read.options.sacks.count, sent.options.sacks.count);
        ASSERT_EQ(read.options, expected);
    }
}

/** A copy on the heap that is exactly as long, so that the sanitizer sees a byte too far. */
ParsedHeader
ParseExactly(const Bytes& bytes, std::size_t segmentLength)
{
    const auto exact = std::make_unique<uint8_t[]>(bytes.size());
    std::copy(bytes.begin(), bytes.end(), exact.get());
    return ParseHeader({exact.get(), bytes.size()}, segmentLength);
}

TEST(ParseHeader, NeverReadsBeyondTheEndOfWhateverArrives)
{
    test::Random random(7);
    int good = 0;
    for (int i = 0; i < 50000; ++i)
    {
        Bytes bytes;
        if (random.Chance(0.5)) // a good header with a few bytes changed, cut or appended
        {
            bytes = Write(RandomSegment(random));
            for (uint32_t changes = random.Below(4); changes > 0; --changes)
            {
                const uint32_t at = random.Between(12, static_cast<uint32_t>(bytes.size()) - 1);
                bytes[at] = static_cast<uint8_t>(random.Next());
            }
            bytes.resize(random.Chance(0.3) ? random.Below(70) : bytes.size());
        }
        else // noise, with small numbers, where options live
        {
            bytes.resize(random.Below(70));
            for (uint8_t& byte : bytes)
            {
                byte = static_cast<uint8_t>(random.Chance(0.7) ? random.Below(12) : random.Next());
            }
            if (bytes.size() > 12)
            {
                bytes[12] = static_cast<uint8_t>(random.Between(4, 15) << 4);
            }
        }
        const std::size_t segmentLength = random.Chance(0.8) ? bytes.size() : random.Below(2000);
        const ParsedHeader parsed = ParseExactly(bytes, segmentLength);
        if (parsed.error == WireError::None)
        {
            ++good;
            ASSERT_GE(parsed.headerLength, kMinHeaderLength);
            ASSERT_LE(parsed.headerLength, std::min(bytes.size(), segmentLength));
            ASSERT_EQ(parsed.headerLength + parsed.segment.payloadLength, segmentLength);
        }
    }
    EXPECT_GT(good, 5000) << "noise that is never accepted tests little";
}

// Checksums.

/** RFC 1071 as it is told there: 16-bit words, carries added back. */
uint16_t
PlainChecksum(Bytes bytes)
{
    bytes.resize((bytes.size() + 1) / 2 * 2);
    uint32_t sum = 0;
    for (std::size_t i = 0; i < bytes.size(); i += 2)
    {
        sum += bytes[i] << 8 | bytes[i + 1];
        sum = (sum & 0xffff) + (sum >> 16);
    }
    return static_cast<uint16_t>(~sum);
}

TEST(Checksum, IsTheExampleOfRfc1071)
{
    Checksum checksum;
    checksum.Add(Bytes{0x00, 0x01, 0xf2, 0x03, 0xf4, 0xf5, 0xf6, 0xf7});
    EXPECT_EQ(checksum.Finish(), static_cast<uint16_t>(~0xddf2));
}

TEST(Checksum, AgreesWithThePlainSumOverRandomBytes)
{
    test::Random random(8);
    for (int i = 0; i < 500; ++i)
    {
        Bytes bytes(random.Below(3000));
        std::generate(bytes.begin(), bytes.end(), [&] {
            return random.Chance(0.3) ? 0xff : random.Next();
        });
        const std::size_t evenly = bytes.size() / 2;
        const std::size_t split = 2 * std::size_t{random.Below(static_cast<uint32_t>(evenly) + 1)};
        Checksum checksum;
        checksum.Add(std::span(bytes).first(split));
        checksum.Add(std::span(bytes).subspan(split));
        ASSERT_EQ(checksum.Finish(), PlainChecksum(bytes));
    }
}

TEST(Checksum, CoversThePseudoHeaderOfIpv4)
{
    Checksum checksum;
    checksum.AddPseudoHeader(IpAddress::FromV4(0xc0a80001), IpAddress::FromV4(0x0a0000fe), 1234);
    EXPECT_EQ(checksum.Finish(),
              PlainChecksum({0xc0, 0xa8, 0, 1, 0x0a, 0, 0, 0xfe, 0, 6, 0x04, 0xd2}));
}

TEST(Checksum, CoversThePseudoHeaderOfIpv6)
{
    IpAddress::Bytes source{0x20, 0x01, 0x0d, 0xb8};
    IpAddress::Bytes destination{0xfe, 0x80};
    source[15] = 1;
    destination[15] = 2;
    Bytes plain(source.begin(), source.end());
    plain.insert(plain.end(), destination.begin(), destination.end());
    plain.insert(plain.end(), {0, 1, 0xe2, 0x40, 0, 0, 0, 6}); // a length of 123456
    Checksum checksum;
    checksum.AddPseudoHeader(IpAddress::FromV6(source), IpAddress::FromV6(destination), 123456);
    EXPECT_EQ(checksum.Finish(), PlainChecksum(plain));
}

TEST(Checksum, OfASegmentThatCarriesItIsZero)
{
    test::Random random(9);
    Segment segment = RandomSegment(random);
    Bytes bytes = Write(segment);
    Checksum first;
    first.AddPseudoHeader(IpAddress::FromV4(1), IpAddress::FromV4(2), 60);
    first.Add(bytes);
    bytes[16] = static_cast<uint8_t>(first.Finish() >> 8);
    bytes[17] = static_cast<uint8_t>(first.Finish());
    Checksum second;
    second.AddPseudoHeader(IpAddress::FromV4(1), IpAddress::FromV4(2), 60);
    second.Add(bytes);
    EXPECT_EQ(second.Finish(), 0);
}

} // namespace
} // namespace lifecycle
