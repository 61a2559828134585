#ifndef TOPOLOGY_CHURN_GRAPH_H
#define TOPOLOGY_CHURN_GRAPH_H

#include "ns3/node.h"
#include "ns3/nstime.h"
#include "ns3/ptr.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace churn
{

/// A point on the Earth, degrees.
struct Coordinates
{
    double latitude;  //!< north is positive
    double longitude; //!< east is positive
};

/**
 * \param a a place
 * \param b a place
 * \returns how long light in a fibre takes from one to the other along a great circle
 */
ns3::Time FibreDelay(const Coordinates& a, const Coordinates& b);

/// A router of the map.
struct Router
{
    std::string name;           //!< as in the file
    ns3::Ptr<ns3::Node> node{}; //!< the node a topology reader made for it, if one did
};

/// A link of the map; it carries both directions.
struct Link
{
    uint32_t a;                       //!< index of a router
    uint32_t b;                       //!< index of the other router
    std::optional<ns3::Time> delay{}; //!< where the file says enough to know
};

/// A map of routers and links.
struct Graph
{
    std::string description;     //!< where it is from, for the report
    std::vector<Router> routers; //!< all routers
    std::vector<Link> links;     //!< all links
};

/// What Simplify() took out of a map.
struct Simplification
{
    uint32_t listedRouters{0}; //!< routers before
    uint32_t listedLinks{0};   //!< links before
    uint32_t mergedLinks{0};   //!< links that join two routers already joined, either way round
    uint32_t selfLinks{0};     //!< links from a router to itself
    uint32_t components{0};    //!< parts of the map without a link between them
};

/**
 * Leaves at most one link between two routers (the one with the least delay) and, of several
 * components, only the largest.
 * \param graph the map to change
 * \returns what was taken out
 */
Simplification Simplify(Graph& graph);

} // namespace churn

#endif /* TOPOLOGY_CHURN_GRAPH_H */
