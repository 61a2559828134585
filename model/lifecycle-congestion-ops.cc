#include "internal/lifecycle-congestion-ops.h"

#include "core/congestion-choice.h"
#include "core/segment.h"
#include "internal/lifecycle-core-types.h"

#include "ns3/data-rate.h"
#include "ns3/object-factory.h"
#include "ns3/simulator.h"
#include "ns3/tcp-congestion-ops.h"
#include "ns3/tcp-rate-ops.h"
#include "ns3/tcp-rx-buffer.h"
#include "ns3/tcp-socket-state.h"

#include <algorithm>
#include <optional>

namespace ns3
{

namespace
{

using lifecycle::AckSample;
using lifecycle::CongestionEvent;
using lifecycle::CongestionSignal;
using lifecycle::Flow;
using lifecycle::RateSample;
using lifecycle::SeqNum;

/** The acknowledgement that is at hand. */
struct AckAtHand
{
    bool untold{false};    //!< PktsAcked() has not been called for it
    bool duplicate{false}; //!< CongestionControl::AckSample
    bool partial{false};   //!< it leaves something of what was in flight at the last reduction
    uint32_t bytes{0};     //!< newly acknowledged, in order
    uint32_t beyond{0};    //!< of these, sent after the last reduction
    uint32_t segments{0};  //!< whole ones, with what was left over of those before
};

/** What a connection keeps for its TcpCongestionOps. */
struct OpsMemory : lifecycle::CongestionMemory
{
    Ptr<TcpSocketState> state;
    Ptr<TcpCongestionOps> ops;
    uint32_t partOfSegment{0};      //!< bytes acknowledged that did not make a whole segment
    uint32_t dupAcks{0};            //!< as TcpSocketBase counts them
    SeqNum recover;                 //!< what was in flight at the last reduction ends here
    std::optional<SeqNum> paceFrom; //!< what is before is not paced
    std::optional<uint32_t> clocks; //!< what brings the peer's timestamps to our clock
    AckAtHand ack;
};

/** The core sends what DCTCP asks for here: RFC 8257 §3.2. */
void
IgnoreRequestForAck(uint8_t /* flags */)
{
}

/** The TcpSocketState of a socket that is new. */
Ptr<TcpSocketState>
MakeState()
{
    auto state = CreateObject<TcpSocketState>();
    state->m_rxBuffer = CreateObject<TcpRxBuffer>();
    state->m_sendEmptyPacketCallback = MakeCallback(&IgnoreRequestForAck);
    state->m_pacingRate = state->m_maxPacingRate;
    return state;
}

/** Since 3.42 the smoothed round-trip time has a field of its own; before, it was the last one. */
template <typename State>
void
SetRtt(State& state, Time smoothed, Time last)
{
    if constexpr (requires { state.m_srtt; })
    {
        state.m_srtt = smoothed;
        state.m_lastRtt = last;
        state.m_minRtt = std::min(state.m_minRtt, last);
    }
    else
    {
        state.m_lastRtt = smoothed;
        state.m_minRtt = std::min(state.m_minRtt, smoothed);
    }
}

/** \returns a moment as TcpRateOps knows it */
Time
ToTime(lifecycle::Instant instant)
{
    return ns3::ToTime(instant.time_since_epoch());
}

TcpRateOps::TcpRateSample
ToNs3(const RateSample& sample)
{
    TcpRateOps::TcpRateSample rate;
    rate.m_isAppLimited = sample.appLimited;
    rate.m_priorDelivered = static_cast<uint32_t>(sample.priorDelivered);
    rate.m_priorTime = ToTime(sample.priorTime);
    rate.m_sendElapsed = ns3::ToTime(sample.sendElapsed);
    rate.m_ackElapsed = ns3::ToTime(sample.ackElapsed);
    rate.m_bytesLoss = sample.lost;
    rate.m_priorInFlight = sample.priorInFlight;
    rate.m_ackedSacked = sample.acked;
    if (sample.valid)
    {
        rate.m_interval = ns3::ToTime(sample.interval);
        rate.m_delivered = static_cast<int32_t>(sample.delivered);
        rate.m_deliveryRate =
            DataRate(static_cast<uint64_t>(rate.m_delivered * 8.0 / rate.m_interval.GetSeconds()));
    }
    return rate;
}

TcpRateOps::TcpRateConnection
ToNs3(const lifecycle::DeliveryRate& rates, const TcpRateOps::TcpRateSample& sample)
{
    TcpRateOps::TcpRateConnection connection;
    connection.m_delivered = rates.Delivered();
    connection.m_deliveredTime = ToTime(rates.DeliveredTime());
    connection.m_firstSentTime = ToTime(rates.FirstSentTime());
    connection.m_appLimited = static_cast<uint32_t>(rates.AppLimited());
    connection.m_txItemDelivered = sample.m_priorDelivered;
    connection.m_rateDelivered = sample.m_delivered;
    connection.m_rateInterval = sample.m_interval;
    connection.m_rateAppLimited = sample.m_isAppLimited;
    return connection;
}

/**
 * Runs an ns3::TcpCongestionOps for the core. The calls and their order are those of TcpSocketBase:
 * ReceivedAck(), ProcessAck(), DupAck(), EnterRecovery(), EnterCwr() and ReTxTimeout().
 */
class CongestionOps : public lifecycle::CongestionControl
{
  public:
    explicit CongestionOps(Ptr<const TcpCongestionOps> prototype)
        // Fork() is not const, though it leaves its object as it is.
        : m_prototype(ConstCast<TcpCongestionOps>(prototype)),
          m_name(prototype->GetInstanceTypeId().GetName()),
          m_setsWindow(prototype->HasCongControl())
    {
        // What it wants of ECN has to be known before there is a connection.
        const Ptr<TcpSocketState> state = MakeState();
        m_prototype->Fork()->Init(state);
        m_wantsEveryMark = state->m_ecnMode == TcpSocketState::DctcpEcn;
        m_capable = static_cast<lifecycle::EcnCodepoint>(state->m_ectCodePoint);
    }

    std::string_view Name() const override
    {
        return m_name;
    }

    bool WantsDetails() const override
    {
        return true;
    }

    bool SetsWindow() const override
    {
        return m_setsWindow;
    }

    bool WantsEveryMark() const override
    {
        return m_wantsEveryMark;
    }

    lifecycle::EcnCodepoint Capable() const override
    {
        return m_capable;
    }

    void Start(Flow& flow) const override;
    void OnAck(Flow& flow, const AckSample& sample) const override;
    void Grow(Flow& flow, const AckSample& sample) const override;
    uint32_t SsThresh(Flow& flow, CongestionSignal signal) const override;
    void OnEvent(Flow& flow, CongestionEvent event) const override;
    void OnAckDone(Flow& flow, const RateSample& sample) const override;
    std::optional<uint64_t> PacingRate(const Flow& flow) const override;

  private:
    OpsMemory& MemoryOf(Flow& flow) const;
    OpsMemory& Enter(Flow& flow) const;
    static void Leave(Flow& flow, const OpsMemory& memory);
    static void SetState(const OpsMemory& memory, TcpSocketState::TcpCongState_t congState);
    static void NoteStamps(OpsMemory& memory, const AckSample& sample);
    static void TellOfAck(OpsMemory& memory);
    static void TellOfArrival(Flow& flow, OpsMemory& memory, CongestionEvent event);
    static void GoOnAfterReduction(OpsMemory& memory, bool setsWindow);

    Ptr<TcpCongestionOps> m_prototype;
    std::string m_name;
    bool m_setsWindow;
    bool m_wantsEveryMark{false};
    lifecycle::EcnCodepoint m_capable{lifecycle::EcnCodepoint::Ect0};
};

OpsMemory&
CongestionOps::MemoryOf(Flow& flow) const
{
    if (!flow.memory)
    {
        auto made = std::make_unique<OpsMemory>();
        made->state = MakeState();
        TcpSocketState& state = *made->state;
        state.m_segmentSize = flow.mss;
        state.m_cWnd = flow.window.cwnd;
        state.m_cWndInfl = flow.window.cwnd;
        state.m_ssThresh = flow.window.ssthresh;
        state.m_initialCWnd = flow.window.cwnd / std::max<uint32_t>(flow.mss, 1);
        state.m_initialSsThresh = flow.window.ssthresh;
        state.m_lastRtt = Time::Max(); // not known; zero would be the best there is
        if (!state.m_paceInitialWindow)
        {
            made->paceFrom = flow.sndNxt + flow.window.cwnd;
        }
        if (m_setsWindow)
        {
            made->rates = std::make_unique<lifecycle::DeliveryRate>();
        }
        made->ops = m_prototype->Fork();
        made->ops->Init(made->state);
        flow.memory = std::move(made);
    }
    return static_cast<OpsMemory&>(*flow.memory);
}

/** Brings the TcpSocketState up to date before a call. */
OpsMemory&
CongestionOps::Enter(Flow& flow) const
{
    OpsMemory& memory = MemoryOf(flow);
    TcpSocketState& state = *memory.state;
    state.m_segmentSize = flow.mss;
    state.m_cWnd = flow.window.cwnd;
    state.m_cWndInfl = flow.window.cwnd;
    state.m_ssThresh = flow.window.ssthresh;
    state.m_bytesInFlight = flow.pipe;
    state.m_lastAckedSeq = SequenceNumber32(flow.sndUna.Raw());
    state.m_nextTxSequence = SequenceNumber32(flow.sndNxt.Raw());
    state.m_highTxMark = SequenceNumber32(flow.sndNxt.Raw());
    return memory;
}

/** Takes over what a call has changed. */
void
CongestionOps::Leave(Flow& flow, const OpsMemory& memory)
{
    flow.window.cwnd = std::max(memory.state->m_cWnd.Get(), flow.mss);
    flow.window.ssthresh = memory.state->m_ssThresh;
}

void
CongestionOps::SetState(const OpsMemory& memory, TcpSocketState::TcpCongState_t congState)
{
    memory.ops->CongestionStateSet(memory.state, congState);
    memory.state->m_congState = congState;
}

void
CongestionOps::Start(Flow& flow) const
{
    OpsMemory& memory = Enter(flow);
    if (flow.srtt != lifecycle::Duration::zero())
    {
        SetRtt(*memory.state, ns3::ToTime(flow.srtt), ns3::ToTime(flow.srtt));
    }
    memory.state->m_ecnState = flow.ecn ? TcpSocketState::ECN_IDLE : TcpSocketState::ECN_DISABLED;
    SetState(memory, TcpSocketState::CA_OPEN);
    Leave(flow, memory);
}

/**
 * LEDBAT and LP take the difference of the two for the delay of one way, as if all clocks had begun
 * with the simulation. Ours, and a peer's that has not, are brought there: by the first ACK, which
 * is then as if the way back had taken no time.
 */
void
CongestionOps::NoteStamps(OpsMemory& memory, const AckSample& sample)
{
    if (sample.stamp == 0)
    {
        return;
    }
    if (!memory.clocks)
    {
        const auto now = static_cast<uint32_t>(Simulator::Now().GetMilliSeconds());
        memory.clocks = now - sample.stamp;
    }
    memory.state->m_rcvTimestampValue = sample.stamp + *memory.clocks;
    memory.state->m_rcvTimestampEchoReply = sample.echoedStamp;
}

void
CongestionOps::OnAck(Flow& flow, const AckSample& sample) const
{
    OpsMemory& memory = Enter(flow);
    TcpSocketState& state = *memory.state;
    NoteStamps(memory, sample);
    if (flow.ecn)
    {
        state.m_ecnState = sample.ece ? TcpSocketState::ECN_ECE_RCVD : TcpSocketState::ECN_IDLE;
    }
    if (flow.srtt != lifecycle::Duration::zero())
    {
        const Time smoothed = ns3::ToTime(flow.srtt);
        SetRtt(state, smoothed, sample.rtt ? ns3::ToTime(*sample.rtt) : smoothed);
    }
    state.m_lastAckedSackedBytes = sample.delivered;
    const uint32_t bytes = memory.partOfSegment + sample.acked;
    memory.partOfSegment = bytes % flow.mss;
    const bool partial = flow.sndUna.IsBefore(memory.recover);
    memory.ack = {.untold = true,
                  .duplicate = sample.duplicate,
                  .partial = partial,
                  .bytes = sample.acked,
                  .beyond = partial ? 0 : flow.sndUna.Since(memory.recover),
                  .segments = bytes / flow.mss};
    if (sample.duplicate && state.m_congState != TcpSocketState::CA_LOSS &&
        state.m_congState != TcpSocketState::CA_RECOVERY)
    {
        ++memory.dupAcks;
        if (state.m_congState == TcpSocketState::CA_OPEN)
        {
            SetState(memory, TcpSocketState::CA_DISORDER);
        }
    }
    Leave(flow, memory);
}

/**
 * PktsAcked(), as TcpSocketBase::ProcessAck() calls it: after a reduction that the acknowledgement
 * brings, before a window that it opens, and with a number of segments that depends on the state.
 */
void
CongestionOps::TellOfAck(OpsMemory& memory)
{
    AckAtHand& ack = memory.ack;
    if (!ack.untold)
    {
        return;
    }
    ack.untold = false;
    TcpSocketState& state = *memory.state;
    const Time rtt = state.m_lastRtt == Time::Max() ? Time(0) : state.m_lastRtt.Get();
    const auto tell = [&](uint32_t segments) {
        memory.ops->PktsAcked(memory.state, segments, rtt);
    };
    if (ack.bytes == 0)
    {
        tell(1); // a duplicate stands for one segment
        return;
    }
    const uint32_t before = memory.dupAcks;
    memory.dupAcks = ack.duplicate ? memory.dupAcks : 0;
    switch (state.m_congState.Get())
    {
    case TcpSocketState::CA_RECOVERY:
        ack.segments = ack.bytes / state.m_segmentSize;
        tell(ack.partial ? 1 : ack.segments); // duplicates have told of the others
        break;
    case TcpSocketState::CA_LOSS:
        ack.segments = ack.partial ? ack.segments : ack.beyond / state.m_segmentSize;
        tell(ack.segments);
        break;
    case TcpSocketState::CA_DISORDER:
        if (ack.segments >= before)
        {
            tell(ack.segments - before);
        }
        if (!ack.duplicate)
        {
            SetState(memory, TcpSocketState::CA_OPEN);
        }
        break;
    default:
        tell(ack.segments);
        break;
    }
}

void
CongestionOps::Grow(Flow& flow, const AckSample&) const
{
    OpsMemory& memory = Enter(flow);
    TellOfAck(memory);
    TcpSocketState& state = *memory.state;
    const bool grows = state.m_congState == TcpSocketState::CA_OPEN ||
                       state.m_congState == TcpSocketState::CA_LOSS;
    if (grows && memory.ack.bytes > 0)
    {
        const uint32_t before = state.m_cWnd;
        memory.ops->IncreaseWindow(memory.state, memory.ack.segments);
        if (flow.phase == lifecycle::Phase::Open && !flow.cwndLimited)
        {
            // RFC 9293 §3.8.2, RFC 7661 §1: what was not used is no reason to send more. ns-3's
            // congestion controls do not ask.
            state.m_cWnd = std::min(before, state.m_cWnd.Get());
        }
    }
    Leave(flow, memory);
}

uint32_t
CongestionOps::SsThresh(Flow& flow, CongestionSignal signal) const
{
    OpsMemory& memory = Enter(flow);
    memory.recover = flow.sndNxt;
    if (signal == CongestionSignal::Loss)
    {
        SetState(memory, TcpSocketState::CA_RECOVERY);
    }
    const uint32_t threshold = memory.ops->GetSsThresh(memory.state, flow.inFlight);
    memory.state->m_ssThresh = threshold;
    if (signal == CongestionSignal::Ecn || signal == CongestionSignal::Tail)
    {
        memory.state->m_congState = TcpSocketState::CA_CWR; // TcpSocketBase tells nobody
    }
    Leave(flow, memory);
    return threshold;
}

/** What was in flight at the last reduction is acknowledged. */
void
CongestionOps::GoOnAfterReduction(OpsMemory& memory, bool setsWindow)
{
    memory.dupAcks = 0;
    switch (memory.state->m_congState.Get())
    {
    case TcpSocketState::CA_CWR:
        memory.state->m_congState = TcpSocketState::CA_OPEN; // as above
        if (!setsWindow)
        {
            memory.ops->CwndEvent(memory.state, TcpSocketState::CA_EVENT_COMPLETE_CWR);
        }
        break;
    case TcpSocketState::CA_RECOVERY:
        TellOfAck(memory);
        memory.ops->CwndEvent(memory.state, TcpSocketState::CA_EVENT_COMPLETE_CWR);
        SetState(memory, TcpSocketState::CA_OPEN);
        break;
    case TcpSocketState::CA_LOSS:
        TellOfAck(memory);
        SetState(memory, TcpSocketState::CA_OPEN);
        break;
    default:
        break;
    }
}

/** TcpSocketBase::ForwardUp(), ReceivedData() and DelAckTimeout(). */
void
CongestionOps::TellOfArrival(Flow& flow, OpsMemory& memory, CongestionEvent event)
{
    TcpSocketState& state = *memory.state;
    TcpSocketState::TcpCAEvent_t told = TcpSocketState::CA_EVENT_ECN_NO_CE;
    if (event == CongestionEvent::MarkedArrival)
    {
        state.m_ecnState = TcpSocketState::ECN_CE_RCVD;
        told = TcpSocketState::CA_EVENT_ECN_IS_CE;
    }
    else if (event == CongestionEvent::AckDelayed)
    {
        told = TcpSocketState::CA_EVENT_DELAYED_ACK;
    }
    else if (event == CongestionEvent::AckAtOnce)
    {
        told = TcpSocketState::CA_EVENT_NON_DELAYED_ACK;
    }
    state.m_rxBuffer->SetNextRxSequence(SequenceNumber32(flow.rcvNxt.Raw()));
    memory.ops->CwndEvent(memory.state, told);
}

void
CongestionOps::OnEvent(Flow& flow, CongestionEvent event) const
{
    OpsMemory& memory = Enter(flow);
    switch (event)
    {
    case CongestionEvent::TransmitStart:
        memory.ops->CwndEvent(memory.state, TcpSocketState::CA_EVENT_TX_START);
        break;
    case CongestionEvent::IdleRestart:
        memory.ops->CwndEvent(memory.state, TcpSocketState::CA_EVENT_CWND_RESTART);
        break;
    case CongestionEvent::Timeout:
        memory.recover = flow.sndNxt;
        memory.dupAcks = 0;
        memory.ops->CwndEvent(memory.state, TcpSocketState::CA_EVENT_LOSS);
        SetState(memory, TcpSocketState::CA_LOSS);
        break;
    case CongestionEvent::Recovered:
        GoOnAfterReduction(memory, m_setsWindow);
        break;
    case CongestionEvent::Undo:
        TellOfAck(memory);
        memory.dupAcks = 0;
        SetState(memory, TcpSocketState::CA_OPEN);
        break;
    default:
        TellOfArrival(flow, memory, event);
        break;
    }
    Leave(flow, memory);
}

void
CongestionOps::OnAckDone(Flow& flow, const RateSample& sample) const
{
    OpsMemory& memory = Enter(flow);
    TellOfAck(memory);
    if (m_setsWindow)
    {
        const TcpRateOps::TcpRateSample rate = ToNs3(sample);
        memory.ops->CongControl(memory.state, ToNs3(*memory.rates, rate), rate);
    }
    Leave(flow, memory);
}

/** TcpSocketBase::IsPacingEnabled() and UpdatePacingRate(). */
std::optional<uint64_t>
CongestionOps::PacingRate(const Flow& flow) const
{
    if (!flow.memory)
    {
        return std::nullopt;
    }
    OpsMemory& memory = static_cast<OpsMemory&>(*flow.memory);
    TcpSocketState& state = *memory.state;
    if (memory.paceFrom && flow.sndNxt.IsAfter(*memory.paceFrom))
    {
        memory.paceFrom.reset();
    }
    if (!state.m_pacing || memory.paceFrom)
    {
        return std::nullopt;
    }
    if (!m_setsWindow && state.m_lastRtt != Time::Max())
    {
        const bool early = state.m_cWnd < state.m_ssThresh / 2;
        const double factor = (early ? state.m_pacingSsRatio : state.m_pacingCaRatio) / 100.0;
        const DataRate rate(static_cast<uint64_t>(std::max(flow.window.cwnd, flow.pipe) * 8 *
                                                  factor / state.m_lastRtt.Get().GetSeconds()));
        state.m_pacingRate = std::min(rate, state.m_maxPacingRate);
    }
    return state.m_pacingRate.Get().GetBitRate() / 8;
}

} // namespace

std::shared_ptr<const lifecycle::CongestionControl>
AdaptCongestionOps(Ptr<const TcpCongestionOps> prototype)
{
    return prototype ? std::make_shared<CongestionOps>(prototype) : nullptr;
}

std::shared_ptr<const lifecycle::CongestionControl>
AdaptCongestionOps(TypeId type)
{
    if (!type.IsChildOf(TcpCongestionOps::GetTypeId()) || !type.HasConstructor())
    {
        return nullptr;
    }
    ObjectFactory factory;
    factory.SetTypeId(type);
    return AdaptCongestionOps(factory.Create<TcpCongestionOps>());
}

std::shared_ptr<const lifecycle::CongestionControl>
FindCongestionControl(const std::string& name)
{
    if (auto own = lifecycle::FindCongestionControl(name))
    {
        return own;
    }
    TypeId type;
    return TypeId::LookupByNameFailSafe(name, &type) ? AdaptCongestionOps(type) : nullptr;
}

} // namespace ns3
