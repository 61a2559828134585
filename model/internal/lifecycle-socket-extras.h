#ifndef LIFECYCLE_SOCKET_EXTRAS_H
#define LIFECYCLE_SOCKET_EXTRAS_H

#include "internal/lifecycle-rx-store.h"
#include "internal/lifecycle-socket-traces.h"
#include "internal/lifecycle-tx-store.h"
#include "lifecycle-tcp-socket.h"

#include <memory>

namespace ns3
{

/** What few sockets need, or each for a short time. */
struct LifecycleSocketExtras
{
    LifecycleTxStore tx;                           //!< empty: nothing is unacknowledged
    LifecycleRxStore rx;                           //!< empty: nothing is unread
    std::unique_ptr<LifecycleSocketTraces> traces; //!< once somebody listens

    bool IsIdle() const
    {
        return tx.Size() == 0 && rx.IsEmpty() && !traces;
    }
};

inline LifecycleTxStore*
LifecycleTcpSocket::PeekTx() const
{
    return m_extras && m_extras->tx.Size() > 0 ? &m_extras->tx : nullptr;
}

inline LifecycleRxStore*
LifecycleTcpSocket::PeekRx() const
{
    return m_extras && !m_extras->rx.IsEmpty() ? &m_extras->rx : nullptr;
}

inline LifecycleSocketTraces*
LifecycleTcpSocket::PeekTraces() const
{
    return m_extras ? m_extras->traces.get() : nullptr;
}

} // namespace ns3

#endif /* LIFECYCLE_SOCKET_EXTRAS_H */
