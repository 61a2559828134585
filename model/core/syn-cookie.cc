#include "syn-cookie.h"

#include "handshake.h"

#include <array>

namespace lifecycle
{

namespace
{

// Bits of the cookie: 5 of clock, 3 of MSS, 24 of hash.
constexpr uint32_t kHashBits = 24;
constexpr uint32_t kMssBits = 3;
constexpr uint32_t kClockMask = 31;

/** What a peer's MSS is rounded down to; IPv6's and Ethernet's common values among them. */
constexpr std::array<uint16_t, 1 << kMssBits> kMssTable{48, 256, 536, 1220, 1300, 1440, 1460, 8940};

// Bits of the timestamp, as Linux lays them out (net/ipv4/syncookies.c).
constexpr uint32_t kStampBits = 6;
constexpr uint32_t kStampMask = (1U << kStampBits) - 1;
constexpr uint32_t kScaleMask = 0xf; // all ones: no window scaling
constexpr uint32_t kSackBit = 1U << 4;

uint32_t
ClockAt(Instant now)
{
    return static_cast<uint32_t>(now.time_since_epoch() / kCookiePeriod);
}

uint32_t
MssIndex(uint16_t mss)
{
    uint32_t index = kMssTable.size() - 1;
    while (index > 0 && kMssTable[index] > mss)
    {
        --index;
    }
    return index;
}

SeqNum
Cookie(const SecretKey& secret,
       const FourTuple& tuple,
       SeqNum irs,
       uint32_t clock,
       uint32_t mssIndex)
{
    const uint32_t facts = (clock & kClockMask) << kMssBits | mssIndex;
    const uint64_t hash = SipHash(secret, tuple, uint64_t{irs.Raw()} << 32 | clock << 3 | mssIndex);
    return SeqNum(facts << kHashBits | static_cast<uint32_t>(hash >> (64 - kHashBits)));
}

} // namespace

SeqNum
MakeSynCookie(Instant now, const SecretKey& secret, const Request& request)
{
    return Cookie(secret,
                  request.tuple,
                  request.irs,
                  ClockAt(now),
                  MssIndex(request.agreement.peerMss));
}

uint32_t
CookieTimestamp(uint32_t clock, const Agreement& agreement)
{
    const uint32_t scale = agreement.windowScaling ? agreement.sndScale : kScaleMask;
    const uint32_t facts = scale | (agreement.sack ? kSackBit : 0);
    const uint32_t stamp = (clock & ~kStampMask) | facts;
    const bool ahead = static_cast<int32_t>(stamp - clock) > 0;
    return ahead ? stamp - (kStampMask + 1) : stamp;
}

std::optional<Request>
ReadSynCookie(Instant now, const SecretKey& secret, const DataConfig& config, const Segment& third)
{
    const SeqNum cookie = third.ack - 1;
    const SeqNum irs = third.seq - 1;
    const uint32_t mssIndex = cookie.Raw() >> kHashBits & ((1U << kMssBits) - 1);
    const uint32_t clock = ClockAt(now);
    const bool thisPeriod = Cookie(secret, third.tuple, irs, clock, mssIndex) == cookie;
    const bool lastPeriod = Cookie(secret, third.tuple, irs, clock - 1, mssIndex) == cookie;
    if (!thisPeriod && !lastPeriod)
    {
        return std::nullopt;
    }
    Request request;
    request.tuple = third.tuple;
    request.iss = cookie;
    request.irs = irs;
    request.agreement.peerMss = kMssTable[mssIndex];
    request.agreement.linkMss = third.linkMss;
    if (third.options.timestamps && config.timestamps)
    {
        const uint32_t facts = third.options.timestamps->echo & kStampMask;
        Agreement& agreement = request.agreement;
        agreement.timestamps = true;
        agreement.sack = (facts & kSackBit) != 0;
        agreement.windowScaling = (facts & kScaleMask) != kScaleMask;
        agreement.sndScale = agreement.windowScaling ? facts & kScaleMask : 0;
        agreement.rcvScale = agreement.windowScaling ? WindowShiftFor(config.rcvBuf) : 0;
        request.tsRecent = third.options.timestamps->value;
    }
    return request;
}

} // namespace lifecycle
