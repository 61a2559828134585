// What the proxy shows of itself: state changes, frames, summary.

#include "interop-test.h"
#include "kernel-socket.h"
#include "proxy-process.h"
#include "wait-until.h"

#include <cstdint>
#include <cstring>
#include <sstream>
#include <string>
#include <vector>

namespace interop
{

namespace
{

/** \param messages of a verbose proxy \returns "FROM -> TO" of every line, in order */
std::vector<std::string>
Transitions(const std::string& messages)
{
    std::vector<std::string> transitions;
    std::istringstream lines(messages);
    for (std::string line; std::getline(lines, line);)
    {
        std::istringstream words(line);
        double time = 0;
        std::string unit;
        std::string local;
        std::string peer;
        std::string from;
        std::string arrow;
        std::string to;
        if (words >> time >> unit >> local >> peer >> from >> arrow >> to && arrow == "->" &&
            from != "LISTEN" && to != "LISTEN")
        {
            transitions.push_back(from + " -> " + to);
        }
    }
    return transitions;
}

} // namespace

TEST_F(InteropTest, VerboseTellsTheLifeOfAConnection)
{
    ProxyProcess proxy({"serve", "--service", "echo", "--verbose"});
    ASSERT_TRUE(proxy.WaitUntilReady()) << proxy.Messages();
    auto connection = KernelSocket::Connect(MODEL, 7);
    connection.ShutdownSend();
    EXPECT_EQ(connection.ReceiveAll(), "");
    ASSERT_TRUE(WaitUntil([&] {
        return proxy.Messages().find("LAST-ACK   -> UNCONN") != std::string::npos;
    })) << proxy.Messages();
    const auto transitions = Transitions(proxy.Messages());
    const std::vector<std::string> expected{"SYN-RECV -> ESTAB",
                                            "ESTAB -> CLOSE-WAIT",
                                            "CLOSE-WAIT -> LAST-ACK",
                                            "LAST-ACK -> UNCONN"};
    ASSERT_GE(transitions.size(), expected.size()) << proxy.Messages();
    EXPECT_EQ(std::vector<std::string>(transitions.end() - expected.size(), transitions.end()),
              expected);
}

TEST_F(InteropTest, PcapHoldsTheFramesOfTheConnection)
{
    const TemporaryDirectory directory;
    const auto path = directory.Path("frames.pcap");
    ProxyProcess proxy({"serve", "--service", "echo", "--pcap", path, "--no-ipv6"});
    ASSERT_TRUE(proxy.WaitUntilReady()) << proxy.Messages();
    auto connection = KernelSocket::Connect(MODEL, 7);
    ASSERT_TRUE(connection.Send("look for me"));
    EXPECT_EQ(connection.Receive(11), "look for me");
    EXPECT_EQ(proxy.Stop(), 0) << proxy.Messages();

    const auto file = ReadFile(path);
    ASSERT_GE(file.size(), 24U);
    uint32_t magic = 0;
    std::memcpy(&magic, file.data(), sizeof(magic));
    EXPECT_EQ(magic, 0xa1b2c3d4);
    const auto once = file.find("look for me");
    ASSERT_NE(once, std::string::npos);
    EXPECT_NE(file.find("look for me", once + 1), std::string::npos); // there and back
}

TEST_F(InteropTest, SummaryCountsConnectionsAndBytes)
{
    ProxyProcess proxy({"serve", "--service", "echo"});
    ASSERT_TRUE(proxy.WaitUntilReady()) << proxy.Messages();
    for (int i = 0; i < 3; i++)
    {
        auto connection = KernelSocket::Connect(MODEL, 7);
        ASSERT_TRUE(connection.Send("12345"));
        connection.ShutdownSend();
        EXPECT_EQ(connection.ReceiveAll(), "12345");
    }
    EXPECT_EQ(proxy.Stop(), 0);
    const auto messages = proxy.Messages();
    EXPECT_NE(messages.find("accepted 3, turned away 0, closed normally 3, reset 0, timed out 0"),
              std::string::npos)
        << messages;
    EXPECT_NE(messages.find("received 15, sent 15"), std::string::npos) << messages;
}

} // namespace interop
