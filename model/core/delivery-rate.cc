#include "delivery-rate.h"

#include "scoreboard.h"

#include <algorithm>

namespace lifecycle
{

namespace
{

/** \returns of what arrived, what was sent last, or null if nothing did */
const SentSegment*
Newest(const Acknowledged& acked)
{
    if (!acked.newest || !acked.newestResent)
    {
        return acked.newest ? &*acked.newest : acked.newestResent ? &*acked.newestResent : nullptr;
    }
    return acked.newest->order > acked.newestResent->order ? &*acked.newest : &*acked.newestResent;
}

} // namespace

void
DeliveryRate::OnSent(uint64_t order, bool first, Instant now)
{
    if (first)
    {
        m_firstSentTime = now;
        m_deliveredTime = now;
    }
    if (first || order != m_oldest + m_snapshots.Size())
    {
        m_snapshots.Clear();
        m_oldest = order;
    }
    m_snapshots.PushBack({m_delivered, m_deliveredTime, m_firstSentTime, m_appLimited != 0});
}

const DeliveryRate::Snapshot*
DeliveryRate::Find(uint64_t order) const
{
    const bool known = order >= m_oldest && order - m_oldest < m_snapshots.Size();
    return known ? &m_snapshots[order - m_oldest] : nullptr;
}

RateSample
DeliveryRate::OnAck(const Acknowledged& acked, uint64_t oldestAwaited, Duration minRtt, Instant now)
{
    RateSample sample{.acked = acked.delivered};
    if (acked.delivered > 0)
    {
        m_delivered += acked.delivered;
        m_deliveredTime = now;
    }
    if (m_appLimited != 0 && m_delivered > m_appLimited)
    {
        m_appLimited = 0; // the bubble is gone
    }
    const SentSegment* newest = Newest(acked);
    if (const Snapshot* then = newest != nullptr ? Find(newest->order) : nullptr)
    {
        sample.priorDelivered = then->delivered;
        sample.priorTime = then->deliveredTime;
        sample.appLimited = then->appLimited;
        sample.sendElapsed = newest->sentAt - then->firstSentTime;
        sample.ackElapsed = now - then->deliveredTime;
        sample.interval = std::max(sample.sendElapsed, sample.ackElapsed);
        sample.delivered = m_delivered - then->delivered;
        // §3.3: what seems faster than the path is a repetition whose original arrived.
        sample.valid = sample.interval >= minRtt && sample.interval > Duration::zero();
        m_firstSentTime = newest->sentAt;
    }
    for (; !m_snapshots.IsEmpty() && m_oldest < oldestAwaited; ++m_oldest)
    {
        m_snapshots.PopFront();
    }
    return sample;
}

void
DeliveryRate::NoteAppLimited(uint32_t inFlight)
{
    m_appLimited = std::max<uint64_t>(m_delivered + inFlight, 1);
}

} // namespace lifecycle
