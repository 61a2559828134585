#include "internal/lifecycle-core-types.h"
#include "internal/lifecycle-tcp-shell.h"
#include "lifecycle-tcp-keepalive-model.h"
#include "lifecycle-tcp-l4-protocol.h"
#include "lifecycle-tcp-model.h"

#include "ns3/boolean.h"

#include <utility>

/**
 * \file
 * Connections without sockets. Where the node is gone, so are they.
 */

namespace ns3
{

namespace
{

lifecycle::ConnectionId
ToCore(LifecycleTcpConnectionId id)
{
    return {id.index, id.generation};
}

} // namespace

LifecycleTcpL4Protocol::ConfigPtr
LifecycleTcpL4Protocol::MakeConfig(Ptr<LifecycleTcpModel> model) const
{
    const auto config = std::make_shared<lifecycle::Config>(GetConfig());
    model->Apply(*config);
    return config;
}

LifecycleTcpL4Protocol::ConfigPtr
LifecycleTcpL4Protocol::MakeKeepaliveConfig() const
{
    const Ptr<TcpKeepaliveModel> model = CreateObject<TcpKeepaliveModel>();
    PrepareModel(model);
    model->SetAttribute("Enabled", BooleanValue(true));
    return MakeConfig(model);
}

LifecycleTcpConnectionId
LifecycleTcpL4Protocol::Open(LifecycleTcpConnectionOwner& owner,
                             uint32_t tag,
                             const Address& remote,
                             ConfigPtr config)
{
    if (!m_shell || !m_shell->GetNode())
    {
        return {};
    }
    const auto id = m_shell->Owned().Open(owner, tag, remote, std::move(config));
    return {id.index, id.generation};
}

LifecycleTcpListenerId
LifecycleTcpL4Protocol::Listen(LifecycleTcpConnectionOwner& owner,
                               const Address& local,
                               ConfigPtr config)
{
    if (!m_shell || !m_shell->GetNode())
    {
        return {};
    }
    const auto id = m_shell->Owned().Listen(owner, local, std::move(config));
    return {id.index, id.generation};
}

void
LifecycleTcpL4Protocol::StopListening(LifecycleTcpListenerId listener)
{
    if (m_shell)
    {
        m_shell->Owned().StopListening({listener.index, listener.generation});
    }
}

void
LifecycleTcpL4Protocol::SetTag(LifecycleTcpConnectionId connection, uint32_t tag)
{
    if (m_shell)
    {
        m_shell->Owned().SetTag(ToCore(connection), tag);
    }
}

uint32_t
LifecycleTcpL4Protocol::Write(LifecycleTcpConnectionId connection, uint32_t bytes)
{
    return m_shell ? m_shell->Owned().Write(ToCore(connection), bytes) : 0;
}

uint32_t
LifecycleTcpL4Protocol::Write(LifecycleTcpConnectionId connection, Ptr<const Packet> packet)
{
    return m_shell ? m_shell->Owned().Write(ToCore(connection), packet) : 0;
}

uint32_t
LifecycleTcpL4Protocol::GetWriteSpace(LifecycleTcpConnectionId connection) const
{
    return m_shell ? m_shell->Core().WriteSpace(ToCore(connection)) : 0;
}

uint64_t
LifecycleTcpL4Protocol::GetReadable(LifecycleTcpConnectionId connection) const
{
    if (!m_shell)
    {
        return 0;
    }
    const lifecycle::StreamOffsets offsets = m_shell->Core().Offsets(ToCore(connection));
    return offsets.arrived - offsets.read;
}

uint64_t
LifecycleTcpL4Protocol::GetUnacked(LifecycleTcpConnectionId connection) const
{
    if (!m_shell)
    {
        return 0;
    }
    const lifecycle::StreamOffsets offsets = m_shell->Core().Offsets(ToCore(connection));
    return offsets.written - offsets.acked;
}

uint32_t
LifecycleTcpL4Protocol::Skip(LifecycleTcpConnectionId connection, uint32_t most)
{
    return m_shell ? m_shell->Owned().Skip(ToCore(connection), most) : 0;
}

Ptr<Packet>
LifecycleTcpL4Protocol::Read(LifecycleTcpConnectionId connection, uint32_t most)
{
    return m_shell ? m_shell->Owned().Read(ToCore(connection), most) : nullptr;
}

void
LifecycleTcpL4Protocol::Close(LifecycleTcpConnectionId connection)
{
    if (m_shell)
    {
        m_shell->Core().Close(CoreNow(), ToCore(connection));
        m_shell->Run();
    }
}

void
LifecycleTcpL4Protocol::Abort(LifecycleTcpConnectionId connection)
{
    if (m_shell)
    {
        m_shell->Core().Abort(CoreNow(), ToCore(connection));
        m_shell->Run();
    }
}

Address
LifecycleTcpL4Protocol::GetLocal(LifecycleTcpConnectionId connection) const
{
    const lifecycle::FourTuple tuple =
        m_shell ? m_shell->Core().TupleOf(ToCore(connection)) : lifecycle::FourTuple{};
    return tuple.localPort == 0 ? Address() : ToSocketAddress(tuple.local, tuple.localPort);
}

Address
LifecycleTcpL4Protocol::GetPeer(LifecycleTcpConnectionId connection) const
{
    const lifecycle::FourTuple tuple =
        m_shell ? m_shell->Core().TupleOf(ToCore(connection)) : lifecycle::FourTuple{};
    return tuple.remotePort == 0 ? Address() : ToSocketAddress(tuple.remote, tuple.remotePort);
}

LifecycleTcpConnectionOwner::Connection
LifecycleTcpL4Protocol::GetConnection(uint32_t index) const
{
    return m_shell ? m_shell->Owned().Get(index) : LifecycleTcpConnectionOwner::Connection{};
}

void
LifecycleTcpL4Protocol::ForEachConnection(
    const LifecycleTcpConnectionOwner& owner,
    const std::function<void(const LifecycleTcpConnectionOwner::Connection&)>& visit) const
{
    if (m_shell)
    {
        m_shell->Owned().ForEach(owner, visit);
    }
}

void
LifecycleTcpL4Protocol::Leave(const LifecycleTcpConnectionOwner& owner)
{
    if (m_shell)
    {
        m_shell->Owned().Leave(owner);
    }
}

} // namespace ns3
