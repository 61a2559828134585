// What the http service answers, and that nothing outside its directory gets out.

#include "interop-test.h"
#include "kernel-socket.h"
#include "proxy-process.h"

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace interop
{

namespace
{

/** A proxy that serves a small directory. */
class HttpTest : public InteropTest
{
  protected:
    void SetUp() override
    {
        InteropTest::SetUp();
        if (IsSkipped() || HasFatalFailure())
        {
            return;
        }
        const std::filesystem::path root = m_directory.Path("root");
        std::filesystem::create_directories(root / "sub");
        m_directory.Write("secret", "secret");
        m_directory.Write("root/a.txt", "alpha");
        m_directory.Write("root/with space.html", "space");
        m_directory.Write("root/sub/index.html", "index");
        std::filesystem::create_symlink(m_directory.Path("secret"), root / "way-out");
        std::filesystem::create_symlink("a.txt", root / "alias");
        m_proxy.emplace(std::vector<std::string>{"serve", "--service", "http", "--root", root});
        ASSERT_TRUE(m_proxy->WaitUntilReady()) << m_proxy->Messages();
    }

    /** \param request raw bytes \returns everything that comes back until the end */
    static std::string Ask(const std::string& request)
    {
        auto connection = KernelSocket::Connect(MODEL, 80);
        connection.Send(request);
        return connection.ReceiveAll();
    }

    /** \param target of a GET \returns the reply */
    static std::string Get(const std::string& target)
    {
        return Ask("GET " + target + " HTTP/1.1\r\nHost: model\r\nConnection: close\r\n\r\n");
    }

    /** \param reply a reply \returns its status code, or what it is instead */
    static std::string Status(const std::string& reply)
    {
        return reply.starts_with("HTTP/1.1 ") ? reply.substr(9, 3) : "no reply: " + reply;
    }

    /** \param reply a reply \returns its body */
    static std::string Body(const std::string& reply)
    {
        const auto end = reply.find("\r\n\r\n");
        return end == std::string::npos ? "no end of head" : reply.substr(end + 4);
    }

    TemporaryDirectory m_directory;
    std::optional<ProxyProcess> m_proxy;
};

} // namespace

TEST_F(HttpTest, FileComesWithLengthAndType)
{
    const auto reply = Get("/a.txt");
    EXPECT_EQ(Status(reply), "200");
    EXPECT_NE(reply.find("\r\nContent-Length: 5\r\n"), std::string::npos) << reply;
    EXPECT_NE(reply.find("\r\nContent-Type: text/plain; charset=utf-8\r\n"), std::string::npos);
    EXPECT_EQ(Body(reply), "alpha");
}

TEST_F(HttpTest, NamesMayBePercentEncodedAndHaveAQuery)
{
    EXPECT_EQ(Body(Get("/with%20space.html")), "space");
    EXPECT_EQ(Body(Get("/%61.txt?x=1")), "alpha");
    EXPECT_EQ(Body(Get("http://model/a.txt")), "alpha");
    EXPECT_EQ(Body(Get("/sub/")), "index");
    EXPECT_EQ(Body(Get("/alias")), "alpha");
}

TEST_F(HttpTest, WhatIsNotThereIs404)
{
    EXPECT_EQ(Status(Get("/nothing")), "404");
    EXPECT_EQ(Status(Get("/")), "404"); // a directory without index.html
    EXPECT_EQ(Status(Get("/a.txt/")), "404");
}

TEST_F(HttpTest, NothingOutsideTheRootGetsOut)
{
    for (const auto* target : {"/../secret",
                               "/%2e%2e/secret",
                               "/sub/../../secret",
                               "/..%2fsecret",
                               "/way-out",
                               "//etc/passwd",
                               "/../../../../../../etc/passwd"})
    {
        EXPECT_EQ(Status(Get(target)), "404") << target;
    }
}

TEST_F(HttpTest, MalformedRequestsAre400)
{
    EXPECT_EQ(Status(Get("/%zz")), "400");
    EXPECT_EQ(Status(Get("/%00")), "400");
    EXPECT_EQ(Status(Get("/%4")), "400");
    EXPECT_EQ(Status(Get("a.txt")), "400");
    EXPECT_EQ(Status(Ask("GET /a.txt HTTP/1.1\r\n\r\n")), "400"); // no Host
    EXPECT_EQ(Status(Ask("\x16\x03\x01\x02 this is not HTTP\r\n\r\n")), "400");
}

TEST_F(HttpTest, OtherMethodsAre405AndUnknownOnesAre501)
{
    const std::string rest = " /a.txt HTTP/1.1\r\nHost: model\r\nConnection: close\r\n\r\n";
    const auto reply = Ask("DELETE" + rest);
    EXPECT_EQ(Status(reply), "405");
    EXPECT_NE(reply.find("\r\nAllow: GET, HEAD\r\n"), std::string::npos) << reply;
    EXPECT_EQ(Status(Ask("BREW" + rest)), "501");
    EXPECT_EQ(Status(Ask("POST /a.txt HTTP/1.1\r\nHost: model\r\nContent-Length: 3\r\n\r\nabc")),
              "405");
}

TEST_F(HttpTest, HeadHasNoBody)
{
    const auto reply = Ask("HEAD /a.txt HTTP/1.1\r\nHost: model\r\nConnection: close\r\n\r\n");
    EXPECT_EQ(Status(reply), "200");
    EXPECT_NE(reply.find("\r\nContent-Length: 5\r\n"), std::string::npos) << reply;
    EXPECT_EQ(Body(reply), "");
}

TEST_F(HttpTest, EndlessHeadIsCutOff)
{
    auto connection = KernelSocket::Connect(MODEL, 80);
    ASSERT_TRUE(connection.Send("GET /a.txt HTTP/1.1\r\nHost: model\r\nX: "));
    connection.Send(std::string(1'000'000, 'x'));
    EXPECT_EQ(Status(connection.ReceiveAll()), "431");
}

TEST_F(HttpTest, ConnectionIsKeptForTheNextRequest)
{
    auto connection = KernelSocket::Connect(MODEL, 80);
    const std::string request = "GET /a.txt HTTP/1.1\r\nHost: model\r\n\r\n";
    ASSERT_TRUE(connection.Send(request));
    const auto size = Get("/a.txt").size() - std::string("Connection: close\r\n").size();
    EXPECT_EQ(Body(connection.Receive(size)), "alpha");
    ASSERT_TRUE(connection.Send(request));
    EXPECT_EQ(Body(connection.Receive(size)), "alpha");
}

TEST_F(HttpTest, ThousandsOfRequestsAtOnceAreAnsweredInOrder)
{
    constexpr int REQUESTS = 5000;
    std::string requests;
    for (int i = 0; i < REQUESTS; i++)
    {
        requests += i % 2 == 0 ? "GET /a.txt HTTP/1.1\r\nHost: model\r\n\r\n"
                               : "GET /nothing HTTP/1.1\r\nHost: model\r\n\r\n";
    }
    auto connection = KernelSocket::Connect(MODEL, 80);
    std::string replies;
    ASSERT_TRUE(connection.Send(requests));
    connection.ShutdownSend();
    replies = connection.ReceiveAll();
    int count = 0;
    std::size_t at = 0;
    while ((at = replies.find("HTTP/1.1 ", at)) != std::string::npos)
    {
        EXPECT_EQ(replies.substr(at + 9, 3), count % 2 == 0 ? "200" : "404");
        at++;
        count++;
    }
    EXPECT_EQ(count, REQUESTS);
}

} // namespace interop
