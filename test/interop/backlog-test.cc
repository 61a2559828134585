// More connections than a listener takes: the model's and the kernel's.

#include "link-test.h"
#include "wait-until.h"

#include <algorithm>
#include <cerrno>
#include <vector>

namespace interop
{

namespace
{

bool
IsSynOfKernel(const TcpSegment& segment)
{
    return segment.from == Side::Kernel && segment.flags == SYN;
}

bool
IsSynAckOfModel(const TcpSegment& segment)
{
    return segment.from == Side::Model && segment.flags == (SYN | ACK);
}

bool
IsSynOfModel(const TcpSegment& segment)
{
    return segment.from == Side::Model && segment.flags == SYN;
}

/** Holds what would complete handshakes, so that they stay half-open. */
Fate
HoldThirdSegments(const TcpSegment& segment)
{
    return segment.IsBareAck() ? Fate::Hold : Fate::Pass;
}

/** \returns how many sockets the table has in the state */
std::ptrdiff_t
CountStates(const SocketTable& table, const std::string& state)
{
    return std::count_if(table.begin(), table.end(), [&](const SocketLine& line) {
        return line.state == state;
    });
}

/** Many sockets of the kernel at a listener of the model, which as in Linux takes one more. */
class ModelBacklogTest : public LinkTest
{
  protected:
    /** \param count how many sockets of the kernel send a SYN to the echo service */
    void StartClients(int count)
    {
        for (int i = 0; i < count; i++)
        {
            clients.push_back(KernelSocket::Open(MODEL));
            clients.back().StartConnect(MODEL, 7);
        }
        EXPECT_TRUE(link->WaitFor(IsSynOfKernel, clients.size())) << link->Transcript();
    }

    /** Waits until so many sockets of the kernel are in the state. */
    static testing::AssertionResult KernelHas(std::ptrdiff_t count, const std::string& state)
    {
        SocketTable table;
        const bool has = WaitUntil([&] {
            table = KernelTable();
            return CountStates(table, state) == count;
        });
        return has ? testing::AssertionSuccess() : testing::AssertionFailure() << ToString(table);
    }

    /** Checks that a socket is connected, and served. */
    void ExpectService(KernelSocket& socket)
    {
        ASSERT_TRUE(socket.WaitConnected()) << socket.GetError() << link->Transcript();
        ASSERT_TRUE(socket.Send("x"));
        EXPECT_EQ(socket.Receive(1), "x") << link->Transcript();
    }

    std::vector<KernelSocket> clients; //!< of the model's echo service
};

/** The same, where the model serves one at a time, and two more wait to be accepted. */
class ModelAcceptQueueTest : public ModelBacklogTest
{
  protected:
    /** \param settings of the model \returns a server of which the first client is served */
    std::unique_ptr<ProxyProcess> ServeOne(Words settings = {})
    {
        settings.emplace_back("Backlog=1"); // as in Linux it takes one more
        auto proxy =
            Serve({"--service", "echo", "--max-connections", "1", "--when-full", "wait"}, settings);
        StartClients(1);
        ExpectService(clients[0]);
        return proxy;
    }

    /** Waits until so many connections wait for the model to accept them. */
    static testing::AssertionResult Wait(ProxyProcess& proxy, uint64_t count)
    {
        SocketTable table;
        const bool has = WaitUntil([&] {
            table = proxy.Table();
            return !table.empty() && table[0].state == "LISTEN" && table[0].recvQueue == count;
        });
        return has ? testing::AssertionSuccess() : testing::AssertionFailure() << ToString(table);
    }

    /** Has another client, the last of them, connect whose third segment arrives when two others
     * wait already. */
    void BeLate(ProxyProcess& proxy)
    {
        StartClients(1);
        const auto late = static_cast<std::ptrdiff_t>(clients.size()) - 1;
        ASSERT_TRUE(KernelHas(2, "ESTAB"));
        const auto port = link->Find(IsSynOfKernel).back().sourcePort;
        link->SetRule([port](const TcpSegment& segment) {
            return segment.sourcePort == port ? Fate::Hold : Fate::Pass;
        });
        StartClients(2);
        ASSERT_TRUE(Wait(proxy, 2));
        link->Release();
        std::rotate(clients.begin() + late, clients.begin() + late + 1, clients.end());
    }
};

/** A client of the model at a listener of the kernel, for which others of the kernel wait too. */
class KernelBacklogTest : public LinkTest
{
  protected:
    /** Makes a listener that takes two connections, of which nobody accepts any. */
    void Listen()
    {
        listener = KernelSocket::Listen("0.0.0.0", 8000, 1); // the kernel takes one more
    }

    /** Fills its accept queue. */
    void Fill()
    {
        for (int i = 0; i < 2; i++)
        {
            others.push_back(KernelSocket::Connect(HOST, 8000));
            ASSERT_EQ(others.back().GetError(), 0);
        }
    }

    std::vector<KernelSocket> others; //!< clients of it on its own machine
};

} // namespace

TEST_F(ModelBacklogTest, SynsBeyondItAreDroppedAndGetThroughOnceThereIsRoom)
{
    auto proxy = Serve({"--service", "echo"}, {"Backlog=2", "SynCookies=Never"});
    link->SetRule(HoldThirdSegments);
    StartClients(6);
    EXPECT_TRUE(KernelHas(3, "ESTAB"));
    EXPECT_TRUE(KernelHas(3, "SYN-SENT"));
    EXPECT_EQ(link->Find(IsSynAckOfModel).size(), 3U) << link->Transcript();

    link->Release();
    for (auto& socket : clients)
    {
        ExpectService(socket);
    }
    EXPECT_GE(link->Find(IsSynOfKernel).size(), 9U) << link->Transcript(); // three of them again
}

TEST_F(ModelBacklogTest, SynsBeyondItAreRefusedWhereThePolicyIsReset)
{
    auto proxy =
        Serve({"--service", "echo"}, {"Backlog=2", "SynCookies=Never", "SynOverflow=Reset"});
    link->SetRule(HoldThirdSegments);
    StartClients(6);
    EXPECT_TRUE(KernelHas(3, "ESTAB"));
    const auto refused = std::count_if(clients.begin(), clients.end(), [](KernelSocket& socket) {
        return !socket.WaitConnected() && socket.GetError() == ECONNREFUSED;
    });
    EXPECT_EQ(refused, 3) << link->Transcript();

    link->Release();
    auto another = KernelSocket::Connect(MODEL, 7);
    ExpectService(another);
}

TEST_F(ModelBacklogTest, CookiesAnswerSynsBeyondItAndKeepNothing)
{
    auto proxy = Serve({"--service", "echo"}, {"Backlog=2"});
    link->SetRule(HoldThirdSegments);
    StartClients(6);
    EXPECT_TRUE(KernelHas(6, "ESTAB"));
    const auto table = proxy->Table();
    EXPECT_EQ(CountStates(table, "SYN-RECV"), 3) << ToString(table);

    link->Release();
    for (auto& socket : clients)
    {
        ExpectService(socket);
    }
    EXPECT_EQ(link->Find(IsSynOfKernel).size(), 6U) << link->Transcript(); // each of them once
}

TEST_F(ModelAcceptQueueTest, SynIsDroppedWhileItIsFullAndGetsThroughOnceTheModelAccepts)
{
    auto proxy = ServeOne();
    StartClients(2);
    EXPECT_TRUE(KernelHas(3, "ESTAB"));
    EXPECT_TRUE(Wait(*proxy, 2));
    StartClients(1);
    EXPECT_TRUE(KernelHas(1, "SYN-SENT"));

    clients[0].Close();
    ExpectService(clients[1]);
    ExpectService(clients[1]);
    clients[1].Close();
    ExpectService(clients[2]);
    clients[2].Close();
    ExpectService(clients[3]);
    EXPECT_GE(link->Find(IsSynOfKernel).size(), 5U) << link->Transcript(); // one of them again
}

TEST_F(ModelAcceptQueueTest, ThirdSegmentThatFindsItFullIsIgnoredUntilThereIsRoom)
{
    auto proxy = ServeOne();
    link->SetRule(HoldThirdSegments);
    BeLate(*proxy);
    ASSERT_TRUE(clients.back().Send("x"));
    EXPECT_TRUE(Wait(*proxy, 2));
    const auto table = proxy->Table();
    EXPECT_EQ(CountStates(table, "SYN-RECV"), 1) << ToString(table);

    for (auto& socket : clients)
    {
        socket.Send("x");
        EXPECT_EQ(socket.Receive(1), "x") << link->Transcript();
        socket.Close();
    }
}

TEST_F(ModelAcceptQueueTest, ThirdSegmentThatFindsItFullIsResetWhereThePolicyIsReset)
{
    auto proxy = ServeOne({"AcceptOverflow=Reset"});
    link->SetRule(HoldThirdSegments);
    BeLate(*proxy);
    EXPECT_EQ(clients.back().ReceiveAll(), "");
    EXPECT_EQ(clients.back().GetError(), ECONNRESET) << link->Transcript();
    EXPECT_TRUE(Wait(*proxy, 2));
}

TEST_F(KernelBacklogTest, SynOfTheModelIsDroppedByAFullListenerAndGetsThroughOnceItAccepts)
{
    Listen();
    Fill();
    client = Start({"connect", std::string(HOST) + ":8000"}, {}, "");
    ASSERT_TRUE(link->WaitFor(IsSynOfModel)) << client->Messages();
    EXPECT_EQ(client->Table().back().state, "SYN-SENT");
    EXPECT_EQ(KernelCounter("TcpExtListenOverflows"), 1U);

    listener.Accept();
    ASSERT_TRUE(link->WaitFor(IsSynOfModel, 2)) << link->Transcript();
    listener.Accept();
    connection = listener.Accept();
    Follow(connection);
    EXPECT_TRUE(Become(*client, {"ESTAB", "ESTAB"})) << link->Transcript();
}

TEST_F(KernelBacklogTest, ThirdSegmentAndDataOfTheModelAreRepeatedUntilTheFullListenerTakesThem)
{
    Listen();
    link->SetRule(HoldThirdSegments);
    client = Start({"connect", std::string(HOST) + ":8000"}, {}, "");
    const auto isThird = [](const TcpSegment& segment) {
        return segment.from == Side::Model && segment.IsBareAck();
    };
    ASSERT_TRUE(link->WaitFor(isThird)) << client->Messages();
    Fill();
    link->Release();
    client->Process().WriteInput("hello");
    const auto isData = [](const TcpSegment& segment) { return segment.text == "hello"; };
    ASSERT_TRUE(link->WaitFor(isData, 2)) << link->Transcript();
    EXPECT_EQ(client->Table().back().state, "ESTAB");
    EXPECT_GE(KernelCounter("TcpExtListenOverflows"), 1U);

    listener.Accept();
    listener.Accept();
    connection = listener.Accept();
    EXPECT_EQ(connection.Receive(5), "hello") << link->Transcript();
    Follow(connection);
    EXPECT_TRUE(Become(*client, {"ESTAB", "ESTAB"})) << link->Transcript();
}

TEST_F(KernelBacklogTest, ResetByAFullListenerEndsTheClientOfTheModel)
{
    SET_SYSCTL_OR_SKIP("tcp_abort_on_overflow", "1");
    Listen();
    link->SetRule(HoldThirdSegments);
    client = Start({"connect", std::string(HOST) + ":8000"}, {}, "");
    const auto isThird = [](const TcpSegment& segment) {
        return segment.from == Side::Model && segment.IsBareAck();
    };
    ASSERT_TRUE(link->WaitFor(isThird)) << client->Messages();
    Fill();
    link->Release();
    ExpectFailure("reset the connection.");
}

} // namespace interop
