// The kernel's `ss -tan` and the model's table, side by side, through the life of connections.

#include "both-ends.h"
#include "interop-test.h"
#include "kernel-socket.h"
#include "proxy-process.h"
#include "wait-until.h"

#include <optional>
#include <string>

namespace interop
{

namespace
{

/** Looks at one connection from both sides. */
class StatesTest : public InteropTest, public Observer
{
};

/** The same for IPv4 and IPv6. */
class StatesOfBothFamiliesTest : public StatesTest, public testing::WithParamInterface<bool>
{
};

INSTANTIATE_TEST_SUITE_P(Both,
                         StatesOfBothFamiliesTest,
                         testing::Values(false, true),
                         [](const auto& family) { return family.param ? "Ipv6" : "Ipv4"; });

} // namespace

TEST_P(StatesOfBothFamiliesTest, KernelClosesFirstAndKeepsTimeWait)
{
    ProxyProcess proxy({"serve", "--service", "echo"});
    ASSERT_TRUE(proxy.WaitUntilReady()) << proxy.Messages();
    auto connection = KernelSocket::Connect(GetParam() ? MODEL6 : MODEL, 7);
    ASSERT_EQ(connection.GetError(), 0);
    Follow(connection);
    EXPECT_TRUE(Become(proxy, {"ESTAB", "ESTAB"}));

    ASSERT_TRUE(connection.Send("hello"));
    EXPECT_EQ(connection.Receive(5), "hello");
    EXPECT_TRUE(Become(proxy, {"ESTAB", "ESTAB"}));

    connection.ShutdownSend();
    EXPECT_EQ(connection.ReceiveAll(), "");
    EXPECT_TRUE(Become(proxy, {"TIME-WAIT", ABSENT}));
}

TEST_F(StatesTest, ModelIsInCloseWaitAndGoesOnSendingWhileKernelIsInFinWait2)
{
    ProxyProcess proxy({"serve", "--service", "source"});
    ASSERT_TRUE(proxy.WaitUntilReady()) << proxy.Messages();
    auto connection = KernelSocket::Connect(MODEL, 19);
    ASSERT_EQ(connection.GetError(), 0);
    Follow(connection);
    EXPECT_TRUE(Become(proxy, {"ESTAB", "ESTAB"}));

    connection.ShutdownSend();
    EXPECT_TRUE(Become(proxy, {"FIN-WAIT-2", "CLOSE-WAIT"}));

    constexpr std::size_t MORE = 20'000'000; // more than the buffers of both sides hold
    EXPECT_EQ(connection.Receive(MORE).size(), MORE);
    EXPECT_TRUE(Become(proxy, {"FIN-WAIT-2", "CLOSE-WAIT"}));

    connection.Close(); // with bytes unread: a reset
    EXPECT_TRUE(Become(proxy, {ABSENT, ABSENT}));
}

TEST_F(StatesTest, KernelIsInCloseWaitWhileModelIsInFinWait2)
{
    auto listener = KernelSocket::Listen("0.0.0.0", 8000);
    ProxyProcess proxy({"connect", std::string(HOST) + ":8000"}, "");
    auto connection = listener.Accept();
    ASSERT_EQ(connection.GetError(), 0) << proxy.Messages();
    Follow(connection);
    proxy.Process().WriteInput("hello");
    EXPECT_EQ(connection.Receive(5), "hello");
    EXPECT_TRUE(Become(proxy, {"ESTAB", "ESTAB"}));

    proxy.Process().CloseInput();
    EXPECT_TRUE(Become(proxy, {"CLOSE-WAIT", "FIN-WAIT-2"}));

    ASSERT_TRUE(connection.Send("still here"));
    EXPECT_TRUE(WaitUntil([&] { return ReadFile(proxy.OutputPath()) == "still here"; }));
    EXPECT_TRUE(Become(proxy, {"CLOSE-WAIT", "FIN-WAIT-2"}));

    connection.Close();
    EXPECT_EQ(proxy.Process().Wait(), 0) << proxy.Messages();
}

TEST_F(StatesTest, ModelClosesFirstAndKeepsTimeWait)
{
    const TemporaryDirectory directory;
    directory.Write("file", "content");
    ProxyProcess proxy({"serve", "--service", "http", "--root", directory.Path("")});
    ASSERT_TRUE(proxy.WaitUntilReady()) << proxy.Messages();
    auto connection = KernelSocket::Connect(MODEL, 80);
    ASSERT_EQ(connection.GetError(), 0);
    Follow(connection);
    ASSERT_TRUE(connection.Send("GET /file HTTP/1.0\r\n\r\n"));
    EXPECT_TRUE(Become(proxy, {"CLOSE-WAIT", "FIN-WAIT-2"}));

    EXPECT_TRUE(connection.ReceiveAll().ends_with("\r\n\r\ncontent"));
    connection.Close();
    EXPECT_TRUE(Become(proxy, {ABSENT, "TIME-WAIT"}));
    const auto line = ModelLine();
    ASSERT_TRUE(line);
    EXPECT_TRUE(line->timer.starts_with("timewait,5") || line->timer == "timewait,1min,0")
        << line->timer; // of 60 s
}

TEST_F(StatesTest, TimeWaitOfTheModelLastsTwiceItsMsl)
{
    const TemporaryDirectory directory;
    directory.Write("file", "content");
    ProxyProcess proxy({"serve",
                        "--service",
                        "http",
                        "--root",
                        directory.Path(""),
                        "--set",
                        "Msl=400ms",
                        "--verbose"});
    ASSERT_TRUE(proxy.WaitUntilReady()) << proxy.Messages();
    auto connection = KernelSocket::Connect(MODEL, 80);
    ASSERT_EQ(connection.GetError(), 0);
    ASSERT_TRUE(connection.Send("GET /file HTTP/1.0\r\n\r\n"));
    connection.ReceiveAll();
    connection.Close();
    ASSERT_TRUE(WaitUntil([&] {
        return proxy.Messages().find("TIME-WAIT  -> UNCONN") != std::string::npos;
    })) << proxy.Messages();

    const auto timeOf = [&](const std::string& transition) {
        const auto messages = proxy.Messages();
        const auto end = messages.find(transition);
        return std::stod(messages.substr(messages.rfind('\n', end) + 1));
    };
    EXPECT_NEAR(timeOf("TIME-WAIT  -> UNCONN") - timeOf(" -> TIME-WAIT"), 0.8, 0.001);
}

TEST_F(StatesTest, ListenersAreInTheTableOfTheModel)
{
    ProxyProcess proxy({"serve", "--service", "echo", "--service", "discard:99"});
    ASSERT_TRUE(proxy.WaitUntilReady()) << proxy.Messages();
    const auto table = proxy.Table();
    for (const auto* local : {"10.44.0.2:7", "10.44.0.2:99"})
    {
        const auto line = Find(table, local, "0.0.0.0:*");
        ASSERT_TRUE(line) << local << "\n" << ToString(table);
        EXPECT_EQ(line->state, "LISTEN");
    }
    EXPECT_TRUE(Find(table, "[fd44::2]:7", "[::]:*")) << ToString(table);
}

TEST_F(StatesTest, BytesTheKernelDoesNotReadAreInItsReceiveQueueAndTheSendQueueOfTheModel)
{
    ProxyProcess proxy({"serve", "--service", "source"});
    ASSERT_TRUE(proxy.WaitUntilReady()) << proxy.Messages();
    auto connection = KernelSocket::Connect(MODEL, 19);
    ASSERT_EQ(connection.GetError(), 0);
    Follow(connection);

    // Both queues fill up and then stand still, because the kernel's window is closed.
    std::optional<SocketLine> kernel;
    std::optional<SocketLine> model;
    EXPECT_TRUE(WaitUntil([&] {
        const auto previous = kernel;
        Look(proxy);
        kernel = KernelLine();
        model = ModelLine();
        return previous && kernel && model && kernel->recvQueue > 0 && model->sendQueue > 0 &&
               kernel->recvQueue == previous->recvQueue && model->timer.starts_with("persist");
    })) << Tables();
}

} // namespace interop
