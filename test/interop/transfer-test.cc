// Files between the model and the kernel, checked byte for byte.

#include "interop-test.h"
#include "kernel-socket.h"
#include "proxy-process.h"

#include <memory>
#include <string>
#include <thread>
#include <vector>

namespace interop
{

namespace
{

constexpr std::size_t FILE_SIZE = 50'000'000;

/** Runs for IPv4 and IPv6. */
class TransferTest : public InteropTest, public testing::WithParamInterface<bool>
{
  protected:
    /** \returns an address of the model as part of a URL */
    static std::string ModelInUrl()
    {
        return GetParam() ? "[" + std::string(MODEL6) + "]" : MODEL;
    }

    /** \param port of a server of the kernel \returns what to tell `connect` */
    static std::string Peer(uint16_t port)
    {
        return (GetParam() ? "[" + std::string(HOST6) + "]" : HOST) + ":" + std::to_string(port);
    }

    static std::string AnyAddress()
    {
        return GetParam() ? "::" : "0.0.0.0";
    }

    TemporaryDirectory m_directory;
};

INSTANTIATE_TEST_SUITE_P(Both, TransferTest, testing::Values(false, true), [](const auto& family) {
    return family.param ? "Ipv6" : "Ipv4";
});

} // namespace

TEST_P(TransferTest, CurlFetchesAFileFromTheModel)
{
    const auto file = m_directory.WriteRandom("file", FILE_SIZE);
    ProxyProcess proxy({"serve", "--service", "http", "--root", m_directory.Path("")});
    ASSERT_TRUE(proxy.WaitUntilReady()) << proxy.Messages();

    const auto fetched = m_directory.Path("fetched");
    ChildProcess curl({"curl", "-sS", "-g", "-o", fetched, "http://" + ModelInUrl() + "/file"},
                      {.error = m_directory.Path("curl-error")});
    EXPECT_EQ(curl.Wait(), 0) << ReadFile(m_directory.Path("curl-error"));
    EXPECT_EQ(Sha256(fetched), Sha256(file));
    EXPECT_EQ(proxy.Stop(), 0) << proxy.Messages();
}

TEST_P(TransferTest, ModelFetchesAFileFromAServerOfTheKernel)
{
    const auto file = m_directory.WriteRandom("file", FILE_SIZE);
    auto listener = KernelSocket::Listen(AnyAddress(), 8000);
    std::string request;
    std::thread server([&] {
        auto connection = listener.Accept();
        request = connection.ReceiveAll();
        connection.Send(ReadFile(file));
    });

    ProxyProcess proxy({"connect", Peer(8000)}, m_directory.Write("request", "the file, please\n"));
    EXPECT_EQ(proxy.Process().Wait(), 0) << proxy.Messages();
    server.join();
    EXPECT_EQ(request, "the file, please\n");
    EXPECT_EQ(Sha256(proxy.OutputPath()), Sha256(file));
}

TEST_P(TransferTest, ModelSendsAFileToAServerOfTheKernel)
{
    const auto file = m_directory.WriteRandom("file", FILE_SIZE);
    auto listener = KernelSocket::Listen(AnyAddress(), 8000);
    std::string received;
    std::thread server([&] { received = listener.Accept().ReceiveAll(); });

    ProxyProcess proxy({"connect", Peer(8000)}, file);
    EXPECT_EQ(proxy.Process().Wait(), 0) << proxy.Messages();
    server.join();
    EXPECT_EQ(Sha256(m_directory.Write("received", received)), Sha256(file));
}

TEST_P(TransferTest, EchoReturnsWhatItReceivesWhileItReceivesMore)
{
    const std::string sent = ReadFile(m_directory.WriteRandom("file", FILE_SIZE / 5));
    ProxyProcess proxy({"serve", "--service", "echo"});
    ASSERT_TRUE(proxy.WaitUntilReady()) << proxy.Messages();

    auto connection = KernelSocket::Connect(GetParam() ? MODEL6 : MODEL, 7);
    ASSERT_EQ(connection.GetError(), 0);
    std::thread sender([&] {
        connection.Send(sent);
        connection.ShutdownSend();
    });
    const auto returned = connection.ReceiveAll();
    sender.join();
    EXPECT_TRUE(returned == sent) << "sent " << sent.size() << " bytes, got " << returned.size();
}

TEST_F(InteropTest, SeveralDownloadsAtOnceAreAllWhole)
{
    const TemporaryDirectory directory;
    const auto file = directory.WriteRandom("file", FILE_SIZE / 10);
    ProxyProcess proxy({"serve", "--service", "http", "--root", directory.Path("")});
    ASSERT_TRUE(proxy.WaitUntilReady()) << proxy.Messages();

    std::vector<std::unique_ptr<ChildProcess>> downloads;
    for (int i = 0; i < 8; i++)
    {
        downloads.push_back(std::make_unique<ChildProcess>(
            std::vector<std::string>{"curl", "-sS", std::string("http://") + MODEL + "/file"},
            Streams{.output = directory.Path("fetched" + std::to_string(i))}));
    }
    const auto sum = Sha256(file);
    for (int i = 0; i < 8; i++)
    {
        EXPECT_EQ(downloads[i]->Wait(), 0);
        EXPECT_EQ(Sha256(directory.Path("fetched" + std::to_string(i))), sum);
    }
}

} // namespace interop
