#ifndef LIFECYCLE_CONGESTION_OPS_H
#define LIFECYCLE_CONGESTION_OPS_H

#include "core/congestion.h"

#include "ns3/ptr.h"
#include "ns3/type-id.h"

#include <memory>
#include <string>

namespace ns3
{

class TcpCongestionOps;

/**
 * \param prototype what every connection gets a Fork() of
 * \returns the core's view of it, or null if there is none
 */
std::shared_ptr<const lifecycle::CongestionControl> AdaptCongestionOps(
    Ptr<const TcpCongestionOps> prototype);

/** \returns the same for a new object of that type, or null if it is no TcpCongestionOps */
std::shared_ptr<const lifecycle::CongestionControl> AdaptCongestionOps(TypeId type);

/**
 * \param name that of a congestion control of the core, or of a TypeId
 * \returns it, or null if there is none that can be used
 */
std::shared_ptr<const lifecycle::CongestionControl> FindCongestionControl(const std::string& name);

} // namespace ns3

#endif /* LIFECYCLE_CONGESTION_OPS_H */
