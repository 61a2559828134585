// Fast Open as Linux's socket calls have it (tcp_sendmsg_fastopen(), __inet_stream_connect()), and
// FreeBSD's (tcp_usr_send()).

#include "table-test.h"

#include <array>
#include <cerrno>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>

namespace lifecycle::packetdrill::test
{

class FastOpenCalls : public Table
{
  protected:
    explicit FastOpenCalls(const char* profile = "linux")
    {
        Load(profile);
        m_remote.sin_family = AF_INET;
        m_remote.sin_port = htons(8080);
        m_remote.sin_addr.s_addr = htonl(0xc0000201);
    }

    int Socket()
    {
        const int fd = m_table.socket(m_self, AF_INET, SOCK_STREAM, 0);
        m_table.fcntl(m_self, fd, F_SETFL, O_RDWR | O_NONBLOCK);
        return fd;
    }

    ssize_t SendTo(int fd, std::size_t bytes, int flags = MSG_FASTOPEN)
    {
        const Bytes text(bytes);
        return m_table.sendto(m_self,
                              fd,
                              text.data(),
                              text.size(),
                              flags,
                              reinterpret_cast<const sockaddr*>(&m_remote),
                              sizeof(m_remote));
    }

    int Connect(int fd)
    {
        const auto* address = reinterpret_cast<const sockaddr*>(&m_remote);
        return m_table.connect(m_self, fd, address, sizeof(m_remote));
    }

    /** The server answers the SYN that left last, and takes so much of its data. */
    Segment Answer(const Segment& syn, uint32_t taken, bool cookie)
    {
        Segment synAck;
        synAck.tuple = {syn.tuple.remote,
                        syn.tuple.local,
                        syn.tuple.remotePort,
                        syn.tuple.localPort};
        synAck.flags = Flag::SYN | Flag::ACK;
        synAck.ack = syn.seq + 1 + taken;
        synAck.window = 65535;
        synAck.options.mss = 1000;
        if (cookie)
        {
            synAck.options.fastOpen = FastOpenCookie{{1, 2, 3, 4}, 4};
        }
        const Bytes packet = MakePacket(synAck, {}, {}, OptionLayout::Linux);
        m_table.netdevSend(m_self, packet.data(), packet.size());
        return synAck;
    }

    void LearnCookie()
    {
        const int fd = Socket();
        EXPECT_EQ(SendTo(fd, 0), -1);
        Answer(*SniffOut(), 0, true);
        ASSERT_TRUE(Sniff()); // the third segment
        m_table.close(m_self, fd);
        ASSERT_TRUE(Sniff());
    }

    /** \returns the next segment, from the point of view of its sender */
    std::optional<Segment> SniffOut()
    {
        std::optional<Segment> sent = Sniff();
        if (sent)
        {
            std::swap(sent->tuple.local, sent->tuple.remote);
            std::swap(sent->tuple.localPort, sent->tuple.remotePort);
        }
        return sent;
    }

    bool SaysSynData(int fd)
    {
        tcp_info info{};
        socklen_t length = sizeof(info);
        m_table.getsockopt(m_self, fd, IPPROTO_TCP, TCP_INFO, &info, &length);
        return (info.tcpi_options & TCPI_OPT_SYN_DATA) != 0;
    }

  private:
    sockaddr_in m_remote{};
};

TEST_F(FastOpenCalls, WithoutACookieDataAreNotTaken)
{
    const int fd = Socket();
    EXPECT_EQ(SendTo(fd, 100), -1);
    EXPECT_EQ(errno, EINPROGRESS);
    const std::optional<Segment> syn = SniffOut();
    EXPECT_EQ(syn->payloadLength, 0U);
    EXPECT_TRUE(syn->options.fastOpen);
    EXPECT_EQ(SendTo(fd, 100), -1);
    EXPECT_EQ(errno, EALREADY);
    EXPECT_EQ(SendTo(fd, 100, 0), -1);
    EXPECT_EQ(errno, EAGAIN);
}

TEST_F(FastOpenCalls, WithACookieAsMuchIsTakenAsTheSynCarries)
{
    LearnCookie();
    const int fd = Socket();
    EXPECT_EQ(SendTo(fd, 5000), 960);
    const std::optional<Segment> syn = SniffOut();
    EXPECT_EQ(syn->payloadLength, 960U);
    EXPECT_EQ(SendTo(fd, 100), -1);
    EXPECT_EQ(errno, EALREADY);
    Answer(*syn, 960, false);
    EXPECT_TRUE(SaysSynData(fd));
    EXPECT_EQ(SendTo(fd, 100), 100) << "connected by now";
    EXPECT_EQ(SendTo(fd, 100), -1);
    EXPECT_EQ(errno, EISCONN);
}

TEST_F(FastOpenCalls, DataOfTheSynThatTheServerDidNotTakeAreNotSaidToBe)
{
    LearnCookie();
    const int fd = Socket();
    EXPECT_EQ(SendTo(fd, 500), 500);
    Answer(*SniffOut(), 0, false);
    EXPECT_EQ(Sniff()->payloadLength, 500U) << "again";
    EXPECT_FALSE(SaysSynData(fd));
}

TEST_F(FastOpenCalls, ConnectThatWaitsForDataSaysThatItIsDone) // TCP_FASTOPEN_CONNECT
{
    LearnCookie();
    const int fd = Socket();
    const int on = 1;
    m_table.setsockopt(m_self, fd, IPPROTO_TCP, TCP_FASTOPEN_CONNECT, &on, sizeof(on));
    EXPECT_EQ(Connect(fd), 0);
    EXPECT_EQ(Connect(fd), -1);
    EXPECT_EQ(errno, EISCONN);
    EXPECT_EQ(SendTo(fd, 100, 0), 100);
    EXPECT_EQ(SniffOut()->payloadLength, 100U);
}

TEST_F(FastOpenCalls, ConnectThatNobodyAnswersIsOnlyOverWhenItsTimeIs) // TCP_SYNCNT
{
    const int fd = m_table.socket(m_self, AF_INET, SOCK_STREAM, 0);
    const int once = 1;
    m_table.setsockopt(m_self, fd, IPPROTO_TCP, TCP_SYNCNT, &once, sizeof(once));
    const std::chrono::microseconds before = Now();
    EXPECT_EQ(Connect(fd), -1);
    EXPECT_EQ(errno, ETIMEDOUT);
    EXPECT_NEAR(static_cast<double>((Now() - before).count()) / 1e6, 3, 0.1);
}

class FreeBsdFastOpenCalls : public FastOpenCalls
{
  protected:
    FreeBsdFastOpenCalls()
        : FastOpenCalls("freebsd")
    {
    }
};

TEST_F(FreeBsdFastOpenCalls, AddressOpensTheConnectionAndAllDataFollow)
{
    const int fd = Socket();
    EXPECT_EQ(SendTo(fd, 500, 0), 500);
    const std::optional<Segment> syn = SniffOut();
    EXPECT_EQ(syn->payloadLength, 0U);
    EXPECT_FALSE(syn->options.fastOpen);
    Answer(*syn, 0, false);
    EXPECT_EQ(Sniff()->payloadLength, 500U);
}

TEST_F(FreeBsdFastOpenCalls, WithTheOptionTheFirstConnectionAsksForACookieThatTheNextOneUses)
{
    const auto open = [&] {
        const int fd = Socket();
        const int on = 1;
        m_table.setsockopt(m_self, fd, IPPROTO_TCP, TCP_FASTOPEN, &on, sizeof(on));
        EXPECT_EQ(SendTo(fd, 500, 0), 500);
        return SniffOut();
    };
    const std::optional<Segment> first = open();
    EXPECT_EQ(first->payloadLength, 0U);
    ASSERT_TRUE(first->options.fastOpen);
    EXPECT_EQ(first->options.fastOpen->length, 0);
    Answer(*first, 0, true);
    EXPECT_EQ(Sniff()->payloadLength, 500U);
    const std::optional<Segment> second = open();
    EXPECT_EQ(second->payloadLength, 500U);
    EXPECT_EQ(second->options.fastOpen->length, 4);
}

} // namespace lifecycle::packetdrill::test
