#include "topology-file.h"

#include "user-error.h"

#include "ns3/inet-topology-reader.h"
#include "ns3/node-container.h"
#include "ns3/orbis-topology-reader.h"
#include "ns3/rocketfuel-topology-reader.h"
#include "ns3/topology-reader.h"

#include <fstream>
#include <unordered_map>

namespace churn
{

namespace
{

std::ifstream
Open(const std::string& name)
{
    std::ifstream file(name);
    // Opening a directory succeeds on Linux; only reading from it fails.
    if (!file || (file.peek(), file.bad()))
    {
        throw UserError("The topology file " + name + " cannot be read: give --topology a file.");
    }
    return file;
}

/// The format the user named; for Rocketfuel the content tells which of its two.
TopologyFormat
ChooseFormat(const std::string& name, const std::string& format)
{
    auto file = Open(name);
    const auto detected = DetectTopologyFormat(file);
    if (format == "auto")
    {
        return detected;
    }
    if (format == "rocketfuel")
    {
        return detected == TopologyFormat::ROCKETFUEL_MAPS ? detected
                                                           : TopologyFormat::ROCKETFUEL_WEIGHTS;
    }
    return format == "inet"    ? TopologyFormat::INET
           : format == "orbis" ? TopologyFormat::ORBIS
                               : TopologyFormat::GRAPHML;
}

ns3::Ptr<ns3::TopologyReader>
MakeReader(TopologyFormat format)
{
    switch (format)
    {
    case TopologyFormat::INET:
        return ns3::CreateObject<ns3::InetTopologyReader>();
    case TopologyFormat::ORBIS:
        return ns3::CreateObject<ns3::OrbisTopologyReader>();
    default:
        return ns3::CreateObject<ns3::RocketfuelTopologyReader>();
    }
}

const char*
Describe(TopologyFormat format)
{
    switch (format)
    {
    case TopologyFormat::ROCKETFUEL_MAPS:
        return "Rocketfuel maps";
    case TopologyFormat::ROCKETFUEL_WEIGHTS:
        return "Rocketfuel weights";
    case TopologyFormat::INET:
        return "Inet";
    case TopologyFormat::ORBIS:
        return "Orbis";
    default:
        return "GraphML";
    }
}

/// Runs ns-3's reader on a file that CheckTopologyFile() has found good.
Graph
ReadWithNs3(const std::string& name, TopologyFormat format)
{
    auto reader = MakeReader(format);
    reader->SetFileName(name);
    reader->Read();

    Graph graph;
    std::unordered_map<std::string, uint32_t> numbers;
    auto number = [&](const std::string& router, ns3::Ptr<ns3::Node> node) {
        const auto [place, isNew] = numbers.emplace(router, graph.routers.size());
        if (isNew)
        {
            graph.routers.push_back({router, node});
        }
        return place->second;
    };
    for (auto link = reader->LinksBegin(); link != reader->LinksEnd(); ++link)
    {
        const auto a = number(link->GetFromNodeName(), link->GetFromNode());
        const auto b = number(link->GetToNodeName(), link->GetToNode());
        graph.links.push_back({a, b});
    }
    return graph;
}

} // namespace

Graph
ReadTopologyFile(const std::string& name, const std::string& format)
{
    const auto chosen = ChooseFormat(name, format);
    if (chosen == TopologyFormat::UNKNOWN)
    {
        throw UserError("The topology file " + name +
                        " is not in a format known here: give a Rocketfuel, Inet, Orbis or "
                        "GraphML file, or name its format with --format.");
    }
    auto file = Open(name);
    Graph graph;
    if (chosen == TopologyFormat::GRAPHML)
    {
        graph = ReadGraphMl(file, name);
    }
    else
    {
        CheckTopologyFile(file, name, chosen);
        graph = ReadWithNs3(name, chosen);
    }
    if (graph.links.empty())
    {
        throw UserError("The topology file " + name + " holds no link.");
    }
    graph.description = name.substr(name.rfind('/') + 1) + " (" + Describe(chosen) + ")";
    return graph;
}

} // namespace churn
