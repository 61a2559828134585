#ifndef LIFECYCLE_CORE_MODELS_H
#define LIFECYCLE_CORE_MODELS_H

#include "address.h"
#include "model-time.h"
#include "seq-num.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>

namespace lifecycle
{

struct Config;
struct Segment;

// The decision points of a connection's life. Each model is asked at the points named here and
// answers from the Config it is given; one object serves all connections, so it has no state of
// its own unless it brings it. A Config names the models that govern it.

/** What a listener has to hold when a segment arrives. */
struct ListenerLoad
{
    std::size_t acceptQueue{0}; //!< connections waiting to be accepted
    uint32_t halfOpen{0};       //!< requests waiting for their third segment
    uint32_t backlog{0};        //!< what the application asked for, capped
};

/** What is done with a SYN. */
enum class SynVerdict : uint8_t
{
    Queue,  //!< a half-open request is made, and a SYN-ACK sent
    Cookie, //!< a SYN-ACK is sent that holds all there is to know (RFC 4987 §3.6)
    Drop,   //!< nothing: the peer will try again
    Reset,  //!< a RST: the peer is refused
};

/** What is done with the segment that completes the handshake. */
enum class ThirdVerdict : uint8_t
{
    Accept, //!< the connection goes into the accept queue
    Ignore, //!< nothing: the request stays, its SYN-ACK will be sent again
    Reset,  //!< a RST: the peer is refused
};

/** Opening a connection. */
class HandshakeModel
{
  public:
    virtual ~HandshakeModel() = default;
    /** Asked when a SYN arrives at a listener. */
    virtual SynVerdict OnSyn(const Config& config, const ListenerLoad& load) const;
    /** Asked when the third segment of a request arrives. */
    virtual ThirdVerdict OnThird(const Config& config, const ListenerLoad& load) const;
    /**
     * Asked when a SYN has been sent.
     * \param retries how often it was sent again so far
     * \returns how long to wait for the answer before it is sent again, or nothing to give up
     */
    virtual std::optional<Duration> SynTimeout(const Config& config, uint32_t retries) const;
    /** The same for a SYN-ACK. */
    virtual std::optional<Duration> SynAckTimeout(const Config& config, uint32_t retries) const;
};

/** What is known of a connection that is about to enter TIME-WAIT. */
struct TimeWaitQuestion
{
    const FourTuple& tuple;
    Duration srtt{};        //!< smoothed round-trip time, 0 if never measured
    std::size_t records{0}; //!< TIME_WAIT records on the node
};

/** A connection in TIME-WAIT, as far as others ask for its place. */
struct TimeWaitFacts
{
    SeqNum rcvNxt;
    bool timestamps{false};
    uint32_t tsRecent{0};  //!< the peer's last timestamp
    Duration age{};        //!< since TIME-WAIT began, or was restarted
    bool boundPort{false}; //!< the application chose the port that it connects from
};

/** What is done when there are as many TIME_WAIT records as allowed. */
enum class TimeWaitOverflow : uint8_t
{
    SkipTimeWait, //!< the connection is closed at once, as Linux does
    EvictOldest,  //!< the one that would end next ends now
};

/** Ending a connection. */
class TimeWaitModel
{
  public:
    virtual ~TimeWaitModel() = default;
    /** Asked when a connection enters TIME-WAIT. \returns how long it stays; zero: not at all */
    virtual Duration Length(const Config& config, const TimeWaitQuestion& question) const;
    /** Asked when the records are as many as ClosingConfig::maxTimeWaits. */
    virtual TimeWaitOverflow OnFull(const Config& config) const;
    /**
     * Asked when a segment arrives that is answered with an ACK (though not each is, see
     * ValidationConfig::invalidInterval), or that would be but for TimeWaitAnswers.
     * \param repeatsFin it is the peer's FIN again
     * \returns whether TIME-WAIT starts anew
     */
    virtual bool Restarts(const Config& config, const Segment& segment, bool repeatsFin) const;
    /** Asked when a RST arrives exactly at RCV.NXT. \returns whether it ends TIME-WAIT */
    virtual bool ObeysReset(const Config& config) const;
    /** Asked when a SYN arrives for a listener. \returns whether a new connection may begin */
    virtual bool YieldsToSyn(const Config& config,
                             const TimeWaitFacts& facts,
                             const Segment& syn) const;
    /** Asked when the application connects over the same four-tuple. */
    virtual bool YieldsToConnect(const Config& config, const TimeWaitFacts& facts) const;
};

/** Finding out whether the peer is still there. */
class KeepaliveModel
{
  public:
    virtual ~KeepaliveModel() = default;
    /**
     * Asked when the connection has gone idle, and when a probe has been sent.
     * \param probes how many were sent since the peer was heard last
     * \returns how long to wait before the next one, or nothing to give up
     */
    virtual std::optional<Duration> Wait(const Config& config, uint32_t probes) const;
};

// The models that answer from the Config alone.

const std::shared_ptr<const HandshakeModel>& DefaultHandshakeModel();
const std::shared_ptr<const TimeWaitModel>& DefaultTimeWaitModel();
const std::shared_ptr<const KeepaliveModel>& DefaultKeepaliveModel();

} // namespace lifecycle

#endif /* LIFECYCLE_CORE_MODELS_H */
