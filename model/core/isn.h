#ifndef LIFECYCLE_CORE_ISN_H
#define LIFECYCLE_CORE_ISN_H

#include "address.h"
#include "model-time.h"
#include "seq-num.h"

#include <array>
#include <cstdint>
#include <span>

namespace lifecycle
{

/**
 * How far beyond the SND.NXT of a TIME-WAIT a connection begins that takes its place: more than any
 * unscaled window (Linux: tcp_timewait_state_process, tcp_twsk_unique).
 */
inline constexpr uint32_t kIssBeyondTimeWait = 65535 + 2;

/** A secret of the node, from which nothing about its hashes can be guessed. */
using SecretKey = std::array<uint64_t, 2>;

/**
 * SipHash-2-4 (Aumasson and Bernstein, 2012) of a four-tuple: the keyed pseudorandom function that
 * RFC 6528 §3 asks for, and the one that Linux uses (net/core/secure_seq.c).
 */
uint64_t SipHash(const SecretKey& key, const FourTuple& tuple);

/** The same with eight more bytes before the tuple. */
uint64_t SipHash(const SecretKey& key, const FourTuple& tuple, uint64_t before);

/** The same of any bytes. */
uint64_t SipHash(const SecretKey& key, std::span<const uint8_t> bytes);

/**
 * An initial sequence number by RFC 6528 §3: ISN = M + F(four-tuple, secret key).
 * M is a clock that ticks every 64 ns, as in Linux (seq_scale in net/core/secure_seq.c).
 */
SeqNum HashedIsn(Instant now, const SecretKey& key, const FourTuple& tuple);

/** The offset that hides the clock behind TSval from the peer (RFC 7323 §5.4). */
uint32_t TimestampOffset(const SecretKey& key, const FourTuple& tuple);

} // namespace lifecycle

#endif /* LIFECYCLE_CORE_ISN_H */
