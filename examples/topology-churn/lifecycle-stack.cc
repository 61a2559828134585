#include "tcp-stack.h"

#include "ns3/boolean.h"
#include "ns3/lifecycle-tcp-helper.h"
#include "ns3/lifecycle-tcp-l4-protocol.h"
#include "ns3/lifecycle-tcp-socket.h"
#include "ns3/nstime.h"
#include "ns3/uinteger.h"

#include <vector>

namespace churn
{

namespace
{

/// The lifecycle TCP, which is asked for its sockets' states.
class LifecycleStack : public TcpStack
{
  public:
    explicit LifecycleStack(const Options& options)
    {
        // As for stock TCP: a response's last segment does not wait for the others' ACKs.
        m_helper.SetAttribute("Nagle", ns3::BooleanValue(false));
        m_helper.SetAttribute("Msl", ns3::TimeValue(options.msl));
        m_helper.SetAttribute("SndBufSize", ns3::UintegerValue(options.bufferBytes));
        m_helper.SetAttribute("RcvBufSize", ns3::UintegerValue(options.bufferBytes));
    }

    void Install(const ns3::NodeContainer& hosts) override
    {
        m_helper.Install(hosts);
        ns3::LifecycleTcpHelper::AssignStreams(hosts, FIRST_STREAM);
        for (auto host = hosts.Begin(); host != hosts.End(); ++host)
        {
            m_tcps.push_back(ns3::LifecycleTcpHelper::GetTcp(*host));
        }
    }

    StateCounts CountStates() const override
    {
        StateCounts sum{};
        for (const auto& tcp : m_tcps)
        {
            const auto census = tcp->GetCensus();
            for (std::size_t state = 0; state < sum.size(); ++state)
            {
                sum[state] += census[state];
            }
        }
        return sum;
    }

    Outcome ExplainFailure(ns3::Ptr<ns3::Socket> socket, bool) const override
    {
        return ToOutcome(ns3::DynamicCast<ns3::LifecycleTcpSocket>(socket)->GetCloseReason());
    }

  private:
    static constexpr int64_t FIRST_STREAM = 1000; //!< away from what scripts and ns-3 number

    ns3::LifecycleTcpHelper m_helper;                          //!< installs it
    std::vector<ns3::Ptr<ns3::LifecycleTcpL4Protocol>> m_tcps; //!< of all hosts
};

} // namespace

Outcome
ToOutcome(ns3::LifecycleTcpCloseReason reason)
{
    using Reason = ns3::LifecycleTcpCloseReason;
    switch (reason)
    {
    case Reason::REFUSED:
        return Outcome::REFUSED;
    case Reason::CONNECT_TIMEOUT:
    case Reason::DATA_TIMEOUT:
    case Reason::KEEPALIVE_TIMEOUT:
    case Reason::FIN_WAIT_2_TIMEOUT:
    case Reason::UNREACHABLE:
        return Outcome::TIMED_OUT;
    case Reason::NORMAL:
        return Outcome::CUT_SHORT;
    case Reason::NONE:
        return Outcome::NO_PORT;
    case Reason::RESET:
    case Reason::ABORTED:
        break;
    }
    return Outcome::RESET;
}

std::unique_ptr<TcpStack>
MakeLifecycleStack(const Options& options)
{
    return std::make_unique<LifecycleStack>(options);
}

} // namespace churn
