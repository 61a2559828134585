#ifndef LIFECYCLE_CORE_CONTEXT_H
#define LIFECYCLE_CORE_CONTEXT_H

#include "address-book.h"
#include "answer-limits.h"
#include "config-refs.h"
#include "connection.h"
#include "counters.h"
#include "deadline-heap.h"
#include "demux.h"
#include "endpoint.h"
#include "expiry-queues.h"
#include "fast-open.h"
#include "isn.h"
#include "notice.h"
#include "port-table.h"
#include "records.h"
#include "ring.h"
#include "slab.h"

#include <array>
#include <memory>
#include <optional>
#include <unordered_map>
#include <vector>

namespace lifecycle
{

/**
 * The tables of an endpoint, and what keeps them in step: records are made, change their state and
 * end only here, so that demultiplexer, timers, census and notices always agree.
 *
 * The rules of TCP are elsewhere: arrival in *-arrival.cc, sending in output.cc, time in timers.cc,
 * the application's calls in endpoint.cc.
 */
class Context
{
  public:
    Context(const Config& initial, RandomSource& randomSource);

    // Finding records.

    std::optional<RecordRef> Lookup(const FourTuple& tuple) const;

    /** \returns the four-tuple of a record */
    template <typename Record>
    FourTuple TupleOf(const Record& record) const
    {
        return addressBook.Unpack(record.tuple);
    }

    /** \returns what the connection is called outside */
    ConnectionId IdOf(const Connection& connection) const
    {
        return connections.HandleOf(connection.index);
    }

    Request Unpack(const RequestRecord& record) const;
    /** The listener that a segment is for; of several, the one that asked for the least. */
    Listener* FindListener(const Segment& segment);

    // A connection's life.

    Connection& MakeConnection(const FourTuple& tuple,
                               State born,
                               const std::shared_ptr<const Config>& terms);
    /** Follows an arrow that does not end the connection. */
    void Fire(Connection& connection,
              Event event,
              Instant now,
              CloseReason reason = CloseReason::None);
    /** Ends the connection: afterwards the reference is void. */
    void End(Connection& connection, Event event, CloseReason reason, Instant now);
    /** Ends the connection and sends a RST for it. */
    void EndWithReset(Connection& connection, Event event, CloseReason reason, Instant now);
    /**
     * Leaves a TIME_WAIT record in the connection's place, if there may be one more. Afterwards the
     * reference is void, unless ClosingConfig::wholeTimeWait.
     */
    void EnterTimeWait(Connection& connection, Event event, Instant now);
    /** The connection is established: what was waiting for that happens. */
    void Established(Connection& connection, Event event, Instant now);

    // Half-open and TIME_WAIT records.

    /** \returns the slot of the new record */
    uint32_t MakeRequest(const Request& request);
    /** Takes a request away; \p event says why, unless a connection takes its place. */
    void EndRequest(uint32_t index, std::optional<Event> event);
    void EndTimeWait(uint32_t index, Event event);

    // Sending.

    /** To be called whenever something happened to a connection: it may have segments to send. */
    void MarkReady(Connection& connection);
    /** Sends a segment that nobody has to remember, for \p connection if it still stands. */
    void Emit(const Segment& segment, ConnectionId connection = {});
    /** \returns the key of Fast Open cookies */
    SecretKey FastOpenKey(const HandshakeConfig& handshake) const;
    /** \returns the bytes of data that our SYN may carry, 0 where no cookie lets it (RFC 7413) */
    uint32_t SynDataRoomOf(const Connection& connection) const;
    /** Sends the SYN-ACK of a half-open request. */
    void EmitSynAck(const Request& request, Instant now);
    /** \returns the timestamps of a segment of a half-open request */
    Timestamps StampsFor(const Request& request, Instant now) const;
    /** Whether one more challenge ACK may be sent (RFC 5961 §7); it is counted. */
    bool MayChallenge(RecordRef who, const ValidationConfig& validation, Instant now);
    /** Whether an ACK may be sent for a segment that is not to be looked into; it is counted. */
    bool MayAnswer(RecordRef who,
                   const ValidationConfig& validation,
                   const Segment& offender,
                   Instant now);
    /** Answers a segment that belongs to no connection with a RST (RFC 9293 §3.10.7.1). */
    void Refuse(const Segment& offender);

    // Timers and transfers.

    Transfer& Attach(Connection& connection);
    /** From now on, \p terms govern the connection. */
    void Govern(Connection& connection, const std::shared_ptr<const Config>& terms);
    /** Drops what a congestion control keeps for the connection. */
    static void ForgetCongestion(Connection& connection);
    /** The connection has sent all it may for now: sets its timer, drops what it does not need. */
    void Rest(Connection& connection, Instant now);
    SeqNum ChooseIss(Instant now, const FourTuple& tuple, const HandshakeConfig& handshake);

    void Notify(const Notice& notice)
    {
        notices.PushBack(notice);
    }

    std::shared_ptr<const Config> config;
    RandomSource& random;
    SecretKey secret;
    uint64_t demuxKey;
    AddressBook addressBook;
    ConfigRefs configs; //!< of connections and TIME_WAIT records

    Slab<Listener, 2> listeners;
    Slab<RequestRecord> requests;
    Slab<Connection> connections;
    Slab<TimeWaitRecord> timeWaits;

    std::unordered_map<uint16_t, std::vector<ListenerId>> listenersByPort;
    PortTable ports;
    Demux demux;
    DeadlineHeap deadlines; //!< of connections, by slot
    ExpiryQueues<RequestRecord> requestTimers{requests};
    ExpiryQueues<TimeWaitRecord> timeWaitTimers{timeWaits};

    Ring<OutSegment> outbox;
    Ring<ConnectionId> ready;
    Ring<Notice> notices;

    FastOpenCache fastOpenCache;
    std::size_t orphans{0}; //!< connections whose application is gone

    Counters counters;
    std::array<uint64_t, kStates> census{};

  private:
    void LeaveTimeWaitRecord(Connection& connection, Duration length, Instant now);
    void CountTransition(State from, State to);
    void Forget(Connection& connection);
    void Spare(std::unique_ptr<Transfer> transfer);
    const PackedTuple& PackedTupleOf(RecordRef ref) const;
    void Index(const PackedTuple& tuple, RecordRef ref);
    void Unindex(const PackedTuple& tuple, RecordRef ref);
    bool Allows(RecordRef who, const ValidationConfig& validation, Instant now);

    std::vector<std::unique_ptr<Transfer>> m_spareTransfers;
    AnswerLimits m_answerLimits;
    std::chrono::seconds m_challengeSecond{-1};
    uint32_t m_challengesInSecond{0};
};

} // namespace lifecycle

#endif /* LIFECYCLE_CORE_CONTEXT_H */
