#ifndef LIFECYCLE_SOCKET_TRACES_H
#define LIFECYCLE_SOCKET_TRACES_H

#include "core/endpoint.h"

#include "ns3/nstime.h"
#include "ns3/packet.h"
#include "ns3/ptr.h"
#include "ns3/sequence-number.h"
#include "ns3/tcp-header.h"
#include "ns3/tcp-socket-base.h"
#include "ns3/tcp-socket-state.h"
#include "ns3/tcp-socket.h"
#include "ns3/traced-callback.h"
#include "ns3/type-id.h"

#include <cstdint>

namespace ns3
{

class LifecycleTcpSocket;

/** A value that is traced: its listeners hear of changes. */
template <typename T>
struct LifecycleTracedValue
{
    TracedCallback<T, T> changed;
    T value{};

    void Set(T now)
    {
        if (value != now)
        {
            const T before = value;
            value = now;
            changed(before, now);
        }
    }
};

/**
 * The trace sources of one socket. They are made when the first listener connects, so that a
 * socket nobody listens to carries none of them.
 */
class LifecycleSocketTraces
{
  public:
    /// As TcpSocketBase's Tx and Rx; the socket is null, for ours is no TcpSocketBase.
    using SegmentTrace =
        TracedCallback<Ptr<const Packet>, const TcpHeader&, Ptr<const TcpSocketBase>>;

    /** Adds the trace sources to the type of the sockets. */
    static void AddTo(TypeId tid);

    /** \returns those of a socket, made now if there were none */
    static LifecycleSocketTraces& Of(LifecycleTcpSocket& socket);

    /** Tells of what has changed. */
    void Update(const lifecycle::ConnectionView& view);
    /** Tells of a segment sent. \param packet its payload */
    void Sent(Ptr<const Packet> packet, const lifecycle::Segment& segment);
    /** Tells of a segment received. \param packet the segment, header and payload */
    void Received(Ptr<const Packet> packet);

    LifecycleTracedValue<TcpSocket::TcpStates_t> state;
    LifecycleTracedValue<TcpSocketState::TcpCongState_t> congestionState;
    LifecycleTracedValue<uint32_t> cwnd;
    LifecycleTracedValue<uint32_t> ssthresh;
    LifecycleTracedValue<uint32_t> bytesInFlight;
    LifecycleTracedValue<uint32_t> advertisedWindow;
    LifecycleTracedValue<uint32_t> peerWindow;
    LifecycleTracedValue<Time> rtt;
    LifecycleTracedValue<Time> rto;
    LifecycleTracedValue<SequenceNumber32> nextTx;
    LifecycleTracedValue<SequenceNumber32> highestTx;
    LifecycleTracedValue<SequenceNumber32> highestRx;
    LifecycleTracedValue<SequenceNumber32> highestRxAck;
    SegmentTrace tx;
    SegmentTrace rx;
    TracedCallback<uint32_t> urgent;
};

} // namespace ns3

#endif /* LIFECYCLE_SOCKET_TRACES_H */
