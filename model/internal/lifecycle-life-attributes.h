#ifndef LIFECYCLE_LIFE_ATTRIBUTES_H
#define LIFECYCLE_LIFE_ATTRIBUTES_H

#include "internal/lifecycle-config-attributes.h"
#include "internal/lifecycle-validation-attributes.h"

#include <cstdint>
#include <string>

/**
 * \file
 * The attributes of a connection's life, which a node's TCP and the three models share.
 */

namespace ns3
{

template <typename Owner>
void
AddHandshakeAttributes(TypeId tid)
{
    AddConfigAttribute<Owner>(
        tid,
        "SynRetries",
        "Retransmissions of a SYN before the connection attempt fails (Linux tcp_syn_retries)",
        [](auto& config) -> auto& { return config.handshake.synRetries; },
        ACount(0));
    AddConfigAttribute<Owner>(
        tid,
        "SynAckRetries",
        "Retransmissions of a SYN-ACK before the request is dropped (Linux tcp_synack_retries)",
        [](auto& config) -> auto& { return config.handshake.synAckRetries; },
        ACount(0));
    AddConfigAttribute<Owner>(
        tid,
        "Backlog",
        "Connections not yet accepted of a listener that does not say how many it takes",
        [](auto& config) -> auto& { return config.handshake.backlog; },
        ACount(0));
    AddConfigAttribute<Owner>(
        tid,
        "MaxBacklog",
        "The most that a listener gets, whatever it asks for (Linux net.core.somaxconn)",
        [](auto& config) -> auto& { return config.handshake.backlogCap; },
        ACount(0));
    AddConfigAttribute<Owner>(
        tid,
        "SynBacklog",
        "Half-open requests of a listener at the most (Linux tcp_max_syn_backlog)",
        [](auto& config) -> auto& { return config.handshake.synBacklog; },
        ACount(0));
    AddConfigAttribute<Owner>(
        tid,
        "SynCookies",
        "Whether SYN cookies are sent: Never, OnOverflow or Always (RFC 4987 §3.6)",
        [](auto& config) -> auto& { return config.handshake.synCookies; },
        MakeStringChecker());
    AddConfigAttribute<Owner>(
        tid,
        "SynOverflow",
        "What is done with a SYN that finds a queue full: Drop or Reset",
        [](auto& config) -> auto& { return config.handshake.synOverflow; },
        MakeStringChecker());
    AddConfigAttribute<Owner>(
        tid,
        "AcceptOverflow",
        "What is done with a third segment that finds the accept queue full: Drop or Reset (Linux "
        "tcp_abort_on_overflow)",
        [](auto& config) -> auto& { return config.handshake.acceptOverflow; },
        MakeStringChecker());
    AddConfigAttribute<Owner>(
        tid,
        "HandshakeForm",
        "ThreeWay (RFC 9293 §3.5) or TwoWay, to show what the third segment is for",
        [](auto& config) -> auto& { return config.handshake.form; },
        MakeStringChecker());
    AddConfigAttribute<Owner>(
        tid,
        "SynLinearTimeouts",
        "Time-outs of a SYN that do not double, before those that do (Linux "
        "tcp_syn_linear_timeouts)",
        [](auto& config) -> auto& { return config.handshake.synLinearTimeouts; },
        ACount(0));
    AddConfigAttribute<Owner>(
        tid,
        "ConnectTimeout",
        "Time to be connected in whatever the retries, 0 for no limit",
        [](auto& config) -> auto& { return config.handshake.timeout; },
        ATime(Time(0)));
    AddConfigAttribute<Owner>(
        tid,
        "FastOpenQueue",
        "Fast Opens that a listener has half-open at the most, 0 for none (RFC 7413 §5.1)",
        [](auto& config) -> auto& { return config.handshake.fastOpenQueue; },
        ACount(0));
    AddConfigAttribute<Owner>(
        tid,
        "PortChoice",
        "How ephemeral ports are chosen: Hashed, Sequential or Random (RFC 6056 §3.3)",
        [](auto& config) -> auto& { return config.handshake.ports; },
        MakeStringChecker());
    AddConfigAttribute<Owner>(
        tid,
        "Rfc5961",
        "Whether RST, SYN and ACK are checked by RFC 5961; else by RFC 793",
        [](auto& config) -> auto& { return config.validation.rfc5961; },
        MakeBooleanChecker());
    AddConfigAttribute<Owner>(
        tid,
        "ChallengesPerSecond",
        "Challenge ACKs that the node sends in a second at the most (RFC 5961 §7)",
        [](auto& config) -> auto& { return config.validation.challengesPerSecond; },
        ACount(0));
    AddConfigAttribute<Owner>(
        tid,
        "InvalidInterval",
        "Time in which InvalidAnswers challenge ACKs and answers to empty segments out of the "
        "window are sent at the most, by one connection; 0 for no limit (Linux "
        "tcp_invalid_ratelimit)",
        [](auto& config) -> auto& { return config.validation.invalidInterval; },
        ATime(Time(0)));
    AddConfigAttribute<Owner>(
        tid,
        "SoftErrors",
        "What ICMP's network or host unreachable does to a connection that is being opened: "
        "EndAtOnce, as in Linux, EndIfRepeated, as in FreeBSD, or Note (RFC 9293 §3.9.2.2)",
        [](auto& config) -> auto& { return config.validation.softErrors; },
        MakeStringChecker());
    AddConfigAttribute<Owner>(
        tid,
        "HardErrorsEnd",
        "Whether ICMP's port or protocol unreachable ends a connection that stands (RFC 9293 "
        "§3.9.2.2; RFC 5927 §5.2 says why it should not)",
        [](auto& config) -> auto& { return config.validation.hardErrorsEnd; },
        MakeBooleanChecker());
    AddConfigAttribute<Owner>(
        tid,
        "Isn",
        "How initial sequence numbers are chosen: Hashed (RFC 6528), Fixed (always FixedIsn, for "
        "teaching) or Random",
        [](auto& config) -> auto& { return config.handshake.isn; },
        MakeStringChecker());
    AddConfigAttribute<Owner>(
        tid,
        "FixedIsn",
        "The initial sequence number, if Isn is Fixed",
        [](auto& config) -> auto& { return config.handshake.fixedIsn; },
        ACount(0));
    AddConfigAttribute<Owner>(
        tid,
        "FirstEphemeralPort",
        "Lowest port chosen for a socket that was bound to none (Linux ip_local_port_range)",
        [](auto& config) -> auto& { return config.handshake.firstEphemeralPort; },
        APort());
    AddConfigAttribute<Owner>(
        tid,
        "LastEphemeralPort",
        "Highest port chosen for a socket that was bound to none (Linux ip_local_port_range)",
        [](auto& config) -> auto& { return config.handshake.lastEphemeralPort; },
        APort());
    AddValidationAttributes<Owner>(tid);
}

template <typename Owner>
void
AddClosingAttributes(TypeId tid)
{
    AddConfigAttribute<Owner>(
        tid,
        "Msl",
        "Maximum segment lifetime; TIME_WAIT lasts twice this (RFC 9293 §3.4.2; Linux 30 s)",
        [](auto& config) -> auto& { return config.closing.msl; },
        ATime(Time(0)));
    AddConfigAttribute<Owner>(
        tid,
        "FinWait2Timeout",
        "How long a socket that the application has closed waits for the peer's FIN, 0 for as "
        "long as it takes (Linux tcp_fin_timeout)",
        [](auto& config) -> auto& { return config.closing.finWait2Timeout; },
        ATime(Time(0)));
    AddConfigAttribute<Owner>(
        tid,
        "OrphanRetries",
        "Retransmissions for a socket that the application has closed (Linux tcp_orphan_retries)",
        [](auto& config) -> auto& { return config.closing.orphanRetries; },
        ACount(0));
    AddConfigAttribute<Owner>(
        tid,
        "ResetOnUnreadData",
        "Whether closing with unread data resets the connection (RFC 1122 §4.2.2.13)",
        [](auto& config) -> auto& { return config.closing.resetOnUnreadData; },
        MakeBooleanChecker());
    AddConfigAttribute<Owner>(
        tid,
        "Rfc1337",
        "Whether a RST is kept from ending TIME_WAIT early (RFC 1337; Linux tcp_rfc1337)",
        [](auto& config) -> auto& { return config.closing.rfc1337; },
        MakeBooleanChecker());
    AddConfigAttribute<Owner>(
        tid,
        "MaxRecords",
        "TIME_WAIT records of the node at the most (Linux tcp_max_tw_buckets)",
        [](auto& config) -> auto& { return config.closing.maxTimeWaits; },
        ACount(0));
    AddConfigAttribute<Owner>(
        tid,
        "Overflow",
        "What is done when there are as many TIME_WAIT records as MaxRecords: SkipTimeWait or "
        "EvictOldest",
        [](auto& config) -> auto& { return config.closing.timeWaitOverflow; },
        MakeStringChecker());
    AddConfigAttribute<Owner>(
        tid,
        "RestartOnAnyAck",
        "Whether all that is answered in TIME_WAIT starts it anew, as in Linux, or only the peer's "
        "FIN (RFC 9293 §3.10.7.4)",
        [](auto& config) -> auto& { return config.closing.restartOnAnyAck; },
        MakeBooleanChecker());
    AddConfigAttribute<Owner>(
        tid,
        "ReuseBySyn",
        "Whether a SYN may take the place of a TIME_WAIT: Never, IfNewer (RFC 6191) or IfHigher"
        " (by its sequence number alone)",
        [](auto& config) -> auto& { return config.closing.reuseBySyn; },
        MakeStringChecker());
    AddConfigAttribute<Owner>(
        tid,
        "ReuseByConnect",
        "Whether an active open may take the place of a TIME_WAIT (Linux tcp_tw_reuse)",
        [](auto& config) -> auto& { return config.closing.reuseByConnect; },
        MakeBooleanChecker());
    AddConfigAttribute<Owner>(
        tid,
        "ReuseByConnectAfter",
        "How old that TIME_WAIT has to be (Linux: 1 s)",
        [](auto& config) -> auto& { return config.closing.reuseByConnectAfter; },
        ATime(Time(0)));
    AddConfigAttribute<Owner>(
        tid,
        "BindOverTimeWait",
        "Whether a port may be bound while connections of it are in TIME_WAIT",
        [](auto& config) -> auto& { return config.closing.bindOverTimeWait; },
        MakeBooleanChecker());
    AddConfigAttribute<Owner>(
        tid,
        "MaxOrphans",
        "Connections of the node whose application is gone, at the most (Linux tcp_max_orphans)",
        [](auto& config) -> auto& { return config.closing.maxOrphans; },
        ACount(0));
    AddConfigAttribute<Owner>(
        tid,
        "ResetOnLateData",
        "Whether data for a closed application is answered with RST (RFC 2525 §2.17)",
        [](auto& config) -> auto& { return config.closing.resetOnLateData; },
        MakeBooleanChecker());
    AddConfigAttribute<Owner>(
        tid,
        "AbortOnClose",
        "Whether Close resets the connection (SO_LINGER with a time of zero)",
        [](auto& config) -> auto& { return config.closing.abortOnClose; },
        MakeBooleanChecker());
    AddLateSegmentAttributes<Owner>(tid);
}

template <typename Owner>
void
AddKeepaliveAttributes(TypeId tid, const std::string& prefix)
{
    AddConfigAttribute<Owner>(
        tid,
        prefix + "Enabled",
        "Whether idle connections are probed (SO_KEEPALIVE; off by default, RFC 9293 §3.8.4)",
        [](auto& config) -> auto& { return config.keepalive.enabled; },
        MakeBooleanChecker());
    AddConfigAttribute<Owner>(
        tid,
        prefix + "Idle",
        "Silence after which the first probe is sent (Linux tcp_keepalive_time)",
        [](auto& config) -> auto& { return config.keepalive.idle; },
        ATime(TimeStep(1)));
    AddConfigAttribute<Owner>(
        tid,
        prefix + "Interval",
        "Time between probes (Linux tcp_keepalive_intvl)",
        [](auto& config) -> auto& { return config.keepalive.interval; },
        ATime(TimeStep(1)));
    AddConfigAttribute<Owner>(
        tid,
        prefix + "Probes",
        "Unanswered probes after which a connection is given up (Linux tcp_keepalive_probes)",
        [](auto& config) -> auto& { return config.keepalive.probes; },
        ACount(1));
    AddConfigAttribute<Owner>(
        tid,
        prefix + "Probe",
        "What a probe carries: Empty, or GarbageByte for old peers (RFC 9293 §3.8.4)",
        [](auto& config) -> auto& { return config.keepalive.probe; },
        MakeStringChecker());
    AddConfigAttribute<Owner>(
        tid,
        "UserTimeout",
        "How long what was sent may stay unanswered, 0 for as DataRetries says (RFC 5482)",
        [](auto& config) -> auto& { return config.keepalive.userTimeout; },
        ATime(Time(0)));
}

} // namespace ns3

#endif /* LIFECYCLE_LIFE_ATTRIBUTES_H */
