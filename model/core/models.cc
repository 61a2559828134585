#include "models.h"

#include "config.h"
#include "segment.h"

#include <algorithm>

namespace lifecycle
{

namespace
{

// As Linux's sk_acceptq_is_full and FreeBSD's solisten_clone: one more than that fits.
bool
IsAcceptQueueFull(const HandshakeConfig& handshake, const ListenerLoad& load)
{
    const uint64_t limit =
        handshake.threeHalvesQueue ? uint64_t{load.backlog} * 3 / 2 : uint64_t{load.backlog};
    return load.acceptQueue > limit;
}

Duration
OpeningBackOff(const RtoLimits& limits, uint32_t doublings)
{
    const Duration timeout = BackOff(limits.initial, doublings, limits.maximum);
    return doublings == 0 ? timeout : std::min(timeout + limits.slop, limits.maximum);
}

bool
IsRequestQueueFull(const HandshakeConfig& handshake, const ListenerLoad& load)
{
    return (handshake.backlogLimitsRequests && load.halfOpen > load.backlog) ||
           load.halfOpen >= handshake.synBacklog;
}

} // namespace

Duration
BackOff(Duration timeout, uint32_t doublings, Duration maximum)
{
    constexpr uint32_t kMostDoublings = 24; // 1 s << 24 is far beyond any maximum: no overflow
    return std::min(timeout * (int64_t{1} << std::min(doublings, kMostDoublings)), maximum);
}

Duration
TimeOfRetries(Duration first, uint32_t retries, Duration maximum)
{
    Duration sum{0};
    for (uint32_t doublings = 0; doublings <= retries; ++doublings)
    {
        sum += BackOff(first, doublings, maximum);
    }
    return sum;
}

SynVerdict
HandshakeModel::OnSyn(const Config& config, const ListenerLoad& load) const
{
    const HandshakeConfig& handshake = config.handshake;
    const bool requestsFull = IsRequestQueueFull(handshake, load);
    const SynVerdict overflow =
        handshake.synOverflow == Overflow::Reset ? SynVerdict::Reset : SynVerdict::Drop;
    if (handshake.synChecksAcceptQueue && IsAcceptQueueFull(handshake, load))
    {
        return overflow;
    }
    if (handshake.synCookies == SynCookies::Always ||
        (requestsFull && handshake.synCookies == SynCookies::OnOverflow))
    {
        return SynVerdict::Cookie;
    }
    return requestsFull ? overflow : SynVerdict::Queue;
}

ThirdVerdict
HandshakeModel::OnThird(const Config& config, const ListenerLoad& load) const
{
    if (!IsAcceptQueueFull(config.handshake, load))
    {
        return ThirdVerdict::Accept;
    }
    return config.handshake.acceptOverflow == Overflow::Reset ? ThirdVerdict::Reset
                                                              : ThirdVerdict::Ignore;
}

std::optional<Duration>
HandshakeModel::SynTimeout(const Config& config, uint32_t retries) const
{
    const HandshakeConfig& handshake = config.handshake;
    // Linux's tcp_syn_linear_timeouts come on top of tcp_syn_retries, but all together are given no
    // more time than those would take that double (retransmits_timed_out()).
    if (retries > handshake.synRetries + handshake.synLinearTimeouts)
    {
        return std::nullopt;
    }
    const RtoLimits& limits = config.data.rto;
    const auto timeout = [&](uint32_t retry) {
        return OpeningBackOff(limits, retry - std::min(retry, handshake.synLinearTimeouts));
    };
    if (handshake.synLinearTimeouts > 0)
    {
        Duration passed{};
        for (uint32_t retry = 0; retry < retries; ++retry)
        {
            passed += timeout(retry);
        }
        if (passed >= TimeOfRetries(limits.initial, handshake.synRetries, limits.maximum))
        {
            return std::nullopt;
        }
    }
    return timeout(retries);
}

std::optional<Duration>
HandshakeModel::SynAckTimeout(const Config& config, uint32_t retries) const
{
    if (retries > config.handshake.synAckRetries)
    {
        return std::nullopt;
    }
    return OpeningBackOff(config.data.rto, retries);
}

Duration
TimeWaitModel::Length(const Config& config, const TimeWaitQuestion&) const
{
    return 2 * config.closing.msl; // RFC 9293 §3.6.1
}

TimeWaitOverflow
TimeWaitModel::OnFull(const Config& config) const
{
    return config.closing.timeWaitOverflow;
}

bool
TimeWaitModel::Restarts(const Config& config, const Segment& segment, bool repeatsFin) const
{
    // RFC 9293 §3.10.7.4, eighth check; Linux restarts on whatever it answers that has an ACK.
    const bool answered = segment.flags.Has(Flag::ACK) && !segment.flags.Has(Flag::RST);
    return repeatsFin || (config.closing.restartOnAnyAck && answered);
}

bool
TimeWaitModel::ObeysReset(const Config& config) const
{
    return !config.closing.rfc1337;
}

bool
TimeWaitModel::YieldsToSyn(const Config& config,
                           const TimeWaitFacts& facts,
                           const Segment& syn) const
{
    if (config.closing.reuseBySyn == SynReuse::Never)
    {
        return false;
    }
    const bool stamped = facts.timestamps && syn.options.timestamps;
    if (stamped && config.closing.reuseBySyn != SynReuse::IfHigher)
    {
        // RFC 6191 §2: a newer timestamp, or the same with a higher sequence number.
        const auto newer = static_cast<int32_t>(syn.options.timestamps->value - facts.tsRecent);
        const bool higher = syn.seq.IsAfter(facts.rcvNxt);
        // Linux takes either (tcp_timewait_state_process).
        return newer > 0 || (newer == 0 && higher);
    }
    return syn.seq.IsAfter(facts.rcvNxt); // RFC 9293 §3.6.1
}

bool
TimeWaitModel::YieldsToConnect(const Config& config, const TimeWaitFacts& facts) const
{
    // Linux's tcp_twsk_unique: timestamps tell old from new once their clock has moved on.
    const ClosingConfig& closing = config.closing;
    const bool aged = closing.reuseByConnect && facts.age >= closing.reuseByConnectAfter;
    return facts.timestamps && (aged || (closing.reuseByBoundConnect && facts.boundPort));
}

std::optional<Duration>
KeepaliveModel::Wait(const Config& config, uint32_t probes) const
{
    const KeepaliveConfig& keepalive = config.keepalive;
    if (probes > keepalive.probes)
    {
        return std::nullopt;
    }
    return probes == 0 ? keepalive.idle : keepalive.interval;
}

const std::shared_ptr<const HandshakeModel>&
DefaultHandshakeModel()
{
    static const std::shared_ptr<const HandshakeModel> model = std::make_shared<HandshakeModel>();
    return model;
}

const std::shared_ptr<const TimeWaitModel>&
DefaultTimeWaitModel()
{
    static const std::shared_ptr<const TimeWaitModel> model = std::make_shared<TimeWaitModel>();
    return model;
}

const std::shared_ptr<const KeepaliveModel>&
DefaultKeepaliveModel()
{
    static const std::shared_ptr<const KeepaliveModel> model = std::make_shared<KeepaliveModel>();
    return model;
}

} // namespace lifecycle
