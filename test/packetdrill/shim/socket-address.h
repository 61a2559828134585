#ifndef LIFECYCLE_PACKETDRILL_SOCKET_ADDRESS_H
#define LIFECYCLE_PACKETDRILL_SOCKET_ADDRESS_H

#include "sockets.h"

namespace lifecycle::packetdrill
{

/** Reads a sockaddr for a socket of \p family. \returns 0, or an errno made negative */
int ReadAddress(const sockaddr* address, socklen_t length, int family, Place& name);

/** Writes a sockaddr as accept() does: no more than there is room for, and the true length. */
void WriteAddress(const Place& name, int family, sockaddr* address, socklen_t* length);

} // namespace lifecycle::packetdrill

#endif /* LIFECYCLE_PACKETDRILL_SOCKET_ADDRESS_H */
