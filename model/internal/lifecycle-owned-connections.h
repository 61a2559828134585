#ifndef LIFECYCLE_OWNED_CONNECTIONS_H
#define LIFECYCLE_OWNED_CONNECTIONS_H

#include "core/endpoint.h"
#include "internal/lifecycle-rx-store.h"
#include "internal/lifecycle-sparse-array.h"
#include "internal/lifecycle-tx-store.h"
#include "lifecycle-tcp-connection-owner.h"

#include "ns3/address.h"
#include "ns3/packet.h"
#include "ns3/ptr.h"

#include <cstdint>
#include <functional>
#include <memory>
#include <unordered_map>
#include <vector>

namespace ns3
{

class LifecycleTcpShell;

/**
 * The connections of a node that have an owner in place of a socket: whose they are, and the bytes
 * of those streams that have content.
 */
class LifecycleOwnedConnections
{
  public:
    using Owner = LifecycleTcpConnectionOwner;
    using ConfigPtr = std::shared_ptr<const lifecycle::Config>;

    /** \param shell whose part this is */
    explicit LifecycleOwnedConnections(LifecycleTcpShell& shell);

    // Called by owners, through LifecycleTcpL4Protocol, which describes them.

    lifecycle::ConnectionId Open(Owner& owner, uint32_t tag, const Address& remote, ConfigPtr);
    lifecycle::ListenerId Listen(Owner& owner, const Address& local, ConfigPtr);
    void StopListening(lifecycle::ListenerId id);
    void SetTag(lifecycle::ConnectionId id, uint32_t tag);
    uint32_t Write(lifecycle::ConnectionId id, uint32_t bytes);
    uint32_t Write(lifecycle::ConnectionId id, Ptr<const Packet> packet);
    uint32_t Skip(lifecycle::ConnectionId id, uint32_t most);
    Ptr<Packet> Read(lifecycle::ConnectionId id, uint32_t most);
    Owner::Connection Get(uint32_t index) const;
    void ForEach(const Owner& owner,
                 const std::function<void(const Owner::Connection&)>& visit) const;
    void Leave(const Owner& owner);

    // Called by the shell.

    /** Tells the owner of what has happened, if the connection or listener has one. */
    void Deliver(const lifecycle::Notice& notice);
    /** Keeps what a segment brought. \returns whether the connection has an owner */
    bool Keep(const lifecycle::Placement& placement, Ptr<Packet> payload);
    /** \returns what a segment carries of the stream, zeros for all that is not kept */
    Ptr<Packet> PayloadOf(const lifecycle::OutSegment& out) const;

  private:
    static constexpr uint32_t NOBODY = 0x7fffffff; //!< where there is no connection of an owner

    /** The connection whose place it is: alive, or its end has not been told of yet. */
    struct Slot
    {
        uint32_t tag{0};
        uint32_t owner : 31 {NOBODY}; //!< place in m_owners
        uint32_t isOpen : 1 {0};      //!< the owner has been told that it is
    };

    struct OwnedListener
    {
        lifecycle::ListenerId id;
        uint32_t owner;
        lifecycle::IpAddress local;
        uint16_t port;
    };

    Slot* Find(uint32_t index) const;
    Slot& Make(lifecycle::ConnectionId id, uint32_t owner, uint32_t tag);
    void Forget(lifecycle::ConnectionId id);
    uint32_t NumberOf(Owner& owner);
    std::vector<OwnedListener>::iterator FindListener(lifecycle::ListenerId id);
    void Accept(lifecycle::ListenerId id);
    void Store(lifecycle::ConnectionId id, uint64_t offset, Ptr<Packet> payload);
    void ReleaseAcked(lifecycle::ConnectionId id);

    LifecycleTcpShell& m_shell;
    LifecycleSparseArray<Slot> m_slots; //!< by index of the connection
    std::vector<Owner*> m_owners;       //!< null where one has left
    std::vector<OwnedListener> m_listeners;
    std::unordered_map<uint64_t, LifecycleTxStore>
        m_tx; //!< written, not acknowledged; by Handle::Key()
    std::unordered_map<uint64_t, LifecycleRxStore> m_rx; //!< arrived, not read; by Handle::Key()
};

} // namespace ns3

#endif /* LIFECYCLE_OWNED_CONNECTIONS_H */
