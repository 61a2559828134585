#ifndef TOPOLOGY_CHURN_TOPOLOGY_FILE_H
#define TOPOLOGY_CHURN_TOPOLOGY_FILE_H

#include "graph.h"

#include <istream>
#include <string>

namespace churn
{

/// The kinds of topology file that can be read.
enum class TopologyFormat
{
    UNKNOWN,
    ROCKETFUEL_MAPS,
    ROCKETFUEL_WEIGHTS,
    INET,
    ORBIS,
    GRAPHML,
};

/**
 * \param in the start of a file
 * \returns the format that its first lines have
 */
TopologyFormat DetectTopologyFormat(std::istream& in);

/**
 * Checks that every line of a file is what ns-3's reader for the format expects: the readers
 * themselves end silently, or make things up, where it is not.
 * \param in the whole file
 * \param name what to call it in messages
 * \param format one of the formats that ns-3 reads
 * \returns how many links it lists; throws UserError when a line is malformed
 */
uint32_t CheckTopologyFile(std::istream& in, const std::string& name, TopologyFormat format);

/**
 * \param name a file name
 * \param format "rocketfuel", "inet", "orbis", "graphml" or, to go by the content, "auto"
 * \returns its map; throws UserError when it cannot be read or is malformed
 */
Graph ReadTopologyFile(const std::string& name, const std::string& format);

/**
 * \param in a GraphML file; coordinates are looked for in the node keys Latitude and Longitude
 * \param name what to call it in messages
 * \returns its map; throws UserError when it is malformed
 */
Graph ReadGraphMl(std::istream& in, const std::string& name);

} // namespace churn

#endif /* TOPOLOGY_CHURN_TOPOLOGY_FILE_H */
