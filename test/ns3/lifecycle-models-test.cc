// Profiles, the three models, and models of a script's own.

#include "lifecycle-network.h"

#include "ns3/boolean.h"
#include "ns3/lifecycle-tcp-handshake-model.h"
#include "ns3/lifecycle-tcp-helper.h"
#include "ns3/lifecycle-tcp-keepalive-model.h"
#include "ns3/lifecycle-tcp-socket.h"
#include "ns3/lifecycle-tcp-time-wait-model.h"
#include "ns3/nstime.h"
#include "ns3/simulator.h"
#include "ns3/string.h"
#include "ns3/uinteger.h"

#include <functional>
#include <vector>

namespace lifecycle_test
{

using namespace ns3;

namespace
{

constexpr uint16_t PORT = 80;

template <typename Value>
auto
Get(Ptr<Object> object, const std::string& name)
{
    Value value;
    object->GetAttribute(name, value);
    return value.Get();
}

/// How long the client is in TIME_WAIT, which closes first.
Time
TimeWaitLength(const Network& network, const std::function<void(Ptr<Socket>)>& prepare = {})
{
    TalkingServer server(network.Server(), network.AnyAt(PORT), 0);
    TalkingClient client(network.Client(), network.ServerAt(PORT), 0, 0);
    if (prepare)
    {
        prepare(client.socket);
    }
    Time began;
    Time ended;
    network.ClientTcp()->TraceConnectWithoutContext(
        "StateChange",
        Callback<void, const LifecycleTcpTransition&>([&](const LifecycleTcpTransition& change) {
            (change.to == TcpSocket::TIME_WAIT ? began : ended) = Simulator::Now();
        }));
    Simulator::Run();
    return ended - began;
}

/// Notes what it is asked, and halves what is proposed.
class HalfTimeWait : public TcpTimeWaitModel
{
  public:
    std::vector<Time> proposals;
    uint64_t port{0};

  protected:
    Time DoGetLength(Time proposed, const TcpTimeWaitQuestion& question) override
    {
        proposals.push_back(proposed);
        port = InetSocketAddress::ConvertFrom(question.peer).GetPort();
        return proposed / int64_t{2};
    }
};

/// Sends a SYN every second, three times in all.
class ImpatientHandshake : public TcpHandshakeModel
{
  protected:
    Time DoGetSynTimeout(Time, uint32_t retries) override
    {
        return retries < 3 ? Seconds(1) : Time(-1);
    }
};

/// Takes one connection, and is done with the second when its handshake is complete.
class OneGuestHandshake : public TcpHandshakeModel
{
  public:
    std::vector<uint64_t> queues; //!< as it was asked

  protected:
    ThirdVerdict DoTakeThird(ThirdVerdict, const TcpListenerLoad& load) override
    {
        queues.push_back(load.acceptQueue);
        return queues.size() == 1 ? ACCEPT : REFUSE;
    }
};

} // namespace

using ModelsTest = Simulation;

TEST_F(ModelsTest, AProfileSetsEveryValue)
{
    const Network network;
    network.ClientTcp()->SetProfile("Textbook");
    EXPECT_EQ(Get<TimeValue>(network.ClientTcp(), "Msl"), Minutes(2));
    EXPECT_EQ(Get<UintegerValue>(network.ClientTcp(), "KeepaliveProbes"), 10);
    EXPECT_EQ(Get<TimeValue>(network.ClientTcp(), "FinWait2Timeout"), Time(0));
    network.ClientTcp()->SetProfile("FreeBSD");
    EXPECT_EQ(Get<UintegerValue>(network.ClientTcp(), "KeepaliveProbes"), 8);
}

TEST_F(ModelsTest, AnUnknownProfileEndsWithASentenceThatNamesThoseThereAre)
{
    const Network network;
    EXPECT_DEATH(network.ClientTcp()->SetProfile("Plan9"), "no profile \"Plan9\"; say Linux, .*");
}

TEST_F(ModelsTest, WhatTheHelperIsToldGoesBeforeTheProfile)
{
    LifecycleTcpHelper helper;
    helper.SetTimeWaitModel("ns3::TcpTimeWaitModel", "Msl", TimeValue(Seconds(7)));
    helper.SetKeepaliveModel("ns3::TcpKeepaliveModel",
                             "Enabled",
                             BooleanValue(true),
                             "Probes",
                             UintegerValue(3));
    helper.SetAttribute("SynRetries", UintegerValue(1));
    helper.SetProfile("Textbook");
    const Ptr<Node> node = CreateObject<Node>();
    helper.Install(node);
    const Ptr<LifecycleTcpL4Protocol> tcp = LifecycleTcpHelper::GetTcp(node);
    EXPECT_EQ(Get<TimeValue>(tcp, "Msl"), Seconds(7));
    EXPECT_EQ(Get<UintegerValue>(tcp, "SynRetries"), 1);
    EXPECT_EQ(Get<UintegerValue>(tcp, "KeepaliveProbes"), 3);
    EXPECT_TRUE(Get<BooleanValue>(tcp, "KeepaliveEnabled"));
    EXPECT_EQ(Get<TimeValue>(tcp, "KeepaliveIdle"), Hours(2)) << "the profile's";
    EXPECT_EQ(Get<TimeValue>(tcp, "FinWait2Timeout"), Time(0)) << "the profile's";
}

TEST_F(ModelsTest, SomethingElseThanAModelIsRefusedWithASentence)
{
    LifecycleTcpHelper helper;
    helper.SetTimeWaitModel("ns3::Node");
    EXPECT_DEATH(helper.Install(CreateObject<Node>()), "ns3::Node is not a model; derive it");
}

TEST_F(ModelsTest, AScriptsOwnTimeWaitModelIsAsked)
{
    const Network network;
    const auto model = CreateObject<HalfTimeWait>();
    model->SetAttribute("Msl", TimeValue(Seconds(10)));
    network.ClientTcp()->SetModel(model);
    EXPECT_EQ(TimeWaitLength(network), Seconds(10));
    EXPECT_EQ(model->proposals, std::vector<Time>{Seconds(20)});
    EXPECT_EQ(model->port, PORT);
}

TEST_F(ModelsTest, ASocketMayHaveAModelOfItsOwn)
{
    const Network network;
    const auto model = CreateObject<TcpTimeWaitModel>();
    model->SetAttribute("Msl", TimeValue(Seconds(3)));
    const Time length = TimeWaitLength(network, [&](Ptr<Socket> socket) {
        DynamicCast<LifecycleTcpSocket>(socket)->SetModel(model);
    });
    EXPECT_EQ(length, Seconds(6));
    EXPECT_EQ(Get<TimeValue>(network.ClientTcp(), "Msl"), Seconds(30));
}

TEST_F(ModelsTest, AScriptsOwnHandshakeModelIsAsked)
{
    Network network;
    network.ClientTcp()->SetModel(CreateObject<ImpatientHandshake>());
    network.SetErrorModel(LoseAll());
    TalkingClient client(network.Client(), network.ServerAt(PORT), 0, 0);
    std::vector<Time> changes; // to SYN_SENT, and to CLOSED
    network.ClientTcp()->TraceConnectWithoutContext(
        "StateChange",
        Callback<void, const LifecycleTcpTransition&>(
            [&](const LifecycleTcpTransition&) { changes.push_back(Simulator::Now()); }));
    Simulator::Run();
    EXPECT_EQ(client.failed, 1);
    ASSERT_EQ(changes.size(), 2);
    EXPECT_EQ(changes[1] - changes[0], Seconds(3));
    EXPECT_EQ(network.ClientTcp()->GetCounters()["retransmits"], 2);
}

TEST_F(ModelsTest, AScriptsOwnHandshakeModelIsAskedWhetherAConnectionIsTaken)
{
    const Network network;
    const auto model = CreateObject<OneGuestHandshake>();
    network.ServerTcp()->SetModel(model);
    TalkingServer server(network.Server(), network.AnyAt(PORT), 0);
    DynamicCast<LifecycleTcpSocket>(server.listener)->SetAutoAccept(false);
    TalkingClient first(network.Client(), network.ServerAt(PORT), 0, 1);
    TalkingClient second(network.Client(), network.ServerAt(PORT), 0, 1);
    Simulator::Stop(Seconds(3));
    Simulator::Run();
    EXPECT_EQ(model->queues, (std::vector<uint64_t>{0, 1}));
    EXPECT_EQ(first.errorCloses, 0);
    EXPECT_EQ(second.errorCloses, 1);
}

TEST_F(ModelsTest, ATwoWayHandshakeIsEstablishedByTheSynAlone)
{
    const Network network;
    network.ServerTcp()->SetAttribute("HandshakeForm", StringValue("TwoWay"));
    TalkingServer server(network.Server(), network.AnyAt(PORT), 1000);
    TalkingClient client(network.Client(), network.ServerAt(PORT), 1000, 1000);
    Simulator::Stop(Seconds(10));
    Simulator::Run();
    EXPECT_EQ(client.received, 1000);
    EXPECT_EQ(server.talkers.front().received, 1000);
}

TEST_F(ModelsTest, ChoicesThatThereAreNotAreRefused)
{
    const auto model = CreateObject<TcpHandshakeModel>();
    EXPECT_TRUE(model->SetAttributeFailSafe("SynCookies", StringValue("Always")));
    EXPECT_FALSE(model->SetAttributeFailSafe("SynCookies", StringValue("Sometimes")));
    EXPECT_EQ(Get<StringValue>(model, "SynCookies"), "Always");
}

} // namespace lifecycle_test
