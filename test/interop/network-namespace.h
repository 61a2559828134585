#ifndef INTEROP_NETWORK_NAMESPACE_H
#define INTEROP_NETWORK_NAMESPACE_H

#include <string>

namespace interop
{

/**
 * Moves this process into a network namespace of its own, where the tests may make interfaces; as
 * root directly, otherwise inside a user namespace. Each call makes another, so that no test finds
 * what one before has left. The kernel removes it with the process.
 *
 * \returns empty if tap devices can be made there, otherwise what is missing
 */
std::string EnterNetworkNamespace();

} // namespace interop

#endif /* INTEROP_NETWORK_NAMESPACE_H */
