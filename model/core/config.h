#ifndef LIFECYCLE_CORE_CONFIG_H
#define LIFECYCLE_CORE_CONFIG_H

#include "congestion.h"
#include "model-time.h"
#include "rtt-estimator.h"

#include <algorithm>
#include <cstdint>
#include <optional>

namespace lifecycle
{

using namespace std::chrono_literals;

/** How the initial sequence number is chosen. */
enum class IsnChoice : uint8_t
{
    Hashed, //!< RFC 6528: keyed hash plus clock
    Fixed,  //!< always `fixedIsn`, for teaching
    Random, //!< from the injected source of randomness
};

/** Opening a connection. */
struct HandshakeConfig
{
    uint32_t synRetries{6};    //!< Linux tcp_syn_retries
    uint32_t synAckRetries{5}; //!< Linux tcp_synack_retries
    uint32_t backlogCap{4096}; //!< Linux net.core.somaxconn
    IsnChoice isn{IsnChoice::Hashed};
    uint32_t fixedIsn{0};
    uint16_t firstEphemeralPort{32768}; //!< Linux ip_local_port_range
    uint16_t lastEphemeralPort{60999};  //!< Linux ip_local_port_range, inclusive
};

/** Ending a connection. */
struct ClosingConfig
{
    /** Maximum segment lifetime; TIME_WAIT lasts twice this (Linux: TCP_TIMEWAIT_LEN = 60 s). */
    Duration msl{30s};
    /** How long to wait for the peer's FIN once the application is gone (Linux tcp_fin_timeout). */
    std::optional<Duration> finWait2Timeout{60s};
    /** Retransmissions of data and FIN once the application is gone (Linux tcp_orphan_retries). */
    uint32_t orphanRetries{8};
    /** Whether closing with unread data resets the connection (RFC 1122 §4.2.2.13, RFC 2525 §2.17).
     */
    bool resetOnUnreadData{true};
    /** Whether a RST is kept from ending TIME_WAIT early (RFC 1337); Linux tcp_rfc1337 is off. */
    bool rfc1337{false};
};

/** Finding out whether an idle peer is still there. */
struct KeepaliveConfig
{
    bool enabled{false};    //!< off by default, RFC 9293 §3.8.4
    Duration idle{2h};      //!< Linux tcp_keepalive_time
    Duration interval{75s}; //!< Linux tcp_keepalive_intvl
    uint32_t probes{9};     //!< Linux tcp_keepalive_probes
};

/** What a window probe carries. */
enum class PersistProbe : uint8_t
{
    OneByte,    //!< the next byte of the stream (RFC 9293 §3.8.6.1)
    ZeroLength, //!< nothing, one before the window, as Linux does
};

/** Carrying data. */
struct DataConfig
{
    uint16_t mss{1460};                   //!< largest payload to accept where the link does not say
    uint16_t mssLimit{UINT16_MAX};        //!< largest payload to accept whatever the link says
    uint32_t sndBuf{131072};              //!< bytes; stock ns-3 default of SndBufSize
    uint32_t rcvBuf{131072};              //!< bytes; stock ns-3 default of RcvBufSize
    uint32_t initialWindow{10};           //!< segments, RFC 6928
    uint32_t initialSsthresh{UINT32_MAX}; //!< bytes, RFC 5681 §3.1: arbitrarily high
    RtoLimits rto{.initial = 1s, .minimum = 200ms, .maximum = 120s, .minimumBoundsVariance = true};
    uint32_t dataRetries{15};    //!< Linux tcp_retries2
    Duration delayedAck{40ms};   //!< Linux TCP_DELACK_MIN
    uint32_t segmentsPerAck{2};  //!< RFC 9293 §3.8.6.3
    uint32_t dupAckThreshold{3}; //!< RFC 5681 §3.2
    bool nagle{true};            //!< RFC 9293 §3.7.4
    bool windowScaling{true};    //!< RFC 7323
    bool timestamps{true};       //!< RFC 7323
    bool sack{true};             //!< RFC 2018
    PersistProbe persistProbe{PersistProbe::OneByte};
    const CongestionControl* congestion{&NewReno()};

    /** \returns the largest payload to accept over a link that carries \p linkMss (0: not known) */
    uint16_t OwnMss(uint16_t linkMss) const
    {
        return std::min(linkMss != 0 ? linkMss : mss, mssLimit);
    }
};

/** Everything that can be set for a connection; a node has one, a connection may have its own. */
struct Config
{
    HandshakeConfig handshake;
    ClosingConfig closing;
    KeepaliveConfig keepalive;
    DataConfig data;
};

} // namespace lifecycle

#endif /* LIFECYCLE_CORE_CONFIG_H */
