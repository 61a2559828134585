#include "error-queue.h"

#include <cerrno>
#include <cstdint>
#include <linux/net_tstamp.h>

namespace lifecycle::packetdrill
{

void
ErrorQueue::Watch(uint64_t offset, uint32_t key, uint32_t wanted)
{
    m_watched.push_back({offset, key, wanted});
}

void
ErrorQueue::Pin(uint64_t end)
{
    m_pinned.push_back({end, m_pins++});
}

void
ErrorQueue::Stamp(const Watched& watched, uint32_t bit, uint32_t what, Instant now)
{
    if ((watched.wanted & bit) == 0)
    {
        return;
    }
    Report report;
    report.error.ee_errno = ENOMSG;
    report.error.ee_origin = SO_EE_ORIGIN_TIMESTAMPING;
    report.error.ee_info = what;
    report.error.ee_data = watched.key;
    report.stamp = now;
    m_reports.push_back(report);
}

void
ErrorQueue::NoteSent(uint64_t offset, uint32_t length, Instant now)
{
    for (Watched& watched : m_watched)
    {
        if (!watched.sent && watched.offset >= offset && watched.offset < offset + length)
        {
            watched.sent = true;
            Stamp(watched, SOF_TIMESTAMPING_TX_SCHED, SCM_TSTAMP_SCHED, now);
            Stamp(watched, SOF_TIMESTAMPING_TX_SOFTWARE, SCM_TSTAMP_SND, now);
        }
    }
}

/** As __msg_zerocopy_callback(): reports of calls that follow on each other are one. */
void
ErrorQueue::Unpin(uint64_t end)
{
    for (; !m_pinned.empty() && m_pinned.front().end <= end; m_pinned.pop_front())
    {
        const uint32_t number = m_pinned.front().number;
        const bool extends = !m_reports.empty() &&
                             m_reports.back().error.ee_origin == SO_EE_ORIGIN_ZEROCOPY &&
                             m_reports.back().error.ee_data + 1 == number;
        if (extends)
        {
            m_reports.back().error.ee_data = number;
        }
        else
        {
            Report report;
            report.error.ee_origin = SO_EE_ORIGIN_ZEROCOPY;
            report.error.ee_code = SO_EE_CODE_ZEROCOPY_COPIED; // as every device that is not one
            report.error.ee_info = number;
            report.error.ee_data = number;
            m_reports.push_back(report);
        }
    }
}

void
ErrorQueue::NoteAcknowledged(uint64_t end, Instant now)
{
    Unpin(end);
    for (; !m_watched.empty() && m_watched.front().offset < end; m_watched.pop_front())
    {
        Stamp(m_watched.front(), SOF_TIMESTAMPING_TX_ACK, SCM_TSTAMP_ACK, now);
    }
}

void
ErrorQueue::Release()
{
    m_watched.clear();
    Unpin(UINT64_MAX);
}

std::optional<Report>
ErrorQueue::Take()
{
    if (m_reports.empty())
    {
        return std::nullopt;
    }
    const Report report = m_reports.front();
    m_reports.pop_front();
    return report;
}

} // namespace lifecycle::packetdrill
