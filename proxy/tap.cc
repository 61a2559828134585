#include "tap.h"

#include "user-error.h"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <linux/if_tun.h>
#include <net/if.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include <utility>

namespace proxy
{

namespace
{

constexpr const char* TUN_DEVICE = "/dev/net/tun";

/** \param error errno of the failed open \returns what to tell the user */
std::string
ExplainOpen(int error)
{
    const std::string device = TUN_DEVICE;
    switch (error)
    {
    case ENOENT:
        return device +
               " does not exist: load the driver (sudo modprobe tun) or, in a container, "
               "pass the device in (docker run --device " +
               device + ").";
    case ENXIO:
    case ENODEV:
        return device + " exists but the kernel has no tun driver: load it (sudo modprobe tun).";
    case EACCES:
    case EPERM:
        return device +
               " may not be opened by this user: run with sudo, or let everybody open "
               "it (sudo chmod 0666 " +
               device + "; making an interface still needs CAP_NET_ADMIN).";
    default:
        return device + " cannot be opened: " + std::strerror(error) + ".";
    }
}

/** \returns the path of this program, for the setcap recipe */
std::string
ProgramPath()
{
    std::error_code error;
    const auto path = std::filesystem::read_symlink("/proc/self/exe", error);
    return error ? "tcp-lifecycle-proxy" : path.string();
}

/**
 * \param error errno of the failed TUNSETIFF
 * \param name the interface asked for
 * \returns what to tell the user
 */
std::string
ExplainAttach(int error, const std::string& name)
{
    switch (error)
    {
    case EPERM:
        return "making a tap needs CAP_NET_ADMIN, which this process lacks: run with sudo, or in "
               "a network namespace of your own (unshare -rn sh), or give the program the "
               "capability (sudo setcap cap_net_admin+ep " +
               ProgramPath() + ").";
    case EBUSY:
        return "the interface '" + name + "' is in use: choose another name with --tap-name.";
    default:
        return "the tap '" + name + "' cannot be made: " + std::strerror(error) + ".";
    }
}

} // namespace

Tap::Tap(const std::string& name)
{
    if (name.empty() || name.size() >= IFNAMSIZ)
    {
        throw UserError("--tap-name: '" + name + "' is not a name of 1 to 15 characters.");
    }
    // TUNSETIFF would attach to somebody's persistent tap of that name and leave it behind.
    if (if_nametoindex(name.c_str()) != 0)
    {
        throw UserError(ExplainAttach(EBUSY, name));
    }
    m_fd = open(TUN_DEVICE, O_RDWR | O_NONBLOCK | O_CLOEXEC);
    if (m_fd == -1)
    {
        throw UserError(ExplainOpen(errno));
    }
    ifreq request{};
    request.ifr_flags = IFF_TAP | IFF_NO_PI;
    name.copy(request.ifr_name, IFNAMSIZ - 1);
    if (ioctl(m_fd, TUNSETIFF, &request) == -1)
    {
        const int error = errno;
        close(m_fd);
        throw UserError(ExplainAttach(error, name));
    }
    m_name = request.ifr_name;
}

Tap::~Tap()
{
    if (m_fd != -1)
    {
        close(m_fd);
    }
}

const std::string&
Tap::GetName() const
{
    return m_name;
}

int
Tap::ReleaseDescriptor()
{
    return std::exchange(m_fd, -1);
}

} // namespace proxy
