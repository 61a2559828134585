// The shared object is also preloaded: what packetdrill asks the C library about a descriptor of
// ours, and the shell commands of its scripts, come to the host under test. What it does to be on
// time by the clock on the wall is not needed in virtual time.

#include "control.h"
#include "host.h"

#include <cerrno>
#include <cstdlib>
#include <sched.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/times.h>
#include <unistd.h>
#include <vector>

namespace
{

using lifecycle::packetdrill::CurrentHost;
using lifecycle::packetdrill::Host;

bool
IsOurs(int fd)
{
    Host* host = CurrentHost();
    if (host == nullptr)
    {
        return false;
    }
    const std::lock_guard lock(host->node.mutex);
    return host->sockets.Owns(fd);
}

int
Answer(int result)
{
    if (result < 0)
    {
        errno = -result;
        return -1;
    }
    return result;
}

} // namespace

extern "C"
{
    int close(int fd)
    {
        if (!IsOurs(fd))
        {
            return static_cast<int>(syscall(SYS_close, fd));
        }
        Host& host = *CurrentHost();
        const std::lock_guard lock(host.node.mutex);
        return Answer(host.sockets.Close(fd));
    }

    int getsockopt(int fd, int level, int name, void* value, socklen_t* length) noexcept
    {
        if (!IsOurs(fd))
        {
            return static_cast<int>(syscall(SYS_getsockopt, fd, level, name, value, length));
        }
        Host& host = *CurrentHost();
        const std::lock_guard lock(host.node.mutex);
        return Answer(host.sockets.GetOption(fd, level, name, value, length));
    }

    ssize_t sendfile(int out, int in, off_t* offset, size_t count) noexcept
    {
        if (!IsOurs(out))
        {
            return syscall(SYS_sendfile, out, in, offset, count);
        }
        std::vector<uint8_t> bytes(count);
        const ssize_t there = offset != nullptr ? pread(in, bytes.data(), count, *offset)
                                                : read(in, bytes.data(), count);
        if (there <= 0)
        {
            return there;
        }
        bytes.resize(static_cast<std::size_t>(there));
        Host& host = *CurrentHost();
        const std::lock_guard lock(host.node.mutex);
        const ssize_t sent = host.sockets.SendTo(out, bytes, 0, nullptr, 0);
        if (offset != nullptr && sent > 0)
        {
            *offset += sent;
        }
        return Answer(static_cast<int>(sent));
    }

    int system(const char* command)
    {
        return lifecycle::packetdrill::RunCommand(CurrentHost(), command);
    }

    /** packetdrill waits for some ticks of the system's clock to go by before it begins. */
    clock_t times(struct tms* buffer) noexcept
    {
        static clock_t ticks = 0;
        if (buffer != nullptr)
        {
            *buffer = {};
        }
        return ++ticks;
    }

    /** It takes a realtime priority, and needs to be root for it. */
    int sched_setscheduler(pid_t, int, const struct sched_param*) noexcept
    {
        return 0;
    }

    /** And keeps all its memory in RAM. */
    int mlockall(int) noexcept
    {
        return 0;
    }
}
