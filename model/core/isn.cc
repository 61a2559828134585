#include "isn.h"

#include <bit>
#include <cstring>

namespace lifecycle
{

namespace
{

/** The four words of SipHash's state. */
struct SipState
{
    uint64_t v0;
    uint64_t v1;
    uint64_t v2;
    uint64_t v3;

    void Round()
    {
        v0 += v1;
        v1 = std::rotl(v1, 13) ^ v0;
        v0 = std::rotl(v0, 32);
        v2 += v3;
        v3 = std::rotl(v3, 16) ^ v2;
        v0 += v3;
        v3 = std::rotl(v3, 21) ^ v0;
        v2 += v1;
        v1 = std::rotl(v1, 17) ^ v2;
        v2 = std::rotl(v2, 32);
    }

    void Absorb(uint64_t word)
    {
        v3 ^= word;
        Round();
        Round();
        v0 ^= word;
    }
};

SipState
Begin(const SecretKey& key)
{
    return {key[0] ^ 0x736f6d6570736575,
            key[1] ^ 0x646f72616e646f6d,
            key[0] ^ 0x6c7967656e657261,
            key[1] ^ 0x7465646279746573};
}

/** Absorbs all of a tuple but the ports. \returns the ports, which come last */
uint64_t
Absorb(SipState& state, const FourTuple& tuple)
{
    std::array<uint64_t, 4> addresses;
    std::memcpy(addresses.data(), &tuple, sizeof(addresses));
    for (uint64_t word : addresses)
    {
        state.Absorb(word);
    }
    return uint64_t{tuple.localPort} << 16 | tuple.remotePort;
}

/** \param last the bytes that do not fill a word, with the message's length at the top */
uint64_t
Finish(SipState state, uint64_t last)
{
    state.Absorb(last);
    state.v2 ^= 0xff;
    for (int i = 0; i < 4; ++i)
    {
        state.Round();
    }
    return state.v0 ^ state.v1 ^ state.v2 ^ state.v3;
}

} // namespace

uint64_t
SipHash(const SecretKey& key, const FourTuple& tuple)
{
    SipState state = Begin(key);
    const uint64_t ports = Absorb(state, tuple);
    return Finish(state, uint64_t{sizeof(FourTuple)} << 56 | ports);
}

uint64_t
SipHash(const SecretKey& key, const FourTuple& tuple, uint64_t before)
{
    SipState state = Begin(key);
    state.Absorb(before);
    const uint64_t ports = Absorb(state, tuple);
    return Finish(state, uint64_t{sizeof(before) + sizeof(FourTuple)} << 56 | ports);
}

uint64_t
SipHash(const SecretKey& key, std::span<const uint8_t> bytes)
{
    SipState state = Begin(key);
    uint64_t last = uint64_t{bytes.size()} << 56;
    for (; bytes.size() >= sizeof(uint64_t); bytes = bytes.subspan(sizeof(uint64_t)))
    {
        uint64_t word = 0;
        for (std::size_t i = 0; i < sizeof(word); ++i)
        {
            word |= uint64_t{bytes[i]} << (8 * i);
        }
        state.Absorb(word);
    }
    for (std::size_t i = 0; i < bytes.size(); ++i)
    {
        last |= uint64_t{bytes[i]} << (8 * i);
    }
    return Finish(state, last);
}

SeqNum
HashedIsn(Instant now, const SecretKey& key, const FourTuple& tuple)
{
    const auto clock = static_cast<uint32_t>(now.time_since_epoch().count() >> 6);
    return SeqNum(static_cast<uint32_t>(SipHash(key, tuple))) + clock;
}

uint32_t
TimestampOffset(const SecretKey& key, const FourTuple& tuple)
{
    // By addresses only, as in Linux: then timestamps grow from one connection of a pair of hosts
    // to the next, which RFC 6191 needs to tell a new SYN from an old one.
    FourTuple hosts = tuple;
    hosts.localPort = 0;
    hosts.remotePort = 0;
    return static_cast<uint32_t>(SipHash(key, hosts) >> 32);
}

} // namespace lifecycle
