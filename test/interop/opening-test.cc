// Handshakes whose segments cross or get lost, and the handshakes of every profile.

#include "link-test.h"
#include "wait-until.h"

namespace interop
{

namespace
{

Fate
HoldAll(const TcpSegment&)
{
    return Fate::Hold;
}

bool
IsSynAck(const TcpSegment& segment)
{
    return segment.flags == (SYN | ACK);
}

bool
IsReset(const TcpSegment& segment)
{
    return segment.Has(RST);
}

/** \returns a rule that loses the first segment that meets the condition */
Link::Rule
LoseFirst(std::function<bool(const TcpSegment&)> condition)
{
    return [condition, isLost = false](const TcpSegment& segment) mutable {
        if (isLost || !condition(segment))
        {
            return Fate::Pass;
        }
        isLost = true;
        return Fate::Drop;
    };
}

class OpeningTest : public LinkTest
{
  protected:
    /** Checks that both ends can say something to each other. */
    void ExpectConversation()
    {
        client->Process().WriteInput("ping");
        EXPECT_EQ(connection.Receive(4), "ping") << link->Transcript();
        ASSERT_TRUE(connection.Send("pong"));
        EXPECT_TRUE(WaitUntil([&] { return ReadFile(client->OutputPath()) == "pong"; }));
    }
};

/** For each profile. */
class ProfileTest : public LinkTest, public testing::WithParamInterface<const char*>
{
};

INSTANTIATE_TEST_SUITE_P(Every,
                         ProfileTest,
                         testing::Values("Linux", "FreeBsd", "Windows", "Rfc9293", "Textbook"),
                         [](const auto& name) { return std::string(name.param); });

} // namespace

TEST_F(OpeningTest, SynsThatCrossMakeOneConnection)
{
    link->SetRule(HoldAll);
    connection = KernelSocket::Open(MODEL);
    connection.Bind(HOST, 8000);
    connection.StartConnect(MODEL, 9000);
    client = Start({"connect", std::string(HOST) + ":8000", "--local-port", "9000"}, {}, "");
    ASSERT_TRUE(link->WaitFor([](const auto& s) { return s.from == Side::Model; }));
    Follow("10.44.0.1:8000", "10.44.0.2:9000"); // the kernel has no name for its peer yet
    EXPECT_TRUE(Become(*client, {"SYN-SENT", "SYN-SENT"})) << link->Transcript();

    link->Release(HoldAll);
    EXPECT_TRUE(Become(*client, {"SYN-RECV", "SYN-RECV"})) << link->Transcript();

    link->Release();
    ASSERT_TRUE(connection.WaitConnected()) << link->Transcript();
    EXPECT_TRUE(Become(*client, {"ESTAB", "ESTAB"})) << link->Transcript();
    EXPECT_TRUE(link->Find(IsReset).empty()) << link->Transcript();
    ExpectConversation();
}

TEST_F(OpeningTest, LostSynAckOfTheKernelComesAgain)
{
    link->SetRule(LoseFirst(IsSynAck));
    Connect();
    EXPECT_GE(link->Find(IsSynAck).size(), 2U) << link->Transcript();
    ExpectConversation();
}

TEST_F(OpeningTest, LostThirdSegmentOfTheModelIsRepeatedWhenTheKernelAsks)
{
    link->SetRule(LoseFirst([](const TcpSegment& segment) {
        return segment.from == Side::Model && segment.IsBareAck();
    }));
    Connect(); // the model says nothing: only the SYN-ACK again can bring the third segment
    EXPECT_GE(link->Find(IsSynAck).size(), 2U) << link->Transcript();
    ExpectConversation();
}

TEST_F(OpeningTest, LostThirdSegmentOfTheKernelIsRepeatedWhenTheModelAsks)
{
    auto proxy = Serve({"--service", "echo"});
    link->SetRule(LoseFirst([](const TcpSegment& segment) {
        return segment.from == Side::Kernel && segment.IsBareAck();
    }));
    connection = KernelSocket::Connect(MODEL, 7);
    Follow(connection);
    EXPECT_EQ(Look(*proxy), (BothEnds{"ESTAB", "SYN-RECV"})) << Tables();
    EXPECT_TRUE(Become(*proxy, {"ESTAB", "ESTAB"})) << link->Transcript();
    EXPECT_EQ(link->Find(IsSynAck).size(), 2U) << link->Transcript();
}

TEST_P(ProfileTest, TalksToTheKernelFromHandshakeToClose)
{
    auto proxy = Serve({"--service", "echo", "--profile", GetParam()});
    connection = KernelSocket::Connect(MODEL, 7);
    ASSERT_EQ(connection.GetError(), 0) << link->Transcript();
    Follow(connection);
    const std::string said(20'000, 'x');
    ASSERT_TRUE(connection.Send(said));
    EXPECT_TRUE(connection.Receive(said.size()) == said) << link->Transcript();
    connection.ShutdownSend();
    EXPECT_EQ(connection.ReceiveAll(), "");
    EXPECT_EQ(connection.GetError(), 0);
    EXPECT_TRUE(Become(*proxy, {"TIME-WAIT", ABSENT})) << link->Transcript();

    const auto synAck = link->Find(IsSynAck).front();
    const std::string name = GetParam();
    EXPECT_EQ(synAck.windowScale.has_value(), name != "Textbook") << link->Transcript();
    EXPECT_EQ(synAck.timestamp.has_value(), name != "Textbook" && name != "Windows");
    EXPECT_EQ(synAck.seq == 0, name == "Textbook");
}

} // namespace interop
