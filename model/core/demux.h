#ifndef LIFECYCLE_CORE_DEMUX_H
#define LIFECYCLE_CORE_DEMUX_H

#include "hash-index.h"

#include <cstddef>
#include <cstdint>
#include <optional>

namespace lifecycle
{

/** Which slab the record of a four-tuple lies in. */
enum class RecordKind : uint8_t
{
    Request,
    Connection,
    TimeWait,
};

/** What the demultiplexer finds: a slab and a slot of it. */
struct RecordRef
{
    RecordKind kind;
    uint32_t index;

    friend constexpr bool operator==(const RecordRef&, const RecordRef&) = default;
};

/**
 * The hash table from four-tuples to records. The caller compares tuples, and tells hashes again,
 * since the records hold them.
 */
class Demux
{
  public:
    /**
     * \param hash of the tuple looked for
     * \param matches called with a candidate, says whether it has that tuple
     */
    template <typename Matches>
    std::optional<RecordRef> Find(uint32_t hash, Matches matches) const
    {
        const std::optional<uint32_t> found =
            m_index.Find(hash, [&](uint32_t packed) { return matches(Unpack(packed)); });
        return found ? std::optional(Unpack(*found)) : std::nullopt;
    }

    /** \param hashOf called with the reference of any record that is in, tells its hash */
    template <typename HashOf>
    void Insert(uint32_t hash, RecordRef ref, HashOf hashOf)
    {
        m_index.Insert(hash, Pack(ref), [&](uint32_t packed) { return hashOf(Unpack(packed)); });
    }

    /** Takes out \p ref, which was inserted with \p hash. \param hashOf as in Insert() */
    template <typename HashOf>
    void Erase(uint32_t hash, RecordRef ref, HashOf hashOf)
    {
        m_index.Erase(hash, Pack(ref), [&](uint32_t packed) { return hashOf(Unpack(packed)); });
    }

    std::size_t Size() const
    {
        return m_index.Size();
    }

  private:
    static constexpr uint32_t kRecords = HashIndex::kMost / 4; //!< that a slab can hold

    static RecordRef Unpack(uint32_t packed)
    {
        return {static_cast<RecordKind>(packed / kRecords), packed % kRecords};
    }

    static uint32_t Pack(RecordRef ref)
    {
        return static_cast<uint32_t>(ref.kind) * kRecords + ref.index;
    }

    HashIndex m_index;
};

} // namespace lifecycle

#endif /* LIFECYCLE_CORE_DEMUX_H */
