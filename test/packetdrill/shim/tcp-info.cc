#include "tcp-info.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstring>
#include <linux/tcp.h>

namespace lifecycle::packetdrill
{

namespace
{

uint32_t
Microseconds(Duration time)
{
    return static_cast<uint32_t>(
        std::chrono::duration_cast<std::chrono::microseconds>(time).count());
}

uint32_t
MillisecondsSince(Instant when, Instant now)
{
    return static_cast<uint32_t>(
        std::chrono::duration_cast<std::chrono::milliseconds>(now - when).count());
}

uint8_t
CongestionState(const ConnectionView& view, const SegmentCounts& segments)
{
    switch (view.phase)
    {
    case Phase::Recovery:
        return TCP_CA_Recovery;
    case Phase::Loss:
        return TCP_CA_Loss;
    default:
        return segments.sacked > 0 || view.dupAcks > 0 ? TCP_CA_Disorder : TCP_CA_Open;
    }
}

uint32_t
Segments(uint32_t bytes, uint32_t mss)
{
    return mss == 0 ? bytes : bytes / mss;
}

void
FillFromView(const ConnectionView& view, const SegmentCounts& segments, tcp_info& info)
{
    info.tcpi_ca_state = CongestionState(view, segments);
    info.tcpi_retransmits = static_cast<uint8_t>(view.retries);
    info.tcpi_probes = static_cast<uint8_t>(view.probes);
    info.tcpi_backoff = static_cast<uint8_t>(view.backoff);
    info.tcpi_options = static_cast<uint8_t>((view.timestamps ? TCPI_OPT_TIMESTAMPS : 0) |
                                             (view.sack ? TCPI_OPT_SACK : 0) |
                                             (view.windowScaling ? TCPI_OPT_WSCALE : 0));
    info.tcpi_snd_wscale = view.sndScale & 15;
    info.tcpi_rcv_wscale = view.rcvScale & 15;
    info.tcpi_rto = Microseconds(view.rto);
    info.tcpi_snd_mss = view.mss;
    info.tcpi_unacked = segments.unacked;
    info.tcpi_sacked = segments.sacked;
    // To Linux, what was lost is so until it is known to have arrived.
    const bool recovers = view.phase == Phase::Recovery || view.phase == Phase::Loss;
    info.tcpi_lost = segments.lost + (recovers ? segments.retransmitted : 0);
    info.tcpi_retrans = segments.retransmitted;
    info.tcpi_rtt = Microseconds(view.srtt);
    info.tcpi_rttvar = Microseconds(view.rttVar);
    // Linux counts both in segments, and has a number for "never set".
    info.tcpi_snd_cwnd = Segments(view.congestion.cwnd, view.mss);
    info.tcpi_snd_ssthresh = view.congestion.ssthresh == UINT32_MAX
                                 ? INT32_MAX
                                 : Segments(view.congestion.ssthresh, view.mss);
    info.tcpi_notsent_bytes = view.unsent;
    info.tcpi_snd_wnd = view.sndWnd;
    info.tcpi_rcv_ssthresh = view.rcvWnd;
}

/** Segments that have arrived, SYN and FIN included; a SYN with data is two, if it is not taken
 * whole.
 */
uint32_t
Delivered(const Stream& stream, const SegmentCounts& segments)
{
    const bool isPassive = stream.synBytes == 0 && stream.established && !stream.initiated;
    const bool isParted = stream.synBytes > 0 && stream.established && !stream.synDataTaken;
    const uint32_t arrived = stream.tally.sequenced - segments.unacked + segments.sacked;
    return arrived + isParted + (isPassive && !stream.fastOpen);
}

void
FillFromStream(const Stream& stream, Instant now, tcp_info& info)
{
    const Tally& tally = stream.tally;
    info.tcpi_options |= stream.synDataTaken ? TCPI_OPT_SYN_DATA : 0;
    info.tcpi_last_data_sent = MillisecondsSince(tally.lastDataSent, now);
    info.tcpi_last_data_recv = MillisecondsSince(tally.lastDataReceived, now);
    info.tcpi_last_ack_recv = MillisecondsSince(tally.lastAckReceived, now);
    info.tcpi_rcv_mss = tally.largestReceived;
    info.tcpi_total_retrans = tally.retransmissions;
    info.tcpi_bytes_acked = tally.bytesAcked;
    info.tcpi_bytes_received = tally.bytesReceived;
    info.tcpi_bytes_sent = tally.bytesSent;
    info.tcpi_bytes_retrans = tally.bytesRetransmitted;
    info.tcpi_busy_time = Microseconds(tally.busy);
    info.tcpi_rwnd_limited = Microseconds(tally.windowBound);
    info.tcpi_segs_out = tally.segmentsOut;
    info.tcpi_segs_in = tally.segmentsIn;
    info.tcpi_data_segs_out = tally.dataSegmentsOut;
    info.tcpi_data_segs_in = tally.dataSegmentsIn;
}

} // namespace

uint8_t
StateNumber(State state, bool freeBsd)
{
    // In the order of `State`: CLOSED, LISTEN, SYN-SENT, SYN-RECEIVED, ESTABLISHED, FIN-WAIT-1,
    // FIN-WAIT-2, CLOSE-WAIT, CLOSING, LAST-ACK, TIME-WAIT.
    static constexpr std::array<uint8_t, kStates> linuxNumbers{7, 10, 2, 3, 1, 4, 5, 8, 11, 9, 6};
    static constexpr std::array<uint8_t, kStates> bsdNumbers{0, 1, 2, 3, 4, 6, 9, 5, 7, 8, 10};
    return (freeBsd ? bsdNumbers : linuxNumbers)[static_cast<std::size_t>(state)];
}

std::size_t
WriteTcpInfo(const InfoQuestion& question, void* out, std::size_t room)
{
    tcp_info info{};
    FillFromView(question.view, question.segments, info);
    info.tcpi_state = StateNumber(question.view.state);
    info.tcpi_advmss = question.advMss;
    info.tcpi_pmtu = question.mtu;
    info.tcpi_reordering = 3;
    if (question.stream != nullptr)
    {
        FillFromStream(*question.stream, question.now, info);
        info.tcpi_delivered = Delivered(*question.stream, question.segments);
    }
    std::memset(out, 0, room); // newer kernels have more fields than the headers here
    std::memcpy(out, &info, std::min(room, sizeof(info)));
    return room;
}

} // namespace lifecycle::packetdrill
