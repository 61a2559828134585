#ifndef LIFECYCLE_CORE_SEGMENT_H
#define LIFECYCLE_CORE_SEGMENT_H

#include "address.h"
#include "seq-num.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>

namespace lifecycle
{

/** The control bits of a header (RFC 9293 §3.1), in wire order. */
enum class Flag : uint8_t
{
    FIN = 0x01,
    SYN = 0x02,
    RST = 0x04,
    PSH = 0x08,
    ACK = 0x10,
    URG = 0x20,
    ECE = 0x40,
    CWR = 0x80,
};

/** A set of control bits. */
class Flags
{
  public:
    constexpr Flags() = default;

    constexpr Flags(Flag flag)
        : m_bits(static_cast<uint8_t>(flag))
    {
    }

    static constexpr Flags FromByte(uint8_t bits)
    {
        Flags flags;
        flags.m_bits = bits;
        return flags;
    }

    constexpr uint8_t ToByte() const
    {
        return m_bits;
    }

    constexpr bool Has(Flag flag) const
    {
        return (m_bits & static_cast<uint8_t>(flag)) != 0;
    }

    friend constexpr Flags operator|(Flags a, Flags b)
    {
        return FromByte(a.m_bits | b.m_bits);
    }

    constexpr Flags Without(Flag flag) const
    {
        return FromByte(m_bits & ~static_cast<uint8_t>(flag));
    }

    friend constexpr bool operator==(Flags, Flags) = default;

  private:
    uint8_t m_bits{0};
};

constexpr Flags
operator|(Flag a, Flag b)
{
    return Flags(a) | Flags(b);
}

/** Received data beyond the acknowledgement (RFC 2018): [left, right). */
struct SackBlock
{
    SeqNum left;
    SeqNum right;

    friend constexpr bool operator==(const SackBlock&, const SackBlock&) = default;
};

/** The SACK blocks of one segment: at most four fit (RFC 2018 §3). */
struct SackList
{
    std::array<SackBlock, 4> blocks{};
    uint8_t count{0};

    void Add(SackBlock block)
    {
        if (count < blocks.size())
        {
            blocks[count++] = block;
        }
    }

    const SackBlock* begin() const
    {
        return blocks.data();
    }

    const SackBlock* end() const
    {
        return blocks.data() + count;
    }

    friend bool operator==(const SackList& a, const SackList& b)
    {
        return std::equal(a.begin(), a.end(), b.begin(), b.end());
    }
};

/** The timestamps option (RFC 7323 §3.2). */
struct Timestamps
{
    uint32_t value{0}; //!< TSval
    uint32_t echo{0};  //!< TSecr

    friend constexpr bool operator==(const Timestamps&, const Timestamps&) = default;
};

/** The Fast Open option (RFC 7413 §4.1.1). */
struct FastOpenCookie
{
    std::array<uint8_t, 16> bytes{};
    uint8_t length{0};        //!< 4 to 16 and even, or 0: a request for a cookie
    bool experimental{false}; //!< in the shared experimental option (RFC 7413 Appendix, RFC 6994)

    friend bool operator==(const FastOpenCookie& a, const FastOpenCookie& b)
    {
        return a.length == b.length &&
               std::equal(a.bytes.begin(), a.bytes.begin() + a.length, b.bytes.begin());
    }
};

/** The options of a segment that the model speaks. */
struct Options
{
    std::optional<uint16_t> mss;            //!< RFC 9293 §3.7.1
    std::optional<uint8_t> windowScale;     //!< RFC 7323 §2.2, 0 to 14
    bool sackPermitted{false};              //!< RFC 2018 §2
    std::optional<Timestamps> timestamps;   //!< RFC 7323 §3.2
    SackList sacks;                         //!< RFC 2018 §3
    std::optional<FastOpenCookie> fastOpen; //!< RFC 7413 §4.1.1

    friend bool operator==(const Options&, const Options&) = default;
};

/** The congestion bits of the IP header (RFC 3168 §5), as they stand there. */
enum class EcnCodepoint : uint8_t
{
    NotEct = 0,
    Ect1 = 1,
    Ect0 = 2,
    Ce = 3,
};

/** A TCP segment as the model sees it: its header and how much payload follows. */
struct Segment
{
    FourTuple tuple; //!< from the point of view of this node, received or sent
    SeqNum seq;      //!< SEG.SEQ
    SeqNum ack;      //!< SEG.ACK, meaningful with the ACK flag
    Flags flags;
    uint16_t window{0}; //!< SEG.WND as in the header, not scaled
    uint16_t urgent{0}; //!< SEG.UP, meaningful with the URG flag
    Options options;
    uint32_t payloadLength{0}; //!< bytes of payload
    /** Received only: the largest payload that the link it came by can carry, 0 if not known. */
    uint16_t linkMss{0};
    /** Received only: the device it came by, for listeners that care; 0 if not known. */
    uint32_t device{0};
    /** Of the IP header: received with, or to be sent with. */
    EcnCodepoint ecn{EcnCodepoint::NotEct};

    /** SEG.LEN: how much sequence space the segment takes, SYN and FIN included. */
    constexpr uint32_t Length() const
    {
        return payloadLength + flags.Has(Flag::SYN) + flags.Has(Flag::FIN);
    }

    /** The sequence number after the last one of the segment. */
    constexpr SeqNum End() const
    {
        return seq + Length();
    }
};

/** A bare acknowledgement, the answer of records that have no connection. */
inline Segment
BareAck(const FourTuple& tuple, SeqNum seq, SeqNum ack, uint16_t window)
{
    Segment segment;
    segment.tuple = tuple;
    segment.seq = seq;
    segment.ack = ack;
    segment.flags = Flag::ACK;
    segment.window = window;
    return segment;
}

} // namespace lifecycle

#endif /* LIFECYCLE_CORE_SEGMENT_H */
