#include "tcp-stack.h"

#include "ns3/callback.h"
#include "ns3/config.h"
#include "ns3/double.h"
#include "ns3/uinteger.h"

namespace churn
{

namespace
{

using ns3::TcpSocket;

/**
 * \brief ns-3's own TCP, which cannot be asked for its sockets' states.
 *
 * They are counted from the sockets' State trace sources. A socket that a listener makes can only
 * be traced from its being accepted on, so that SYN_RCVD counts the requests in between.
 */
class StockStack : public TcpStack
{
  public:
    explicit StockStack(const Options& options)
    {
        // The internet stack helper makes the protocol objects, so that defaults are the way in.
        ns3::Config::SetDefault("ns3::TcpSocket::SegmentSize",
                                ns3::UintegerValue(options.mtu - IP_AND_TCP_HEADERS));
        ns3::Config::SetDefault("ns3::TcpSocket::SndBufSize",
                                ns3::UintegerValue(options.bufferBytes));
        ns3::Config::SetDefault("ns3::TcpSocket::RcvBufSize",
                                ns3::UintegerValue(options.bufferBytes));
        ns3::Config::SetDefault("ns3::TcpSocketBase::MaxSegLifetime",
                                ns3::DoubleValue(options.msl.GetSeconds()));
    }

    void Install(const ns3::NodeContainer&) override
    {
    }

    StateCounts CountStates() const override
    {
        return m_counts;
    }

    Outcome ExplainFailure(ns3::Ptr<ns3::Socket>, bool connecting) const override
    {
        // Stock TCP takes no notice of a RST that answers its SYN, and gives no reason for errors.
        return connecting ? Outcome::TIMED_OUT : Outcome::RESET;
    }

    void WatchCreated(ns3::Ptr<ns3::Socket> socket) override
    {
        socket->TraceConnectWithoutContext("State", ns3::MakeCallback(&StockStack::OnChange, this));
    }

    void WatchRequest() override
    {
        ++m_counts[TcpSocket::SYN_RCVD];
    }

    void WatchAccepted(ns3::Ptr<ns3::Socket> socket) override
    {
        OnChange(TcpSocket::SYN_RCVD, TcpSocket::ESTABLISHED);
        WatchCreated(socket);
    }

  private:
    /// IPv4 and TCP headers with the timestamps option.
    static constexpr uint32_t IP_AND_TCP_HEADERS = 20 + 20 + 12;

    void OnChange(TcpSocket::TcpStates_t from, TcpSocket::TcpStates_t to)
    {
        // A closed socket is no socket to ss and netstat, nor here.
        if (from != TcpSocket::CLOSED)
        {
            --m_counts[from];
        }
        if (to != TcpSocket::CLOSED)
        {
            ++m_counts[to];
        }
    }

    StateCounts m_counts{}; //!< of all hosts
};

} // namespace

std::unique_ptr<TcpStack>
MakeStockStack(const Options& options)
{
    return std::make_unique<StockStack>(options);
}

} // namespace churn
