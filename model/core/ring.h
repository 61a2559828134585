#ifndef LIFECYCLE_CORE_RING_H
#define LIFECYCLE_CORE_RING_H

#include <cassert>
#include <cstddef>
#include <utility>
#include <vector>

namespace lifecycle
{

/**
 * A queue in one block of memory: no allocation while it does not grow, none at all while empty
 * and new. Elements are reached by position from the front, in O(1).
 */
template <typename T>
class Ring
{
  public:
    bool IsEmpty() const
    {
        return m_size == 0;
    }

    std::size_t Size() const
    {
        return m_size;
    }

    T& operator[](std::size_t position)
    {
        assert(position < m_size);
        return m_slots[(m_head + position) & (m_slots.size() - 1)];
    }

    const T& operator[](std::size_t position) const
    {
        return const_cast<Ring&>(*this)[position];
    }

    T& Front()
    {
        return (*this)[0];
    }

    T& Back()
    {
        return (*this)[m_size - 1];
    }

    const T& Back() const
    {
        return (*this)[m_size - 1];
    }

    void PushBack(T&& element)
    {
        AddBack() = std::move(element);
    }

    /** \param element none of this ring */
    void PushBack(const T& element)
    {
        AddBack() = element;
    }

    T PopFront()
    {
        T front = std::move(Front());
        m_head = (m_head + 1) & (m_slots.size() - 1);
        --m_size;
        return front;
    }

    /** Empties it, and gives back its memory if that has grown large. */
    void Clear()
    {
        m_head = 0;
        m_size = 0;
        if (m_slots.size() > kKept)
        {
            m_slots = {};
        }
    }

    /** Puts \p element before what is at \p position: O(elements behind it). */
    void Insert(std::size_t position, T element)
    {
        PushBack(T{});
        for (std::size_t i = m_size - 1; i > position; --i)
        {
            (*this)[i] = std::move((*this)[i - 1]);
        }
        (*this)[position] = std::move(element);
    }

  private:
    static constexpr std::size_t kKept = 64; //!< slots that are kept when it is emptied

    T& AddBack()
    {
        if (m_size == m_slots.size())
        {
            Grow();
        }
        ++m_size;
        return Back();
    }

    void Grow()
    {
        std::vector<T> larger(m_slots.empty() ? 4 : 2 * m_slots.size());
        for (std::size_t i = 0; i < m_size; ++i)
        {
            larger[i] = std::move((*this)[i]);
        }
        m_slots = std::move(larger);
        m_head = 0;
    }

    std::vector<T> m_slots; //!< its size is a power of two, or zero
    std::size_t m_head{0};
    std::size_t m_size{0};
};

} // namespace lifecycle

#endif /* LIFECYCLE_CORE_RING_H */
