#ifndef LIFECYCLE_NS3_COMPAT_H
#define LIFECYCLE_NS3_COMPAT_H

#include "ns3/socket.h"

/**
 * \file
 * What differs between the versions of ns-3 that this module is built for.
 */

namespace ns3
{

/** Takes over the type of service that a socket address carried up to ns-3.41. */
template <typename SocketAddress>
void
AdoptTos(Socket& socket, const SocketAddress& address)
{
    if constexpr (requires { address.GetTos(); })
    {
        socket.SetIpTos(address.GetTos());
    }
}

/**
 * Whether InternetStackHelper makes a TCP of its own on each node, as it does up to ns-3.38, where
 * it could be told which (SetTcp). From 3.39 on it leaves alone what a node has already.
 */
template <typename StackHelper>
constexpr bool
AlwaysMakesTcp()
{
    return requires(StackHelper helper)
    {
        helper.SetTcp("ns3::TcpL4Protocol");
    };
}

} // namespace ns3

#endif /* LIFECYCLE_NS3_COMPAT_H */
