#ifndef LIFECYCLE_SOCKET_SETTINGS_H
#define LIFECYCLE_SOCKET_SETTINGS_H

#include "core/config.h"

#include "ns3/simple-ref-count.h"

#include <cstdint>
#include <memory>

namespace ns3
{

/** What is set on a socket; sockets of which the same is set share it. */
struct LifecycleSocketSettings : SimpleRefCount<LifecycleSocketSettings>
{
    std::shared_ptr<const lifecycle::Config> config; //!< null while ns-3 makes the socket
    /// Attribute Linger, nanoseconds; ns-3 notes every Time that is made before a run, at length.
    int64_t linger{-1};
    bool reuseAddress{true}; //!< attribute ReuseAddress
    bool autoAccept{true};   //!< attribute AutoAccept
    bool fastOpen{false};    //!< attribute FastOpen
};

} // namespace ns3

#endif /* LIFECYCLE_SOCKET_SETTINGS_H */
