#include "internal/lifecycle-congestion-ops.h"

#include "core/congestion-choice.h"
#include "internal/lifecycle-core-types.h"

#include "ns3/object-factory.h"
#include "ns3/tcp-congestion-ops.h"
#include "ns3/tcp-socket-state.h"

#include <algorithm>

namespace ns3
{

namespace
{

using lifecycle::AckSample;
using lifecycle::CongestionEvent;
using lifecycle::CongestionSignal;
using lifecycle::Flow;

/** What a connection keeps for its TcpCongestionOps. */
struct OpsMemory : lifecycle::CongestionMemory
{
    Ptr<TcpSocketState> state;
    Ptr<TcpCongestionOps> ops;
    uint32_t partOfSegment{0}; //!< bytes acknowledged that did not make a whole segment
    uint32_t segmentsAcked{0}; //!< by the acknowledgement that is at hand
};

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

/**
 * Runs an ns3::TcpCongestionOps for the core. The order of the calls is that of
 * TcpSocketBase::ProcessAck(), EnterRecovery(), EnterCwr() and ReTxTimeout().
 */
class CongestionOps : public lifecycle::CongestionControl
{
  public:
    explicit CongestionOps(Ptr<const TcpCongestionOps> prototype)
        // Fork() is not const, though it leaves its object as it is.
        : m_prototype(ConstCast<TcpCongestionOps>(prototype)),
          m_name(prototype->GetInstanceTypeId().GetName())
    {
    }

    std::string_view Name() const override
    {
        return m_name;
    }

    void Start(Flow& flow) const override
    {
        MemoryOf(flow);
    }

    void OnAck(Flow& flow, const AckSample& sample) const override;
    void Grow(Flow& flow, const AckSample& sample) const override;
    uint32_t SsThresh(Flow& flow, CongestionSignal signal) const override;
    void OnEvent(Flow& flow, CongestionEvent event) const override;

  private:
    OpsMemory& MemoryOf(Flow& flow) const;
    OpsMemory& Enter(Flow& flow) const;
    static void Leave(Flow& flow, const OpsMemory& memory);
    static void SetState(const OpsMemory& memory, TcpSocketState::TcpCongState_t congState);

    Ptr<TcpCongestionOps> m_prototype;
    std::string m_name;
};

OpsMemory&
CongestionOps::MemoryOf(Flow& flow) const
{
    if (!flow.memory)
    {
        auto made = std::make_unique<OpsMemory>();
        made->state = CreateObject<TcpSocketState>();
        made->state->m_segmentSize = flow.mss;
        made->state->m_cWnd = flow.window.cwnd;
        made->state->m_cWndInfl = flow.window.cwnd;
        made->state->m_ssThresh = flow.window.ssthresh;
        made->state->m_initialCWnd = flow.window.cwnd / std::max<uint32_t>(flow.mss, 1);
        made->state->m_initialSsThresh = flow.window.ssthresh;
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
    state.m_bytesInFlight = flow.inFlight;
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
CongestionOps::OnAck(Flow& flow, const AckSample& sample) const
{
    OpsMemory& memory = Enter(flow);
    const Time smoothed = ToTime(flow.srtt);
    if (flow.srtt != lifecycle::Duration::zero())
    {
        SetRtt(*memory.state, smoothed, sample.rtt ? ToTime(*sample.rtt) : smoothed);
    }
    const uint32_t bytes = memory.partOfSegment + sample.acked;
    memory.segmentsAcked = bytes / flow.mss;
    memory.partOfSegment = bytes % flow.mss;
    memory.state->m_lastAckedSackedBytes = sample.delivered;
    memory.ops->PktsAcked(memory.state, memory.segmentsAcked, memory.state->m_lastRtt);
    Leave(flow, memory);
}

void
CongestionOps::Grow(Flow& flow, const AckSample&) const
{
    OpsMemory& memory = Enter(flow);
    memory.ops->IncreaseWindow(memory.state, memory.segmentsAcked);
    Leave(flow, memory);
}

uint32_t
CongestionOps::SsThresh(Flow& flow, CongestionSignal signal) const
{
    OpsMemory& memory = Enter(flow);
    if (signal == CongestionSignal::Loss)
    {
        SetState(memory, TcpSocketState::CA_RECOVERY);
    }
    const uint32_t threshold = memory.ops->GetSsThresh(memory.state, flow.inFlight);
    memory.state->m_ssThresh = threshold;
    if (signal == CongestionSignal::Timeout)
    {
        memory.ops->CwndEvent(memory.state, TcpSocketState::CA_EVENT_LOSS);
        SetState(memory, TcpSocketState::CA_LOSS);
    }
    else if (signal == CongestionSignal::Ecn)
    {
        memory.state->m_congState = TcpSocketState::CA_CWR;
    }
    return threshold;
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
    case CongestionEvent::Recovered:
        if (memory.state->m_congState != TcpSocketState::CA_LOSS)
        {
            memory.ops->CwndEvent(memory.state, TcpSocketState::CA_EVENT_COMPLETE_CWR);
        }
        SetState(memory, TcpSocketState::CA_OPEN);
        break;
    case CongestionEvent::Undo:
        SetState(memory, TcpSocketState::CA_OPEN);
        break;
    }
    Leave(flow, memory);
}

} // namespace

std::shared_ptr<const lifecycle::CongestionControl>
AdaptCongestionOps(Ptr<const TcpCongestionOps> prototype)
{
    if (!prototype || prototype->HasCongControl())
    {
        return nullptr;
    }
    return std::make_shared<CongestionOps>(prototype);
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
