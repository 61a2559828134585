#ifndef LIFECYCLE_CORE_CONNECTION_H
#define LIFECYCLE_CORE_CONNECTION_H

#include "coarse-instant.h"
#include "config.h"
#include "loss-probe.h"
#include "prr.h"
#include "rack.h"
#include "reassembly.h"
#include "receive-tuning.h"
#include "records.h"
#include "rtt-estimator.h"
#include "scoreboard.h"
#include "state-machine.h"
#include "stream-offset.h"
#include "undo.h"
#include "urgent.h"

#include <algorithm>
#include <cstdint>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

namespace lifecycle
{

/** What the retransmission timer is waiting for. */
enum class TimerMode : uint8_t
{
    None,
    Retransmit, //!< an acknowledgement of what is in flight (RFC 6298)
    Persist,    //!< a window to send into (RFC 9293 §3.8.6.1)
    FinWait2,   //!< the peer's FIN
    TimeWait,   //!< 2MSL, where the connection is kept whole for that long
};

/** What few connections need, or each for a short time; see Connection::FindExtras(). */
struct Extras
{
    std::unique_ptr<CongestionMemory> congestionMemory; //!< while there is no Transfer
    std::unique_ptr<ReceiveTuning> receiveTuning;
    ReorderingMemory reordering;
    Instant timer{kNever};        //!< of TimerMode FinWait2 and TimeWait
    Instant lastProbe{};          //!< when the last keepalive probe was sent
    Instant pathMssUntil{kNever}; //!< when Connection::pathMss is forgotten
    ListenerId listener;          //!< of a Fast Open that is half-open

    /** Nothing of it will be asked for, \p probed or not by keepalive. */
    bool IsUnused(TimerMode mode, bool probed) const
    {
        const bool timed = mode == TimerMode::FinWait2 || mode == TimerMode::TimeWait;
        return !timed && !probed && !congestionMemory && !receiveTuning && pathMssUntil == kNever &&
               !listener && reordering == ReorderingMemory();
    }
};

/** What a Transfer has beside its scoreboard. */
struct TransferState
{
    Reassembly received;
    Phase phase{Phase::Open};
    uint32_t dupAcks{0};
    SeqNum recover; //!< SND.NXT when the loss was found
    Rack rack;
    Prr prr;
    Reduction reduction;
    LossProbe lossProbe;
    Instant lastProgress{};                //!< when new data was sent, or acknowledged, last
    Instant reorderDeadline{kNever};       //!< when what is late is taken for lost
    std::optional<SackBlock> arrivedTwice; //!< to be reported with the next ACK (RFC 2883)
    Instant ackDeadline{kNever};           //!< when the delayed ACK is sent
    uint32_t unackedSegments{0};           //!< segments with data received and not acknowledged
    bool retransmitAtOnce{false};          //!< the next retransmission does not wait for the window
    std::optional<SeqNum> reducedUntil; //!< no more reductions by ECN before this is acknowledged
    Instant nextSending{};              //!< not before, by pacing
    bool paced{false};                  //!< something waits for that
    uint32_t mostInFlight{0};           //!< bytes, of what was sent up to mostInFlightEnd
    SeqNum mostInFlightEnd;
    uint16_t burst{0};     //!< segments that leave at once, so far
    uint16_t burstMost{0}; //!< and how many may
    /** Where segments end because the application said so (MSG_EOR), beyond SND.NXT. */
    std::vector<SeqNum> recordEnds;
    std::optional<uint64_t> peerFinAt; //!< stream position of a FIN that came ahead of data
    Urgency urgency;
    uint32_t sndQueued{0};        //!< bytes written and not acknowledged, sent or not
    uint32_t unread{0};           //!< bytes that arrived in order and were not read
    SeqNum sndWl1;                //!< SND.WL1
    SeqNum sndSml;                //!< end of the last small segment (Minshall)
    SeqNum lastAckSent;           //!< RFC 7323 §4.3
    Instant timer{kNever};        //!< of TimerMode Retransmit and Persist
    Instant stalledSince{kNever}; //!< since when nothing of what waits was acknowledged
    std::unique_ptr<CongestionMemory> congestionMemory;
    Extras* extras{nullptr}; //!< of the connection that it is attached to, whose Attachments own it
};

/** What a connection needs only while data is on its way; see Connection::transfer. */
struct Transfer : TransferState
{
    Scoreboard sent;

    /** Makes it as new, for another connection. */
    void Reset()
    {
        sent.Clear();
        static_cast<TransferState&>(*this) = {};
    }

    /** Nothing is on its way in either direction, and no acknowledgement is owed. */
    bool IsIdle() const
    {
        return sndQueued == 0 && unread == 0 && sent.IsEmpty() && received.IsEmpty() &&
               ackDeadline == kNever && !peerFinAt && !arrivedTwice && !paced &&
               urgency.IsEmpty() && recordEnds.empty();
    }
};

/**
 * What a connection has besides itself, in the room of one pointer: its Transfer, while it has one,
 * and its Extras, if it has any, which the Transfer then holds.
 */
class Attachments
{
  public:
    Attachments() = default;
    Attachments(const Attachments&) = delete;
    Attachments& operator=(const Attachments&) = delete;

    ~Attachments()
    {
        delete FindExtras();
        if (*this)
        {
            delete operator->();
        }
    }

    /** Whether there is a Transfer. */
    explicit operator bool() const
    {
        return (m_word & kExtras) == 0;
    }

    Transfer* operator->() const
    {
        return reinterpret_cast<Transfer*>(m_word);
    }

    Transfer& operator*() const
    {
        return *operator->();
    }

    /** Attaches a Transfer where there is none. */
    void Attach(std::unique_ptr<Transfer>&& transfer)
    {
        transfer->extras = FindExtras();
        m_word = reinterpret_cast<uintptr_t>(transfer.release());
    }

    /** \returns the Transfer that there is, to be used again or dropped */
    std::unique_ptr<Transfer> Detach()
    {
        std::unique_ptr<Transfer> transfer(operator->());
        m_word = kExtras | reinterpret_cast<uintptr_t>(transfer->extras);
        return transfer;
    }

    Extras* FindExtras() const
    {
        return *this ? operator->()->extras : reinterpret_cast<Extras*>(m_word & ~kExtras);
    }

    /** Puts \p extras in the place of those that there are. */
    void SetExtras(std::unique_ptr<Extras> extras)
    {
        delete FindExtras();
        if (*this)
        {
            operator->()->extras = extras.release();
        }
        else
        {
            m_word = kExtras | reinterpret_cast<uintptr_t>(extras.release());
        }
    }

  private:
    static constexpr uintptr_t kExtras = 1; //!< the bit that says what the word points to

    uintptr_t m_word{kExtras}; //!< a Transfer; or with kExtras, Extras, or null
};

/**
 * One connection, from SYN-SENT or the end of SYN-RECEIVED to CLOSED or TIME-WAIT. Its variables
 * have the names of RFC 9293 §3.3.1. There are millions of them, and most are idle: here is what an
 * idle one has to know, in the order that leaves no gaps; the rest is in Transfer and Extras
 * (doc/notes/memory.md).
 */
struct Connection
{
    Connection(const PackedTuple& between, State born)
        : tuple(between),
          state(born)
    {
    }

    const Config* config{nullptr}; //!< kept by Context::configs
    Attachments transfer;          //!< the Transfer: while something is in flight either way
    Instant lastHeard{};           //!< when the last acceptable segment arrived

    PackedTuple tuple;
    uint32_t index{0}; //!< its slot

    // Send sequence space. SND.WL2 is SND.UNA: an older ACK is not taken, a newer one is both.
    // SND.WL1 is in the Transfer: without one, no segment has come that is newer than RCV.NXT.
    SeqNum sndUna;
    uint32_t sndWnd{0};    //!< bytes, scaled
    uint32_t maxSndWnd{0}; //!< the largest window the peer ever offered, bytes

    // Receive sequence space.
    SeqNum rcvNxt;
    SeqNum rcvAdv; //!< right edge of the window last advertised

    // Timestamps (RFC 7323).
    uint32_t tsRecent{0};
    uint32_t tsOffset{0};

    // Memory of the path.
    RttEstimator rtt;
    Congestion congestion;

    Agreement agreement;
    uint16_t pathMss{0}; //!< largest payload that the path carries, as ICMP says; 0: not known
    StreamOffset sndUnaOffset{0};        //!< bytes of the stream that are acknowledged
    StreamOffset rcvOffset{0};           //!< bytes of the stream that arrived in order
    CoarseInstant stateSince{Instant{}}; //!< when it came into its state
    CoarseInstant lastData{kNever};      //!< when data arrived last
    CoarseInstant lastSent{Instant{}};   //!< when data was sent last
    StateMachine state;
    uint8_t quickAcks{0};       //!< ACKs that are not delayed yet
    uint8_t retries{0};         //!< time-outs since the peer acknowledged something new
    uint8_t backoff{0};         //!< doublings of the time-out (RFC 6298 §5.5)
    uint8_t keepaliveProbes{0}; //!< sent since the peer was heard last
    TimerMode timerMode{TimerMode::None};

    // What the application wants.
    bool finQueued : 1 {false};  //!< no more data will be written
    bool detached : 1 {false};   //!< the application closed: nobody reads or writes any more
    bool unaccepted : 1 {false}; //!< it stands in an accept queue
    bool passive : 1 {false};    //!< a listener made it

    // What is to be sent next.
    bool inReadyQueue : 1 {false};
    bool ackNow : 1 {false};
    bool probeNow : 1 {false};    //!< a window probe is due
    bool probing : 1 {false};     //!< what is in flight is a window probe
    bool cwndLimited : 1 {false}; //!< the congestion window is what held us back last
    bool keepaliveNow : 1 {false};
    bool synAcked : 1 {false};
    bool finSent : 1 {false};
    bool fastOpen : 1 {false};    //!< opened by RFC 7413, or trying to
    bool echoCe : 1 {false};      //!< ACKs say that a router met congestion (RFC 3168 §6.1.3)
    bool cwrDue : 1 {false};      //!< new data is to say that the window shrank
    bool ecnAsked : 1 {false};    //!< our SYN asked for ECN
    bool synHeld : 1 {false};     //!< the SYN waits for the first data
    bool thirdWaits : 1 {false};  //!< the third segment of our handshake waits for data to go with
    bool icmpError : 1 {false};   //!< ICMP has spoken of it since the peer was heard last
    bool peerFinSeen : 1 {false}; //!< the peer's FIN arrived in its turn
    bool holdsBack : 1 {false};   //!< what fills no segment waits for more, or for an ACK
    bool push : 1 {false};        //!< all that is there is sent, whatever its size
    bool more : 1 {false};        //!< the application writes more at once: only full segments

    /** \returns what few connections need, null if this one has none */
    Extras* FindExtras() const
    {
        return transfer.FindExtras();
    }

    /** \returns the same, made now if there was none */
    Extras& Extra()
    {
        if (FindExtras() == nullptr)
        {
            transfer.SetExtras(std::make_unique<Extras>());
        }
        return *FindExtras();
    }

    /** \returns when the timer of `timerMode` runs out */
    Instant Timer() const
    {
        switch (timerMode)
        {
        case TimerMode::Retransmit:
        case TimerMode::Persist:
            return transfer->timer;
        case TimerMode::FinWait2:
        case TimerMode::TimeWait:
            return FindExtras()->timer;
        case TimerMode::None:
            break;
        }
        return kNever;
    }

    /** SND.NXT: behind all that is in flight. */
    SeqNum SndNxt() const
    {
        return transfer ? sndUna + transfer->sent.Total() : sndUna;
    }

    /** Whether our FIN is acknowledged. */
    bool IsFinAcked() const
    {
        return finSent && !HasUnacked();
    }

    /** ISS: all that is acknowledged lies between it and SND.UNA. */
    SeqNum Iss() const
    {
        const auto acked = static_cast<uint32_t>(sndUnaOffset.Get()) + IsFinAcked();
        return synAcked ? sndUna - 1 - acked : sndUna;
    }

    /** IRS, once the peer's SYN has arrived: all that has arrived lies between it and RCV.NXT. */
    SeqNum Irs() const
    {
        return rcvNxt - 1 - static_cast<uint32_t>(rcvOffset.Get()) -
               static_cast<uint32_t>(peerFinSeen);
    }

    /** Up to where the peer was told last that all has arrived. */
    SeqNum LastAckSent() const
    {
        return transfer ? transfer->lastAckSent : rcvNxt; // who owes no ACK has sent it
    }

    SeqNum SndWl1() const
    {
        return transfer ? transfer->sndWl1 : rcvNxt;
    }

    /** Whether it has a Transfer and could do without. */
    bool HasIdleTransfer() const
    {
        return transfer && transfer->IsIdle() && !transfer->sndWl1.IsAfter(rcvNxt);
    }

    /** Bytes written and not acknowledged, sent or not. */
    uint32_t SndQueued() const
    {
        return transfer ? transfer->sndQueued : 0;
    }

    /** Bytes that arrived in order and that the application has not read. */
    uint32_t Unread() const
    {
        return transfer ? transfer->unread : 0;
    }

    /** Whether a FIN is to follow the last byte and has not been sent yet. */
    bool HasUnsentFin() const
    {
        return finQueued && !finSent;
    }

    /** Largest payload of a segment sent: what both sides can take, less our options. */
    uint32_t SndMss() const
    {
        uint32_t both = std::min(config->data.OwnMss(agreement.linkMss), agreement.peerMss);
        both = pathMss != 0 ? std::min<uint32_t>(both, pathMss) : both;
        const uint32_t options = agreement.timestamps ? 12 : 0; // RFC 9293 §3.7.1, RFC 6691
        return std::max<uint32_t>(both, options + 8) - options;
    }

    /** The first sequence number of the stream that is not acknowledged. */
    SeqNum FirstUnackedData() const
    {
        return synAcked ? sndUna : sndUna + 1;
    }

    /** Bytes written and never sent. */
    uint32_t Unsent() const
    {
        const uint32_t queued = SndQueued();
        return queued == 0 || finSent ? 0 : queued - SndNxt().Since(FirstUnackedData());
    }

    /** The receive buffer, as it is tuned. */
    uint32_t RcvBuf() const
    {
        const DataConfig& data = config->data;
        const uint32_t mss = std::min(data.OwnMss(agreement.linkMss), agreement.peerMss);
        const bool rounds = data.roundRcvBuf && state.Get() != State::SynSent; // FreeBSD tcp_mss()
        const uint32_t set = rounds ? (data.rcvBuf + mss - 1) / mss * mss : data.rcvBuf;
        const Extras* const extras = FindExtras();
        const bool tuned = extras && extras->receiveTuning;
        return tuned ? std::max(extras->receiveTuning->buffer, set) : set;
    }

    /** What of the receive buffer is free, bytes. */
    uint32_t FreeBuffer() const
    {
        const uint32_t buffer = RcvBuf();
        const uint32_t unread = Unread();
        return unread < buffer ? buffer - unread : 0;
    }

    /** The largest window that could be offered: free buffer, as far as the field can tell it. */
    uint32_t FreeReceiveBuffer() const
    {
        return std::min(
            {FreeBuffer(), config->data.windowClamp, uint32_t{UINT16_MAX} << agreement.rcvScale});
    }

    /** RCV.WND: the window that the peer has been promised, bytes. */
    uint32_t RcvWnd() const
    {
        return rcvAdv.IsAfter(rcvNxt) ? rcvAdv.Since(rcvNxt) : 0;
    }

    /**
     * Up to where what arrives is acceptable, bytes from RCV.NXT: who offers all that is free takes
     * it whether the window field could tell of it or not (FreeBSD tcp_do_segment(): rcv_wnd).
     */
    uint32_t AcceptedWindow() const
    {
        return config->data.offersAllFree ? std::max(FreeBuffer(), RcvWnd()) : RcvWnd();
    }

    /** RFC 6675's pipe; without SACK, each duplicate ACK says that a segment has left the net. */
    uint32_t Pipe() const
    {
        if (!transfer)
        {
            return 0;
        }
        const uint32_t pipe = transfer->sent.Pipe();
        const uint32_t left = agreement.sack ? 0 : transfer->dupAcks * SndMss();
        return pipe > left ? pipe - left : 0;
    }

    /** Whether what is written last is urgent, and not acknowledged. */
    bool IsUrgent() const
    {
        return transfer && transfer->urgency.sndUp.has_value();
    }

    /** Whether something sent is not acknowledged. */
    bool HasUnacked() const
    {
        return transfer && !transfer->sent.IsEmpty();
    }
};

static_assert(sizeof(Connection) == 136); // there are millions

} // namespace lifecycle

#endif /* LIFECYCLE_CORE_CONNECTION_H */
