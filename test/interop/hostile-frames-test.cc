// Frames no honest host sends, straight onto the tap.

#include "interop-test.h"
#include "kernel-socket.h"
#include "proxy-process.h"
#include "wait-until.h"

#include <arpa/inet.h>
#include <array>
#include <cerrno>
#include <cstdint>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <random>
#include <string>
#include <sys/socket.h>
#include <unistd.h>
#include <vector>

namespace interop
{

namespace
{

using Frame = std::vector<uint8_t>;

const Frame MODEL_MAC{0x02, 0x00, 10, 44, 0, 2};
const Frame OTHER_MAC{0x02, 0x00, 10, 44, 0, 77};

/** A packet socket that sends frames to the model. */
class Wire
{
  public:
    explicit Wire(const std::string& interface)
        : m_fd(socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0))
    {
        m_address.sll_family = AF_PACKET;
        m_address.sll_ifindex = static_cast<int>(if_nametoindex(interface.c_str()));
    }

    ~Wire()
    {
        close(m_fd);
    }

    void Send(const Frame& frame) const
    {
        // A full queue is no failure: the model is busy with what was sent before.
        WaitUntil([&] {
            return sendto(m_fd,
                          frame.data(),
                          frame.size(),
                          0,
                          reinterpret_cast<const sockaddr*>(&m_address),
                          sizeof(m_address)) != -1 ||
                   errno != ENOBUFS;
        });
    }

  private:
    int m_fd;                //!< the packet socket
    sockaddr_ll m_address{}; //!< the tap
};

/** \param type EtherType \param payload bytes after the header \returns a frame to the model */
Frame
Ethernet(uint16_t type, const Frame& payload)
{
    Frame frame = MODEL_MAC;
    frame.insert(frame.end(), OTHER_MAC.begin(), OTHER_MAC.end());
    frame.push_back(type >> 8);
    frame.push_back(type & 0xff);
    frame.insert(frame.end(), payload.begin(), payload.end());
    return frame;
}

/** \param bytes of a header \returns its Internet checksum */
uint16_t
Checksum(const Frame& bytes)
{
    uint32_t sum = 0;
    for (std::size_t i = 0; i < bytes.size(); i++)
    {
        sum += i % 2 == 0 ? bytes[i] << 8 : bytes[i];
    }
    while (sum >> 16)
    {
        sum = (sum & 0xffff) + (sum >> 16);
    }
    return ~sum;
}

/** \param protocol of the payload \param payload bytes \returns an IPv4 packet to the model */
Frame
Ipv4(uint8_t protocol, const Frame& payload)
{
    const auto size = static_cast<uint16_t>(20 + payload.size());
    Frame packet{0x45,
                 0,
                 uint8_t(size >> 8),
                 uint8_t(size),
                 0,
                 1,
                 0,
                 0,
                 64,
                 protocol,
                 0,
                 0,
                 10,
                 44,
                 0,
                 77,
                 10,
                 44,
                 0,
                 2};
    const auto checksum = Checksum(packet);
    packet[10] = checksum >> 8;
    packet[11] = checksum & 0xff;
    packet.insert(packet.end(), payload.begin(), payload.end());
    return packet;
}

/** \param payload a TCP segment \returns it with the right checksum */
Frame
WithTcpChecksum(Frame segment)
{
    if (segment.size() >= 18)
    {
        segment[16] = segment[17] = 0;
        Frame pseudo{10,
                     44,
                     0,
                     77,
                     10,
                     44,
                     0,
                     2,
                     0,
                     6,
                     uint8_t(segment.size() >> 8),
                     uint8_t(segment.size())};
        pseudo.insert(pseudo.end(), segment.begin(), segment.end());
        const auto checksum = Checksum(pseudo);
        segment[16] = checksum >> 8;
        segment[17] = checksum & 0xff;
    }
    return segment;
}

/** \param message an ICMPv6 message \returns an IPv6 packet to the model with both checksums right
 */
Frame
Icmpv6(Frame message, uint8_t hopLimit)
{
    const Frame source{0xfd, 0x44, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 77};
    const Frame destination{0xfd, 0x44, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2};
    const auto low = static_cast<uint8_t>(message.size());
    if (message.size() >= 4)
    {
        message[2] = message[3] = 0;
        Frame pseudo = source;
        pseudo.insert(pseudo.end(), destination.begin(), destination.end());
        pseudo.insert(pseudo.end(), {0, 0, 0, low, 0, 0, 0, 58});
        pseudo.insert(pseudo.end(), message.begin(), message.end());
        const auto checksum = Checksum(pseudo);
        message[2] = checksum >> 8;
        message[3] = checksum & 0xff;
    }
    Frame packet{0x60, 0, 0, 0, 0, low, 58, hopLimit};
    packet.insert(packet.end(), source.begin(), source.end());
    packet.insert(packet.end(), destination.begin(), destination.end());
    packet.insert(packet.end(), message.begin(), message.end());
    return packet;
}

/** A proxy, and a wire to throw things at it. */
class HostileFramesTest : public InteropTest
{
  protected:
    HostileFramesTest()
        : m_random(20240229)
    {
    }

    uint8_t Byte()
    {
        return static_cast<uint8_t>(m_random());
    }

    Frame RandomBytes(std::size_t size)
    {
        Frame bytes(size);
        for (auto& byte : bytes)
        {
            byte = Byte();
        }
        return bytes;
    }

    /** Checks that the model is alive and serves. */
    static void ExpectService(ProxyProcess& proxy)
    {
        auto connection = KernelSocket::Connect(MODEL, 7);
        ASSERT_EQ(connection.GetError(), 0) << proxy.Messages();
        ASSERT_TRUE(connection.Send("alive"));
        EXPECT_EQ(connection.Receive(5), "alive");
    }

    std::mt19937 m_random; //!< fixed seed: every run sends the same
};

} // namespace

TEST_F(HostileFramesTest, RandomBytesBehindEveryEtherTypeDoNoHarm)
{
    ProxyProcess proxy({"serve", "--service", "echo", "--tap-name", "wire"});
    ASSERT_TRUE(proxy.WaitUntilReady()) << proxy.Messages();
    const Wire wire("wire");
    for (int i = 0; i < 20000; i++)
    {
        constexpr std::array<uint16_t, 4> TYPES{0x0800, 0x0806, 0x86dd, 0x1234};
        auto payload = RandomBytes(m_random() % 200);
        if (!payload.empty() && i % 4 != 1)
        {
            payload[0] = i % 4 == 0 ? 0x45 : 0x60; // so that some get past the version
        }
        wire.Send(Ethernet(TYPES[i % TYPES.size()], payload));
    }
    ExpectService(proxy);
    EXPECT_EQ(proxy.Stop(), 0) << proxy.Messages();
}

TEST_F(HostileFramesTest, MalformedSegmentsInCorrectPacketsDoNoHarm)
{
    ProxyProcess proxy({"serve", "--service", "echo", "--tap-name", "wire"});
    ASSERT_TRUE(proxy.WaitUntilReady()) << proxy.Messages();
    const Wire wire("wire");
    for (int i = 0; i < 20000; i++)
    {
        auto segment = RandomBytes(20 + m_random() % 60);
        segment[2] = 0; // to the port of echo
        segment[3] = 7;
        wire.Send(Ethernet(0x0800, Ipv4(6, WithTcpChecksum(segment))));
    }
    ExpectService(proxy);
    EXPECT_EQ(proxy.Stop(), 0) << proxy.Messages();
}

TEST_F(HostileFramesTest, TruncatedAndLyingIcmpDoesNoHarm)
{
    ProxyProcess proxy({"serve", "--service", "echo", "--tap-name", "wire"});
    ASSERT_TRUE(proxy.WaitUntilReady()) << proxy.Messages();
    const Wire wire("wire");
    for (int i = 0; i < 10000; i++)
    {
        auto message = RandomBytes(m_random() % 80);
        if (!message.empty())
        {
            constexpr std::array<uint8_t, 5> TYPES{0, 3, 8, 11, 12};
            message[0] = TYPES[i % TYPES.size()];
        }
        wire.Send(Ethernet(0x0800, Ipv4(1, message)));
    }
    ExpectService(proxy);
    EXPECT_EQ(proxy.Stop(), 0) << proxy.Messages();
}

TEST_F(HostileFramesTest, LyingNeighbourDiscoveryAndIcmpv6DoNoHarm)
{
    ProxyProcess proxy({"serve", "--service", "echo", "--tap-name", "wire"});
    ASSERT_TRUE(proxy.WaitUntilReady()) << proxy.Messages();
    const Wire wire("wire");
    for (int i = 0; i < 10000; i++)
    {
        auto message = RandomBytes(m_random() % 100);
        if (!message.empty())
        {
            constexpr std::array<uint8_t, 12>
                TYPES{1, 2, 3, 128, 129, 130, 133, 134, 135, 136, 137, 143};
            message[0] = TYPES[i % TYPES.size()];
        }
        wire.Send(Ethernet(0x86dd, Icmpv6(message, i % 3 == 0 ? 64 : 255)));
    }
    ExpectService(proxy);
    EXPECT_EQ(KernelSocket::Connect(MODEL6, 7).GetError(), 0) << proxy.Messages();
    EXPECT_EQ(proxy.Stop(), 0) << proxy.Messages();
}

TEST_F(HostileFramesTest, NeighbourDiscoveryWithoutOrWithTwoLinkLayerAddressesDoesNoHarm)
{
    ProxyProcess proxy({"serve", "--service", "echo", "--tap-name", "wire"});
    ASSERT_TRUE(proxy.WaitUntilReady()) << proxy.Messages();
    const Wire wire("wire");
    const Frame option{1, 1, 2, 0, 10, 44, 0, 77};
    for (const uint8_t type : {135, 136})
    {
        for (const uint8_t target : {1, 2, 77})
        {
            Frame message(24);
            message[0] = type;
            message[4] = 0x60; // solicited, override
            message[8] = 0xfd;
            message[9] = 0x44;
            message[23] = target;
            wire.Send(Ethernet(0x86dd, Icmpv6(message, 255)));
            for (int options = 1; options <= 3; options++)
            {
                message.insert(message.end(), option.begin(), option.end());
                wire.Send(Ethernet(0x86dd, Icmpv6(message, 255)));
            }
        }
    }
    ExpectService(proxy);
    EXPECT_EQ(KernelSocket::Connect(MODEL6, 7).GetError(), 0) << proxy.Messages();
    EXPECT_EQ(proxy.Stop(), 0) << proxy.Messages();
}

TEST_F(HostileFramesTest, FragmentsAndForeignProtocolsAreFilteredOut)
{
    ProxyProcess proxy({"serve", "--service", "echo", "--tap-name", "wire"});
    ASSERT_TRUE(proxy.WaitUntilReady()) << proxy.Messages();
    const Wire wire("wire");
    auto fragment = Ipv4(6, RandomBytes(40));
    fragment[6] = 0x20; // more fragments
    for (int i = 0; i < 100; i++)
    {
        wire.Send(Ethernet(0x0800, fragment));
        wire.Send(Ethernet(0x0800, Ipv4(17, RandomBytes(40))));
    }
    ExpectService(proxy);
    EXPECT_EQ(proxy.Stop(), 0) << proxy.Messages();
    const auto messages = proxy.Messages();
    const auto at = messages.find("filtered out ");
    ASSERT_NE(at, std::string::npos) << messages;
    EXPECT_GE(std::stoi(messages.substr(at + 13)), 200) << messages;
}

} // namespace interop
