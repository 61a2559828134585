#ifndef LIFECYCLE_TX_STORE_H
#define LIFECYCLE_TX_STORE_H

#include "ns3/packet.h"
#include "ns3/ptr.h"

#include <cstddef>
#include <cstdint>
#include <vector>

namespace ns3
{

/**
 * The bytes that the application has written and the peer has not acknowledged, as the packets
 * they were written in: tags and zero-filled virtual payload survive. Offsets count from the first
 * byte of the stream.
 */
class LifecycleTxStore
{
  public:
    /** \param begin stream offset of the first byte that will be appended */
    explicit LifecycleTxStore(uint64_t begin = 0);

    /** Makes it as new. \param begin as above */
    void Restart(uint64_t begin);

    /** Appends what the application wrote. */
    void Append(Ptr<const Packet> packet);

    /**
     * Copies a stretch of the stream.
     * \param offset of its first byte, not released yet
     * \param length bytes, all of them appended
     * \returns a packet of its own that may be changed
     */
    Ptr<Packet> Slice(uint64_t offset, uint32_t length) const;

    /** Forgets \p bytes more at the front of the stream. */
    void Release(uint64_t bytes);

    /** \returns stream offset of the first byte not released */
    uint64_t Begin() const
    {
        return m_begin;
    }

    /** \returns bytes appended and not released */
    uint64_t Size() const
    {
        return m_end - m_begin;
    }

  private:
    struct Piece
    {
        uint64_t end; //!< stream offset after its last byte
        Ptr<const Packet> packet;
    };

    static constexpr std::size_t MOST_KEPT = 64; //!< room for pieces that a new start keeps

    std::size_t PieceWith(uint64_t offset) const;

    std::vector<Piece> m_pieces;
    std::size_t m_first{0};          //!< the pieces before it are released
    mutable std::size_t m_cursor{0}; //!< where the last slice ended: the next often starts there
    uint64_t m_begin;                //!< stream offset of the first byte not released
    uint64_t m_end;                  //!< stream offset after the last byte appended
};

} // namespace ns3

#endif /* LIFECYCLE_TX_STORE_H */
