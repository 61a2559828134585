#ifndef LIFECYCLE_CORE_CONNECTION_H
#define LIFECYCLE_CORE_CONNECTION_H

#include "answer-limiter.h"
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
#include "undo.h"
#include "urgent.h"

#include <algorithm>
#include <cstdint>
#include <memory>
#include <optional>
#include <utility>

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

/** What a connection needs only while data is on its way; see Connection::transfer. */
struct Transfer
{
    Scoreboard sent;
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
    std::optional<uint64_t> peerFinAt;  //!< stream position of a FIN that came ahead of data
    Urgency urgency;

    /** Makes it as new, for another connection. */
    void Reset()
    {
        Scoreboard kept = std::move(sent);
        kept.Clear();
        *this = Transfer{};
        sent = std::move(kept);
    }

    /** Nothing is on its way in either direction, and no acknowledgement is owed. */
    bool IsIdle() const
    {
        return sent.IsEmpty() && received.IsEmpty() && ackDeadline == kNever && !peerFinAt &&
               !arrivedTwice && !paced && urgency.IsEmpty();
    }
};

/**
 * One connection, from SYN-SENT or the end of SYN-RECEIVED to CLOSED or TIME-WAIT. Its variables
 * have the names of RFC 9293 §3.3.1.
 */
struct Connection
{
    Connection(const FourTuple& between, State born)
        : tuple(between),
          state(born)
    {
    }

    ConnectionId id; //!< what the connection is called outside
    FourTuple tuple;
    StateMachine state;
    CloseReason reason{CloseReason::None};
    Agreement agreement;

    // What the application wants.
    bool finQueued : 1 {false};  //!< no more data will be written
    bool detached : 1 {false};   //!< the application closed: nobody reads or writes any more
    bool unaccepted : 1 {false}; //!< it stands in an accept queue

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
    bool icmpError : 1 {false};   //!< ICMP has spoken of it since the peer was heard last
    bool peerFinSeen : 1 {false}; //!< the peer's FIN arrived in its turn
    bool holdsBack : 1 {false};   //!< what fills no segment waits for more, or for an ACK
    bool push : 1 {false};        //!< all that is there is sent, whatever its size
    bool inBurst : 1 {false};     //!< the last segment was not the last that left at once
    bool more : 1 {false};        //!< the application writes more at once: only full segments

    // Send sequence space.
    SeqNum iss;
    SeqNum sndUna;
    SeqNum sndNxt;
    uint32_t sndWnd{0};    //!< bytes, scaled
    uint32_t maxSndWnd{0}; //!< the largest window the peer ever offered, bytes
    SeqNum sndWl1;
    SeqNum sndWl2;
    SeqNum sndSml;            //!< end of the last small segment (Minshall)
    uint64_t sndUnaOffset{0}; //!< bytes of the stream that are acknowledged
    uint32_t sndQueued{0};    //!< bytes written and not acknowledged, sent or not

    // Receive sequence space.
    SeqNum irs;
    SeqNum rcvNxt;
    SeqNum rcvAdv;         //!< right edge of the window last advertised
    SeqNum lastAckSent;    //!< RFC 7323 §4.3
    uint64_t rcvOffset{0}; //!< bytes of the stream that arrived in order
    uint32_t unread{0};    //!< of those, bytes that the application has not read

    uint8_t quickAcks{0};     //!< ACKs that are not delayed yet
    Instant lastData{kNever}; //!< when data arrived last
    std::unique_ptr<ReceiveTuning> receiveTuning;

    // Timestamps (RFC 7323).
    uint32_t tsRecent{0};
    uint32_t tsOffset{0};

    // Timers and memory of the path.
    TimerMode timerMode{TimerMode::None};
    uint8_t retries{0};         //!< time-outs since the peer acknowledged something new
    uint8_t backoff{0};         //!< doublings of the time-out (RFC 6298 §5.5)
    uint8_t keepaliveProbes{0}; //!< sent since the peer was heard last
    Instant timer{kNever};
    Instant lastHeard{};            //!< when the last acceptable segment arrived
    Instant lastProbe{};            //!< when the last keepalive probe was sent
    AnswerLimiter invalidAnswers{}; //!< answers to what is invalid
    Instant stalledSince{kNever};   //!< since when nothing of what waits was acknowledged
    Instant stateSince{};           //!< when it came into its state
    RttEstimator rtt;
    ReorderingMemory reordering;
    Congestion congestion;
    Instant lastSent{}; //!< when data was sent last
    std::unique_ptr<CongestionMemory> congestionMemory;
    uint16_t pathMss{0};    //!< largest payload that the path carries, as ICMP says; 0: not known
    Instant pathMssUntil{}; //!< when that is forgotten

    ListenerId listener; //!< whose accept queue it stands in, while `unaccepted`
    std::shared_ptr<const Config> config;
    std::unique_ptr<Transfer> transfer; //!< attached while something is in flight either way

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
        return synAcked ? sndUna : iss + 1;
    }

    /** Bytes written and never sent. */
    uint32_t Unsent() const
    {
        const uint32_t sent = finSent ? sndQueued : sndNxt.Since(FirstUnackedData());
        return sndQueued - sent;
    }

    /** The receive buffer, as it is tuned. */
    uint32_t RcvBuf() const
    {
        const DataConfig& data = config->data;
        const uint32_t mss = std::min(data.OwnMss(agreement.linkMss), agreement.peerMss);
        const bool rounds = data.roundRcvBuf && state.Get() != State::SynSent; // FreeBSD tcp_mss()
        const uint32_t set = rounds ? (data.rcvBuf + mss - 1) / mss * mss : data.rcvBuf;
        return receiveTuning ? std::max(receiveTuning->buffer, set) : set;
    }

    /** What of the receive buffer is free, bytes. */
    uint32_t FreeBuffer() const
    {
        const uint32_t buffer = RcvBuf();
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

} // namespace lifecycle

#endif /* LIFECYCLE_CORE_CONNECTION_H */
