#ifndef LIFECYCLE_CORE_SLAB_H
#define LIFECYCLE_CORE_SLAB_H

#include <array>
#include <cassert>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <new>
#include <utility>
#include <vector>

namespace lifecycle
{

/**
 * Names one record of type T for as long as it lives, and nothing afterwards: a slot that is used
 * again has another generation.
 */
template <typename T>
struct Handle
{
    uint32_t index{0};
    uint32_t generation{0}; //!< 0 names nothing

    constexpr explicit operator bool() const
    {
        return generation != 0;
    }

    /** \returns a number that no other handle of the slab ever has, for tables */
    constexpr uint64_t Key() const
    {
        return uint64_t{generation} << 32 | index;
    }

    friend constexpr bool operator==(const Handle&, const Handle&) = default;
};

/**
 * Records of one type in blocks of memory: an address stays valid as long as its record lives,
 * making and freeing one costs O(1) and, while there are free slots, no allocation.
 *
 * \tparam kBlock records in a block
 */
template <typename T, uint32_t kBlock = 16>
class Slab
{
  public:
    Slab() = default;
    Slab(const Slab&) = delete;
    Slab& operator=(const Slab&) = delete;

    ~Slab()
    {
        ForEach([this](Handle<T> handle, T&) { Free(handle); });
    }

    template <typename... Args>
    Handle<T> Make(Args&&... args)
    {
        if (m_freeHead == kNone)
        {
            AddBlock();
        }
        const uint32_t index = m_freeHead;
        m_freeHead = NextFree(index);
        new (Storage(index)) T(std::forward<Args>(args)...);
        ++m_alive;
        return {index, ++Generation(index)}; // odd: alive
    }

    void Free(Handle<T> handle)
    {
        End(handle);
        Vacate(handle);
    }

    /** Ends the record; its slot is kept from others until Vacate(). */
    void End(Handle<T> handle)
    {
        assert(Generation(handle.index) == handle.generation);
        Record(handle.index)->~T();
        ++Generation(handle.index); // even: not alive
        --m_alive;
    }

    /** Gives the slot of a record that has ended to others. */
    void Vacate(Handle<T> handle)
    {
        assert(Generation(handle.index) == handle.generation + 1);
        PutFree(handle.index);
    }

    /** \returns the record, or null if it is no longer there */
    T* Find(Handle<T> handle)
    {
        if (!handle || handle.index >= m_blocks.size() * kBlock)
        {
            return nullptr;
        }
        return Generation(handle.index) == handle.generation ? Record(handle.index) : nullptr;
    }

    const T* Find(Handle<T> handle) const
    {
        return const_cast<Slab*>(this)->Find(handle);
    }

    /** The record in a slot that is known to be alive. */
    T& Get(uint32_t index)
    {
        return *Record(index);
    }

    const T& Get(uint32_t index) const
    {
        return *Record(index);
    }

    /** The handle of a slot that is known to be alive. */
    Handle<T> HandleOf(uint32_t index) const
    {
        return {index, Generation(index)};
    }

    /** The handle of what is alive in a slot, unset if nothing is. */
    Handle<T> FindAt(uint32_t index) const
    {
        const bool alive = index < m_blocks.size() * kBlock && Generation(index) % 2 == 1;
        return alive ? HandleOf(index) : Handle<T>{};
    }

    std::size_t Size() const
    {
        return m_alive;
    }

    /** Calls \p visit(handle, record) for every live record, in slot order. */
    template <typename Visit>
    void ForEach(Visit visit)
    {
        for (uint32_t index = 0; index < m_blocks.size() * kBlock; ++index)
        {
            if (Generation(index) % 2 == 1)
            {
                visit(HandleOf(index), *Record(index));
            }
        }
    }

    template <typename Visit>
    void ForEach(Visit visit) const
    {
        const_cast<Slab*>(this)->ForEach(
            [&](Handle<T> handle, T& record) { visit(handle, std::as_const(record)); });
    }

  private:
    static constexpr uint32_t kNone = UINT32_MAX;

    /** Generations apart from the records, so that no record is padded because of its own. */
    struct Block
    {
        std::array<uint32_t, kBlock> generations{};
        alignas(T) std::byte storage[kBlock * sizeof(T)];
    };

    static_assert(sizeof(T) >= sizeof(uint32_t), "a free slot names the next");

    uint32_t& Generation(uint32_t index)
    {
        return m_blocks[index / kBlock]->generations[index % kBlock];
    }

    uint32_t Generation(uint32_t index) const
    {
        return m_blocks[index / kBlock]->generations[index % kBlock];
    }

    std::byte* Storage(uint32_t index) const
    {
        return m_blocks[index / kBlock]->storage + index % kBlock * sizeof(T);
    }

    T* Record(uint32_t index) const
    {
        return std::launder(reinterpret_cast<T*>(Storage(index)));
    }

    uint32_t NextFree(uint32_t index) const
    {
        uint32_t next = 0;
        std::memcpy(&next, Storage(index), sizeof(next));
        return next;
    }

    void PutFree(uint32_t index)
    {
        std::memcpy(Storage(index), &m_freeHead, sizeof(m_freeHead));
        m_freeHead = index;
    }

    void AddBlock()
    {
        const uint32_t first = static_cast<uint32_t>(m_blocks.size()) * kBlock;
        if (m_blocks.size() == m_blocks.capacity())
        {
            m_blocks.reserve(m_blocks.size() + m_blocks.size() / 8 + 4); // there may be very many
        }
        m_blocks.emplace_back(new Block);   // its storage is not to be filled with zeros
        for (uint32_t i = kBlock; i-- > 0;) // the lowest index is handed out first
        {
            PutFree(first + i);
        }
    }

    std::vector<std::unique_ptr<Block>> m_blocks;
    uint32_t m_freeHead{kNone};
    std::size_t m_alive{0};
};

} // namespace lifecycle

#endif /* LIFECYCLE_CORE_SLAB_H */
