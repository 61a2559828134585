#include "lifecycle-tcp-population-helper.h"

#include "lifecycle-tcp-population-client.h"
#include "lifecycle-tcp-population-server.h"

#include "ns3/node.h"

namespace ns3
{

namespace
{

/** Streams of all applications of a type. */
template <typename Type>
int64_t
AssignAll(const ApplicationContainer& applications, int64_t stream)
{
    int64_t used = 0;
    for (auto application = applications.Begin(); application != applications.End(); ++application)
    {
        if (const Ptr<Type> population = DynamicCast<Type>(*application))
        {
            used += population->AssignStreams(stream + used);
        }
    }
    return used;
}

} // namespace

TcpPopulationClientHelper::TcpPopulationClientHelper()
{
    m_factory.SetTypeId(TcpPopulationClient::GetTypeId());
}

void
TcpPopulationClientHelper::SetAttribute(std::string name, const AttributeValue& value)
{
    m_factory.Set(name, value);
}

void
TcpPopulationClientHelper::AddRemote(const Address& remote)
{
    m_remotes.push_back(remote);
}

ApplicationContainer
TcpPopulationClientHelper::Install(NodeContainer nodes) const
{
    ApplicationContainer applications;
    for (auto node = nodes.Begin(); node != nodes.End(); ++node)
    {
        const Ptr<TcpPopulationClient> client = m_factory.Create<TcpPopulationClient>();
        for (const Address& remote : m_remotes)
        {
            client->AddRemote(remote);
        }
        (*node)->AddApplication(client);
        applications.Add(client);
    }
    return applications;
}

int64_t
TcpPopulationClientHelper::AssignStreams(ApplicationContainer applications, int64_t stream)
{
    return AssignAll<TcpPopulationClient>(applications, stream);
}

TcpPopulationServerHelper::TcpPopulationServerHelper()
{
    m_factory.SetTypeId(TcpPopulationServer::GetTypeId());
}

void
TcpPopulationServerHelper::SetAttribute(std::string name, const AttributeValue& value)
{
    m_factory.Set(name, value);
}

ApplicationContainer
TcpPopulationServerHelper::Install(NodeContainer nodes) const
{
    ApplicationContainer applications;
    for (auto node = nodes.Begin(); node != nodes.End(); ++node)
    {
        const Ptr<TcpPopulationServer> server = m_factory.Create<TcpPopulationServer>();
        (*node)->AddApplication(server);
        applications.Add(server);
    }
    return applications;
}

int64_t
TcpPopulationServerHelper::AssignStreams(ApplicationContainer applications, int64_t stream)
{
    return AssignAll<TcpPopulationServer>(applications, stream);
}

} // namespace ns3
