#include "internal/lifecycle-tcp-header.h"

#include "ns3/packet.h"

#include <algorithm>
#include <vector>

namespace ns3
{

namespace
{
constexpr std::size_t CHECKSUM_AT = 16; // RFC 9293 §3.1
} // namespace

uint16_t
LifecycleTcpChecksum(const lifecycle::IpAddress& source,
                     const lifecycle::IpAddress& destination,
                     std::span<const uint8_t> header,
                     const Packet& payload)
{
    std::vector<uint8_t> bytes(payload.GetSize());
    payload.CopyData(bytes.data(), payload.GetSize());
    lifecycle::Checksum checksum;
    checksum.AddPseudoHeader(source,
                             destination,
                             static_cast<uint32_t>(header.size()) + payload.GetSize());
    checksum.Add(header);
    checksum.Add(bytes);
    return checksum.Finish();
}

LifecycleTcpHeader::LifecycleTcpHeader(const lifecycle::Segment& segment)
    : m_length(static_cast<uint32_t>(lifecycle::HeaderLength(segment)))
{
    lifecycle::WriteHeader(segment, {m_bytes.data(), m_length});
}

void
LifecycleTcpHeader::AddChecksum(const lifecycle::FourTuple& tuple, const Packet& payload)
{
    const uint16_t checksum =
        LifecycleTcpChecksum(tuple.local, tuple.remote, {m_bytes.data(), m_length}, payload);
    m_bytes[CHECKSUM_AT] = static_cast<uint8_t>(checksum >> 8);
    m_bytes[CHECKSUM_AT + 1] = static_cast<uint8_t>(checksum);
}

TypeId
LifecycleTcpHeader::GetInstanceTypeId() const
{
    return TcpHeader::GetTypeId();
}

uint32_t
LifecycleTcpHeader::GetSerializedSize() const
{
    return m_length;
}

void
LifecycleTcpHeader::Serialize(Buffer::Iterator start) const
{
    start.Write(m_bytes.data(), m_length);
}

uint32_t
LifecycleTcpHeader::Deserialize(Buffer::Iterator start)
{
    constexpr uint32_t OFFSET_AT = 12; // RFC 9293 §3.1: data offset, in words
    Buffer::Iterator offset = start;
    offset.Next(OFFSET_AT);
    const uint32_t words = offset.ReadU8() >> 4;
    m_length = std::clamp<uint32_t>(4 * words, lifecycle::kMinHeaderLength, m_bytes.size());
    start.Read(m_bytes.data(), m_length);
    return m_length;
}

TcpHeader
LifecycleTcpHeader::ToTcpHeader() const
{
    Packet packet;
    packet.AddHeader(*this);
    TcpHeader header;
    packet.PeekHeader(header);
    return header;
}

void
LifecycleTcpHeader::Print(std::ostream& os) const
{
    ToTcpHeader().Print(os);
}

} // namespace ns3
