#ifndef TOPOLOGY_CHURN_TRANSIT_STUB_H
#define TOPOLOGY_CHURN_TRANSIT_STUB_H

#include "graph.h"

#include <cstdint>

namespace churn
{

/**
 * \brief Makes a transit-stub map: domains of transit routers in the middle, and stub domains of
 * customers that hang on them.
 *
 * After Zegura, Calvert and Bhattacharjee, "How to Model an Internetwork", INFOCOM 1996. Delays
 * are longest between transit domains and shortest inside stub domains.
 * \param routers how many routers, at least 2
 * \param seed the same seed gives the same map
 * \returns a connected map
 */
Graph MakeTransitStub(uint32_t routers, uint64_t seed);

} // namespace churn

#endif /* TOPOLOGY_CHURN_TRANSIT_STUB_H */
