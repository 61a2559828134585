// What `ss -tano` would show of an endpoint.

#include "peer-test.h"

#include <array>

namespace lifecycle::test
{
namespace
{

class View : public PeerTest
{
  protected:
    /** The row of the connection in whatever form it lives, record or connection. */
    ConnectionView Row()
    {
        ConnectionView row{};
        Core().ForEachView([&](const ConnectionView& view) {
            if (view.tuple == Tuple())
            {
                row = view;
            }
        });
        return row;
    }

    void ExpectTimer(const std::string& name, Duration left)
    {
        EXPECT_EQ(Row().timer, name);
        EXPECT_EQ(Row().deadline, now + left);
    }
};

TEST_F(View, IdleConnectionHasNoTimer)
{
    ConnectAndEstablish();
    EXPECT_STREQ(Row().timer, "");
    EXPECT_EQ(Row().deadline, kNever);
}

TEST_F(View, SynAndDataWaitForTheirRetransmission)
{
    Connect();
    Expect(Syn());
    ExpectTimer("on", 1s);
    Advance(kRtt);
    Send(SynAck());
    Expect(Ack());
    Write(100);
    Expect(Data(100));
    ExpectTimer("on", kRto);
    EXPECT_EQ(Row().sendQueue, 100U);
    EXPECT_EQ(Row().retries, 0U);
    ExpectAfter(kRto, Data(100).Seq(1));
    ExpectTimer("on", 2 * kRto);
    EXPECT_EQ(Row().retries, 1U);
    EXPECT_EQ(Row().rto, 2 * kRto);
}

TEST_F(View, HalfOpenRequestWaitsForItsRetransmission)
{
    GoTo(State::SynReceived);
    ExpectTimer("on", 1s);
    ExpectAfter(1s, SynAck());
    ExpectTimer("on", 2s);
    EXPECT_EQ(Row().retries, 1U);
}

TEST_F(View, ClosedWindowIsPersistedWith)
{
    ConnectAndEstablish();
    Send(Ack().Window(0));
    Write(100);
    ExpectTimer("persist", kRto);
}

TEST_F(View, IdleConnectionWithKeepaliveWaitsForIt)
{
    config.keepalive.enabled = true;
    ConnectAndEstablish();
    ExpectTimer("keepalive", 2h);
}

TEST_F(View, UnreadDataStandsInTheReceiveQueue)
{
    ConnectAndEstablish();
    Send(Data(100));
    EXPECT_EQ(Row().recvQueue, 100U);
    ExpectTimer("delack", 40ms);
    ReadAll();
    EXPECT_EQ(Row().recvQueue, 0U);
    ExpectAfter(40ms, Ack(101));
}

TEST_F(View, FinWait2AndTimeWaitAreTimed) // ss has one name for both
{
    ConnectAndEstablish();
    Close();
    Expect(Fin());
    Send(Ack());
    ExpectTimer("timewait", 60s);
    Advance(10s);
    Send(Fin());
    Expect(Ack());
    ExpectState(State::TimeWait);
    ExpectTimer("timewait", 60s);
}

TEST_F(View, ListenerShowsItsQueueAndBacklog)
{
    listener = Core().Listen({.local = IpAddress(), .port = Tuple().localPort, .backlog = 7}).value;
    Send(Syn());
    Expect(SynAck());
    Send(Ack());
    ConnectionView row{};
    Core().ForEachView(
        [&](const ConnectionView& view) { row = view.state == State::Listen ? view : row; });
    EXPECT_EQ(row.recvQueue, 1U);
    EXPECT_EQ(row.sendQueue, 7U);
    EXPECT_EQ(row.tuple.localPort, Tuple().localPort);
}

TEST_F(View, CensusAndRowsAgreeInEveryState)
{
    for (State state : {State::Listen,
                        State::SynSent,
                        State::SynReceived,
                        State::Established,
                        State::FinWait1,
                        State::FinWait2,
                        State::CloseWait,
                        State::Closing,
                        State::LastAck,
                        State::TimeWait})
    {
        SCOPED_TRACE(Name(state));
        GoTo(state);
        std::array<uint64_t, kStates> rows{};
        Core().ForEachView(
            [&](const ConnectionView& view) { ++rows[static_cast<std::size_t>(view.state)]; });
        EXPECT_EQ(rows, Core().Census());
        EXPECT_EQ(rows[static_cast<std::size_t>(state)], 1U);
        StartOver();
    }
}

} // namespace
} // namespace lifecycle::test
