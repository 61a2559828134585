#ifndef LIFECYCLE_CORE_PRR_H
#define LIFECYCLE_CORE_PRR_H

#include <algorithm>
#include <cstdint>

namespace lifecycle
{

/**
 * Proportional rate reduction (RFC 9937): in fast recovery, what may be sent follows what arrives,
 * until the window has come down to the threshold.
 */
class Prr
{
  public:
    /** \param flight RecoverFS: bytes in flight when the loss was found */
    void Start(uint32_t flight)
    {
        *this = {};
        m_recoverFs = std::max<uint32_t>(flight, 1);
    }

    /** What one acknowledgement in recovery brings, bytes. */
    struct Ack
    {
        uint32_t delivered; //!< newly known to have arrived
        uint32_t pipe;      //!< thought to be on their way
        uint32_t ssthresh;
        uint32_t mss;
        bool safe; //!< it acknowledges new data, and shows no further loss
    };

    /** \returns the congestion window now (RFC 9937 §6) */
    uint32_t OnAck(const Ack& ack)
    {
        m_delivered += ack.delivered;
        uint64_t sendCount = 0;
        if (ack.pipe > ack.ssthresh)
        {
            const uint64_t share = (m_delivered * ack.ssthresh + m_recoverFs - 1) / m_recoverFs;
            sendCount = share > m_out ? share - m_out : 0;
        }
        else
        {
            const uint64_t behind = m_delivered > m_out ? m_delivered - m_out : 0;
            sendCount = std::max<uint64_t>(behind, ack.delivered) + (ack.safe ? ack.mss : 0);
            sendCount = std::min<uint64_t>(sendCount, ack.ssthresh - ack.pipe);
        }
        if (m_out == 0 && sendCount == 0)
        {
            sendCount = ack.mss; // the retransmission that recovery begins with
        }
        return static_cast<uint32_t>(ack.pipe + sendCount);
    }

    /** Bytes were sent in recovery, new ones or again. */
    void NoteSent(uint32_t bytes)
    {
        m_out += bytes;
    }

  private:
    uint64_t m_recoverFs{1};
    uint64_t m_delivered{0}; //!< prr_delivered
    uint64_t m_out{0};       //!< prr_out
};

} // namespace lifecycle

#endif /* LIFECYCLE_CORE_PRR_H */
