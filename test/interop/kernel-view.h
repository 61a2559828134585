#ifndef INTEROP_KERNEL_VIEW_H
#define INTEROP_KERNEL_VIEW_H

#include <cstdint>
#include <string>

namespace interop
{

/**
 * \param name as nstat(8) writes it, for instance TcpExtSyncookiesSent
 * \returns what the kernel has counted in the namespace of the test
 */
uint64_t KernelCounter(const std::string& name);

/**
 * Sets what holds for the namespace of the test only.
 * \param name below net.ipv4, for instance tcp_syncookies
 * \param value its value
 * \returns empty, or why it could not be set
 */
std::string SetSysctl(const std::string& name, const std::string& value);

/**
 * Takes a connection of the kernel away, as a reboot does, by `ss --kill`.
 * \param local its address and port, as `ss` prints them
 * \returns empty, or why it could not be
 */
std::string ForgetKernelConnection(const std::string& local);

} // namespace interop

#endif /* INTEROP_KERNEL_VIEW_H */
