#include "topology-file.h"
#include "user-error.h"

#include <boost/graph/adjacency_list.hpp>
#include <boost/graph/graphml.hpp>
#include <boost/property_map/dynamic_property_map.hpp>
#include <cmath>
#include <limits>

namespace churn
{

namespace
{

/// The keys of a GraphML node that matter here; every other key is skipped.
struct Site
{
    std::string label;                                          //!< name
    double latitude{std::numeric_limits<double>::quiet_NaN()};  //!< degrees, if given
    double longitude{std::numeric_limits<double>::quiet_NaN()}; //!< degrees, if given

    /// \returns its place, if the file says where it is
    std::optional<Coordinates> GetPlace() const
    {
        if (std::abs(latitude) <= 90 && std::abs(longitude) <= 360)
        {
            return Coordinates{latitude, longitude};
        }
        return std::nullopt;
    }
};

template <typename Direction>
Graph
Read(std::istream& in)
{
    using Sites = boost::adjacency_list<boost::vecS, boost::vecS, Direction, Site>;
    Sites sites;
    boost::dynamic_properties keys(boost::ignore_other_properties);
    keys.property("label", boost::get(&Site::label, sites));
    keys.property("Latitude", boost::get(&Site::latitude, sites));
    keys.property("Longitude", boost::get(&Site::longitude, sites));
    boost::read_graphml(in, sites, keys);

    Graph graph;
    for (const auto vertex : boost::make_iterator_range(boost::vertices(sites)))
    {
        graph.routers.push_back({sites[vertex].label});
    }
    for (const auto edge : boost::make_iterator_range(boost::edges(sites)))
    {
        const auto a = boost::source(edge, sites);
        const auto b = boost::target(edge, sites);
        Link link{static_cast<uint32_t>(a), static_cast<uint32_t>(b)};
        const auto placeA = sites[a].GetPlace();
        const auto placeB = sites[b].GetPlace();
        if (placeA && placeB)
        {
            link.delay = FibreDelay(*placeA, *placeB);
        }
        graph.links.push_back(link);
    }
    return graph;
}

} // namespace

Graph
ReadGraphMl(std::istream& in, const std::string& name)
{
    const std::string wrong = "The GraphML file " + name + " is malformed: ";
    try
    {
        try
        {
            return Read<boost::undirectedS>(in);
        }
        catch (const boost::directed_graph_error&)
        {
            in.clear();
            in.seekg(0);
            return Read<boost::directedS>(in);
        }
    }
    catch (const boost::parse_error& error)
    {
        throw UserError(wrong + error.error + ".");
    }
    catch (const boost::property_tree::ptree_error& error)
    {
        throw UserError(wrong + error.what() + ".");
    }
    catch (const boost::graph_exception& error)
    {
        throw UserError(wrong + error.what() + ".");
    }
}

} // namespace churn
