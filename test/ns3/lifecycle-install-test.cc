#include "lifecycle-network.h"

#include "ns3/internet-stack-helper.h"
#include "ns3/ipv4-l3-protocol.h"
#include "ns3/ipv4.h"
#include "ns3/ipv6.h"
#include "ns3/lifecycle-tcp-helper.h"
#include "ns3/lifecycle-tcp-socket-factory.h"
#include "ns3/lifecycle-tcp-socket.h"
#include "ns3/nstime.h"
#include "ns3/rng-seed-manager.h"
#include "ns3/tcp-socket-factory.h"
#include "ns3/udp-socket-factory.h"

namespace lifecycle_test
{

using namespace ns3;

namespace
{

void
ExpectOurs(Ptr<Node> node)
{
    const Ptr<LifecycleTcpL4Protocol> tcp = node->GetObject<LifecycleTcpL4Protocol>();
    ASSERT_TRUE(tcp);
    EXPECT_EQ(node->GetObject<TcpL4Protocol>(), tcp);
    EXPECT_EQ(LifecycleTcpHelper::GetTcp(node), tcp);
    EXPECT_TRUE(DynamicCast<LifecycleTcpSocketFactory>(node->GetObject<TcpSocketFactory>()));
    EXPECT_TRUE(DynamicCast<LifecycleTcpSocket>(Network::MakeSocket(node)));
    if (const Ptr<Ipv4> ipv4 = node->GetObject<Ipv4>())
    {
        EXPECT_EQ(ipv4->GetProtocol(TcpL4Protocol::PROT_NUMBER), tcp);
    }
    if (const Ptr<Ipv6> ipv6 = node->GetObject<Ipv6>())
    {
        EXPECT_EQ(ipv6->GetProtocol(TcpL4Protocol::PROT_NUMBER), tcp);
    }
}

} // namespace

using InstallTest = Simulation;

TEST_F(InstallTest, HelperBeforeTheInternetStack)
{
    const Ptr<Node> node = CreateObject<Node>();
    LifecycleTcpHelper().Install(node);
    InternetStackHelper().Install(node);
    ExpectOurs(node);
}

TEST_F(InstallTest, HelperBeforeAnIpv4OnlyStack)
{
    const Ptr<Node> node = CreateObject<Node>();
    LifecycleTcpHelper().Install(node);
    InternetStackHelper internet;
    internet.SetIpv6StackInstall(false);
    internet.Install(node);
    ExpectOurs(node);
}

TEST_F(InstallTest, HelperBeforeAnIpv6OnlyStack)
{
    const Ptr<Node> node = CreateObject<Node>();
    LifecycleTcpHelper().Install(node);
    InternetStackHelper internet;
    internet.SetIpv4StackInstall(false);
    internet.Install(node);
    ExpectOurs(node);
}

TEST_F(InstallTest, NamedToTheInternetStackHelper)
{
    const Ptr<Node> node = CreateObject<Node>();
    InternetStackHelper internet;
    internet.SetTcp("ns3::LifecycleTcpL4Protocol");
    internet.Install(node);
    ExpectOurs(node);
}

TEST_F(InstallTest, AggregatedByHand)
{
    const Ptr<Node> node = CreateObject<Node>();
    node->AggregateObject(CreateObject<Ipv4L3Protocol>());
    node->AggregateObject(CreateObject<LifecycleTcpL4Protocol>());
    ExpectOurs(node);
}

TEST_F(InstallTest, HelperOnANodeThatHasIp)
{
    const Ptr<Node> node = CreateObject<Node>();
    node->AggregateObject(CreateObject<Ipv4L3Protocol>());
    LifecycleTcpHelper().Install(node);
    ExpectOurs(node);
}

TEST_F(InstallTest, HelperBeforeIpByHandWithoutATcp)
{
    const Ptr<Node> node = CreateObject<Node>();
    LifecycleTcpHelper().Install(node);
    node->AggregateObject(CreateObject<Ipv4L3Protocol>());
    node->Initialize();
    ExpectOurs(node);
}

TEST_F(InstallTest, TheProtocolIsThereBeforeTheStackIs)
{
    const Ptr<Node> node = CreateObject<Node>();
    LifecycleTcpHelper helper;
    helper.SetAttribute("Msl", TimeValue(Seconds(7)));
    helper.Install(node);
    const Ptr<LifecycleTcpL4Protocol> early = LifecycleTcpHelper::GetTcp(node);
    ASSERT_TRUE(early);
    EXPECT_EQ(LifecycleTcpHelper::AssignStreams(NodeContainer(node), 5), 1);
    InternetStackHelper().Install(node);
    EXPECT_EQ(LifecycleTcpHelper::GetTcp(node), early);
    TimeValue msl;
    early->GetAttribute("Msl", msl);
    EXPECT_EQ(msl.Get(), Seconds(7));
    ExpectOurs(node);
}

TEST_F(InstallTest, OtherProtocolsAreLeftAlone)
{
    const Ptr<Node> node = CreateObject<Node>();
    LifecycleTcpHelper().Install(node);
    InternetStackHelper().Install(node);
    EXPECT_TRUE(Socket::CreateSocket(node, UdpSocketFactory::GetTypeId()));
    const Ptr<Node> other = CreateObject<Node>();
    InternetStackHelper().Install(other);
    EXPECT_FALSE(LifecycleTcpHelper::GetTcp(other));
    EXPECT_FALSE(DynamicCast<LifecycleTcpSocket>(Network::MakeSocket(other)));
}

TEST_F(InstallTest, NoStreamIsTakenFromTheScript)
{
    // Else the results of a script would change with the choice of TCP.
    const auto nextIndex = [] { return RngSeedManager::GetNextStreamIndex(); };
    const uint64_t before = nextIndex();
    const Ptr<Node> node = CreateObject<Node>();
    LifecycleTcpHelper().Install(node);
    node->AggregateObject(CreateObject<Ipv4L3Protocol>());
    node->Initialize();
    ASSERT_TRUE(Network::MakeSocket(node));
    EXPECT_EQ(nextIndex(), before + 1);
}

using InstallDeathTest = Simulation;

TEST_F(InstallDeathTest, AfterTheInternetStackItSaysWhatToDo)
{
    GTEST_FLAG_SET(death_test_style, "threadsafe");
    const Ptr<Node> node = CreateObject<Node>();
    InternetStackHelper().Install(node);
    EXPECT_DEATH(LifecycleTcpHelper().Install(node),
                 "has a TCP already; call it before InternetStackHelper::Install");
}

TEST_F(InstallDeathTest, TwiceItSaysSo)
{
    GTEST_FLAG_SET(death_test_style, "threadsafe");
    const Ptr<Node> node = CreateObject<Node>();
    LifecycleTcpHelper().Install(node);
    EXPECT_DEATH(LifecycleTcpHelper().Install(node), "has the lifecycle TCP already");
}

} // namespace lifecycle_test
