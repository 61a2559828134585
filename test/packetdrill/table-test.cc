#include "table-test.h"

#include <algorithm>
#include <arpa/inet.h>
#include <netinet/in.h>
#include <utility>

namespace lifecycle::packetdrill::test
{

Table::~Table()
{
    if (m_self != nullptr)
    {
        m_table.free(m_self);
    }
}

void
Table::Load(const char* flags)
{
    packetdrill_interface_init(flags, &m_table);
    m_self = m_table.self;
}

int
Table::Listening(int backlog)
{
    const int fd = m_table.socket(m_self, AF_INET, SOCK_STREAM, IPPROTO_TCP);
    EXPECT_GE(fd, 0);
    sockaddr_in local{};
    local.sin_family = AF_INET;
    local.sin_port = htons(8080);
    const auto* address = reinterpret_cast<const sockaddr*>(&local);
    EXPECT_EQ(m_table.bind(m_self, fd, address, sizeof(local)), 0);
    EXPECT_EQ(m_table.listen(m_self, fd, backlog), 0);
    return fd;
}

int
Table::Accepted(int listener)
{
    Inject(Flag::SYN, 0, 0);
    const std::optional<Segment> synAck = Sniff();
    EXPECT_TRUE(synAck && synAck->flags == (Flag::SYN | Flag::ACK));
    m_iss = synAck->seq.Raw();
    Inject(Flag::ACK, 1, 1);
    const int fd = m_table.accept(m_self, listener, nullptr, nullptr);
    EXPECT_GE(fd, 0);
    return fd;
}

void
Table::Inject(Flags flags, uint32_t seq, uint32_t ack, uint32_t payload)
{
    Segment segment;
    segment.tuple = {IpAddress::FromV4(0xc0000201), IpAddress::FromV4(0xc0a80001), 40000, 8080};
    segment.flags = flags;
    segment.seq = SeqNum(seq);
    segment.ack = SeqNum(flags.Has(Flag::ACK) ? m_iss + ack : 0);
    segment.window = 65535;
    if (flags.Has(Flag::SYN))
    {
        segment.options.mss = 1000;
    }
    const Bytes text(payload, 'x');
    const Bytes packet = MakePacket(segment, text, {}, OptionLayout::Linux);
    EXPECT_EQ(m_table.netdevSend(m_self, packet.data(), packet.size()), 0);
}

std::optional<Segment>
Table::Sniff()
{
    Bytes packet(4096);
    std::size_t length = packet.size();
    long long when = 0;
    EXPECT_EQ(m_table.netdevReceive(m_self, packet.data(), &length, &when), 0);
    packet.resize(length);
    m_sniffedAt = std::chrono::microseconds(when);
    m_sniffed = packet;
    const ParsedPacket parsed = ParsePacket(packet);
    return parsed.kind == ParsedPacket::Kind::Tcp ? std::optional(parsed.segment) : std::nullopt;
}

std::chrono::microseconds
Table::Now()
{
    timeval time{};
    EXPECT_EQ(m_table.gettimeofday(m_self, &time, nullptr), 0);
    return std::chrono::seconds(time.tv_sec) + std::chrono::microseconds(time.tv_usec);
}

void
Table::Wait(std::chrono::microseconds time)
{
    constexpr auto kSpin = 20us; // packetdrill's MAX_SPIN_USECS
    const std::chrono::microseconds until = Now() + time;
    if (time > kSpin)
    {
        m_table.usleep(m_self, static_cast<useconds_t>((time - kSpin).count()));
    }
    while (Now() < until)
    {
    }
}

} // namespace lifecycle::packetdrill::test
