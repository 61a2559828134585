// Data with the SYN (RFC 7413), from and to a kernel.

#include "link-test.h"
#include "wait-until.h"

#include <netinet/in.h>

namespace interop
{

namespace
{

constexpr int QUEUE = 8;

/** \param side who sends \returns whether a segment is its SYN, without ACK */
auto
IsSynOf(Side side)
{
    return
        [side](const TcpSegment& segment) { return segment.from == side && segment.flags == SYN; };
}

/** \returns whether a segment is a SYN-ACK */
bool
IsSynAck(const TcpSegment& segment)
{
    return segment.flags == (SYN | ACK);
}

class FastOpenTest : public LinkTest
{
  protected:
    /** Has the kernel send bytes to the echo service by Fast Open, and checks that they return. */
    void AskFast(const std::string& bytes)
    {
        connection = KernelSocket::Open(MODEL);
        connection.ConnectFast(MODEL, 7, bytes);
        ASSERT_EQ(connection.GetError(), 0) << link->Transcript();
        EXPECT_EQ(connection.Receive(bytes.size()), bytes) << link->Transcript();
    }

    /** Makes the kernel a server that takes data with the SYN, and the model its client. */
    void StartFastClient(int queue)
    {
        listener = KernelSocket::Listen("0.0.0.0", 8000);
        if (queue > 0)
        {
            listener.Set(IPPROTO_TCP, TCP_FASTOPEN, queue);
        }
        client =
            Start({"connect", std::string(HOST) + ":8000", "--fast-open", "--reconnect"}, {}, "");
    }

    /** Has the model send bytes on a connection of their own, which the kernel closes. */
    void SendFast(const std::string& bytes)
    {
        client->Process().WriteInput(bytes);
        connection = listener.Accept();
        ASSERT_EQ(connection.GetError(), 0) << client->Messages() << link->Transcript();
        EXPECT_EQ(connection.Receive(bytes.size()), bytes) << link->Transcript();
        connection.ShutdownSend();
        EXPECT_EQ(connection.ReceiveAll(), "");
        connection.Close();
    }
};

} // namespace

TEST_F(FastOpenTest, KernelGetsACookieAndSendsItsDataWithTheNextSyn)
{
    auto proxy = Serve({"--service", "echo"}, {"FastOpenQueue=8"});
    AskFast("first");
    EXPECT_EQ(KernelCounter("TcpExtTCPFastOpenActive"), 0U);
    AskFast("second");
    EXPECT_EQ(KernelCounter("TcpExtTCPFastOpenActive"), 1U) << link->Transcript();
    EXPECT_EQ(connection.Info().tcpi_options & TCPI_OPT_SYN_DATA, TCPI_OPT_SYN_DATA);

    const auto syns = link->Find(IsSynOf(Side::Kernel));
    const auto synAcks = link->Find(IsSynAck);
    ASSERT_EQ(syns.size(), 2U) << link->Transcript();
    EXPECT_EQ(syns[0].fastOpen, "");
    EXPECT_EQ(syns[1].text, "second");
    EXPECT_EQ(syns[1].fastOpen, synAcks[0].fastOpen);
    EXPECT_EQ(synAcks[1].ack, syns[1].seq + 1 + syns[1].text.size());
}

TEST_F(FastOpenTest, CookieOfAFormerLifeOfTheModelIsNotTakenAndTheDataComesAfterwards)
{
    auto former = Serve({"--service", "echo"}, {"FastOpenQueue=8"});
    AskFast("first");
    connection.Reset();
    former.reset();
    auto proxy = Serve({"--service", "echo"}, {"FastOpenQueue=8"});
    AskFast("second");
    EXPECT_EQ(KernelCounter("TcpExtTCPFastOpenActive"), 0U) << link->Transcript();
    const auto syn = link->Find(IsSynOf(Side::Kernel)).back();
    EXPECT_EQ(syn.text, "second");
    EXPECT_EQ(link->Find(IsSynAck).back().ack, syn.seq + 1) << link->Transcript();

    AskFast("third"); // the SYN-ACK had a new cookie
    EXPECT_EQ(KernelCounter("TcpExtTCPFastOpenActive"), 1U) << link->Transcript();
}

TEST_F(FastOpenTest, ModelGetsACookieAndSendsItsDataWithTheNextSyn)
{
    SET_SYSCTL_OR_SKIP("tcp_fastopen", "3");
    StartFastClient(QUEUE);
    SendFast("first");
    EXPECT_EQ(KernelCounter("TcpExtTCPFastOpenCookieReqd"), 1U);
    EXPECT_EQ(KernelCounter("TcpExtTCPFastOpenPassive"), 0U);
    SendFast("second");
    EXPECT_EQ(KernelCounter("TcpExtTCPFastOpenPassive"), 1U) << link->Transcript();
    EXPECT_EQ(KernelCounter("TcpExtTCPFastOpenPassiveFail"), 0U);
    const auto syns = link->Find(IsSynOf(Side::Model));
    ASSERT_EQ(syns.size(), 2U) << link->Transcript();
    EXPECT_EQ(syns[1].text, "second");

    client->Process().CloseInput();
    EXPECT_EQ(client->Process().Wait(), 0) << client->Messages();
}

TEST_F(FastOpenTest, CookieThatTheKernelHasForgottenIsNotTakenAndTheDataComesAfterwards)
{
    SET_SYSCTL_OR_SKIP("tcp_fastopen", "3");
    StartFastClient(QUEUE);
    SendFast("first");
    SET_SYSCTL_OR_SKIP("tcp_fastopen_key", "00000001-00000002-00000003-00000004");
    SendFast("second");
    EXPECT_EQ(KernelCounter("TcpExtTCPFastOpenPassiveFail"), 1U) << link->Transcript();
    const auto syns = link->Find(IsSynOf(Side::Model));
    ASSERT_EQ(syns.size(), 2U) << link->Transcript();
    EXPECT_EQ(syns[1].text, "second");
}

TEST_F(FastOpenTest, SynWithDataThatGetsLostIsRepeatedWithoutByEitherSide)
{
    SET_SYSCTL_OR_SKIP("tcp_fastopen", "3");
    const auto loseSynsWithData = [](const TcpSegment& segment) {
        return segment.flags == SYN && !segment.text.empty() ? Fate::Drop : Fate::Pass;
    };
    StartFastClient(QUEUE);
    SendFast("first");
    link->SetRule(loseSynsWithData);
    SendFast("second");
    auto syns = link->Find(IsSynOf(Side::Model));
    ASSERT_EQ(syns.size(), 3U) << link->Transcript();
    EXPECT_EQ(syns[1].text, "second");
    EXPECT_EQ(syns[2].text, "");
    EXPECT_FALSE(syns[2].fastOpen);
    client.reset();

    link->Release();
    auto proxy = Serve({"--service", "echo"}, {"FastOpenQueue=8"});
    AskFast("first");
    link->SetRule(loseSynsWithData);
    AskFast("second");
    syns = link->Find(IsSynOf(Side::Kernel));
    ASSERT_EQ(syns.size(), 3U) << link->Transcript();
    EXPECT_EQ(syns[1].text, "second");
    EXPECT_EQ(syns[2].text, "");
    EXPECT_FALSE(syns[2].fastOpen);
}

TEST_F(FastOpenTest, KernelWithoutFastOpenGetsTheDataAfterTheHandshake)
{
    StartFastClient(0);
    SendFast("first");
    SendFast("second");
    const auto syns = link->Find(IsSynOf(Side::Model));
    ASSERT_EQ(syns.size(), 2U) << link->Transcript();
    EXPECT_EQ(syns[0].fastOpen, "");
    EXPECT_EQ(syns[1].text, "");
}

} // namespace interop
