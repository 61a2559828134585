#ifndef LIFECYCLE_TCP_TIME_WAIT_MODEL_H
#define LIFECYCLE_TCP_TIME_WAIT_MODEL_H

#include "lifecycle-tcp-model.h"

#include "ns3/address.h"
#include "ns3/nstime.h"

#include <cstdint>

namespace ns3
{

/**
 * \ingroup tcp-lifecycle
 * \brief A connection that is about to enter TIME_WAIT.
 */
struct TcpTimeWaitQuestion
{
    Address local;       //!< this side
    Address peer;        //!< the other side
    Time srtt;           //!< smoothed round-trip time, 0 if never measured
    uint64_t records{0}; //!< TIME_WAIT records on the node
};

/**
 * \ingroup tcp-lifecycle
 * \brief How connections end: TIME_WAIT, FIN_WAIT_2, connections whose application is gone.
 */
class TcpTimeWaitModel : public LifecycleTcpModel
{
  public:
    /**
     * \brief Get the type ID.
     * \returns the object TypeId
     */
    static TypeId GetTypeId();

    void Apply(lifecycle::Config& config) override;

  protected:
    /**
     * \brief Asked when a connection enters TIME_WAIT: for how long?
     * \param proposed twice the attribute Msl
     * \param question which connection
     * \returns how long it stays, zero for not at all
     */
    virtual Time DoGetLength(Time proposed, const TcpTimeWaitQuestion& question);
    /**
     * \brief Asked when there are as many records as the attribute MaxRecords allows: is the one
     * that would end next ended now, so that the newcomer finds a place?
     * \param proposed whether the attribute Overflow says so
     * \returns true to end the oldest, false to close the newcomer at once
     */
    virtual bool DoEvictOldest(bool proposed);
    /**
     * \brief Asked when a segment is answered with an ACK: does TIME_WAIT start anew?
     * \param proposed true for the peer's FIN, and for others if RestartOnAnyAck says so
     * \returns whether it does
     */
    virtual bool DoRestart(bool proposed);
    /**
     * \brief Asked when a RST arrives exactly in sequence: does it end TIME_WAIT?
     * \param proposed false if the attribute Rfc1337 is true
     * \returns whether it does
     */
    virtual bool DoObeyReset(bool proposed);
    /**
     * \brief Asked when a SYN arrives for a listener: does the old connection make way?
     * \param proposed whether the SYN is newer than all of it (RFC 6191, RFC 9293 §3.6.1)
     * \param age since TIME_WAIT began, or was started anew
     * \returns whether it does
     */
    virtual bool DoYieldToSyn(bool proposed, Time age);
    /**
     * \brief Asked when the application connects over the same addresses and ports.
     * \param proposed whether ReuseByConnect and the timestamps allow it
     * \param age since TIME_WAIT began, or was started anew
     * \returns whether the old connection makes way
     */
    virtual bool DoYieldToConnect(bool proposed, Time age);

  private:
    class Bridge;
};

} // namespace ns3

#endif /* LIFECYCLE_TCP_TIME_WAIT_MODEL_H */
