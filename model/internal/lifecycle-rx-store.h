#ifndef LIFECYCLE_RX_STORE_H
#define LIFECYCLE_RX_STORE_H

#include "ns3/packet.h"
#include "ns3/ptr.h"

#include <cstddef>
#include <cstdint>
#include <map>
#include <vector>

namespace ns3
{

/**
 * The bytes that have arrived and the application has not read, as the packets they came in, with
 * their tags. Offsets count from the first byte of the stream. Where two segments bring the same
 * byte, the copy that came first is kept.
 */
class LifecycleRxStore
{
  public:
    /** \param begin stream offset of the first byte that will be read */
    explicit LifecycleRxStore(uint64_t begin = 0);

    /** Makes it as new. \param begin as above */
    void Restart(uint64_t begin);

    /**
     * Keeps what a segment brought.
     * \param offset stream offset of its first byte
     * \param packet the payload; it may overlap what is there, and leave holes before it
     */
    void Insert(uint64_t offset, Ptr<Packet> packet);

    /**
     * Takes bytes off the front of the stream.
     * \param most at most so many
     * \returns what is there in order, null if nothing is
     */
    Ptr<Packet> Read(uint32_t most);

    /** \returns bytes that have arrived in order and are not read */
    uint64_t Available() const
    {
        return m_next - m_begin;
    }

    bool IsEmpty() const
    {
        return Available() == 0 && m_ahead.empty();
    }

  private:
    static constexpr std::size_t MOST_KEPT = 64; //!< room for packets that a new start keeps

    void Join();

    std::vector<Ptr<Packet>> m_inOrder;
    std::size_t m_first{0};                  //!< of m_inOrder, those before it are read
    std::map<uint64_t, Ptr<Packet>> m_ahead; //!< by stream offset; disjoint, holes between
    uint64_t m_begin;                        //!< stream offset of the first byte not read
    uint64_t m_next;                         //!< stream offset up to which all has arrived
};

} // namespace ns3

#endif /* LIFECYCLE_RX_STORE_H */
