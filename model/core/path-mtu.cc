#include "path-mtu.h"

#include "context.h"

#include <algorithm>
#include <array>

namespace lifecycle
{

namespace
{

constexpr uint16_t kLeastV6 = 1220; // RFC 8201 §4: an MTU of 1280
constexpr uint16_t kHeadersV4 = 40; // IP and TCP

/** \returns the next smaller payload that links have, where the router does not say (RFC 1191 §7.1)
 */
uint16_t
NextPlateau(uint32_t current)
{
    constexpr std::array<uint16_t, 9> mtus{32000, 17914, 8166, 4352, 2002, 1492, 1006, 508, 296};
    for (uint16_t mtu : mtus)
    {
        if (mtu - kHeadersV4 < static_cast<int64_t>(current))
        {
            return static_cast<uint16_t>(mtu - kHeadersV4);
        }
    }
    return 0;
}

} // namespace

void
ShrinkSegments(Context& context, Connection& conn, uint16_t pathMss, Instant now)
{
    const DataConfig& data = conn.config->data;
    const uint32_t options = conn.agreement.timestamps ? 12 : 0;
    const bool opening = conn.state.Get() == State::SynSent; // of the peer's MSS nothing is known
    const uint32_t current =
        opening ? data.OwnMss(conn.agreement.linkMss) : conn.SndMss() + options;
    const uint16_t least = context.TupleOf(conn).local.IsV4() ? data.leastPathMss : kLeastV6;
    const uint16_t wanted = std::max(pathMss != 0 ? pathMss : NextPlateau(current), least);
    if (wanted >= current)
    {
        return; // RFC 5927 §7.2: nothing new, or an attempt to make segments tiny
    }
    ++context.counters.tooBig;
    conn.pathMss = wanted;
    conn.Extra().pathMssUntil = data.pathMssExpiry ? now + *data.pathMssExpiry : kNever;
    if (conn.HasUnacked())
    {
        Transfer& transfer = *conn.transfer;
        if (opening)
        {
            transfer.sent.MarkOldestLost(); // the SYN goes again without what went with it
        }
        else
        {
            transfer.sent.Resegment(conn.SndMss());
        }
        transfer.retransmitAtOnce = transfer.sent.LostBytes() > 0;
    }
    context.MarkReady(conn);
}

void
ForgetPathMss(Connection& conn, Instant now)
{
    Extras* const extras = conn.FindExtras();
    if (extras && now >= extras->pathMssUntil && !conn.HasUnacked())
    {
        extras->pathMssUntil = kNever;
        conn.pathMss = 0;
    }
}

} // namespace lifecycle
