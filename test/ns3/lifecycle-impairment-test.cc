#include "lifecycle-network.h"

#include "ns3/boolean.h"
#include "ns3/global-value.h"
#include "ns3/ppp-header.h"
#include "ns3/simulator.h"
#include "ns3/traced-callback.h"

#include <functional>
#include <vector>

namespace lifecycle_test
{

using namespace ns3;

namespace
{

constexpr uint16_t PORT = 80;
constexpr uint64_t BYTES = 300000;

/// What a test does to the packets that arrive at a device.
class Impairment : public ErrorModel
{
  public:
    /// \param packet may be changed \returns whether it is lost
    using Rule = std::function<bool(Ptr<Packet> packet, uint32_t number)>;

    explicit Impairment(Rule rule)
        : m_rule(std::move(rule))
    {
    }

  private:
    bool DoCorrupt(Ptr<Packet> packet) override
    {
        return m_rule(packet, m_number++);
    }

    void DoReset() override
    {
    }

    Rule m_rule;
    uint32_t m_number{0};
};

/// Changes one byte of a packet.
void
Corrupt(Ptr<Packet> packet, uint32_t at)
{
    std::vector<uint8_t> bytes(packet->GetSize());
    packet->CopyData(bytes.data(), bytes.size());
    bytes[at] ^= 0x40;
    packet->RemoveAtStart(packet->GetSize());
    packet->AddAtEnd(Create<Packet>(bytes.data(), bytes.size()));
}

void
ExpectIntactTransfer(const Network& network)
{
    TalkingServer server(network.Server(), network.AnyAt(PORT), BYTES);
    TalkingClient client(network.Client(), network.ServerAt(PORT), BYTES, BYTES);
    Simulator::Stop(Seconds(2000));
    Simulator::Run();
    ASSERT_EQ(server.talkers.size(), 1);
    EXPECT_EQ(client.received, BYTES);
    EXPECT_EQ(server.talkers.front().received, BYTES);
    EXPECT_TRUE(client.isIntact);
    EXPECT_TRUE(server.talkers.front().isIntact);
}

} // namespace

using ImpairmentTest = Simulation;

TEST_F(ImpairmentTest, CorruptedSegmentsAreNeverDelivered)
{
    GlobalValue::Bind("ChecksumEnabled", BooleanValue(true));
    Network network;
    constexpr uint32_t HEADERS_BEFORE_TCP = 2 + 20; // PPP and IPv4
    uint32_t corrupted = 0;
    network.SetErrorModel(CreateObject<Impairment>([&](Ptr<Packet> packet, uint32_t number) {
        if (number % 17 == 5)
        {
            // Anywhere in TCP's header and payload, and the last byte, which has an odd place.
            const uint32_t length = packet->GetSize() - HEADERS_BEFORE_TCP;
            Corrupt(packet, HEADERS_BEFORE_TCP + (number % 34 == 5 ? length - 1 : number % length));
            ++corrupted;
        }
        return false;
    }));
    ExpectIntactTransfer(network);
    EXPECT_GT(corrupted, 10);
    EXPECT_EQ(network.ServerTcp()->GetCounters()["malformed"], corrupted);
}

TEST_F(ImpairmentTest, ReorderedSegmentsArePutInOrder)
{
    Network network;
    const Ptr<PointToPointNetDevice> device = network.ServerDevice();
    uint32_t delayed = 0;
    network.SetErrorModel(CreateObject<Impairment>([&](Ptr<Packet> packet, uint32_t number) {
        if (number % 10 != 7 || packet->GetSize() < 1000)
        {
            return false;
        }
        ++delayed;
        const Ptr<Packet> late = packet->Copy(); // comes again, three to five segments later
        Simulator::Schedule(MilliSeconds(4 + number % 3),
                            [device, late] { device->Receive(late); });
        return true;
    }));
    ExpectIntactTransfer(network);
    EXPECT_GT(delayed, 10);
}

TEST_F(ImpairmentTest, DuplicatedSegmentsAreDeliveredOnce)
{
    Network network;
    const Ptr<PointToPointNetDevice> device = network.ServerDevice();
    bool isCopy = false;
    network.SetErrorModel(CreateObject<Impairment>([&](Ptr<Packet> packet, uint32_t) {
        if (!isCopy)
        {
            isCopy = true;
            device->Receive(packet->Copy());
            isCopy = false;
        }
        return false;
    }));
    ExpectIntactTransfer(network);
}

TEST_F(ImpairmentTest, ALostThirdSegmentDoesNotLoseTheConnection)
{
    // The client says nothing until the server has spoken.
    Network network;
    network.SetErrorModel(
        CreateObject<Impairment>([](Ptr<Packet>, uint32_t number) { return number == 1; }));
    TalkingServer server(network.Server(), network.AnyAt(PORT), 1000);
    TalkingClient client(network.Client(), network.ServerAt(PORT), 0, 1000);
    Simulator::Stop(Seconds(100));
    Simulator::Run();
    EXPECT_EQ(server.talkers.size(), 1);
    EXPECT_EQ(client.received, 1000);
    EXPECT_EQ(client.normalCloses, 1);
}

TEST_F(ImpairmentTest, ARetransmittedFinIsAcknowledgedInTimeWait)
{
    // The last segment, the client's ACK of the server's FIN, is lost on the way.
    Network network;
    bool inTimeWait = false;
    bool lost = false;
    network.ClientTcp()->TraceConnectWithoutContext(
        "StateChange",
        Callback<void, const LifecycleTcpTransition&>([&](const LifecycleTcpTransition& change) {
            inTimeWait = inTimeWait || change.to == TcpSocket::TIME_WAIT;
        }));
    network.SetErrorModel(CreateObject<Impairment>([&](Ptr<Packet>, uint32_t) {
        const bool loses = inTimeWait && !lost;
        lost = lost || loses;
        return loses;
    }));
    TalkingServer server(network.Server(), network.AnyAt(PORT), 1000);
    TalkingClient client(network.Client(), network.ServerAt(PORT), 1000, 1000);
    Simulator::Stop(Seconds(30));
    Simulator::Run();
    EXPECT_TRUE(lost);
    EXPECT_EQ(client.socket->GetErrno(), Socket::ERROR_NOTERROR);
    EXPECT_EQ(network.ClientTcp()->GetCensus()[TcpSocket::TIME_WAIT], 1);
    EXPECT_EQ(network.ServerTcp()->GetCensus()[TcpSocket::LAST_ACK], 0);
    EXPECT_EQ(server.talkers.front().errorCloses, 0);
}

} // namespace lifecycle_test
