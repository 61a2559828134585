#include "internal/lifecycle-socket-traces.h"

#include "internal/lifecycle-core-types.h"
#include "internal/lifecycle-tcp-header.h"
#include "lifecycle-tcp-socket.h"

#include "ns3/trace-source-accessor.h"

namespace ns3
{

namespace
{

/** Connects listeners to a trace source of sockets, which is made by then. */
template <typename Project>
class Accessor : public TraceSourceAccessor
{
  public:
    explicit Accessor(Project project)
        : m_project(project)
    {
    }

    bool ConnectWithoutContext(ObjectBase* object, const CallbackBase& sink) const override
    {
        return Do(object, [&](auto& source) {
            // A configuration path leads to each socket twice: SocketList is an attribute of
            // LifecycleTcpL4Protocol and of its parent, and both are searched.
            source.DisconnectWithoutContext(sink);
            source.ConnectWithoutContext(sink);
        });
    }

    bool Connect(ObjectBase* object, std::string context, const CallbackBase& sink) const override
    {
        return Do(object, [&](auto& source) {
            source.Disconnect(sink, context);
            source.Connect(sink, context);
        });
    }

    bool DisconnectWithoutContext(ObjectBase* object, const CallbackBase& sink) const override
    {
        return Do(object, [&](auto& source) { source.DisconnectWithoutContext(sink); });
    }

    bool Disconnect(ObjectBase* object,
                    std::string context,
                    const CallbackBase& sink) const override
    {
        return Do(object, [&](auto& source) { source.Disconnect(sink, context); });
    }

  private:
    template <typename Action>
    bool Do(ObjectBase* object, Action action) const
    {
        const auto socket = dynamic_cast<LifecycleTcpSocket*>(object);
        if (socket == nullptr)
        {
            return false;
        }
        action(m_project(LifecycleSocketTraces::Of(*socket)));
        return true;
    }

    Project m_project;
};

template <typename Project>
void
Add(TypeId tid, const char* name, const char* help, Project project, const char* signature)
{
    tid.AddTraceSource(name, help, Create<Accessor<Project>>(project), signature);
}

template <typename T>
void
AddValue(TypeId tid,
         const char* name,
         const char* help,
         LifecycleTracedValue<T> LifecycleSocketTraces::*value,
         const char* signature)
{
    Add(
        tid,
        name,
        help,
        [value](LifecycleSocketTraces & traces) -> auto& { return (traces.*value).changed; },
        signature);
}

TcpSocketState::TcpCongState_t
ToNs3(lifecycle::Phase phase)
{
    switch (phase)
    {
    case lifecycle::Phase::Recovery:
        return TcpSocketState::CA_RECOVERY;
    case lifecycle::Phase::Loss:
        return TcpSocketState::CA_LOSS;
    case lifecycle::Phase::Open:
        break;
    }
    return TcpSocketState::CA_OPEN;
}

} // namespace

LifecycleSocketTraces&
LifecycleSocketTraces::Of(LifecycleTcpSocket& socket)
{
    return socket.Traces();
}

void
LifecycleSocketTraces::AddTo(TypeId tid)
{
    using Traces = LifecycleSocketTraces;
    constexpr auto UINT32 = "ns3::TracedValueCallback::Uint32";
    constexpr auto TIME = "ns3::TracedValueCallback::Time";
    constexpr auto SEQUENCE = "ns3::SequenceNumber32TracedValueCallback";
    constexpr auto SEGMENT = "ns3::TcpSocketBase::TcpTxRxTracedCallback";
    AddValue(tid, "State", "TCP state", &Traces::state, "ns3::TcpStatesTracedValueCallback");
    AddValue(tid,
             "CongState",
             "Where loss recovery stands",
             &Traces::congestionState,
             "ns3::TcpSocketState::TcpCongStatesTracedValueCallback");
    AddValue(tid, "CongestionWindow", "Congestion window (bytes)", &Traces::cwnd, UINT32);
    AddValue(tid,
             "CongestionWindowInflated",
             "The same as CongestionWindow: recovery counts what is in flight and inflates nothing",
             &Traces::cwnd,
             UINT32);
    AddValue(tid, "SlowStartThreshold", "Slow-start threshold (bytes)", &Traces::ssthresh, UINT32);
    AddValue(tid,
             "BytesInFlight",
             "Bytes thought to be on their way (RFC 6675's pipe)",
             &Traces::bytesInFlight,
             UINT32);
    AddValue(tid, "AdvWND", "Window advertised (bytes)", &Traces::advertisedWindow, UINT32);
    AddValue(tid, "RWND", "The peer's window (bytes)", &Traces::peerWindow, UINT32);
    AddValue(tid, "RTT", "Smoothed round-trip time", &Traces::rtt, TIME);
    AddValue(tid, "RTO", "Retransmission time-out, back-off included", &Traces::rto, TIME);
    AddValue(tid, "NextTxSequence", "SND.NXT", &Traces::nextTx, SEQUENCE);
    AddValue(tid, "HighestSequence", "Highest sequence number sent", &Traces::highestTx, SEQUENCE);
    AddValue(tid, "HighestRxSequence", "RCV.NXT", &Traces::highestRx, SEQUENCE);
    AddValue(tid, "HighestRxAck", "SND.UNA", &Traces::highestRxAck, SEQUENCE);
    Add(
        tid,
        "Tx",
        "A segment is sent",
        [](Traces & traces) -> auto& { return traces.tx; },
        SEGMENT);
    Add(
        tid,
        "Urgent",
        "The peer says that data is urgent up to so many bytes ahead of what is to be read next",
        [](Traces & traces) -> auto& { return traces.urgent; },
        "ns3::LifecycleTcpSocket::UrgentTracedCallback");
    Add(
        tid,
        "Rx",
        "A segment was received",
        [](Traces & traces) -> auto& { return traces.rx; },
        SEGMENT);
}

void
LifecycleSocketTraces::Update(const lifecycle::ConnectionView& view)
{
    const SequenceNumber32 sndNxt(view.sndNxt.Raw());
    congestionState.Set(ToNs3(view.phase));
    cwnd.Set(view.congestion.cwnd);
    ssthresh.Set(view.congestion.ssthresh);
    bytesInFlight.Set(view.pipe);
    advertisedWindow.Set(view.rcvWnd);
    peerWindow.Set(view.sndWnd);
    rtt.Set(ToTime(view.srtt));
    rto.Set(ToTime(view.rto));
    nextTx.Set(sndNxt);
    highestTx.Set(sndNxt); // the core retransmits without going back
    highestRx.Set(SequenceNumber32(view.rcvNxt.Raw()));
    highestRxAck.Set(SequenceNumber32(view.sndUna.Raw()));
}

void
LifecycleSocketTraces::Sent(Ptr<const Packet> packet, const lifecycle::Segment& segment)
{
    if (!tx.IsEmpty())
    {
        tx(packet, LifecycleTcpHeader(segment).ToTcpHeader(), nullptr);
    }
}

void
LifecycleSocketTraces::Received(Ptr<const Packet> packet)
{
    if (!rx.IsEmpty())
    {
        const Ptr<Packet> payload = packet->Copy();
        TcpHeader header;
        payload->RemoveHeader(header);
        rx(payload, header, nullptr);
    }
}

} // namespace ns3
