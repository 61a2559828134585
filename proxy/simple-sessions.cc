#include "simple-sessions.h"

#include "ns3/packet.h"

#include <algorithm>
#include <vector>

namespace proxy
{

namespace
{

constexpr uint32_t CHUNK = 65536;

/** \returns one CHUNK of "abc…z\n" lines, the same storage for every session */
ns3::Ptr<ns3::Packet>
Letters()
{
    static const ns3::Ptr<ns3::Packet> letters = [] {
        std::vector<uint8_t> bytes(CHUNK);
        constexpr uint32_t LINE = 27;
        for (uint32_t i = 0; i < CHUNK; i++)
        {
            bytes[i] = i % LINE == LINE - 1 ? '\n' : static_cast<uint8_t>('a' + i % LINE);
        }
        return ns3::Create<ns3::Packet>(bytes.data(), CHUNK);
    }();
    return letters;
}

} // namespace

void
EchoSession::OnReadable()
{
    // What there is no room to send back stays unread, so the peer's window closes.
    while (!IsDone() && Connection().Room() > 0)
    {
        auto bytes = Connection().Read(std::min(Connection().Room(), CHUNK));
        if (!bytes)
        {
            break;
        }
        Connection().Write(bytes);
    }
    if (Connection().IsAtEnd())
    {
        Finish();
    }
}

void
EchoSession::OnWritable()
{
    OnReadable();
}

void
DiscardSession::OnReadable()
{
    while (Connection().Read(CHUNK))
    {
    }
    if (Connection().IsAtEnd())
    {
        Finish();
    }
}

void
DiscardSession::OnWritable()
{
}

SourceSession::SourceSession(ns3::Ptr<ns3::Socket> socket)
    : Session(socket)
{
    OnWritable();
}

void
SourceSession::OnReadable()
{
    while (Connection().Read(CHUNK))
    {
    }
}

void
SourceSession::OnWritable()
{
    while (!IsDone())
    {
        const uint32_t size = std::min(Connection().Room(), CHUNK);
        if (size == 0)
        {
            return;
        }
        Connection().Write(Letters()->CreateFragment(0, size));
    }
}

} // namespace proxy
