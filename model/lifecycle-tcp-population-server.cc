#include "lifecycle-tcp-population-server.h"

#include "internal/lifecycle-alarms.h"
#include "internal/lifecycle-pool.h"
#include "lifecycle-tcp-connection-owner.h"
#include "lifecycle-tcp-l4-protocol.h"
#include "lifecycle-tcp-request-header.h"

#include "ns3/boolean.h"
#include "ns3/fatal-error.h"
#include "ns3/inet6-socket-address.h"
#include "ns3/node.h"
#include "ns3/packet.h"
#include "ns3/pointer.h"
#include "ns3/uinteger.h"

#include <algorithm>
#include <vector>

namespace ns3
{

NS_OBJECT_ENSURE_REGISTERED(TcpPopulationServer);

/** The connections, and what happens to them. */
class TcpPopulationServer::Farm : public LifecycleTcpConnectionOwner
{
  public:
    Farm(TcpPopulationServer& application, Ptr<LifecycleTcpL4Protocol> tcp);
    ~Farm() override;

    void Start();
    void Stop();

    const TcpPopulationServerCounters& GetCounters() const
    {
        return m_counters;
    }

    // From LifecycleTcpConnectionOwner.
    bool WantsContent() const override;
    void OnOpened(const Connection& connection) override;
    bool OnAccepted(LifecycleTcpConnectionId id, uint32_t& tag) override;
    void OnReadable(const Connection& connection) override;
    void OnWritable(const Connection& connection) override;
    void OnPeerClosed(const Connection& connection) override;
    void OnClosed(const Connection& connection, LifecycleTcpCloseReason reason) override;

  private:
    /** A request that is not answered yet; its number is the connection's tag. */
    struct Exchange
    {
        Ptr<Packet> head;          //!< as much of its header as has arrived, null: all has
        uint64_t responseBytes{0}; //!< length of the response
        uint64_t unwritten{0};     //!< of the response
        uint32_t unread{0};        //!< of the request
        bool isAnswering{false};   //!< the response is being written
        bool serverCloses{false};  //!< after it
    };

    /** The tag of a connection on which nothing is asked. */
    static constexpr uint32_t IDLE = LifecyclePool<Exchange>::NONE;

    Exchange& ExchangeOf(Connection& connection);
    bool ReadHead(const Connection& connection, Exchange& exchange);
    void Serve(Connection connection);
    bool Answer(const Connection& connection, Exchange& exchange);
    void BeIdle(const Connection& connection);
    void OnAlarm(uint32_t index);

    TcpPopulationServer& m_application;
    Ptr<LifecycleTcpL4Protocol> m_tcp;
    LifecycleTcpL4Protocol::ConfigPtr m_config; //!< null: what the node has
    LifecycleTcpListenerId m_listener;
    LifecyclePool<Exchange> m_exchanges;
    LifecycleAlarms m_alarms; //!< by the index of the connection's name: service, or idleness
    uint32_t m_chunk{0};      //!< bytes of room worth being used
    TcpPopulationServerCounters m_counters;
};

TcpPopulationServer::Farm::Farm(TcpPopulationServer& application, Ptr<LifecycleTcpL4Protocol> tcp)
    : m_application(application),
      m_tcp(tcp),
      m_alarms([this](uint32_t index) { OnAlarm(index); })
{
    if (application.m_keepalive)
    {
        m_config = tcp->MakeKeepaliveConfig();
    }
}

TcpPopulationServer::Farm::~Farm()
{
    m_tcp->Leave(*this);
}

void
TcpPopulationServer::Farm::Start()
{
    m_listener = m_tcp->Listen(*this, m_application.m_local, m_config);
    if (!m_listener)
    {
        NS_FATAL_ERROR("TcpPopulationServer: the port is taken; set the attribute Local to an "
                       "address with another.");
    }
}

void
TcpPopulationServer::Farm::Stop()
{
    m_tcp->StopListening(m_listener);
    std::vector<LifecycleTcpConnectionId> open;
    m_tcp->ForEachConnection(*this,
                             [&](const Connection& connection) { open.push_back(connection.id); });
    for (const LifecycleTcpConnectionId id : open)
    {
        m_tcp->Close(id);
    }
}

// A connection's life.

bool
TcpPopulationServer::Farm::WantsContent() const
{
    return true; // of requests, the header
}

void
TcpPopulationServer::Farm::OnOpened(const Connection&)
{
}

bool
TcpPopulationServer::Farm::OnAccepted(LifecycleTcpConnectionId id, uint32_t& tag)
{
    if (m_application.m_maxConnections > 0 && m_counters.open >= m_application.m_maxConnections)
    {
        ++m_counters.refused;
        return false;
    }
    ++m_counters.accepted;
    ++m_counters.open;
    tag = IDLE;
    if (m_chunk == 0)
    {
        // A quarter of the buffer saves waking up for every ACK and never lets the pipe run dry.
        m_chunk = m_tcp->GetWriteSpace(id) / 4;
    }
    if (!m_application.m_acceptedTrace.IsEmpty())
    {
        m_application.m_acceptedTrace(m_tcp->GetPeer(id));
    }
    BeIdle({id, tag});
    return true;
}

void
TcpPopulationServer::Farm::BeIdle(const Connection& connection)
{
    if (m_application.m_idleTimeout.IsStrictlyPositive())
    {
        m_alarms.Set(connection.id.index, m_application.m_idleTimeout);
    }
}

TcpPopulationServer::Farm::Exchange&
TcpPopulationServer::Farm::ExchangeOf(Connection& connection)
{
    if (connection.tag == IDLE)
    {
        m_alarms.Clear(connection.id.index);
        connection.tag = m_exchanges.Make();
        m_tcp->SetTag(connection.id, connection.tag);
        m_exchanges.Get(connection.tag).head = Create<Packet>();
    }
    return m_exchanges.Get(connection.tag);
}

/** \returns whether the header of the request is complete */
bool
TcpPopulationServer::Farm::ReadHead(const Connection& connection, Exchange& exchange)
{
    while (exchange.head)
    {
        const uint32_t missing = LifecycleTcpRequestHeader::SIZE - exchange.head->GetSize();
        const Ptr<Packet> more = missing > 0 ? m_tcp->Read(connection.id, missing) : nullptr;
        if (more)
        {
            exchange.head->AddAtEnd(more);
            continue;
        }
        if (missing > 0)
        {
            return false;
        }
        LifecycleTcpRequestHeader header;
        exchange.head->RemoveHeader(header);
        exchange.head = nullptr;
        exchange.unread = header.GetRequestBytes() - LifecycleTcpRequestHeader::SIZE;
        exchange.responseBytes = header.GetResponseBytes();
        exchange.unwritten = exchange.responseBytes;
        exchange.serverCloses = header.ServerCloses();
    }
    return true;
}

void
TcpPopulationServer::Farm::OnReadable(const Connection& connection)
{
    if (connection.tag == IDLE || !m_exchanges.Get(connection.tag).isAnswering)
    {
        Serve(connection);
    }
    // What comes before the response has been written stays unread for so long.
}

/** Reads the next request, and answers it once it is complete. */
void
TcpPopulationServer::Farm::Serve(Connection connection)
{
    while (m_tcp->GetReadable(connection.id) > 0)
    {
        Exchange& exchange = ExchangeOf(connection);
        if (!ReadHead(connection, exchange))
        {
            return;
        }
        exchange.unread -= m_tcp->Skip(connection.id, exchange.unread);
        if (exchange.unread > 0)
        {
            return;
        }
        ++m_counters.requests;
        exchange.isAnswering = true;
        const double service =
            m_application.m_serviceTime ? m_application.m_serviceTime->GetValue() : 0.0;
        if (service > 0)
        {
            m_alarms.Set(connection.id.index, Seconds(service));
            return;
        }
        if (!Answer(connection, exchange))
        {
            return;
        }
        connection.tag = IDLE;
    }
}

/** \returns whether the response is written and the connection goes on */
bool
TcpPopulationServer::Farm::Answer(const Connection& connection, Exchange& exchange)
{
    while (exchange.unwritten > 0)
    {
        const uint32_t written =
            m_tcp->Write(connection.id,
                         static_cast<uint32_t>(std::min<uint64_t>(exchange.unwritten, UINT32_MAX)));
        if (written == 0)
        {
            return false;
        }
        exchange.unwritten -= written;
        m_counters.bytes += written;
    }
    const bool serverCloses = exchange.serverCloses;
    ++m_counters.served;
    m_application.m_servedTrace(exchange.responseBytes);
    m_exchanges.Free(connection.tag);
    m_tcp->SetTag(connection.id, IDLE);
    if (serverCloses)
    {
        m_tcp->Close(connection.id);
        return false;
    }
    BeIdle(connection);
    return true;
}

void
TcpPopulationServer::Farm::OnWritable(const Connection& connection)
{
    if (connection.tag == IDLE)
    {
        return;
    }
    Exchange& exchange = m_exchanges.Get(connection.tag);
    const bool isWriting = exchange.isAnswering && exchange.unwritten < exchange.responseBytes;
    if (isWriting &&
        m_tcp->GetWriteSpace(connection.id) >= std::min<uint64_t>(exchange.unwritten, m_chunk) &&
        Answer(connection, exchange))
    {
        Serve({connection.id, IDLE});
    }
}

void
TcpPopulationServer::Farm::OnAlarm(uint32_t index)
{
    const Connection connection = m_tcp->GetConnection(index);
    if (!connection.id)
    {
        return; // it has gone at this very moment
    }
    if (connection.tag == IDLE)
    {
        m_tcp->Close(connection.id);
    }
    else if (Answer(connection, m_exchanges.Get(connection.tag)))
    {
        Serve({connection.id, IDLE});
    }
}

void
TcpPopulationServer::Farm::OnPeerClosed(const Connection& connection)
{
    if (connection.tag != IDLE && m_exchanges.Get(connection.tag).isAnswering)
    {
        m_exchanges.Get(connection.tag).serverCloses = true; // it may have closed its side only
        return;
    }
    m_tcp->Close(connection.id);
}

void
TcpPopulationServer::Farm::OnClosed(const Connection& connection, LifecycleTcpCloseReason reason)
{
    m_alarms.Clear(connection.id.index);
    if (connection.tag != IDLE)
    {
        m_exchanges.Free(connection.tag);
    }
    --m_counters.open;
    m_application.m_closedTrace(reason);
}

// The application.

TypeId
TcpPopulationServer::GetTypeId()
{
    static const TypeId tid =
        TypeId("ns3::TcpPopulationServer")
            .SetParent<Application>()
            .SetGroupName("Applications")
            .AddConstructor<TcpPopulationServer>()
            .AddAttribute("Local",
                          "Address and port to listen on; [::] takes IPv4 as well",
                          AddressValue(Inet6SocketAddress(Ipv6Address::GetAny(), 80)),
                          MakeAddressAccessor(&TcpPopulationServer::m_local),
                          MakeAddressChecker())
            .AddAttribute("MaxConnections",
                          "Connections beyond so many are reset; 0: no limit",
                          UintegerValue(0),
                          MakeUintegerAccessor(&TcpPopulationServer::m_maxConnections),
                          MakeUintegerChecker<uint32_t>())
            .AddAttribute("ServiceTime",
                          "Seconds from a request to the response being written; none: 0",
                          PointerValue(),
                          MakePointerAccessor(&TcpPopulationServer::m_serviceTime),
                          MakePointerChecker<RandomVariableStream>())
            .AddAttribute("IdleTimeout",
                          "A connection on which nothing is asked for so long is closed; 0: never",
                          TimeValue(Seconds(0)),
                          MakeTimeAccessor(&TcpPopulationServer::m_idleTimeout),
                          MakeTimeChecker(Seconds(0)))
            .AddAttribute("Keepalive",
                          "Whether keepalive is on whatever the node has; the rest of keepalive is "
                          "the node's",
                          BooleanValue(false),
                          MakeBooleanAccessor(&TcpPopulationServer::m_keepalive),
                          MakeBooleanChecker())
            .AddTraceSource("Accepted",
                            "A connection is taken: the address and port of its client",
                            MakeTraceSourceAccessor(&TcpPopulationServer::m_acceptedTrace),
                            "ns3::TcpPopulationAcceptedTracedCallback")
            .AddTraceSource("Served",
                            "A response is written in full: its length, bytes",
                            MakeTraceSourceAccessor(&TcpPopulationServer::m_servedTrace),
                            "ns3::TcpPopulationServedTracedCallback")
            .AddTraceSource("Closed",
                            "A connection is over",
                            MakeTraceSourceAccessor(&TcpPopulationServer::m_closedTrace),
                            "ns3::TcpPopulationClosedTracedCallback");
    return tid;
}

TcpPopulationServer::TcpPopulationServer() = default;
TcpPopulationServer::~TcpPopulationServer() = default;

void
TcpPopulationServer::DoDispose()
{
    m_farm.reset();
    Application::DoDispose();
}

void
TcpPopulationServer::StartApplication()
{
    const Ptr<LifecycleTcpL4Protocol> tcp = GetNode()->GetObject<LifecycleTcpL4Protocol>();
    if (!tcp)
    {
        NS_FATAL_ERROR("TcpPopulationServer: node " << GetNode()->GetId()
                                                    << " does not have the lifecycle TCP; use "
                                                       "LifecycleTcpHelper::Install first.");
    }
    m_farm = std::make_unique<Farm>(*this, tcp);
    m_farm->Start();
}

void
TcpPopulationServer::StopApplication()
{
    if (m_farm)
    {
        m_farm->Stop();
    }
}

TcpPopulationServerCounters
TcpPopulationServer::GetCounters() const
{
    return m_farm ? m_farm->GetCounters() : TcpPopulationServerCounters{};
}

int64_t
TcpPopulationServer::AssignStreams(int64_t stream)
{
    if (m_serviceTime)
    {
        m_serviceTime->SetStream(stream);
    }
    return 1;
}

} // namespace ns3
