#ifndef LIFECYCLE_CORE_ADDRESS_BOOK_H
#define LIFECYCLE_CORE_ADDRESS_BOOK_H

#include "address.h"
#include "hash-index.h"

#include <bit>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace lifecycle
{

/** A four-tuple in a third of the room: IPv4 addresses as they are, others by number. */
struct PackedTuple
{
    uint32_t local{0};
    uint32_t remote{0};
    uint16_t localPort{0};
    uint16_t remotePort{0};

    friend constexpr bool operator==(const PackedTuple&, const PackedTuple&) = default;
};

/**
 * A keyed hash of a four-tuple for the demultiplexer.
 * \param tuple what to hash
 * \param key the node's secret, so that peers cannot choose tuples that collide
 */
inline uint32_t
HashTuple(const PackedTuple& tuple, uint64_t key)
{
    uint64_t hash = key ^ (uint64_t{tuple.local} << 32 | tuple.remote);
    hash *= 0x9e3779b97f4a7c15; // 2^64 / golden ratio: Fibonacci hashing
    hash = std::rotl(hash, 29);
    hash ^= uint64_t{tuple.localPort} << 16 | tuple.remotePort;
    hash *= 0x9e3779b97f4a7c15;
    hash ^= hash >> 32; // a rotation leaves what differs in the local port only in long runs
    hash *= 0xbf58476d1ce4e5b9; // finalizer constant of SplitMix64
    return static_cast<uint32_t>(hash >> 32);
}

/**
 * Keeps the addresses that do not fit into a PackedTuple, each once and for as long as a tuple with
 * it is kept. Their numbers are those of IPv4 addresses that no connection can have (RFC 1122
 * §4.2.3.10): 224.0.0.0 and above.
 */
class AddressBook
{
  public:
    /** \param key the node's secret, so that peers cannot choose addresses that collide */
    explicit AddressBook(uint64_t key)
        : m_key(key)
    {
    }

    /** \returns the tuple, packed; its addresses are kept until it is released */
    PackedTuple Keep(const FourTuple& tuple);
    void Release(const PackedTuple& tuple);

    /** The same of one address. */
    uint32_t Keep(const IpAddress& address);
    void Release(uint32_t packed);

    /** \returns the tuple, packed, or nothing if one of its addresses is in no tuple kept */
    std::optional<PackedTuple> Find(const FourTuple& tuple) const
    {
        const std::optional<uint32_t> local = FindAddress(tuple.local);
        const std::optional<uint32_t> remote = FindAddress(tuple.remote);
        return local && remote
                   ? std::optional(PackedTuple{*local, *remote, tuple.localPort, tuple.remotePort})
                   : std::nullopt;
    }

    FourTuple Unpack(const PackedTuple& tuple) const
    {
        return {AddressOf(tuple.local), AddressOf(tuple.remote), tuple.localPort, tuple.remotePort};
    }

    IpAddress AddressOf(uint32_t packed) const
    {
        return IsNumber(packed) ? m_entries[packed - kFirstNumber].address
                                : IpAddress::FromV4(packed);
    }

    /** How many addresses are kept. */
    std::size_t Size() const
    {
        return m_index.Size();
    }

  private:
    static constexpr uint32_t kFirstNumber = 224U << 24;

    struct Entry
    {
        IpAddress address;
        uint32_t uses{0}; //!< 0: free, to be used again
    };

    static bool IsNumber(uint32_t packed)
    {
        return packed >= kFirstNumber;
    }

    /** \returns whether it is an IPv4 address that needs no number */
    static bool Fits(const IpAddress& address)
    {
        return address.IsV4() && !IsNumber(address.V4());
    }

    std::optional<uint32_t> FindAddress(const IpAddress& address) const
    {
        return Fits(address) ? std::optional(address.V4()) : FindNumber(address);
    }

    uint32_t HashOf(const IpAddress& address) const;
    std::optional<uint32_t> Number(const IpAddress& address) const;
    std::optional<uint32_t> FindNumber(const IpAddress& address) const;

    uint64_t m_key;
    std::vector<Entry> m_entries;
    std::vector<uint32_t> m_free; //!< entries to be used again
    HashIndex m_index;            //!< of entries
};

} // namespace lifecycle

#endif /* LIFECYCLE_CORE_ADDRESS_BOOK_H */
