#include "shim/control.h"
#include "table-test.h"

#include <gmock/gmock.h>
#include <netinet/tcp.h>

namespace lifecycle::packetdrill::test
{

using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

/** What the stand-in commands ask the host under test. */
class Control : public Table
{
  protected:
    std::string Ask(const std::string& question)
    {
        return AnswerQuestion(*static_cast<Host*>(m_self), question);
    }
};

TEST_F(Control, RefusesWhatItDoesNotUnderstand)
{
    Load("freebsd");
    EXPECT_THAT(Ask("sing"), StartsWith("error"));
    EXPECT_THAT(Ask("get net.inet.tcp.nothing"), StartsWith("error"));
    EXPECT_THAT(Ask("set net.inet.tcp.msl"), StartsWith("error"));
    EXPECT_THAT(Ask("set net.inet.tcp.msl=long"), StartsWith("error"));
}

TEST_F(Control, VariableThatIsSetGovernsWhatExistsAlready)
{
    Load("freebsd");
    const int fd = Accepted(Listening());
    Inject(Flag::RST, 100, 0); // not exact: a challenge
    EXPECT_EQ(Sniff()->flags, Flags(Flag::ACK));
    EXPECT_EQ(Ask("set net.inet.tcp.insecure_rst=1"), "ok\n");
    EXPECT_EQ(Ask("get net.inet.tcp.insecure_rst"), "ok\n1\n");
    Inject(Flag::RST, 100, 0);
    int error = 0;
    socklen_t length = sizeof(error);
    m_table.getsockopt(m_self, fd, SOL_SOCKET, SO_ERROR, &error, &length);
    EXPECT_EQ(error, ECONNRESET);
}

TEST_F(Control, WhatTheModelDoesNotHaveIsKept)
{
    Load("freebsd");
    EXPECT_EQ(Ask("set net.inet.tcp.hostcache.purgenow=1"), "ok\n");
    EXPECT_EQ(Ask("get net.inet.tcp.hostcache.purgenow"), "ok\n1\n");
}

TEST_F(Control, ListShowsHalfOpenRequestsAndThatTheyAreDropped)
{
    Load("freebsd");
    Listening();
    Inject(Flag::SYN, 0, 0);
    ASSERT_TRUE(Sniff());
    EXPECT_THAT(Ask("list"), HasSubstr("SYN-RECEIVED 0 0 192.168.0.1 8080 192.0.2.1 40000"));
    EXPECT_EQ(Ask("drop state SYN_RCVD"), "ok\n");
    EXPECT_THAT(Ask("list"), Not(HasSubstr("SYN-RECEIVED")));
}

TEST_F(Control, TimeWaitBelongsToItsApplicationUntilThatClosesIt)
{
    Load("freebsd");
    const int fd = Accepted(Listening());
    m_table.shutdown(m_self, fd, SHUT_WR);
    ASSERT_TRUE(Sniff());
    Inject(Flag::FIN | Flag::ACK, 1, 2);
    EXPECT_THAT(Ask("list"),
                HasSubstr("TIME-WAIT 0 0 192.168.0.1 8080 192.0.2.1 40000 timewait held"));
    m_table.close(m_self, fd);
    EXPECT_THAT(Ask("list"), HasSubstr("timewait orphan"));
    EXPECT_EQ(Ask("drop state TIME_WAIT"), "ok\n");
    EXPECT_THAT(Ask("list"), Not(HasSubstr("TIME-WAIT")));
}

TEST_F(Control, CommandsOfScriptsAreRunByTheShell)
{
    Load("linux");
    EXPECT_EQ(RunCommand(static_cast<Host*>(m_self), "exit 3"), 3 << 8);
    EXPECT_EQ(RunCommand(static_cast<Host*>(m_self), "true"), 0);
}

TEST_F(Control, CommandAsksThroughThePipesOfItsFolder)
{
    std::string folder = testing::TempDir() + "/packetdrill-XXXXXX";
    ASSERT_NE(mkdtemp(folder.data()), nullptr);
    Load(("freebsd,folder=" + folder).c_str());
    const std::string command = "echo 'set net.inet.tcp.keepcnt=3' > " + folder +
                                "/question; read answer < " + folder +
                                "/answer; test \"$answer\" = ok";
    EXPECT_EQ(RunCommand(static_cast<Host*>(m_self), command.c_str()), 0);
    EXPECT_EQ(Ask("get net.inet.tcp.keepcnt"), "ok\n3\n");
}

TEST_F(Control, CountersHaveTheNamesOfNstat)
{
    Load("linux");
    Accepted(Listening());
    EXPECT_THAT(Ask("count"), HasSubstr("\nTcpPassiveOpens 1\n"));
    EXPECT_THAT(Ask("count"), HasSubstr("\nTcpExtTCPChallengeACK 0\n"));
    Inject(Flag::RST, 100, 0); // not exact
    EXPECT_THAT(Ask("count"), HasSubstr("\nTcpExtTCPChallengeACK 1\n"));
}

/** Runs the stand-ins themselves, as a script's commands do. */
class StandIns : public Control
{
  protected:
    StandIns()
    {
        EXPECT_NE(mkdtemp(m_folder.data()), nullptr);
    }

    void LoadProfile(const std::string& profile)
    {
        Load((profile + ",folder=" + m_folder).c_str());
        m_prefix = "PATH=" PACKETDRILL_BIN ":$PATH TCP_LIFECYCLE_RUN=" + m_folder +
                   " TCP_LIFECYCLE_PROFILE=" + profile +
                   "; export PATH TCP_LIFECYCLE_RUN "
                   "TCP_LIFECYCLE_PROFILE; ";
    }

    /** \returns whether the shell is content */
    bool Run(const std::string& command)
    {
        return RunCommand(static_cast<Host*>(m_self), (m_prefix + command).c_str()) == 0;
    }

  private:
    std::string m_folder{testing::TempDir() + "/packetdrill-XXXXXX"};
    std::string m_prefix;
};

TEST_F(StandIns, NstatShowsWhatWasCountedSinceTheLastTime)
{
    LoadProfile("linux");
    const int listener = Listening();
    EXPECT_TRUE(Run("nstat -n"));
    EXPECT_FALSE(Run("nstat -s | grep TcpPassiveOpens"));
    Accepted(listener);
    EXPECT_TRUE(Run("nstat -s TcpPassiveOpens | grep -q 'TcpPassiveOpens  *1 '"));
    EXPECT_TRUE(Run("nstat | grep TcpPassiveOpens"));
    EXPECT_FALSE(Run("nstat | grep TcpPassiveOpens")) << "it has been shown";
    EXPECT_TRUE(Run("nstat -az | grep TcpPassiveOpens"));
}

TEST_F(StandIns, SsAndNetstatListConnections)
{
    LoadProfile("linux");
    Accepted(Listening());
    EXPECT_TRUE(Run("ss -tan | grep -q 'ESTAB .*192.168.0.1:8080 .*192.0.2.1:40000'"));
    EXPECT_TRUE(Run("test $(ss -Htln 'sport = :8080' | wc -l) = 1"));
    EXPECT_TRUE(Run("test $(ss -Hta state time-wait | wc -l) = 0"));
    EXPECT_TRUE(Run("netstat -tan | grep -q 'ESTABLISHED'"));
}

TEST_F(StandIns, SockstatCountsStatesAndTcpdropEndsThem)
{
    LoadProfile("freebsd");
    Accepted(Listening());
    EXPECT_TRUE(Run("test $(sockstat -4 -P tcp -s -p 8080 | grep -c ESTABLISHED) = 1"));
    EXPECT_TRUE(Run("tcpdrop -s ESTABLISHED"));
    EXPECT_TRUE(Run("test $(sockstat -4 -P tcp -s -p 8080 | grep -c ESTABLISHED) = 0"));
}

TEST_F(StandIns, SysctlReadsAndSetsWhatTheModelHas)
{
    LoadProfile("freebsd");
    EXPECT_TRUE(Run("sysctl net.inet.tcp.keepcnt=3"));
    EXPECT_TRUE(Run("test \"$(sysctl -n net.inet.tcp.keepcnt)\" = 3"));
    EXPECT_FALSE(Run("sysctl net.inet.tcp.nothing"));
}

} // namespace lifecycle::packetdrill::test
