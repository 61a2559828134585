#include "graph.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>
#include <utility>

namespace churn
{

namespace
{

/// Leaves one link for each pair of routers, in the order of their first listing.
void
MergeLinks(Graph& graph, Simplification& done)
{
    std::map<std::pair<uint32_t, uint32_t>, std::size_t> seen;
    std::vector<Link> kept;
    for (const auto& link : graph.links)
    {
        if (link.a == link.b)
        {
            ++done.selfLinks;
            continue;
        }
        const auto [place, isNew] = seen.emplace(std::minmax(link.a, link.b), kept.size());
        if (isNew)
        {
            kept.push_back(link);
            continue;
        }
        ++done.mergedLinks;
        auto& first = kept[place->second];
        if (link.delay && (!first.delay || *link.delay < *first.delay))
        {
            first.delay = link.delay;
        }
    }
    graph.links = std::move(kept);
}

/// Follows the representatives of a router's component to the last, shortening the way.
uint32_t
FindRoot(std::vector<uint32_t>& parents, uint32_t router)
{
    while (parents[router] != router)
    {
        parents[router] = parents[parents[router]];
        router = parents[router];
    }
    return router;
}

void
KeepLargestComponent(Graph& graph, Simplification& done)
{
    const auto count = static_cast<uint32_t>(graph.routers.size());
    std::vector<uint32_t> parents(count);
    std::iota(parents.begin(), parents.end(), 0);
    for (const auto& link : graph.links)
    {
        parents[FindRoot(parents, link.a)] = FindRoot(parents, link.b);
    }
    std::vector<uint32_t> sizes(count);
    for (uint32_t router = 0; router < count; ++router)
    {
        ++sizes[FindRoot(parents, router)];
    }
    done.components = std::count_if(sizes.begin(), sizes.end(), [](auto size) { return size > 0; });
    if (done.components <= 1)
    {
        return;
    }
    const auto largest = static_cast<uint32_t>(
        std::distance(sizes.begin(), std::max_element(sizes.begin(), sizes.end())));

    std::vector<uint32_t> renumbered(count);
    std::vector<Router> routers;
    for (uint32_t router = 0; router < count; ++router)
    {
        if (FindRoot(parents, router) == largest)
        {
            renumbered[router] = routers.size();
            routers.push_back(graph.routers[router]);
        }
    }
    std::vector<Link> links;
    for (const auto& link : graph.links)
    {
        if (FindRoot(parents, link.a) == largest)
        {
            links.push_back({renumbered[link.a], renumbered[link.b], link.delay});
        }
    }
    graph.routers = std::move(routers);
    graph.links = std::move(links);
}

} // namespace

ns3::Time
FibreDelay(const Coordinates& a, const Coordinates& b)
{
    constexpr double EARTH_RADIUS = 6371e3;  // metres, mean
    constexpr double LIGHT_IN_FIBRE = 2.0e8; // metres per second, two thirds of c
    const double radians = std::acos(-1.0) / 180;
    const double dLatitude = (b.latitude - a.latitude) * radians;
    const double dLongitude = (b.longitude - a.longitude) * radians;
    // The haversine formula stays exact for places that are close together.
    const double haversine = std::pow(std::sin(dLatitude / 2), 2) +
                             std::cos(a.latitude * radians) * std::cos(b.latitude * radians) *
                                 std::pow(std::sin(dLongitude / 2), 2);
    const double metres = 2 * EARTH_RADIUS * std::asin(std::sqrt(std::min(1.0, haversine)));
    return ns3::Seconds(metres / LIGHT_IN_FIBRE);
}

Simplification
Simplify(Graph& graph)
{
    Simplification done;
    done.listedRouters = graph.routers.size();
    done.listedLinks = graph.links.size();
    MergeLinks(graph, done);
    KeepLargestComponent(graph, done);
    return done;
}

} // namespace churn
