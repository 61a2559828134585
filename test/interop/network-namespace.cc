#include "network-namespace.h"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <fstream>
#include <linux/if_tun.h>
#include <net/if.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>
#include <utility>

namespace interop
{

namespace
{

std::string
Failed(const std::string& what)
{
    return what + ": " + std::strerror(errno);
}

std::string
Unshare()
{
    const uid_t user = geteuid();
    const gid_t group = getegid();
    if (unshare(CLONE_NEWNET) == 0)
    {
        return "";
    }
    if (unshare(CLONE_NEWUSER | CLONE_NEWNET) == -1)
    {
        return Failed("a network namespace cannot be made");
    }
    std::ofstream("/proc/self/setgroups") << "deny";
    std::ofstream users("/proc/self/uid_map");
    users << "0 " << user << " 1" << std::flush;
    std::ofstream groups("/proc/self/gid_map");
    groups << "0 " << group << " 1" << std::flush;
    return users && groups ? "" : "the user namespace cannot be mapped to this user";
}

std::string
BringLoopbackUp()
{
    const int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    ifreq request{};
    std::strcpy(request.ifr_name, "lo");
    request.ifr_flags = IFF_UP | IFF_RUNNING;
    const auto result =
        ioctl(fd, SIOCSIFFLAGS, &request) == 0 ? "" : Failed("the loopback cannot be brought up");
    close(fd);
    return result;
}

std::string
TryTap()
{
    const int fd = open("/dev/net/tun", O_RDWR | O_CLOEXEC);
    if (fd == -1)
    {
        return Failed("/dev/net/tun cannot be opened");
    }
    ifreq request{};
    request.ifr_flags = IFF_TAP | IFF_NO_PI;
    const auto result =
        ioctl(fd, TUNSETIFF, &request) == 0 ? "" : Failed("a tap device cannot be made");
    close(fd);
    return result;
}

std::string
Enter()
{
    for (const auto step : {Unshare, BringLoopbackUp, TryTap})
    {
        if (auto problem = step(); !problem.empty())
        {
            return problem;
        }
    }
    return "";
}

/** \returns empty once this process is in a new namespace, with the rights it has already */
std::string
EnterAnother()
{
    return unshare(CLONE_NEWNET) == 0 ? BringLoopbackUp()
                                      : Failed("another network namespace cannot be made");
}

} // namespace

std::string
EnterNetworkNamespace()
{
    static const std::string problem = Enter();
    static bool isFirst = true;
    return problem.empty() && !std::exchange(isFirst, false) ? EnterAnother() : problem;
}

} // namespace interop
