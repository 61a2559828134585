#include "transit-stub.h"

#include "random.h"

#include <algorithm>
#include <cmath>

namespace churn
{

namespace
{

/// Grows a map domain by domain.
class Builder
{
  public:
    explicit Builder(uint64_t seed)
        : m_random(seed, 1)
    {
        m_graph.description = "transit-stub, seed " + std::to_string(seed);
    }

    /// A run of routers with consecutive numbers.
    struct Domain
    {
        uint32_t first; //!< number of the first
        uint32_t size;  //!< how many
    };

    /**
     * Adds a domain: a random tree, and half as many links again, so that it has more than one
     * way through.
     */
    Domain AddDomain(const std::string& name, uint32_t size, double leastMs, double mostMs)
    {
        const Domain domain{static_cast<uint32_t>(m_graph.routers.size()), size};
        for (uint32_t i = 0; i < size; ++i)
        {
            m_graph.routers.push_back({name + "." + std::to_string(i)});
            if (i > 0)
            {
                Connect(domain.first + i, domain.first + m_random.Below(i), leastMs, mostMs);
            }
        }
        for (uint32_t i = 0; i < size / 2; ++i)
        {
            Join(domain, domain, leastMs, mostMs);
        }
        return domain;
    }

    /// Links a random router of one domain with a random one of another.
    void Join(const Domain& one, const Domain& other, double leastMs, double mostMs)
    {
        const uint32_t a = one.first + m_random.Below(one.size);
        const uint32_t b = other.first + m_random.Below(other.size);
        Connect(a, b, leastMs, mostMs);
    }

    Random& GetRandom()
    {
        return m_random;
    }

    /// Hands over the map.
    Graph Finish()
    {
        return std::move(m_graph);
    }

  private:
    void Connect(uint32_t a, uint32_t b, double leastMs, double mostMs)
    {
        const double ms = leastMs + (mostMs - leastMs) * m_random.Uniform();
        m_graph.links.push_back({a, b, ns3::MicroSeconds(std::llround(ms * 1000))});
    }

    Random m_random; //!< shapes and delays
    Graph m_graph;   //!< the map so far
};

} // namespace

Graph
MakeTransitStub(uint32_t routers, uint64_t seed)
{
    constexpr uint32_t TRANSIT_DOMAIN = 6; // routers, at most
    constexpr uint32_t STUB_DOMAIN = 8;    // routers, on average
    Builder builder(seed);

    // One router in twelve or so is a transit router, so that each serves one or two stubs.
    const uint32_t transitRouters =
        std::min(routers, std::max<uint32_t>(2, routers / (STUB_DOMAIN + 4)));
    const uint32_t transitDomains = (transitRouters + TRANSIT_DOMAIN - 1) / TRANSIT_DOMAIN;
    std::vector<Builder::Domain> transits;
    for (uint32_t i = 0; i < transitDomains; ++i)
    {
        const uint32_t size =
            transitRouters * (i + 1) / transitDomains - transitRouters * i / transitDomains;
        transits.push_back(builder.AddDomain("transit" + std::to_string(i), size, 2, 8));
    }
    for (uint32_t i = 1; i < transitDomains; ++i)
    {
        // Two links between domains: one to a random earlier one, one round the ring.
        const auto& other = transits[builder.GetRandom().Below(i)];
        builder.Join(transits[i], other, 5, 20);
        const auto& next = transits[(i + 1) % transitDomains];
        builder.Join(transits[i], next, 5, 20);
    }

    uint32_t left = routers - transitRouters;
    for (uint32_t stub = 0; left > 0; ++stub)
    {
        const auto size =
            std::min<uint32_t>(left, STUB_DOMAIN / 2 + builder.GetRandom().Below(STUB_DOMAIN + 1));
        const auto domain = builder.AddDomain("stub" + std::to_string(stub), size, 0.2, 2);
        const auto& home = transits[stub % transitDomains];
        builder.Join(domain, home, 1, 5);
        // One customer in four buys transit twice.
        if (builder.GetRandom().Below(4) == 0)
        {
            const auto& second = transits[builder.GetRandom().Below(transitDomains)];
            builder.Join(domain, second, 1, 5);
        }
        left -= size;
    }
    return builder.Finish();
}

} // namespace churn
