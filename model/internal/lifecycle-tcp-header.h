#ifndef LIFECYCLE_TCP_HEADER_H
#define LIFECYCLE_TCP_HEADER_H

#include "core/segment.h"
#include "core/wire.h"

#include "ns3/header.h"
#include "ns3/tcp-header.h"

#include <array>
#include <cstdint>
#include <span>

namespace ns3
{

class Packet;

/**
 * A TCP header as the bytes that the core writes, in one pass.
 *
 * To ns-3 it is a TcpHeader, which is what these bytes are: packets print as they do with stock
 * TCP, and a stock node may take the header off with its own class.
 */
class LifecycleTcpHeader : public Header
{
  public:
    /** \param segment what to write; its checksum is zero */
    explicit LifecycleTcpHeader(const lifecycle::Segment& segment);

    /** Computes the checksum. \param tuple whose addresses count \param payload what follows */
    void AddChecksum(const lifecycle::FourTuple& tuple, const Packet& payload);

    /** \returns the same header as ns-3's class */
    TcpHeader ToTcpHeader() const;

    TypeId GetInstanceTypeId() const override;
    uint32_t GetSerializedSize() const override;
    void Serialize(Buffer::Iterator start) const override;
    uint32_t Deserialize(Buffer::Iterator start) override;
    void Print(std::ostream& os) const override;

  private:
    std::array<uint8_t, lifecycle::kMaxHeaderLength> m_bytes;
    uint32_t m_length;
};

/** The checksum over a segment whose first bytes are \p header and whose payload is \p payload. */
uint16_t LifecycleTcpChecksum(const lifecycle::IpAddress& source,
                              const lifecycle::IpAddress& destination,
                              std::span<const uint8_t> header,
                              const Packet& payload);

} // namespace ns3

#endif /* LIFECYCLE_TCP_HEADER_H */
