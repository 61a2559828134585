#ifndef TOPOLOGY_CHURN_LIGHT_DEVICE_H
#define TOPOLOGY_CHURN_LIGHT_DEVICE_H

#include "ns3/address.h"
#include "ns3/ipv4-header.h"
#include "ns3/ipv4-interface.h"
#include "ns3/ipv4-route.h"
#include "ns3/mac48-address.h"
#include "ns3/net-device.h"
#include "ns3/node.h"
#include "ns3/packet.h"
#include "ns3/ptr.h"
#include "ns3/tcp-l4-protocol.h"

#include <cstdint>

namespace churn
{

class LightNetwork;

/**
 * \brief A host's end of its access link in a LightNetwork.
 *
 * The host's TCP gives its segments to the device, and is given segments by it, where it would deal
 * with IPv4. To IPv4 the device is there for addresses and routes only.
 */
class LightDevice : public ns3::NetDevice
{
  public:
    /// \returns the type of this device
    static ns3::TypeId GetTypeId();

    /**
     * Takes the place of IPv4 below the host's TCP.
     * \param network what it is attached to
     * \param host number of the host there
     */
    void SetNetwork(LightNetwork& network, uint32_t host);
    /**
     * \param segment a segment that has arrived; the host may keep it
     * \param header that of the packet that it would have come in
     */
    void Deliver(ns3::Ptr<ns3::Packet> segment, const ns3::Ipv4Header& header);

    // From NetDevice
    void SetIfIndex(const uint32_t index) override;
    uint32_t GetIfIndex() const override;
    ns3::Ptr<ns3::Channel> GetChannel() const override;
    void SetAddress(ns3::Address address) override;
    ns3::Address GetAddress() const override;
    bool SetMtu(const uint16_t mtu) override;
    uint16_t GetMtu() const override;
    bool IsLinkUp() const override;
    void AddLinkChangeCallback(ns3::Callback<void> callback) override;
    bool IsBroadcast() const override;
    ns3::Address GetBroadcast() const override;
    bool IsMulticast() const override;
    ns3::Address GetMulticast(ns3::Ipv4Address group) const override;
    ns3::Address GetMulticast(ns3::Ipv6Address address) const override;
    bool IsPointToPoint() const override;
    bool IsBridge() const override;
    bool Send(ns3::Ptr<ns3::Packet> packet,
              const ns3::Address& destination,
              uint16_t protocol) override;
    bool SendFrom(ns3::Ptr<ns3::Packet> packet,
                  const ns3::Address& source,
                  const ns3::Address& destination,
                  uint16_t protocol) override;
    ns3::Ptr<ns3::Node> GetNode() const override;
    void SetNode(ns3::Ptr<ns3::Node> node) override;
    bool NeedsArp() const override;
    void SetReceiveCallback(ReceiveCallback callback) override;
    void SetPromiscReceiveCallback(PromiscReceiveCallback callback) override;
    bool SupportsSendFrom() const override;

  private:
    void DoDispose() override;
    /// Takes a segment from the host's TCP.
    void SendSegment(ns3::Ptr<ns3::Packet> segment,
                     ns3::Ipv4Address source,
                     ns3::Ipv4Address destination,
                     uint8_t protocol,
                     ns3::Ptr<ns3::Ipv4Route> route);

    LightNetwork* m_network{nullptr};         //!< what it is attached to
    uint32_t m_host{0};                       //!< number of the host there
    ns3::Ptr<ns3::Node> m_node;               //!< the host
    uint32_t m_index{0};                      //!< of the device on the host
    uint16_t m_mtu{1500};                     //!< largest IP packet, bytes
    ns3::Mac48Address m_address;              //!< of no use here, but every device has one
    ns3::Ptr<ns3::TcpL4Protocol> m_tcp;       //!< the host's
    ns3::Ptr<ns3::Ipv4Interface> m_interface; //!< what the device is to the host's IPv4
};

} // namespace churn

#endif /* TOPOLOGY_CHURN_LIGHT_DEVICE_H */
