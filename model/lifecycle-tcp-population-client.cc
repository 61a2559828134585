#include "lifecycle-tcp-population-client.h"

#include "internal/lifecycle-alarms.h"
#include "internal/lifecycle-pool.h"
#include "lifecycle-tcp-connection-owner.h"
#include "lifecycle-tcp-l4-protocol.h"
#include "lifecycle-tcp-request-header.h"

#include "ns3/boolean.h"
#include "ns3/fatal-error.h"
#include "ns3/node.h"
#include "ns3/packet.h"
#include "ns3/pointer.h"
#include "ns3/simulator.h"
#include "ns3/string.h"
#include "ns3/uinteger.h"

#include <algorithm>
#include <cmath>

namespace ns3
{

NS_OBJECT_ENSURE_REGISTERED(TcpPopulationClient);

/** The connections, and what happens to them. */
class TcpPopulationClient::Population : public LifecycleTcpConnectionOwner
{
  public:
    Population(TcpPopulationClient& application, Ptr<LifecycleTcpL4Protocol> tcp);
    ~Population() override;

    void Start();
    void Stop();
    void Fetch(const Address& remote, uint32_t requestBytes, uint64_t responseBytes);

    const TcpPopulationCounters& GetCounters() const
    {
        return m_counters;
    }

    // From LifecycleTcpConnectionOwner.
    void OnOpened(const Connection& connection) override;
    bool OnAccepted(LifecycleTcpConnectionId id, uint32_t& tag) override;
    void OnReadable(const Connection& connection) override;
    void OnWritable(const Connection& connection) override;
    void OnPeerClosed(const Connection& connection) override;
    void OnClosed(const Connection& connection, LifecycleTcpCloseReason reason) override;

  private:
    /** What is known of a connection while it does nothing; its number is the connection's tag. */
    struct Member
    {
        int64_t asked{0};   //!< time step in which it was asked for
        uint32_t number{0}; //!< in the order of asking
        /** The exchange that is to be finished next, or else how many requests were answered. */
        uint32_t exchangeOrAnswered : 29 {0};
        uint32_t hasExchange : 1 {0};
        uint32_t isOpened : 1 {0};
        uint32_t isEnding : 1 {0}; //!< we have closed it
    };

    static_assert(sizeof(Member) == 16);

    /** A request that is not answered yet. */
    struct Exchange
    {
        int64_t start{-1}; //!< time step in which the request was written, -1: it has not been
        uint64_t responseBytes{0};
        uint64_t received{0};
        uint32_t requestBytes{0};
        uint32_t unwritten{0};    //!< of the request
        uint32_t requestsLeft{0}; //!< on this connection, this one included
        uint32_t answered{0};     //!< on this connection, before it
    };

    /** What an alarm is for: there are two for each connection, by the index of its name. */
    enum Alarm : uint32_t
    {
        THINK,
        LIFETIME,
        ALARMS,
    };

    void OnArrival();
    void ScheduleArrival();
    void Open(const Address& remote, const Exchange& first);
    void OnAlarm(uint32_t alarm);
    static constexpr uint32_t MOST = (1U << 29) - 1; //!< what Member::exchangeOrAnswered holds

    void Await(Member& member, const Exchange& exchange);
    Exchange& ExchangeOf(const Member& member);
    Exchange Draw();
    void StartExchange(const Connection& connection);
    void Write(const Connection& connection);
    void FinishIfDone(const Connection& connection);
    void End(const Connection& connection);
    static Time StepToTime(int64_t step);

    TcpPopulationClient& m_application;
    Ptr<LifecycleTcpL4Protocol> m_tcp;
    LifecycleTcpL4Protocol::ConfigPtr m_config; //!< null: what the node has
    LifecyclePool<Member> m_members;
    LifecyclePool<Exchange> m_exchanges;
    LifecycleAlarms m_alarms;
    LifecycleWakeUp m_arrival;
    uint32_t m_arrived{0}; //!< connections of the arrival process
    bool m_isStopped{false};
    Time m_spreadEnd;
    TcpPopulationCounters m_counters;
};

TcpPopulationClient::Population::Population(TcpPopulationClient& application,
                                            Ptr<LifecycleTcpL4Protocol> tcp)
    : m_application(application),
      m_tcp(tcp),
      m_alarms([this](uint32_t alarm) { OnAlarm(alarm); }),
      m_arrival([this] { OnArrival(); })
{
    if (application.m_keepalive)
    {
        m_config = tcp->MakeKeepaliveConfig();
    }
}

TcpPopulationClient::Population::~Population()
{
    m_tcp->Leave(*this);
}

// Arrivals.

void
TcpPopulationClient::Population::Start()
{
    m_spreadEnd = Simulator::Now() + m_application.m_spread;
    if (m_application.m_connections > 0)
    {
        ScheduleArrival();
    }
}

void
TcpPopulationClient::Population::ScheduleArrival()
{
    if (m_isStopped || m_arrived == m_application.m_connections)
    {
        return;
    }
    Time wait;
    if (m_application.m_interArrival)
    {
        wait = Seconds(m_application.m_interArrival->GetValue());
    }
    else
    {
        // The next of so many points that lie anywhere in the rest of the time.
        const double left = m_application.m_connections - m_arrived;
        const double part = 1 - std::pow(m_application.m_draw->GetValue(), 1 / left);
        wait = Seconds((m_spreadEnd - Simulator::Now()).GetSeconds() * part);
    }
    m_arrival.Expect(CoreNow() + ToCore(std::max(wait, Time(0))));
}

void
TcpPopulationClient::Population::OnArrival()
{
    if (m_isStopped)
    {
        return;
    }
    ++m_arrived;
    const std::vector<Address>& remotes = m_application.m_remotes;
    const uint32_t remote =
        remotes.size() == 1
            ? 0
            : m_application.m_draw->GetInteger(0, static_cast<uint32_t>(remotes.size()) - 1);
    const uint32_t requests = m_application.m_requests->GetInteger();
    Exchange first;
    if (requests > 0)
    {
        first = Draw();
        first.requestsLeft = requests;
    }
    Open(remotes[remote], first);
    ScheduleArrival();
}

TcpPopulationClient::Population::Exchange
TcpPopulationClient::Population::Draw()
{
    Exchange exchange;
    const double request = std::max(0.0, m_application.m_requestSize->GetValue());
    const double response = std::max(0.0, m_application.m_responseSize->GetValue());
    exchange.requestBytes = static_cast<uint32_t>(std::min<double>(std::llround(request), 4e9));
    exchange.responseBytes = static_cast<uint64_t>(std::llround(response));
    return exchange;
}

void
TcpPopulationClient::Population::Fetch(const Address& remote,
                                       uint32_t requestBytes,
                                       uint64_t responseBytes)
{
    Exchange exchange;
    exchange.requestBytes = requestBytes;
    exchange.responseBytes = responseBytes;
    exchange.requestsLeft = 1;
    Open(remote, exchange);
}

void
TcpPopulationClient::Population::Open(const Address& remote, const Exchange& first)
{
    const uint32_t tag = m_members.Make();
    Member& member = m_members.Get(tag);
    member.asked = Simulator::Now().GetTimeStep();
    member.number = static_cast<uint32_t>(m_counters.asked++);
    if (first.requestsLeft > 0)
    {
        Await(member, first);
    }
    const LifecycleTcpConnectionId id = m_tcp->Open(*this, tag, remote, m_config);
    if (!id)
    {
        OnClosed({id, tag}, LifecycleTcpCloseReason::NONE);
    }
}

/** Makes \p exchange what is to be finished next. */
void
TcpPopulationClient::Population::Await(Member& member, const Exchange& exchange)
{
    member.exchangeOrAnswered = m_exchanges.Make() & MOST;
    member.hasExchange = 1;
    Exchange& added = ExchangeOf(member);
    added = exchange;
    added.requestBytes = std::max(exchange.requestBytes, LifecycleTcpRequestHeader::SIZE);
    added.unwritten = added.requestBytes;
}

TcpPopulationClient::Population::Exchange&
TcpPopulationClient::Population::ExchangeOf(const Member& member)
{
    return m_exchanges.Get(member.exchangeOrAnswered);
}

// A connection's life.

void
TcpPopulationClient::Population::OnOpened(const Connection& connection)
{
    Member& member = m_members.Get(connection.tag);
    member.isOpened = 1;
    ++m_counters.opened;
    m_application.m_openedTrace(member.number, Simulator::Now() - StepToTime(member.asked));
    if (member.isEnding != 0)
    {
        return;
    }
    if (m_application.m_lifetime)
    {
        m_alarms.Set(connection.id.index * ALARMS + LIFETIME,
                     Seconds(std::max(0.0, m_application.m_lifetime->GetValue())));
    }
    if (member.hasExchange != 0)
    {
        StartExchange(connection);
    }
}

bool
TcpPopulationClient::Population::OnAccepted(LifecycleTcpConnectionId, uint32_t&)
{
    return false; // it does not listen
}

void
TcpPopulationClient::Population::StartExchange(const Connection& connection)
{
    ++m_counters.requests;
    ExchangeOf(m_members.Get(connection.tag)).start = Simulator::Now().GetTimeStep();
    Write(connection);
}

void
TcpPopulationClient::Population::Write(const Connection& connection)
{
    Exchange& exchange = ExchangeOf(m_members.Get(connection.tag));
    if (exchange.unwritten == exchange.requestBytes)
    {
        const uint32_t room = m_tcp->GetWriteSpace(connection.id);
        if (room < LifecycleTcpRequestHeader::SIZE)
        {
            return; // OnWritable() comes when the request before it is acknowledged
        }
        const bool serverCloses = m_application.m_closer == Closer::SERVER &&
                                  exchange.requestsLeft == 1 && !m_application.m_lifetime;
        const Ptr<Packet> front =
            Create<Packet>(std::min(room, exchange.requestBytes) - LifecycleTcpRequestHeader::SIZE);
        front->AddHeader(
            LifecycleTcpRequestHeader(exchange.requestBytes, exchange.responseBytes, serverCloses));
        exchange.unwritten -= m_tcp->Write(connection.id, front);
    }
    else
    {
        exchange.unwritten -= m_tcp->Write(connection.id, exchange.unwritten);
    }
}

void
TcpPopulationClient::Population::OnWritable(const Connection& connection)
{
    const Member& member = m_members.Get(connection.tag);
    if (member.hasExchange == 0 || member.isOpened == 0 || member.isEnding != 0)
    {
        return;
    }
    const Exchange& exchange = ExchangeOf(member);
    if (exchange.start < 0)
    {
        return; // its time has not come
    }
    if (exchange.unwritten > 0)
    {
        Write(connection);
    }
    else
    {
        FinishIfDone(connection);
    }
}

void
TcpPopulationClient::Population::OnReadable(const Connection& connection)
{
    const uint32_t arrived = m_tcp->Skip(connection.id, UINT32_MAX);
    const Member& member = m_members.Get(connection.tag);
    if (member.hasExchange != 0 && ExchangeOf(member).start >= 0)
    {
        m_counters.bytes += arrived;
        ExchangeOf(member).received += arrived;
        FinishIfDone(connection);
    }
}

/** Goes on to what follows, if the request under way is answered. */
void
TcpPopulationClient::Population::FinishIfDone(const Connection& connection)
{
    Member& member = m_members.Get(connection.tag);
    const Exchange exchange = ExchangeOf(member);
    const bool isDone = exchange.responseBytes > 0
                            ? exchange.received >= exchange.responseBytes
                            : exchange.unwritten == 0 && m_tcp->GetUnacked(connection.id) == 0;
    if (!isDone || exchange.unwritten > 0 || member.isEnding != 0)
    {
        return;
    }
    const uint32_t answered = exchange.answered + 1;
    const uint32_t requestsLeft = exchange.requestsLeft - 1;
    m_exchanges.Free(member.exchangeOrAnswered);
    member.hasExchange = 0;
    member.exchangeOrAnswered = answered & MOST;
    ++m_counters.completed;
    m_application.m_completedTrace({member.number,
                                    answered,
                                    exchange.requestBytes,
                                    exchange.responseBytes,
                                    StepToTime(member.asked),
                                    StepToTime(exchange.start),
                                    Simulator::Now()});
    if (requestsLeft > 0)
    {
        Exchange next = Draw();
        next.answered = answered;
        next.requestsLeft = requestsLeft;
        Await(member, next);
        const double think =
            m_application.m_thinkTime ? m_application.m_thinkTime->GetValue() : 0.0;
        if (think > 0)
        {
            m_alarms.Set(connection.id.index * ALARMS + THINK, Seconds(think));
        }
        else
        {
            StartExchange(connection);
        }
    }
    else if (!m_application.m_lifetime && m_application.m_closer != Closer::SERVER)
    {
        End(connection);
    }
}

void
TcpPopulationClient::Population::OnAlarm(uint32_t alarm)
{
    const Connection connection = m_tcp->GetConnection(alarm / ALARMS);
    if (!connection.id)
    {
        return; // it has gone at this very moment
    }
    if (alarm % ALARMS == THINK)
    {
        StartExchange(connection);
    }
    else
    {
        End(connection);
    }
}

void
TcpPopulationClient::Population::OnPeerClosed(const Connection& connection)
{
    if (m_members.Get(connection.tag).isEnding == 0)
    {
        End(connection);
    }
}

/** Closes our side, in the way that this population does. */
void
TcpPopulationClient::Population::End(const Connection& connection)
{
    m_members.Get(connection.tag).isEnding = 1;
    m_alarms.Clear(connection.id.index * ALARMS + THINK);
    m_alarms.Clear(connection.id.index * ALARMS + LIFETIME);
    if (m_application.m_closer == Closer::RESET)
    {
        m_tcp->Abort(connection.id);
    }
    else
    {
        m_tcp->Close(connection.id);
    }
}

void
TcpPopulationClient::Population::OnClosed(const Connection& connection,
                                          LifecycleTcpCloseReason reason)
{
    const Member member = m_members.Get(connection.tag);
    if (connection.id && member.isEnding == 0)
    {
        m_alarms.Clear(connection.id.index * ALARMS + THINK);
        m_alarms.Clear(connection.id.index * ALARMS + LIFETIME);
    }
    uint32_t answered = member.exchangeOrAnswered;
    if (member.hasExchange != 0)
    {
        answered = ExchangeOf(member).answered;
        m_exchanges.Free(member.exchangeOrAnswered);
    }
    m_members.Free(connection.tag);
    ++m_counters.closed;
    m_counters.failed += member.isOpened == 0;
    m_application.m_closedTrace({member.number,
                                 reason,
                                 member.isOpened != 0,
                                 answered,
                                 member.hasExchange != 0,
                                 StepToTime(member.asked),
                                 Simulator::Now()});
}

void
TcpPopulationClient::Population::Stop()
{
    m_isStopped = true;
    std::vector<Connection> open;
    m_tcp->ForEachConnection(*this, [&](const Connection& connection) {
        if (m_members.Get(connection.tag).isEnding == 0)
        {
            open.push_back(connection);
        }
    });
    for (const Connection& connection : open)
    {
        End(connection);
    }
}

Time
TcpPopulationClient::Population::StepToTime(int64_t step)
{
    return Time(step);
}

// The application.

TypeId
TcpPopulationClient::GetTypeId()
{
    static const TypeId tid =
        TypeId("ns3::TcpPopulationClient")
            .SetParent<Application>()
            .SetGroupName("Applications")
            .AddConstructor<TcpPopulationClient>()
            .AddAttribute("Remote",
                          "Address and port to connect to; AddRemote() adds others",
                          AddressValue(),
                          MakeAddressAccessor(&TcpPopulationClient::SetRemote,
                                              &TcpPopulationClient::GetRemote),
                          MakeAddressChecker())
            .AddAttribute("Connections",
                          "How many connections are opened in all",
                          UintegerValue(1),
                          MakeUintegerAccessor(&TcpPopulationClient::m_connections),
                          MakeUintegerChecker<uint32_t>())
            .AddAttribute("InterArrival",
                          "Seconds from one connection being opened to the next; none: Spread says",
                          PointerValue(),
                          MakePointerAccessor(&TcpPopulationClient::m_interArrival),
                          MakePointerChecker<RandomVariableStream>())
            .AddAttribute("Spread",
                          "Time from the start in which all are opened, each at any time of it",
                          TimeValue(Seconds(0)),
                          MakeTimeAccessor(&TcpPopulationClient::m_spread),
                          MakeTimeChecker(Seconds(0)))
            .AddAttribute("Requests",
                          "Requests on a connection, one after the other",
                          StringValue("ns3::ConstantRandomVariable[Constant=1]"),
                          MakePointerAccessor(&TcpPopulationClient::m_requests),
                          MakePointerChecker<RandomVariableStream>())
            .AddAttribute("RequestSize",
                          "Length of a request, bytes; at least that of its header",
                          StringValue("ns3::ConstantRandomVariable[Constant=300]"),
                          MakePointerAccessor(&TcpPopulationClient::m_requestSize),
                          MakePointerChecker<RandomVariableStream>())
            .AddAttribute("ResponseSize",
                          "Length of a response, bytes; ns3::TcpFlowSizes reads files of sizes",
                          StringValue("ns3::ConstantRandomVariable[Constant=10000]"),
                          MakePointerAccessor(&TcpPopulationClient::m_responseSize),
                          MakePointerChecker<RandomVariableStream>())
            .AddAttribute("ThinkTime",
                          "Seconds from a response to the next request; none: 0",
                          PointerValue(),
                          MakePointerAccessor(&TcpPopulationClient::m_thinkTime),
                          MakePointerChecker<RandomVariableStream>())
            .AddAttribute("Lifetime",
                          "Seconds that a connection is open; none: until its last response, or, "
                          "without requests, until the application stops",
                          PointerValue(),
                          MakePointerAccessor(&TcpPopulationClient::m_lifetime),
                          MakePointerChecker<RandomVariableStream>())
            .AddAttribute("Closer",
                          "Who closes first after the last response: Client, Server, or Reset, the "
                          "client with a RST; where the client ends a connection for another "
                          "reason, it closes, or resets it",
                          StringValue("Client"),
                          MakeStringAccessor(&TcpPopulationClient::SetCloser,
                                             &TcpPopulationClient::GetCloser),
                          MakeStringChecker())
            .AddAttribute("Keepalive",
                          "Whether keepalive is on whatever the node has; the rest of keepalive is "
                          "the node's",
                          BooleanValue(false),
                          MakeBooleanAccessor(&TcpPopulationClient::m_keepalive),
                          MakeBooleanChecker())
            .AddTraceSource("Opened",
                            "A connection is established: its number, and how long that took",
                            MakeTraceSourceAccessor(&TcpPopulationClient::m_openedTrace),
                            "ns3::TcpPopulationOpenedTracedCallback")
            .AddTraceSource("Completed",
                            "A request is answered",
                            MakeTraceSourceAccessor(&TcpPopulationClient::m_completedTrace),
                            "ns3::TcpPopulationExchangeTracedCallback")
            .AddTraceSource("Closed",
                            "A connection is over",
                            MakeTraceSourceAccessor(&TcpPopulationClient::m_closedTrace),
                            "ns3::TcpPopulationEndTracedCallback");
    return tid;
}

TcpPopulationClient::TcpPopulationClient()
    : m_draw(CreateObject<UniformRandomVariable>())
{
}

TcpPopulationClient::~TcpPopulationClient() = default;

void
TcpPopulationClient::DoDispose()
{
    m_population.reset();
    Application::DoDispose();
}

TcpPopulationClient::Population&
TcpPopulationClient::GetPopulation()
{
    if (!m_population)
    {
        const Ptr<LifecycleTcpL4Protocol> tcp = GetNode()->GetObject<LifecycleTcpL4Protocol>();
        if (!tcp)
        {
            NS_FATAL_ERROR("TcpPopulationClient: node " << GetNode()->GetId()
                                                        << " does not have the lifecycle TCP; use "
                                                           "LifecycleTcpHelper::Install first.");
        }
        m_population = std::make_unique<Population>(*this, tcp);
    }
    return *m_population;
}

void
TcpPopulationClient::StartApplication()
{
    if (m_connections > 0 && m_remotes.empty())
    {
        NS_FATAL_ERROR("TcpPopulationClient: there is nowhere to connect to; set the attribute "
                       "Remote or call AddRemote().");
    }
    GetPopulation().Start();
}

void
TcpPopulationClient::StopApplication()
{
    if (m_population)
    {
        m_population->Stop();
    }
}

void
TcpPopulationClient::AddRemote(const Address& remote)
{
    m_remotes.push_back(remote);
}

void
TcpPopulationClient::SetRemote(Address remote)
{
    m_remotes.clear();
    if (!remote.IsInvalid())
    {
        m_remotes.push_back(remote);
    }
}

Address
TcpPopulationClient::GetRemote() const
{
    return m_remotes.empty() ? Address() : m_remotes.front();
}

void
TcpPopulationClient::SetCloser(std::string name)
{
    if (name != "Client" && name != "Server" && name != "Reset")
    {
        NS_FATAL_ERROR("TcpPopulationClient: Closer is Client, Server or Reset, not " << name
                                                                                      << ".");
    }
    m_closer = name == "Client"   ? Closer::CLIENT
               : name == "Server" ? Closer::SERVER
                                  : Closer::RESET;
}

std::string
TcpPopulationClient::GetCloser() const
{
    return m_closer == Closer::CLIENT ? "Client" : m_closer == Closer::SERVER ? "Server" : "Reset";
}

void
TcpPopulationClient::Fetch(const Address& remote, uint32_t requestBytes, uint64_t responseBytes)
{
    GetPopulation().Fetch(remote, requestBytes, responseBytes);
}

TcpPopulationCounters
TcpPopulationClient::GetCounters() const
{
    return m_population ? m_population->GetCounters() : TcpPopulationCounters{};
}

int64_t
TcpPopulationClient::AssignStreams(int64_t stream)
{
    int64_t used = 0;
    m_draw->SetStream(stream + used++);
    for (const Ptr<RandomVariableStream>& variable :
         {m_interArrival, m_requests, m_requestSize, m_responseSize, m_thinkTime, m_lifetime})
    {
        if (variable)
        {
            variable->SetStream(stream + used);
        }
        ++used; // whether it is there or not: what is added to one client shifts no other
    }
    return used;
}

} // namespace ns3
