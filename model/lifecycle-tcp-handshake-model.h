#ifndef LIFECYCLE_TCP_HANDSHAKE_MODEL_H
#define LIFECYCLE_TCP_HANDSHAKE_MODEL_H

#include "lifecycle-tcp-model.h"

#include "ns3/nstime.h"

#include <cstdint>

namespace ns3
{

/**
 * \ingroup tcp-lifecycle
 * \brief What a listener has to hold when a segment arrives.
 */
struct TcpListenerLoad
{
    uint64_t acceptQueue{0}; //!< connections waiting to be accepted
    uint32_t halfOpen{0};    //!< requests waiting for their third segment
    uint32_t backlog{0};     //!< what the application asked for, capped
};

/**
 * \ingroup tcp-lifecycle
 * \brief How connections open, and how the peer's segments are told from others'.
 */
class TcpHandshakeModel : public LifecycleTcpModel
{
  public:
    /** What is done with a SYN. */
    enum SynVerdict
    {
        QUEUE,  //!< a half-open request is made and a SYN-ACK sent
        COOKIE, //!< a SYN-ACK is sent that holds all there is to know (RFC 4987 §3.6)
        DROP,   //!< nothing
        RESET,  //!< a RST is sent
    };

    /** What is done with the segment that completes a handshake. */
    enum ThirdVerdict
    {
        ACCEPT, //!< the connection goes into the accept queue
        IGNORE, //!< nothing: the request stays, its SYN-ACK is sent again
        REFUSE, //!< a RST is sent
    };

    /**
     * \brief Get the type ID.
     * \returns the object TypeId
     */
    static TypeId GetTypeId();

    void Apply(lifecycle::Config& config) override;

  protected:
    /**
     * \brief Asked when a SYN arrives at a listener.
     * \param proposed what the attributes lead to
     * \param load of the listener
     * \returns what is done
     */
    virtual SynVerdict DoTakeSyn(SynVerdict proposed, const TcpListenerLoad& load);
    /**
     * \brief Asked when the third segment of a handshake arrives, of a request or a cookie.
     * \param proposed what the attributes lead to
     * \param load of the listener
     * \returns what is done
     */
    virtual ThirdVerdict DoTakeThird(ThirdVerdict proposed, const TcpListenerLoad& load);
    /**
     * \brief Asked when a SYN has been sent.
     * \param proposed how long to wait for the answer; negative to give up
     * \param retries how often it was sent again so far
     * \returns how long to wait; negative to give up
     */
    virtual Time DoGetSynTimeout(Time proposed, uint32_t retries);
    /**
     * \brief Asked when a SYN-ACK has been sent.
     * \param proposed how long to wait for the answer; negative to give up
     * \param retries how often it was sent again so far
     * \returns how long to wait; negative to give up
     */
    virtual Time DoGetSynAckTimeout(Time proposed, uint32_t retries);

  private:
    class Bridge;
};

} // namespace ns3

#endif /* LIFECYCLE_TCP_HANDSHAKE_MODEL_H */
