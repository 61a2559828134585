#include "pacing.h"

#include "connection.h"
#include "window.h"

#include <algorithm>
#include <optional>

namespace lifecycle
{

namespace
{

/** \returns bytes a second, nothing if there is no limit */
std::optional<uint64_t>
Rate(Connection& conn, Instant now)
{
    const DataConfig& data = conn.config->data;
    const std::optional<uint64_t> asked = data.congestion->PacingRate(FlowOf(conn, now));
    if (asked || !data.pacing || !conn.rtt.HasSample())
    {
        return asked;
    }
    // Linux tcp_update_pacing_rate(): a little faster than the window, twice in slow start.
    const Congestion& window = conn.congestion;
    const uint64_t percent = window.cwnd < window.ssthresh / 2 ? 200 : 120;
    using std::chrono::microseconds;
    const auto srtt = std::chrono::duration_cast<microseconds>(conn.rtt.Srtt()).count();
    return uint64_t{window.cwnd} * percent * 10000 / static_cast<uint64_t>(srtt);
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

} // namespace lifecycle
