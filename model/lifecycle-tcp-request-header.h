#ifndef LIFECYCLE_TCP_REQUEST_HEADER_H
#define LIFECYCLE_TCP_REQUEST_HEADER_H

#include "ns3/header.h"

#include <cstdint>
#include <ostream>

namespace ns3
{

/**
 * \ingroup tcp-lifecycle
 * \brief How a request begins: how long it is, how long a response it wants, and who closes.
 *
 * TcpPopulationClient and TcpPopulationServer speak it, and any application over sockets may. Only
 * this part of a request has content; the rest, and responses, are zeros.
 */
class LifecycleTcpRequestHeader : public Header
{
  public:
    static constexpr uint32_t SIZE = 13; //!< bytes

    LifecycleTcpRequestHeader() = default;
    /**
     * \param requestBytes length of the request, this header included
     * \param responseBytes length of the response
     * \param serverCloses whether the server is to close the connection after the response
     */
    LifecycleTcpRequestHeader(uint32_t requestBytes, uint64_t responseBytes, bool serverCloses);

    /**
     * \brief Get the type ID.
     * \returns the object TypeId
     */
    static TypeId GetTypeId();
    TypeId GetInstanceTypeId() const override;
    void Print(std::ostream& os) const override;
    uint32_t GetSerializedSize() const override;
    void Serialize(Buffer::Iterator start) const override;
    uint32_t Deserialize(Buffer::Iterator start) override;

    uint32_t GetRequestBytes() const;  //!< \returns length of the request, this header included
    uint64_t GetResponseBytes() const; //!< \returns length of the response
    bool ServerCloses() const;         //!< \returns whether the server closes after the response

  private:
    uint32_t m_requestBytes{SIZE};
    uint64_t m_responseBytes{0};
    bool m_serverCloses{false};
};

} // namespace ns3

#endif /* LIFECYCLE_TCP_REQUEST_HEADER_H */
