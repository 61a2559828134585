#include "table-test.h"

#include <array>
#include <atomic>
#include <cerrno>
#include <fcntl.h>
#include <fstream>
#include <linux/sockios.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <string>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <thread>
#include <unistd.h>

namespace lifecycle::packetdrill::test
{

using CallsOfLinux = Table;
using CallsOfFreeBsd = Table;

constexpr std::size_t kRoom = 4000;

/** Waits until a thread sleeps, as packetdrill does once it has begun a call that blocks. */
void
AwaitSleep(const std::atomic<pid_t>& thread)
{
    for (char state = 'R'; state != 'S'; std::this_thread::yield())
    {
        std::ifstream stat("/proc/self/task/" + std::to_string(thread) + "/stat");
        std::string word;
        stat >> word >> word >> state;
    }
}

// Unhappy paths first.

TEST_F(CallsOfLinux, WithoutAConnectionReadAndWriteSayWhatTheKernelSays)
{
    Load("linux");
    const int fd = m_table.socket(m_self, AF_INET, SOCK_STREAM, 0);
    std::array<char, 1> byte{};
    EXPECT_EQ(m_table.read(m_self, fd, byte.data(), 1), -1);
    EXPECT_EQ(errno, ENOTCONN);
    EXPECT_EQ(m_table.write(m_self, fd, byte.data(), 1), -1);
    EXPECT_EQ(errno, EPIPE);
    EXPECT_EQ(m_table.shutdown(m_self, fd, SHUT_WR), -1);
    EXPECT_EQ(errno, ENOTCONN);
    EXPECT_EQ(m_table.close(m_self, fd), 0);
    EXPECT_EQ(m_table.close(m_self, fd), -1);
    EXPECT_EQ(errno, EBADF);
}

TEST_F(CallsOfLinux, OnlyTcpIsThere)
{
    Load("linux");
    EXPECT_EQ(m_table.socket(m_self, AF_INET, SOCK_DGRAM, 0), -1);
    EXPECT_EQ(m_table.socket(m_self, AF_UNIX, SOCK_STREAM, 0), -1);
}

TEST_F(CallsOfLinux, ResetIsToldOnceAndThenTheStreamIsOver)
{
    Load("linux");
    const int fd = Accepted(Listening());
    m_table.fcntl(m_self, fd, F_SETFL, O_RDWR | O_NONBLOCK);
    Inject(Flag::RST, 1, 0);
    std::array<char, 1> byte{};
    EXPECT_EQ(m_table.read(m_self, fd, byte.data(), 1), -1);
    EXPECT_EQ(errno, ECONNRESET);
    EXPECT_EQ(m_table.read(m_self, fd, byte.data(), 1), 0);
}

TEST_F(CallsOfFreeBsd, ResetAfterTheFinIsAResetAndInLinuxABrokenPipe)
{
    for (const auto& [flags, error] : {std::pair{"linux", EPIPE}, {"freebsd", ECONNRESET}})
    {
        SCOPED_TRACE(flags);
        Load(flags);
        const int fd = Accepted(Listening());
        Inject(Flag::FIN | Flag::ACK, 1, 1);
        Inject(Flag::RST, 2, 0);
        int told = 0;
        socklen_t length = sizeof(told);
        EXPECT_EQ(m_table.getsockopt(m_self, fd, SOL_SOCKET, SO_ERROR, &told, &length), 0);
        EXPECT_EQ(told, error);
        m_table.free(m_self);
        m_self = nullptr;
    }
}

TEST_F(CallsOfLinux, WhoWaitsForAPacketThatNeverComesIsTold)
{
    Load("linux");
    Listening();
    EXPECT_EQ(Sniff(), std::nullopt); // not a packet: packetdrill says so and ends
}

TEST_F(CallsOfLinux, ConnectionThatNobodyAnswersTimesOutInVirtualTime)
{
    Load("linux");
    const int fd = m_table.socket(m_self, AF_INET, SOCK_STREAM, 0);
    sockaddr_in remote{};
    remote.sin_family = AF_INET;
    remote.sin_port = htons(80);
    remote.sin_addr.s_addr = htonl(0xc0000201);
    const std::chrono::microseconds before = Now();
    // It blocks, in the thread that drives: time passes by itself.
    const auto* address = reinterpret_cast<const sockaddr*>(&remote);
    EXPECT_EQ(m_table.connect(m_self, fd, address, sizeof(remote)), -1);
    EXPECT_EQ(errno, ETIMEDOUT);
    EXPECT_GT(Now() - before, 60s); // tcp_syn_retries
}

// Data.

TEST_F(CallsOfLinux, WhatIsPeekedAtIsStillThere)
{
    Load("linux");
    const int fd = Accepted(Listening());
    Inject(Flag::PSH | Flag::ACK, 1, 1, 100);
    std::array<char, kRoom> room{};
    EXPECT_EQ(m_table.recv(m_self, fd, room.data(), room.size(), MSG_PEEK), 100);
    int queued = 0;
    EXPECT_EQ(m_table.ioctl(m_self, fd, SIOCINQ, &queued), 0);
    EXPECT_EQ(queued, 100);
    EXPECT_EQ(m_table.read(m_self, fd, room.data(), room.size()), 100);
    EXPECT_EQ(room[99], 'x');
    EXPECT_EQ(m_table.recv(m_self, fd, room.data(), room.size(), MSG_DONTWAIT), -1);
    EXPECT_EQ(errno, EAGAIN);
}

TEST_F(CallsOfLinux, OutputQueueIsWhatThePeerHasNotAcknowledged)
{
    Load("linux");
    const int fd = Accepted(Listening());
    const Bytes text(300);
    EXPECT_EQ(m_table.write(m_self, fd, text.data(), text.size()), 300);
    ASSERT_EQ(Sniff()->payloadLength, 300U);
    int queued = 0;
    m_table.ioctl(m_self, fd, SIOCOUTQ, &queued);
    EXPECT_EQ(queued, 300);
    Inject(Flag::ACK, 1, 101);
    m_table.ioctl(m_self, fd, SIOCOUTQ, &queued);
    EXPECT_EQ(queued, 200);
}

TEST_F(CallsOfLinux, CorkedBytesLeaveWhenTheCorkIsOut)
{
    Load("linux");
    const int fd = Accepted(Listening());
    int on = 1;
    m_table.setsockopt(m_self, fd, IPPROTO_TCP, TCP_CORK, &on, sizeof(on));
    const Bytes text(40);
    m_table.write(m_self, fd, text.data(), text.size());
    Wait(1ms);
    m_table.write(m_self, fd, text.data(), text.size());
    Wait(1ms);
    on = 0;
    m_table.setsockopt(m_self, fd, IPPROTO_TCP, TCP_CORK, &on, sizeof(on));
    EXPECT_EQ(Sniff()->payloadLength, 80U);
}

// Blocking and waiting.

TEST_F(CallsOfLinux, BlockedReadReturnsTheMomentThatDataCome)
{
    Load("linux");
    const int fd = Accepted(Listening());
    std::chrono::microseconds returned{};
    ssize_t result = 0;
    std::atomic<pid_t> thread{0};
    // packetdrill makes blocking calls in a second thread, and asks it for the time afterwards.
    std::thread caller([&] {
        std::array<char, kRoom> room{};
        thread = gettid();
        result = m_table.read(m_self, fd, room.data(), room.size());
        returned = Now();
    });
    AwaitSleep(thread);
    Wait(100ms);
    const std::chrono::microseconds sent = Now();
    Inject(Flag::PSH | Flag::ACK, 1, 1, 10);
    Wait(100ms);
    caller.join();
    EXPECT_EQ(result, 10);
    EXPECT_LT(returned - sent, 1ms);
}

TEST_F(CallsOfLinux, PollWaitsInVirtualTime)
{
    Load("linux");
    const int fd = Accepted(Listening());
    pollfd asked{fd, POLLIN, 0};
    const std::chrono::microseconds before = Now();
    EXPECT_EQ(m_table.poll(m_self, &asked, 1, 1500), 0);
    EXPECT_NEAR(static_cast<double>((Now() - before).count()), 1.5e6, 1e3);
    Inject(Flag::FIN | Flag::ACK, 1, 1);
    EXPECT_EQ(m_table.poll(m_self, &asked, 1, 0), 1);
    EXPECT_EQ(asked.revents, POLLIN);
}

TEST_F(CallsOfLinux, EdgeIsReportedOnceUntilThereIsNews)
{
    Load("linux");
    const int fd = Accepted(Listening());
    const int epoll = m_table.epollCreate(m_self, 1);
    epoll_event event{};
    event.events = EPOLLIN | EPOLLET;
    event.data.fd = fd;
    ASSERT_EQ(m_table.epollCtl(m_self, epoll, EPOLL_CTL_ADD, fd, &event), 0);
    epoll_event reported{};
    EXPECT_EQ(m_table.epollWait(m_self, epoll, &reported, 1, 0), 0);
    Inject(Flag::PSH | Flag::ACK, 1, 1, 10);
    EXPECT_EQ(m_table.epollWait(m_self, epoll, &reported, 1, 0), 1);
    EXPECT_EQ(m_table.epollWait(m_self, epoll, &reported, 1, 0), 0); // still unread, but no news
    Inject(Flag::PSH | Flag::ACK, 11, 1, 10);
    EXPECT_EQ(m_table.epollWait(m_self, epoll, &reported, 1, 0), 1);
}

TEST_F(CallsOfLinux, TimeCreepsWhileThereIsNothingButSpinning)
{
    Load("linux");
    const std::chrono::microseconds first = Now();
    EXPECT_GT(Now(), first);
    EXPECT_LT(Now() - first, 10us);
}

// What is under test.

TEST_F(CallsOfLinux, InfoKnowsTheStateOfAListenerAndOfAConnection)
{
    Load("linux");
    const int listener = Listening();
    const int fd = Accepted(listener);
    tcp_info info{};
    socklen_t length = sizeof(info);
    EXPECT_EQ(m_table.getsockopt(m_self, listener, IPPROTO_TCP, TCP_INFO, &info, &length), 0);
    EXPECT_EQ(info.tcpi_state, TCP_LISTEN);
    EXPECT_EQ(m_table.getsockopt(m_self, fd, IPPROTO_TCP, TCP_INFO, &info, &length), 0);
    EXPECT_EQ(info.tcpi_state, TCP_ESTABLISHED);
    EXPECT_EQ(info.tcpi_snd_cwnd, 10U);
    EXPECT_EQ(info.tcpi_snd_mss, 1000U);
}

TEST_F(CallsOfFreeBsd, SegmentsAreLaidOutAsTheProfileSays)
{
    constexpr std::size_t kHeaders = 40; // IP and TCP
    for (const auto& [flags, scale] :
         {std::pair<const char*, std::size_t>{"linux", 17}, {"freebsd", 5}})
    {
        SCOPED_TRACE(flags);
        Load(flags);
        Listening();
        Segment syn;
        syn.tuple = {IpAddress::FromV4(0xc0000201), IpAddress::FromV4(0xc0a80001), 40000, 8080};
        syn.flags = Flag::SYN;
        syn.options.mss = 1000;
        syn.options.windowScale = 7;
        syn.options.sackPermitted = true;
        syn.options.timestamps = Timestamps{1, 0};
        const Bytes packet = MakePacket(syn, {}, {}, OptionLayout::Linux);
        m_table.netdevSend(m_self, packet.data(), packet.size());
        ASSERT_TRUE(Sniff());
        EXPECT_EQ(m_sniffed[8], 64) << "TTL";
        EXPECT_EQ(m_sniffed[kHeaders + scale], 3) << "where the window scale stands";
        m_table.free(m_self);
        m_self = nullptr;
    }
}

} // namespace lifecycle::packetdrill::test
