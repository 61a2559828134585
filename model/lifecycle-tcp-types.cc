#include "lifecycle-tcp-types.h"

#include <cerrno>

namespace ns3
{

const char*
ToString(LifecycleTcpCloseReason reason)
{
    switch (reason)
    {
    case LifecycleTcpCloseReason::NONE:
        return "not ended";
    case LifecycleTcpCloseReason::NORMAL:
        return "closed by both sides";
    case LifecycleTcpCloseReason::REFUSED:
        return "connection refused";
    case LifecycleTcpCloseReason::RESET:
        return "connection reset by the peer";
    case LifecycleTcpCloseReason::CONNECT_TIMEOUT:
        return "connection attempt timed out";
    case LifecycleTcpCloseReason::DATA_TIMEOUT:
        return "retransmission timed out";
    case LifecycleTcpCloseReason::KEEPALIVE_TIMEOUT:
        return "keepalive probes not answered";
    case LifecycleTcpCloseReason::FIN_WAIT_2_TIMEOUT:
        return "the peer never closed its side";
    case LifecycleTcpCloseReason::UNREACHABLE:
        return "host or port unreachable";
    case LifecycleTcpCloseReason::ABORTED:
        return "aborted by this side";
    }
    return "unknown";
}

int
ToPosixErrno(LifecycleTcpCloseReason reason)
{
    switch (reason)
    {
    case LifecycleTcpCloseReason::NONE:
    case LifecycleTcpCloseReason::NORMAL:
    case LifecycleTcpCloseReason::FIN_WAIT_2_TIMEOUT: // the application had closed it
        return 0;
    case LifecycleTcpCloseReason::REFUSED:
        return ECONNREFUSED;
    case LifecycleTcpCloseReason::RESET:
        return ECONNRESET;
    case LifecycleTcpCloseReason::CONNECT_TIMEOUT:
    case LifecycleTcpCloseReason::DATA_TIMEOUT:
    case LifecycleTcpCloseReason::KEEPALIVE_TIMEOUT:
        return ETIMEDOUT;
    case LifecycleTcpCloseReason::UNREACHABLE:
        return EHOSTUNREACH;
    case LifecycleTcpCloseReason::ABORTED:
        break;
    }
    return ECONNABORTED;
}

} // namespace ns3
