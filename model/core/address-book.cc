#include "address-book.h"

#include <array>
#include <bit>
#include <cstring>

namespace lifecycle
{

PackedTuple
AddressBook::Keep(const FourTuple& tuple)
{
    return {Keep(tuple.local), Keep(tuple.remote), tuple.localPort, tuple.remotePort};
}

void
AddressBook::Release(const PackedTuple& tuple)
{
    Release(tuple.local);
    Release(tuple.remote);
}

uint32_t
AddressBook::HashOf(const IpAddress& address) const
{
    std::array<uint64_t, 2> words;
    std::memcpy(words.data(), address.V6().data(), sizeof(words));
    uint64_t hash = m_key;
    for (uint64_t word : words)
    {
        hash ^= word;
        hash *= 0x9e3779b97f4a7c15; // as in HashTuple()
        hash = std::rotl(hash, 29);
    }
    hash *= 0xbf58476d1ce4e5b9;
    return static_cast<uint32_t>(hash >> 32);
}

/** \returns the entry of an address */
std::optional<uint32_t>
AddressBook::Number(const IpAddress& address) const
{
    return m_index.Find(HashOf(address),
                        [&](uint32_t entry) { return m_entries[entry].address == address; });
}

std::optional<uint32_t>
AddressBook::FindNumber(const IpAddress& address) const
{
    const std::optional<uint32_t> entry = Number(address);
    return entry ? std::optional(kFirstNumber + *entry) : std::nullopt;
}

uint32_t
AddressBook::Keep(const IpAddress& address)
{
    if (Fits(address))
    {
        return address.V4();
    }
    std::optional<uint32_t> entry = Number(address);
    if (!entry)
    {
        if (m_free.empty())
        {
            m_free.push_back(static_cast<uint32_t>(m_entries.size()));
            m_entries.emplace_back();
        }
        entry = m_free.back();
        m_free.pop_back();
        m_entries[*entry].address = address;
        m_index.Insert(HashOf(address), *entry, [this](uint32_t other) {
            return HashOf(m_entries[other].address);
        });
    }
    ++m_entries[*entry].uses;
    return kFirstNumber + *entry;
}

void
AddressBook::Release(uint32_t packed)
{
    if (!IsNumber(packed))
    {
        return;
    }
    Entry& entry = m_entries[packed - kFirstNumber];
    if (--entry.uses == 0)
    {
        const uint32_t number = packed - kFirstNumber;
        m_index.Erase(HashOf(entry.address), number, [this](uint32_t other) {
            return HashOf(m_entries[other].address);
        });
        m_free.push_back(number);
    }
}

} // namespace lifecycle
