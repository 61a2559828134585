#include "light-network.h"

#include "ns3/node.h"
#include "ns3/simulator.h"

#include <algorithm>
#include <utility>

namespace churn
{

namespace
{

/// What a point-to-point link adds to every packet (PPP protocol field), as ns-3's does.
constexpr uint32_t FRAMING_BYTES = 2;

/// An IPv4 header without options (RFC 791 section 3.1).
constexpr uint32_t IP_HEADER_BYTES = 20;

std::chrono::nanoseconds
ToNanoseconds(ns3::Time time)
{
    return std::chrono::nanoseconds(time.GetNanoSeconds());
}

Instant
GetNow()
{
    return ToNanoseconds(ns3::Simulator::Now());
}

} // namespace

SendingTimes::SendingTimes(ns3::DataRate rate)
    : m_rate(rate)
{
}

std::chrono::nanoseconds
SendingTimes::Of(uint32_t bytes)
{
    if (bytes >= m_times.size())
    {
        m_times.resize(bytes + 1);
    }
    auto& time = m_times[bytes];
    if (time == std::chrono::nanoseconds::zero())
    {
        time = ToNanoseconds(m_rate.CalculateBytesTxTime(bytes + FRAMING_BYTES));
    }
    return time;
}

LightWire::LightWire(SendingTimes& times,
                     std::chrono::nanoseconds delay,
                     uint32_t queuePackets,
                     uint32_t host)
    : m_times(times),
      m_delay(delay),
      m_queuePackets(queuePackets),
      m_host(host)
{
}

std::optional<Instant>
LightWire::Carry(Instant now, uint32_t bytes)
{
    auto turn = now;
    if (m_idleAt > now)
    {
        if (!m_waiting)
        {
            m_waiting = std::make_unique<std::deque<Instant>>();
        }
        while (!m_waiting->empty() && m_waiting->front() <= now)
        {
            m_waiting->pop_front();
        }
        if (m_waiting->size() >= m_queuePackets)
        {
            return std::nullopt;
        }
        turn = m_idleAt;
        m_waiting->push_back(turn);
    }
    m_idleAt = turn + m_times.Of(bytes);
    return m_idleAt + m_delay;
}

/// The simulator event that brings a host its next packet, used over and over.
class LightNetwork::Delivery : public ns3::EventImpl
{
  public:
    Delivery(LightNetwork& network, uint32_t host)
        : m_network(network),
          m_host(host)
    {
    }

  private:
    void Notify() override
    {
        m_network.Deliver(m_host);
    }

    LightNetwork& m_network; //!< asked for the packet
    uint32_t m_host;         //!< whose packets
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
        const auto linkDelay = ToNanoseconds(link.delay.value_or(delay));
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
    const auto wireDelay = ToNanoseconds(delay);
    auto& times = GetTimes(rate);
    m_addresses.emplace(address.Get(), host);
    m_ports.push_back({device,
                       address,
                       router,
                       std::make_unique<LightWire>(times, wireDelay, m_queuePackets),
                       std::make_unique<LightWire>(times, wireDelay, m_queuePackets, host),
                       ns3::Create<Delivery>(*this, host),
                       {}});
    m_lookahead = std::min(m_lookahead, wireDelay);
    device->SetNetwork(*this, host);
}

void
LightNetwork::Send(uint32_t host, ns3::Ptr<ns3::Packet> segment, ns3::Ipv4Address destination)
{
    const auto to = m_addresses.find(destination.Get());
    if (to == m_addresses.end())
    {
        return;
    }
    if (m_landed.empty())
    {
        m_landed.push_back(m_flights.size());
        m_flights.emplace_back();
    }
    const auto flight = m_landed.back();
    m_landed.pop_back();
    const auto& path = GetPath(host, to->second);
    m_flights[flight] = {path, segment};
    // No other host has the first wire, so that what happens meanwhile elsewhere does not matter.
    TakeOff({GetNow(), path->wires.data(), flight, segment->GetSize() + IP_HEADER_BYTES});
}

void
LightNetwork::TakeOff(Hop hop)
{
    auto& wire = **hop.wire;
    const auto arrival = wire.Carry(hop.time, hop.bytes);
    if (!arrival)
    {
        ++m_drops;
        End(hop.flight);
    }
    else if (wire.GetHost() == LightWire::NO_HOST)
    {
        m_hops.Put({*arrival, hop.wire + 1, hop.flight, hop.bytes});
        PlanCatchUp(*arrival);
    }
    else
    {
        auto& port = m_ports[wire.GetHost()];
        port.landings.push_back({*arrival, hop.flight});
        if (port.landings.size() == 1)
        {
            PlanDelivery(port);
        }
    }
}

LightNetwork::Flight
LightNetwork::End(uint32_t flight)
{
    m_landed.push_back(flight);
    return std::exchange(m_flights[flight], {});
}

void
LightNetwork::CatchUp()
{
    const auto now = GetNow();
    while (const auto hop = m_hops.Take(now))
    {
        TakeOff(*hop);
    }
}

void
LightNetwork::PlanCatchUp(Instant arrival)
{
    const auto time = arrival + m_lookahead;
    if (!m_catchUpAt || time < *m_catchUpAt)
    {
        m_catchUpAt = time;
        ns3::Simulator::ScheduleWithContext(ns3::Simulator::NO_CONTEXT,
                                            ns3::NanoSeconds((time - GetNow()).count()),
                                            &LightNetwork::OnCatchUp,
                                            this);
    }
}

void
LightNetwork::OnCatchUp()
{
    if (m_catchUpAt != GetNow())
    {
        return; // an earlier one was planned since
    }
    CatchUp();
    m_catchUpAt.reset();
    if (const auto earliest = m_hops.GetEarliest())
    {
        PlanCatchUp(*earliest);
    }
}

void
LightNetwork::Deliver(uint32_t host)
{
    auto& port = m_ports[host];
    const auto flight = End(port.landings.front().flight);
    port.landings.pop_front();
    if (!port.landings.empty())
    {
        PlanDelivery(port);
    }
    auto header = flight.path->header;
    header.SetPayloadSize(flight.segment->GetSize());
    port.device->Deliver(flight.segment, header);
}

void
LightNetwork::PlanDelivery(const Port& port)
{
    const auto delay = port.landings.front().time - GetNow();
    // The simulator drops one reference after each time that it has run an event.
    port.delivery->Ref();
    ns3::Simulator::ScheduleWithContext(port.device->GetNode()->GetId(),
                                        ns3::NanoSeconds(delay.count()),
                                        ns3::PeekPointer(port.delivery));
}

SendingTimes&
LightNetwork::GetTimes(ns3::DataRate rate)
{
    return m_times.try_emplace(rate.GetBitRate(), rate).first->second;
}

uint64_t
LightNetwork::GetDrops()
{
    CatchUp();
    return m_drops;
}

const ns3::Ptr<const LightNetwork::Path>&
LightNetwork::GetPath(uint32_t from, uint32_t to)
{
    const auto key = (uint64_t{from} << 32) | to;
    const auto known = m_paths.find(key);
    if (known != m_paths.end())
    {
        return known->second;
    }
    if (m_paths.size() >= MOST_PATHS)
    {
        m_paths.clear();
    }
    auto path = ns3::Create<Path>();
    path->wires.push_back(m_ports[from].up.get());
    FindPath(m_ports[from].router, m_ports[to].router, path->wires);
    path->wires.push_back(m_ports[to].down.get());
    path->header.SetSource(m_ports[from].address);
    path->header.SetDestination(m_ports[to].address);
    path->header.SetProtocol(ns3::TcpL4Protocol::PROT_NUMBER);
    return m_paths.emplace(key, path).first->second;
}

void
LightNetwork::FindPath(uint32_t from, uint32_t to, std::vector<LightWire*>& wires)
{
    const auto& tree = GetTree(from);
    const auto begin = wires.size();
    for (auto router = to; router != from; router = tree[router].from)
    {
        wires.push_back(m_exits[tree[router].from][tree[router].exit].wire.get());
    }
    std::reverse(wires.begin() + begin, wires.end());
}

const LightNetwork::Tree&
LightNetwork::GetTree(uint32_t root)
{
    const auto known = m_trees.find(root);
    if (known != m_trees.end())
    {
        return known->second;
    }
    if (m_trees.size() * m_exits.size() >= MOST_STEPS)
    {
        m_trees.clear();
    }
    // Breadth first from the source with links in the order of the map, as nix-vector routing
    // does: of several shortest paths this finds the same one.
    constexpr uint32_t NONE = UINT32_MAX;
    auto& tree = m_trees[root];
    tree.assign(m_exits.size(), {NONE, 0});
    std::deque<uint32_t> reached{root};
    while (!reached.empty())
    {
        const auto router = reached.front();
        reached.pop_front();
        const auto& exits = m_exits[router];
        for (uint32_t exit = 0; exit < exits.size(); ++exit)
        {
            const auto next = exits[exit].router;
            if (next != root && tree[next].from == NONE)
            {
                tree[next] = {router, exit};
                reached.push_back(next);
            }
        }
    }
    return tree;
}

} // namespace churn
