#include "lifecycle-network.h"

#include "ns3/boolean.h"
#include "ns3/map-scheduler.h"
#include "ns3/object-factory.h"
#include "ns3/simulator.h"
#include "ns3/socket.h"

#include <functional>
#include <vector>

/**
 * \file
 * What connections cost that do nothing.
 */

namespace lifecycle_test
{

using namespace ns3;

namespace
{

constexpr uint16_t PORT = 80;
uint64_t g_pending = 0; //!< events that the simulator holds, cancelled ones included

/// Counts the events that are in it.
class CountingScheduler : public MapScheduler
{
  public:
    static TypeId GetTypeId()
    {
        static const TypeId tid = TypeId("lifecycle_test::CountingScheduler")
                                      .SetParent<MapScheduler>()
                                      .AddConstructor<CountingScheduler>();
        return tid;
    }

    void Insert(const Event& event) override
    {
        ++g_pending;
        MapScheduler::Insert(event);
    }

    Event RemoveNext() override
    {
        --g_pending;
        return MapScheduler::RemoveNext();
    }

    void Remove(const Event& event) override
    {
        --g_pending;
        MapScheduler::Remove(event);
    }
};

NS_OBJECT_ENSURE_REGISTERED(CountingScheduler);

} // namespace

using IdleTest = Simulation;

TEST_F(IdleTest, AnyNumberOfConnectionsWithKeepaliveIsOnePendingEventOnANode)
{
    constexpr uint32_t CONNECTIONS = 10000;
    ObjectFactory scheduler;
    scheduler.SetTypeId(CountingScheduler::GetTypeId());
    g_pending = 0;
    Simulator::SetScheduler(scheduler);
    Network network({.rate = "10Gbps"});
    for (const Ptr<LifecycleTcpL4Protocol>& tcp : {network.ClientTcp(), network.ServerTcp()})
    {
        tcp->SetAttribute("KeepaliveEnabled", BooleanValue(true));
    }
    const Ptr<Socket> listener = Network::MakeSocket(network.Server());
    EXPECT_EQ(listener->Bind(network.AnyAt(PORT)), 0);
    EXPECT_EQ(listener->Listen(), 0);
    uint32_t opened = 0;
    const std::function<void()> open = [&] {
        EXPECT_EQ(Network::MakeSocket(network.Client())->Connect(network.ServerAt(PORT)), 0);
        if (++opened < CONNECTIONS)
        {
            Simulator::Schedule(MicroSeconds(50), open);
        }
    };
    Simulator::Schedule(Seconds(1), open);

    Simulator::Stop(Minutes(1));
    Simulator::Run();
    EXPECT_EQ(network.ClientTcp()->GetCensus()[TcpSocket::ESTABLISHED], CONNECTIONS);
    EXPECT_EQ(network.ServerTcp()->GetCensus()[TcpSocket::ESTABLISHED], CONNECTIONS);
    EXPECT_EQ(g_pending, 2) << "one on the client, one on the server";

    Simulator::Stop(Hours(2));
    Simulator::Run();
    const uint64_t probes = network.ClientTcp()->GetCounters()["keepaliveProbes"] +
                            network.ServerTcp()->GetCounters()["keepaliveProbes"];
    EXPECT_GE(probes, CONNECTIONS) << "either side has found the other there";
    EXPECT_EQ(network.ClientTcp()->GetCensus()[TcpSocket::ESTABLISHED], CONNECTIONS);
    EXPECT_EQ(g_pending, 2);
}

} // namespace lifecycle_test
