#ifndef LIFECYCLE_TCP_KEEPALIVE_MODEL_H
#define LIFECYCLE_TCP_KEEPALIVE_MODEL_H

#include "lifecycle-tcp-model.h"

#include "ns3/nstime.h"

#include <cstdint>

namespace ns3
{

/**
 * \ingroup tcp-lifecycle
 * \brief How a silent peer is found out: keepalive probes and the user timeout.
 */
class TcpKeepaliveModel : public LifecycleTcpModel
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
     * \brief Asked when a connection has gone idle, and when a probe has been sent.
     * \param proposed how long to wait for the next probe; negative to give up
     * \param probes how many were sent since the peer was heard last
     * \returns how long to wait; negative to give up
     */
    virtual Time DoGetWait(Time proposed, uint32_t probes);

  private:
    class Bridge;
};

} // namespace ns3

#endif /* LIFECYCLE_TCP_KEEPALIVE_MODEL_H */
