#include "network.h"

#include "core/wire.h"
#include "segment-text.h"

#include <algorithm>
#include <array>
#include <gtest/gtest.h>
#include <utility>

namespace lifecycle::test
{

namespace
{

/** What goes over a real wire is a header: writes one and reads it again. */
Segment
OverTheWire(const Segment& sent)
{
    std::array<uint8_t, kMaxHeaderLength> bytes{};
    WriteHeader(sent, bytes);
    const std::size_t length = HeaderLength(sent);
    const ParsedHeader parsed = ParseHeader(bytes, length + sent.payloadLength);
    EXPECT_EQ(parsed.error, WireError::None);
    Segment received = parsed.segment;
    received.ecn = sent.ecn; // of the IP header
    received.tuple.local = sent.tuple.remote;
    received.tuple.remote = sent.tuple.local;
    return received;
}

} // namespace

Host::Host(std::string hostName, const Config& config, uint32_t seed, Transcript& transcript)
    : name(std::move(hostName)),
      shell(name, config, seed, transcript)
{
}

void
Host::Work(Instant now)
{
    if (!connection)
    {
        connection = listener ? shell.Core().Accept(listener).value : ConnectionId{};
    }
    if (!connection)
    {
        return;
    }
    Stream& stream = shell.Of(connection);
    const auto unread = std::min<uint64_t>(stream.readable - stream.read, readsAtMost);
    if (unread > 0 && now >= readsNext)
    {
        stream.read += unread;
        readsNext = now + readsEvery;
        shell.Core().Read(now, connection, static_cast<uint32_t>(unread));
    }
    if (stream.closed)
    {
        return;
    }
    const auto room = std::min<uint64_t>(toWrite, shell.Core().WriteSpace(connection));
    if (room > 0)
    {
        const uint32_t taken =
            shell.Core().Write(now, connection, static_cast<uint32_t>(room)).value;
        stream.written += taken;
        toWrite -= taken;
    }
    if (toWrite == 0 && shutsDown && shell.Core().View(connection).state != State::SynSent)
    {
        shutsDown = false;
        shell.Core().ShutdownSend(now, connection);
    }
}

uint64_t
Host::BytesRead()
{
    return shell.Of(connection).read;
}

bool
Host::HasEnded(CloseReason reason)
{
    return shell.Of(connection).closed == reason;
}

Network::Network(const Config& ofA, const Config& ofZ, uint32_t seed)
    : m_random(seed),
      a("A", ofA, seed + 1, m_transcript),
      z("Z", ofZ, seed + 2, m_transcript)
{
    a.tuple.local = IpAddress::FromV4(0x0a000001);
    a.tuple.remote = IpAddress::FromV4(0x0a000002);
    a.tuple.localPort = 40000;
    a.tuple.remotePort = 80;
    z.tuple = {a.tuple.remote, a.tuple.local, a.tuple.remotePort, a.tuple.localPort};
}

void
Network::Connect(Host& from)
{
    const Result<ConnectionId> result =
        from.shell.Core().Connect(now,
                                  {.local = from.tuple.local,
                                   .localPort = from.tuple.localPort,
                                   .remote = from.tuple.remote,
                                   .remotePort = from.tuple.remotePort});
    EXPECT_TRUE(result);
    from.connection = result.value;
}

void
Network::Open()
{
    z.listener = z.shell.Core().Listen({.local = IpAddress(), .port = z.tuple.localPort}).value;
    Connect(a);
    Settle(a);
}

void
Network::OpenSimultaneously()
{
    Connect(a);
    Connect(z);
    Settle(a);
    Settle(z);
}

Instant
Network::NextEvent()
{
    Instant next = m_flights.empty() ? kNever : m_flights.begin()->first;
    for (Host* host : {&a, &z})
    {
        next = std::min(next, host->shell.Core().NextDeadline());
        const Stream& stream = host->shell.Of(host->connection);
        if (stream.read < stream.readable)
        {
            next = std::min(next, std::max(now, host->readsNext));
        }
    }
    return next;
}

void
Network::Run(Duration limit)
{
    constexpr int kMostSteps = 2'000'000;
    const Instant end = now + limit;
    Settle(a); // the applications may have been given something to do
    Settle(z);
    for (int step = 0; step < kMostSteps; ++step)
    {
        const Instant next = NextEvent();
        if (next > end || next == kNever)
        {
            now = limit == std::chrono::hours(24) ? now : end;
            return;
        }
        now = next;
        Step();
        if (testing::Test::HasFailure())
        {
            return;
        }
    }
    ADD_FAILURE() << "no end after " << kMostSteps << " steps";
}

void
Network::Step()
{
    while (!m_flights.empty() && m_flights.begin()->first <= now)
    {
        const Flight flight = m_flights.begin()->second;
        m_flights.erase(m_flights.begin());
        NoteArrival(*flight.to, flight.segment);
        flight.to->shell.Receive(now, flight.segment, flight.payloadOffset);
        Settle(*flight.to);
    }
    for (Host* host : {&a, &z})
    {
        host->shell.RunTimers(now);
        Settle(*host);
    }
}

/** The application answers what the core says, and the core what the application does. */
void
Network::Settle(Host& host)
{
    for (const OutSegment& out : host.shell.Settle(now))
    {
        Transmit(host, out);
    }
    host.Work(now);
    for (const OutSegment& out : host.shell.Settle(now))
    {
        Transmit(host, out);
    }
}

void
Network::Transmit(Host& from, const OutSegment& out)
{
    const WireScript& script = from.outgoing;
    CheckSending(from, out.segment);
    const uint32_t number = from.segments++;
    const bool lost =
        script.lose.contains(number) || now < script.downUntil || m_random.Chance(script.loss);
    m_transcript.Add(now,
                     from.name + " #" + std::to_string(number) + (lost ? " lost: " : ": ") +
                         ToText(out.segment, {}));
    if (lost)
    {
        return;
    }
    const int copies = m_random.Chance(script.duplication) ? 2 : 1;
    for (int copy = 0; copy < copies; ++copy)
    {
        Duration delay = script.latency;
        if (m_random.Chance(script.reordering))
        {
            const double part = m_random.Next() / 4294967296.0;
            delay += std::chrono::duration_cast<Duration>(part * script.reorderingDelay);
        }
        m_flights.emplace(now + delay,
                          Flight{&Other(from), OverTheWire(out.segment), out.streamOffset});
    }
}

void
Network::CheckSending(Host& from, const Segment& segment)
{
    if (segment.flags.Has(Flag::RST))
    {
        return;
    }
    if (segment.flags.Has(Flag::SYN))
    {
        from.scale = segment.options.windowScale;
    }
    if (segment.payloadLength > 1 && from.edgeKnown) // one byte may be a probe
    {
        EXPECT_TRUE(segment.End().IsAtOrBefore(*from.edgeKnown + segment.flags.Has(Flag::FIN)))
            << from.name << " sends beyond the window";
    }
    if (!segment.flags.Has(Flag::ACK))
    {
        return;
    }
    if (from.lastAck)
    {
        EXPECT_TRUE(segment.ack.IsAtOrAfter(*from.lastAck)) << from.name << " takes an ACK back";
    }
    from.lastAck = segment.ack;
    const bool scaled = !segment.flags.Has(Flag::SYN) && from.scale && Other(from).scale;
    const SeqNum edge = segment.ack + (uint32_t{segment.window} << (scaled ? *from.scale : 0));
    if (from.rightEdge && !segment.flags.Has(Flag::SYN)) // a SYN cannot tell a large window
    {
        EXPECT_TRUE(edge.IsAtOrAfter(*from.rightEdge)) << from.name << " takes its window back";
    }
    from.rightEdge = edge;
}

void
Network::NoteArrival(Host& to, const Segment& segment)
{
    const Host& from = Other(to);
    if (!segment.flags.Has(Flag::ACK) || segment.flags.Has(Flag::RST))
    {
        return;
    }
    const bool scaled = !segment.flags.Has(Flag::SYN) && from.scale && to.scale;
    const SeqNum edge = segment.ack + (uint32_t{segment.window} << (scaled ? *from.scale : 0));
    to.edgeKnown = to.edgeKnown ? Later(*to.edgeKnown, edge) : edge;
}

void
Network::ExpectAllDelivered(uint64_t fromA, uint64_t fromZ)
{
    EXPECT_EQ(z.BytesRead(), fromA);
    EXPECT_EQ(a.BytesRead(), fromZ);
    EXPECT_EQ(a.shell.Of(a.connection).acked, fromA);
    EXPECT_EQ(z.shell.Of(z.connection).acked, fromZ);
    for (Host* host : {&a, &z})
    {
        EXPECT_TRUE(host->HasEnded(CloseReason::Normal)) << host->name;
        EXPECT_EQ(host->shell.StateOf(host->tuple), State::Closed) << host->name;
        EXPECT_EQ(host->shell.Core().NextDeadline(), kNever) << host->name;
    }
}

} // namespace lifecycle::test
