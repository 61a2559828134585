#include "fast-open.h"

#include <cstring>

namespace lifecycle
{

FastOpenCookie
MakeFastOpenCookie(const SecretKey& secret, const FourTuple& tuple)
{
    FourTuple hosts = tuple; // of this server and that client, whatever the ports
    hosts.localPort = 0;
    hosts.remotePort = 0;
    constexpr uint64_t purpose = 7413; // so that it differs from other hashes of the same tuple
    const uint64_t hash = SipHash(secret, hosts, purpose);
    FastOpenCookie cookie;
    cookie.length = sizeof(hash);
    std::memcpy(cookie.bytes.data(), &hash, sizeof(hash));
    return cookie;
}

std::optional<FastOpenMemory>
FastOpenCache::Find(const IpAddress& server) const
{
    const auto found = m_servers.find(server.V6());
    return found == m_servers.end() ? std::nullopt : std::optional(found->second);
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
