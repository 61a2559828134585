#include "lifecycle-network.h"

#include "ns3/boolean.h"
#include "ns3/config.h"
#include "ns3/double.h"
#include "ns3/lifecycle-tcp-socket.h"
#include "ns3/nstime.h"
#include "ns3/simulator.h"
#include "ns3/string.h"
#include "ns3/tcp-header.h"
#include "ns3/tcp-option.h"
#include "ns3/tcp-socket-base.h"
#include "ns3/uinteger.h"

#include <algorithm>

namespace lifecycle_test
{

using namespace ns3;

namespace
{

constexpr uint16_t PORT = 80;
constexpr uint32_t TIMESTAMPS = 12; // bytes of every segment (RFC 7323, appendix A)

/// What the client sends while it transfers some data.
struct Sent
{
    uint32_t largest{0};        //!< payload of a segment
    uint32_t beforeFirstAck{0}; //!< data segments sent within the first round trip
    TcpHeader syn;
};

Sent
Transfer(const Network& network)
{
    Sent sent;
    TalkingServer server(network.Server(), network.AnyAt(PORT), 0);
    TalkingClient client(network.Client(), network.ServerAt(PORT), 200000, 0);
    bool acked = false;
    using Segments = Callback<void, Ptr<const Packet>, const TcpHeader&, Ptr<const TcpSocketBase>>;
    client.socket->TraceConnectWithoutContext(
        "Tx",
        Segments([&](Ptr<const Packet> packet, const TcpHeader& header, Ptr<const TcpSocketBase>) {
            sent.largest = std::max(sent.largest, packet->GetSize());
            sent.beforeFirstAck += !acked && packet->GetSize() > 0;
            if (header.GetFlags() == TcpHeader::SYN)
            {
                sent.syn = header;
            }
        }));
    client.socket->TraceConnectWithoutContext(
        "Rx",
        Segments([&](Ptr<const Packet>, const TcpHeader& header, Ptr<const TcpSocketBase>) {
            acked = header.GetFlags() == TcpHeader::ACK;
        }));
    Simulator::Stop(Seconds(100));
    Simulator::Run();
    EXPECT_EQ(server.talkers.front().received, 200000);
    return sent;
}

uint64_t
Get(Ptr<Socket> socket, const std::string& name)
{
    UintegerValue value;
    socket->GetAttribute(name, value);
    return value.Get();
}

} // namespace

using AttributesTest = Simulation;

TEST_F(AttributesTest, SegmentsFillTheLinkUnlessToldOtherwise)
{
    EXPECT_EQ(Transfer(Network()).largest, 1460 - TIMESTAMPS);
}

TEST_F(AttributesTest, Ipv6SegmentsFillTheLinkUnlessToldOtherwise)
{
    EXPECT_EQ(Transfer(Network({.family = Family::V6})).largest, 1440 - TIMESTAMPS);
}

TEST_F(AttributesTest, TheSegmentSizeThatAScriptSetsForAllTcpIsHonoured)
{
    Config::SetDefault("ns3::TcpSocket::SegmentSize", UintegerValue(1000));
    EXPECT_EQ(Transfer(Network()).largest, 1000 - TIMESTAMPS);
}

TEST_F(AttributesTest, AServersSegmentSizeBindsTheClientToo)
{
    Network network;
    network.ServerTcp()->SetAttribute("SegmentSize", UintegerValue(700));
    EXPECT_EQ(Transfer(network).largest, 700 - TIMESTAMPS);
}

TEST_F(AttributesTest, OtherDefaultsThatAScriptSetsAreHonoured)
{
    Config::SetDefault("ns3::TcpSocket::SndBufSize", UintegerValue(1111));
    Config::SetDefault("ns3::TcpSocket::RcvBufSize", UintegerValue(2222));
    Config::SetDefault("ns3::TcpSocket::InitialCwnd", UintegerValue(3));
    Config::SetDefault("ns3::TcpSocket::DelAckCount", UintegerValue(1));
    Config::SetDefault("ns3::TcpSocket::ConnCount", UintegerValue(4));
    Config::SetDefault("ns3::TcpSocket::DataRetries", UintegerValue(5));
    Config::SetDefault("ns3::TcpSocket::ConnTimeout", TimeValue(Seconds(9)));
    Config::SetDefault("ns3::TcpSocketBase::Timestamp", BooleanValue(false));
    const Network network;
    const Ptr<Socket> socket = Network::MakeSocket(network.Client());
    EXPECT_EQ(Get(socket, "SndBufSize"), 1111);
    EXPECT_EQ(Get(socket, "RcvBufSize"), 2222);
    EXPECT_EQ(Get(socket, "InitialCwnd"), 3);
    EXPECT_EQ(Get(socket, "DelAckCount"), 1);
    EXPECT_EQ(Get(socket, "ConnCount"), 4);
    EXPECT_EQ(Get(socket, "DataRetries"), 5);
    TimeValue timeout;
    socket->GetAttribute("ConnTimeout", timeout);
    EXPECT_EQ(timeout.Get(), Seconds(9));
    BooleanValue timestamps;
    socket->GetAttribute("Timestamp", timestamps);
    EXPECT_FALSE(timestamps.Get());
}

TEST_F(AttributesTest, DefaultsOfStockTcpThatNobodySetAreNotTaken)
{
    const Network network;
    const Ptr<Socket> socket = Network::MakeSocket(network.Client());
    BooleanValue noDelay;
    socket->GetAttribute("TcpNoDelay", noDelay);
    EXPECT_FALSE(noDelay.Get()); // stock TCP's is true
    TimeValue delay;
    socket->GetAttribute("DelAckTimeout", delay);
    EXPECT_EQ(delay.Get(), MilliSeconds(40)); // stock TCP's is 200 ms
}

TEST_F(AttributesTest, TheInitialWindowIsHonoured)
{
    Config::SetDefault("ns3::TcpSocket::InitialCwnd", UintegerValue(4));
    EXPECT_EQ(Transfer(Network()).beforeFirstAck, 4);
}

TEST_F(AttributesTest, AllOptionsAreOffered)
{
    const TcpHeader syn = Transfer(Network()).syn;
    EXPECT_TRUE(syn.HasOption(TcpOption::MSS));
    EXPECT_TRUE(syn.HasOption(TcpOption::TS));
    EXPECT_TRUE(syn.HasOption(TcpOption::WINSCALE));
    EXPECT_TRUE(syn.HasOption(TcpOption::SACKPERMITTED));
}

TEST_F(AttributesTest, OptionsAreLeftOutAsTold)
{
    Network network;
    for (const char* option : {"Timestamp", "WindowScaling", "Sack"})
    {
        network.ClientTcp()->SetAttribute(option, BooleanValue(false));
    }
    const Sent sent = Transfer(network);
    EXPECT_TRUE(sent.syn.HasOption(TcpOption::MSS));
    EXPECT_FALSE(sent.syn.HasOption(TcpOption::TS));
    EXPECT_FALSE(sent.syn.HasOption(TcpOption::WINSCALE));
    EXPECT_FALSE(sent.syn.HasOption(TcpOption::SACKPERMITTED));
    EXPECT_EQ(sent.largest, 1460);
}

TEST_F(AttributesTest, OneSocketsAttributeIsNotAnothers)
{
    const Network network;
    const Ptr<Socket> one = Network::MakeSocket(network.Client());
    const Ptr<Socket> other = Network::MakeSocket(network.Client());
    one->SetAttribute("SndBufSize", UintegerValue(777));
    EXPECT_EQ(Get(one, "SndBufSize"), 777);
    EXPECT_EQ(Get(other, "SndBufSize"), 131072);
    EXPECT_EQ(Get(Network::MakeSocket(network.Client()), "SndBufSize"), 131072);
}

TEST_F(AttributesTest, WhatIsNoConfigurationIsEachSocketsOwnToo)
{
    const Network network;
    const Ptr<Socket> one = Network::MakeSocket(network.Client());
    const Ptr<Socket> other = Network::MakeSocket(network.Client());
    one->SetAttribute("ReuseAddress", BooleanValue(false));
    one->SetAttribute("AutoAccept", BooleanValue(false));
    one->SetAttribute("FastOpen", BooleanValue(true));
    one->SetAttribute("Linger", TimeValue(Seconds(7)));
    one->SetAttribute("SndBufSize", UintegerValue(777));
    const auto settingsOf = [](Ptr<Socket> socket) {
        std::string settings;
        for (const char* name : {"ReuseAddress", "AutoAccept", "FastOpen", "Linger"})
        {
            StringValue value;
            socket->GetAttribute(name, value);
            settings += value.Get() + ' ';
        }
        return settings;
    };
    EXPECT_EQ(settingsOf(one), "false false true +7e+09ns ");
    EXPECT_EQ(settingsOf(other), "true true false -1ns ");
}

TEST_F(AttributesTest, SocketsMadeAfterwardsGetWhatTheNodeIsToldLater)
{
    const Network network;
    const Ptr<Socket> before = Network::MakeSocket(network.Client());
    network.ClientTcp()->SetAttribute("RcvBufSize", UintegerValue(5555));
    EXPECT_EQ(Get(before, "RcvBufSize"), 131072);
    EXPECT_EQ(Get(Network::MakeSocket(network.Client()), "RcvBufSize"), 5555);
}

TEST_F(AttributesTest, AcceptedSocketsInheritTheListeners)
{
    Network network;
    TalkingServer server(network.Server(), network.AnyAt(PORT), 0);
    server.listener->SetAttribute("SndBufSize", UintegerValue(4321)); // after Listen()
    server.listener->SetAttribute("Linger", TimeValue(Seconds(7)));
    TalkingClient client(network.Client(), network.ServerAt(PORT), 0, 1);
    Simulator::Stop(Seconds(3));
    Simulator::Run();
    ASSERT_EQ(server.talkers.size(), 1);
    EXPECT_EQ(Get(server.talkers.front().socket, "SndBufSize"), 4321);
    EXPECT_EQ(server.talkers.front().socket->GetTxAvailable(), 4321);
    TimeValue linger;
    server.talkers.front().socket->GetAttribute("Linger", linger);
    EXPECT_EQ(linger.Get(), Seconds(7));
}

TEST_F(AttributesTest, TimeWaitLastsTwiceTheSegmentLifetime)
{
    Network network;
    network.ClientTcp()->SetAttribute("Msl", TimeValue(Seconds(5)));
    TalkingServer server(network.Server(), network.AnyAt(PORT), 0);
    TalkingClient client(network.Client(), network.ServerAt(PORT), 0, 0);
    Time began;
    Time ended;
    network.ClientTcp()->TraceConnectWithoutContext(
        "StateChange",
        Callback<void, const LifecycleTcpTransition&>([&](const LifecycleTcpTransition& change) {
            (change.to == TcpSocket::TIME_WAIT ? began : ended) = Simulator::Now();
        }));
    Simulator::Run();
    EXPECT_EQ(ended - began, Seconds(10));
}

TEST_F(AttributesTest, ASocketsSegmentLifetimeCanBeSetWhileItIsConnected)
{
    // As the 3GPP HTTP client does.
    Network network;
    TalkingServer server(network.Server(), network.AnyAt(PORT), 0);
    TalkingClient client(network.Client(), network.ServerAt(PORT), 0, 1);
    Simulator::Schedule(Seconds(3), [&] {
        client.socket->SetAttribute("MaxSegLifetime", DoubleValue(0.02));
        client.socket->Close();
    });
    Simulator::Stop(Seconds(4));
    Simulator::Run();
    EXPECT_EQ(network.ClientTcp()->GetConnections().size(), 0);
    EXPECT_EQ(network.ClientTcp()->GetCounters()["timeWaits"], 1);
}

TEST_F(AttributesTest, ChoicesAreMadeByName)
{
    const Network network;
    network.ClientTcp()->SetAttribute("Isn", StringValue("Fixed"));
    network.ClientTcp()->SetAttribute("FixedIsn", UintegerValue(4711));
    StringValue isn;
    network.ClientTcp()->GetAttribute("Isn", isn);
    EXPECT_EQ(isn.Get(), "Fixed");
    EXPECT_FALSE(network.ClientTcp()->SetAttributeFailSafe("Isn", StringValue("Quantum")));
    EXPECT_EQ(Transfer(network).syn.GetSequenceNumber(), SequenceNumber32(4711));
}

} // namespace lifecycle_test
