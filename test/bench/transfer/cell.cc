#include "cell.h"

#include "ns3/error-model.h"
#include "ns3/nstime.h"
#include "ns3/packet.h"
#include "ns3/point-to-point-helper.h"
#include "ns3/point-to-point-net-device.h"
#include "ns3/pointer.h"
#include "ns3/random-variable-stream.h"
#include "ns3/rng-seed-manager.h"
#include "ns3/simulator.h"
#include "ns3/string.h"
#include "ns3/traffic-control-helper.h"

#include <set>

using namespace ns3;

namespace transfer
{

namespace
{

/// Takes some packets out of the row and lets them go on later.
class Reorderer : public ErrorModel
{
  public:
    Reorderer(Ptr<PointToPointNetDevice> device, double probability, Time delay)
        : m_device(device),
          m_probability(probability),
          m_delay(delay),
          m_random(CreateObject<UniformRandomVariable>())
    {
        m_random->SetStream(1);
    }

  private:
    bool DoCorrupt(Ptr<Packet> packet) override
    {
        if (m_late.erase(packet->GetUid()) > 0 || m_random->GetValue() >= m_probability)
        {
            return false;
        }
        m_late.insert(packet->GetUid());
        Simulator::Schedule(m_delay, &PointToPointNetDevice::Receive, m_device, packet->Copy());
        return true;
    }

    void DoReset() override
    {
        m_late.clear();
    }

    Ptr<PointToPointNetDevice> m_device;
    double m_probability;
    Time m_delay;
    Ptr<UniformRandomVariable> m_random;
    std::set<uint64_t> m_late;
};

void
Impair(Ptr<NetDevice> device, const Cell& cell)
{
    if (cell.loss > 0)
    {
        const auto model = CreateObject<RateErrorModel>();
        model->SetUnit(RateErrorModel::ERROR_UNIT_PACKET);
        model->SetRate(cell.loss);
        model->AssignStreams(1); // the same of the seed for all, whatever ran before
        device->SetAttribute("ReceiveErrorModel", PointerValue(model));
    }
    else if (cell.reordering > 0)
    {
        const auto model = Create<Reorderer>(DynamicCast<PointToPointNetDevice>(device),
                                             cell.reordering,
                                             MilliSeconds(cell.roundTripMs / 2));
        device->SetAttribute("ReceiveErrorModel", PointerValue(model));
    }
}

} // namespace

void
Tally::Add(uint64_t bytes)
{
    const auto exact = static_cast<double>(bytes);
    m_flows += 1;
    m_sum += exact;
    m_squares += exact * exact;
}

Outcome
Tally::Get(double seconds) const
{
    return {m_sum * 8 / seconds / 1e6, m_squares > 0 ? m_sum * m_sum / (m_flows * m_squares) : 0};
}

NetDeviceContainer
MakeBottleneck(const Cell& cell, const NodeContainer& ends, uint32_t seed)
{
    RngSeedManager::SetRun(seed);
    PointToPointHelper link;
    link.SetDeviceAttribute("DataRate", StringValue(cell.rate));
    link.SetChannelAttribute("Delay", TimeValue(MicroSeconds(500 * cell.roundTripMs)));
    const NetDeviceContainer bottleneck = link.Install(ends);
    Impair(bottleneck.Get(1), cell);
    return bottleneck;
}

void
SetQueue(const Cell& cell, const NetDeviceContainer& bottleneck)
{
    if (cell.bloated)
    {
        TrafficControlHelper queue;
        queue.SetRootQueueDisc("ns3::FifoQueueDisc", "MaxSize", StringValue("2000p"));
        queue.Install(bottleneck.Get(0));
    }
}

} // namespace transfer
