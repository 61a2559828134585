// A congestion control of ns-3 is called on this TCP as it is on stock TCP: the same calls, with
// the same arguments, in the same order, over the same path that loses the same segments.
//
// What is different on purpose is turned off here, or left out of the comparison where it says so:
//
// - Losses are found by RACK, tail loss probes and F-RTO, at other ACKs than by counting; the
//   comparison counts duplicates (RFC 6675), as stock TCP does.
// - Reductions that prove to be mistakes are taken back, with CA_OPEN; stock TCP does not.
// - CA_EVENT_CWND_RESTART tells of a window that was reduced after silence; stock TCP never does.
// - GetSsThresh() is given FlightSize as RFC 5681 §3.1 has it; stock TCP takes off what was SACKed.
// - IncreaseWindow() is called all the same, but a window that was not used does not grow.
// - A second time-out, or one in recovery, tells CA_LOSS again, but asks for no other threshold
//   (RFC 5681 §3.1, as Linux's tcp_enter_loss() has it).
// - What recovery sends is decided by RFC 9937, and may be a segment more or less at an ACK; where
//   that changes how many ACKs there are, only the order is compared.

#include "lifecycle-network.h"

#include "ns3/boolean.h"
#include "ns3/config.h"
#include "ns3/ipv4-header.h"
#include "ns3/lifecycle-tcp-socket.h"
#include "ns3/nstime.h"
#include "ns3/ppp-header.h"
#include "ns3/simulator.h"
#include "ns3/string.h"
#include "ns3/tcp-congestion-ops.h"
#include "ns3/tcp-header.h"
#include "ns3/tcp-socket-base.h"
#include "ns3/uinteger.h"

#include <algorithm>
#include <cctype>
#include <optional>
#include <set>
#include <sstream>
#include <string>
#include <vector>

namespace lifecycle_test
{

using namespace ns3;

namespace
{

constexpr uint16_t PORT = 80;
constexpr uint32_t SEGMENT = 536; ///< bytes, since stock TCP says nothing of more

using Calls = std::vector<std::string>;

const char*
NameOf(TcpSocketState::TcpCAEvent_t event)
{
    static const char* const names[] = {"TX_START",
                                        "CWND_RESTART",
                                        "COMPLETE_CWR",
                                        "LOSS",
                                        "ECN_NO_CE",
                                        "ECN_IS_CE",
                                        "DELAYED_ACK",
                                        "NON_DELAYED_ACK"};
    return names[event];
}

/// Notes how it is called, and is NewReno otherwise.
class Recorder : public TcpNewReno
{
  public:
    explicit Recorder(Calls& calls)
        : m_calls(calls)
    {
    }

    uint32_t GetSsThresh(Ptr<const TcpSocketState> tcb, uint32_t bytesInFlight) override
    {
        Note(tcb, "GetSsThresh");
        return TcpNewReno::GetSsThresh(tcb, bytesInFlight);
    }

    void IncreaseWindow(Ptr<TcpSocketState> tcb, uint32_t segmentsAcked) override
    {
        Note(tcb, "IncreaseWindow " + std::to_string(segmentsAcked), tcb->m_lastAckedSeq);
        TcpNewReno::IncreaseWindow(tcb, segmentsAcked);
    }

    void PktsAcked(Ptr<TcpSocketState> tcb, uint32_t segmentsAcked, const Time&) override
    {
        Note(tcb, "PktsAcked " + std::to_string(segmentsAcked), tcb->m_lastAckedSeq);
    }

    void CongestionStateSet(Ptr<TcpSocketState> tcb,
                            const TcpSocketState::TcpCongState_t newState) override
    {
        Note(tcb, TcpSocketState::TcpCongStateName[newState]);
    }

    void CwndEvent(Ptr<TcpSocketState> tcb, const TcpSocketState::TcpCAEvent_t event) override
    {
        Note(tcb, NameOf(event));
    }

    Ptr<TcpCongestionOps> Fork() override
    {
        return Create<Recorder>(m_calls);
    }

  private:
    /// \param at up to where the connection is acknowledged when it is called, if that is told
    void Note(Ptr<const TcpSocketState> tcb,
              const std::string& call,
              std::optional<SequenceNumber32> at = {})
    {
        std::ostringstream line;
        line << call << " in " << TcpSocketState::TcpCongStateName[tcb->m_congState];
        if (at)
        {
            line << " at " << *at;
        }
        m_calls.push_back(line.str());
    }

    Calls& m_calls;
};

/// What happens to segments on their way to the server, by their place in the stream.
class Path : public ErrorModel
{
  public:
    std::multiset<uint32_t> lost;   ///< number of the segment, as often as it is lost
    std::multiset<uint32_t> marked; ///< number of the segment that a router marks

  private:
    bool DoCorrupt(Ptr<Packet> packet) override
    {
        PppHeader ppp;
        Ipv4Header ip;
        TcpHeader tcp;
        const Ptr<Packet> copy = packet->Copy();
        copy->RemoveHeader(ppp);
        copy->RemoveHeader(ip);
        copy->RemoveHeader(tcp);
        if (tcp.GetFlags() & TcpHeader::SYN)
        {
            m_iss = tcp.GetSequenceNumber();
        }
        if (copy->GetSize() == 0)
        {
            return false;
        }
        const uint32_t number = (tcp.GetSequenceNumber() - m_iss - 1) / SEGMENT;
        if (const auto found = marked.find(number); found != marked.end())
        {
            marked.erase(found);
            packet->RemoveHeader(ppp);
            packet->RemoveHeader(ip);
            ip.SetEcn(Ipv4Header::ECN_CE);
            packet->AddHeader(ip);
            packet->AddHeader(ppp);
        }
        if (const auto found = lost.find(number); found != lost.end())
        {
            lost.erase(found);
            return true;
        }
        return false;
    }

    void DoReset() override
    {
    }

    SequenceNumber32 m_iss;
};

/// What is sent, and what becomes of it.
struct Story
{
    std::vector<std::pair<Time, uint32_t>> writes; ///< when, and how many segments
    std::multiset<uint32_t> lost{};
    std::multiset<uint32_t> marked{};
    std::string idleRestart{"Never"};
};

std::string
Join(const Calls& calls)
{
    std::string all;
    for (const std::string& call : calls)
    {
        all += call + "\n";
    }
    return all;
}

/// The same without numbers, and of what ACKs tell in a row only one of a kind.
Calls
KindsOf(const Calls& calls)
{
    Calls kinds;
    std::set<std::string> inARow;
    for (const std::string& call : calls)
    {
        const bool ofAck = call.rfind("PktsAcked", 0) == 0 || call.rfind("IncreaseWindow", 0) == 0;
        std::string kind = call;
        kind.erase(std::remove_if(kind.begin(), kind.end(), isdigit), kind.end());
        if (!ofAck)
        {
            inARow.clear();
        }
        if (!ofAck || inARow.insert(kind).second)
        {
            kinds.push_back(kind);
        }
    }
    return kinds;
}

void
Record(Ptr<Socket> socket, Calls& calls)
{
    if (const auto ours = DynamicCast<LifecycleTcpSocket>(socket))
    {
        ours->SetCongestionControlAlgorithm(Create<Recorder>(calls));
        return;
    }
    DynamicCast<TcpSocketBase>(socket)->SetCongestionControlAlgorithm(Create<Recorder>(calls));
}

} // namespace

class CongestionOrderTest : public Simulation
{
  protected:
    CongestionOrderTest()
    {
        Config::SetDefault("ns3::TcpSocket::DelAckCount", UintegerValue(1));
        Config::SetDefault("ns3::TcpSocketBase::Timestamp", BooleanValue(false));
    }

    enum class Side
    {
        SENDER,
        RECEIVER,
    };

    /// \param tcp what one side is; the other is stock TCP
    /// \returns how the congestion control of that side was called
    static Calls Run(Tcp tcp, const Story& story, Side side = Side::SENDER)
    {
        Calls calls;
        NetworkOptions options;
        options.client = side == Side::SENDER ? tcp : Tcp::STOCK;
        options.server = side == Side::RECEIVER ? tcp : Tcp::STOCK;
        Config::SetDefault("ns3::TcpSocketBase::UseEcn",
                           StringValue(story.marked.empty() ? "Off" : "On"));
        Network network(options);
        const auto path = CreateObject<Path>();
        path->lost = story.lost;
        path->marked = story.marked;
        network.SetErrorModel(path);
        if (options.client == Tcp::LIFECYCLE)
        {
            const Ptr<LifecycleTcpL4Protocol> ours = network.ClientTcp();
            ours->SetModel(FixedIsn());
            ours->SetAttribute("LossDetection", StringValue("DuplicateAcks"));
            ours->SetAttribute("TailLossProbe", BooleanValue(false));
            ours->SetAttribute("FRto", BooleanValue(false));
            ours->SetAttribute("MinRto", TimeValue(Seconds(1)));
            ours->SetAttribute("IdleRestart", StringValue(story.idleRestart));
            ours->SetAttribute("Ecn", StringValue(story.marked.empty() ? "Off" : "Active"));
        }
        TalkingServer server(network.Server(), network.AnyAt(PORT), 0);
        const Ptr<Socket> socket = Network::MakeSocket(network.Client());
        Record(side == Side::SENDER ? socket : server.listener, calls);
        Simulator::Schedule(MilliSeconds(500),
                            [socket, to = network.ServerAt(PORT)] { socket->Connect(to); });
        uint64_t all = 0;
        for (const auto& [when, segments] : story.writes)
        {
            all += segments * SEGMENT;
            Simulator::Schedule(when, [socket, bytes = segments * SEGMENT] {
                socket->Send(Create<Packet>(bytes));
            });
        }
        Simulator::Stop(Seconds(60));
        Simulator::Run();
        EXPECT_EQ(server.talkers.front().received, all);
        EXPECT_TRUE(path->lost.empty());
        EXPECT_TRUE(path->marked.empty());
        Simulator::Destroy();
        return calls;
    }

    /// \param about a call that the story is about: it has to be among them
    static void Compare(const Story& story, const std::string& about, Side side = Side::SENDER)
    {
        const Calls stock = Run(Tcp::STOCK, story, side);
        const Calls ours = Run(Tcp::LIFECYCLE, story, side);
        EXPECT_NE(std::find(stock.begin(), stock.end(), about), stock.end()) << about;
        EXPECT_EQ(Join(ours), Join(stock));
    }

    /// The same, where recovery sends a segment earlier or later than stock TCP's: all in the same
    /// order, but not as often.
    /// \param atTimeOut a call of stock TCP's before a time-out that is left out of the comparison
    static void CompareKinds(const Story& story, const std::string& atTimeOut = {})
    {
        Calls stock = KindsOf(Run(Tcp::STOCK, story));
        const Calls ours = KindsOf(Run(Tcp::LIFECYCLE, story));
        if (!atTimeOut.empty())
        {
            const auto timeOut = std::find_if(stock.begin(), stock.end(), [](const auto& call) {
                return call.rfind("LOSS", 0) == 0;
            });
            ASSERT_NE(timeOut, stock.end());
            ASSERT_EQ(*(timeOut - 1), atTimeOut);
            stock.erase(timeOut - 1);
        }
        EXPECT_EQ(Join(ours), Join(stock));
    }
};

TEST_F(CongestionOrderTest, OfATransferWithoutLoss)
{
    Compare({.writes = {{Seconds(1), 200}}}, "IncreaseWindow 1 in CA_OPEN at 537");
}

TEST_F(CongestionOrderTest, OfOneLoss)
{
    Compare({.writes = {{Seconds(1), 200}}, .lost = {40}}, "CA_RECOVERY in CA_DISORDER");
}

TEST_F(CongestionOrderTest, OfSeveralLossesInAWindow)
{
    Compare({.writes = {{Seconds(1), 200}}, .lost = {60, 63, 67, 80}},
            "CA_RECOVERY in CA_DISORDER");
}

TEST_F(CongestionOrderTest, OfLossesFarApart)
{
    CompareKinds({.writes = {{Seconds(1), 200}}, .lost = {40, 48, 56, 64}});
}

TEST_F(CongestionOrderTest, OfARepetitionThatIsLost)
{
    CompareKinds({.writes = {{Seconds(1), 200}}, .lost = {40, 40}}, "GetSsThresh in CA_RECOVERY");
}

TEST_F(CongestionOrderTest, OfATimeOut)
{
    Compare({.writes = {{Seconds(1), 8}, {Seconds(10), 100}}, .lost = {4, 5, 6, 7}},
            "LOSS in CA_OPEN");
}

TEST_F(CongestionOrderTest, OfAMark)
{
    Compare({.writes = {{Seconds(1), 200}}, .marked = {40}}, "COMPLETE_CWR in CA_OPEN");
}

TEST_F(CongestionOrderTest, OfSilence)
{
    Compare({.writes = {{Seconds(1), 50}, {Seconds(20), 50}}}, "TX_START in CA_OPEN");
}

TEST_F(CongestionOrderTest, OfSilenceThatClosesTheWindow)
{
    const Story story{.writes = {{Seconds(1), 50}, {Seconds(20), 50}}, .idleRestart = "Halving"};
    Calls ours = Run(Tcp::LIFECYCLE, story);
    const auto restart = std::find(ours.begin(), ours.end(), "CWND_RESTART in CA_OPEN");
    ASSERT_NE(restart, ours.end());
    EXPECT_EQ(*(restart + 1), "TX_START in CA_OPEN");
    ours.erase(restart);
    EXPECT_EQ(Join(ours), Join(Run(Tcp::STOCK, story)));
}

TEST_F(CongestionOrderTest, OfArrivals)
{
    Compare({.writes = {{Seconds(1), 100}}}, "NON_DELAYED_ACK in CA_OPEN", Side::RECEIVER);
}

TEST_F(CongestionOrderTest, OfMarkedArrivals)
{
    Compare({.writes = {{Seconds(1), 100}}, .marked = {20, 21, 40}},
            "ECN_IS_CE in CA_OPEN",
            Side::RECEIVER);
}

} // namespace lifecycle_test
