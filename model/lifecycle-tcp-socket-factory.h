#ifndef LIFECYCLE_TCP_SOCKET_FACTORY_H
#define LIFECYCLE_TCP_SOCKET_FACTORY_H

#include "ns3/tcp-socket-factory.h"

namespace ns3
{

class LifecycleTcpL4Protocol;

/**
 * \ingroup tcp-lifecycle
 * \brief Makes the sockets of a node with the lifecycle TCP.
 *
 * It is aggregated to the node, where it is found as ns3::TcpSocketFactory.
 */
class LifecycleTcpSocketFactory : public TcpSocketFactory
{
  public:
    /**
     * \brief Get the type ID.
     * \returns the object TypeId
     */
    static TypeId GetTypeId();

    /** \param tcp the node's TCP */
    void SetTcp(Ptr<LifecycleTcpL4Protocol> tcp);

    Ptr<Socket> CreateSocket() override;

  protected:
    void DoDispose() override;

  private:
    Ptr<LifecycleTcpL4Protocol> m_tcp; //!< the node's TCP
};

} // namespace ns3

#endif /* LIFECYCLE_TCP_SOCKET_FACTORY_H */
