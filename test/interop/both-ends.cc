#include "both-ends.h"

#include "wait-until.h"

#include <ostream>

namespace interop
{

void
PrintTo(const BothEnds& ends, std::ostream* output)
{
    *output << "kernel " << ends.kernel << ", model " << ends.model;
}

void
Observer::Follow(const KernelSocket& socket)
{
    Follow(socket.GetLocal(), socket.GetPeer());
}

void
Observer::Follow(const std::string& local, const std::string& peer)
{
    m_local = local;
    m_peer = peer;
}

BothEnds
Observer::Look(ProxyProcess& proxy)
{
    m_kernelTable = KernelTable();
    m_modelTable = proxy.Table();
    const auto kernel = KernelLine();
    const auto model = ModelLine();
    return {kernel ? kernel->state : ABSENT, model ? model->state : ABSENT};
}

testing::AssertionResult
Observer::Become(ProxyProcess& proxy, const BothEnds& expected)
{
    BothEnds seen;
    if (WaitUntil([&] { return (seen = Look(proxy)) == expected; }))
    {
        return testing::AssertionSuccess();
    }
    return testing::AssertionFailure() << testing::PrintToString(seen) << " instead of "
                                       << testing::PrintToString(expected) << "\n"
                                       << Tables();
}

std::optional<SocketLine>
Observer::KernelLine() const
{
    return Find(m_kernelTable, m_local, m_peer);
}

std::optional<SocketLine>
Observer::ModelLine() const
{
    return Find(m_modelTable, m_peer, m_local);
}

std::string
Observer::Tables() const
{
    return "  kernel:\n" + ToString(m_kernelTable) + "  model:\n" + ToString(m_modelTable);
}

} // namespace interop
