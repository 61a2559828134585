#ifndef LIFECYCLE_PACKETDRILL_HOST_H
#define LIFECYCLE_PACKETDRILL_HOST_H

#include "interface.h"
#include "node.h"
#include "settings.h"
#include "sockets.h"

namespace lifecycle::packetdrill
{

/** The host under test: what packetdrill calls `self`. */
struct Host
{
    explicit Host(const HostOptions& options)
        : settings(options),
          node(settings),
          sockets(node)
    {
    }

    Settings settings;
    Node node;
    Sockets sockets;
};

/** \returns the host that packetdrill has made last and not freed, or null */
Host* CurrentHost();

} // namespace lifecycle::packetdrill

#endif /* LIFECYCLE_PACKETDRILL_HOST_H */
