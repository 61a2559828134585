#include "lifecycle-network.h"

#include "ns3/bulk-send-helper.h"
#include "ns3/config.h"
#include "ns3/flow-monitor-helper.h"
#include "ns3/flow-monitor.h"
#include "ns3/output-stream-wrapper.h"
#include "ns3/packet-sink-helper.h"
#include "ns3/packet-sink.h"
#include "ns3/pcap-file.h"
#include "ns3/point-to-point-helper.h"
#include "ns3/simulator.h"
#include "ns3/tcp-header.h"
#include "ns3/tcp-socket-base.h"
#include "ns3/trace-helper.h"
#include "ns3/uinteger.h"

#include <array>
#include <cstdio>
#include <gmock/gmock.h>
#include <sstream>
#include <string>
#include <vector>

namespace lifecycle_test
{

using namespace ns3;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using States = std::vector<TcpSocket::TcpStates_t>;

namespace
{

constexpr uint16_t PORT = 80;

/// All states that a node's connections enter, in order.
void
Record(Ptr<LifecycleTcpL4Protocol> tcp, States& states)
{
    tcp->TraceConnectWithoutContext(
        "StateChange",
        Callback<void, const LifecycleTcpTransition&>(
            [&states](const LifecycleTcpTransition& change) { states.push_back(change.to); }));
}

uint32_t g_cwndChanges = 0;
uint32_t g_lastCwnd = 0;
std::string g_cwndContext;

void
CwndChanged(std::string context, uint32_t before, uint32_t after)
{
    EXPECT_NE(before, after);
    if (g_cwndChanges > 0)
    {
        EXPECT_EQ(before, g_lastCwnd);
    }
    g_lastCwnd = after;
    g_cwndContext = context;
    ++g_cwndChanges;
}

} // namespace

using TracingTest = Simulation;

TEST_F(TracingTest, StatesAreThoseOfTheTextbook)
{
    Network network;
    States clientStates;
    States serverStates;
    Record(network.ClientTcp(), clientStates);
    Record(network.ServerTcp(), serverStates);
    TalkingServer server(network.Server(), network.AnyAt(PORT), 1000);
    TalkingClient client(network.Client(), network.ServerAt(PORT), 1000, 1000);
    // Else the server's FIN would come together with its ACK, and FIN_WAIT_2 be skipped.
    Simulator::Schedule(Seconds(2.035), [&] {
        const Ptr<Socket> accepted = server.talkers.front().socket;
        accepted->SetCloseCallbacks(Callback<void, Ptr<Socket>>([](Ptr<Socket> socket) {
                                        Simulator::Schedule(Seconds(1), &Socket::Close, socket);
                                    }),
                                    MakeNullCallback<void, Ptr<Socket>>());
    });
    States socketStates;
    client.socket->TraceConnectWithoutContext(
        "State",
        Callback<void, TcpSocket::TcpStates_t, TcpSocket::TcpStates_t>(
            [&](TcpSocket::TcpStates_t, TcpSocket::TcpStates_t to) {
                socketStates.push_back(to);
            }));
    Simulator::Run();
    EXPECT_THAT(clientStates,
                ElementsAre(TcpSocket::SYN_SENT,
                            TcpSocket::ESTABLISHED,
                            TcpSocket::FIN_WAIT_1,
                            TcpSocket::FIN_WAIT_2,
                            TcpSocket::TIME_WAIT,
                            TcpSocket::CLOSED));
    EXPECT_EQ(socketStates, clientStates);
    EXPECT_THAT(serverStates,
                ElementsAre(TcpSocket::SYN_RCVD,
                            TcpSocket::ESTABLISHED,
                            TcpSocket::CLOSE_WAIT,
                            TcpSocket::LAST_ACK,
                            TcpSocket::CLOSED));
}

TEST_F(TracingTest, AListenerThatReadsTwiceHearsOnce)
{
    Network network;
    TalkingServer server(network.Server(), network.AnyAt(PORT), 0);
    TalkingClient client(network.Client(), network.ServerAt(PORT), 100000, 0);
    g_cwndChanges = 0;
    Simulator::Schedule(Seconds(1), [] {
        Config::Connect("/NodeList/*/$ns3::TcpL4Protocol/SocketList/*/CongestionWindow",
                        MakeCallback(&CwndChanged));
    });
    Simulator::Run();
    EXPECT_GT(g_cwndChanges, 10);
    EXPECT_GT(g_lastCwnd, 14480);
    EXPECT_EQ(g_cwndContext, "/NodeList/0/$ns3::TcpL4Protocol/SocketList/0/CongestionWindow");
}

TEST_F(TracingTest, SocketTracesAgreeWithWhatHappens)
{
    Network network;
    TalkingServer server(network.Server(), network.AnyAt(PORT), 0);
    TalkingClient client(network.Client(), network.ServerAt(PORT), 100000, 0);
    uint64_t sent = 0;
    uint64_t flags = 0;
    uint32_t acks = 0;
    Time rtt;
    uint32_t mostInFlight = 0;
    using Segments = Callback<void, Ptr<const Packet>, const TcpHeader&, Ptr<const TcpSocketBase>>;
    client.socket->TraceConnectWithoutContext(
        "Tx",
        Segments([&](Ptr<const Packet> packet, const TcpHeader& header, Ptr<const TcpSocketBase>) {
            sent += packet->GetSize();
            flags |= header.GetFlags();
            EXPECT_EQ(header.GetDestinationPort(), PORT);
        }));
    client.socket->TraceConnectWithoutContext(
        "Rx",
        Segments([&](Ptr<const Packet> packet, const TcpHeader& header, Ptr<const TcpSocketBase>) {
            EXPECT_EQ(packet->GetSize(), 0);
            EXPECT_EQ(header.GetSourcePort(), PORT);
            ++acks;
        }));
    client.socket->TraceConnectWithoutContext(
        "RTT",
        Callback<void, Time, Time>([&](Time, Time now) { rtt = now; }));
    client.socket->TraceConnectWithoutContext(
        "BytesInFlight",
        Callback<void, uint32_t, uint32_t>(
            [&](uint32_t, uint32_t now) { mostInFlight = std::max(mostInFlight, now); }));
    Simulator::Run();
    EXPECT_EQ(sent, 100000);
    EXPECT_EQ(flags, TcpHeader::SYN | TcpHeader::ACK | TcpHeader::PSH | TcpHeader::FIN);
    EXPECT_GT(acks, 20);
    EXPECT_GT(rtt, MilliSeconds(20));
    EXPECT_LT(rtt, MilliSeconds(100));
    EXPECT_GE(mostInFlight, 14480);
}

TEST_F(TracingTest, FlowMonitorSeesTheFlows)
{
    Network network;
    FlowMonitorHelper helper;
    const Ptr<FlowMonitor> monitor = helper.InstallAll();
    TalkingServer server(network.Server(), network.AnyAt(PORT), 1000);
    TalkingClient client(network.Client(), network.ServerAt(PORT), 100000, 1000);
    Simulator::Stop(Seconds(30));
    Simulator::Run();
    const auto stats = monitor->GetFlowStats();
    ASSERT_EQ(stats.size(), 2);
    const auto& forth = stats.begin()->second;
    EXPECT_EQ(forth.lostPackets, 0);
    EXPECT_EQ(forth.rxPackets, forth.txPackets);
    EXPECT_GT(forth.rxBytes, 100000);
    EXPECT_GT(stats.rbegin()->second.rxPackets, 10);
}

TEST_F(TracingTest, AsciiTracesPrintHeadersAsWithStockTcp)
{
    Network network;
    std::ostringstream text;
    const Ptr<OutputStreamWrapper> stream = Create<OutputStreamWrapper>(&text);
    Packet::EnablePrinting();
    PointToPointHelper helper;
    helper.EnableAscii(stream, network.ClientDevice());
    TalkingServer server(network.Server(), network.AnyAt(PORT), 0);
    TalkingClient client(network.Client(), network.ServerAt(PORT), 3000, 0);
    Simulator::Run();
    EXPECT_THAT(text.str(), HasSubstr("ns3::TcpHeader ("));
    EXPECT_THAT(text.str(), HasSubstr("> 80 [SYN] Seq="));
    EXPECT_THAT(text.str(), HasSubstr("[FIN|"));
    EXPECT_THAT(text.str(), HasSubstr("Payload Fragment [0:1448]"));
}

TEST_F(TracingTest, PcapTracesCanBeReadBack)
{
    const std::string prefix = ::testing::TempDir() + "lifecycle";
    {
        Network network;
        PointToPointHelper().EnablePcap(prefix, network.ClientDevice());
        TalkingServer server(network.Server(), network.AnyAt(PORT), 0);
        TalkingClient client(network.Client(), network.ServerAt(PORT), 10000, 0);
        Simulator::Run();
    }
    Simulator::Destroy(); // closes the file

    const std::string name = prefix + "-0-1.pcap";
    PcapFile file;
    file.Open(name, std::ios::in);
    ASSERT_FALSE(file.Fail());
    constexpr uint32_t HEADERS_BEFORE_TCP = 2 + 20; // PPP and IPv4
    uint32_t syns = 0;
    uint32_t fins = 0;
    uint64_t payload = 0;
    std::array<uint8_t, 2000> bytes{};
    while (true)
    {
        uint32_t seconds;
        uint32_t microseconds;
        uint32_t included;
        uint32_t original;
        uint32_t read;
        file.Read(bytes.data(), bytes.size(), seconds, microseconds, included, original, read);
        if (file.Eof() || file.Fail())
        {
            break;
        }
        const uint8_t* tcp = bytes.data() + HEADERS_BEFORE_TCP;
        syns += (tcp[13] & TcpHeader::SYN) != 0;
        fins += (tcp[13] & TcpHeader::FIN) != 0;
        payload += read - HEADERS_BEFORE_TCP - (tcp[12] >> 4) * 4;
    }
    EXPECT_EQ(syns, 2);
    EXPECT_EQ(fins, 2);
    EXPECT_EQ(payload, 10000);
    std::remove(name.c_str());
}

TEST_F(TracingTest, SocketsCanBeSetByTheirPath)
{
    Network network;
    TalkingServer server(network.Server(), network.AnyAt(PORT), 0);
    Config::Set("/NodeList/2/$ns3::TcpL4Protocol/SocketList/0/RcvBufSize", UintegerValue(4242));
    UintegerValue size;
    server.listener->GetAttribute("RcvBufSize", size);
    EXPECT_EQ(size.Get(), 4242);
}

} // namespace lifecycle_test
