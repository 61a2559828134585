#ifndef LIFECYCLE_SOCKET_EXTRAS_H
#define LIFECYCLE_SOCKET_EXTRAS_H

#include "internal/lifecycle-rx-store.h"
#include "internal/lifecycle-socket-traces.h"
#include "internal/lifecycle-tx-store.h"
#include "lifecycle-tcp-socket.h"

#include <memory>
#include <optional>

namespace ns3
{

/** What few sockets need, or each for a short time. */
struct LifecycleSocketExtras
{
    std::optional<LifecycleTxStore> tx;            //!< while something is unacknowledged
    std::optional<LifecycleRxStore> rx;            //!< while something is unread
    std::unique_ptr<LifecycleSocketTraces> traces; //!< once somebody listens
};

inline LifecycleTxStore*
LifecycleTcpSocket::PeekTx() const
{
    return m_extras && m_extras->tx ? &*m_extras->tx : nullptr;
}

inline LifecycleRxStore*
LifecycleTcpSocket::PeekRx() const
{
    return m_extras && m_extras->rx ? &*m_extras->rx : nullptr;
}

inline LifecycleSocketTraces*
LifecycleTcpSocket::PeekTraces() const
{
    return m_extras ? m_extras->traces.get() : nullptr;
}

} // namespace ns3

#endif /* LIFECYCLE_SOCKET_EXTRAS_H */
