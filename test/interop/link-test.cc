#include "link-test.h"

namespace interop
{

void
LinkTest::SetUp()
{
    InteropTest::SetUp();
    if (IsSkipped() || HasFatalFailure())
    {
        return;
    }
    link = std::make_unique<Link>();
    if (!link->GetProblem().empty())
    {
        GTEST_SKIP() << link->GetProblem();
    }
}

std::unique_ptr<ProxyProcess>
LinkTest::Start(Words arguments, const Words& settings, const std::string& input)
{
    for (const auto& setting : settings)
    {
        arguments.insert(arguments.end(), {"--set", setting});
    }
    // The kernel there has an address of its own, and nothing to do with what passes.
    arguments.insert(arguments.end(),
                     {"--tap-name",
                      MODEL_INTERFACE,
                      "--tap-address",
                      "10.44.0.254/24",
                      "--no-ipv6",
                      "--verbose"});
    return std::make_unique<ProxyProcess>(arguments,
                                          input,
                                          Confinement{.network = link->GetModelNetwork()});
}

std::unique_ptr<ProxyProcess>
LinkTest::Serve(Words arguments, const Words& settings)
{
    arguments.insert(arguments.begin(), "serve");
    auto proxy = Start(arguments, settings);
    EXPECT_TRUE(proxy->WaitUntilReady()) << proxy->Messages();
    // ARP of ns-3 keeps but three packets until it knows the neighbour: let it know first.
    KernelSocket::Connect(MODEL, 1);
    link->Forget();
    return proxy;
}

std::unique_ptr<ProxyProcess>
LinkTest::ServeFile(const Words& settings)
{
    directory.Write("file", CONTENT);
    return Serve({"--service", "http", "--root", directory.Path("")}, settings);
}

std::unique_ptr<ProxyProcess>
LinkTest::ServeNobody(const Words& settings)
{
    return Serve({"--service", "echo", "--max-connections", "0"}, settings);
}

void
LinkTest::Connect(const Words& settings, const Words& arguments)
{
    Words all{"connect", std::string(HOST) + ":8000"};
    all.insert(all.end(), arguments.begin(), arguments.end());
    listener = KernelSocket::Listen("0.0.0.0", 8000);
    client = Start(all, settings, "");
    connection = listener.Accept();
    ASSERT_EQ(connection.GetError(), 0) << client->Messages() << link->Transcript();
    Follow(connection);
}

void
LinkTest::ExpectFailure(const std::string& reason)
{
    EXPECT_EQ(client->Process().Wait(), 1);
    EXPECT_NE(client->Messages().find("10.44.0.1:8000 " + reason), std::string::npos)
        << client->Messages() << link->Transcript();
}

} // namespace interop
