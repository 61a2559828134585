#ifndef LIFECYCLE_CORE_ENDPOINT_H
#define LIFECYCLE_CORE_ENDPOINT_H

#include "config.h"
#include "counters.h"
#include "notice.h"
#include "segment.h"

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>

namespace lifecycle
{

/** Randomness, injected, so that a run can be repeated. */
class RandomSource
{
  public:
    virtual ~RandomSource() = default;
    /** \returns 32 random bits */
    virtual uint32_t Next() = 0;
};

/** Why a call of the application failed. */
enum class Error : uint8_t
{
    None,
    InvalidArgument,     //!< EINVAL
    AddressInUse,        //!< EADDRINUSE
    AddressNotAvailable, //!< EADDRNOTAVAIL: no port left for this destination
    NotConnected,        //!< ENOTCONN
    WouldBlock,          //!< EAGAIN
    SendShutDown,        //!< EPIPE: the application closed its sending side
};

/** What an application says of the end of what it writes. */
enum class WriteEnd : uint8_t
{
    Open,   //!< nothing: it is sent as soon as it may
    More,   //!< more is to be written at once: what does not fill a segment waits (MSG_MORE)
    Record, //!< a segment is to end there (MSG_EOR)
};

/** A value, or the reason why there is none. */
template <typename T>
struct Result
{
    T value{};
    Error error{Error::None};

    explicit operator bool() const
    {
        return error == Error::None;
    }
};

/** A segment to send, and where its payload lies in the stream. */
struct OutSegment
{
    Segment segment;
    ConnectionId connection{};  //!< who sends it, if a connection does
    ListenerId listener{};      //!< who sends it, if it is the SYN-ACK of a half-open request
    uint64_t streamOffset{0};   //!< of the first byte of payload
    bool retransmission{false}; //!< sent before
    bool garbage{false};        //!< the payload is one byte of no meaning, not of the stream
};

/** What ICMP says of a segment that did not get where it was sent (RFC 9293 §3.9.2.2). */
enum class IcmpError : uint8_t
{
    Soft,    //!< not now: network or host unreachable, time exceeded
    Hard,    //!< never: protocol unreachable, or forbidden
    Refused, //!< never: port unreachable (ECONNREFUSED)
};

/** What becomes of the payload of a segment received. */
struct Placement
{
    ConnectionId connection{}; //!< whom the segment was for; set also where nothing is to be kept
    uint32_t skip{0};          //!< bytes at the front of the payload that are not wanted
    uint32_t length{0};        //!< bytes after them to keep; they may overlap what is kept already
    uint64_t streamOffset{0};  //!< where the first byte kept lies in the stream
};

/** What the application asks for when it connects. */
struct ConnectRequest
{
    IpAddress local;
    uint16_t localPort{0}; //!< 0: any
    IpAddress remote;
    uint16_t remotePort{0};
    uint16_t linkMss{0};  //!< largest payload that the link can carry, 0: Config::data.mss
    bool fastOpen{false}; //!< RFC 7413: the SYN waits for the first Write, and carries it if it may
    std::shared_ptr<const Config> config{}; //!< null: the endpoint's
};

/** What the application asks for when it listens. */
struct ListenRequest
{
    IpAddress local; //!< unspecified: all addresses
    uint16_t port{0};
    std::optional<uint32_t> backlog{};      //!< capped by HandshakeConfig::backlogCap
    bool reuseAddress{false};               //!< SO_REUSEADDR
    uint32_t device{0};                     //!< takes only SYNs that come by this one; 0: by any
    std::shared_ptr<const Config> config{}; //!< null: the endpoint's
};

/** How far the two streams of a connection have come, bytes from their beginning. */
struct StreamOffsets
{
    uint64_t acked{0};   //!< of what was written, acknowledged up to here
    uint64_t written{0}; //!< written up to here
    uint64_t read{0};    //!< of what arrived, read up to here
    uint64_t arrived{0}; //!< arrived in order up to here
};

/** The segments of a connection that are in flight. */
struct SegmentCounts
{
    uint32_t unacked{0};       //!< all
    uint32_t sacked{0};        //!< those that the peer has
    uint32_t lost{0};          //!< those thought to be lost
    uint32_t retransmitted{0}; //!< those sent again
};

/** One line of a connection table. */
struct ConnectionView
{
    State state;
    FourTuple tuple;
    uint64_t recvQueue{0}; //!< bytes; of a listener, connections waiting to be accepted
    uint64_t sendQueue{0}; //!< bytes; of a listener, its backlog
    Instant deadline{kNever};
    const char* timer{""}; //!< what the deadline is for, in the words of `ss -o`
    uint32_t retries{0};
    Duration srtt{};
    Duration rto{};
    Congestion congestion;
    uint32_t mss{0};
    Duration rttVar{};
    uint32_t unsent{0}; //!< bytes written and never sent
    uint8_t sndScale{0};
    uint8_t rcvScale{0};
    bool windowScaling{false};
    bool timestamps{false};
    bool sack{false};
    bool finQueued{false}; //!< no more will be written
    bool finAcked{false};  //!< and the peer knows
    uint32_t backoff{0};   //!< doublings of the time-out
    uint32_t probes{0};    //!< keepalive or window probes that are not answered
    uint32_t dupAcks{0};
    SeqNum iss;
    SeqNum irs;
    SeqNum sndUna;
    SeqNum sndNxt;
    SeqNum rcvNxt;
    uint32_t sndWnd{0};    //!< bytes, scaled
    uint32_t maxSndWnd{0}; //!< the largest that the peer ever offered
    uint32_t rcvWnd{0};    //!< bytes, scaled
    uint32_t rcvBuf{0};    //!< bytes
    uint32_t pipe{0};      //!< bytes thought to be on their way
    Phase phase{Phase::Open};
    bool peerFinSeen{false};
    CloseReason reason{CloseReason::None};
    Instant since{};             //!< when it came into its state; not kept of TIME_WAIT records
    bool orphan{false};          //!< its application has closed it
    uint32_t halfOpen{0};        //!< of a listener: requests that wait for their third segment
    uint64_t synOverflows{0};    //!< of a listener: see Counters
    uint64_t acceptOverflows{0}; //!< of a listener: see Counters
};

/**
 * All of TCP on one node: it is handed segments, deadlines and calls of the application, and is
 * asked for segments to send, notices to pass on and the next deadline. It never calls back, does
 * no I/O, reads no clock and sees no byte of payload.
 *
 * After every call of OnSegment, OnDeadline or the application's, the owner empties PollNotice
 * and PollSegment and looks at NextDeadline.
 */
class Endpoint
{
  public:
    /**
     * \param config what connections get that do not bring their own
     * \param random outlives the endpoint
     */
    Endpoint(const Config& config, RandomSource& random);
    ~Endpoint();
    Endpoint(const Endpoint&) = delete;
    Endpoint& operator=(const Endpoint&) = delete;

    // Input.

    /** A segment arrived whose checksum is right. */
    Placement OnSegment(Instant now, const Segment& segment);
    /** A segment arrived that could not be parsed; it is counted. */
    void OnMalformed();
    /** Does all that is due by \p now. */
    void OnDeadline(Instant now);
    /** ICMP says that what was sent to this tuple with \p seq did not get there. */
    void OnIcmpError(Instant now, const FourTuple& tuple, SeqNum seq, IcmpError error);

    /**
     * ICMP says that what was sent to this tuple with \p seq was too big: "fragmentation needed" or
     * "packet too big". It has to be in flight (RFC 5927 §4.1).
     * \param pathMss the next hop's MTU less the headers of IP and TCP, 0 if ICMP does not say
     */
    void OnTooBig(Instant now, const FourTuple& tuple, SeqNum seq, uint16_t pathMss);

    // Calls of the application.

    /**
     * Reserves a local port: no other Bind gets it, nor a Connect that does not name it.
     * \param port 0: any ephemeral port
     * \param reuseAddress SO_REUSEADDR: connections in TIME-WAIT do not stand in the way
     * \param device the reservation is for this one only; 0: for all
     * \returns the port, AddressInUse, or AddressNotAvailable where none is left
     */
    Result<uint16_t> Bind(const IpAddress& local,
                          uint16_t port,
                          bool reuseAddress = false,
                          uint32_t device = 0);
    /** Gives a reservation back. */
    void Unbind(const IpAddress& local, uint16_t port, uint32_t device = 0);
    /** Takes connections; the port may be reserved. \returns AddressInUse if another listens there
     */
    Result<ListenerId> Listen(const ListenRequest& request);
    void StopListening(Instant now, ListenerId listener);
    /** From now on, SYNs have to come by this device; 0: by any. */
    void SetDevice(ListenerId listener, uint32_t device);
    /**
     * \returns a connection that waits to be accepted, or WouldBlock; if
     *     HandshakeConfig::acceptsEnded, it may be one that is no more
     */
    Result<ConnectionId> Accept(ListenerId listener);
    Result<ConnectionId> Connect(Instant now, const ConnectRequest& request);
    /** Whether a Connect with Fast Open to this server would send data with its SYN. */
    bool MayOpenFast(const IpAddress& server, const std::shared_ptr<const Config>& config) const;
    /** Forgets what servers have given for Fast Open. */
    void ForgetFastOpenCookies();
    /** Bytes that the SYN of a Connect with Fast Open can carry, 0 if it has been sent. */
    uint32_t SynRoom(ConnectionId connection) const;
    /**
     * Appends up to \p bytes to the stream. A SYN that waits for the first Write goes out, even if
     * that writes nothing.
     * \returns how many there was room for, or why none
     */
    Result<uint32_t> Write(Instant now,
                           ConnectionId connection,
                           uint32_t bytes,
                           WriteEnd end = WriteEnd::Open);

    /**
     * What was written so far is urgent, up to its end (RFC 9293 §3.10.3, SEND with the urgent
     * flag). It stays in the stream; segments up to there say where it ends. RFC 6093: new
     * applications should not use it.
     */
    Error MarkUrgent(ConnectionId connection);

    /** \returns how many bytes are still to be read up to the end of urgent data; 0: none is */
    uint32_t UrgentAhead(ConnectionId connection) const;
    /** The application has read \p bytes of what arrived in order: the window may open. */
    void Read(Instant now, ConnectionId connection, uint32_t bytes);
    /** No more data will be written: FIN follows the last of it. */
    Error ShutdownSend(Instant now, ConnectionId connection);
    /** The application is done with the connection in both directions. */
    Error Close(Instant now, ConnectionId connection);
    /** Sends RST and forgets. */
    Error Abort(Instant now, ConnectionId connection);
    /** Replaces what governs a connection from now on. */
    Error Configure(Instant now, ConnectionId connection, std::shared_ptr<const Config> config);
    /** Replaces what the connections of a listener get from now on. */
    Error Configure(ListenerId listener, std::shared_ptr<const Config> config);
    /** listen() once more. */
    Error SetBacklog(ListenerId listener, uint32_t backlog);
    /**
     * Whether ACKs are sent at once for a while, or wait for data to go with (TCP_QUICKACK); in
     * SYN-SENT, whether the third segment of the handshake does.
     */
    Error SetQuickAck(Instant now, ConnectionId connection, bool quick);
    /** Sends what waits to fill a segment, as setting TCP_NODELAY does. */
    Error Push(Instant now, ConnectionId connection);
    /** Sends a SYN that waits for data without any (see ConnectRequest::fastOpen). */
    Error ReleaseSyn(Instant now, ConnectionId connection);
    /** Resets, or forgets, what has this tuple (tcpdrop). \returns whether anything has */
    bool Drop(Instant now, const FourTuple& tuple);

    // Output.

    std::optional<OutSegment> PollSegment(Instant now);
    /**
     * A name's index goes to no other connection before the notice after its Closed is asked for:
     * who hears of all notices may keep what is theirs by index.
     */
    std::optional<Notice> PollNotice();
    /** \returns when to call OnDeadline next, kNever for not at all */
    Instant NextDeadline() const;

    // What there is to see.

    bool IsAlive(ConnectionId connection) const;
    /** \returns the connection whose name has this index, unset if none has */
    ConnectionId ConnectionAt(uint32_t index) const;
    ConnectionView View(ConnectionId connection) const;
    ConnectionView View(ListenerId listener) const;
    /** Looks at all that is in flight: not to be asked for every segment. */
    SegmentCounts CountSegments(ConnectionId connection) const;
    /** \returns its state; of a connection that is not there, Closed */
    State StateOf(ConnectionId connection) const;
    /** \returns its addresses and ports; of a connection that is not there, none */
    FourTuple TupleOf(ConnectionId connection) const;
    /** \returns where its streams are; of a connection that is not there, zeros */
    StreamOffsets Offsets(ConnectionId connection) const;
    /** Free room in the send buffer, bytes. */
    uint32_t WriteSpace(ConnectionId connection) const;
    void ForEachView(const std::function<void(const ConnectionView&)>& visit) const;
    const std::array<uint64_t, kStates>& Census() const;
    const Counters& GetCounters() const;
    const Config& GetConfig() const;
    std::shared_ptr<const Config> SharedConfig() const;
    /** Replaces what later connections and listeners get. */
    void SetConfig(const Config& config);
    /** Whether state, timers, queues and tables agree; O(all records). */
    bool IsConsistent() const;

  private:
    struct Impl;
    std::unique_ptr<Impl> m_impl;
};

} // namespace lifecycle

#endif /* LIFECYCLE_CORE_ENDPOINT_H */
