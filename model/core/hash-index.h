#ifndef LIFECYCLE_CORE_HASH_INDEX_H
#define LIFECYCLE_CORE_HASH_INDEX_H

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace lifecycle
{

/**
 * A hash table of numbers that name records, five bytes for each slot: the keys, and their hashes,
 * stay in the records. Robin Hood hashing: within a run, entries stand in the order of their homes.
 * How far each is from its home is known, so that one is compared only with those of the same home,
 * and taking one out needs no hash of another.
 */
class HashIndex
{
  public:
    static constexpr uint32_t kMost = 1U << 28; //!< numbers are less than this

    /**
     * \param hash of the key looked for
     * \param matches called with a candidate's number, says whether it has that key
     */
    template <typename Matches>
    std::optional<uint32_t> Find(uint32_t hash, Matches matches) const
    {
        if (m_size == 0)
        {
            return std::nullopt;
        }
        std::size_t i = Home(hash);
        for (uint32_t distance = 1; m_distances[i] >= distance; ++distance, i = After(i))
        {
            const bool possible = m_distances[i] == distance && IsTagged(m_entries[i], hash);
            if (possible && matches(m_entries[i] % kMost))
            {
                return m_entries[i] % kMost;
            }
        }
        return std::nullopt;
    }

    /** \param hashOf called with the number of any that is in, tells its hash */
    template <typename HashOf>
    void Insert(uint32_t hash, uint32_t number, HashOf hashOf)
    {
        if ((m_size + 1) * 8 > m_entries.size() * 7) // at most seven eighths full
        {
            Rebuild(Larger(), hashOf);
        }
        while (!Place(hash, number))
        {
            Rebuild(Larger(), hashOf);
        }
        ++m_size;
    }

    /** Takes out \p number, which was inserted with \p hash. \param hashOf as in Insert() */
    template <typename HashOf>
    void Erase(uint32_t hash, uint32_t number, HashOf hashOf)
    {
        TakeOut(hash, number);
        --m_size;
        const bool sparse = m_entries.size() > 2 * kSmallest && m_size * 8 < m_entries.size();
        if (sparse && m_size * 2 < m_sizeThen) // as it may turn out that it has to be so large
        {
            Rebuild(m_entries.size() / 4, hashOf);
        }
    }

    std::size_t Size() const
    {
        return m_size;
    }

  private:
    static constexpr std::size_t kSmallest = 16;

    /** Of the hash, the bits that say least about the home. */
    static uint32_t Tagged(uint32_t hash, uint32_t number)
    {
        return hash * kMost | number;
    }

    static bool IsTagged(uint32_t entry, uint32_t hash)
    {
        return (entry ^ hash * kMost) < kMost;
    }

    /** Any number of slots will do: the hash, as a fraction of one, says which. */
    std::size_t Home(uint32_t hash) const
    {
        return uint64_t{hash} * m_entries.size() >> 32;
    }

    std::size_t After(std::size_t i) const
    {
        return i + 1 == m_entries.size() ? 0 : i + 1;
    }

    /** By half only, so that little is empty just after. */
    std::size_t Larger() const
    {
        return m_entries.size() + m_entries.size() / 2 + kSmallest;
    }

    template <typename HashOf>
    void Rebuild(std::size_t slots, HashOf hashOf)
    {
        const std::vector<uint32_t> entries = Reset(slots);
        while (!PlaceAll(entries, hashOf))
        {
            Reset(Larger());
        }
        m_sizeThen = m_size;
    }

    template <typename HashOf>
    bool PlaceAll(const std::vector<uint32_t>& entries, HashOf hashOf)
    {
        for (uint32_t entry : entries)
        {
            if (entry != kEmpty && !Place(hashOf(entry % kMost), entry % kMost))
            {
                return false;
            }
        }
        return true;
    }

    /** Empties it, with so many slots. \returns the entries that were in it */
    std::vector<uint32_t> Reset(std::size_t slots);
    /** \returns false if one would be too far from its home: there have to be more slots */
    bool Place(uint32_t hash, uint32_t number);
    void TakeOut(uint32_t hash, uint32_t number);

    static constexpr uint32_t kEmpty = UINT32_MAX;

    std::vector<uint32_t> m_entries;  //!< numbers, with four bits of the hash above
    std::vector<uint8_t> m_distances; //!< from home, and one; 0: the slot is empty
    std::size_t m_size{0};
    std::size_t m_sizeThen{0}; //!< when it was rebuilt last
};

} // namespace lifecycle

#endif /* LIFECYCLE_CORE_HASH_INDEX_H */
