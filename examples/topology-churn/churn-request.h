#ifndef TOPOLOGY_CHURN_REQUEST_H
#define TOPOLOGY_CHURN_REQUEST_H

#include "ns3/header.h"

#include <cstdint>

namespace churn
{

/**
 * \brief The start of a request: how long the request is, and how long a response it wants.
 *
 * Only this part has content; the rest of a request, and responses, are ns-3's virtual zeros.
 */
class ChurnRequest : public ns3::Header
{
  public:
    ChurnRequest() = default;
    /**
     * \param requestBytes length of the request, this header included
     * \param responseBytes length of the response wanted
     */
    ChurnRequest(uint32_t requestBytes, uint64_t responseBytes);

    /// \returns the type of this header
    static ns3::TypeId GetTypeId();
    ns3::TypeId GetInstanceTypeId() const override;
    void Print(std::ostream& os) const override;
    uint32_t GetSerializedSize() const override;
    void Serialize(ns3::Buffer::Iterator start) const override;
    uint32_t Deserialize(ns3::Buffer::Iterator start) override;

    uint32_t GetRequestBytes() const;  //!< \returns length of the request, this header included
    uint64_t GetResponseBytes() const; //!< \returns length of the response wanted

  private:
    uint32_t m_requestBytes{0};  //!< length of the request
    uint64_t m_responseBytes{0}; //!< length of the response
};

} // namespace churn

#endif /* TOPOLOGY_CHURN_REQUEST_H */
