#ifndef LIFECYCLE_TCP_CONNECTION_OWNER_H
#define LIFECYCLE_TCP_CONNECTION_OWNER_H

#include "lifecycle-tcp-types.h"

#include <cstdint>

namespace ns3
{

/**
 * \ingroup tcp-lifecycle
 * \brief Names a connection of one node for as long as it lives, and nothing afterwards.
 */
struct LifecycleTcpConnectionId
{
    uint32_t index{0};      //!< small, and used again for a later connection
    uint32_t generation{0}; //!< 0 names nothing

    /** \returns whether it names, or has named, a connection */
    explicit operator bool() const
    {
        return generation != 0;
    }
};

/**
 * \ingroup tcp-lifecycle
 * \brief Names a listener of one node for as long as it lives, and nothing afterwards.
 */
struct LifecycleTcpListenerId
{
    uint32_t index{0};      //!< small, and used again for a later listener
    uint32_t generation{0}; //!< 0 names nothing

    /** \returns whether it names, or has named, a listener */
    explicit operator bool() const
    {
        return generation != 0;
    }
};

/**
 * \ingroup tcp-lifecycle
 * \brief Something that holds connections of a node without a Socket object for each.
 *
 * An owner opens connections and listens through the functions of LifecycleTcpL4Protocol that take
 * an owner. What becomes of its connections it is told by the virtual functions here, which may
 * call those of LifecycleTcpL4Protocol again. A connection carries a number of the owner's choice,
 * the tag, by which the owner knows what it has to do with it; twelve bytes for each connection are
 * all that stands between the TCP core and the owner.
 *
 * What owners write may be zeros of any number, of which no byte is kept; and what arrives is only
 * counted, unless the owner says that it WantsContent().
 */
class LifecycleTcpConnectionOwner
{
  public:
    /** A connection, as its owner is told of it. */
    struct Connection
    {
        LifecycleTcpConnectionId id; //!< its name
        uint32_t tag;                //!< the owner's own
    };

    LifecycleTcpConnectionOwner() = default;
    virtual ~LifecycleTcpConnectionOwner() = default;
    LifecycleTcpConnectionOwner(const LifecycleTcpConnectionOwner&) = delete;
    LifecycleTcpConnectionOwner& operator=(const LifecycleTcpConnectionOwner&) = delete;

    /**
     * \returns whether what arrives is kept until it is read, so that
     * LifecycleTcpL4Protocol::Read() can hand it out; the answer must not change
     */
    virtual bool WantsContent() const
    {
        return false;
    }

    /** \brief The connection that the owner has opened is established. */
    virtual void OnOpened(const Connection& connection) = 0;

    /**
     * \brief A listener of the owner's has a new connection.
     * \param id the connection
     * \param tag to be set to the owner's number for it
     * \returns whether it is taken; if not, it is reset
     */
    virtual bool OnAccepted(LifecycleTcpConnectionId id, uint32_t& tag) = 0;

    /** \brief Data has arrived in order. */
    virtual void OnReadable(const Connection& connection) = 0;

    /** \brief Data has been acknowledged: there is room to write more. */
    virtual void OnWritable(const Connection& connection) = 0;

    /** \brief All that the peer sends has arrived, its FIN included. */
    virtual void OnPeerClosed(const Connection& connection) = 0;

    /**
     * \brief The connection is gone, or there is only a TIME_WAIT record left of it.
     * \param connection names nothing any more
     * \param reason why it ended
     */
    virtual void OnClosed(const Connection& connection, LifecycleTcpCloseReason reason) = 0;
};

} // namespace ns3

#endif /* LIFECYCLE_TCP_CONNECTION_OWNER_H */
