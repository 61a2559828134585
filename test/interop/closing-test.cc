// Connections of which both sides close at once, one has no link, or one gives up.

#include "link-test.h"
#include "wait-until.h"

#include <cerrno>
#include <sys/socket.h>

namespace interop
{

namespace
{

Fate
HoldFins(const TcpSegment& segment)
{
    return segment.Has(FIN) ? Fate::Hold : Fate::Pass;
}

Fate
HoldAll(const TcpSegment&)
{
    return Fate::Hold;
}

bool
IsFinOfKernel(const TcpSegment& segment)
{
    return segment.from == Side::Kernel && segment.Has(FIN);
}

bool
IsFinOfModel(const TcpSegment& segment)
{
    return segment.from == Side::Model && segment.Has(FIN);
}

bool
IsReset(const TcpSegment& segment)
{
    return segment.Has(RST);
}

class ClosingTest : public LinkTest
{
};

} // namespace

TEST_F(ClosingTest, FinsThatCrossBringBothSidesThroughClosingToTimeWait)
{
    auto proxy = ServeFile();
    link->SetRule(HoldFins);
    connection = KernelSocket::Connect(MODEL, 80);
    Follow(connection);
    ASSERT_TRUE(connection.Send(REQUEST));
    ASSERT_TRUE(link->WaitFor(IsFinOfModel)) << link->Transcript();
    connection.ShutdownSend();
    ASSERT_TRUE(link->WaitFor(IsFinOfKernel)) << link->Transcript();
    EXPECT_TRUE(Become(*proxy, {"FIN-WAIT-1", "FIN-WAIT-1"})) << link->Transcript();

    link->Release(HoldAll);
    EXPECT_TRUE(Become(*proxy, {"CLOSING", "CLOSING"})) << link->Transcript();

    link->Release();
    EXPECT_TRUE(Become(*proxy, {"TIME-WAIT", "TIME-WAIT"})) << link->Transcript();
    EXPECT_TRUE(connection.ReceiveAll().ends_with(CONTENT));
    EXPECT_TRUE(link->Find(IsReset).empty()) << link->Transcript();
}

TEST_F(ClosingTest, FinOfTheKernelIsRepeatedUntilTheLinkIsBack)
{
    auto proxy = Serve({"--service", "echo"});
    connection = KernelSocket::Connect(MODEL, 7);
    Follow(connection);
    ASSERT_TRUE(Become(*proxy, {"ESTAB", "ESTAB"}));
    link->Cut();
    connection.ShutdownSend();
    ASSERT_TRUE(link->WaitFor(IsFinOfKernel, 3)) << link->Transcript();
    EXPECT_EQ(Look(*proxy), (BothEnds{"FIN-WAIT-1", "ESTAB"}));
    link->Restore();
    EXPECT_TRUE(Become(*proxy, {"TIME-WAIT", ABSENT})) << link->Transcript();
}

TEST_F(ClosingTest, FinOfTheModelIsRepeatedUntilTheLinkIsBack)
{
    Connect();
    link->Cut();
    client->Process().CloseInput();
    ASSERT_TRUE(link->WaitFor(IsFinOfModel, 3)) << link->Transcript();
    EXPECT_EQ(Look(*client), (BothEnds{"ESTAB", "FIN-WAIT-1"}));
    link->Restore();
    EXPECT_TRUE(Become(*client, {"CLOSE-WAIT", "FIN-WAIT-2"})) << link->Transcript();
    connection.Close();
    EXPECT_EQ(client->Process().Wait(), 0) << client->Messages();
}

TEST_F(ClosingTest, FinOfTheModelIsGivenUpAfterTheRetriesOfAnOrphan)
{
    auto proxy = ServeNobody({"OrphanRetries=2"});
    link->SetRule([](const TcpSegment& segment) {
        return segment.from == Side::Model && segment.Has(FIN) ? Fate::Drop : Fate::Pass;
    });
    connection = KernelSocket::Connect(MODEL, 7);
    Follow(connection);
    EXPECT_TRUE(Become(*proxy, {"ESTAB", ABSENT})) << link->Transcript();
    // The FIN, a probe of the tail (RFC 8985 §7), as the kernel sends one too, and the retries.
    EXPECT_EQ(link->Find(IsFinOfModel).size(), 4U) << link->Transcript();

    // The kernel finds out when it says something.
    ASSERT_TRUE(connection.Send("x"));
    EXPECT_EQ(connection.ReceiveAll(), "");
    EXPECT_EQ(connection.GetError(), ECONNRESET) << link->Transcript();
}

TEST_F(ClosingTest, FinOfTheKernelIsGivenUpAfterItsRetriesAndTheModelFindsOut)
{
    SET_SYSCTL_OR_SKIP("tcp_orphan_retries", "2");
    Connect({"KeepaliveEnabled=true", "KeepaliveIdle=2s"});
    link->SetRule([](const TcpSegment& segment) {
        return segment.from == Side::Kernel && segment.Has(FIN) ? Fate::Drop : Fate::Pass;
    });
    connection.Close();
    ExpectFailure("reset the connection.");
    EXPECT_GE(link->Find(IsFinOfKernel).size(), 2U) << link->Transcript();
}

TEST_F(ClosingTest, LingerOfZeroAtTheKernelResetsTheModel)
{
    Connect();
    connection.Reset();
    ExpectFailure("reset the connection.");
    EXPECT_TRUE(KernelTable().size() == 1) << ToString(KernelTable()); // the listener
}

TEST_F(ClosingTest, LingerOfZeroAtTheKernelResetsAModelThatHasClosedItsHalf)
{
    Connect();
    client->Process().CloseInput();
    ASSERT_TRUE(Become(*client, {"CLOSE-WAIT", "FIN-WAIT-2"})) << link->Transcript();
    connection.Reset();
    ExpectFailure("reset the connection.");
}

TEST_F(ClosingTest, AbortOfTheModelResetsTheKernel)
{
    auto proxy = ServeNobody({"AbortOnClose=true"});
    link->SetRule([](const TcpSegment& segment) {
        return IsReset(segment) ? Fate::Hold : Fate::Pass; // until connect() has returned
    });
    connection = KernelSocket::Connect(MODEL, 7);
    Follow(connection);
    link->Release();
    EXPECT_EQ(connection.ReceiveAll(), "");
    EXPECT_EQ(connection.GetError(), ECONNRESET) << link->Transcript();
    EXPECT_TRUE(Become(*proxy, {ABSENT, ABSENT})) << link->Transcript();
    EXPECT_TRUE(link->Find(IsFinOfModel).empty()) << link->Transcript();
}

TEST_F(ClosingTest, AbortOfTheModelResetsAKernelThatHasClosedItsHalf)
{
    auto proxy = Serve({"--service", "echo", "--set", "AbortOnClose=true"});
    connection = KernelSocket::Connect(MODEL, 7);
    Follow(connection);
    ASSERT_TRUE(connection.Send("x"));
    EXPECT_EQ(connection.Receive(1), "x");
    connection.ShutdownSend(); // the echo service closes then
    EXPECT_EQ(connection.ReceiveAll(), "");
    EXPECT_EQ(connection.GetError(), ECONNRESET) << link->Transcript();
    EXPECT_TRUE(Become(*proxy, {ABSENT, ABSENT})) << link->Transcript();
}

TEST_F(ClosingTest, DataForAModelWhoseApplicationIsGoneIsAnsweredWithAReset)
{
    auto proxy = ServeNobody();
    connection = KernelSocket::Connect(MODEL, 7);
    Follow(connection);
    ASSERT_TRUE(Become(*proxy, {"CLOSE-WAIT", "FIN-WAIT-2"})) << link->Transcript();
    ASSERT_TRUE(connection.Send("anybody there?"));
    ASSERT_TRUE(link->WaitFor(IsReset)) << link->Transcript();
    EXPECT_TRUE(Become(*proxy, {ABSENT, ABSENT})) << link->Transcript();
    EXPECT_FALSE(connection.Send("x"));
    EXPECT_EQ(connection.GetError(), EPIPE); // it has had the FIN before
}

TEST_F(ClosingTest, DataForAKernelWhoseApplicationIsGoneIsAnsweredWithAReset)
{
    Connect();
    connection.Close();
    ASSERT_TRUE(Become(*client, {"FIN-WAIT-2", "CLOSE-WAIT"})) << link->Transcript();
    client->Process().WriteInput("anybody there?");
    ExpectFailure("reset the connection.");
}

TEST_F(ClosingTest, FinWait2OfAModelWithoutApplicationEndsByItself)
{
    auto proxy = ServeNobody({"FinWait2Timeout=500ms"});
    connection = KernelSocket::Connect(MODEL, 7);
    Follow(connection);
    EXPECT_TRUE(Become(*proxy, {"CLOSE-WAIT", "FIN-WAIT-2"})) << link->Transcript();
    EXPECT_TRUE(Become(*proxy, {"CLOSE-WAIT", ABSENT})) << link->Transcript();

    connection.Close(); // the kernel's FIN meets nobody
    ASSERT_TRUE(link->WaitFor(IsReset)) << link->Transcript();
    EXPECT_TRUE(Become(*proxy, {ABSENT, ABSENT})) << link->Transcript();
}

} // namespace interop
