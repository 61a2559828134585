#include "churn-request.h"

namespace churn
{

ChurnRequest::ChurnRequest(uint32_t requestBytes, uint64_t responseBytes)
    : m_requestBytes(requestBytes),
      m_responseBytes(responseBytes)
{
}

ns3::TypeId
ChurnRequest::GetTypeId()
{
    static ns3::TypeId tid =
        ns3::TypeId("churn::ChurnRequest").SetParent<ns3::Header>().AddConstructor<ChurnRequest>();
    return tid;
}

ns3::TypeId
ChurnRequest::GetInstanceTypeId() const
{
    return GetTypeId();
}

void
ChurnRequest::Print(std::ostream& os) const
{
    os << "request=" << m_requestBytes << " response=" << m_responseBytes;
}

uint32_t
ChurnRequest::GetSerializedSize() const
{
    return sizeof(m_requestBytes) + sizeof(m_responseBytes);
}

void
ChurnRequest::Serialize(ns3::Buffer::Iterator start) const
{
    start.WriteHtonU32(m_requestBytes);
    start.WriteHtonU64(m_responseBytes);
}

uint32_t
ChurnRequest::Deserialize(ns3::Buffer::Iterator start)
{
    m_requestBytes = start.ReadNtohU32();
    m_responseBytes = start.ReadNtohU64();
    return GetSerializedSize();
}

uint32_t
ChurnRequest::GetRequestBytes() const
{
    return m_requestBytes;
}

uint64_t
ChurnRequest::GetResponseBytes() const
{
    return m_responseBytes;
}

} // namespace churn
