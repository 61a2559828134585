#ifndef LIFECYCLE_PACKETDRILL_STREAMS_H
#define LIFECYCLE_PACKETDRILL_STREAMS_H

#include "core/endpoint.h"
#include "error-queue.h"
#include "ip-packet.h"

#include <algorithm>
#include <cstdint>
#include <deque>
#include <optional>

namespace lifecycle::packetdrill
{

/** Bytes written and not acknowledged, or arrived and not read. */
class ByteQueue
{
  public:
    void Append(ByteSpan bytes)
    {
        m_bytes.insert(m_bytes.end(), bytes.begin(), bytes.end());
    }

    /** Puts bytes to where they belong in the stream, maybe before others have arrived. */
    void Put(uint64_t offset, ByteSpan bytes)
    {
        const uint64_t skip =
            offset < m_base ? std::min<uint64_t>(m_base - offset, bytes.size()) : 0; // read already
        bytes = bytes.subspan(skip);
        const uint64_t at = offset + skip - m_base;
        if (!bytes.empty() && m_bytes.size() < at + bytes.size())
        {
            m_bytes.resize(at + bytes.size());
        }
        std::ranges::copy(bytes, m_bytes.begin() + static_cast<std::ptrdiff_t>(at));
    }

    /** \returns a copy of what lies at a place of the stream, as far as it is here */
    Bytes Copy(uint64_t offset, std::size_t length) const
    {
        const uint64_t at = std::min<uint64_t>(offset - std::min(offset, m_base), m_bytes.size());
        const auto first = m_bytes.begin() + static_cast<std::ptrdiff_t>(at);
        length = std::min<std::size_t>(length, m_bytes.size() - at);
        return {first, first + static_cast<std::ptrdiff_t>(length)};
    }

    /** Forgets bytes at the front. */
    void Drop(uint64_t bytes)
    {
        const uint64_t held = std::min<uint64_t>(bytes, m_bytes.size());
        m_bytes.erase(m_bytes.begin(), m_bytes.begin() + static_cast<std::ptrdiff_t>(held));
        m_base += bytes;
    }

    /** Where what comes next lies in the stream. */
    uint64_t End() const
    {
        return m_base + m_bytes.size();
    }

    /** Where the first byte held lies in the stream. */
    uint64_t Base() const
    {
        return m_base;
    }

  private:
    uint64_t m_base{0};
    std::deque<uint8_t> m_bytes;
};

/** What TCP_INFO counts and the core does not. */
struct Tally
{
    uint64_t bytesSent{0};
    uint64_t bytesRetransmitted{0};
    uint64_t bytesAcked{0};
    uint64_t bytesReceived{0};
    uint32_t segmentsIn{0};
    uint32_t segmentsOut{0};
    uint32_t dataSegmentsIn{0};
    uint32_t dataSegmentsOut{0};
    uint32_t retransmissions{0};
    uint32_t sequenced{0};         //!< segments that took sequence numbers for the first time
    Duration busy{};               //!< with something written that is not acknowledged
    Duration windowBound{};        //!< of that, with the peer's window in the way
    uint32_t largestReceived{536}; //!< payload, bytes; as Linux begins
    Instant lastDataSent{};
    Instant lastDataReceived{};
    Instant lastAckReceived{};
};

/** The bytes of one connection, and what became of it. */
struct Stream
{
    ConnectionId id;
    FourTuple tuple;
    ByteQueue sent;         //!< written and not acknowledged
    ByteQueue received;     //!< arrived and not read
    uint64_t readable{0};   //!< bytes in order and not read
    bool peerClosed{false}; //!< the peer's FIN has arrived
    std::optional<CloseReason> closed;
    State last{State::Closed}; //!< before it was closed
    bool established{false};   //!< it has been once
    bool fastOpen{false};      //!< it was opened by a SYN that it needs no third segment for
    bool initiated{false};     //!< we sent the first SYN
    bool known{false};         //!< the application has made it, or accepted it
    uint32_t synBytes{0};      //!< data that our SYN carried (RFC 7413)
    bool synDataTaken{false};  //!< all data of a SYN was taken
    int error{0};              //!< what the next call is told, and then forgotten (SO_ERROR)
    int softError{0};          //!< what an ICMP message said last
    Instant observedAt{};      //!< up to when its times are added up
    uint64_t stirs{0};         //!< how often there was news for those who poll
    uint64_t pushedTo{0};      //!< where in the stream PSH was set last by writing
    uint64_t lastBuffer{0};    //!< where in the stream the last buffer of Linux's begins
    ErrorQueue reports;
    uint64_t reportsFrom{0}; //!< where in the stream their keys begin (SOF_TIMESTAMPING_OPT_ID)
    Tally tally;
};

} // namespace lifecycle::packetdrill

#endif /* LIFECYCLE_PACKETDRILL_STREAMS_H */
