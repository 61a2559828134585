// ns-3's congestion controls, unmodified, on this TCP.

#include "lifecycle-network.h"

#include "ns3/config.h"
#include "ns3/double.h"
#include "ns3/lifecycle-tcp-socket.h"
#include "ns3/simulator.h"
#include "ns3/string.h"
#include "ns3/tcp-bbr.h"
#include "ns3/tcp-congestion-ops.h"
#include "ns3/tcp-vegas.h"

#include <algorithm>
#include <string>
#include <vector>

namespace lifecycle_test
{

using namespace ns3;

namespace
{

constexpr uint16_t PORT = 80;

/// Every congestion control that the installed ns-3 has.
std::vector<std::string>
CongestionControls()
{
    std::vector<std::string> names;
    for (std::size_t i = 0; i < TypeId::GetRegisteredN(); ++i)
    {
        const TypeId type = TypeId::GetRegistered(static_cast<uint16_t>(i));
        if (type.IsChildOf(TcpCongestionOps::GetTypeId()) && type.HasConstructor() &&
            type.GetName().rfind("ns3::", 0) == 0)
        {
            names.push_back(type.GetName());
        }
    }
    std::sort(names.begin(), names.end());
    return names;
}

Ptr<RateErrorModel>
Losing(double rate, int64_t stream)
{
    const auto model = CreateObject<RateErrorModel>();
    model->SetUnit(RateErrorModel::ERROR_UNIT_PACKET);
    model->SetRate(rate);
    model->AssignStreams(stream);
    return model;
}

/// Notes what it is asked and told, and is NewReno otherwise.
class Recorder : public TcpNewReno
{
  public:
    explicit Recorder(std::vector<std::string>& told)
        : m_told(told)
    {
    }

    void Init(Ptr<TcpSocketState>) override
    {
        Note("init");
    }

    uint32_t GetSsThresh(Ptr<const TcpSocketState> tcb, uint32_t bytesInFlight) override
    {
        Note("threshold");
        return TcpNewReno::GetSsThresh(tcb, bytesInFlight);
    }

    void IncreaseWindow(Ptr<TcpSocketState> tcb, uint32_t segmentsAcked) override
    {
        Note("increase");
        TcpNewReno::IncreaseWindow(tcb, segmentsAcked);
    }

    void PktsAcked(Ptr<TcpSocketState>, uint32_t, const Time&) override
    {
        Note("acked");
    }

    void CongestionStateSet(Ptr<TcpSocketState>,
                            const TcpSocketState::TcpCongState_t newState) override
    {
        Note(TcpSocketState::TcpCongStateName[newState]);
    }

    void CwndEvent(Ptr<TcpSocketState>, const TcpSocketState::TcpCAEvent_t event) override
    {
        Note("event " + std::to_string(event));
    }

    Ptr<TcpCongestionOps> Fork() override
    {
        return Create<Recorder>(m_told);
    }

  private:
    void Note(const std::string& what)
    {
        if (m_told.empty() || m_told.back() != what)
        {
            m_told.push_back(what); // once, however often in a row
        }
    }

    std::vector<std::string>& m_told;
};

} // namespace

class CongestionTest : public Simulation
{
  protected:
    /// A transfer of \p bytes to the server. \returns whether all of them arrived
    static bool Transfer(Network& network, uint64_t bytes)
    {
        TalkingServer server(network.Server(), network.AnyAt(PORT), 0);
        TalkingClient client(network.Client(), network.ServerAt(PORT), bytes, 0);
        Simulator::Stop(Seconds(500));
        Simulator::Run();
        return server.talkers.size() == 1 && server.talkers.front().received == bytes &&
               server.talkers.front().isIntact;
    }
};

TEST_F(CongestionTest, AllOfThemCarryATransferThroughLoss)
{
    ASSERT_GT(CongestionControls().size(), 10U);
    for (const std::string& name : CongestionControls())
    {
        SCOPED_TRACE(name);
        Config::SetDefault("ns3::TcpL4Protocol::SocketType", StringValue(name));
        Network network;
        TypeIdValue type;
        network.ClientTcp()->GetAttribute("SocketType", type);
        EXPECT_EQ(type.Get().GetName(), name);
        network.SetErrorModel(Losing(0.01, 1), Losing(0.01, 2));
        EXPECT_TRUE(Transfer(network, 300000));
        Simulator::Destroy();
        Config::Reset();
    }
}

TEST_F(CongestionTest, OneMayBeNamedByTheAttributeOfItsNameAsWell)
{
    Network network;
    network.ClientTcp()->SetAttribute("CongestionControl", StringValue("ns3::TcpVegas"));
    TypeIdValue type;
    network.ClientTcp()->GetAttribute("SocketType", type);
    EXPECT_EQ(type.Get(), TcpVegas::GetTypeId());
    EXPECT_FALSE(
        network.ClientTcp()->SetAttributeFailSafe("CongestionControl", StringValue("ns3::NoSuch")));
    EXPECT_TRUE(Transfer(network, 100000));
}

TEST_F(CongestionTest, ThatIsChosenOutlivesAProfile)
{
    Config::SetDefault("ns3::TcpL4Protocol::SocketType", StringValue("ns3::TcpVegas"));
    Network network;
    network.ClientTcp()->SetProfile("Textbook");
    TypeIdValue type;
    network.ClientTcp()->GetAttribute("SocketType", type);
    EXPECT_EQ(type.Get(), TcpVegas::GetTypeId());
    Config::Reset();
}

TEST_F(CongestionTest, MayTakeOverFromAnother)
{
    Network network;
    TalkingServer server(network.Server(), network.AnyAt(PORT), 0);
    TalkingClient client(network.Client(), network.ServerAt(PORT), 1000000, 0);
    std::vector<std::string> told;
    Simulator::Schedule(Seconds(2.1), [&] {
        EXPECT_GT(client.sent, 0U);
        DynamicCast<LifecycleTcpSocket>(client.socket)
            ->SetCongestionControlAlgorithm(Create<Recorder>(told));
    });
    Simulator::Schedule(Seconds(2.5), [&] {
        DynamicCast<LifecycleTcpSocket>(client.socket)
            ->SetCongestionControlAlgorithm(CreateObject<TcpBbr>());
    });
    Simulator::Stop(Seconds(100));
    Simulator::Run();
    EXPECT_EQ(server.talkers.front().received, 1000000U);
    ASSERT_GT(told.size(), 2U);
    EXPECT_EQ(told[0], "init");
    EXPECT_EQ(told[1], "CA_OPEN");
}

TEST_F(CongestionTest, IsToldOfALossInTheOrderOfStockTcp)
{
    std::vector<std::string> told;
    Network network;
    const Ptr<ReceiveListErrorModel> once = CreateObject<ReceiveListErrorModel>();
    once->SetList({40});
    network.SetErrorModel(once);
    TalkingServer server(network.Server(), network.AnyAt(PORT), 0);
    TalkingClient client(network.Client(), network.ServerAt(PORT), 200000, 0);
    DynamicCast<LifecycleTcpSocket>(client.socket)
        ->SetCongestionControlAlgorithm(Create<Recorder>(told));
    Simulator::Stop(Seconds(100));
    Simulator::Run();
    ASSERT_EQ(server.talkers.size(), 1U);
    EXPECT_EQ(server.talkers.front().received, 200000U);

    ASSERT_FALSE(told.empty());
    EXPECT_EQ(told.front(), "init");
    const auto recovery = std::find(told.begin(), told.end(), "CA_RECOVERY");
    ASSERT_NE(recovery, told.end());
    EXPECT_EQ(*(recovery + 1), "threshold");
    const auto open = std::find(recovery, told.end(), "CA_OPEN");
    ASSERT_NE(open, told.end());
    const std::string complete = "event " + std::to_string(TcpSocketState::CA_EVENT_COMPLETE_CWR);
    EXPECT_EQ(*(open - 1), complete);
    EXPECT_EQ(*(open - 2), "acked");
    EXPECT_EQ(std::count(recovery, open, "increase"), 0) << "the window does not grow in recovery";
}

TEST_F(CongestionTest, IsToldOfATimeOut)
{
    std::vector<std::string> told;
    NetworkOptions options;
    Network network(options);
    const Ptr<ReceiveListErrorModel> rest = CreateObject<ReceiveListErrorModel>();
    rest->SetList({2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15});
    network.SetErrorModel(rest);
    TalkingServer server(network.Server(), network.AnyAt(PORT), 0);
    TalkingClient client(network.Client(), network.ServerAt(PORT), 14000, 0);
    DynamicCast<LifecycleTcpSocket>(client.socket)
        ->SetCongestionControlAlgorithm(Create<Recorder>(told));
    Simulator::Stop(Seconds(200));
    Simulator::Run();
    ASSERT_EQ(server.talkers.size(), 1U);
    EXPECT_EQ(server.talkers.front().received, 14000U);
    const auto loss = std::find(told.begin(), told.end(), "CA_LOSS");
    ASSERT_NE(loss, told.end());
    EXPECT_EQ(*(loss - 1), "event " + std::to_string(TcpSocketState::CA_EVENT_LOSS));
    EXPECT_EQ(*(loss - 2), "threshold");
    EXPECT_NE(std::find(loss, told.end(), "CA_OPEN"), told.end());
}

} // namespace lifecycle_test
