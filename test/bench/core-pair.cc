#include "core-pair.h"

#include "core/profiles.h"

#include <algorithm>
#include <utility>

namespace bench
{

using lifecycle::Endpoint;
using lifecycle::Instant;
using lifecycle::IpAddress;
using lifecycle::Segment;
using lifecycle::State;

namespace
{

constexpr uint16_t PORT = 80;
constexpr uint64_t SERVER = 1U << 20; ///< number of the server's address

IpAddress
MakeAddress(uint64_t number, Family family)
{
    if (family == Family::IPV4)
    {
        return IpAddress::FromV4(0x0a000000 + static_cast<uint32_t>(number));
    }
    IpAddress::Bytes bytes{0x20, 0x01};
    for (int i = 0; i < 8; ++i)
    {
        bytes[15 - i] = static_cast<uint8_t>(number >> (8 * i));
    }
    return IpAddress::FromV6(bytes);
}

/// Keepalive is on, and there is room for any number of records.
lifecycle::Config
MakeSettings()
{
    lifecycle::Config config = lifecycle::MakeConfig(lifecycle::Profile::Linux);
    config.keepalive.enabled = true;
    config.handshake.backlogCap = UINT32_MAX;
    config.handshake.synBacklog = UINT32_MAX;
    config.closing.maxTimeWaits = UINT32_MAX;
    return config;
}

std::size_t
CountOf(State state, const Endpoint& endpoint)
{
    return endpoint.Census()[static_cast<std::size_t>(state)];
}

} // namespace

/// A client's address and port by number: as many as there is need for.
struct CorePair::Place
{
    Place(uint64_t number, Family family)
        : address(MakeAddress(1 + number / PORTS, family)),
          port(static_cast<uint16_t>(10000 + number % PORTS))
    {
    }

    static constexpr uint64_t PORTS = 20000; ///< of one address

    IpAddress address;
    uint16_t port;
};

CorePair::CorePair(Family family)
    : m_family(family),
      m_client(MakeSettings(), m_random),
      m_server(MakeSettings(), m_random)
{
    lifecycle::ListenRequest request;
    request.port = PORT;
    request.backlog = UINT32_MAX;
    m_listener = m_server.Listen(request).value;
}

void
CorePair::Syn(uint64_t number)
{
    const Place place(number, m_family);
    Segment syn;
    syn.tuple = {MakeAddress(SERVER, m_family), place.address, PORT, place.port};
    syn.seq = lifecycle::SeqNum(static_cast<uint32_t>(number));
    syn.flags = lifecycle::Flag::SYN;
    syn.window = 65535;
    syn.options.mss = 1460;
    syn.options.sackPermitted = true;
    syn.options.windowScale = 7;
    syn.options.timestamps = lifecycle::Timestamps{1, 0};
    m_server.OnSegment(m_now, syn);
    while (m_server.PollNotice())
    {
    }
    while (m_server.PollSegment(m_now))
    {
    }
}

PairedIds
CorePair::Open(uint64_t number)
{
    const Place place(number, m_family);
    lifecycle::ConnectRequest request;
    request.local = place.address;
    request.localPort = place.port;
    request.remote = MakeAddress(SERVER, m_family);
    request.remotePort = PORT;
    const lifecycle::ConnectionId client = m_client.Connect(m_now, request).value;
    Settle();
    return {client, m_server.Accept(m_listener).value};
}

void
CorePair::Exchange(const PairedIds& connection)
{
    constexpr uint32_t REQUEST = 200;
    constexpr uint32_t RESPONSE = 3000;
    m_client.Write(m_now, connection.client, REQUEST);
    Settle();
    m_server.Read(m_now, connection.server, REQUEST);
    m_server.Write(m_now, connection.server, RESPONSE);
    Settle();
    m_client.Read(m_now, connection.client, RESPONSE);
    Settle();
}

void
CorePair::Close(const PairedIds& connection)
{
    m_client.Close(m_now, connection.client);
    Settle();
    m_server.Close(m_now, connection.server);
    Settle();
}

void
CorePair::Wait(lifecycle::Duration time)
{
    const Instant until = m_now + time;
    while (std::min(m_client.NextDeadline(), m_server.NextDeadline()) <= until)
    {
        m_now = std::max(m_now, std::min(m_client.NextDeadline(), m_server.NextDeadline()));
        m_client.OnDeadline(m_now);
        m_server.OnDeadline(m_now);
        Settle();
    }
    m_now = until;
}

std::size_t
CorePair::CountAtClient(State state) const
{
    return CountOf(state, m_client);
}

std::size_t
CorePair::CountAtServer(State state) const
{
    return CountOf(state, m_server);
}

void
CorePair::Settle()
{
    while (Carry(m_client, m_server) || Carry(m_server, m_client))
    {
    }
}

bool
CorePair::Carry(Endpoint& from, Endpoint& to)
{
    bool any = false;
    while (const auto notice = from.PollNotice())
    {
        any = true;
    }
    while (const auto out = from.PollSegment(m_now))
    {
        any = true;
        Segment segment = out->segment;
        std::swap(segment.tuple.local, segment.tuple.remote);
        std::swap(segment.tuple.localPort, segment.tuple.remotePort);
        to.OnSegment(m_now, segment);
        while (to.PollNotice())
        {
        }
    }
    return any;
}

} // namespace bench
