// Connections that end badly, and rights that are missing.

#include "interop-test.h"
#include "kernel-socket.h"
#include "proxy-process.h"
#include "wait-until.h"

#include <cerrno>
#include <csignal>
#include <linux/capability.h>
#include <net/if.h>
#include <string>
#include <vector>

namespace interop
{

namespace
{

std::string
Peer(uint16_t port)
{
    return std::string(HOST) + ":" + std::to_string(port);
}

} // namespace

TEST_F(InteropTest, KernelIsRefusedAtAPortTheModelDoesNotListenOn)
{
    ProxyProcess proxy({"serve", "--service", "echo"});
    ASSERT_TRUE(proxy.WaitUntilReady()) << proxy.Messages();
    EXPECT_EQ(KernelSocket::Connect(MODEL, 4711).GetError(), ECONNREFUSED);
    EXPECT_EQ(KernelSocket::Connect(MODEL6, 4711).GetError(), ECONNREFUSED);
    EXPECT_EQ(KernelSocket::Connect(MODEL, 7).GetError(), 0);
}

TEST_F(InteropTest, ModelIsRefusedAtAPortTheKernelDoesNotListenOn)
{
    ProxyProcess proxy({"connect", Peer(4711)});
    EXPECT_EQ(proxy.Process().Wait(), 1);
    EXPECT_EQ(
        proxy.Messages(),
        "tcp-lifecycle-proxy: 10.44.0.1:4711 refused the connection: nothing listens there.\n");
}

TEST_F(InteropTest, AttemptThatNobodyAnswersTimesOut)
{
    ProxyProcess proxy({"connect", "10.44.0.77:80", "--set", "SynRetries=0"});
    EXPECT_EQ(proxy.Process().Wait(), 1);
    EXPECT_EQ(proxy.Messages(),
              "tcp-lifecycle-proxy: 10.44.0.77:80 did not answer: the connection attempt timed "
              "out.\n");
}

TEST_F(InteropTest, ResetByTheKernelEndsTheClientOfTheModel)
{
    auto listener = KernelSocket::Listen("0.0.0.0", 8000);
    ProxyProcess proxy({"connect", Peer(8000)}, "");
    auto connection = listener.Accept();
    ASSERT_EQ(connection.GetError(), 0) << proxy.Messages();
    ASSERT_TRUE(connection.Send("before"));
    ASSERT_TRUE(WaitUntil([&] { return ReadFile(proxy.OutputPath()) == "before"; }));
    connection.Reset();
    EXPECT_EQ(proxy.Process().Wait(), 1);
    EXPECT_EQ(proxy.Messages(), "tcp-lifecycle-proxy: 10.44.0.1:8000 reset the connection.\n");
}

TEST_F(InteropTest, ResetByTheKernelEndsOnlyItsOwnConnection)
{
    ProxyProcess proxy({"serve", "--service", "echo"});
    ASSERT_TRUE(proxy.WaitUntilReady()) << proxy.Messages();
    auto victim = KernelSocket::Connect(MODEL, 7);
    auto bystander = KernelSocket::Connect(MODEL, 7);
    ASSERT_TRUE(victim.Send("x"));
    EXPECT_EQ(victim.Receive(1), "x");
    const auto local = victim.GetLocal();
    const auto peer = victim.GetPeer();
    victim.Reset();
    EXPECT_TRUE(WaitUntil([&] { return !Find(proxy.Table(), peer, local); }));

    ASSERT_TRUE(bystander.Send("y"));
    EXPECT_EQ(bystander.Receive(1), "y");
    bystander.ShutdownSend();
    EXPECT_EQ(bystander.ReceiveAll(), "");
    EXPECT_EQ(proxy.Stop(), 0);
    EXPECT_NE(proxy.Messages().find("accepted 2, turned away 0, closed normally 1, reset 1, timed "
                                    "out 0"),
              std::string::npos)
        << proxy.Messages();
}

TEST_F(InteropTest, ConnectionsBeyondTheLimitAreClosedAndCounted)
{
    ProxyProcess proxy({"serve", "--service", "echo", "--max-connections", "1"});
    ASSERT_TRUE(proxy.WaitUntilReady()) << proxy.Messages();
    auto first = KernelSocket::Connect(MODEL, 7);
    ASSERT_TRUE(first.Send("x"));
    EXPECT_EQ(first.Receive(1), "x");
    auto second = KernelSocket::Connect(MODEL, 7);
    EXPECT_EQ(second.ReceiveAll(), "");
    ASSERT_TRUE(first.Send("y"));
    EXPECT_EQ(first.Receive(1), "y");
    EXPECT_EQ(proxy.Stop(), 0);
    EXPECT_NE(proxy.Messages().find("accepted 2, turned away 1"), std::string::npos)
        << proxy.Messages();
}

TEST_F(InteropTest, StoppingTheProxyClosesConnectionsAndRemovesTheTap)
{
    ProxyProcess proxy({"serve", "--service", "echo", "--tap-name", "gone"});
    ASSERT_TRUE(proxy.WaitUntilReady()) << proxy.Messages();
    EXPECT_NE(if_nametoindex("gone"), 0U);
    auto connection = KernelSocket::Connect(MODEL, 7);
    ASSERT_TRUE(connection.Send("x"));
    EXPECT_EQ(connection.Receive(1), "x");
    EXPECT_EQ(proxy.Stop(), 0);
    EXPECT_EQ(connection.ReceiveAll(), ""); // the model's FIN has come through
    EXPECT_EQ(connection.GetError(), 0);
    EXPECT_EQ(if_nametoindex("gone"), 0U);
}

TEST_F(InteropTest, KillingTheProxyRemovesTheTap)
{
    ProxyProcess proxy({"serve", "--service", "echo", "--tap-name", "gone"});
    ASSERT_TRUE(proxy.WaitUntilReady()) << proxy.Messages();
    proxy.Process().Kill(SIGKILL);
    proxy.Process().Wait();
    EXPECT_EQ(if_nametoindex("gone"), 0U);
}

TEST_F(InteropTest, MissingCapabilityIsExplained)
{
    ProxyProcess proxy({"serve", "--service", "echo"},
                       "/dev/null",
                       {.droppedCapability = CAP_NET_ADMIN});
    EXPECT_EQ(proxy.Process().Wait(), 2);
    EXPECT_NE(proxy.Messages().find("making a tap needs CAP_NET_ADMIN"), std::string::npos)
        << proxy.Messages();
    EXPECT_NE(proxy.Messages().find("unshare -rn"), std::string::npos);
}

TEST_F(InteropTest, SecondProxyOnTheSameNetworkIsRefused)
{
    ProxyProcess first({"serve", "--service", "echo"});
    ASSERT_TRUE(first.WaitUntilReady()) << first.Messages();
    ProxyProcess second({"serve", "--service", "echo"});
    EXPECT_EQ(second.Process().Wait(), 2);
    EXPECT_NE(second.Messages().find("the network 10.44.0.1/24 is already in use on tcplc0"),
              std::string::npos)
        << second.Messages();
}

TEST_F(InteropTest, MistakesOnTheCommandLineAreOneSentence)
{
    const std::vector<std::vector<std::string>> mistakes{
        {},
        {"listen"},
        {"serve"},
        {"serve", "--service", "telnet"},
        {"serve", "--service", "echo:0"},
        {"serve", "--service", "http", "--root", "/nonexistent"},
        {"serve", "--service", "echo", "--set", "NoSuchAttribute=1"},
        {"serve", "--service", "echo", "--set", "Msl=long"},
        {"serve", "--service", "echo", "--set", "SndBufSize=-x"},
        {"serve", "--service", "echo", "--set", "Isn=Guessed"},
        {"serve", "--service", "echo", "--set", "Nagle=perhaps"},
        {"serve", "--service", "echo", "--tap-address", "10.44.0.1"},
        {"serve", "--service", "echo", "--mtu", "500"},
        {"serve", "--service", "echo", "--profile", "Amiga"},
        {"serve", "--service", "echo", "--seed", "0"},
        {"serve", "--service", "echo", "--when-full", "refuse"},
        {"serve", "--service", "echo", "--when-full", "wait", "--tcp", "stock"},
        {"connect", "10.44.0.1:8000", "--local-port", "0"},
        {"serve", "--service", "echo", "--pcap", "/nonexistent/file"},
        {"connect"},
        {"connect", "10.44.0.1"},
        {"connect", "127.0.0.1:80"},
    };
    for (const auto& arguments : mistakes)
    {
        ProxyProcess proxy(arguments);
        const auto what = testing::PrintToString(arguments);
        EXPECT_EQ(proxy.Process().Wait(), 2) << what;
        const auto messages = proxy.Messages();
        EXPECT_TRUE(messages.starts_with("tcp-lifecycle-proxy: ")) << what << messages;
        EXPECT_EQ(messages.find('\n') + 1, messages.size()) << what << messages;
    }
}

} // namespace interop
