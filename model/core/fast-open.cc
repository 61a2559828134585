#include "fast-open.h"

#include "wire.h"

#include <algorithm>
#include <array>
#include <span>

namespace lifecycle
{

FastOpenCookie
MakeFastOpenCookie(const SecretKey& secret, const FourTuple& tuple)
{
    // As __tcp_fastopen_cookie_gen_cipher(): the addresses as they stand in the IP header.
    const std::size_t skipped = tuple.remote.IsV4() ? 12 : 0;
    std::array<uint8_t, 2 * sizeof(IpAddress::Bytes)> addresses;
    auto* end = addresses.data();
    for (const IpAddress& address : {tuple.remote, tuple.local})
    {
        const IpAddress::Bytes bytes = address.V6();
        end = std::copy(bytes.begin() + skipped, bytes.end(), end);
    }
    const auto length = static_cast<std::size_t>(end - addresses.data());
    const uint64_t hash = SipHash(secret, std::span(addresses).first(length));
    FastOpenCookie cookie;
    cookie.length = sizeof(hash);
    for (std::size_t i = 0; i < sizeof(hash); ++i)
    {
        cookie.bytes[i] = static_cast<uint8_t>(hash >> (8 * i));
    }
    return cookie;
}

uint32_t
SynDataRoom(const FastOpenMemory& memory, uint16_t ownMss)
{
    constexpr uint32_t options = kMaxHeaderLength - kMinHeaderLength;
    const uint32_t mss = memory.mss != 0 ? std::min(memory.mss, ownMss) : ownMss;
    return mss > options ? mss - options : 0;
}

FastOpenMemory
FastOpenCache::Recall(const IpAddress& server) const
{
    const auto found = m_servers.find(server.V6());
    return found == m_servers.end() ? FastOpenMemory{} : found->second;
}

FastOpenMemory
Learn(FastOpenMemory known, const SynAckLesson& lesson)
{
    known.mss = lesson.mss;
    if (lesson.cookie)
    {
        known.cookie = *lesson.cookie;
    }
    else if (lesson.askedInVain && known.cookie.length == 0 && !known.triedExperimental)
    {
        // As tcp_fastopen_cache_set(): the experimental option is tried once, then RFC 7413's
        // again.
        known.triedExperimental = known.cookie.experimental;
        known.cookie.experimental = !known.cookie.experimental;
    }
    return known;
}

void
FastOpenCache::Clear()
{
    m_servers.clear();
    m_order.clear();
}

void
FastOpenCache::Store(const IpAddress& server, const FastOpenMemory& memory)
{
    const auto [entry, isNew] = m_servers.insert_or_assign(server.V6(), memory);
    if (!isNew)
    {
        return;
    }
    m_order.push_back(server.V6());
    if (m_order.size() > kMostServers)
    {
        m_servers.erase(m_order.front());
        m_order.pop_front();
    }
}

} // namespace lifecycle
