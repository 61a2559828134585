#ifndef LIFECYCLE_SPARSE_ARRAY_H
#define LIFECYCLE_SPARSE_ARRAY_H

#include <array>
#include <cstddef>
#include <memory>
#include <vector>

namespace ns3
{

/**
 * Elements by index, of which there are those that were asked for, and some of their neighbours. It
 * grows without moving any: to move a Ptr, for one, is to count its object's references twice.
 */
template <typename T>
class LifecycleSparseArray
{
  public:
    /** \returns the element, null if it is not there */
    T* Find(std::size_t index) const
    {
        const std::size_t chunk = index / CHUNK;
        const bool isThere = chunk < m_chunks.size() && m_chunks[chunk];
        return isThere ? &(*m_chunks[chunk])[index % CHUNK] : nullptr;
    }

    /** \returns the element, which is there from now on */
    T& At(std::size_t index)
    {
        const std::size_t chunk = index / CHUNK;
        if (chunk >= m_chunks.size())
        {
            m_chunks.resize(chunk + 1);
        }
        if (!m_chunks[chunk])
        {
            m_chunks[chunk] = std::make_unique<Chunk>();
        }
        return (*m_chunks[chunk])[index % CHUNK];
    }

    /** \returns one more than the largest index that may be there */
    std::size_t End() const
    {
        return m_chunks.size() * CHUNK;
    }

  private:
    static constexpr std::size_t CHUNK = 64;
    using Chunk = std::array<T, CHUNK>;

    std::vector<std::unique_ptr<Chunk>> m_chunks;
};

} // namespace ns3

#endif /* LIFECYCLE_SPARSE_ARRAY_H */
