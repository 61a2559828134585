#include "lifecycle-tcp-request-header.h"

#include <algorithm>

namespace ns3
{

NS_OBJECT_ENSURE_REGISTERED(LifecycleTcpRequestHeader);

LifecycleTcpRequestHeader::LifecycleTcpRequestHeader(uint32_t requestBytes,
                                                     uint64_t responseBytes,
                                                     bool serverCloses)
    : m_requestBytes(std::max(requestBytes, SIZE)),
      m_responseBytes(responseBytes),
      m_serverCloses(serverCloses)
{
}

TypeId
LifecycleTcpRequestHeader::GetTypeId()
{
    static const TypeId tid = TypeId("ns3::LifecycleTcpRequestHeader")
                                  .SetParent<Header>()
                                  .SetGroupName("Internet")
                                  .AddConstructor<LifecycleTcpRequestHeader>();
    return tid;
}

TypeId
LifecycleTcpRequestHeader::GetInstanceTypeId() const
{
    return GetTypeId();
}

void
LifecycleTcpRequestHeader::Print(std::ostream& os) const
{
    os << "request=" << m_requestBytes << " response=" << m_responseBytes
       << (m_serverCloses ? " close" : "");
}

uint32_t
LifecycleTcpRequestHeader::GetSerializedSize() const
{
    return SIZE;
}

void
LifecycleTcpRequestHeader::Serialize(Buffer::Iterator start) const
{
    start.WriteHtonU32(m_requestBytes);
    start.WriteHtonU64(m_responseBytes);
    start.WriteU8(m_serverCloses ? 1 : 0);
}

uint32_t
LifecycleTcpRequestHeader::Deserialize(Buffer::Iterator start)
{
    m_requestBytes = std::max(start.ReadNtohU32(), SIZE);
    m_responseBytes = start.ReadNtohU64();
    m_serverCloses = start.ReadU8() != 0;
    return SIZE;
}

uint32_t
LifecycleTcpRequestHeader::GetRequestBytes() const
{
    return m_requestBytes;
}

uint64_t
LifecycleTcpRequestHeader::GetResponseBytes() const
{
    return m_responseBytes;
}

bool
LifecycleTcpRequestHeader::ServerCloses() const
{
    return m_serverCloses;
}

} // namespace ns3
