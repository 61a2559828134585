#ifndef LIFECYCLE_BENCH_FLOOR_H
#define LIFECYCLE_BENCH_FLOOR_H

#include "ns3/ip-l4-protocol.h"
#include "ns3/ipv4-address.h"
#include "ns3/ipv4.h"
#include "ns3/node.h"
#include "ns3/packet.h"

#include <cstdint>

namespace bench
{

/**
 * What stands in TCP's place and does nothing: as many packets of the same sizes go the same way,
 * clocked by an acknowledgement for every second one. What that costs no TCP can save.
 */
class Floor : public ns3::IpL4Protocol
{
  public:
    /**
     * Puts one into TCP's place of a node that has another.
     * \param node the node
     * \param peer where its packets go
     * \returns it
     */
    static ns3::Ptr<Floor> Install(ns3::Ptr<ns3::Node> node, ns3::Ipv4Address peer);

    /**
     * Sends to the peer.
     * \param segments how many
     * \param window how many at once
     */
    void Start(uint64_t segments, uint64_t window);

    /// \returns payload that arrived
    uint64_t GetReceived() const;

    int GetProtocolNumber() const override;
    RxStatus Receive(ns3::Ptr<ns3::Packet> packet,
                     const ns3::Ipv4Header& header,
                     ns3::Ptr<ns3::Ipv4Interface> interface) override;
    RxStatus Receive(ns3::Ptr<ns3::Packet> packet,
                     const ns3::Ipv6Header& header,
                     ns3::Ptr<ns3::Ipv6Interface> interface) override;
    void SetDownTarget(DownTargetCallback callback) override;
    void SetDownTarget6(DownTargetCallback6 callback) override;
    DownTargetCallback GetDownTarget() const override;
    DownTargetCallback6 GetDownTarget6() const override;

  private:
    void Send(uint32_t payload);

    DownTargetCallback m_down;
    ns3::Ptr<ns3::Ipv4> m_ipv4;
    ns3::Ipv4Address m_own;
    ns3::Ipv4Address m_peer;
    uint64_t m_left{0};
    uint64_t m_received{0};
    bool m_owesAck{false};
};

} // namespace bench

#endif /* LIFECYCLE_BENCH_FLOOR_H */
