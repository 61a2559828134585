// Finding out whether the other side is still there: the kernel about the model, and back.

#include "link-test.h"
#include "wait-until.h"

#include <cerrno>
#include <netinet/in.h>
#include <sys/socket.h>

namespace interop
{

namespace
{

bool
IsReset(const TcpSegment& segment)
{
    return segment.Has(RST);
}

/** Either side asks the other, on a connection on which nothing is said. */
class KeepaliveTest : public LinkTest
{
  protected:
    /** \param side who asks \returns segments that ask for what is acknowledged already */
    std::size_t CountProbes(Side side) const
    {
        const auto syn = link->Find(
            [&](const auto& segment) { return segment.from == side && segment.Has(SYN); });
        return link
            ->Find([&](const auto& segment) {
                return segment.from == side && segment.IsBareAck() &&
                       segment.seq == syn.front().seq; // one before SND.NXT
            })
            .size();
    }
};

/** The kernel asks an echo service of the model. */
class KernelKeepaliveTest : public KeepaliveTest
{
  protected:
    /** Has the kernel connect, probe after 1 s, and give up after 2 s more. */
    void ConnectKernel()
    {
        connection = KernelSocket::Open(MODEL);
        connection.Set(SOL_SOCKET, SO_KEEPALIVE, 1);
        connection.Set(IPPROTO_TCP, TCP_KEEPIDLE, 1);
        connection.Set(IPPROTO_TCP, TCP_KEEPINTVL, 1);
        connection.Set(IPPROTO_TCP, TCP_KEEPCNT, 2);
        connection.ConnectTo(MODEL, 7);
        EXPECT_EQ(connection.GetError(), 0) << link->Transcript();
        Follow(connection);
    }

    /** Checks how the connection ends for the application of the kernel. */
    void ExpectError(int error)
    {
        EXPECT_EQ(connection.ReceiveAll(), "");
        EXPECT_EQ(connection.GetError(), error) << link->Transcript();
    }
};

/** The model asks the kernel. */
class ModelKeepaliveTest : public KeepaliveTest
{
  protected:
    /** Has the model connect, probe after 400 ms, and give up after 600 ms more. */
    void SetUp() override
    {
        LinkTest::SetUp();
        if (!IsSkipped())
        {
            Connect({"KeepaliveEnabled=true",
                     "KeepaliveIdle=400ms",
                     "KeepaliveInterval=200ms",
                     "KeepaliveProbes=3"});
        }
    }
};

} // namespace

TEST_F(KernelKeepaliveTest, ModelAnswersEachProbe)
{
    auto proxy = Serve({"--service", "echo"});
    ConnectKernel();
    ASSERT_TRUE(WaitUntil([&] { return CountProbes(Side::Kernel) >= 2; })) << link->Transcript();
    EXPECT_EQ(Look(*proxy), (BothEnds{"ESTAB", "ESTAB"}));
    ASSERT_TRUE(WaitUntil([&] { return connection.Info().tcpi_probes == 0; }));
    ASSERT_TRUE(connection.Send("alive"));
    EXPECT_EQ(connection.Receive(5), "alive");
}

TEST_F(KernelKeepaliveTest, KernelTimesOutWhenTheModelVanishes)
{
    auto proxy = Serve({"--service", "echo"});
    ConnectKernel();
    link->Cut();
    ExpectError(ETIMEDOUT);
    EXPECT_EQ(CountProbes(Side::Kernel), 2U) << link->Transcript();
    EXPECT_EQ(KernelCounter("TcpExtTCPAbortOnTimeout"), 1U);
}

TEST_F(KernelKeepaliveTest, ModelThatHasRestartedResetsTheConnectionOfItsFormerLife)
{
    auto former = Serve({"--service", "echo"});
    ConnectKernel();
    former.reset(); // killed: nothing is said to the kernel
    auto proxy = Serve({"--service", "echo"});
    ExpectError(ECONNRESET);

    auto another = KernelSocket::Connect(MODEL, 7);
    ASSERT_TRUE(another.Send("x"));
    EXPECT_EQ(another.Receive(1), "x");
}

TEST_F(KernelKeepaliveTest, DataForARestartedModelIsAnsweredWithAReset)
{
    auto former = Serve({"--service", "echo"});
    connection = KernelSocket::Connect(MODEL, 7);
    former.reset();
    auto proxy = Serve({"--service", "echo"});
    ASSERT_TRUE(connection.Send("still there?"));
    ExpectError(ECONNRESET);
}

TEST_F(KernelKeepaliveTest, UserTimeoutOfTheKernelEndsTheWaitForTheModel)
{
    auto proxy = Serve({"--service", "echo"});
    connection = KernelSocket::Open(MODEL);
    connection.Set(IPPROTO_TCP, TCP_USER_TIMEOUT, 1000);
    connection.ConnectTo(MODEL, 7);
    ASSERT_EQ(connection.GetError(), 0);
    link->Cut();
    ASSERT_TRUE(connection.Send("anybody there?"));
    ExpectError(ETIMEDOUT);

    // The model knows nothing of that, and is told when it says something.
    link->Restore();
    auto another = KernelSocket::Connect(MODEL, 7);
    EXPECT_EQ(another.GetError(), 0);
}

TEST_F(ModelKeepaliveTest, KernelAnswersEachProbe)
{
    ASSERT_TRUE(WaitUntil([&] { return CountProbes(Side::Model) >= 4; })) << link->Transcript();
    EXPECT_EQ(Look(*client), (BothEnds{"ESTAB", "ESTAB"}));
    ASSERT_TRUE(connection.Send("alive"));
    EXPECT_TRUE(WaitUntil([&] { return ReadFile(client->OutputPath()) == "alive"; }));
}

TEST_F(ModelKeepaliveTest, ModelTimesOutWhenTheLinkIsCut)
{
    link->Cut();
    ExpectFailure("stopped answering keepalive probes: the connection timed out.");
    EXPECT_EQ(CountProbes(Side::Model), 3U) << link->Transcript();
    EXPECT_EQ(link->GetSegments().back().flags & RST, RST) << link->Transcript();
}

TEST_F(ModelKeepaliveTest, ModelTimesOutWhenTheInterfaceOfTheKernelGoesDown)
{
    ChildProcess command({"ip", "link", "set", "wire", "down"}, {});
    ASSERT_EQ(command.Wait(), 0);
    ExpectFailure("stopped answering keepalive probes: the connection timed out.");
}

TEST_F(ModelKeepaliveTest, KernelThatHasForgottenTheConnectionResetsIt)
{
    link->Cut();
    if (const auto problem = ForgetKernelConnection(connection.GetLocal()); !problem.empty())
    {
        GTEST_SKIP() << problem;
    }
    ASSERT_TRUE(link->WaitFor(IsReset)); // which a reboot would not send, and nobody gets
    link->Restore();
    ExpectFailure("reset the connection.");
    EXPECT_GE(CountProbes(Side::Model), 1U) << link->Transcript();
}

TEST_F(ModelKeepaliveTest, ResetOfTheKernelThatGotLostIsMadeUpForByTheAnswerToAProbe)
{
    link->Cut();
    connection.Reset();
    ASSERT_TRUE(link->WaitFor(IsReset));
    link->Restore();
    ExpectFailure("reset the connection.");
    EXPECT_GE(CountProbes(Side::Model), 1U) << link->Transcript();
}

TEST_F(ModelKeepaliveTest, ProbesDoNotGoOnWhileDataIsUnacknowledged)
{
    link->Cut();
    client->Process().WriteInput("anybody there?");
    const auto isData = [](const auto& segment) { return segment.text == "anybody there?"; };
    ASSERT_TRUE(link->WaitFor(isData, 4)) << link->Transcript();
    EXPECT_EQ(CountProbes(Side::Model), 0U) << link->Transcript();
    link->Restore();
    EXPECT_EQ(connection.Receive(14), "anybody there?");
}

TEST_F(KeepaliveTest, UserTimeoutOfTheModelEndsTheWaitForTheKernel)
{
    Connect({"UserTimeout=1s"});
    link->Cut();
    client->Process().WriteInput("anybody there?");
    ExpectFailure("stopped acknowledging: the connection timed out.");
}

} // namespace interop
