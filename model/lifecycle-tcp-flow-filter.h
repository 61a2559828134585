#ifndef LIFECYCLE_TCP_FLOW_FILTER_H
#define LIFECYCLE_TCP_FLOW_FILTER_H

#include "ns3/packet-filter.h"
#include "ns3/ptr.h"
#include "ns3/type-id.h"

#include <cstdint>

namespace ns3
{

class Node;
class QueueDisc;

/**
 * \ingroup tcp-lifecycle
 * \brief Tells queue discs that queue by flow, such as FqCoDelQueueDisc, the flow of a packet.
 *
 * It says what QueueDiscItem::Hash() says, by which they tell flows apart where they have no
 * filter, so that nothing changes but the cost: that function makes an object of each option of the
 * TCP header, to read the ports.
 */
class LifecycleTcpFlowFilter : public PacketFilter
{
  public:
    /**
     * \brief Get the type ID.
     * \returns the object TypeId
     */
    static TypeId GetTypeId();

    /**
     * \brief Gives one to each queue disc of a node that queues by flow and has no filter.
     * \param node a node whose queue discs are installed
     * \returns how many were given
     */
    static uint32_t Install(Ptr<Node> node);

  private:
    static uint32_t InstallOn(Ptr<QueueDisc> queueDisc);
    bool CheckProtocol(Ptr<QueueDiscItem> item) const override;
    int32_t DoClassify(Ptr<QueueDiscItem> item) const override;

    uint32_t m_perturbation{0}; //!< of the queue disc
};

} // namespace ns3

#endif /* LIFECYCLE_TCP_FLOW_FILTER_H */
