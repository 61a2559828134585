#include "handshake.h"

#include "ecn.h"

#include <algorithm>
#include <chrono>

namespace lifecycle
{

namespace
{
constexpr uint8_t kMostWindowShift = 14;     // RFC 7323 §2.3
constexpr uint16_t kDefaultPeerMssV4 = 536;  // RFC 9293 §3.7.1
constexpr uint16_t kDefaultPeerMssV6 = 1220; // RFC 9293 §3.7.1
constexpr uint16_t kLeastPeerMss = 48;       // Linux TCP_MIN_SND_MSS: no flood of tiny segments
} // namespace

uint8_t
WindowShiftFor(uint32_t buffer)
{
    uint8_t shift = 0;
    while (shift < kMostWindowShift && (uint64_t{65535} << shift) < buffer)
    {
        ++shift;
    }
    return shift;
}

Agreement
Offer(const DataConfig& config, uint16_t linkMss)
{
    Agreement offer;
    offer.linkMss = linkMss;
    const uint32_t most = std::min(std::max(config.rcvBuf, config.rcvBufMost), config.windowClamp);
    offer.rcvScale = config.windowScaling ? WindowShiftFor(most) : 0;
    offer.windowScaling = config.windowScaling;
    offer.timestamps = config.timestamps;
    offer.sack = config.sack;
    return offer;
}

Agreement
Negotiate(const DataConfig& config, uint16_t linkMss, const Segment& syn)
{
    Agreement agreed = Offer(config, linkMss);
    agreed.windowScaling &= syn.options.windowScale.has_value();
    agreed.timestamps &= syn.options.timestamps.has_value();
    agreed.sack &= syn.options.sackPermitted;
    agreed.ecn = AgreeOnEcn(config, syn.flags);
    if (agreed.windowScaling)
    {
        agreed.sndScale = std::min(*syn.options.windowScale, kMostWindowShift);
    }
    else
    {
        agreed.rcvScale = 0;
    }
    const uint16_t unsaid = syn.tuple.local.IsV4() ? kDefaultPeerMssV4 : kDefaultPeerMssV6;
    agreed.peerMss = std::max(syn.options.mss.value_or(unsaid), kLeastPeerMss);
    return agreed;
}

Options
SynOptions(const DataConfig& config, const Agreement& terms, Timestamps stamps)
{
    Options options;
    options.mss = config.OwnMss(terms.linkMss);
    options.sackPermitted = terms.sack;
    if (terms.windowScaling)
    {
        options.windowScale = terms.rcvScale;
    }
    if (terms.timestamps)
    {
        options.timestamps = stamps;
    }
    return options;
}

uint16_t
SynWindow(const DataConfig& config)
{
    return static_cast<uint16_t>(std::min<uint32_t>({config.rcvBuf, config.windowClamp, 65535}));
}

uint32_t
TimestampClock(Instant now, uint32_t offset)
{
    using std::chrono::duration_cast;
    using std::chrono::milliseconds;
    const auto ticks = duration_cast<milliseconds>(now.time_since_epoch()).count();
    return static_cast<uint32_t>(ticks) + offset;
}

Segment
MakeSynAck(const Request& request, const Config& config, Timestamps stamps)
{
    Segment synAck;
    synAck.tuple = request.tuple;
    synAck.seq = request.iss;
    synAck.ack = request.irs + 1;
    synAck.flags = Flag::SYN | Flag::ACK;
    AgreeInSynAck(config.data, request.agreement.ecn, synAck);
    synAck.window = SynWindow(config.data);
    synAck.options = SynOptions(config.data, request.agreement, stamps);
    return synAck;
}

} // namespace lifecycle
