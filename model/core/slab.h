#ifndef LIFECYCLE_CORE_SLAB_H
#define LIFECYCLE_CORE_SLAB_H

#include <cassert>
#include <cstddef>
#include <cstdint>
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

    friend constexpr bool operator==(const Handle&, const Handle&) = default;
};

/**
 * Records of one type in blocks of memory: an address stays valid as long as its record lives,
 * making and freeing one costs O(1) and, while there are free slots, no allocation.
 */
template <typename T>
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
        Slot& slot = At(index);
        new (slot.storage) T(std::forward<Args>(args)...);
        m_freeHead = slot.nextFree;
        ++slot.generation; // odd: alive
        ++m_alive;
        return {index, slot.generation};
    }

    void Free(Handle<T> handle)
    {
        Slot& slot = At(handle.index);
        assert(slot.generation == handle.generation);
        slot.Record()->~T();
        ++slot.generation; // even: free
        slot.nextFree = m_freeHead;
        m_freeHead = handle.index;
        --m_alive;
    }

    /** \returns the record, or null if it is no longer there */
    T* Find(Handle<T> handle)
    {
        if (!handle || handle.index >= m_blocks.size() * kBlock)
        {
            return nullptr;
        }
        Slot& slot = At(handle.index);
        return slot.generation == handle.generation ? slot.Record() : nullptr;
    }

    const T* Find(Handle<T> handle) const
    {
        return const_cast<Slab*>(this)->Find(handle);
    }

    /** The record in a slot that is known to be alive. */
    T& Get(uint32_t index)
    {
        return *At(index).Record();
    }

    const T& Get(uint32_t index) const
    {
        return *const_cast<Slab*>(this)->At(index).Record();
    }

    /** The handle of a slot that is known to be alive. */
    Handle<T> HandleOf(uint32_t index) const
    {
        return {index, const_cast<Slab*>(this)->At(index).generation};
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
            Slot& slot = At(index);
            if (slot.generation % 2 == 1)
            {
                visit(Handle<T>{index, slot.generation}, *slot.Record());
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
    static constexpr uint32_t kBlock = 64; //!< records in a block
    static constexpr uint32_t kNone = UINT32_MAX;

    struct Slot
    {
        uint32_t generation{0};
        uint32_t nextFree{kNone};
        alignas(T) std::byte storage[sizeof(T)];

        T* Record()
        {
            return std::launder(reinterpret_cast<T*>(storage));
        }
    };

    Slot& At(uint32_t index)
    {
        return m_blocks[index / kBlock][index % kBlock];
    }

    void AddBlock()
    {
        const uint32_t first = static_cast<uint32_t>(m_blocks.size()) * kBlock;
        m_blocks.push_back(std::make_unique<Slot[]>(kBlock));
        for (uint32_t i = kBlock; i-- > 0;) // the lowest index is handed out first
        {
            At(first + i).nextFree = m_freeHead;
            m_freeHead = first + i;
        }
    }

    std::vector<std::unique_ptr<Slot[]>> m_blocks;
    uint32_t m_freeHead{kNone};
    std::size_t m_alive{0};
};

} // namespace lifecycle

#endif /* LIFECYCLE_CORE_SLAB_H */
