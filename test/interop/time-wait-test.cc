// Old segments and new connections at a TIME-WAIT: the model's and the kernel's.

#include "link-test.h"
#include "wait-until.h"

#include <cerrno>
#include <string>

namespace interop
{

namespace
{

constexpr uint16_t PORT = 40000;

bool
IsReset(const TcpSegment& segment)
{
    return segment.Has(RST);
}

/** \returns whether a segment opens a connection */
bool
IsSyn(const TcpSegment& segment)
{
    return segment.flags == SYN;
}

/** \returns the last segment that meets the condition; the test fails if there is none */
TcpSegment
Last(const Link& link, const std::function<bool(const TcpSegment&)>& condition)
{
    const auto found = link.Find(condition);
    EXPECT_FALSE(found.empty()) << link.Transcript();
    return found.empty() ? TcpSegment{} : found.back();
}

/** Brings the model into TIME-WAIT. */
class ModelTimeWaitTest : public LinkTest
{
  protected:
    /** Asks for the file from the same port of the kernel each time. */
    void Ask()
    {
        connection = KernelSocket::Open(MODEL);
        connection.Bind(HOST, PORT);
        connection.ConnectTo(MODEL, 80);
        ASSERT_EQ(connection.GetError(), 0) << link->Transcript();
        Follow(connection);
        ASSERT_TRUE(connection.Send(REQUEST));
        EXPECT_TRUE(connection.ReceiveAll().ends_with(CONTENT));
        connection.Close();
    }

    /** \returns the SYN that the kernel has sent last */
    TcpSegment LastSyn() const
    {
        return Last(*link, IsSyn);
    }

    /** \returns the SYN-ACK that the model has sent last */
    TcpSegment LastSynAck() const
    {
        return Last(*link, [](const TcpSegment& segment) {
            return segment.from == Side::Model && segment.flags == (SYN | ACK);
        });
    }
};

/** The same with and without timestamps. */
class TimeWaitReuseTest : public ModelTimeWaitTest, public testing::WithParamInterface<bool>
{
};

INSTANTIATE_TEST_SUITE_P(Both, TimeWaitReuseTest, testing::Bool(), [](const auto& timestamps) {
    return timestamps.param ? "WithTimestamps" : "WithoutTimestamps";
});

/** Brings the kernel into TIME-WAIT. */
class KernelTimeWaitTest : public LinkTest
{
  protected:
    /** The model connects, and the kernel closes first. */
    void SetUp() override
    {
        LinkTest::SetUp();
        if (IsSkipped())
        {
            return;
        }
        Connect();
        local = connection.GetLocal();
        peer = connection.GetPeer();
        connection.Close();
        ASSERT_TRUE(Become(*client, {"FIN-WAIT-2", "CLOSE-WAIT"}));
        client->Process().CloseInput();
        EXPECT_EQ(client->Process().Wait(), 0) << client->Messages();
        EXPECT_EQ(KernelState(), "TIME-WAIT");
    }

    /** \returns the state of the kernel's end */
    std::string KernelState() const
    {
        const auto line = Find(KernelTable(), local, peer);
        return line ? line->state : ABSENT;
    }

    std::string local; //!< the kernel's end
    std::string peer;  //!< the model's
};

} // namespace

TEST_P(TimeWaitReuseTest, KernelConnectsAgainFromItsPortIntoTheTimeWaitOfTheModel)
{
    SET_SYSCTL_OR_SKIP("tcp_timestamps", GetParam() ? "1" : "0");
    auto proxy = ServeFile();
    Ask();
    ASSERT_TRUE(Become(*proxy, {ABSENT, "TIME-WAIT"})) << link->Transcript();
    const auto fin = Last(*link, [](const TcpSegment& segment) {
        return segment.from == Side::Model && segment.Has(FIN);
    });
    EXPECT_EQ(LastSyn().timestamp.has_value(), GetParam());

    Ask();
    // What the model may still get of the former connection is below what it numbers now.
    EXPECT_GT(static_cast<int32_t>(LastSynAck().seq - fin.seq), 0) << link->Transcript();
    EXPECT_EQ(link->Find(IsSyn).size(), 2U) << link->Transcript();
    EXPECT_TRUE(link->Find(IsReset).empty()) << link->Transcript();
}

TEST_F(ModelTimeWaitTest, OldSynIsNotTakenButAnswered)
{
    auto proxy = ServeFile();
    Ask();
    ASSERT_TRUE(Become(*proxy, {ABSENT, "TIME-WAIT"})) << link->Transcript();
    const auto fin = Last(*link, [](const TcpSegment& segment) {
        return segment.from == Side::Kernel && segment.Has(FIN);
    });
    // The kernel knows nothing of the connection any more, and would answer with a reset.
    link->SetRule(
        [](const TcpSegment& segment) { return IsReset(segment) ? Fate::Drop : Fate::Pass; });
    const auto before = link->GetSegments().size();
    link->Send(LastSyn());
    ASSERT_TRUE(WaitUntil([&] { return link->GetSegments().size() >= before + 2; }));
    const auto answer = link->GetSegments()[before + 1];
    EXPECT_TRUE(answer.IsBareAck()) << ToString(answer);
    EXPECT_EQ(answer.ack, fin.seq + 1) << link->Transcript();
    EXPECT_EQ(Look(*proxy), (BothEnds{ABSENT, "TIME-WAIT"}));
}

TEST_F(ModelTimeWaitTest, ResetThatAnOldSynProvokesEndsItUnlessRfc1337IsSet)
{
    for (const bool rfc1337 : {false, true})
    {
        auto proxy = ServeFile({std::string("Rfc1337=") + (rfc1337 ? "true" : "false")});
        Ask();
        ASSERT_TRUE(Become(*proxy, {ABSENT, "TIME-WAIT"})) << link->Transcript();
        link->Send(LastSyn());
        ASSERT_TRUE(link->WaitFor(IsReset)) << link->Transcript();
        EXPECT_TRUE(Become(*proxy, {ABSENT, rfc1337 ? "TIME-WAIT" : ABSENT})) << link->Transcript();
        link->Forget();
    }
}

TEST_F(ModelTimeWaitTest, KernelIsKeptOutUntilItEndsWhereReuseIsForbidden)
{
    auto proxy = ServeFile({"ReuseBySyn=Never", "Rfc1337=true", "Msl=400ms"});
    Ask();
    ASSERT_TRUE(Become(*proxy, {ABSENT, "TIME-WAIT"})) << link->Transcript();
    Ask();
    EXPECT_FALSE(link->Find(IsReset).empty()) << link->Transcript(); // to the answer of TIME-WAIT
    EXPECT_GE(link->Find(IsSyn).size(), 3U) << link->Transcript();
}

TEST_F(ModelTimeWaitTest, RepeatedFinIsAcknowledgedAndRestartsIt)
{
    auto proxy = ServeFile({"Msl=500ms"});
    link->SetRule([end = std::optional<uint32_t>()](const TcpSegment& segment) mutable {
        // The last segment of all: the model's acknowledgement of the kernel's FIN.
        if (segment.from == Side::Kernel && segment.Has(FIN))
        {
            end = end ? 0 : segment.seq + 1; // lost the first time only
        }
        return segment.from == Side::Model && segment.ack == end ? Fate::Drop : Fate::Pass;
    });
    Ask();
    EXPECT_TRUE(Become(*proxy, {ABSENT, "TIME-WAIT"})) << link->Transcript();
    ASSERT_TRUE(WaitUntil([&] {
        return proxy->Messages().find("TIME-WAIT  -> UNCONN") != std::string::npos;
    })) << proxy->Messages();
    const auto messages = proxy->Messages();
    const auto timeOf = [&](const std::string& transition) {
        const auto end = messages.find(transition);
        return std::stod(messages.substr(messages.rfind('\n', end) + 1));
    };
    // The kernel repeats its FIN after 200 ms.
    EXPECT_GT(timeOf("TIME-WAIT  -> UNCONN") - timeOf(" -> TIME-WAIT"), 1.15) << messages;
}

TEST_F(KernelTimeWaitTest, OldSynOfTheModelIsAnsweredAsTheModelAnswersOne)
{
    const auto syn = Last(*link, IsSyn);
    const auto fin = Last(*link, [](const TcpSegment& segment) {
        return segment.from == Side::Model && segment.Has(FIN);
    });
    const auto before = link->GetSegments().size();
    link->Send(syn);
    ASSERT_TRUE(WaitUntil([&] { return link->GetSegments().size() >= before + 2; }));
    const auto answer = link->GetSegments()[before + 1];
    EXPECT_TRUE(answer.IsBareAck()) << ToString(answer);
    EXPECT_EQ(answer.ack, fin.seq + 1) << link->Transcript();
    EXPECT_EQ(KernelState(), "TIME-WAIT");
}

TEST_P(TimeWaitReuseTest, ModelConnectsAgainFromItsPortIntoTheTimeWaitOfTheKernel)
{
    SET_SYSCTL_OR_SKIP("tcp_timestamps", GetParam() ? "1" : "0");
    Connect({}, {"--local-port", "40000", "--reconnect"});
    connection.Close();
    ASSERT_TRUE(WaitUntil([&] {
        return Look(*client) == BothEnds{"TIME-WAIT", ABSENT};
    })) << Tables();

    client->Process().WriteInput("again");
    connection = listener.Accept();
    EXPECT_EQ(connection.Receive(5), "again") << link->Transcript();
    const auto syns = link->Find(IsSyn);
    ASSERT_EQ(syns.size(), 2U) << link->Transcript();
    EXPECT_EQ(syns[0].sourcePort, syns[1].sourcePort);
    EXPECT_GT(static_cast<int32_t>(syns[1].seq - syns[0].seq), 0) << link->Transcript();
    EXPECT_TRUE(link->Find(IsReset).empty()) << link->Transcript();
    Follow(connection);
    EXPECT_TRUE(Become(*client, {"ESTAB", "ESTAB"})) << link->Transcript();
}

TEST_F(ModelTimeWaitTest, ModelThatHasRestartedGetsPastTheTimeWaitOfTheKernel)
{
    // The same seed: clock and sequence numbers begin anew, so that the second SYN looks old.
    const Words arguments{"--local-port", "40000", "--seed", "1"};
    Connect({}, arguments);
    connection.Close();
    ASSERT_TRUE(Become(*client, {"FIN-WAIT-2", "CLOSE-WAIT"}));
    client->Process().CloseInput();
    EXPECT_EQ(client->Process().Wait(), 0) << client->Messages();
    listener.Close();
    link->Forget();

    Connect({}, arguments);
    EXPECT_TRUE(Become(*client, {"ESTAB", "ESTAB"})) << link->Transcript();
    const auto segments = link->GetSegments();
    ASSERT_GE(segments.size(), 4U) << link->Transcript();
    EXPECT_EQ(segments[0].flags, SYN);
    EXPECT_TRUE(segments[1].IsBareAck()) << link->Transcript(); // of TIME-WAIT
    EXPECT_EQ(segments[2].flags, RST) << link->Transcript();    // RFC 9293, figure 9
    EXPECT_EQ(segments[2].seq, segments[1].ack) << link->Transcript();
    EXPECT_EQ(segments[3].flags, SYN) << link->Transcript();
}

} // namespace interop
