#include "pacing.h"

#include "connection.h"
#include "window.h"

#include <algorithm>
#include <optional>

namespace lifecycle
{

namespace
{

/** Linux tcp_update_pacing_rate(): a little faster than the window, twice in slow start. */
std::optional<uint64_t>
WindowRate(const Connection& conn)
{
    if (!conn.rtt.HasSample())
    {
        return std::nullopt;
    }
    const Congestion& window = conn.congestion;
    const uint64_t percent = window.cwnd < window.ssthresh / 2 ? 200 : 120;
    using std::chrono::microseconds;
    const auto srtt = std::chrono::duration_cast<microseconds>(conn.rtt.Srtt()).count();
    return uint64_t{window.cwnd} * percent * 10000 / static_cast<uint64_t>(srtt);
}

/** \returns bytes a second, nothing if there is no limit */
std::optional<uint64_t>
Rate(Connection& conn, Instant now)
{
    const DataConfig& data = conn.config->data;
    const std::optional<uint64_t> asked = data.congestion->PacingRate(FlowOf(conn, now));
    return asked || !data.pacing ? asked : WindowRate(conn);
}

} // namespace

bool
HasToWait(Connection& conn, Instant now)
{
    if (!conn.transfer || now >= conn.transfer->nextSending)
    {
        return false;
    }
    conn.transfer->paced = true;
    return true;
}

void
NotePaced(Connection& conn, uint32_t bytes, Instant now)
{
    const std::optional<uint64_t> rate = Rate(conn, now);
    Transfer& transfer = *conn.transfer;
    if (!rate || *rate == 0)
    {
        transfer.nextSending = {};
        return;
    }
    const Duration takes(static_cast<int64_t>(uint64_t{bytes} * 1'000'000'000 / *rate));
    transfer.nextSending = std::max(now, transfer.nextSending) + takes;
}

uint16_t
SegmentsAtOnce(const Connection& conn)
{
    constexpr uint32_t kMost = 65536 - 320; // GSO_LEGACY_MAX_SIZE less MAX_TCP_HEADER
    constexpr uint32_t kPacingShift = 10;   // sk_pacing_shift: what is sent in a millisecond
    constexpr uint32_t kRoundTripShift = 9; // tcp_tso_rtt_log: more over short round trips
    constexpr uint32_t kBits = 32;
    uint64_t bytes = kMost;
    if (const std::optional<uint64_t> rate = WindowRate(conn))
    {
        using std::chrono::microseconds;
        const auto shortest = std::chrono::duration_cast<microseconds>(conn.rtt.MinRtt()).count();
        const auto shift = static_cast<uint64_t>(shortest) >> kRoundTripShift;
        bytes = std::min<uint64_t>(kMost,
                                   (*rate >> kPacingShift) + (shift < kBits ? kMost >> shift : 0));
    }
    const uint64_t segments =
        std::max<uint64_t>(bytes / conn.SndMss(), conn.config->data.leastBurst);
    const uint32_t halfWindow = conn.congestion.cwnd / conn.SndMss() / 2; // tcp_cwnd_test()
    return static_cast<uint16_t>(std::clamp<uint64_t>(halfWindow, 1, segments));
}

} // namespace lifecycle
