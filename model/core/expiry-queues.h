#ifndef LIFECYCLE_CORE_EXPIRY_QUEUES_H
#define LIFECYCLE_CORE_EXPIRY_QUEUES_H

#include "deadline-heap.h"
#include "model-time.h"
#include "slab.h"

#include <cassert>
#include <cstdint>
#include <map>
#include <optional>
#include <vector>

namespace lifecycle
{

/** What a record carries to stand in a queue of ExpiryQueues. */
struct ExpiryLink
{
    static constexpr uint32_t kNone = UINT32_MAX;

    PackedInstant deadline{kNever};
    uint32_t previous{kNone};
    uint32_t next{kNone};
    uint32_t queue{kNone};
};

/**
 * Deadlines of records that wait for a length of time out of a few: those that wait equally long
 * expire in the order in which they began, so each length is a linked list through the records,
 * and every operation is O(1) in the number of records.
 *
 * \tparam T a record with a public member `ExpiryLink expiry`
 */
template <typename T>
class ExpiryQueues
{
  public:
    explicit ExpiryQueues(Slab<T>& records)
        : m_records(records)
    {
    }

    /** Lets the record in slot \p index expire \p wait after \p now, wherever it stood before. */
    void Start(uint32_t index, Instant now, Duration wait)
    {
        Stop(index);
        const uint32_t queueIndex = QueueFor(wait);
        Queue& queue = m_queues[queueIndex];
        ExpiryLink& link = Link(index);
        link = {now + wait, queue.last, ExpiryLink::kNone, queueIndex};
        if (queue.last == ExpiryLink::kNone)
        {
            queue.first = index;
            m_heads.Settle(queueIndex, link.deadline);
        }
        else
        {
            Link(queue.last).next = index;
        }
        queue.last = index;
    }

    /** Lets the record in slot \p index, which is in a queue, wait as long again from \p now. */
    void Restart(uint32_t index, Instant now)
    {
        Start(index, now, WaitOf(index));
    }

    /** \returns how long the record in slot \p index, which is in a queue, waits in all */
    Duration WaitOf(uint32_t index)
    {
        return m_queues[Link(index).queue].wait;
    }

    /** \returns since when the record in slot \p index, which is in a queue, waits */
    Instant BeganAt(uint32_t index)
    {
        return Instant(Link(index).deadline) - WaitOf(index);
    }

    /** Takes the record in slot \p index out of its queue, if it is in one. */
    void Stop(uint32_t index)
    {
        const ExpiryLink link = Link(index);
        if (link.queue == ExpiryLink::kNone)
        {
            return;
        }
        Queue& queue = m_queues[link.queue];
        (link.previous == ExpiryLink::kNone ? queue.first : Link(link.previous).next) = link.next;
        (link.next == ExpiryLink::kNone ? queue.last : Link(link.next).previous) = link.previous;
        Link(index) = {};
        if (link.previous == ExpiryLink::kNone)
        {
            const bool empty = queue.first == ExpiryLink::kNone;
            m_heads.Settle(link.queue, empty ? kNever : Instant(Link(queue.first).deadline));
            if (empty)
            {
                m_byWait.erase(queue.wait);
                m_unused.push_back(link.queue);
            }
        }
    }

    /** \returns the slot of a record that has expired by \p now */
    std::optional<uint32_t> Due(Instant now) const
    {
        const std::optional<uint32_t> queue = m_heads.Due(now);
        return queue ? std::optional(m_queues[*queue].first) : std::nullopt;
    }

    /** \returns the earliest deadline, kNever if there is none */
    Instant Earliest() const
    {
        return m_heads.Earliest();
    }

  private:
    struct Queue
    {
        Duration wait{};
        uint32_t first{ExpiryLink::kNone};
        uint32_t last{ExpiryLink::kNone};
    };

    ExpiryLink& Link(uint32_t index)
    {
        return m_records.Get(index).expiry;
    }

    uint32_t QueueFor(Duration wait)
    {
        const auto found = m_byWait.find(wait);
        if (found != m_byWait.end())
        {
            return found->second;
        }
        uint32_t index = static_cast<uint32_t>(m_queues.size());
        if (m_unused.empty())
        {
            m_queues.emplace_back();
        }
        else
        {
            index = m_unused.back();
            m_unused.pop_back();
        }
        m_queues[index] = Queue{.wait = wait};
        m_byWait.emplace(wait, index);
        return index;
    }

    Slab<T>& m_records;
    std::vector<Queue> m_queues;
    std::vector<uint32_t> m_unused;        //!< queues that hold nothing
    std::map<Duration, uint32_t> m_byWait; //!< the queue of each length in use
    DeadlineHeap m_heads;                  //!< the deadline of each queue's first record
};

} // namespace lifecycle

#endif /* LIFECYCLE_CORE_EXPIRY_QUEUES_H */
