#include "core/address-book.h"
#include "core/demux.h"
#include "random.h"

#include <gtest/gtest.h>
#include <set>
#include <unordered_map>
#include <vector>

namespace lifecycle
{
namespace
{

/** Looks for \p key among records whose keys are \p keys. */
std::optional<RecordRef>
Find(const Demux& demux, const std::vector<uint32_t>& keys, uint32_t hash, uint32_t key)
{
    return demux.Find(hash, [&](RecordRef candidate) { return keys[candidate.index] == key; });
}

TEST(Demux, AgreesWithAnUnorderedMapOverRandomOperations)
{
    // Few different hashes, so that runs of collisions grow, wrap around and are cut.
    constexpr uint32_t kKeys = 3000;
    test::Random random(3);
    Demux demux;
    std::vector<uint32_t> keys;
    std::vector<uint32_t> hashes;
    for (uint32_t key = 0; key < kKeys; ++key)
    {
        keys.push_back(key);
        hashes.push_back(random.Chance(0.5) ? random.Below(64) << 26 : random.Next() | 0xc0000000);
    }
    const auto hashOf = [&](RecordRef ref) { return hashes[ref.index]; };
    std::unordered_map<uint32_t, RecordKind> model;
    for (int step = 0; step < 100000; ++step)
    {
        const uint32_t key = random.Below(kKeys);
        const auto known = model.find(key);
        const std::optional<RecordRef> found = Find(demux, keys, hashes[key], key);
        ASSERT_EQ(found.has_value(), known != model.end());
        const bool growing = step / 20000 % 2 == 0;
        if (known == model.end() && random.Chance(growing ? 0.9 : 0.1))
        {
            const auto kind = static_cast<RecordKind>(random.Below(3));
            demux.Insert(hashes[key], {kind, key}, hashOf);
            model.emplace(key, kind);
        }
        else if (known != model.end())
        {
            ASSERT_EQ(*found, (RecordRef{known->second, key}));
            if (random.Chance(growing ? 0.1 : 0.9))
            {
                demux.Erase(hashes[key], *found, hashOf);
                model.erase(known);
            }
        }
        ASSERT_EQ(demux.Size(), model.size());
    }
}

TEST(Demux, GrowsUntilNoneIsTooFarFromItsHome)
{
    // So many that would stand side by side if the table were only as large as they need.
    constexpr uint32_t kKeys = 1000;
    const auto hashOf = [](RecordRef ref) { return ref.index << 16; };
    Demux demux;
    for (uint32_t i = 0; i < kKeys; ++i)
    {
        demux.Insert(i << 16, {RecordKind::Connection, i}, hashOf);
    }
    for (uint32_t i = 0; i < kKeys; ++i)
    {
        const auto isIt = [&](RecordRef ref) { return ref.index == i; };
        ASSERT_EQ(demux.Find(i << 16, isIt), (RecordRef{RecordKind::Connection, i}));
        demux.Erase(i << 16, {RecordKind::Connection, i}, hashOf);
    }
    EXPECT_EQ(demux.Size(), 0U);
}

TEST(Demux, FindsNothingWhenEmpty)
{
    const Demux demux;
    EXPECT_EQ(demux.Find(0, [](RecordRef) { return true; }), std::nullopt);
}

TEST(Demux, TellsRecordsOfEqualHashAndIndexApartByKind)
{
    Demux demux;
    const auto hashOf = [](RecordRef) { return 5; };
    demux.Insert(5, {RecordKind::Request, 0}, hashOf);
    demux.Insert(5, {RecordKind::TimeWait, 0}, hashOf);
    demux.Erase(5, {RecordKind::Request, 0}, hashOf);
    EXPECT_EQ(demux.Find(5, [](RecordRef) { return true; }), (RecordRef{RecordKind::TimeWait, 0}));
}

TEST(HashTuple, SpreadsNeighbouringTuplesOverTheTable)
{
    // Clients of one subnet and with consecutive ports: what topology scripts make.
    constexpr uint32_t kSlots = 1 << 16;
    std::vector<uint32_t> load(kSlots);
    uint32_t fullest = 0;
    for (uint32_t host = 0; host < 64; ++host)
    {
        for (uint32_t port = 0; port < 512; ++port)
        {
            PackedTuple tuple;
            tuple.local = 0x0a000001;
            tuple.remote = 0x0a010000 + host;
            tuple.localPort = 80;
            tuple.remotePort = static_cast<uint16_t>(49152 + port);
            fullest = std::max(fullest, ++load[HashTuple(tuple, 0x1234) % kSlots]);
        }
    }
    EXPECT_LE(fullest, 10U) << "half as many tuples as slots: a random function gives 7 or so";
}

TEST(HashTuple, ConsecutivePortsOfEitherSideLeaveNoLongRuns)
{
    // HashIndex takes the hash for a fraction of its slots, and what finds its home taken for the
    // next slot that is free.
    constexpr uint32_t kTuples = 2000;
    constexpr uint32_t kSlots = 2731;
    for (uint64_t key = 1; key <= 20; ++key)
    {
        for (const bool isLocal : {true, false})
        {
            std::vector<uint32_t> homes(kSlots);
            for (uint32_t i = 0; i < kTuples; ++i)
            {
                const auto port = static_cast<uint16_t>(32768 + i);
                PackedTuple tuple{0x0a000001, 0x0a000005, 80, port};
                if (isLocal)
                {
                    std::swap(tuple.localPort, tuple.remotePort);
                }
                ++homes[uint64_t{HashTuple(tuple, key * 0x12345)} * kSlots >> 32];
            }
            uint32_t moved = 0; // that are beyond their home
            uint32_t most = 0;
            for (const uint32_t home : homes)
            {
                moved += home;
                most = std::max(most, moved);
                moved -= moved > 0;
            }
            EXPECT_LE(most, 40U) << "a random function gives 12 or so; key " << key;
        }
    }
}

TEST(HashTuple, DependsOnEveryPartOfTheTupleAndOnTheKey)
{
    PackedTuple tuple;
    tuple.local = 1;
    tuple.remote = 2;
    tuple.localPort = 3;
    tuple.remotePort = 4;
    std::set<uint32_t> hashes{HashTuple(tuple, 1), HashTuple(tuple, 2)};
    PackedTuple other = tuple;
    other.local = tuple.remote;
    other.remote = tuple.local;
    hashes.insert(HashTuple(other, 1));
    other = tuple;
    std::swap(other.localPort, other.remotePort);
    hashes.insert(HashTuple(other, 1));
    EXPECT_EQ(hashes.size(), 4U);
}

} // namespace
} // namespace lifecycle
