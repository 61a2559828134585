#ifndef LIFECYCLE_CORE_DEMUX_H
#define LIFECYCLE_CORE_DEMUX_H

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

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
 * The hash table from four-tuples to records: open addressing with linear probing. It keeps the
 * hash and a reference only; the caller compares tuples, since the records hold them.
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
        if (m_size == 0)
        {
            return std::nullopt;
        }
        for (std::size_t i = Home(hash); m_slots[i].packed != kEmpty; i = After(i))
        {
            if (m_slots[i].hash == hash && matches(Unpack(m_slots[i].packed)))
            {
                return Unpack(m_slots[i].packed);
            }
        }
        return std::nullopt;
    }

    void Insert(uint32_t hash, RecordRef ref);
    /** Takes out \p ref, which was inserted with \p hash. */
    void Erase(uint32_t hash, RecordRef ref);

    std::size_t Size() const
    {
        return m_size;
    }

  private:
    struct Slot
    {
        uint32_t hash{0};
        uint32_t packed{kEmpty};
    };

    static constexpr uint32_t kEmpty = UINT32_MAX;
    static constexpr uint32_t kKindShift = 30; //!< a slab holds up to 2^30 records

    static RecordRef Unpack(uint32_t packed)
    {
        return {static_cast<RecordKind>(packed >> kKindShift), packed & ((1U << kKindShift) - 1)};
    }

    static uint32_t Pack(RecordRef ref)
    {
        return static_cast<uint32_t>(ref.kind) << kKindShift | ref.index;
    }

    std::size_t Home(uint32_t hash) const
    {
        return hash & (m_slots.size() - 1);
    }

    std::size_t After(std::size_t i) const
    {
        return (i + 1) & (m_slots.size() - 1);
    }

    void Resize(std::size_t slots);
    void Place(Slot slot);

    std::vector<Slot> m_slots; //!< its size is a power of two, or zero
    std::size_t m_size{0};
};

} // namespace lifecycle

#endif /* LIFECYCLE_CORE_DEMUX_H */
