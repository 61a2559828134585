#include "profiles.h"

#include <algorithm>
#include <cctype>

namespace lifecycle
{

namespace
{

// Each profile names only what differs from a Config that nobody has touched. What that holds is
// Linux's in all that Linux has, so that Linux() is short. Where every value comes from, also those
// that are not named here, stands in doc/notes/profiles.md.

/** Linux 6.18, sysctls untouched. */
Config
Linux()
{
    return {
        .handshake =
            {
                .synLinearTimeouts = 4, // tcp_syn_linear_timeouts: SYNs at 0, 1, 2, 3, 4, 5, 7, ...
                .takesSynAckText = false, // tcp_rcv_synsent_state_process()
                .checksSynAckEcho = true, // PAWSACTIVEREJECTED, in the same place
                .synAgainOnBadAck = true, // TCP_TIMEOUT_MIN, in the same place
                .acceptsEnded = true,     // inet_csk_accept() takes what tcp_done() has closed
            },
        .validation =
            {
                .sequence = SequenceCheck::Touching,      // tcp_sequence()
                .oldestAck = OldestAck::OfThisConnection, // tcp_ack(): bytes_acked
                .dropsWithoutAck = true,                  // tcp_rcv_established()
                .lenientReset = true,                     // tcp_reset_check(), SACK
                .oldStampSlack = 1,                       // TCP_PAWS_WINDOW
                .oldStamp = OldStamp::AnswerNews,         // tcp_disordered_ack()
                .oldStampVoidsReset = true,               // tcp_paws_reject()
                .requestSyn = RequestSyn::Resets,         // tcp_check_req(): embryonic_reset
                .requestAck = RequestAck::BeforePlace,    // tcp_check_req()
                .invalidInterval = 500ms,                 // tcp_invalid_ratelimit
            },
        .closing =
            {
                .maxTimeWaits = 262144,  // tcp_max_tw_buckets: ehash_entries / 2, at the most this
                .restartOnAnyAck = true, // tcp_timewait_state_process()
                .timeWaitAnswers = TimeWaitAnswers::ButAtEdge, // tcp_timewait_state_process()
                .reuseByBoundConnect = true,                   // tcp_twsk_unique() without twp
                .maxOrphans = 262144,                          // tcp_max_orphans: ehash_entries / 2
                .resetBeyondLateData = true, // tcp_rcv_state_process(): TCPABORTONDATA
                .finWait2IsRecord = true,    // tcp_time_wait(sk, TCP_FIN_WAIT2, ...)
            },
        .keepalive = {}, // TCP_KEEPALIVE_TIME, TCP_KEEPALIVE_INTVL, TCP_KEEPALIVE_PROBES
        .data =
            {
                .retriesFrom = 200ms, // TCP_RTO_MIN in retransmits_timed_out()
                .leastBurst = 2,      // tcp_min_tso_segs; tcp_transmit_skb(): pcount > 1
                .persistProbe = PersistProbe::ZeroLength, // tcp_xmit_probe_skb()
                .finEndsReports = true,                   // tcp_fin(): tcp_sack_reset()
                .growsHalfUsed = true,                    // tcp_is_cwnd_limited()
                .offersPathMss = true,                    // tcp_advertise_mss()
                .rcvBufMost = 33554432,                   // tcp_rmem, since 6.16
            },
    };
}

/** FreeBSD 14 and 15, sysctls untouched. */
Config
FreeBsd()
{
    return {
        .handshake =
            {
                .synRetries = 12,              // TCP_MAXRXTSHIFT; the time runs out before
                .synAckRetries = 3,            // SYNCACHE_MAXREXMTS
                .timeout = 75s,                // TCPTV_KEEP_INIT
                .backlog = 128,                // kern.ipc.soacceptqueue
                .backlogCap = 128,             // kern.ipc.soacceptqueue
                .synBacklog = 15360,           // TCP_SYNCACHE_HASHSIZE * TCP_SYNCACHE_BUCKETLIMIT
                .synChecksAcceptQueue = false, // syncache_add() does not
                .acceptOverflow = Overflow::Reset, // net.inet.tcp.syncache.rst_on_sock_fail
                .dropSynFin = false,               // net.inet.tcp.drop_synfin
                .threeHalvesQueue = true,          // solisten_clone(): 3 * sol_qlimit / 2
                .backlogLimitsRequests = false,    // syncache_add() does not know it
                .ports = PortChoice::Random,       // net.inet.ip.portrange.randomized
                .firstEphemeralPort = 10000,       // IPPORT_EPHEMERALFIRST
                .lastEphemeralPort = 65535,        // IPPORT_EPHEMERALLAST
            },
        .validation =
            {
                .sequence = SequenceCheck::Reaching,      // tcp_do_segment()
                .oldestAck = OldestAck::OfThisConnection, // tcp_do_segment(): ghost ACKs
                .resetAtLastAck = true,                   // tcp_do_segment(): last_ack_sent
                .oldStamp = OldStamp::AnswerText,         // tcp_do_segment(): PAWS
                .requestSyn = RequestSyn::Repeats,        // syncache_add()
                .requestAck = RequestAck::Ends,           // syncache_expand(), syncache_badack()
                .invalidInterval = 1s,                    // net.inet.tcp.ack_war_timewindow
                .invalidAnswers = 5,                      // net.inet.tcp.ack_war_cnt
                .limitsOnlyChallenges = true,             // tcp_send_challenge_ack()
                .softErrors = SoftErrors::EndIfRepeated,  // tcp_notify(), syncache_unreach()
            },
        .closing =
            {
                .timeWaitAnswers = TimeWaitAnswers::ButExact, // tcp_twcheck()
                .rfc1337 = true,                              // tcp_twcheck() drops every RST
                .reuseBySyn = SynReuse::IfHigher,             // tcp_twcheck()
                .finWait2Timeout = 675s,    // TP_MAXIDLE, looked at again after TCPTV_KEEPINTVL
                .orphanRetries = 12,        // TCP_MAXRXTSHIFT, as for the others
                .resetOnUnreadData = false, // tcp_disconnect() flushes them and sends FIN
                .repeatsFin = true,         // tcp_output(): tcp_outflags[]
            },
        .keepalive =
            {
                .enabled = true, // net.inet.tcp.always_keepalive
                .probes = 8,     // TCPTV_KEEPCNT
            },
        .data =
            {
                .offersAllFree = true,                   // tcp_output(): recwin
                .windowUpdates = WindowUpdates::BySteps, // tcp_output(): adv
                .roundRcvBuf = true,                     // tcp_mss()
                .rto = {.initial = 1s,                   // TCPTV_RTOBASE
                        .minimum = 30ms,                 // TCPTV_MIN
                        .maximum = 64s,                  // TCPTV_REXMTMAX
                        .minimumBoundsVariance = false,
                        .slop = 200ms},                        // TCPTV_CPU_VAR in TCPT_RANGESET()
                .dataRetries = 12,                             // TCP_MAXRXTSHIFT
                .persistMinimum = 5s,                          // TCPTV_PERSMIN
                .persistMaximum = 60s,                         // TCPTV_PERSMAX
                .acksOldTextAtOnce = true,                     // tcp_do_segment(): DSACK
                .congestion = Cubic(SlowStart::Standard),      // cubic_rttsample() is not called
                .lossDetection = LossDetection::DuplicateAcks, // functions_default: freebsd
                .lossProbe = false,                            // only in the stack "rack"
                .fRto = false,                                 // it has none
                .nagleRule = Nagle::AnyInFlight,               // "idle" in tcp_default_output()
                .quickAcks = 0,
                .idleRestart = IdleRestart::InitialWindow, // cc_after_idle()
                .rcvBufMost = 2097152,                     // net.inet.tcp.recvbuf_max
                .ecn = Ecn::Passive,                       // net.inet.tcp.ecn.enable: 2
                .leastPathMss = 216,                       // tcp_next_pmtu(): TCP_MINMSS
                .pathMssExpiry = std::nullopt,             // tcp_mss_update(): only ICMP and SYNs
            },
    };
}

/** Windows 11, template Internet. */
Config
Windows()
{
    return {
        .handshake =
            {
                .synRetries = 4,    // MaxSynRetransmissions
                .synAckRetries = 2, // TcpMaxConnectResponseRetransmissions
                .backlog = 200,     // SOMAXCONN
                .backlogCap = 200,  // SOMAXCONN
                .synCookies = SynCookies::Never,
                .synOverflow = Overflow::Reset,    // KB 113576
                .acceptOverflow = Overflow::Reset, // KB 113576
                .firstEphemeralPort = 49152,       // DynamicPortRangeStartPort
                .lastEphemeralPort = 65535,        // DynamicPortRangeNumberOfPorts: 16384
            },
        .validation =
            {
                .softErrors = SoftErrors::Note, // not documented: as the RFCs ask
            },
        .closing =
            {
                .msl = 60s,                         // TcpTimedWaitDelay: 120 s
                .bindOverTimeWait = true,           // SO_EXCLUSIVEADDRUSE is what would prevent it
                .reuseAddressSharesListener = true, // SO_REUSEADDR as Winsock has it
                .finWait2Timeout = 300s,            // KB 813056
                .orphanRetries = 5,                 // TcpMaxDataRetransmissions, as for the others
            },
        .keepalive =
            {
                .interval = 1s, // KeepAliveInterval
                .probes = 10,   // SIO_KEEPALIVE_VALS: since Vista
                .probe = KeepaliveProbe::GarbageByte,
            },
        .data =
            {
                .rto = {.initial = 1s,    // InitialRto
                        .minimum = 300ms, // MinRto
                        .maximum = 60s,   // RFC 6298 §2.5
                        .minimumBoundsVariance = false},
                .dataRetries = 5,    // TcpMaxDataRetransmissions
                .timestamps = false, // Timestamps: Disabled
                .nagleRule = Nagle::AnyInFlight,
                .quickAcks = 0,
                .idleRestart = IdleRestart::Never, // CwndRestart: False
                .rcvBufMost = 65535 << 8, // AutoTuningLevelLocal: Normal, a scale factor of 8
                .ecn = Ecn::Off,          // EcnCapability: Disabled
            },
    };
}

/** What the RFCs ask for, and where they leave a choice, the least. */
Config
Rfc9293()
{
    return {
        .handshake =
            {
                .synRetries = 7,    // RFC 9293 §3.8.3: R2 of a SYN is 3 min; 1+2+4+...+32+60+60 s
                .synAckRetries = 7, // a SYN as well
                .synCookies = SynCookies::Never, // RFC 4987 §3.6: where the rest does not help
                .dropSynFin = false,             // RFC 9293 §3.10.7.2, third
                .ports = PortChoice::Random,     // RFC 6056 §3.3.1
                .firstEphemeralPort = 1024,      // RFC 6056 §3.2
                .lastEphemeralPort = 65535,      // RFC 6056 §3.2
            },
        .validation = // RFC 9293 §3.10.7.4 takes over RFC 5961
        {
            .softErrors = SoftErrors::Note, // RFC 9293 §3.9.2.2, MUST-56
            .hardErrorsEnd = true,          // RFC 9293 §3.9.2.2, SHLD-26
        },
        .closing =
            {
                .msl = 2min,                     // RFC 9293 §3.4.2
                .finWait2Timeout = std::nullopt, // RFC 9293 knows none
                .orphanRetries = 6,              // no less than the others
            },
        .keepalive = {}, // RFC 9293 §3.8.4: off, and no sooner than after two hours
        .data =
            {
                .initialWindow = 3,     // RFC 5681 §3.1, for an MSS of 1096 to 2190
                .rto = {.initial = 1s,  // RFC 6298 §2.1
                        .minimum = 1s,  // RFC 6298 §2.4
                        .maximum = 60s, // RFC 6298 §2.5
                        .minimumBoundsVariance = false},
                .dataRetries = 6,    // RFC 9293 §3.8.3: R2 is at least 100 s; 1+2+4+...+32+60 s
                .delayedAck = 200ms, // RFC 9293 §3.8.6.3: less than 0.5 s
                .congestion = NewReno(),                       // RFC 9293 §3.8.2: RFC 5681
                .lossDetection = LossDetection::DuplicateAcks, // RFC 5681 §3.2, RFC 6675
                .lossProbe = false,
                .prr = false,
                .eifel = false,
                .fRto = false,
                .duplicateSack = false,          // RFC 2883 is optional
                .nagleRule = Nagle::AnyInFlight, // RFC 9293 §3.7.4
                .quickAcks = 0,
                .idleRestart = IdleRestart::InitialWindow, // RFC 5681 §4.1
            },
    };
}

/** RFC 793 and 1122 as the classic texts tell them. */
Config
Textbook()
{
    return {
        .handshake =
            {
                .synAckRetries = 3,              // 3 + 6 + 12 + 24 s
                .timeout = 75s,                  // Stevens, TCP/IP Illustrated, volume 1, §18.3
                .synCookies = SynCookies::Never, // younger than the texts
                .dropSynFin = false,             // RFC 793, page 66
                .isn = IsnChoice::Fixed,
                .fixedIsn = 0,
                .ports = PortChoice::Sequential, // as the examples of the texts show
                .firstEphemeralPort = 1024,      // Stevens §1.9
                .lastEphemeralPort = 5000,       // Stevens §1.9
            },
        .validation =
            {
                .rfc5961 = false, // RFC 793, page 37: any RST in the window resets; page 71: SYN
                .requestSyn = RequestSyn::Resets, // RFC 793, page 71
                .softErrors = SoftErrors::Note,   // RFC 1122 §4.2.3.9: must not abort
                .hardErrorsEnd = true,            // RFC 1122 §4.2.3.9: should abort
            },
        .closing =
            {
                .msl = 2min,                     // RFC 793, page 28
                .reuseBySyn = SynReuse::Never,   // Stevens §18.6: the socket pair rests for 2MSL
                .finWait2Timeout = std::nullopt, // Stevens §18.6: for ever
                .orphanRetries = 12,             // as for the others
                .resetOnUnreadData = false,      // RFC 793, page 60: CLOSE sends FIN
                .resetOnLateData = false,        // RFC 793, page 37: who closes goes on receiving
            },
        .keepalive =
            {
                .probes = 10, // Stevens §23.2: 10, 75 s apart, after two hours
            },
        .data =
            {
                .initialWindow = 1,       // RFC 2001 §1
                .initialSsthresh = 65535, // RFC 2001 §2
                .rto = {.initial = 3s,    // RFC 1122 §4.2.3.1
                        .minimum = 1s,    // RFC 2988 §2.4
                        .maximum = 64s,   // Stevens §21.2
                        .minimumBoundsVariance = false},
                .dataRetries = 12,      // Stevens §21.2
                .delayedAck = 200ms,    // Stevens §19.3
                .windowScaling = false, // RFC 793 has no option but the MSS
                .timestamps = false,
                .sack = false,
                .congestion = NewReno(),                       // RFC 2001, and RFC 6582 after it
                .lossDetection = LossDetection::DuplicateAcks, // RFC 2001 §3
                .lossProbe = false,
                .prr = false,
                .eifel = false,
                .fRto = false,
                .duplicateSack = false,
                .nagleRule = Nagle::AnyInFlight, // RFC 896
                .quickAcks = 0,
                .idleRestart = IdleRestart::InitialWindow, // RFC 2001 says nothing; Jacobson 1988
                .ecn = Ecn::Off,                           // younger than the texts
            },
    };
}

bool
EqualsIgnoringCase(std::string_view a, std::string_view b)
{
    return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](unsigned char x, unsigned char y) {
        return std::tolower(x) == std::tolower(y);
    });
}

} // namespace

std::string_view
Name(Profile profile)
{
    static constexpr std::array<std::string_view, kProfiles.size()> names{"Linux",
                                                                          "FreeBsd",
                                                                          "Windows",
                                                                          "Rfc9293",
                                                                          "Textbook"};
    return names[static_cast<std::size_t>(profile)];
}

std::optional<Profile>
FindProfile(std::string_view name)
{
    const auto found = std::find_if(kProfiles.begin(), kProfiles.end(), [&](Profile profile) {
        return EqualsIgnoringCase(Name(profile), name);
    });
    return found == kProfiles.end() ? std::nullopt : std::optional(*found);
}

Config
MakeConfig(Profile profile)
{
    switch (profile)
    {
    case Profile::FreeBsd:
        return FreeBsd();
    case Profile::Windows:
        return Windows();
    case Profile::Rfc9293:
        return Rfc9293();
    case Profile::Textbook:
        return Textbook();
    default:
        return Linux();
    }
}

} // namespace lifecycle
