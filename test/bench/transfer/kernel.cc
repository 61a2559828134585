#include "kernel.h"

#include "proxy/addresses.h"
#include "proxy/host-link.h"
#include "proxy/tap-net-device.h"
#include "proxy/tap.h"
#include "proxy/user-error.h"

#include "ns3/arp-cache.h"
#include "ns3/boolean.h"
#include "ns3/global-value.h"
#include "ns3/internet-stack-helper.h"
#include "ns3/ipv4-address-helper.h"
#include "ns3/ipv4-global-routing-helper.h"
#include "ns3/ipv4-interface.h"
#include "ns3/ipv4-l3-protocol.h"
#include "ns3/mac48-address.h"
#include "ns3/nstime.h"
#include "ns3/simulator.h"
#include "ns3/string.h"

#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <fcntl.h>
#include <fstream>
#include <iostream>
#include <linux/tcp.h>
#include <poll.h>
#include <sched.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

using namespace ns3;

namespace transfer
{

namespace
{

using Clock = std::chrono::steady_clock;

constexpr uint16_t FIRST_PORT = 5000;
constexpr auto LEAD = std::chrono::seconds(1); ///< for both ends to be ready
constexpr const char* SENDER = "10.0.0.1";
constexpr const char* RECEIVER = "10.0.2.2";

[[noreturn]] void
Fail(const std::string& what)
{
    std::cerr << "transfer: " + what + ": " + std::strerror(errno) + "\n";
    _exit(1);
}

sockaddr_in
Endpoint(const char* host, uint32_t flow)
{
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<uint16_t>(FIRST_PORT + flow));
    inet_pton(AF_INET, host, &address.sin_addr);
    return address;
}

int
MakeSocket()
{
    const int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd == -1 || setsockopt(fd, IPPROTO_TCP, TCP_CONGESTION, "cubic", 5) == -1)
    {
        Fail("a socket with CUBIC cannot be made");
    }
    return fd;
}

/// Waits for one of the descriptors, until then at the latest. \returns whether there is time left
bool
WaitUntil(std::vector<pollfd>& sockets, Clock::time_point end)
{
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(end - Clock::now()).count();
    return left > 0 && poll(sockets.data(), sockets.size(), static_cast<int>(left)) >= 0;
}

/// Sends as much as each connection takes.
[[noreturn]] void
Send(const Cell& cell, Clock::time_point start, Clock::time_point end)
{
    std::this_thread::sleep_until(start);
    std::vector<pollfd> sockets;
    for (uint32_t flow = 0; flow < cell.flows; ++flow)
    {
        const int fd = MakeSocket();
        const sockaddr_in there = Endpoint(RECEIVER, flow);
        if (connect(fd, reinterpret_cast<const sockaddr*>(&there), sizeof(there)) == -1 &&
            errno != EINPROGRESS)
        {
            Fail("the kernel cannot connect");
        }
        sockets.push_back({fd, POLLOUT, 0});
    }
    const std::vector<char> data(1 << 16);
    while (WaitUntil(sockets, end))
    {
        for (const pollfd& one : sockets)
        {
            while ((one.revents & POLLOUT) != 0 && send(one.fd, data.data(), data.size(), 0) > 0)
            {
            }
        }
    }
    _exit(0);
}

/// Reads what comes, and writes the number of bytes of each flow into a pipe.
[[noreturn]] void
Receive(const Cell& cell, Clock::time_point end, int result)
{
    std::vector<pollfd> sockets;
    for (uint32_t flow = 0; flow < cell.flows; ++flow)
    {
        const int fd = MakeSocket();
        const sockaddr_in here = Endpoint(RECEIVER, flow);
        if (bind(fd, reinterpret_cast<const sockaddr*>(&here), sizeof(here)) == -1 ||
            listen(fd, 1) == -1)
        {
            Fail("the kernel cannot listen");
        }
        sockets.push_back({fd, POLLIN, 0});
    }
    std::vector<bool> isAccepted(cell.flows);
    std::vector<uint64_t> bytes(cell.flows);
    std::vector<char> data(1 << 16);
    while (WaitUntil(sockets, end))
    {
        for (uint32_t flow = 0; flow < cell.flows; ++flow)
        {
            pollfd& one = sockets[flow];
            if ((one.revents & POLLIN) != 0 && !isAccepted[flow])
            {
                one.fd = accept4(one.fd, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
                isAccepted[flow] = true;
                continue;
            }
            ssize_t got = 0;
            while ((one.revents & POLLIN) != 0 &&
                   (got = recv(one.fd, data.data(), data.size(), 0)) > 0)
            {
                bytes[flow] += static_cast<uint64_t>(got);
            }
        }
    }
    const auto size = static_cast<ssize_t>(bytes.size() * sizeof(uint64_t));
    _exit(write(result, bytes.data(), static_cast<std::size_t>(size)) == size ? 0 : 1);
}

/// Moves this process into a new network namespace with a tap. \returns the tap's descriptor
int
EnterEnd(const std::string& address, const std::string& gateway, Mac48Address& hardware)
{
    if (unshare(CLONE_NEWNET) == -1)
    {
        Fail("a network namespace cannot be made");
    }
    proxy::Tap tap("end");
    proxy::AddAddress(tap.GetName(), proxy::ParsePrefix(address + "/24", "end", AF_INET));
    proxy::BringUp(tap.GetName(), 1500);
    hardware.CopyFrom(proxy::HardwareAddress(tap.GetName()).data());
    if (std::system(("ip route add default via " + gateway).c_str()) != 0)
    {
        Fail("a route cannot be set");
    }
    return tap.ReleaseDescriptor();
}

/// Links a router to a tap, and tells it the kernel's address.
void
Attach(Ptr<Node> router,
       int tap,
       const char* address,
       const char* host,
       const Mac48Address& hardware)
{
    const auto device = CreateObject<proxy::TapNetDevice>();
    device->SetAddress(Mac48Address::Allocate());
    device->SetMtu(1500);
    router->AddDevice(device);
    device->SetFileDescriptor(tap);
    const auto ipv4 = router->GetObject<Ipv4L3Protocol>();
    const uint32_t interface = ipv4->AddInterface(device);
    ipv4->AddAddress(interface, Ipv4InterfaceAddress(address, "255.255.255.0"));
    ipv4->SetUp(interface);
    auto* entry = ipv4->GetInterface(interface)->GetArpCache()->Add(Ipv4Address(host));
    entry->SetMacAddress(hardware);
    entry->MarkPermanent();
}

/// Looks every so often how far the simulation is behind the clock.
void
Watch(Clock::time_point start, double* lateMs)
{
    const std::chrono::duration<double, std::milli> passed = Clock::now() - start;
    *lateMs = std::max(*lateMs, passed.count() - Simulator::Now().GetSeconds() * 1000);
    Simulator::Schedule(MilliSeconds(5), &Watch, start, lateMs);
}

/// One run, in a process of its own.
[[noreturn]] void
RunOne(const Cell& cell, uint32_t seed, int result)
{
    const auto start = Clock::now() + LEAD;
    const auto end = start + std::chrono::duration_cast<Clock::duration>(
                                 std::chrono::duration<double>(cell.seconds));
    Mac48Address senderHardware;
    Mac48Address receiverHardware;
    const int senderTap = EnterEnd(SENDER, "10.0.0.2", senderHardware);
    const pid_t sender = fork();
    if (sender == 0)
    {
        Send(cell, start, end);
    }
    const int receiverTap = EnterEnd(RECEIVER, "10.0.2.1", receiverHardware);
    std::array<int, 2> counts{};
    if (pipe2(counts.data(), O_CLOEXEC) == -1)
    {
        Fail("a pipe cannot be made");
    }
    const pid_t receiver = fork();
    if (receiver == 0)
    {
        Receive(cell, end, counts[1]);
    }
    close(counts[1]);

    GlobalValue::Bind("SimulatorImplementationType", StringValue("ns3::RealtimeSimulatorImpl"));
    GlobalValue::Bind("ChecksumEnabled", BooleanValue(true));
    NodeContainer routers(2);
    InternetStackHelper().Install(routers);
    const NetDeviceContainer bottleneck = MakeBottleneck(cell, routers, seed);
    SetQueue(cell, bottleneck);
    Ipv4AddressHelper("10.0.1.0", "255.255.255.0").Assign(bottleneck);
    Attach(routers.Get(0), senderTap, "10.0.0.2", SENDER, senderHardware);
    Attach(routers.Get(1), receiverTap, "10.0.2.1", RECEIVER, receiverHardware);
    Ipv4GlobalRoutingHelper::PopulateRoutingTables();
    KernelOutcome outcome;
    Simulator::Schedule(Seconds(0), &Watch, Clock::now(), &outcome.lateMs);
    Simulator::Stop(Seconds(std::chrono::duration<double>(end - Clock::now()).count()));
    Simulator::Run();

    std::vector<uint64_t> bytes(cell.flows);
    const auto size = static_cast<ssize_t>(bytes.size() * sizeof(uint64_t));
    const bool isWhole = read(counts[0], bytes.data(), static_cast<std::size_t>(size)) == size;
    waitpid(sender, nullptr, 0);
    waitpid(receiver, nullptr, 0);
    if (!isWhole)
    {
        _exit(1);
    }
    Tally tally;
    for (const uint64_t flow : bytes)
    {
        tally.Add(flow);
    }
    outcome.outcome = tally.Get(cell.seconds);
    _exit(write(result, &outcome, sizeof(outcome)) == sizeof(outcome) ? 0 : 1);
}

} // namespace

std::string
WhyNoKernel()
{
    std::string known;
    std::ifstream choices("/proc/sys/net/ipv4/tcp_available_congestion_control");
    while (choices >> known && known != "cubic")
    {
    }
    if (known != "cubic")
    {
        return "this kernel has no CUBIC (modprobe tcp_cubic)";
    }
    const pid_t child = fork();
    if (child == 0)
    {
        Mac48Address hardware;
        EnterEnd(SENDER, "10.0.0.2", hardware);
        _exit(0);
    }
    int status = 1;
    waitpid(child, &status, 0);
    return status == 0 ? "" : "network namespaces with taps cannot be made: run as root";
}

std::vector<std::optional<KernelOutcome>>
RunKernel(const Cell& cell, const std::vector<uint32_t>& seeds)
{
    struct Run
    {
        pid_t process;
        int result;
    };

    std::vector<Run> runs;
    for (const uint32_t seed : seeds)
    {
        std::array<int, 2> ends{};
        if (pipe2(ends.data(), O_CLOEXEC) == -1)
        {
            Fail("a pipe cannot be made");
        }
        const pid_t process = fork();
        if (process == 0)
        {
            try
            {
                RunOne(cell, seed, ends[1]);
            }
            catch (const proxy::UserError& error)
            {
                Fail(error.what());
            }
        }
        close(ends[1]);
        runs.push_back({process, ends[0]});
    }
    std::vector<std::optional<KernelOutcome>> outcomes;
    for (const Run& run : runs)
    {
        KernelOutcome outcome;
        const bool isWhole = read(run.result, &outcome, sizeof(outcome)) == sizeof(outcome);
        outcomes.push_back(isWhole ? std::optional(outcome) : std::nullopt);
        close(run.result);
        waitpid(run.process, nullptr, 0);
    }
    return outcomes;
}

} // namespace transfer
