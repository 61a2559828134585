#ifndef LIFECYCLE_POOL_H
#define LIFECYCLE_POOL_H

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

namespace ns3
{

/**
 * Records of one type by small numbers, which are used again: nothing is kept of a record but
 * itself, and none ever moves.
 */
template <typename T>
class LifecyclePool
{
  public:
    static constexpr uint32_t NONE = UINT32_MAX; //!< the number of no record

    /** \returns the number of a new record */
    uint32_t Make()
    {
        if (m_free.empty())
        {
            if (m_used == m_chunks.size() * CHUNK)
            {
                m_chunks.push_back(std::make_unique<Chunk>());
            }
            return m_used++;
        }
        const uint32_t number = m_free.back();
        m_free.pop_back();
        return number;
    }

    void Free(uint32_t number)
    {
        Get(number) = T{};
        m_free.push_back(number);
    }

    T& Get(uint32_t number)
    {
        return (*m_chunks[number / CHUNK])[number % CHUNK];
    }

  private:
    static constexpr std::size_t CHUNK = 64;
    using Chunk = std::array<T, CHUNK>;

    std::vector<std::unique_ptr<Chunk>> m_chunks;
    std::vector<uint32_t> m_free; //!< the last freed is used first: it is in the cache
    uint32_t m_used{0};           //!< records ever handed out
};

} // namespace ns3

#endif /* LIFECYCLE_POOL_H */
