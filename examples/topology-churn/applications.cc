#include "applications.h"

#include "churn-client.h"
#include "churn-server.h"

#include "ns3/callback.h"
#include "ns3/lifecycle-tcp-population-client.h"
#include "ns3/lifecycle-tcp-population-helper.h"
#include "ns3/string.h"
#include "ns3/uinteger.h"

#include <vector>

namespace churn
{

namespace
{

/// Clients that only know ns3::Socket.
class SocketClients : public Clients
{
  public:
    SocketClients(const ns3::NodeContainer& hosts,
                  const Options& options,
                  TcpStack& stack,
                  ConnectionLog& log)
        : m_log(log)
    {
        for (auto host = hosts.Begin(); host != hosts.End(); ++host)
        {
            m_clients.push_back(ns3::CreateObject<ChurnClient>(stack, log, options.closer));
            (*host)->AddApplication(m_clients.back());
        }
    }

    void Fetch(uint32_t host,
               const ns3::Address& server,
               uint32_t requestBytes,
               uint64_t responseBytes) override
    {
        m_clients[host]->Fetch(server, requestBytes, responseBytes);
    }

    uint64_t GetBytes() const override
    {
        return m_log.GetBytes();
    }

  private:
    ConnectionLog& m_log;                         //!< receives what happens
    std::vector<ns3::Ptr<ChurnClient>> m_clients; //!< of each host
};

/// Populations, which have no sockets.
class PopulationClients : public Clients
{
  public:
    PopulationClients(const ns3::NodeContainer& hosts, const Options& options, ConnectionLog& log)
        : m_log(log)
    {
        for (auto host = hosts.Begin(); host != hosts.End(); ++host)
        {
            auto client = ns3::CreateObject<ns3::TcpPopulationClient>();
            client->SetAttribute("Connections", ns3::UintegerValue(0));
            client->SetAttribute(
                "Closer",
                ns3::StringValue(options.closer == Closer::CLIENT ? "Client" : "Server"));
            client->TraceConnectWithoutContext(
                "Opened",
                ns3::MakeCallback(&PopulationClients::OnOpened, this));
            client->TraceConnectWithoutContext(
                "Completed",
                ns3::MakeCallback(&PopulationClients::OnCompleted, this));
            client->TraceConnectWithoutContext(
                "Closed",
                ns3::MakeCallback(&PopulationClients::OnClosed, this));
            (*host)->AddApplication(client);
            m_clients.push_back(client);
        }
    }

    void Fetch(uint32_t host,
               const ns3::Address& server,
               uint32_t requestBytes,
               uint64_t responseBytes) override
    {
        m_log.OnAttempt();
        m_clients[host]->Fetch(server, requestBytes, responseBytes);
    }

    uint64_t GetBytes() const override
    {
        uint64_t bytes = 0;
        for (const auto& client : m_clients)
        {
            bytes += client->GetCounters().bytes;
        }
        return bytes;
    }

  private:
    void OnOpened(uint32_t, ns3::Time handshake)
    {
        m_log.OnOpened(handshake);
    }

    void OnCompleted(const ns3::TcpPopulationExchange& exchange)
    {
        m_log.OnCompleted(exchange.responseBytes, exchange.end - exchange.asked);
    }

    void OnClosed(const ns3::TcpPopulationEnd& end)
    {
        if (end.isCutShort)
        {
            m_log.OnFailed(ToOutcome(end.reason));
        }
    }

    ConnectionLog& m_log;                                      //!< receives what happens
    std::vector<ns3::Ptr<ns3::TcpPopulationClient>> m_clients; //!< of each host
};

} // namespace

std::unique_ptr<Clients>
InstallClients(const ns3::NodeContainer& hosts,
               const Options& options,
               TcpStack& stack,
               ConnectionLog& log)
{
    if (options.tcp == "population")
    {
        return std::make_unique<PopulationClients>(hosts, options, log);
    }
    return std::make_unique<SocketClients>(hosts, options, stack, log);
}

void
InstallServers(const ns3::NodeContainer& hosts, const Options& options, TcpStack& stack)
{
    if (options.tcp == "population")
    {
        ns3::TcpPopulationServerHelper().Install(hosts);
        return;
    }
    for (auto host = hosts.Begin(); host != hosts.End(); ++host)
    {
        (*host)->AddApplication(ns3::CreateObject<ChurnServer>(stack, PORT));
    }
}

} // namespace churn
