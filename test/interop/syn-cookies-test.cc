// Handshakes of which one side keeps nothing but a cookie.

#include "link-test.h"

#include <algorithm>
#include <netinet/in.h>
#include <thread>

namespace interop
{

namespace
{

constexpr std::size_t BULK = 3'000'000;

class SynCookiesTest : public LinkTest
{
};

/** \returns the most text that the side ever had sent beyond what was acknowledged */
uint32_t
MostInFlight(const std::vector<TcpSegment>& segments, Side side)
{
    uint32_t most = 0;
    std::optional<uint32_t> acknowledged;
    for (const auto& segment : segments)
    {
        if (segment.from != side && segment.Has(ACK))
        {
            acknowledged = segment.ack;
        }
        else if (acknowledged && !segment.text.empty())
        {
            const auto end = segment.seq + static_cast<uint32_t>(segment.text.size());
            if (static_cast<int32_t>(end - *acknowledged) > 0)
            {
                most = std::max(most, end - *acknowledged);
            }
        }
    }
    return most;
}

/** \returns the first segment that the condition holds for; there is one in a handshake */
TcpSegment
First(const Link& link, uint8_t flags)
{
    const auto found =
        link.Find([flags](const TcpSegment& segment) { return segment.flags == flags; });
    return found.empty() ? TcpSegment{} : found.front();
}

} // namespace

TEST_F(SynCookiesTest, KernelRecoversWhatTheModelOffered)
{
    SET_SYSCTL_OR_SKIP("tcp_syncookies", "2");
    Connect();
    client->Process().WriteInput("ping");
    EXPECT_EQ(connection.Receive(4), "ping");
    ASSERT_TRUE(connection.Send("pong"));
    EXPECT_TRUE(link->WaitFor([](const auto& segment) { return segment.text == "pong"; }));

    EXPECT_EQ(KernelCounter("TcpExtSyncookiesSent"), 1U);
    EXPECT_EQ(KernelCounter("TcpExtSyncookiesRecv"), 1U);
    EXPECT_EQ(KernelCounter("TcpExtSyncookiesFailed"), 0U);
    const auto info = connection.Info();
    EXPECT_EQ(info.tcpi_options & (TCPI_OPT_TIMESTAMPS | TCPI_OPT_SACK | TCPI_OPT_WSCALE),
              TCPI_OPT_TIMESTAMPS | TCPI_OPT_SACK | TCPI_OPT_WSCALE);
    EXPECT_EQ(int{info.tcpi_snd_wscale}, int{First(*link, SYN).windowScale.value()});
}

TEST_F(SynCookiesTest, KernelRecoversTheMssAloneOfAModelWithoutTimestamps)
{
    SET_SYSCTL_OR_SKIP("tcp_syncookies", "2");
    Connect({"Timestamp=false"});
    const std::string question(50'000, 'q');
    client->Process().WriteInput(question);
    client->Process().CloseInput();
    EXPECT_TRUE(connection.ReceiveAll() == question) << link->Transcript();
    const auto info = connection.Info();
    EXPECT_EQ(info.tcpi_options & (TCPI_OPT_TIMESTAMPS | TCPI_OPT_SACK | TCPI_OPT_WSCALE), 0);
    EXPECT_EQ(info.tcpi_snd_mss, 1460U);
    const std::string answer(100'000, 'a');
    ASSERT_TRUE(connection.Send(answer));
    connection.Close();
    EXPECT_EQ(client->Process().Wait(), 0) << client->Messages();
    EXPECT_TRUE(ReadFile(client->OutputPath()) == answer);
}

TEST_F(SynCookiesTest, ModelKeepsNothingOfASynItAnswersWithACookie)
{
    auto proxy = Serve({"--service", "echo"}, {"SynCookies=Always"});
    link->SetRule([](const TcpSegment& segment) {
        return segment.from == Side::Kernel && segment.flags != SYN ? Fate::Hold : Fate::Pass;
    });
    connection = KernelSocket::Connect(MODEL, 7);
    ASSERT_EQ(connection.GetError(), 0) << link->Transcript();
    Follow(connection);
    EXPECT_EQ(Look(*proxy), (BothEnds{"ESTAB", ABSENT})) << Tables();

    link->Release();
    EXPECT_TRUE(Become(*proxy, {"ESTAB", "ESTAB"})) << link->Transcript();
    ASSERT_TRUE(connection.Send("ping"));
    EXPECT_EQ(connection.Receive(4), "ping");
}

TEST_F(SynCookiesTest, ModelTakesTheConnectionFromDataIfTheThirdSegmentIsLost)
{
    auto proxy = Serve({"--service", "echo"}, {"SynCookies=Always"});
    link->SetRule([](const TcpSegment& segment) {
        return segment.from == Side::Kernel && segment.IsBareAck() ? Fate::Drop : Fate::Pass;
    });
    connection = KernelSocket::Connect(MODEL, 7);
    ASSERT_EQ(connection.GetError(), 0) << link->Transcript();
    ASSERT_TRUE(connection.Send("ping"));
    EXPECT_EQ(connection.Receive(4), "ping") << link->Transcript();
}

TEST_F(SynCookiesTest, ModelRecoversWindowScaleAndSackFromTheTimestamp)
{
    auto proxy = Serve({"--service", "echo", "--service", "source"}, {"SynCookies=Always"});
    connection = KernelSocket::Connect(MODEL, 19);
    ASSERT_EQ(connection.GetError(), 0) << link->Transcript();
    EXPECT_EQ(connection.Receive(BULK).size(), BULK);
    // Without the kernel's window scale the model could have no more than 64 KiB under way.
    EXPECT_GT(MostInFlight(link->GetSegments(), Side::Model), 65535U);
    connection.Reset();

    int lost = 0;
    link->SetRule([&lost](const TcpSegment& segment) {
        return segment.from == Side::Kernel && segment.text.size() > 1000 && lost++ == 1
                   ? Fate::Drop
                   : Fate::Pass;
    });
    auto echo = KernelSocket::Connect(MODEL, 7);
    const std::string sent(100'000, 'x');
    std::thread sender([&] { echo.Send(sent); });
    EXPECT_TRUE(echo.Receive(sent.size()) == sent);
    sender.join();
    EXPECT_FALSE(link->Find([](const auto& s) { return s.from == Side::Model && s.sack; }).empty());
}

TEST_F(SynCookiesTest, ModelOffersAKernelWithoutTimestampsNothingThatItCouldNotRecover)
{
    SET_SYSCTL_OR_SKIP("tcp_timestamps", "0");
    auto proxy = Serve({"--service", "echo"}, {"SynCookies=Always"});
    connection = KernelSocket::Connect(MODEL, 7);
    ASSERT_EQ(connection.GetError(), 0) << link->Transcript();
    const auto synAck = First(*link, SYN | ACK);
    EXPECT_FALSE(synAck.windowScale);
    EXPECT_FALSE(synAck.sackPermitted);
    EXPECT_EQ(connection.Info().tcpi_options & (TCPI_OPT_SACK | TCPI_OPT_WSCALE), 0);
    const std::string sent(200'000, 'x');
    std::thread sender([&] { connection.Send(sent); });
    EXPECT_TRUE(connection.Receive(sent.size()) == sent) << proxy->Messages();
    sender.join();
    EXPECT_LE(MostInFlight(link->GetSegments(), Side::Model), 65535U);
}

} // namespace interop
