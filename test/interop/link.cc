#include "link.h"

#include "child-process.h"
#include "wait-until.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <linux/if_packet.h>
#include <linux/if_tun.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <netinet/in.h>
#include <poll.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>
#include <utility>

namespace interop
{

namespace
{

constexpr const char* KERNEL_INTERFACE = "wire";
constexpr std::size_t MAX_FRAME = 65536;

std::string
Failed(const std::string& what)
{
    return what + ": " + std::strerror(errno);
}

/** \returns a descriptor of a new tap, -1 if there can be none */
int
MakeTap()
{
    const int fd = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);
    ifreq request{};
    request.ifr_flags = IFF_TAP | IFF_NO_PI;
    std::strcpy(request.ifr_name, KERNEL_INTERFACE);
    if (fd != -1 && ioctl(fd, TUNSETIFF, &request) == -1)
    {
        close(fd);
        return -1;
    }
    return fd;
}

/** \returns a packet socket that sees what others send in the namespace of this thread */
int
MakePacketSocket()
{
    const int fd = socket(AF_PACKET, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, htons(ETH_P_ALL));
    const int yes = 1;
    setsockopt(fd, SOL_PACKET, PACKET_IGNORE_OUTGOING, &yes, sizeof(yes));
    return fd;
}

/** \returns whether the kernel's end could be given its address and its neighbour */
bool
Configure()
{
    // The neighbour stays known while it is cut off, so that only TCP finds out.
    const std::vector<std::vector<std::string>> commands{
        {"ip", "link", "set", KERNEL_INTERFACE, "addrgenmode", "none"},
        {"ip", "addr", "add", "10.44.0.1/24", "dev", KERNEL_INTERFACE},
        {"ip", "link", "set", KERNEL_INTERFACE, "up"},
        {"ip", "neigh", "add", "10.44.0.2", "lladdr", "02:00:0a:2c:00:02", "dev", KERNEL_INTERFACE},
    };
    return std::all_of(commands.begin(), commands.end(), [](const auto& command) {
        return ChildProcess(command, {}).Wait() == 0;
    });
}

} // namespace

Link::Link()
{
    m_problem = Make();
    if (m_problem.empty())
    {
        m_thread = std::jthread([this](std::stop_token stop) { Run(stop); });
    }
}

Link::~Link()
{
    m_thread.request_stop();
    if (m_thread.joinable())
    {
        m_thread.join();
    }
    for (const int fd : {m_kernelEnd, m_modelNetwork, m_modelEnd})
    {
        if (fd != -1)
        {
            close(fd);
        }
    }
}

std::string
Link::Make()
{
    std::string problem;
    std::thread([&] { // a namespace is a thread's
        if (unshare(CLONE_NEWNET) == -1)
        {
            problem = Failed("a second network namespace cannot be made");
            return;
        }
        m_modelNetwork = open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC);
        m_modelEnd = MakePacketSocket();
    })
        .join();
    if (!problem.empty())
    {
        return problem;
    }
    m_kernelEnd = MakeTap();
    if (m_modelNetwork == -1 || m_modelEnd == -1 || m_kernelEnd == -1)
    {
        return Failed("a link between two network namespaces cannot be made");
    }
    return Configure() ? "" : "ip cannot give the link its address";
}

const std::string&
Link::GetProblem() const
{
    return m_problem;
}

int
Link::GetModelNetwork() const
{
    return m_modelNetwork;
}

void
Link::SetRule(Rule rule)
{
    const std::lock_guard lock(m_mutex);
    m_rule = std::move(rule);
}

void
Link::Release(Rule next)
{
    const std::lock_guard lock(m_mutex);
    m_rule = std::move(next);
    for (const auto& segment : std::exchange(m_held, {}))
    {
        Deliver(segment.from, segment.frame);
    }
}

void
Link::Cut()
{
    const std::lock_guard lock(m_mutex);
    m_isCut = true;
}

void
Link::Restore()
{
    const std::lock_guard lock(m_mutex);
    m_isCut = false;
}

void
Link::Send(const TcpSegment& segment)
{
    const std::lock_guard lock(m_mutex);
    m_segments.push_back(segment);
    Deliver(segment.from, segment.frame);
}

void
Link::Forget()
{
    const std::lock_guard lock(m_mutex);
    m_segments.clear();
}

std::vector<TcpSegment>
Link::GetSegments() const
{
    const std::lock_guard lock(m_mutex);
    return m_segments;
}

std::vector<TcpSegment>
Link::Find(const std::function<bool(const TcpSegment&)>& condition) const
{
    const auto all = GetSegments();
    std::vector<TcpSegment> found;
    std::copy_if(all.begin(), all.end(), std::back_inserter(found), condition);
    return found;
}

bool
Link::WaitFor(const std::function<bool(const TcpSegment&)>& condition, std::size_t count) const
{
    return WaitUntil([&] { return Find(condition).size() >= count; });
}

std::string
Link::Transcript() const
{
    std::string text = "segments:\n";
    for (const auto& segment : GetSegments())
    {
        text += "    " + ToString(segment) + "\n";
    }
    return text;
}

void
Link::Run(std::stop_token stop)
{
    constexpr int LOOK_AGAIN = 50; // ms, at whether to stop
    Frame frame(MAX_FRAME);
    while (!stop.stop_requested())
    {
        std::array<pollfd, 2> ends{{{m_kernelEnd, POLLIN, 0}, {m_modelEnd, POLLIN, 0}}};
        poll(ends.data(), ends.size(), LOOK_AGAIN);
        for (const auto& end : ends)
        {
            const ssize_t size = (end.revents & POLLIN) ? read(end.fd, frame.data(), MAX_FRAME) : 0;
            if (size > 0)
            {
                Take(end.fd == m_kernelEnd ? Side::Kernel : Side::Model,
                     Frame(frame.begin(), frame.begin() + size));
            }
        }
    }
}

void
Link::Take(Side from, Frame frame)
{
    const std::lock_guard lock(m_mutex);
    const auto segment = ParseTcp(from, frame);
    if (segment)
    {
        m_segments.push_back(*segment);
    }
    if (m_isCut)
    {
        return;
    }
    const Fate fate = segment && m_rule ? m_rule(*segment) : Fate::Pass;
    if (fate == Fate::Hold)
    {
        m_held.push_back(*segment);
    }
    else if (fate == Fate::Pass)
    {
        Deliver(from, frame);
    }
}

void
Link::Deliver(Side from, const Frame& frame)
{
    if (from == Side::Model)
    {
        // What cannot be delivered is lost, as on any link.
        (void)!write(m_kernelEnd, frame.data(), frame.size());
        return;
    }
    ifreq request{};
    std::strcpy(request.ifr_name, MODEL_INTERFACE);
    if (ioctl(m_modelEnd, SIOCGIFINDEX, &request) == -1)
    {
        return; // no proxy runs
    }
    sockaddr_ll address{};
    address.sll_family = AF_PACKET;
    address.sll_ifindex = request.ifr_ifindex;
    sendto(m_modelEnd,
           frame.data(),
           frame.size(),
           0,
           reinterpret_cast<const sockaddr*>(&address),
           sizeof(address));
}

} // namespace interop
