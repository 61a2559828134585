#include "internal/lifecycle-core-types.h"
#include "internal/lifecycle-tcp-shell.h"
#include "lifecycle-tcp-l4-protocol.h"

#include <utility>

/**
 * \file
 * What scripts see of a node's connections.
 */

namespace ns3
{

LifecycleTcpCensus
LifecycleTcpL4Protocol::GetCensus() const
{
    LifecycleTcpCensus census{};
    const lifecycle::Endpoint* core = m_shell ? m_shell->PeekCore() : nullptr;
    if (core != nullptr)
    {
        for (std::size_t state = 0; state < lifecycle::kStates; ++state)
        {
            census[ToNs3(static_cast<lifecycle::State>(state))] = core->Census()[state];
        }
    }
    return census;
}

std::vector<LifecycleTcpConnectionInfo>
LifecycleTcpL4Protocol::GetConnections() const
{
    std::vector<LifecycleTcpConnectionInfo> connections;
    const lifecycle::Endpoint* core = m_shell ? m_shell->PeekCore() : nullptr;
    if (core == nullptr)
    {
        return connections;
    }
    core->ForEachView([&](const lifecycle::ConnectionView& view) {
        LifecycleTcpConnectionInfo info;
        info.state = ToNs3(view.state);
        info.local = ToSocketAddress(view.tuple.local, view.tuple.localPort);
        info.peer = ToSocketAddress(view.tuple.remote, view.tuple.remotePort);
        info.recvQueue = view.recvQueue;
        info.sendQueue = view.sendQueue;
        info.expires = view.deadline == lifecycle::kNever ? Time::Max() : TimeUntil(view.deadline);
        info.timer = view.timer;
        info.retransmits = view.retries;
        info.srtt = ToTime(view.srtt);
        info.rto = ToTime(view.rto);
        info.cwnd = view.congestion.cwnd;
        info.ssthresh = view.congestion.ssthresh;
        info.mss = view.mss;
        info.age = view.since == lifecycle::Instant{} ? Time(0) : ToTime(CoreNow() - view.since);
        info.orphan = view.orphan;
        connections.push_back(info);
    });
    return connections;
}

LifecycleTcpCounters
LifecycleTcpL4Protocol::GetCounters() const
{
    using lifecycle::Counters;
    static constexpr std::pair<const char*, uint64_t Counters::*> NAMES[] = {
        {"segmentsIn", &Counters::segmentsIn},
        {"segmentsOut", &Counters::segmentsOut},
        {"bytesIn", &Counters::bytesIn},
        {"bytesOut", &Counters::bytesOut},
        {"retransmits", &Counters::retransmits},
        {"timeouts", &Counters::timeouts},
        {"fastRecoveries", &Counters::fastRecoveries},
        {"undone", &Counters::undone},
        {"lossProbes", &Counters::lossProbes},
        {"duplicatesReported", &Counters::duplicatesReported},
        {"congestionMarks", &Counters::congestionMarks},
        {"tooBig", &Counters::tooBig},
        {"activeOpens", &Counters::activeOpens},
        {"passiveOpens", &Counters::passiveOpens},
        {"accepted", &Counters::accepted},
        {"malformed", &Counters::malformed},
        {"nonsenseFlags", &Counters::nonsenseFlags},
        {"unacceptable", &Counters::unacceptable},
        {"pawsDropped", &Counters::pawsDropped},
        {"noAck", &Counters::noAck},
        {"challengeAcks", &Counters::challengeAcks},
        {"challengesWithheld", &Counters::challengesWithheld},
        {"invalidIgnored", &Counters::invalidIgnored},
        {"resetsIn", &Counters::resetsIn},
        {"resetsOut", &Counters::resetsOut},
        {"icmpErrorsIn", &Counters::icmpErrorsIn},
        {"icmpErrorsIgnored", &Counters::icmpErrorsIgnored},
        {"acceptOverflows", &Counters::acceptOverflows},
        {"synOverflows", &Counters::synOverflows},
        {"fastOpensIn", &Counters::fastOpensIn},
        {"fastOpensOut", &Counters::fastOpensOut},
        {"fastOpensRefused", &Counters::fastOpensRefused},
        {"cookiesSent", &Counters::cookiesSent},
        {"cookiesAccepted", &Counters::cookiesAccepted},
        {"cookiesRefused", &Counters::cookiesRefused},
        {"portsExhausted", &Counters::portsExhausted},
        {"timeWaits", &Counters::timeWaits},
        {"timeWaitOverflows", &Counters::timeWaitOverflows},
        {"timeWaitRestarts", &Counters::timeWaitRestarts},
        {"orphanOverflows", &Counters::orphanOverflows},
        {"timeWaitReuses", &Counters::timeWaitReuses},
        {"keepaliveProbes", &Counters::keepaliveProbes},
        {"windowProbes", &Counters::windowProbes},
    };
    static_assert(std::size(NAMES) * sizeof(uint64_t) == sizeof(Counters), "one is missing");
    const lifecycle::Endpoint* core = m_shell ? m_shell->PeekCore() : nullptr;
    const Counters counters = core != nullptr ? core->GetCounters() : Counters();
    LifecycleTcpCounters named;
    for (const auto& [name, counter] : NAMES)
    {
        named[name] = counters.*counter;
    }
    return named;
}

LifecycleTcpCloseWaits
LifecycleTcpL4Protocol::GetCloseWaits() const
{
    LifecycleTcpCloseWaits leak;
    const lifecycle::Endpoint* core = m_shell ? m_shell->PeekCore() : nullptr;
    if (core == nullptr)
    {
        return leak;
    }
    core->ForEachView([&leak](const lifecycle::ConnectionView& view) {
        if (view.state != lifecycle::State::CloseWait)
        {
            return;
        }
        const Time age = ToTime(CoreNow() - view.since);
        ++leak.count;
        leak.total += age;
        if (leak.count == 1 || age > leak.oldest)
        {
            leak.oldest = age;
            leak.oldestPeer = ToSocketAddress(view.tuple.remote, view.tuple.remotePort);
        }
    });
    return leak;
}

} // namespace ns3
