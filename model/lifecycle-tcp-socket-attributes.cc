#include "internal/lifecycle-config-attributes.h"
#include "internal/lifecycle-core-types.h"
#include "internal/lifecycle-socket-settings.h"
#include "internal/lifecycle-socket-traces.h"
#include "internal/lifecycle-tcp-shell.h"
#include "lifecycle-tcp-socket.h"

#include "ns3/double.h"

#include <algorithm>
#include <chrono>
#include <cstdint>

namespace ns3
{

namespace
{

using lifecycle::Config;

void
AddAttributes(TypeId tid)
{
    using Owner = LifecycleTcpSocket;
    const auto aBoolean = MakeBooleanChecker();
    const auto aTime = MakeTimeChecker(TimeStep(1));
    const auto aCount = MakeUintegerChecker<uint32_t>(1);
    AddConfigAttribute<Owner, DoubleValue>(
        tid,
        "MaxSegLifetime",
        "Maximum segment lifetime in seconds; TIME_WAIT lasts twice this (RFC 9293 §3.4.2)",
        [](const Config& config) { return ToTime(config.closing.msl).GetSeconds(); },
        [](Config& config, double seconds) {
            config.closing.msl = ToCore(Seconds(seconds));
            return true;
        },
        MakeDoubleChecker<double>(0));
    AddConfigAttribute<Owner>(
        tid,
        "MinRto",
        "Lower bound of the retransmission time-out's variance term, as in Linux",
        [](auto& config) -> auto& { return config.data.rto.minimum; },
        aTime);
    AddConfigAttribute<Owner>(
        tid,
        "WindowScaling",
        "Whether to offer window scaling (RFC 7323 §2)",
        [](auto& config) -> auto& { return config.data.windowScaling; },
        aBoolean);
    AddConfigAttribute<Owner>(
        tid,
        "Timestamp",
        "Whether to offer timestamps (RFC 7323 §3)",
        [](auto& config) -> auto& { return config.data.timestamps; },
        aBoolean);
    AddConfigAttribute<Owner>(
        tid,
        "Sack",
        "Whether to offer selective acknowledgements (RFC 2018)",
        [](auto& config) -> auto& { return config.data.sack; },
        aBoolean);
    AddConfigAttribute<Owner>(
        tid,
        "ReTxThreshold",
        "Duplicate acknowledgements that start fast retransmit (RFC 5681 §3.2)",
        [](auto& config) -> auto& { return config.data.dupAckThreshold; },
        aCount);
    AddConfigAttribute<Owner>(
        tid,
        "KeepaliveEnabled",
        "Whether an idle connection is probed (SO_KEEPALIVE; RFC 9293 §3.8.4)",
        [](auto& config) -> auto& { return config.keepalive.enabled; },
        aBoolean);
    AddConfigAttribute<Owner>(
        tid,
        "KeepaliveIdle",
        "Silence after which the first probe is sent (TCP_KEEPIDLE)",
        [](auto& config) -> auto& { return config.keepalive.idle; },
        aTime);
    AddConfigAttribute<Owner>(
        tid,
        "KeepaliveInterval",
        "Time between probes (TCP_KEEPINTVL)",
        [](auto& config) -> auto& { return config.keepalive.interval; },
        aTime);
    AddConfigAttribute<Owner>(
        tid,
        "KeepaliveProbes",
        "Unanswered probes after which the connection is given up (TCP_KEEPCNT)",
        [](auto& config) -> auto& { return config.keepalive.probes; },
        aCount);
    AddConfigAttribute<Owner>(
        tid,
        "UserTimeout",
        "How long what was sent may stay unanswered, 0 for as DataRetries says (TCP_USER_TIMEOUT)",
        [](auto& config) -> auto& { return config.keepalive.userTimeout; },
        MakeTimeChecker(Time(0)));
    AddConfigAttribute<Owner>(
        tid,
        "KeepaliveProbe",
        "What a probe carries: Empty, or GarbageByte for old peers (RFC 9293 §3.8.4)",
        [](auto& config) -> auto& { return config.keepalive.probe; },
        MakeStringChecker());
    AddConfigAttribute<Owner>(
        tid,
        "FinWait2Timeout",
        "How long the peer's FIN is waited for after Close, 0 for as long as it takes "
        "(TCP_LINGER2)",
        [](auto& config) -> auto& { return config.closing.finWait2Timeout; },
        MakeTimeChecker(Time(0)));
    AddConfigAttribute<Owner>(
        tid,
        "FastOpenQueue",
        "Fast Opens that a listener has half-open at the most, 0 for none (TCP_FASTOPEN)",
        [](auto& config) -> auto& { return config.handshake.fastOpenQueue; },
        MakeUintegerChecker<uint32_t>());
}

} // namespace

TypeId
LifecycleTcpSocket::GetTypeId()
{
    static const TypeId made = [] {
        TypeId tid("ns3::LifecycleTcpSocket");
        tid.SetParent<TcpSocket>();
        tid.SetGroupName("Internet");
        tid.AddConstructor<LifecycleTcpSocket>();
        tid.AddAttribute("ReuseAddress",
                         "Whether the socket may be bound to a port of which connections are in "
                         "TIME_WAIT (SO_REUSEADDR). Servers ask for it nearly always; ns-3's "
                         "applications cannot, so it is on",
                         BooleanValue(true),
                         MakeBooleanAccessor(&LifecycleTcpSocket::SetReuseAddress,
                                             &LifecycleTcpSocket::GetReuseAddress),
                         MakeBooleanChecker());
        tid.AddAttribute("AutoAccept",
                         "Whether a listener accepts each connection as soon as it stands; if "
                         "not, it waits in the accept queue until Accept() is called",
                         BooleanValue(true),
                         MakeBooleanAccessor(&LifecycleTcpSocket::SetAutoAccept,
                                             &LifecycleTcpSocket::GetAutoAccept),
                         MakeBooleanChecker());
        tid.AddAttribute(
            "FastOpen",
            "Whether data written at once goes out with the SYN to a server that "
            "gave a cookie before (RFC 7413; TCP_FASTOPEN_CONNECT)",
            BooleanValue(false),
            MakeBooleanAccessor(&LifecycleTcpSocket::SetFastOpen, &LifecycleTcpSocket::GetFastOpen),
            MakeBooleanChecker());
        tid.AddAttribute(
            "Linger",
            "How long after Close the peer may take to acknowledge everything "
            "before it gets a RST; 0: it gets one at once; negative: for ever "
            "(SO_LINGER)",
            TimeValue(Time(-1)),
            MakeTimeAccessor(&LifecycleTcpSocket::SetLinger, &LifecycleTcpSocket::GetLinger),
            MakeTimeChecker());
        AddAttributes(tid);
        LifecycleSocketTraces::AddTo(tid);
        return tid;
    }();
    return made;
}

const lifecycle::Config&
LifecycleTcpSocket::GetConfig() const
{
    static const Config defaults;
    return m_settings->config ? *m_settings->config : defaults;
}

void
LifecycleTcpSocket::EditConfig(const std::function<void(lifecycle::Config&)>& edit)
{
    if (!m_settings->config)
    {
        return; // under construction: what ns-3 sets now are stock TCP's defaults
    }
    const auto edited = std::make_shared<Config>(GetConfig());
    edit(*edited);
    EditSettings([&](LifecycleSocketSettings& settings) { settings.config = edited; });
    m_opening.isReconfigured = true;
    if (m_role == Role::CONNECTION)
    {
        m_shell->Core().Configure(CoreNow(), {m_index, m_generation}, edited);
        m_shell->Run();
    }
}

/** Others may share what is set: from now on this socket has its own. */
void
LifecycleTcpSocket::EditSettings(const std::function<void(LifecycleSocketSettings&)>& edit)
{
    const auto edited = Create<LifecycleSocketSettings>(*m_settings);
    edit(*edited);
    m_settings = edited;
}

void
LifecycleTcpSocket::SetReuseAddress(bool reuse)
{
    EditSettings([reuse](LifecycleSocketSettings& settings) { settings.reuseAddress = reuse; });
}

bool
LifecycleTcpSocket::GetReuseAddress() const
{
    return m_settings->reuseAddress;
}

void
LifecycleTcpSocket::SetFastOpen(bool fastOpen)
{
    EditSettings([fastOpen](LifecycleSocketSettings& settings) { settings.fastOpen = fastOpen; });
}

bool
LifecycleTcpSocket::GetFastOpen() const
{
    return m_settings->fastOpen;
}

void
LifecycleTcpSocket::SetSndBufSize(uint32_t size)
{
    EditConfig([size](Config& config) { config.data.sndBuf = size; });
}

uint32_t
LifecycleTcpSocket::GetSndBufSize() const
{
    return GetConfig().data.sndBuf;
}

void
LifecycleTcpSocket::SetRcvBufSize(uint32_t size)
{
    EditConfig([size](Config& config) {
        config.data.rcvBuf = size;
        config.data.rcvBufMost = 0; // as SO_RCVBUF does in Linux: it is what it is
    });
}

uint32_t
LifecycleTcpSocket::GetRcvBufSize() const
{
    return GetConfig().data.rcvBuf;
}

void
LifecycleTcpSocket::SetSegSize(uint32_t size)
{
    EditConfig([size](Config& config) {
        const uint32_t limit = size == 0 ? UINT16_MAX : std::min<uint32_t>(size, UINT16_MAX);
        config.data.mssLimit = static_cast<uint16_t>(limit);
    });
}

uint32_t
LifecycleTcpSocket::GetSegSize() const
{
    if (m_role == Role::CONNECTION)
    {
        return m_shell->Core().View(lifecycle::ConnectionId{m_index, m_generation}).mss;
    }
    return GetConfig().data.OwnMss(0);
}

void
LifecycleTcpSocket::SetInitialSSThresh(uint32_t threshold)
{
    EditConfig([threshold](Config& config) { config.data.initialSsthresh = threshold; });
}

uint32_t
LifecycleTcpSocket::GetInitialSSThresh() const
{
    return GetConfig().data.initialSsthresh;
}

void
LifecycleTcpSocket::SetInitialCwnd(uint32_t cwnd)
{
    EditConfig([cwnd](Config& config) { config.data.initialWindow = std::max(cwnd, 1U); });
}

uint32_t
LifecycleTcpSocket::GetInitialCwnd() const
{
    return GetConfig().data.initialWindow;
}

void
LifecycleTcpSocket::SetConnTimeout(Time timeout)
{
    EditConfig([timeout](Config& config) { config.data.rto.initial = ToCore(timeout); });
}

Time
LifecycleTcpSocket::GetConnTimeout() const
{
    return ToTime(GetConfig().data.rto.initial);
}

void
LifecycleTcpSocket::SetSynRetries(uint32_t count)
{
    // Stock TCP counts the first SYN as well.
    EditConfig([count](Config& config) { config.handshake.synRetries = std::max(count, 1U) - 1; });
}

uint32_t
LifecycleTcpSocket::GetSynRetries() const
{
    return GetConfig().handshake.synRetries + 1;
}

void
LifecycleTcpSocket::SetDataRetries(uint32_t retries)
{
    EditConfig([retries](Config& config) { config.data.dataRetries = retries; });
}

uint32_t
LifecycleTcpSocket::GetDataRetries() const
{
    return GetConfig().data.dataRetries;
}

void
LifecycleTcpSocket::SetDelAckTimeout(Time timeout)
{
    EditConfig([timeout](Config& config) { config.data.delayedAck = ToCore(timeout); });
}

Time
LifecycleTcpSocket::GetDelAckTimeout() const
{
    return ToTime(GetConfig().data.delayedAck);
}

void
LifecycleTcpSocket::SetDelAckMaxCount(uint32_t count)
{
    EditConfig([count](Config& config) { config.data.segmentsPerAck = count; });
}

uint32_t
LifecycleTcpSocket::GetDelAckMaxCount() const
{
    return GetConfig().data.segmentsPerAck;
}

void
LifecycleTcpSocket::SetTcpNoDelay(bool noDelay)
{
    EditConfig([noDelay](Config& config) { config.data.nagle = !noDelay; });
}

bool
LifecycleTcpSocket::GetTcpNoDelay() const
{
    return !GetConfig().data.nagle;
}

void
LifecycleTcpSocket::SetPersistTimeout(Time timeout)
{
    EditConfig([timeout](Config& config) { config.data.persistTimeout = ToCore(timeout); });
}

Time
LifecycleTcpSocket::GetPersistTimeout() const
{
    const Config& config = GetConfig();
    return ToTime(config.data.persistTimeout.value_or(config.data.rto.initial));
}

} // namespace ns3
