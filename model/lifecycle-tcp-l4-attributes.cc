#include "internal/lifecycle-congestion-ops.h"
#include "internal/lifecycle-life-attributes.h"
#include "lifecycle-tcp-l4-protocol.h"
#include "lifecycle-tcp-socket.h"

#include "ns3/object-vector.h"
#include "ns3/tcp-congestion-ops.h"
#include "ns3/trace-source-accessor.h"

#include <cstdint>
#include <string>

namespace ns3
{

NS_OBJECT_ENSURE_REGISTERED(LifecycleTcpL4Protocol);

namespace
{

using lifecycle::Config;
using Owner = LifecycleTcpL4Protocol;

void
AddBuffers(TypeId tid)
{
    AddConfigAttribute<Owner, UintegerValue>(
        tid,
        "SegmentSize",
        "Largest payload of a segment to accept, which the MSS option says; TCP options take "
        "their room from it (RFC 6691). 0: what the MTU of the link leaves",
        [](const Config& config) -> uint64_t {
            return config.data.mssLimit == UINT16_MAX ? 0 : config.data.mssLimit;
        },
        [](Config& config, uint64_t size) {
            config.data.mssLimit = size == 0 ? UINT16_MAX : static_cast<uint16_t>(size);
            return true;
        },
        MakeUintegerChecker<uint16_t>());
    AddConfigAttribute<Owner>(
        tid,
        "SndBufSize",
        "Send buffer (bytes)",
        [](auto& config) -> auto& { return config.data.sndBuf; },
        ACount(1));
    AddConfigAttribute<Owner, UintegerValue>(
        tid,
        "RcvBufSize",
        "Receive buffer (bytes); it no longer tunes itself once this is set",
        [](const Config& config) -> uint64_t { return config.data.rcvBuf; },
        [](Config& config, uint64_t size) {
            config.data.rcvBuf = static_cast<uint32_t>(size);
            config.data.rcvBufMost = 0;
            return true;
        },
        ACount(1));
    AddConfigAttribute<Owner>(
        tid,
        "RcvBufMost",
        "Bytes that the receive buffer may grow to by what the application reads, 0: it does not "
        "(Linux tcp_rmem)",
        [](auto& config) -> auto& { return config.data.rcvBufMost; },
        ACount(0));
    AddConfigAttribute<Owner>(
        tid,
        "WindowScaling",
        "Whether to offer window scaling (RFC 7323 §2)",
        [](auto& config) -> auto& { return config.data.windowScaling; },
        MakeBooleanChecker());
    AddConfigAttribute<Owner>(
        tid,
        "Timestamp",
        "Whether to offer timestamps (RFC 7323 §3)",
        [](auto& config) -> auto& { return config.data.timestamps; },
        MakeBooleanChecker());
    AddConfigAttribute<Owner>(
        tid,
        "Sack",
        "Whether to offer selective acknowledgements (RFC 2018)",
        [](auto& config) -> auto& { return config.data.sack; },
        MakeBooleanChecker());
}

void
AddTransfer(TypeId tid)
{
    AddConfigAttribute<Owner>(
        tid,
        "InitialCwnd",
        "Initial congestion window in segments (RFC 6928)",
        [](auto& config) -> auto& { return config.data.initialWindow; },
        ACount(1));
    AddConfigAttribute<Owner>(
        tid,
        "InitialSlowStartThreshold",
        "Initial slow-start threshold in bytes (RFC 5681 §3.1: arbitrarily high)",
        [](auto& config) -> auto& { return config.data.initialSsthresh; },
        ACount(0));
    AddConfigAttribute<Owner, StringValue>(
        tid,
        "CongestionControl",
        "The rule of the congestion window: Cubic (RFC 9438 with HyStart++, RFC 9406), "
        "CubicWithoutHyStart, NewReno (RFC 5681), or the TypeId of a TcpCongestionOps such as "
        "ns3::TcpVegas",
        [](const Config& config) { return std::string(config.data.congestion->Name()); },
        [](Config& config, const std::string& name) {
            const auto control = FindCongestionControl(name);
            config.data.congestion = control ? control : config.data.congestion;
            return control != nullptr;
        },
        MakeStringChecker());
    AddConfigAttribute<Owner>(
        tid,
        "InitialRto",
        "Retransmission time-out before the first measurement (RFC 6298 §2.1)",
        [](auto& config) -> auto& { return config.data.rto.initial; },
        ATime(TimeStep(1)));
    AddConfigAttribute<Owner>(
        tid,
        "MinRto",
        "Lower bound of the retransmission time-out's variance term, as in Linux (TCP_RTO_MIN)",
        [](auto& config) -> auto& { return config.data.rto.minimum; },
        ATime(TimeStep(1)));
    AddConfigAttribute<Owner>(
        tid,
        "MaxRto",
        "Upper bound of the retransmission time-out, back-off included (Linux TCP_RTO_MAX)",
        [](auto& config) -> auto& { return config.data.rto.maximum; },
        ATime(TimeStep(1)));
    AddConfigAttribute<Owner>(
        tid,
        "DataRetries",
        "Retransmissions of data before the connection is given up (Linux tcp_retries2)",
        [](auto& config) -> auto& { return config.data.dataRetries; },
        ACount(0));
    AddConfigAttribute<Owner>(
        tid,
        "DelAckTimeout",
        "Longest delay of an acknowledgement, 0 for none (Linux TCP_DELACK_MIN; RFC 9293 §3.8.6.3)",
        [](auto& config) -> auto& { return config.data.delayedAck; },
        ATime(Time(0)));
    AddConfigAttribute<Owner>(
        tid,
        "DelAckCount",
        "Segments after which an acknowledgement is no longer delayed (RFC 9293 §3.8.6.3)",
        [](auto& config) -> auto& { return config.data.segmentsPerAck; },
        ACount(1));
    AddConfigAttribute<Owner>(
        tid,
        "ReTxThreshold",
        "Duplicate acknowledgements that start fast retransmit (RFC 5681 §3.2)",
        [](auto& config) -> auto& { return config.data.dupAckThreshold; },
        ACount(1));
    AddConfigAttribute<Owner>(
        tid,
        "Nagle",
        "Whether small segments wait while something is unacknowledged (RFC 9293 §3.7.4)",
        [](auto& config) -> auto& { return config.data.nagle; },
        MakeBooleanChecker());
    AddConfigAttribute<Owner>(
        tid,
        "PersistProbe",
        "What a probe of a closed window carries: OneByte (RFC 9293 §3.8.6.1) or ZeroLength, as in "
        "Linux",
        [](auto& config) -> auto& { return config.data.persistProbe; },
        MakeStringChecker());
}

void
AddLossRecovery(TypeId tid)
{
    const auto aBoolean = MakeBooleanChecker();
    AddConfigAttribute<Owner>(
        tid,
        "LossDetection",
        "How losses are found: Rack (RFC 8985, with peers that speak SACK) or DuplicateAcks "
        "(RFC 5681 §3.2, RFC 6675)",
        [](auto& config) -> auto& { return config.data.lossDetection; },
        MakeStringChecker());
    AddConfigAttribute<Owner>(
        tid,
        "TailLossProbe",
        "Whether the tail of what is sent is probed for losses, with Rack (RFC 8985 §7)",
        [](auto& config) -> auto& { return config.data.lossProbe; },
        aBoolean);
    AddConfigAttribute<Owner>(
        tid,
        "ProportionalRateReduction",
        "Whether the window comes down in step with what arrives (RFC 9937)",
        [](auto& config) -> auto& { return config.data.prr; },
        aBoolean);
    AddConfigAttribute<Owner>(
        tid,
        "Eifel",
        "Whether timestamps may show that nothing was lost (RFC 3522)",
        [](auto& config) -> auto& { return config.data.eifel; },
        aBoolean);
    AddConfigAttribute<Owner>(
        tid,
        "FRto",
        "Whether new data after a time-out may show that nothing was lost (RFC 5682)",
        [](auto& config) -> auto& { return config.data.fRto; },
        aBoolean);
    AddConfigAttribute<Owner>(
        tid,
        "DuplicateSack",
        "Whether what arrives twice is reported (RFC 2883)",
        [](auto& config) -> auto& { return config.data.duplicateSack; },
        aBoolean);
}

void
AddSendingRules(TypeId tid)
{
    AddConfigAttribute<Owner>(
        tid,
        "NagleRule",
        "What a small segment waits for: AnyInFlight (RFC 9293 §3.7.4) or SmallInFlight (Minshall, "
        "Linux)",
        [](auto& config) -> auto& { return config.data.nagleRule; },
        MakeStringChecker());
    AddConfigAttribute<Owner>(
        tid,
        "IdleRestart",
        "The congestion window after silence: Never, InitialWindow (RFC 5681 §4.1) or Halving "
        "(RFC 2861, Linux tcp_slow_start_after_idle)",
        [](auto& config) -> auto& { return config.data.idleRestart; },
        MakeStringChecker());
    AddConfigAttribute<Owner>(
        tid,
        "Ecn",
        "Explicit congestion notification (RFC 3168): Off, Passive (if the peer asks) or Active",
        [](auto& config) -> auto& { return config.data.ecn; },
        MakeStringChecker());
    AddConfigAttribute<Owner>(
        tid,
        "Pacing",
        "Whether segments are spread over the round trip",
        [](auto& config) -> auto& { return config.data.pacing; },
        MakeBooleanChecker());
}

} // namespace

TypeId
LifecycleTcpL4Protocol::GetTypeId()
{
    static const TypeId made = [] {
        TypeId tid("ns3::LifecycleTcpL4Protocol");
        // TcpL4Protocol has a SocketList of stock sockets and a SocketType for them. Attributes of
        // those names can only be added while it is not the parent; once it is, ours are found
        // before them.
        tid.SetParent<IpL4Protocol>();
        tid.AddAttribute("SocketList",
                         "The sockets of this node.",
                         TypeId::ATTR_GET,
                         ObjectVectorValue(),
                         MakeObjectVectorAccessor(&LifecycleTcpL4Protocol::GetSocketN,
                                                  &LifecycleTcpL4Protocol::GetSocket),
                         MakeObjectVectorChecker<LifecycleTcpSocket>());
        tid.AddAttribute(
            "SocketType",
            "The congestion control, as stock TCP is told of it: a TcpCongestionOps. The base "
            "class stands for what the attribute CongestionControl says",
            TypeIdValue(TcpCongestionOps::GetTypeId()),
            MakeTypeIdAccessor(&LifecycleTcpL4Protocol::SetSocketType,
                               &LifecycleTcpL4Protocol::GetSocketType),
            MakeTypeIdChecker());
        tid.SetParent<TcpL4Protocol>();
        tid.SetGroupName("Internet");
        tid.AddConstructor<LifecycleTcpL4Protocol>();
        AddHandshakeAttributes<Owner>(tid);
        AddClosingAttributes<Owner>(tid);
        AddKeepaliveAttributes<Owner>(tid, "Keepalive");
        AddBuffers(tid);
        AddTransfer(tid);
        AddLossRecovery(tid);
        AddSendingRules(tid);
        tid.AddAttribute("FlowFilter",
                         "Whether queue discs that queue by flow, such as FqCoDel, are told the "
                         "flow of a packet by a LifecycleTcpFlowFilter, which costs less than what "
                         "they do without one",
                         BooleanValue(true),
                         MakeBooleanAccessor(&LifecycleTcpL4Protocol::m_filtersFlows),
                         MakeBooleanChecker());
        tid.AddTraceSource("StateChange",
                           "A connection of this node, or half-open request, changes its state",
                           MakeTraceSourceAccessor(&LifecycleTcpL4Protocol::m_stateChange),
                           "ns3::LifecycleTcpTransitionTracedCallback");
        return tid;
    }();
    return made;
}

} // namespace ns3
