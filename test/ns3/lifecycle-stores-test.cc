#include "internal/lifecycle-rx-store.h"
#include "internal/lifecycle-tx-store.h"
#include "lifecycle-network.h"

#include "ns3/flow-id-tag.h"
#include "ns3/packet.h"

#include <cstdint>
#include <gtest/gtest.h>
#include <random>
#include <vector>

namespace lifecycle_test
{

using namespace ns3;

namespace
{

Ptr<Packet>
Pattern(uint64_t offset, uint32_t length)
{
    std::vector<uint8_t> bytes(length);
    for (uint32_t i = 0; i < length; ++i)
    {
        bytes[i] = PatternAt(offset + i);
    }
    return Create<Packet>(bytes.data(), length);
}

bool
IsPattern(Ptr<const Packet> packet, uint64_t offset)
{
    std::vector<uint8_t> bytes(packet->GetSize());
    packet->CopyData(bytes.data(), packet->GetSize());
    for (uint32_t i = 0; i < bytes.size(); ++i)
    {
        if (bytes[i] != PatternAt(offset + i))
        {
            return false;
        }
    }
    return true;
}

/// Tags a packet so that where its bytes end up can be told.
Ptr<Packet>
Tagged(Ptr<Packet> packet, uint32_t flow)
{
    packet->AddByteTag(FlowIdTag(flow));
    return packet;
}

/// Which tag stands at which bytes: pairs of flow and number of bytes, in order.
std::vector<std::pair<uint32_t, uint32_t>>
TagsOf(Ptr<const Packet> packet)
{
    std::vector<std::pair<uint32_t, uint32_t>> tags;
    auto iterator = packet->GetByteTagIterator();
    while (iterator.HasNext())
    {
        const auto item = iterator.Next();
        FlowIdTag tag;
        item.GetTag(tag);
        tags.emplace_back(tag.GetFlowId(), item.GetEnd() - item.GetStart());
    }
    return tags;
}

constexpr uint64_t BEGIN = 1000; // streams are looked at from somewhere in the middle

} // namespace

TEST(LifecycleTxStore, SlicesAnywhereAcrossPackets)
{
    LifecycleTxStore store(BEGIN);
    uint64_t offset = BEGIN;
    for (uint32_t length : {1U, 512U, 3U, 4000U, 100U})
    {
        store.Append(Pattern(offset, length));
        offset += length;
    }
    for (uint64_t at = BEGIN; at < offset; at += 7)
    {
        const auto length = static_cast<uint32_t>(std::min<uint64_t>(1448, offset - at));
        const Ptr<Packet> slice = store.Slice(at, length);
        ASSERT_EQ(slice->GetSize(), length);
        ASSERT_TRUE(IsPattern(slice, at)) << "at " << at;
    }
}

TEST(LifecycleTxStore, AWriterMayGoOnToUseItsPacket)
{
    LifecycleTxStore store(BEGIN);
    const Ptr<Packet> packet = Pattern(BEGIN, 100);
    store.Append(packet);
    packet->RemoveAtStart(50);
    packet->AddAtEnd(Create<Packet>(50));
    EXPECT_TRUE(IsPattern(store.Slice(BEGIN, 100), BEGIN));
}

TEST(LifecycleTxStore, SlicesAreIndependentOfWhatIsKept)
{
    LifecycleTxStore store(BEGIN);
    store.Append(Pattern(BEGIN, 100));
    const Ptr<Packet> slice = store.Slice(BEGIN, 100);
    slice->RemoveAtEnd(100);
    EXPECT_EQ(store.Slice(BEGIN, 100)->GetSize(), 100);
}

TEST(LifecycleTxStore, ForgetsWhatIsReleased)
{
    LifecycleTxStore store(BEGIN);
    std::mt19937 random(1);
    uint64_t end = BEGIN;
    uint64_t begin = BEGIN;
    for (int round = 0; round < 2000; ++round)
    {
        const uint32_t length = random() % 2000;
        store.Append(Pattern(end, length));
        end += length;
        const uint64_t released = random() % (end - begin + 1);
        store.Release(released);
        begin += released;
        ASSERT_EQ(store.Size(), end - begin);
        if (begin < end)
        {
            const uint64_t at = begin + random() % (end - begin);
            const auto wanted = static_cast<uint32_t>(std::min<uint64_t>(1448, end - at));
            ASSERT_TRUE(IsPattern(store.Slice(at, wanted), at));
        }
    }
}

TEST(LifecycleTxStore, TagsStayWithTheirBytes)
{
    LifecycleTxStore store(BEGIN);
    store.Append(Tagged(Create<Packet>(100), 1));
    store.Append(Tagged(Create<Packet>(100), 2));
    const auto tags = TagsOf(store.Slice(BEGIN + 60, 100));
    EXPECT_EQ(tags, (std::vector<std::pair<uint32_t, uint32_t>>{{1, 40}, {2, 60}}));
}

TEST(LifecycleTxStore, ZeroFilledPayloadTakesNoMemory)
{
    LifecycleTxStore store(BEGIN);
    const uint32_t huge = 1U << 30; // a gigabyte: it could not be had otherwise
    store.Append(Create<Packet>(huge));
    EXPECT_EQ(store.Slice(BEGIN + huge - 1000, 1000)->GetSize(), 1000);
}

TEST(LifecycleTxStore, ZeroFilledPayloadIsNotWrittenOutWhereSegmentsSpanPackets)
{
    LifecycleTxStore store(BEGIN);
    store.Append(Create<Packet>(1000000));
    store.Append(Create<Packet>(1000000));
    const Ptr<Packet> slice = store.Slice(BEGIN + 500000, 1000000);
    EXPECT_EQ(slice->GetSize(), 1000000);
    EXPECT_LT(slice->GetSerializedSize(), 1000);
}

TEST(LifecycleTxStore, PacketTagsOfTheFirstPacketStay)
{
    LifecycleTxStore store(BEGIN);
    const Ptr<Packet> tagged = Create<Packet>(100);
    tagged->AddPacketTag(FlowIdTag(7));
    store.Append(tagged);
    store.Append(Create<Packet>(100));
    FlowIdTag tag;
    ASSERT_TRUE(store.Slice(BEGIN + 50, 100)->PeekPacketTag(tag));
    EXPECT_EQ(tag.GetFlowId(), 7);
}

TEST(LifecycleRxStore, ZeroFilledPayloadIsNotWrittenOutWhenReadAtOnce)
{
    LifecycleRxStore store(BEGIN);
    const Ptr<Packet> sent = Create<Packet>(2000000);
    store.Insert(BEGIN, sent->CreateFragment(0, 1000000));
    store.Insert(BEGIN + 1000000, sent->CreateFragment(1000000, 1000000));
    const Ptr<Packet> read = store.Read(2000000);
    EXPECT_EQ(read->GetSize(), 2000000);
    EXPECT_LT(read->GetSerializedSize(), 1000);
}

TEST(LifecycleRxStore, ReadsWhatArrivedInOrder)
{
    LifecycleRxStore store(BEGIN);
    store.Insert(BEGIN, Pattern(BEGIN, 100));
    store.Insert(BEGIN + 100, Pattern(BEGIN + 100, 50));
    EXPECT_EQ(store.Available(), 150);
    const Ptr<Packet> first = store.Read(120);
    ASSERT_EQ(first->GetSize(), 120);
    EXPECT_TRUE(IsPattern(first, BEGIN));
    const Ptr<Packet> rest = store.Read(1000);
    ASSERT_EQ(rest->GetSize(), 30);
    EXPECT_TRUE(IsPattern(rest, BEGIN + 120));
    EXPECT_TRUE(store.IsEmpty());
    EXPECT_FALSE(store.Read(1));
}

TEST(LifecycleRxStore, HoldsBackWhatIsAheadOfAHole)
{
    LifecycleRxStore store(BEGIN);
    store.Insert(BEGIN + 100, Pattern(BEGIN + 100, 100));
    EXPECT_EQ(store.Available(), 0);
    EXPECT_FALSE(store.IsEmpty());
    EXPECT_FALSE(store.Read(1000));
    store.Insert(BEGIN, Pattern(BEGIN, 100));
    EXPECT_EQ(store.Available(), 200);
    EXPECT_TRUE(IsPattern(store.Read(1000), BEGIN));
}

TEST(LifecycleRxStore, TheFirstCopyOfAByteWins)
{
    LifecycleRxStore store(BEGIN);
    store.Insert(BEGIN + 10, Tagged(Create<Packet>(10), 1));
    store.Insert(BEGIN, Tagged(Create<Packet>(30), 2));
    const auto tags = TagsOf(store.Read(1000));
    EXPECT_EQ(tags, (std::vector<std::pair<uint32_t, uint32_t>>{{2, 10}, {1, 10}, {2, 10}}));
}

TEST(LifecycleRxStore, TakesAnyOverlap)
{
    constexpr uint64_t LENGTH = 400;
    std::mt19937 random(1);
    for (int round = 0; round < 200; ++round)
    {
        LifecycleRxStore store(BEGIN);
        std::vector<bool> arrived(LENGTH);
        uint64_t read = 0;
        while (read < LENGTH)
        {
            const uint64_t from = random() % LENGTH;
            const uint64_t length = 1 + random() % std::min<uint64_t>(60, LENGTH - from);
            store.Insert(BEGIN + from, Pattern(BEGIN + from, static_cast<uint32_t>(length)));
            std::fill_n(arrived.begin() + static_cast<std::ptrdiff_t>(from), length, true);
            const auto hole = std::find(arrived.begin(), arrived.end(), false);
            ASSERT_EQ(store.Available() + read, hole - arrived.begin());
            if (const Ptr<Packet> packet = store.Read(random() % 100))
            {
                ASSERT_TRUE(IsPattern(packet, BEGIN + read));
                read += packet->GetSize();
            }
        }
        EXPECT_TRUE(store.IsEmpty());
    }
}

} // namespace lifecycle_test
