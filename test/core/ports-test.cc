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

TEST_F(Ports, OfOneDeviceMayBeBoundByAnother)
{
    EXPECT_TRUE(Core().Bind(IpAddress(), 600, false, 1));
    EXPECT_TRUE(Core().Bind(IpAddress(), 600, false, 2));
    EXPECT_EQ(Core().Bind(IpAddress(), 600, false, 2).error, Error::AddressInUse);
    EXPECT_EQ(Core().Bind(IpAddress(), 600).error, Error::AddressInUse) << "all devices";
    Core().Unbind(IpAddress(), 600, 1);
    EXPECT_TRUE(Core().Bind(IpAddress(), 600, false, 1));
}

/** Who takes a SYN that comes by a device. */
class Devices : public CrowdTest
{
  protected:
    ListenerId ListenOn(uint32_t device, const IpAddress& local = IpAddress())
    {
        const auto made = Core().Listen({.local = local, .port = kPort, .device = device});
        EXPECT_TRUE(made);
        return made.value;
    }

    std::vector<OutSegment> SynBy(uint32_t device)
    {
        Segment syn = From(m_client++, Flag::SYN);
        syn.device = device;
        return Send(syn);
    }

  private:
    uint32_t m_client{0};
};

TEST_F(Devices, AListenerOnOneRefusesWhatComesByAnother)
{
    const ListenerId listening = ListenOn(1);
    EXPECT_TRUE(IsReset(SynBy(2).at(0)));
    EXPECT_TRUE(IsSynAck(SynBy(1).at(0)));
    Core().SetDevice(listening, 2);
    EXPECT_TRUE(IsReset(SynBy(1).at(0)));
    EXPECT_TRUE(IsSynAck(SynBy(2).at(0)));
}

TEST_F(Devices, EachMayHaveAListenerOfItsOwn)
{
    const ListenerId first = ListenOn(1);
    const ListenerId second = ListenOn(2);
    const ListenerId any = ListenOn(0);
    SynBy(2);
    SynBy(2);
    SynBy(1);
    SynBy(3);
    EXPECT_EQ(Core().View(first).halfOpen, 1U);
    EXPECT_EQ(Core().View(second).halfOpen, 2U);
    EXPECT_EQ(Core().View(any).halfOpen, 1U);
    EXPECT_EQ(Core().Listen({.local = IpAddress(), .port = kPort, .device = 2}).error,
              Error::AddressInUse);
}

TEST_F(Devices, AnAddressOfItsOwnGoesBeforeADeviceOfItsOwn)
{
    const ListenerId device = ListenOn(1);
    const ListenerId address = ListenOn(0, TupleOf(0).local);
    SynBy(1);
    EXPECT_EQ(Core().View(device).halfOpen, 0U);
    EXPECT_EQ(Core().View(address).halfOpen, 1U);
}

} // namespace
} // namespace lifecycle::test
