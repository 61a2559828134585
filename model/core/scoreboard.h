#ifndef LIFECYCLE_CORE_SCOREBOARD_H
#define LIFECYCLE_CORE_SCOREBOARD_H

#include "model-time.h"
#include "ring.h"
#include "segment.h"

#include <array>
#include <cstdint>
#include <optional>

namespace lifecycle
{

/** A segment that was sent and is not acknowledged. */
struct SentSegment
{
    SeqNum seq;
    uint32_t length{0};        //!< sequence numbers it takes, SYN and FIN included
    Instant sentAt{};          //!< the last time it was sent
    bool syn{false};           //!< it begins with our SYN
    bool fin{false};           //!< it ends with our FIN
    bool sacked{false};        //!< the peer says it has it
    bool lost{false};          //!< taken for lost and not sent again yet
    bool retransmitted{false}; //!< sent more than once: no good for measuring (Karn)

    SeqNum End() const
    {
        return seq + length;
    }
};

/** What a cumulative acknowledgement did. */
struct Acknowledged
{
    uint32_t bytes{0};               //!< sequence numbers newly acknowledged
    std::optional<Instant> lastSent; //!< when the newest of them was sent, if sent only once
    bool retransmitted{false};       //!< one of them had been sent again
    bool syn{false};                 //!< our SYN was among them
    bool fin{false};                 //!< our FIN was among them
};

/** All that is in flight, in order of sequence, and what is known of its fate. */
class Scoreboard
{
  public:
    bool IsEmpty() const
    {
        return m_segments.IsEmpty();
    }

    std::size_t Size() const
    {
        return m_segments.Size();
    }

    /** The oldest segment in flight; there must be one. */
    const SentSegment& Oldest() const
    {
        return m_segments[0];
    }

    /** Runs \p visit on every segment, the oldest first. */
    template <typename Visit>
    void ForEach(Visit visit) const
    {
        for (std::size_t i = 0; i < m_segments.Size(); ++i)
        {
            visit(m_segments[i]);
        }
    }

    /** Notes that \p segment, which follows all others, was sent. */
    void Push(const SentSegment& segment);

    /** All before \p una has arrived. */
    Acknowledged Acknowledge(SeqNum una);

    /**
     * The peer has \p block.
     * \returns how many sequence numbers it had not reported before
     */
    uint32_t Sack(const SackBlock& block);

    /** Takes for lost what lies below \p threshold SACKed segments (RFC 6675 §4, IsLost). */
    void MarkLostBelowSacked(uint32_t threshold);
    /** Takes the oldest segment for lost, if it is not known to have arrived. */
    void MarkOldestLost();
    /**
     * Takes all that is not known to have arrived for lost (retransmission time-out). If the
     * oldest was SACKed, the peer threw away what it had: nothing is known then (RFC 2018 §8).
     */
    void MarkAllLost();

    /** \returns the first segment that is lost and not sent again yet, or null */
    const SentSegment* FirstLost();
    /** Notes that what FirstLost() returned was sent again. */
    void Retransmitted(Instant now);

    /** Sequence numbers thought to be on their way (RFC 6675's pipe). */
    uint32_t Pipe() const
    {
        return m_total - m_sacked - m_lost;
    }

    /** Sequence numbers in flight, whatever their fate: SND.NXT − SND.UNA. */
    uint32_t Total() const
    {
        return m_total;
    }

    uint32_t SackedBytes() const
    {
        return m_sacked;
    }

    uint32_t LostBytes() const
    {
        return m_lost;
    }

    void Clear();

    /** Whether the sums agree with the segments and these follow on each other. */
    bool IsConsistent() const;

  private:
    std::size_t PositionOf(SeqNum seq) const;
    void MarkLost(SentSegment& segment);
    /** Looks at the segments in \p piece for those that lie in \p block. */
    uint32_t SackPiece(const SackBlock& block, const SackBlock& piece);
    void ForgetSacked();

    Ring<SentSegment> m_segments;
    uint32_t m_total{0};
    uint32_t m_sacked{0};
    uint32_t m_lost{0};
    SeqNum m_lostFrom;      //!< nothing before this is lost
    SeqNum m_judgedUpTo;    //!< nothing before this needs to be looked at for loss again
    SeqNum m_highestSacked; //!< end of the highest SACKed segment, meaningful if m_sacked
    SackList m_seen;        //!< the blocks of the last report: no need to walk through them again
};

} // namespace lifecycle

#endif /* LIFECYCLE_CORE_SCOREBOARD_H */
