#include "light-network.h"

#include "ns3/event-impl.h"
#include "ns3/node.h"
#include "ns3/simulator.h"

#include <algorithm>
#include <array>

namespace churn
{

namespace
{

/// What a point-to-point link adds to every packet (PPP protocol field), as ns-3's does.
constexpr uint32_t FRAMING_BYTES = 2;

ns3::Ipv4Address
GetDestination(const ns3::Packet& packet)
{
    constexpr std::size_t DESTINATION = 16; // RFC 791 section 3.1
    std::array<uint8_t, 20> header{};
    packet.CopyData(header.data(), header.size());
    return ns3::Ipv4Address::Deserialize(header.data() + DESTINATION);
}

} // namespace

SendingTimes::SendingTimes(ns3::DataRate rate)
    : m_rate(rate)
{
}

ns3::Time
SendingTimes::Of(uint32_t bytes)
{
    if (bytes >= m_times.size())
    {
        m_times.resize(bytes + 1);
    }
    ns3::Time& time = m_times[bytes];
    if (time.IsZero())
    {
        time = m_rate.CalculateBytesTxTime(bytes + FRAMING_BYTES);
    }
    return time;
}

LightWire::LightWire(SendingTimes& times, ns3::Time delay, uint32_t queuePackets)
    : m_times(times),
      m_delay(delay),
      m_queuePackets(queuePackets)
{
}

std::optional<ns3::Time>
LightWire::Carry(uint32_t bytes)
{
    const auto now = ns3::Simulator::Now();
    while (!m_waiting.empty() && m_waiting.front() <= now)
    {
        m_waiting.pop_front();
    }
    auto turn = now;
    if (m_idleAt > now)
    {
        if (m_waiting.size() >= m_queuePackets)
        {
            return std::nullopt;
        }
        turn = m_idleAt;
        m_waiting.push_back(turn);
    }
    m_idleAt = turn + m_times.Of(bytes);
    return m_idleAt + m_delay - now;
}

/// A packet on its way: the one simulator event that takes it from hop to hop.
class LightNetwork::Flight : public ns3::EventImpl
{
  public:
    Flight(LightNetwork& network, const Path& path, ns3::Ptr<ns3::Packet> packet)
        : m_network(network),
          m_path(path),
          m_packet(std::move(packet))
    {
    }

    /// Puts the packet on the next wire of its path.
    void TakeOff()
    {
        const auto duration = m_path.wires[m_hop]->Carry(m_packet->GetSize());
        if (!duration)
        {
            ++m_network.m_drops;
            return;
        }
        ++m_hop;
        const bool isLast = m_hop == m_path.wires.size();
        // The simulator drops one reference after each time that it has run an event.
        Ref();
        ns3::Simulator::ScheduleWithContext(isLast ? m_path.context : ns3::Simulator::NO_CONTEXT,
                                            *duration,
                                            this);
    }

  private:
    void Notify() override
    {
        if (m_hop < m_path.wires.size())
        {
            TakeOff();
        }
        else
        {
            m_path.device->Deliver(m_packet);
        }
    }

    LightNetwork& m_network;        //!< counts drops
    const Path& m_path;             //!< where it goes
    ns3::Ptr<ns3::Packet> m_packet; //!< what it carries
    std::size_t m_hop{0};           //!< wires behind it
};

LightNetwork::LightNetwork(const Graph& graph,
                           ns3::DataRate rate,
                           ns3::Time delay,
                           uint32_t queuePackets)
    : m_exits(graph.routers.size()),
      m_queuePackets(queuePackets)
{
    auto& times = GetTimes(rate);
    for (const auto& link : graph.links)
    {
        const auto linkDelay = link.delay.value_or(delay);
        m_exits[link.a].push_back(
            {link.b, std::make_unique<LightWire>(times, linkDelay, queuePackets)});
        m_exits[link.b].push_back(
            {link.a, std::make_unique<LightWire>(times, linkDelay, queuePackets)});
    }
}

void
LightNetwork::Attach(ns3::Ptr<LightDevice> device,
                     ns3::Ipv4Address address,
                     uint32_t router,
                     ns3::DataRate rate,
                     ns3::Time delay)
{
    const auto host = static_cast<uint32_t>(m_ports.size());
    auto& times = GetTimes(rate);
    m_addresses.emplace(address.Get(), host);
    m_ports.push_back({device,
                       router,
                       std::make_unique<LightWire>(times, delay, m_queuePackets),
                       std::make_unique<LightWire>(times, delay, m_queuePackets)});
    device->SetNetwork(*this, host);
}

void
LightNetwork::Send(const LightDevice& from, ns3::Ptr<const ns3::Packet> packet)
{
    const auto to = m_addresses.find(GetDestination(*packet).Get());
    if (to != m_addresses.end())
    {
        // The receiver takes its packet apart, and the sender may still hold this one.
        const auto& path = GetPath(from.GetHost(), to->second);
        ns3::Create<Flight>(*this, path, packet->Copy())->TakeOff();
    }
}

SendingTimes&
LightNetwork::GetTimes(ns3::DataRate rate)
{
    return m_times.try_emplace(rate.GetBitRate(), rate).first->second;
}

uint64_t
LightNetwork::GetDrops() const
{
    return m_drops;
}

const LightNetwork::Path&
LightNetwork::GetPath(uint32_t from, uint32_t to)
{
    const auto key = (uint64_t{from} << 32) | to;
    const auto [place, isNew] = m_paths.try_emplace(key);
    auto& path = place->second;
    if (isNew)
    {
        path.wires.push_back(m_ports[from].up.get());
        FindPath(m_ports[from].router, m_ports[to].router, path.wires);
        path.wires.push_back(m_ports[to].down.get());
        path.device = m_ports[to].device;
        path.context = path.device->GetNode()->GetId();
    }
    return path;
}

void
LightNetwork::FindPath(uint32_t from, uint32_t to, std::vector<LightWire*>& wires) const
{
    // Breadth first from the source with links in the order of the map, as nix-vector routing
    // does: of several shortest paths this finds the same one.
    struct Step
    {
        uint32_t router{0};
        const Exit* exit{nullptr};
    };

    std::vector<Step> cameBy(m_exits.size());
    std::deque<uint32_t> reached{from};
    while (!reached.empty() && reached.front() != to)
    {
        const auto router = reached.front();
        reached.pop_front();
        for (const auto& exit : m_exits[router])
        {
            if (exit.router != from && !cameBy[exit.router].exit)
            {
                cameBy[exit.router] = {router, &exit};
                reached.push_back(exit.router);
            }
        }
    }
    const auto begin = wires.size();
    for (auto router = to; router != from; router = cameBy[router].router)
    {
        wires.push_back(cameBy[router].exit->wire.get());
    }
    std::reverse(wires.begin() + begin, wires.end());
}

} // namespace churn
