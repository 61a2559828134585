#include "receive-tuning.h"

#include "connection.h"
#include "handshake.h"

#include <algorithm>

namespace lifecycle
{

namespace
{

bool
IsTuned(const Connection& conn)
{
    return conn.config->data.rcvBufMost > conn.config->data.rcvBuf;
}

/** Linux TCP_INIT_CWND: what may be expected to arrive in the first round trip. */
uint32_t
InitialSpace(const Connection& conn)
{
    return std::min(conn.config->data.rcvBuf, 10 * conn.SndMss());
}

/** \returns null as long as less has arrived than would make a difference */
ReceiveTuning*
Tuning(Connection& conn, Instant now)
{
    const Extras* const extras = conn.FindExtras();
    if (!extras || !extras->receiveTuning)
    {
        if (conn.rcvOffset < InitialSpace(conn))
        {
            return nullptr;
        }
        conn.Extra().receiveTuning = std::make_unique<ReceiveTuning>();
        ReceiveTuning& made = *conn.Extra().receiveTuning;
        made.buffer = conn.config->data.rcvBuf;
        made.space = InitialSpace(conn);
        made.since = now;
    }
    return conn.FindExtras()->receiveTuning.get();
}

void
AddSample(ReceiveTuning& tuning, Duration sample)
{
    tuning.rtt = tuning.rtt == Duration::zero() ? sample : tuning.rtt + (sample - tuning.rtt) / 8;
}

} // namespace

void
NoteReceived(Connection& conn, const Segment& segment, Instant now)
{
    ReceiveTuning* const found = IsTuned(conn) ? Tuning(conn, now) : nullptr;
    if (found == nullptr)
    {
        return;
    }
    ReceiveTuning& tuning = *found;
    const std::optional<Timestamps>& stamps = segment.options.timestamps;
    if (conn.agreement.timestamps && stamps && stamps->echo != 0)
    {
        const auto ticks = static_cast<int32_t>(TimestampClock(now, conn.tsOffset) - stamps->echo);
        if (ticks >= 0 && segment.payloadLength >= conn.SndMss())
        {
            AddSample(tuning, std::chrono::milliseconds(std::max(ticks, 1)));
        }
    }
    else if (conn.rcvOffset >= tuning.windowEnd)
    {
        // A window takes a round trip, or longer if the sender is slow: the shortest counts.
        const Duration sample = now - tuning.windowSince;
        const bool known = tuning.windowSince != Instant{};
        tuning.rtt = !known                           ? tuning.rtt
                     : tuning.rtt == Duration::zero() ? sample
                                                      : std::min(tuning.rtt, sample);
        tuning.windowEnd = conn.rcvOffset + std::max<uint32_t>(conn.RcvWnd(), 1);
        tuning.windowSince = now;
    }
}

void
NoteRead(Connection& conn, uint32_t bytes, Instant now)
{
    const Extras* const extras = conn.FindExtras();
    if (!extras || !extras->receiveTuning || !IsTuned(conn))
    {
        return;
    }
    ReceiveTuning& tuning = *extras->receiveTuning;
    tuning.copied += bytes;
    if (tuning.rtt == Duration::zero() || now - tuning.since < tuning.rtt)
    {
        return;
    }
    if (tuning.copied > tuning.space)
    {
        // Twice, and as much more as the sender has grown in this round trip.
        const uint64_t twice = 2 * uint64_t{tuning.copied} + 16 * conn.SndMss();
        const uint64_t growth = twice * (tuning.copied - tuning.space) / tuning.space;
        const uint64_t most = conn.config->data.rcvBufMost;
        const auto wanted = static_cast<uint32_t>(std::min(twice + 2 * growth, most));
        tuning.buffer = std::max(tuning.buffer, wanted);
        tuning.space = tuning.copied;
    }
    tuning.copied = 0;
    tuning.since = now;
}

} // namespace lifecycle
