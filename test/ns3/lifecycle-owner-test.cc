#include "lifecycle-network.h"

#include "ns3/lifecycle-tcp-connection-owner.h"
#include "ns3/lifecycle-tcp-flow-sizes.h"
#include "ns3/pointer.h"
#include "ns3/simulator.h"
#include "ns3/socket.h"
#include "ns3/string.h"
#include "ns3/uinteger.h"

#include <cstdint>
#include <fstream>
#include <functional>
#include <map>
#include <sstream>
#include <string>
#include <vector>

/**
 * \file
 * Connections that have an owner in place of a socket, and the sizes that populations draw.
 */

namespace lifecycle_test
{

using namespace ns3;

namespace
{

constexpr uint16_t PORT = 80;
const Time START = Seconds(2);

/// Notes what it is told, and does what a test wants.
class Owner : public LifecycleTcpConnectionOwner
{
  public:
    Owner(Ptr<LifecycleTcpL4Protocol> used, bool wants)
        : tcp(used),
          wantsContent(wants)
    {
    }

    ~Owner() override
    {
        tcp->Leave(*this);
    }

    bool WantsContent() const override
    {
        return wantsContent;
    }

    void OnOpened(const Connection& connection) override
    {
        story += "opened " + std::to_string(connection.tag) + "\n";
        id = connection.id;
        onOpened(connection);
    }

    bool OnAccepted(LifecycleTcpConnectionId accepted, uint32_t& tag) override
    {
        tag = 70 + acceptances++;
        id = accepted;
        story += "accepted " + std::to_string(tag) + "\n";
        return true;
    }

    void OnReadable(const Connection& connection) override
    {
        if (!wantsContent)
        {
            skipped += tcp->Skip(connection.id, UINT32_MAX);
            return;
        }
        while (const Ptr<Packet> packet = tcp->Read(connection.id, 1000))
        {
            std::vector<uint8_t> bytes(packet->GetSize());
            packet->CopyData(bytes.data(), bytes.size());
            content.insert(content.end(), bytes.begin(), bytes.end());
        }
    }

    void OnWritable(const Connection&) override
    {
    }

    void OnPeerClosed(const Connection& connection) override
    {
        story += "peer closed " + std::to_string(connection.tag) + "\n";
        tcp->Close(connection.id);
    }

    void OnClosed(const Connection& connection, LifecycleTcpCloseReason reason) override
    {
        story += std::string("closed ") + std::to_string(connection.tag) + ": " + ToString(reason) +
                 "\n";
    }

    Ptr<LifecycleTcpL4Protocol> tcp;
    bool wantsContent;
    std::function<void(const Connection&)> onOpened{[](const Connection&) {}};
    LifecycleTcpConnectionId id; //!< the last
    uint32_t acceptances{0};
    uint64_t skipped{0};
    std::vector<uint8_t> content;
    std::string story;
};

Ptr<Packet>
Pattern(uint32_t size)
{
    std::vector<uint8_t> bytes(size);
    for (uint32_t i = 0; i < size; ++i)
    {
        bytes[i] = PatternAt(i + 1) | 1; // no zeros
    }
    return Create<Packet>(bytes.data(), size);
}

void
RunFor(double seconds)
{
    Simulator::Stop(Seconds(seconds));
    Simulator::Run();
}

} // namespace

using OwnerTest = Simulation;

TEST_F(OwnerTest, IsToldOfItsConnectionsByTheNumbersItGaveThem)
{
    Network network;
    Owner server(network.ServerTcp(), false);
    Owner client(network.ClientTcp(), false);
    EXPECT_TRUE(server.tcp->Listen(server, network.AnyAt(PORT)));
    Simulator::Schedule(START, [&] {
        EXPECT_TRUE(client.tcp->Open(client, 5, network.ServerAt(PORT)));
        EXPECT_TRUE(client.tcp->Open(client, 6, network.ServerAt(PORT)));
    });
    RunFor(3);
    EXPECT_EQ(client.tcp->GetPeer(client.id), network.ServerAt(PORT));
    EXPECT_EQ(client.tcp->GetLocal(client.id), server.tcp->GetPeer(server.id));
    client.tcp->SetTag(client.id, 60);
    std::vector<uint32_t> tags;
    client.tcp->ForEachConnection(client, [&](const LifecycleTcpConnectionOwner::Connection& one) {
        tags.push_back(one.tag);
    });
    EXPECT_EQ(tags, (std::vector<uint32_t>{5, 60}));
    client.tcp->Close(client.id);
    RunFor(3);
    EXPECT_EQ(client.story,
              "opened 5\nopened 6\npeer closed 60\nclosed 60: closed by both sides\n");
    EXPECT_EQ(server.story,
              "accepted 70\naccepted 71\npeer closed 71\nclosed 71: closed by both sides\n");
}

TEST_F(OwnerTest, WhatIsWrittenArrivesByteForByteOverLossAndZerosNeedNoMemory)
{
    Network network({.rate = "100Mbps"});
    const auto loss = CreateObject<RateErrorModel>();
    loss->SetUnit(RateErrorModel::ERROR_UNIT_PACKET);
    loss->SetRate(0.05);
    loss->AssignStreams(50);
    network.SetErrorModel(loss, loss);
    Owner server(network.ServerTcp(), true);
    Owner client(network.ClientTcp(), false);
    EXPECT_TRUE(server.tcp->Listen(server, network.AnyAt(PORT)));
    client.onOpened = [&](const LifecycleTcpConnectionOwner::Connection& connection) {
        // Zeros, content, zeros, content: each has to be where it was written.
        EXPECT_EQ(client.tcp->Write(connection.id, 700), 700);
        EXPECT_EQ(client.tcp->Write(connection.id, Pattern(30)), 30);
        EXPECT_EQ(client.tcp->Write(connection.id, 20000), 20000);
        EXPECT_EQ(client.tcp->Write(connection.id, Pattern(4000)), 4000);
        EXPECT_EQ(client.tcp->GetUnacked(connection.id), 24730);
    };
    Simulator::Schedule(START, [&] { client.tcp->Open(client, 0, network.ServerAt(PORT)); });
    RunFor(60);
    EXPECT_EQ(client.tcp->GetUnacked(client.id), 0);

    std::vector<uint8_t> expected(24730);
    Pattern(30)->CopyData(expected.data() + 700, 30);
    Pattern(4000)->CopyData(expected.data() + 20730, 4000);
    EXPECT_TRUE(server.content == expected);
}

TEST_F(OwnerTest, AContentThatHasNoRoomIsTakenInPart)
{
    Network network;
    network.ClientTcp()->SetAttribute("SndBufSize", UintegerValue(5000));
    Owner server(network.ServerTcp(), true);
    Owner client(network.ClientTcp(), false);
    EXPECT_TRUE(server.tcp->Listen(server, network.AnyAt(PORT)));
    client.onOpened = [&](const LifecycleTcpConnectionOwner::Connection& connection) {
        EXPECT_EQ(client.tcp->GetWriteSpace(connection.id), 5000);
        EXPECT_EQ(client.tcp->Write(connection.id, Pattern(7000)), 5000);
        EXPECT_EQ(client.tcp->Write(connection.id, 1), 0);
    };
    Simulator::Schedule(START, [&] { client.tcp->Open(client, 0, network.ServerAt(PORT)); });
    RunFor(10);
    std::vector<uint8_t> expected(5000);
    Pattern(7000)->CopyData(expected.data(), 5000);
    EXPECT_TRUE(server.content == expected);
}

TEST_F(OwnerTest, AnEndIsToldOfEvenIfItsPlaceIsTakenAtOnce)
{
    Network network;
    Owner server(network.ServerTcp(), false);
    Owner client(network.ClientTcp(), false);
    EXPECT_TRUE(server.tcp->Listen(server, network.AnyAt(PORT)));
    client.onOpened = [&](const LifecycleTcpConnectionOwner::Connection& connection) {
        if (connection.tag < 3)
        {
            client.tcp->Abort(connection.id);
            const auto next = client.tcp->Open(client, connection.tag + 1, network.ServerAt(PORT));
            EXPECT_NE(next.index, connection.id.index) << "its end has not been told of yet";
        }
    };
    Simulator::Schedule(START, [&] { client.tcp->Open(client, 1, network.ServerAt(PORT)); });
    RunFor(5);
    EXPECT_EQ(client.story,
              "opened 1\nclosed 1: aborted by this side\n"
              "opened 2\nclosed 2: aborted by this side\nopened 3\n");
}

TEST_F(OwnerTest, ANameThatIsOutOfDateIsNobodysThoughItsPlaceIsTakenAgain)
{
    Network network;
    Owner server(network.ServerTcp(), false);
    Owner client(network.ClientTcp(), false);
    EXPECT_TRUE(server.tcp->Listen(server, network.AnyAt(PORT)));
    Simulator::Schedule(START, [&] { client.tcp->Open(client, 1, network.ServerAt(PORT)); });
    RunFor(3);
    const LifecycleTcpConnectionId old = client.id;
    client.tcp->Abort(old);
    Simulator::Schedule(Seconds(1), [&] { client.tcp->Open(client, 2, network.ServerAt(PORT)); });
    RunFor(2);
    ASSERT_EQ(client.id.index, old.index) << "the place is used again";
    client.tcp->SetTag(old, 9);
    EXPECT_EQ(client.tcp->GetConnection(old.index).tag, 2);
    EXPECT_EQ(client.tcp->GetConnection(old.index).id.generation, client.id.generation);
    client.tcp->Abort(old);
    RunFor(1);
    EXPECT_EQ(client.story, "opened 1\nclosed 1: aborted by this side\nopened 2\n");
}

TEST_F(OwnerTest, APortIsTakenOnceWhetherBySocketOrOwner)
{
    Network network;
    Owner owner(network.ServerTcp(), false);
    const auto listener = owner.tcp->Listen(owner, network.AnyAt(PORT));
    EXPECT_TRUE(listener);
    EXPECT_FALSE(owner.tcp->Listen(owner, network.AnyAt(PORT)));
    const auto socket = Network::MakeSocket(network.Server());
    EXPECT_EQ(socket->Bind(network.AnyAt(PORT)), -1);
    owner.tcp->StopListening(listener);
    EXPECT_EQ(socket->Bind(network.AnyAt(PORT)), 0);
    EXPECT_FALSE(owner.tcp->Listen(owner, network.AnyAt(PORT)));
    EXPECT_TRUE(owner.tcp->Listen(owner, network.AnyAt(PORT + 1)));
}

TEST_F(OwnerTest, WhoHasLeftIsToldNothingMore)
{
    Network network;
    Owner server(network.ServerTcp(), false);
    EXPECT_TRUE(server.tcp->Listen(server, network.AnyAt(PORT)));
    std::string story;
    {
        Owner client(network.ClientTcp(), false);
        Simulator::Schedule(START, [&] { client.tcp->Open(client, 1, network.ServerAt(PORT)); });
        RunFor(3);
        story = client.story;
        Simulator::Schedule(Seconds(1), [&server] { server.tcp->Abort(server.id); });
    }
    RunFor(3);
    EXPECT_EQ(story, "opened 1\n");
    EXPECT_EQ(network.ClientTcp()->GetCensus()[TcpSocket::ESTABLISHED], 0) << "it was reset";
}

TEST_F(OwnerTest, AnOwnerThatComesLaterIsNotToldOfConnectionsOfOneThatHasLeft)
{
    Network network;
    Owner server(network.ServerTcp(), false);
    EXPECT_TRUE(server.tcp->Listen(server, network.AnyAt(PORT)));
    {
        Owner former(network.ClientTcp(), false);
        Simulator::Schedule(START, [&] { former.tcp->Open(former, 1, network.ServerAt(PORT)); });
        RunFor(3);
        EXPECT_EQ(former.story, "opened 1\n");
    }
    const LifecycleTcpConnectionId old = server.id;
    Owner client(network.ClientTcp(), false);
    Simulator::Schedule(Seconds(1), [&] { client.tcp->Open(client, 2, network.ServerAt(PORT)); });
    Simulator::Schedule(Seconds(2), [&] { server.tcp->Abort(old); });
    RunFor(4);
    EXPECT_EQ(client.story, "opened 2\n");
    server.tcp->Abort(server.id);
    RunFor(1);
    EXPECT_EQ(client.story, "opened 2\nclosed 2: connection reset by the peer\n");
}

using FlowSizesTest = Simulation;

TEST_F(FlowSizesTest, AreDrawnAsTheFileSays)
{
    const std::string name = ::testing::TempDir() + "lifecycle-flow-sizes";
    std::ofstream(name) << "# bytes, percent\n100 0\n200 50\n\n200 75\n1000 100\n";
    StringValue text("ns3::TcpFlowSizes[File=" + name + "]");
    PointerValue value;
    EXPECT_TRUE(
        value.DeserializeFromString(text.Get(), MakePointerChecker<RandomVariableStream>()));
    const Ptr<TcpFlowSizes> sizes = value.Get<TcpFlowSizes>();
    ASSERT_TRUE(sizes);
    EXPECT_EQ(sizes->GetQuantile(0), 100);
    EXPECT_EQ(sizes->GetQuantile(0.25), 150);
    EXPECT_EQ(sizes->GetQuantile(0.6), 200);
    EXPECT_EQ(sizes->GetQuantile(0.875), 600);
    EXPECT_DOUBLE_EQ(sizes->GetMean(), 0.5 * 150 + 0.25 * 200 + 0.25 * 600);
    sizes->SetStream(3);
    double sum = 0;
    for (int i = 0; i < 100000; ++i)
    {
        sum += sizes->GetValue();
    }
    EXPECT_NEAR(sum / 100000, sizes->GetMean(), 5);
}

TEST_F(FlowSizesTest, AFileThatMakesNoSenseIsRefusedInASentence)
{
    const auto sizes = CreateObject<TcpFlowSizes>();
    const std::map<std::string, std::string> wrong{
        {"100 0\nabc 1\n", "Line 2"},
        {"100 0.5\n50 1\n", "falls below"},
        {"100 0.5\n", "does not end"},
        {"", "does not end"},
    };
    for (const auto& [text, message] : wrong)
    {
        std::istringstream in(text);
        EXPECT_NE(sizes->Read(in, "x").find(message), std::string::npos) << text;
    }
}

} // namespace lifecycle_test
