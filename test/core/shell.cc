#include "shell.h"

#include <algorithm>
#include <gtest/gtest.h>
#include <utility>

namespace lifecycle::test
{

void
Stream::Keep(uint64_t left, uint64_t right)
{
    auto next = m_arrived.upper_bound(right);
    while (next != m_arrived.begin() && std::prev(next)->second >= left)
    {
        --next;
        left = std::min(left, next->first);
        right = std::max(right, next->second);
        next = m_arrived.erase(next);
    }
    m_arrived[left] = right;
}

uint64_t
Stream::ArrivedInOrder() const
{
    return m_arrived.empty() || m_arrived.begin()->first > 0 ? 0 : m_arrived.begin()->second;
}

Shell::Shell(std::string name, const Config& config, uint32_t seed, Transcript& transcript)
    : m_name(std::move(name)),
      m_random(seed),
      m_core(config, m_random),
      m_transcript(transcript)
{
}

void
Shell::Receive(Instant now, const Segment& segment, std::optional<uint64_t> payloadOffset)
{
    const Placement placement = m_core.OnSegment(now, segment);
    if (!placement.connection || placement.length == 0)
    {
        return;
    }
    EXPECT_LE(uint64_t{placement.skip} + placement.length, segment.payloadLength);
    if (payloadOffset)
    {
        EXPECT_EQ(placement.streamOffset, *payloadOffset + placement.skip)
            << m_name << " keeps data in a place where it does not belong";
    }
    Of(placement.connection)
        .Keep(placement.streamOffset, placement.streamOffset + placement.length);
}

void
Shell::RunTimers(Instant now)
{
    m_core.OnDeadline(now);
    m_timersRunAt = now;
}

std::vector<OutSegment>
Shell::Settle(Instant now)
{
    // Segments first: a bound on them keeps a core that never stops from filling the memory.
    constexpr std::size_t kMostAtOnce = 100000;
    std::vector<OutSegment> sent;
    while (std::optional<OutSegment> out = m_core.PollSegment(now))
    {
        sent.push_back(*out);
        if (sent.size() == kMostAtOnce)
        {
            ADD_FAILURE() << m_name << " does not stop sending";
            break;
        }
    }
    for (const OutSegment& out : sent)
    {
        CheckSent(out);
    }
    while (const std::optional<Notice> notice = m_core.PollNotice())
    {
        Take(now, *notice);
    }
    EXPECT_TRUE(m_core.IsConsistent()) << m_name;
    if (m_timersRunAt == now)
    {
        EXPECT_GT(m_core.NextDeadline(), now) << m_name << " has not done what was due";
    }
    return sent;
}

void
Shell::CheckSent(const OutSegment& out)
{
    if (out.segment.payloadLength == 0)
    {
        return;
    }
    const Stream& stream = Of(out.connection);
    EXPECT_GE(out.streamOffset, stream.acked) << m_name << " sends what it let be forgotten";
    EXPECT_LE(out.streamOffset + out.segment.payloadLength, stream.written)
        << m_name << " sends what was never written";
}

void
Shell::Take(Instant now, const Notice& notice)
{
    switch (notice.kind)
    {
    case NoticeKind::StateChanged:
        m_transcript.Add(now,
                         m_name + ": " + std::string(Name(notice.from)) + " -> " +
                             std::string(Name(notice.to)));
        EXPECT_NE(notice.from, notice.to);
        break;
    case NoticeKind::AcceptReady:
        break;
    case NoticeKind::Readable: {
        Stream& stream = Of(notice.connection);
        stream.readable += notice.bytes;
        EXPECT_LE(stream.readable, stream.ArrivedInOrder())
            << m_name << " announces data that did not arrive";
        break;
    }
    case NoticeKind::Urgent:
        m_transcript.Add(now, m_name + ": urgent up to " + std::to_string(notice.bytes));
        EXPECT_EQ(notice.bytes, m_core.UrgentAhead(notice.connection));
        ++Of(notice.connection).urgent;
        break;
    case NoticeKind::PeerClosed:
        m_transcript.Add(now, m_name + ": the peer closed");
        EXPECT_FALSE(std::exchange(Of(notice.connection).peerClosed, true)) << "said twice";
        break;
    case NoticeKind::Acked: {
        Stream& stream = Of(notice.connection);
        stream.acked += notice.bytes;
        EXPECT_LE(stream.acked, stream.written) << m_name << " forgets what was never written";
        break;
    }
    case NoticeKind::Closed:
        m_transcript.Add(now, m_name + ": closed: " + ToText(notice.reason));
        EXPECT_FALSE(Of(notice.connection).closed) << "said twice";
        EXPECT_FALSE(m_core.IsAlive(notice.connection));
        Of(notice.connection).closed = notice.reason;
        break;
    }
}

Stream&
Shell::Of(ConnectionId connection)
{
    return m_streams[connection.Key()];
}

State
Shell::StateOf(const FourTuple& tuple) const
{
    State state = State::Closed;
    m_core.ForEachView([&](const ConnectionView& view) {
        if (view.tuple == tuple)
        {
            state = view.state;
        }
    });
    return state;
}

const char*
ToText(CloseReason reason)
{
    switch (reason)
    {
    case CloseReason::None:
        return "no reason";
    case CloseReason::Normal:
        return "normal";
    case CloseReason::Refused:
        return "refused";
    case CloseReason::Reset:
        return "reset";
    case CloseReason::ConnectTimeout:
        return "connect timeout";
    case CloseReason::DataTimeout:
        return "data timeout";
    case CloseReason::KeepaliveTimeout:
        return "keepalive timeout";
    case CloseReason::FinWait2Timeout:
        return "FIN-WAIT-2 timeout";
    case CloseReason::Unreachable:
        return "unreachable";
    case CloseReason::Aborted:
        return "aborted";
    }
    return "?";
}

} // namespace lifecycle::test
