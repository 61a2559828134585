// What Linux says beside data: control messages, the error queue, and connections that are over.

#include "table-test.h"

#include <array>
#include <cerrno>
#include <cstring>
#include <ctime> // before the kernel's headers, which need timespec
#include <fcntl.h>
#include <linux/errqueue.h>
#include <linux/net_tstamp.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>

namespace lifecycle::packetdrill::test
{

#ifndef TCP_INQ
constexpr int TCP_INQ = 36; // the C library has no name for it
#endif

/** Calls of a Linux host. */
class Messages : public Table
{
  protected:
    Messages()
    {
        Load("linux");
    }

    void Set(int fd, int level, int name, int value)
    {
        EXPECT_EQ(m_table.setsockopt(m_self, fd, level, name, &value, sizeof(value)), 0);
    }

    ssize_t Receive(int fd, std::size_t room, int flags)
    {
        m_message = {};
        m_buffer.resize(room);
        m_vector = {m_buffer.data(), room};
        m_message.msg_iov = &m_vector;
        m_message.msg_iovlen = 1;
        m_message.msg_control = m_control.data();
        m_message.msg_controllen = m_control.size();
        return m_table.recvmsg(m_self, fd, &m_message, flags);
    }

    /** \returns what the control message of this kind says, nothing if there is none */
    template <typename T>
    std::optional<T> Control(int level, int type)
    {
        for (cmsghdr* at = CMSG_FIRSTHDR(&m_message); at != nullptr;
             at = CMSG_NXTHDR(&m_message, at))
        {
            if (at->cmsg_level == level && at->cmsg_type == type)
            {
                T value{};
                std::memcpy(&value, CMSG_DATA(at), sizeof(value));
                return value;
            }
        }
        return std::nullopt;
    }

    std::optional<sock_extended_err> Error()
    {
        return Control<sock_extended_err>(IPPROTO_IP, IP_RECVERR);
    }

    msghdr m_message{};

  private:
    iovec m_vector{};
    Bytes m_buffer;
    alignas(cmsghdr) std::array<char, 512> m_control{};
};

TEST_F(Messages, NothingIsInTheErrorQueueBeforeAnythingIsSent)
{
    const int fd = Accepted(Listening());
    EXPECT_EQ(Receive(fd, 0, MSG_ERRQUEUE), -1);
    EXPECT_EQ(errno, EAGAIN);
}

TEST_F(Messages, BuffersThatCannotBeReadOrWrittenAreBadAddresses)
{
    const int fd = Accepted(Listening());
    EXPECT_EQ(m_table.write(m_self, fd, nullptr, 10), -1);
    EXPECT_EQ(errno, EFAULT);
    Inject(Flag::PSH | Flag::ACK, 1, 1, 10);
    EXPECT_EQ(m_table.read(m_self, fd, nullptr, 10), -1);
    EXPECT_EQ(errno, EFAULT);
    std::array<char, 10> room{};
    EXPECT_EQ(m_table.read(m_self, fd, room.data(), room.size()), 10) << "it is still there";
}

TEST_F(Messages, MemoryGivenForZeroCopyIsReportedFreeOnceItIsAcknowledged)
{
    const int fd = Accepted(Listening());
    Set(fd, SOL_SOCKET, SO_ZEROCOPY, 1);
    Set(fd, IPPROTO_TCP, TCP_NODELAY, 1);
    const Bytes text(300);
    m_table.send(m_self, fd, text.data(), text.size(), MSG_ZEROCOPY);
    m_table.send(m_self, fd, text.data(), text.size(), MSG_ZEROCOPY);
    EXPECT_EQ(Receive(fd, 0, MSG_ERRQUEUE), -1);
    Inject(Flag::ACK, 1, 601);
    pollfd asked{fd, 0, 0};
    EXPECT_EQ(m_table.poll(m_self, &asked, 1, 0), 1);
    EXPECT_EQ(asked.revents, POLLERR);
    EXPECT_EQ(Receive(fd, 0, MSG_ERRQUEUE), 0);
    ASSERT_TRUE(Error());
    EXPECT_EQ(Error()->ee_origin, SO_EE_ORIGIN_ZEROCOPY);
    EXPECT_EQ(Error()->ee_info, 0U) << "the first call";
    EXPECT_EQ(Error()->ee_data, 1U) << "the last: both are in one message";
    EXPECT_EQ(Receive(fd, 0, MSG_ERRQUEUE), -1);
}

TEST_F(Messages, TimestampsSayWhenTheLastByteOfAWriteLeftAndWasAcknowledged)
{
    const int fd = Accepted(Listening());
    Set(fd,
        SOL_SOCKET,
        SO_TIMESTAMPING,
        SOF_TIMESTAMPING_TX_SOFTWARE | SOF_TIMESTAMPING_TX_ACK | SOF_TIMESTAMPING_SOFTWARE |
            SOF_TIMESTAMPING_OPT_ID);
    const Bytes text(300);
    const auto before = Now();
    m_table.write(m_self, fd, text.data(), text.size());
    Wait(10ms);
    Inject(Flag::ACK, 1, 301);
    for (const auto& [what, after] :
         {std::pair<uint32_t, int>{SCM_TSTAMP_SND, 0}, {SCM_TSTAMP_ACK, 10}})
    {
        EXPECT_EQ(Receive(fd, 0, MSG_ERRQUEUE), 0);
        ASSERT_TRUE(Error());
        EXPECT_EQ(Error()->ee_info, what);
        EXPECT_EQ(Error()->ee_data, 299U);
        const auto stamps = Control<scm_timestamping>(SOL_SOCKET, SO_TIMESTAMPING);
        ASSERT_TRUE(stamps);
        const auto at = std::chrono::seconds(stamps->ts[0].tv_sec) +
                        std::chrono::nanoseconds(stamps->ts[0].tv_nsec);
        EXPECT_NEAR(static_cast<double>((at - before).count()) / 1e6, after, 1);
    }
}

TEST_F(Messages, ReaderIsToldHowMuchIsLeft) // TCP_INQ
{
    const int fd = Accepted(Listening());
    Set(fd, IPPROTO_TCP, TCP_INQ, 1);
    Inject(Flag::PSH | Flag::ACK, 1, 1, 100);
    EXPECT_EQ(Receive(fd, 30, 0), 30);
    EXPECT_EQ(Control<int>(IPPROTO_TCP, TCP_INQ), 70);
    Inject(Flag::FIN | Flag::ACK, 101, 1);
    EXPECT_EQ(Receive(fd, 70, 0), 70);
    EXPECT_EQ(Control<int>(IPPROTO_TCP, TCP_INQ), 1) << "the end of the stream";
}

TEST_F(Messages, ConnectionThatWasResetBeforeItIsAcceptedIsAccepted)
{
    const int listener = Listening();
    Inject(Flag::SYN, 0, 0);
    m_iss = Sniff()->seq.Raw();
    Inject(Flag::PSH | Flag::ACK, 1, 1, 10);
    Inject(Flag::RST, 11, 0);
    const int fd = m_table.accept(m_self, listener, nullptr, nullptr);
    ASSERT_GE(fd, 0);
    std::array<char, 20> room{};
    EXPECT_EQ(m_table.read(m_self, fd, room.data(), room.size()), 10) << "what had arrived";
    EXPECT_EQ(m_table.write(m_self, fd, room.data(), 1), -1);
    EXPECT_EQ(errno, ECONNRESET);
}

TEST_F(Messages, WriterFillsTheBufferThatItHasBegunWhateverIsUnsent) // TCP_NOTSENT_LOWAT
{
    const int fd = Accepted(Listening());
    m_table.fcntl(m_self, fd, F_SETFL, O_RDWR | O_NONBLOCK);
    Set(fd, IPPROTO_TCP, TCP_NOTSENT_LOWAT, 4000);
    const Bytes text(100000);
    // Buffers are of half of the peer's window, 32 segments; the first ten leave, and what is left
    // of that buffer is filled up, to 42,000 bytes. Then more is unsent than may be.
    EXPECT_EQ(m_table.write(m_self, fd, text.data(), text.size()), 42000);
    EXPECT_EQ(m_table.write(m_self, fd, text.data(), text.size()), -1);
    EXPECT_EQ(errno, EAGAIN);
}

} // namespace lifecycle::packetdrill::test
