#include "lifecycle-network.h"

#include "ns3/icmpv4.h"
#include "ns3/inet-socket-address.h"
#include "ns3/inet6-socket-address.h"
#include "ns3/internet-stack-helper.h"
#include "ns3/ipv4-header.h"
#include "ns3/ipv4-interface.h"
#include "ns3/ipv4-l3-protocol.h"
#include "ns3/ipv4-static-routing-helper.h"
#include "ns3/ipv6-l3-protocol.h"
#include "ns3/lifecycle-tcp-helper.h"
#include "ns3/lifecycle-tcp-socket.h"
#include "ns3/simulator.h"
#include "ns3/tcp-header.h"
#include "ns3/uinteger.h"

#include <cerrno>

/**
 * \file
 * Why connections end, as applications learn of it; with a router that answers as routers do.
 */

namespace lifecycle_test
{

using namespace ns3;

namespace
{

constexpr uint16_t PORT = 80;
constexpr const char* NOWHERE = "10.9.9.9"; // where the router knows no way to
constexpr uint8_t HOST_UNREACHABLE = 1;     // RFC 792
constexpr uint8_t PROTOCOL_UNREACHABLE = 2;
constexpr uint8_t PORT_UNREACHABLE = 3;
constexpr uint8_t FRAGMENTATION_NEEDED = 4;

/// Sends the ICMP errors that ns-3's IPv4 routers leave out (RFC 1812 §5.2.7.1).
class AnsweringRouter
{
  public:
    /// \param code of the messages
    AnsweringRouter(Ptr<Node> router, uint8_t code)
        : m_ipv4(router->GetObject<Ipv4L3Protocol>()),
          m_code(code)
    {
        m_ipv4->TraceConnectWithoutContext("Drop", MakeCallback(&AnsweringRouter::Answer, this));
    }

    uint32_t answers{0};

  private:
    void Answer(const Ipv4Header& header,
                Ptr<const Packet> payload,
                Ipv4L3Protocol::DropReason reason,
                Ptr<Ipv4>,
                uint32_t)
    {
        if (reason != Ipv4L3Protocol::DROP_NO_ROUTE && reason != Ipv4L3Protocol::DROP_ROUTE_ERROR)
        {
            return;
        }
        ++answers;
        Icmpv4DestinationUnreachable unreachable;
        unreachable.SetHeader(header);
        unreachable.SetData(payload);
        Icmpv4Header icmp;
        icmp.SetType(Icmpv4Header::ICMPV4_DEST_UNREACH);
        icmp.SetCode(m_code);
        const Ptr<Packet> message = Create<Packet>();
        message->AddHeader(unreachable);
        message->AddHeader(icmp);
        Simulator::ScheduleNow([this, message, to = header.GetSource()] {
            m_ipv4->Send(message, m_ipv4->GetAddress(1, 0).GetLocal(), to, 1, nullptr);
        });
    }

    Ptr<Ipv4L3Protocol> m_ipv4;
    uint8_t m_code;
};

} // namespace

/// A client, a router and a server, with routes by default to the router.
class ErrorsTest : public Simulation
{
  protected:
    ErrorsTest()
    {
        RouteAllVia(m_network.Client(), Ipv4Address("10.1.0.2"));
        RouteAllVia(m_network.Server(), Ipv4Address("10.1.1.1"));
        m_network.ClientTcp()->TraceConnectWithoutContext(
            "StateChange",
            Callback<void, const LifecycleTcpTransition&>(
                [this](const LifecycleTcpTransition& change) { m_last = change; }));
    }

    static void RouteAllVia(Ptr<Node> node, Ipv4Address router)
    {
        Ipv4StaticRoutingHelper()
            .GetStaticRouting(node->GetObject<Ipv4>())
            ->SetDefaultRoute(router, 1);
    }

    static Ptr<LifecycleTcpSocket> Ours(Ptr<Socket> socket)
    {
        return DynamicCast<LifecycleTcpSocket>(socket);
    }

    void RunUntil(double seconds)
    {
        Simulator::Stop(Seconds(seconds) - Simulator::Now());
        Simulator::Run();
    }

    /// The client's connection has ended, and socket, errno and trace agree on why.
    void ExpectEnded(Ptr<Socket> socket,
                     LifecycleTcpCloseReason reason,
                     Socket::SocketErrno error,
                     int posixError)
    {
        EXPECT_EQ(Ours(socket)->GetCloseReason(), reason)
            << ToString(Ours(socket)->GetCloseReason());
        EXPECT_EQ(socket->GetErrno(), error);
        EXPECT_EQ(ToPosixErrno(reason), posixError);
        EXPECT_EQ(m_last.to, TcpSocket::CLOSED);
        EXPECT_EQ(m_last.reason, reason) << ToString(m_last.reason);
    }

    Network m_network;
    LifecycleTcpTransition m_last{}; //!< of the client
};

// Told apart.

TEST_F(ErrorsTest, NobodyListening)
{
    TalkingClient client(m_network.Client(), m_network.ServerAt(PORT), 0, 1);
    RunUntil(3);
    EXPECT_EQ(client.failed, 1);
    ExpectEnded(client.socket,
                LifecycleTcpCloseReason::REFUSED,
                Socket::ERROR_ADDRNOTAVAIL,
                ECONNREFUSED);
}

TEST_F(ErrorsTest, NobodyAnswering)
{
    TalkingClient client(m_network.Client(), InetSocketAddress(NOWHERE, PORT), 0, 1);
    RunUntil(200);
    EXPECT_EQ(client.failed, 1);
    ExpectEnded(client.socket,
                LifecycleTcpCloseReason::CONNECT_TIMEOUT,
                Socket::ERROR_AGAIN,
                ETIMEDOUT);
}

TEST_F(ErrorsTest, TheRouterKnowingNoWay)
{
    AnsweringRouter router(m_network.Router(), HOST_UNREACHABLE);
    TalkingClient client(m_network.Client(), InetSocketAddress(NOWHERE, PORT), 0, 1);
    RunUntil(2.1);
    EXPECT_EQ(router.answers, 1);
    EXPECT_EQ(client.failed, 1);
    ExpectEnded(client.socket,
                LifecycleTcpCloseReason::UNREACHABLE,
                Socket::ERROR_NOROUTETOHOST,
                EHOSTUNREACH);
}

TEST_F(ErrorsTest, ThePeerResetting)
{
    TalkingServer server(m_network.Server(), m_network.AnyAt(PORT), 0);
    server.listener->SetAttribute("Linger", TimeValue(Time(0)));
    TalkingClient client(m_network.Client(), m_network.ServerAt(PORT), 0, 1);
    Simulator::Schedule(Seconds(3), [&] { server.talkers.front().socket->Close(); });
    RunUntil(4);
    EXPECT_EQ(client.errorCloses, 1);
    ExpectEnded(client.socket, LifecycleTcpCloseReason::RESET, Socket::ERROR_NOTCONN, ECONNRESET);
}

TEST_F(ErrorsTest, ThisSideGivingUp)
{
    TalkingServer server(m_network.Server(), m_network.AnyAt(PORT), 0);
    TalkingClient client(m_network.Client(), m_network.ServerAt(PORT), 0, 1);
    client.socket->SetAttribute("Linger", TimeValue(Time(0)));
    Simulator::Schedule(Seconds(3), [&] { client.socket->Close(); });
    RunUntil(4);
    EXPECT_EQ(client.errorCloses, 1);
    ExpectEnded(client.socket,
                LifecycleTcpCloseReason::ABORTED,
                Socket::ERROR_SHUTDOWN,
                ECONNABORTED);
}

// ICMP.

TEST_F(ErrorsTest, AnUnreachablePortRefuses)
{
    AnsweringRouter router(m_network.Router(), PORT_UNREACHABLE);
    m_network.ClientTcp()->SetProfile("Rfc9293");
    TalkingClient client(m_network.Client(), InetSocketAddress(NOWHERE, PORT), 0, 1);
    RunUntil(2.1);
    ExpectEnded(client.socket,
                LifecycleTcpCloseReason::REFUSED,
                Socket::ERROR_ADDRNOTAVAIL,
                ECONNREFUSED);
}

TEST_F(ErrorsTest, AnUnreachableProtocolIsUnreachable)
{
    AnsweringRouter router(m_network.Router(), PROTOCOL_UNREACHABLE);
    m_network.ClientTcp()->SetProfile("Rfc9293");
    TalkingClient client(m_network.Client(), InetSocketAddress(NOWHERE, PORT), 0, 1);
    RunUntil(2.1);
    ExpectEnded(client.socket,
                LifecycleTcpCloseReason::UNREACHABLE,
                Socket::ERROR_NOROUTETOHOST,
                EHOSTUNREACH);
}

TEST_F(ErrorsTest, ASegmentThatIsTooLargeFailsNothing)
{
    AnsweringRouter router(m_network.Router(), FRAGMENTATION_NEEDED);
    TalkingClient client(m_network.Client(), InetSocketAddress(NOWHERE, PORT), 0, 1);
    RunUntil(10);
    EXPECT_GT(router.answers, 1);
    EXPECT_EQ(client.failed, 0);
}

TEST_F(ErrorsTest, HowLongAnUnreachableHostIsTriedIsUpToTheProfile)
{
    AnsweringRouter router(m_network.Router(), HOST_UNREACHABLE);
    // FreeBSD: the SYN at 0, 1, 3.2, 7.4 and 15.6 s; the answer to the last is one too many.
    const std::pair<const char*, Time> expected[] = {{"Linux", Seconds(0)},
                                                     {"FreeBsd", Seconds(15.6)},
                                                     {"Windows", Seconds(31)},
                                                     {"Rfc9293", Seconds(183)},
                                                     {"Textbook", Seconds(75)}};
    for (const auto& [profile, length] : expected)
    {
        m_network.ClientTcp()->SetProfile(profile);
        const Ptr<Socket> socket = Network::MakeSocket(m_network.Client());
        const Time begin = Simulator::Now();
        Time end;
        socket->SetConnectCallback(
            MakeNullCallback<void, Ptr<Socket>>(),
            Callback<void, Ptr<Socket>>([&](Ptr<Socket>) { end = Simulator::Now(); }));
        Simulator::ScheduleNow(
            [&] { EXPECT_EQ(socket->Connect(InetSocketAddress(NOWHERE, PORT)), 0); });
        RunUntil(begin.GetSeconds() + 200);
        EXPECT_NEAR((end - begin).GetSeconds(), length.GetSeconds(), 0.02) << profile;
        ExpectEnded(socket,
                    LifecycleTcpCloseReason::UNREACHABLE,
                    Socket::ERROR_NOROUTETOHOST,
                    EHOSTUNREACH);
    }
}

TEST_F(ErrorsTest, ASegmentThatDiesOnItsWayIsUnreachable)
{
    // ns-3's routers do answer this one.
    TalkingServer server(m_network.Server(), m_network.AnyAt(PORT), 0);
    TalkingClient client(m_network.Client(), m_network.ServerAt(PORT), 0, 1);
    client.socket->SetIpTtl(1);
    RunUntil(2.1);
    ExpectEnded(client.socket,
                LifecycleTcpCloseReason::UNREACHABLE,
                Socket::ERROR_NOROUTETOHOST,
                EHOSTUNREACH);
}

TEST_F(ErrorsTest, AnInterruptionDoesNotEndAConnection)
{
    AnsweringRouter router(m_network.Router(), HOST_UNREACHABLE);
    TalkingServer server(m_network.Server(), m_network.AnyAt(PORT), 0);
    TalkingClient client(m_network.Client(), m_network.ServerAt(PORT), 2000000, 0);
    const Ptr<Ipv4> ipv4 = m_network.Router()->GetObject<Ipv4>();
    Simulator::Schedule(Seconds(2.5), [&] { ipv4->SetForwarding(1, false); });
    Simulator::Schedule(Seconds(12), [&] { ipv4->SetForwarding(1, true); });
    RunUntil(60);
    EXPECT_GT(router.answers, 2);
    EXPECT_GT(m_network.ClientTcp()->GetCounters()["icmpErrorsIn"], 2);
    EXPECT_EQ(client.errorCloses, 0);
    ASSERT_EQ(server.talkers.size(), 1);
    EXPECT_EQ(server.talkers.front().received, 2000000);
}

TEST_F(ErrorsTest, AnInterruptionThatStaysIsWhyDataTimeOut)
{
    m_network.ClientTcp()->SetAttribute("DataRetries", UintegerValue(3));
    AnsweringRouter router(m_network.Router(), HOST_UNREACHABLE);
    TalkingServer server(m_network.Server(), m_network.AnyAt(PORT), 0);
    TalkingClient client(m_network.Client(), m_network.ServerAt(PORT), 2000000, 0);
    const Ptr<Ipv4> ipv4 = m_network.Router()->GetObject<Ipv4>();
    Simulator::Schedule(Seconds(2.5), [&] { ipv4->SetForwarding(1, false); });
    RunUntil(60);
    EXPECT_EQ(client.errorCloses, 1);
    ExpectEnded(client.socket,
                LifecycleTcpCloseReason::UNREACHABLE,
                Socket::ERROR_NOROUTETOHOST,
                EHOSTUNREACH);
}

TEST_F(ErrorsTest, ARequestFromNowhereIsDroppedOnceTheRouterSaysSo)
{
    AnsweringRouter router(m_network.Router(), HOST_UNREACHABLE);
    TalkingServer server(m_network.Server(), m_network.AnyAt(PORT), 0);
    Simulator::Schedule(Seconds(1), [&] {
        TcpHeader syn;
        syn.SetFlags(TcpHeader::SYN);
        syn.SetSourcePort(1000);
        syn.SetDestinationPort(PORT);
        const Ptr<Packet> packet = Create<Packet>();
        packet->AddHeader(syn);
        Ipv4Header ip;
        ip.SetSource(Ipv4Address(NOWHERE));
        ip.SetDestination(Ipv4Address("10.1.1.2"));
        const Ptr<Ipv4L3Protocol> ipv4 = m_network.Server()->GetObject<Ipv4L3Protocol>();
        m_network.ServerTcp()->Receive(packet, ip, ipv4->GetInterface(1));
        EXPECT_EQ(m_network.ServerTcp()->GetCensus()[TcpSocket::SYN_RCVD], 1);
    });
    RunUntil(1.5);
    EXPECT_EQ(router.answers, 1);
    EXPECT_EQ(m_network.ServerTcp()->GetCensus()[TcpSocket::SYN_RCVD], 0);
}

TEST_F(ErrorsTest, AnIpv6RouterThatKnowsNoWayIsHeard)
{
    const Network network({.family = Family::V6});
    // ns-3 does answer for a router that does not forward.
    network.Router()->GetObject<Ipv6>()->SetForwarding(1, false);
    TalkingClient client(network.Client(), Inet6SocketAddress("fd00:9::1", PORT), 0, 1);
    RunUntil(2.1);
    EXPECT_EQ(client.failed, 1);
    EXPECT_EQ(Ours(client.socket)->GetCloseReason(), LifecycleTcpCloseReason::UNREACHABLE);
}

// Before anything is sent.

TEST_F(ErrorsTest, WithoutARouteConnectFails)
{
    const Ptr<Node> lonely = CreateObject<Node>();
    LifecycleTcpHelper().Install(lonely);
    InternetStackHelper().Install(lonely);
    const Ptr<Socket> socket = Network::MakeSocket(lonely);
    EXPECT_EQ(socket->Connect(m_network.ServerAt(PORT)), -1);
    EXPECT_EQ(socket->GetErrno(), Socket::ERROR_NOROUTETOHOST);
}

TEST_F(ErrorsTest, FromAnAddressThatIsNotItsOwnConnectFails)
{
    for (const char* address : {"10.1.0.77", "10.1.1.2"})
    {
        const Ptr<Socket> socket = Network::MakeSocket(m_network.Client());
        EXPECT_EQ(socket->Bind(InetSocketAddress(address, 0)), 0);
        EXPECT_EQ(socket->Connect(m_network.ServerAt(PORT)), -1) << address;
        EXPECT_EQ(socket->GetErrno(), Socket::ERROR_ADDRNOTAVAIL);
    }
}

} // namespace lifecycle_test
