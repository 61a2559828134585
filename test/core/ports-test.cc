// Ephemeral ports: how they are chosen (RFC 6056), and when there are none left.

#include "crowd-test.h"

#include <set>

namespace lifecycle::test
{
namespace
{

class Ports : public CrowdTest
{
  protected:
    Ports()
    {
        config.handshake.firstEphemeralPort = 50000;
        config.handshake.lastEphemeralPort = 50009;
    }

    Result<ConnectionId> ConnectTo(uint32_t host, uint16_t port = 80)
    {
        return Core().Connect(now,
                              {.local = IpAddress::FromV4(0x0a000001),
                               .remote = IpAddress::FromV4(host),
                               .remotePort = port});
    }

    uint16_t PortOf(const Result<ConnectionId>& connection)
    {
        return Core().View(connection.value).tuple.localPort;
    }
};

TEST_F(Ports, AreExhaustedPerDestinationAndNotPerNode)
{
    for (int i = 0; i < 10; ++i)
    {
        EXPECT_TRUE(ConnectTo(1));
    }
    EXPECT_EQ(ConnectTo(1).error, Error::AddressNotAvailable);
    EXPECT_EQ(Count().portsExhausted, 1U);
    EXPECT_TRUE(ConnectTo(2)) << "another host";
    EXPECT_TRUE(ConnectTo(1, 81)) << "another port of the same host";
}

TEST_F(Ports, AreUsedAgainWhenTheConnectionIsGone)
{
    std::vector<ConnectionId> all;
    for (int i = 0; i < 10; ++i)
    {
        all.push_back(ConnectTo(1).value);
    }
    const uint16_t freed = Core().View(all[3]).tuple.localPort;
    Core().Abort(now, all[3]);
    EXPECT_EQ(PortOf(ConnectTo(1)), freed);
}

TEST_F(Ports, InOrderWhereThatIsAskedFor)
{
    config.handshake.ports = PortChoice::Sequential;
    EXPECT_EQ(PortOf(ConnectTo(1)), 50000);
    EXPECT_EQ(PortOf(ConnectTo(2)), 50001);
    EXPECT_EQ(PortOf(ConnectTo(1)), 50002);
}

TEST_F(Ports, AtRandomAreAllUsed)
{
    config.handshake.ports = PortChoice::Random;
    std::set<uint16_t> used;
    for (int i = 0; i < 10; ++i)
    {
        used.insert(PortOf(ConnectTo(1)));
    }
    EXPECT_EQ(used.size(), 10U);
}

TEST_F(Ports, HashedStartElsewhereForEachDestination) // RFC 6056 §3.3.4
{
    config.handshake.firstEphemeralPort = 1024;
    config.handshake.lastEphemeralPort = 65535;
    std::set<uint16_t> used;
    for (uint32_t host = 1; host <= 50; ++host)
    {
        used.insert(PortOf(ConnectTo(host)));
    }
    const bool inOrder = *used.rbegin() - *used.begin() < 100;
    EXPECT_FALSE(inOrder);
}

TEST_F(Ports, OfListenersAndReservationsAreLeftAlone)
{
    config.handshake.ports = PortChoice::Sequential;
    EXPECT_TRUE(Core().Listen({.local = IpAddress(), .port = 50000}));
    EXPECT_TRUE(Core().Bind(IpAddress(), 50001));
    EXPECT_EQ(PortOf(ConnectTo(1)), 50002);
    Core().Unbind(IpAddress(), 50001);
}

TEST_F(Ports, OfOneAddressMayBeBoundByAnother)
{
    EXPECT_TRUE(Core().Bind(IpAddress::FromV4(1), 600));
    EXPECT_TRUE(Core().Bind(IpAddress::FromV4(2), 600));
    EXPECT_EQ(Core().Bind(IpAddress::FromV4(1), 600).error, Error::AddressInUse);
    EXPECT_EQ(Core().Bind(IpAddress::FromV4(0), 600).error, Error::AddressInUse);
}

} // namespace
} // namespace lifecycle::test
