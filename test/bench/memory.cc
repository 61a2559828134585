// Heap per socket, half-open record, TIME_WAIT record and idle connection, as the allocator counts
// it, with this TCP and, where it can, with stock ns-3 TCP. Prints a table and, with --json=FILE,
// the same as JSON.
//
//   cmake --build build/release --target memory && build/release/bench/memory --n=1000,10000
//
// What is measured is what the allocator has handed out (mallinfo2: uordblks and hblkhd), after
// less before, divided by N. The lines of the core are two endpoints that hand each other segments,
// without ns-3; those of sockets are two nodes with a link.

#include "core/endpoint.h"
#include "core/profiles.h"

#include "ns3/boolean.h"
#include "ns3/command-line.h"
#include "ns3/config.h"
#include "ns3/inet-socket-address.h"
#include "ns3/internet-stack-helper.h"
#include "ns3/ipv4-address-helper.h"
#include "ns3/lifecycle-tcp-helper.h"
#include "ns3/lifecycle-tcp-l4-protocol.h"
#include "ns3/node-container.h"
#include "ns3/nstime.h"
#include "ns3/point-to-point-helper.h"
#include "ns3/simulator.h"
#include "ns3/socket.h"
#include "ns3/string.h"
#include "ns3/tcp-socket-factory.h"
#include "ns3/traffic-control-helper.h"

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <deque>
#include <fstream>
#include <functional>
#include <iostream>
#include <malloc.h>
#include <new>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>
#include <sys/wait.h>
#include <unistd.h>
#include <vector>

namespace
{
uint64_t g_allocations = 0; ///< calls of operator new
} // namespace

[[gnu::noinline]] void*
operator new(std::size_t size)
{
    ++g_allocations;
    if (void* memory = std::malloc(size))
    {
        return memory;
    }
    throw std::bad_alloc();
}

[[gnu::noinline]] void
operator delete(void* memory) noexcept
{
    std::free(memory);
}

[[gnu::noinline]] void
operator delete(void* memory, std::size_t) noexcept
{
    std::free(memory);
}

namespace
{

using lifecycle::ConnectionId;
using lifecycle::Duration;
using lifecycle::Endpoint;
using lifecycle::Instant;
using lifecycle::IpAddress;
using lifecycle::Segment;
using namespace std::chrono_literals;

/// \returns bytes that the allocator has handed out
double
HeapInUse()
{
    const struct mallinfo2 heap = mallinfo2();
    return static_cast<double>(heap.uordblks + heap.hblkhd);
}

/// Bytes of heap since it was made.
class HeapMeter
{
  public:
    double BytesPer(uint64_t count) const
    {
        return (HeapInUse() - m_before) / static_cast<double>(count);
    }

  private:
    double m_before{HeapInUse()};
};

/// What a line of the table tells, by column.
using Figures = std::map<std::string, double>;

// The core alone.

class Xorshift : public lifecycle::RandomSource
{
  public:
    uint32_t Next() override
    {
        m_state ^= m_state << 13;
        m_state ^= m_state >> 7;
        m_state ^= m_state << 17;
        return static_cast<uint32_t>(m_state >> 16);
    }

  private:
    uint64_t m_state{88172645463325252};
};

/// Addresses and ports by number: as many as there is need for.
struct Place
{
    static constexpr uint32_t PORTS = 20000; ///< of one address

    Place(uint64_t number, bool v6)
        : address(Address(1 + number / PORTS, v6)),
          port(static_cast<uint16_t>(10000 + number % PORTS))
    {
    }

    static IpAddress Address(uint64_t number, bool v6)
    {
        if (!v6)
        {
            return IpAddress::FromV4(0x0a000000 + static_cast<uint32_t>(number));
        }
        IpAddress::Bytes bytes{0x20, 0x01};
        for (int i = 0; i < 8; ++i)
        {
            bytes[15 - i] = static_cast<uint8_t>(number >> (8 * i));
        }
        return IpAddress::FromV6(bytes);
    }

    IpAddress address;
    uint16_t port;
};

/// Two endpoints and what is on its way between them.
class Pair
{
  public:
    explicit Pair(bool v6)
        : m_v6(v6),
          m_server(Place::Address(1U << 20, v6)),
          a(Settings(), m_random),
          z(Settings(), m_random)
    {
        lifecycle::ListenRequest request;
        request.port = 80;
        request.backlog = UINT32_MAX;
        listener = z.Listen(request).value;
    }

    ConnectionId Connect(uint64_t number)
    {
        const Place place(number, m_v6);
        lifecycle::ConnectRequest request;
        request.local = place.address;
        request.localPort = place.port;
        request.remote = m_server;
        request.remotePort = 80;
        return a.Connect(now, request).value;
    }

    /// Lets both talk until they have nothing to say.
    void Settle()
    {
        while (Carry(a, z) || Carry(z, a))
        {
        }
    }

    /// Lets time pass, with all that is due in it.
    void Wait(Duration time)
    {
        const Instant until = now + time;
        for (;;)
        {
            const Instant next = std::min(a.NextDeadline(), z.NextDeadline());
            if (next > until)
            {
                break;
            }
            now = std::max(now, next);
            a.OnDeadline(now);
            z.OnDeadline(now);
            Settle();
        }
        now = until;
    }

    /// A SYN of a connection that nobody has.
    void Syn(uint64_t number)
    {
        const Place place(number, m_v6);
        Segment syn;
        syn.tuple = {m_server, place.address, 80, place.port};
        syn.seq = lifecycle::SeqNum(static_cast<uint32_t>(number));
        syn.flags = lifecycle::Flag::SYN;
        syn.window = 65535;
        syn.options.mss = 1460;
        syn.options.sackPermitted = true;
        syn.options.windowScale = 7;
        syn.options.timestamps = lifecycle::Timestamps{1, 0};
        z.OnSegment(now, syn);
        Drain(z);
    }

  private:
    static lifecycle::Config Settings()
    {
        lifecycle::Config config = lifecycle::MakeConfig(lifecycle::Profile::Linux);
        config.keepalive.enabled = true;
        config.handshake.backlogCap = UINT32_MAX;
        config.handshake.synBacklog = UINT32_MAX;
        config.closing.maxTimeWaits = UINT32_MAX;
        return config;
    }

    void Drain(Endpoint& endpoint)
    {
        while (endpoint.PollNotice())
        {
        }
        while (endpoint.PollSegment(now))
        {
        }
    }

    bool Carry(Endpoint& from, Endpoint& to)
    {
        bool any = false;
        while (const auto notice = from.PollNotice())
        {
            any = true;
        }
        while (const auto out = from.PollSegment(now))
        {
            any = true;
            Segment segment = out->segment;
            std::swap(segment.tuple.local, segment.tuple.remote);
            std::swap(segment.tuple.localPort, segment.tuple.remotePort);
            to.OnSegment(now, segment);
            while (to.PollNotice())
            {
            }
        }
        return any;
    }

    Xorshift m_random;
    bool m_v6;
    IpAddress m_server;

  public:
    Instant now{1s};
    Endpoint a;
    Endpoint z;
    lifecycle::ListenerId listener;
};

void
Check(bool holds, const char* what)
{
    if (!holds)
    {
        std::cerr << "memory: " << what << "\n";
        std::exit(1);
    }
}

std::size_t
CountOf(lifecycle::State state, const Endpoint& endpoint)
{
    return endpoint.Census()[static_cast<std::size_t>(state)];
}

Figures
CoreIdle(uint64_t count, bool v6, bool afterData)
{
    std::vector<std::pair<ConnectionId, ConnectionId>> ids;
    ids.reserve(count);
    Pair pair(v6);
    const HeapMeter meter;
    for (uint64_t i = 0; i < count; ++i)
    {
        const ConnectionId client = pair.Connect(i);
        pair.Settle();
        const ConnectionId server = pair.z.Accept(pair.listener).value;
        ids.emplace_back(client, server);
        if (afterData)
        {
            pair.a.Write(pair.now, client, 200);
            pair.Settle();
            pair.z.Read(pair.now, server, 200);
            pair.z.Write(pair.now, server, 3000);
            pair.Settle();
            pair.a.Read(pair.now, client, 3000);
            pair.Settle();
        }
        pair.Wait(10us);
    }
    pair.Wait(1s);
    Check(CountOf(lifecycle::State::Established, pair.a) == count, "not all are established");
    Check(CountOf(lifecycle::State::Established, pair.z) == count, "not all are established");
    return {{"bytes", meter.BytesPer(count)}};
}

Figures
CoreHalfOpen(uint64_t count, bool v6)
{
    Pair pair(v6);
    const HeapMeter meter;
    for (uint64_t i = 0; i < count; ++i)
    {
        pair.Syn(i);
    }
    Check(CountOf(lifecycle::State::SynReceived, pair.z) == count, "not all are half-open");
    return {{"bytes", meter.BytesPer(count)}};
}

Figures
CoreTimeWait(uint64_t count, bool v6)
{
    Pair pair(v6);
    const HeapMeter meter;
    for (uint64_t i = 0; i < count; ++i)
    {
        const ConnectionId client = pair.Connect(i);
        pair.Settle();
        const ConnectionId server = pair.z.Accept(pair.listener).value;
        pair.a.Close(pair.now, client);
        pair.Settle();
        pair.z.Close(pair.now, server);
        pair.Settle();
    }
    Check(CountOf(lifecycle::State::TimeWait, pair.a) == count, "not all are in TIME-WAIT");
    return {{"bytes", meter.BytesPer(count)}};
}

// Sockets of ns-3.

using namespace ns3;

/// Two nodes with a link.
struct TwoNodes
{
    explicit TwoNodes(bool stock)
    {
        Config::SetDefault("ns3::TcpSocket::TcpNoDelay", BooleanValue(true));
        nodes.Create(2);
        if (!stock)
        {
            LifecycleTcpHelper tcp;
            tcp.SetProfile("Linux");
            tcp.SetKeepaliveModel("ns3::TcpKeepaliveModel", "Enabled", BooleanValue(true));
            tcp.Install(nodes);
        }
        InternetStackHelper internet;
        internet.Install(nodes);
        PointToPointHelper link;
        link.SetDeviceAttribute("DataRate", StringValue("100Gbps"));
        link.SetChannelAttribute("Delay", StringValue("1us"));
        const NetDeviceContainer devices = link.Install(nodes);
        Ipv4AddressHelper addresses("10.0.0.0", "255.255.255.0");
        addresses.Assign(devices);
        // FqCoDel would keep 5 kB for each flow that it has ever seen, up to 1024.
        TrafficControlHelper().Uninstall(devices);
    }

    ~TwoNodes()
    {
        Simulator::Destroy();
    }

    Ptr<Socket> MakeSocket(uint32_t node) const
    {
        return Socket::CreateSocket(nodes.Get(node), TcpSocketFactory::GetTypeId());
    }

    NodeContainer nodes;
};

Figures
CreatedSockets(uint64_t count, bool stock)
{
    const TwoNodes network(stock);
    std::vector<Ptr<Socket>> sockets;
    sockets.reserve(count);
    const Ptr<Socket> first = network.MakeSocket(0);
    const HeapMeter meter;
    const uint64_t allocations = g_allocations;
    const auto start = std::chrono::steady_clock::now();
    for (uint64_t i = 0; i < count; ++i)
    {
        sockets.push_back(network.MakeSocket(0));
    }
    const std::chrono::duration<double, std::micro> time = std::chrono::steady_clock::now() - start;
    const auto each = static_cast<double>(count);
    return {{"bytes", meter.BytesPer(count)},
            {"allocations", static_cast<double>(g_allocations - allocations) / each},
            {"us", time.count() / each}};
}

/// A client and a server on two nodes, and all the connections between them.
class Conversation
{
  public:
    Conversation(uint64_t count, bool stock, bool withData)
        : m_network(stock),
          m_withData(withData)
    {
        m_clients.reserve(count);
        m_servers.reserve(count);
        Simulator::Stop(Seconds(1)); // nodes are initialized
        Simulator::Run();
        // Once through everything, so that what is made at the first use is not counted.
        Open(1);
        m_meter = HeapMeter();
        Open(count);
        Simulator::Stop(Seconds(5));
        Simulator::Run();
        Check(m_servers.size() == count + 1 && m_connected == count + 1, "not all are connected");
    }

    double BytesPer(uint64_t count) const
    {
        return m_meter.BytesPer(count);
    }

  private:
    static constexpr uint64_t PORTS = 20000; ///< connections to one port of the server

    void Open(uint64_t count)
    {
        for (uint64_t i = 0; i < count; ++i)
        {
            if (i % PORTS == 0)
            {
                Listen();
            }
            OpenOne();
            // One at a time, so that what is in flight does not add to what is measured.
            Simulator::Stop(MicroSeconds(50));
            Simulator::Run();
        }
    }

    void Listen()
    {
        ++m_port;
        const Ptr<Socket> listener = m_network.MakeSocket(1);
        listener->Bind(InetSocketAddress(Ipv4Address::GetAny(), m_port));
        listener->Listen();
        listener->SetAcceptCallback(MakeNullCallback<bool, Ptr<Socket>, const Address&>(),
                                    MakeCallback(&Conversation::Accept, this));
        m_listeners.push_back(listener);
    }

    void OpenOne()
    {
        const Ptr<Socket> client = m_network.MakeSocket(0);
        client->SetConnectCallback(m_onConnected, m_onFailed);
        client->SetRecvCallback(m_onReply);
        client->Connect(InetSocketAddress(Ipv4Address("10.0.0.2"), m_port));
        m_clients.push_back(client);
    }

    void Accept(Ptr<Socket> socket, const Address&)
    {
        socket->SetRecvCallback(m_onRequest);
        m_servers.push_back(socket);
    }

    void Connected(Ptr<Socket> socket)
    {
        ++m_connected;
        if (m_withData)
        {
            socket->Send(Create<Packet>(200));
        }
    }

    void Failed(Ptr<Socket>)
    {
        Check(false, "a connection failed");
    }

    void Request(Ptr<Socket> socket)
    {
        if (socket->Recv())
        {
            socket->Send(Create<Packet>(3000));
        }
    }

    void Reply(Ptr<Socket> socket)
    {
        socket->Recv();
    }

    TwoNodes m_network;
    bool m_withData;
    uint16_t m_port{79};
    uint64_t m_connected{0};
    // One callback of a kind for all sockets: making one costs 200 bytes.
    Callback<void, Ptr<Socket>> m_onConnected{MakeCallback(&Conversation::Connected, this)};
    Callback<void, Ptr<Socket>> m_onFailed{MakeCallback(&Conversation::Failed, this)};
    Callback<void, Ptr<Socket>> m_onRequest{MakeCallback(&Conversation::Request, this)};
    Callback<void, Ptr<Socket>> m_onReply{MakeCallback(&Conversation::Reply, this)};
    std::vector<Ptr<Socket>> m_listeners;
    std::vector<Ptr<Socket>> m_clients;
    std::vector<Ptr<Socket>> m_servers;
    HeapMeter m_meter;
};

Figures
SocketsIdle(uint64_t count, bool stock, bool withData)
{
    const Conversation conversation(count, stock, withData);
    return {{"bytes", conversation.BytesPer(count)}};
}

// The table.

/// What is measured.
struct Line
{
    std::string name;
    std::string unit;                                           ///< of the first figure
    double budget;                                              ///< of it
    uint64_t mostStock;                                         ///< the most that stock can bear
    std::function<Figures(uint64_t count, bool stock)> measure; ///< in a process of its own
};

/// Runs \p measure in a child, so that no run finds the heap of another.
Figures
Isolated(const std::function<Figures()>& measure)
{
    int ends[2];
    Check(pipe(ends) == 0, "no pipe");
    const pid_t child = fork();
    Check(child >= 0, "no process");
    if (child == 0)
    {
        const std::string text = nlohmann::json(measure()).dump();
        const bool written =
            write(ends[1], text.data(), text.size()) == static_cast<ssize_t>(text.size());
        _exit(written ? 0 : 1);
    }
    close(ends[1]);
    std::string text;
    char buffer[4096];
    for (ssize_t got; (got = read(ends[0], buffer, sizeof(buffer))) > 0;)
    {
        text.append(buffer, static_cast<std::size_t>(got));
    }
    close(ends[0]);
    int status = 0;
    waitpid(child, &status, 0);
    Check(WIFEXITED(status) && WEXITSTATUS(status) == 0, "a measurement failed");
    return nlohmann::json::parse(text).get<Figures>();
}

std::vector<uint64_t>
ParseCounts(const std::string& list)
{
    std::vector<uint64_t> counts;
    std::istringstream stream(list);
    for (std::string count; std::getline(stream, count, ',');)
    {
        counts.push_back(std::stoull(count));
    }
    return counts;
}

} // namespace

int
main(int argc, char* argv[])
{
    std::string counts = "1000,10000,100000";
    std::string only;
    std::string json;
    bool withStock = true;
    CommandLine command(__FILE__);
    command.AddValue("n", "How many, separated by commas", counts);
    command.AddValue("only", "Only lines whose name contains this", only);
    command.AddValue("stock", "Whether stock TCP is measured too", withStock);
    command.AddValue("json", "File to write the figures to", json);
    command.Parse(argc, argv);

    constexpr uint64_t NOT_STOCK = 0;
    const std::vector<Line> lines{
        {"idle connection, core, both ends",
         "bytes",
         400,
         NOT_STOCK,
         [](uint64_t n, bool) { return CoreIdle(n, false, false); }},
        {"idle connection after data, core, both ends",
         "bytes",
         400,
         NOT_STOCK,
         [](uint64_t n, bool) { return CoreIdle(n, false, true); }},
        {"idle connection, core, both ends, IPv6",
         "bytes",
         400,
         NOT_STOCK,
         [](uint64_t n, bool) { return CoreIdle(n, true, false); }},
        {"half-open record",
         "bytes",
         80,
         NOT_STOCK,
         [](uint64_t n, bool) { return CoreHalfOpen(n, false); }},
        {"half-open record, IPv6",
         "bytes",
         80,
         NOT_STOCK,
         [](uint64_t n, bool) { return CoreHalfOpen(n, true); }},
        {"TIME_WAIT record",
         "bytes",
         80,
         NOT_STOCK,
         [](uint64_t n, bool) { return CoreTimeWait(n, false); }},
        {"TIME_WAIT record, IPv6",
         "bytes",
         80,
         NOT_STOCK,
         [](uint64_t n, bool) { return CoreTimeWait(n, true); }},
        {"created socket", "bytes", 500, UINT64_MAX, CreatedSockets},
        {"idle connection, sockets, both ends",
         "bytes",
         1000,
         2000,
         [](uint64_t n, bool stock) { return SocketsIdle(n, stock, false); }},
        {"idle connection after data, sockets, both ends",
         "bytes",
         1000,
         2000,
         [](uint64_t n, bool stock) { return SocketsIdle(n, stock, true); }},
    };

    nlohmann::json report = nlohmann::json::array();
    std::printf("%-48s %9s %12s %10s %10s %8s\n",
                "heap per",
                "N",
                "figure",
                "lifecycle",
                "stock",
                "budget");
    for (const Line& line : lines)
    {
        if (line.name.find(only) == std::string::npos)
        {
            continue;
        }
        for (const uint64_t count : ParseCounts(counts))
        {
            const Figures ours = Isolated([&] { return line.measure(count, false); });
            const bool both = withStock && count <= line.mostStock;
            const Figures stock =
                both ? Isolated([&] { return line.measure(count, true); }) : Figures();
            for (const auto& [figure, value] : ours)
            {
                const bool budgeted = figure == line.unit;
                char stockText[32] = "-";
                char budgetText[32] = "";
                if (both)
                {
                    std::snprintf(stockText, sizeof(stockText), "%.1f", stock.at(figure));
                }
                if (budgeted)
                {
                    std::snprintf(budgetText, sizeof(budgetText), "%.0f", line.budget);
                }
                std::printf("%-48s %9llu %12s %10.1f %10s %8s\n",
                            line.name.c_str(),
                            static_cast<unsigned long long>(count),
                            figure.c_str(),
                            value,
                            stockText,
                            budgetText);
            }
            std::fflush(stdout);
            report.push_back({{"name", line.name}, {"n", count}, {"lifecycle", ours}});
            if (both)
            {
                report.back()["stock"] = stock;
            }
        }
    }
    if (!json.empty())
    {
        std::ofstream(json) << report.dump(2) << "\n";
    }
    return 0;
}
