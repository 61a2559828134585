#ifndef LIFECYCLE_CORE_DELIVERY_RATE_H
#define LIFECYCLE_CORE_DELIVERY_RATE_H

#include "model-time.h"
#include "ring.h"

#include <cstdint>

namespace lifecycle
{

struct Acknowledged;

/**
 * How fast data arrived lately, as one acknowledgement tells (draft-cheng-iccrg-delivery-rate-
 * estimation-02 §3.1.3, its "rs"; Linux struct rate_sample).
 */
struct RateSample
{
    bool valid{false};          //!< the rate is delivered / interval
    bool appLimited{false};     //!< the application had too little to send
    uint64_t priorDelivered{0}; //!< bytes delivered in all when what arrived was sent
    Instant priorTime{};        //!< when that count was reached
    uint64_t delivered{0};      //!< bytes delivered since
    Duration interval{0};       //!< in this time: the longer of the next two
    Duration sendElapsed{0};    //!< it took to send them
    Duration ackElapsed{0};     //!< it took to acknowledge them
    uint32_t acked{0};          //!< bytes that this acknowledgement reports as arrived
    uint32_t lost{0};           //!< bytes that it shows to be lost
    uint32_t priorInFlight{0};  //!< bytes on their way before it
};

/**
 * Measures it for one connection. What has to be known of each transmission is kept here, by the
 * number of the transmission, so that who does not measure pays nothing. Names are those of the
 * draft's §3.1.1.
 */
class DeliveryRate
{
  public:
    /**
     * A segment leaves.
     * \param order its number, one more than that of the transmission before
     * \param first nothing was in flight
     */
    void OnSent(uint64_t order, bool first, Instant now);

    /**
     * An acknowledgement has come (§3.2.2, §3.3).
     * \param oldestAwaited no transmission with a lower number is asked for again
     * \param minRtt the shortest round-trip time of the connection
     */
    RateSample OnAck(const Acknowledged& acked,
                     uint64_t oldestAwaited,
                     Duration minRtt,
                     Instant now);

    /** The application has less to send than the window lets out (§3.4). */
    void NoteAppLimited(uint32_t inFlight);

    uint64_t Delivered() const
    {
        return m_delivered;
    }

    Instant DeliveredTime() const
    {
        return m_deliveredTime;
    }

    Instant FirstSentTime() const
    {
        return m_firstSentTime;
    }

    /** \returns how much has to be delivered before samples are not app-limited; 0: they are not */
    uint64_t AppLimited() const
    {
        return m_appLimited;
    }

  private:
    /** The connection when a segment was sent. */
    struct Snapshot
    {
        uint64_t delivered;
        Instant deliveredTime;
        Instant firstSentTime;
        bool appLimited;
    };

    const Snapshot* Find(uint64_t order) const;

    Ring<Snapshot> m_snapshots; //!< of transmissions that follow on each other
    uint64_t m_oldest{0};       //!< number of the first of them
    uint64_t m_delivered{0};
    Instant m_deliveredTime{};
    Instant m_firstSentTime{};
    uint64_t m_appLimited{0};
};

} // namespace lifecycle

#endif /* LIFECYCLE_CORE_DELIVERY_RATE_H */
