#include "tcp-stack.h"

namespace churn
{

void
TcpStack::WatchCreated(ns3::Ptr<ns3::Socket>)
{
}

void
TcpStack::WatchRequest()
{
}

void
TcpStack::WatchAccepted(ns3::Ptr<ns3::Socket>)
{
}

} // namespace churn
