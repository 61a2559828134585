#ifndef LIFECYCLE_CORE_SCOREBOARD_H
#define LIFECYCLE_CORE_SCOREBOARD_H

#include "model-time.h"
#include "ring.h"
#include "segment.h"
#include "seq-ranges.h"

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
    bool push{false};          //!< it ended in PSH
    bool retransmitted{false}; //!< sent more than once: no good for measuring (Karn)
    uint64_t order{0};         //!< counts transmissions; the later, the higher

    SeqNum End() const
    {
        return seq + length;
    }
};

/** What the peer's acknowledgement, cumulative and selective, says of segments. */
struct Acknowledged
{
    uint32_t bytes{0};               //!< sequence numbers newly acknowledged, in order
    uint32_t sacked{0};              //!< sequence numbers newly reported by SACK
    uint32_t delivered{0};           //!< sequence numbers newly known to have arrived, both ways
    std::optional<Instant> lastSent; //!< when the newest of `bytes` was sent, if sent only once
    bool retransmitted{false};       //!< one of `bytes` had been sent again
    bool syn{false};                 //!< our SYN was among them
    bool fin{false};                 //!< our FIN was among them
    bool original{false};            //!< something arrived that was sent only once
    bool reordered{false}; //!< something arrived after what was sent after it (RFC 8985 §6.2 (3))
    /** Of what arrived, what was sent last: among segments sent once, and among those resent. */
    std::optional<SentSegment> newest;
    std::optional<SentSegment> newestResent;
};

/**
 * All that is in flight, in order of sequence, and what is known of its fate. With n segments every
 * operation is O(log n), but for those that say otherwise; a segment is looked at once each time
 * its fate changes.
 */
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

    /** The segment in flight that is last in the stream; there must be one. */
    const SentSegment& Last() const
    {
        return m_segments.Back();
    }

    /** Notes that \p segment, which follows all others, was sent. */
    void Push(const SentSegment& segment);

    /** All before \p una has arrived. */
    Acknowledged Acknowledge(SeqNum una);

    /**
     * The peer has \p block.
     * \param[in,out] report what that says is added here
     */
    void Sack(const SackBlock& block, Acknowledged& report);

    /** Takes for lost what lies below \p threshold SACKed segments (RFC 6675 §4, IsLost). */
    void MarkLostBelowSacked(uint32_t threshold);
    /**
     * Takes for lost what was sent before transmission \p order, and not after \p latest
     * (RFC 8985 §6.2 (5)).
     * \returns whether something sent before \p order is left that is not lost
     */
    bool MarkLostSentBefore(uint64_t order, Instant latest);
    /** Takes the oldest segment for lost, if it is not known to have arrived. */
    void MarkOldestLost();
    /**
     * The retransmission timer ran out: takes for lost the oldest, and all that is not known to
     * have arrived and was not sent after \p latest. If the oldest was SACKed, the peer threw away
     * what it had: nothing is known then (RFC 2018 §8). O(n).
     */
    void MarkLostByTimeout(Instant latest = kNever);
    /** Nothing is lost after all. O(segments taken for lost). */
    void UnmarkLost();

    /** \returns the first segment that is lost and not sent again yet, or null */
    const SentSegment* FirstLost() const;
    /** Notes that what FirstLost() returned was sent again. */
    void Retransmitted(Instant now);

    /** Notes that Last() ended in PSH. */
    void PushLast(bool push)
    {
        m_segments.Back().push |= push;
    }

    /** Notes that Last() was sent again, lost or not. */
    void RetransmittedLast(Instant now);

    /** Cuts what is longer than \p most into pieces that are not, and takes it for lost. O(n). */
    void Resegment(uint32_t most);

    /** \returns the number of the last transmission (SentSegment::order) */
    uint64_t LastOrder() const
    {
        return m_order;
    }

    /** \returns a number that no transmission is below whose fate is still to be known */
    uint64_t OldestAwaited() const
    {
        return m_sendings.IsEmpty() ? m_order + 1 : m_sendings[0].order;
    }

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

    /** Whether at least \p count segments are SACKed. */
    bool HasSacked(uint32_t count) const;

    void Clear();

    /** Whether the sums agree with the segments and these follow on each other. */
    bool IsConsistent() const;

  private:
    /** A transmission, in the order in which they were made. */
    struct Sending
    {
        SeqNum seq;
        uint64_t order;
    };

    std::size_t PositionOf(SeqNum seq) const;
    void MarkLost(SentSegment& segment);
    void NoteSending(SentSegment& segment, Instant now);
    void NoteDelivered(const SentSegment& segment, uint32_t length, Acknowledged& report);
    void SackBetween(SeqNum left, SeqNum right, Acknowledged& report);
    void ForgetSacked();
    SentSegment* Awaited(const Sending& sending);
    void RebuildSendings();

    Ring<SentSegment> m_segments;
    Ring<Sending> m_sendings; //!< some of them of no interest any more
    SeqRanges m_sackedRanges; //!< of whole segments
    SeqRanges m_lostRanges;   //!< of whole segments
    uint64_t m_order{0};
    uint32_t m_total{0};
    uint32_t m_sacked{0};
    uint32_t m_lost{0};
    SeqNum m_judgedUpTo; //!< nothing before this needs to be looked at for loss by SACK again
    SeqNum m_fack;       //!< end of the highest segment known to have arrived
};

} // namespace lifecycle

#endif /* LIFECYCLE_CORE_SCOREBOARD_H */
