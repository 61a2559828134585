#include "peer-test.h"

#include <iostream>

namespace lifecycle::test
{

namespace
{

constexpr uint16_t kOurPort = 40000;
constexpr uint16_t kPeerPort = 5000;

/** Both sides are shown from their own point of view. */
constexpr Origins kOurs{SeqNum(0), SeqNum(0)};

/** The sequence number of a sketch; \p next is what its sender would go on with. */
uint32_t
SeqOf(const Sketch& sketch, uint32_t next)
{
    return sketch.seq.value_or(sketch.flags.Has(Flag::SYN) ? 0 : next);
}

} // namespace

PeerTest::PeerTest()
{
    config.handshake.isn = IsnChoice::Fixed;
    config.handshake.fixedIsn = kIss;
    config.data.mss = 1000;
    // What older RFCs ask for is easier to follow; what is newer has tests of its own.
    config.data.congestion = NewReno();
    config.data.lossDetection = LossDetection::DuplicateAcks;
    config.data.prr = false;
    config.data.eifel = false;
    config.data.fRto = false;
    config.data.nagleRule = Nagle::AnyInFlight;
    config.data.quickAcks = 0;
    config.data.idleRestart = IdleRestart::Never;
}

void
PeerTest::TearDown()
{
    BeforeStep();
    if (HasFailure())
    {
        std::cout << m_transcript;
    }
}

FourTuple
PeerTest::Tuple() const
{
    FourTuple tuple;
    tuple.local = IpAddress::FromV4(0x0a000001);
    tuple.remote = IpAddress::FromV4(0x0a000002);
    tuple.localPort = kOurPort;
    tuple.remotePort = kPeerPort;
    return tuple;
}

Shell&
PeerTest::Node()
{
    if (!m_node)
    {
        m_node = std::make_unique<Shell>("endpoint", config, 1, m_transcript);
    }
    return *m_node;
}

Endpoint&
PeerTest::Core()
{
    return Node().Core();
}

void
PeerTest::Note(const std::string& step)
{
    m_transcript.Add(now, step);
}

/** What was sent in the last step should have been expected by now. */
void
PeerTest::BeforeStep()
{
    for (const OutSegment& out : m_sent)
    {
        ADD_FAILURE() << "the endpoint sent, and the test did not expect, "
                      << ToText(out.segment, {SeqNum(kIss), SeqNum(kIrs)});
    }
    m_sent.clear();
}

void
PeerTest::AfterStep()
{
    for (const OutSegment& out : Node().Settle(now))
    {
        Note("  > " + ToText(out.segment, {SeqNum(kIss), SeqNum(kIrs)}));
        m_sent.push_back(out);
    }
}

// What the peer does.

Segment
PeerTest::Complete(const Sketch& sketch) const
{
    Segment segment;
    segment.tuple = Tuple();
    segment.flags = sketch.flags;
    segment.seq = SeqNum(kIrs) + SeqOf(sketch, m_peerNext);
    if (sketch.flags.Has(Flag::ACK))
    {
        segment.ack = SeqNum(kIss) + sketch.ack.value_or(m_ourNext);
    }
    segment.window = sketch.window.value_or(65535);
    segment.urgent = sketch.urgent;
    segment.payloadLength = sketch.payload;
    segment.options = sketch.options;
    segment.ecn = sketch.ecn;
    if (segment.options.timestamps)
    {
        segment.options.timestamps->echo = sketch.echo.value_or(m_lastStamp);
    }
    for (const auto& [left, right] : sketch.sacks)
    {
        segment.options.sacks.Add({SeqNum(kIss) + left, SeqNum(kIss) + right});
    }
    return segment;
}

void
PeerTest::Send(const Sketch& sketch)
{
    BeforeStep();
    const Segment segment = Complete(sketch);
    Note("  < " + ToText(segment, {SeqNum(kIrs), SeqNum(kIss)}));
    const auto start = static_cast<int32_t>(segment.seq.Since(SeqNum(kIrs)));
    const int64_t payloadOffset = int64_t{start} + segment.flags.Has(Flag::SYN) - 1;
    Node().Receive(now, segment, static_cast<uint64_t>(payloadOffset));
    if (segment.Length() > 0)
    {
        m_peerNext = Later(segment.End(), SeqNum(kIrs) + m_peerNext).Since(SeqNum(kIrs));
    }
    AfterStep();
}

void
PeerTest::Tell(IcmpError error, uint32_t seq)
{
    static constexpr const char* kNames[] = {"soft", "hard", "refused"};
    BeforeStep();
    Note(std::string("  < ICMP ") + kNames[static_cast<int>(error)] + " of " + std::to_string(seq));
    Core().OnIcmpError(now, Tuple(), SeqNum(kIss) + seq, error);
    AfterStep();
}

bool
PeerTest::Matches(const Sketch& sketch, const OutSegment& out) const
{
    const Segment& segment = out.segment;
    const bool psh = sketch.flags.Has(Flag::PSH);
    const Flags flags = psh ? segment.flags : segment.flags.Without(Flag::PSH);
    const Options& options = segment.options;
    const auto agrees = [](const auto& stated, const auto& actual) {
        return !stated || stated == actual;
    };
    SackList sacks;
    for (const auto& [left, right] : sketch.sacks)
    {
        sacks.Add({SeqNum(kIrs) + left, SeqNum(kIrs) + right});
    }
    return flags == sketch.flags && segment.payloadLength == sketch.payload &&
           segment.seq == SeqNum(kIss) + SeqOf(sketch, m_ourNext) &&
           (!flags.Has(Flag::ACK) ||
            segment.ack == SeqNum(kIrs) + sketch.ack.value_or(m_peerNext)) &&
           (!sketch.window || segment.window == *sketch.window) &&
           segment.urgent == sketch.urgent && agrees(sketch.options.mss, options.mss) &&
           agrees(sketch.options.windowScale, options.windowScale) &&
           (!sketch.options.sackPermitted || options.sackPermitted) &&
           (!sketch.echo || (options.timestamps && options.timestamps->echo == *sketch.echo)) &&
           sacks == options.sacks;
}

/** The expectation in the words in which segments are shown. */
std::string
PeerTest::Expectation(const Sketch& sketch) const
{
    Segment segment;
    segment.flags = sketch.flags;
    segment.payloadLength = sketch.payload;
    segment.seq = SeqNum(SeqOf(sketch, m_ourNext));
    segment.ack = SeqNum(sketch.ack.value_or(m_peerNext));
    segment.window = sketch.window.value_or(0);
    segment.urgent = sketch.urgent;
    segment.options = sketch.options;
    for (const auto& [left, right] : sketch.sacks)
    {
        segment.options.sacks.Add({SeqNum(left), SeqNum(right)});
    }
    std::string text = ToText(segment, kOurs);
    if (!sketch.window)
    {
        text += " (any window)";
    }
    if (sketch.echo)
    {
        text += " (TSecr " + std::to_string(*sketch.echo) + ")";
    }
    return text;
}

void
PeerTest::NoteSent(const Segment& segment)
{
    if (segment.Length() > 0)
    {
        m_ourNext = Later(segment.End(), SeqNum(kIss) + m_ourNext).Since(SeqNum(kIss));
    }
}

void
PeerTest::Compare(const Sketch& sketch, Where where)
{
    Note("expect " + Expectation(sketch));
    if (m_sent.empty())
    {
        ADD_FAILURE_AT(where.file, where.line)
            << "expected " << Expectation(sketch) << "\nbut nothing was sent";
        return;
    }
    const OutSegment out = m_sent.front();
    m_sent.pop_front();
    if (!Matches(sketch, out))
    {
        ADD_FAILURE_AT(where.file, where.line)
            << "expected " << Expectation(sketch) << "\nbut got  "
            << ToText(out.segment, {SeqNum(kIss), SeqNum(kIrs)});
    }
    m_last = out.segment;
    NoteSent(out.segment);
    if (out.segment.options.timestamps)
    {
        m_lastStamp = out.segment.options.timestamps->value;
    }
}

void
PeerTest::Expect(const Sketch& sketch, Where where)
{
    Compare(sketch, where);
}

void
PeerTest::ExpectAfter(Duration wait, const Sketch& sketch, Where where)
{
    BeforeStep();
    const Instant start = now;
    while (m_sent.empty() && Core().NextDeadline() <= start + wait)
    {
        now = Core().NextDeadline();
        Node().RunTimers(now);
        AfterStep();
    }
    EXPECT_EQ(std::chrono::duration<double>(now - start).count(),
              std::chrono::duration<double>(wait).count())
        << where.file << ':' << where.line << ": sent too early or not at all";
    now = start + wait;
    Compare(sketch, where);
}

void
PeerTest::NothingSent(Where where)
{
    for (const OutSegment& out : m_sent)
    {
        ADD_FAILURE_AT(where.file, where.line) << "nothing should have been sent, but was "
                                               << ToText(out.segment, {SeqNum(kIss), SeqNum(kIrs)});
    }
    m_sent.clear();
}

void
PeerTest::Advance(Duration duration)
{
    BeforeStep();
    const Instant end = now + duration;
    while (Core().NextDeadline() <= end)
    {
        now = Core().NextDeadline();
        Node().RunTimers(now);
        AfterStep();
    }
    now = end;
}

void
PeerTest::AdvanceUntilSent()
{
    BeforeStep();
    while (m_sent.empty() && Core().NextDeadline() != kNever)
    {
        now = Core().NextDeadline();
        Node().RunTimers(now);
        AfterStep();
    }
}

void
PeerTest::Settle()
{
    AfterStep();
}

void
PeerTest::Ignore()
{
    for (const OutSegment& out : m_sent)
    {
        NoteSent(out.segment);
    }
    m_sent.clear();
}

// What the application does.

void
PeerTest::Connect()
{
    BeforeStep();
    Note("connect");
    const FourTuple tuple = Tuple();
    const Result<ConnectionId> result = Core().Connect(now,
                                                       {.local = tuple.local,
                                                        .localPort = kOurPort,
                                                        .remote = tuple.remote,
                                                        .remotePort = kPeerPort});
    EXPECT_TRUE(result);
    connection = result.value;
    AfterStep();
}

void
PeerTest::Listen()
{
    BeforeStep();
    Note("listen");
    const Result<ListenerId> result = Core().Listen({.local = IpAddress(), .port = kOurPort});
    EXPECT_TRUE(result);
    listener = result.value;
    AfterStep();
}

void
PeerTest::StopListening()
{
    BeforeStep();
    Note("stop listening");
    Core().StopListening(now, listener);
    AfterStep();
}

void
PeerTest::Accept()
{
    BeforeStep();
    Note("accept");
    const Result<ConnectionId> result = Core().Accept(listener);
    EXPECT_TRUE(result) << "nothing to accept";
    connection = result.value;
    AfterStep();
}

void
PeerTest::Write(uint32_t bytes)
{
    BeforeStep();
    Note("write " + std::to_string(bytes));
    const Result<uint32_t> result = Core().Write(now, connection, bytes);
    EXPECT_TRUE(result);
    EXPECT_EQ(result.value, bytes) << "the send buffer is too small for this test";
    Node().Of(connection).written += result.value;
    AfterStep();
}

void
PeerTest::Read(uint32_t bytes)
{
    BeforeStep();
    Note("read " + std::to_string(bytes));
    EXPECT_LE(bytes, Unread()) << "the test reads more than there is";
    Node().Of(connection).read += bytes;
    Core().Read(now, connection, bytes);
    AfterStep();
}

void
PeerTest::ReadAll()
{
    Read(static_cast<uint32_t>(Unread()));
}

void
PeerTest::ShutdownSend()
{
    BeforeStep();
    Note("shutdown");
    EXPECT_EQ(Core().ShutdownSend(now, connection), Error::None);
    AfterStep();
}

void
PeerTest::Close()
{
    BeforeStep();
    Note("close");
    EXPECT_EQ(Core().Close(now, connection), Error::None);
    AfterStep();
}

void
PeerTest::Abort()
{
    BeforeStep();
    Note("abort");
    EXPECT_EQ(Core().Abort(now, connection), Error::None);
    AfterStep();
}

void
PeerTest::Configure(const Config& changed)
{
    BeforeStep();
    Note("configure");
    const auto shared = std::make_shared<const Config>(changed);
    EXPECT_EQ(Core().Configure(now, connection, shared), Error::None);
    AfterStep();
}

// What can be seen.

void
PeerTest::ExpectState(State state, Where where)
{
    const bool listens = Core().Census()[static_cast<std::size_t>(State::Listen)] > 0;
    State actual = Node().StateOf(Tuple());
    if (state == State::Listen && actual == State::Closed && listens)
    {
        actual = State::Listen;
    }
    if (actual != state)
    {
        ADD_FAILURE_AT(where.file, where.line)
            << "expected " << Name(state) << " but the state is " << Name(actual);
    }
}

void
PeerTest::ExpectClosed(CloseReason reason, Where where)
{
    const std::optional<CloseReason> closed = Node().Of(connection).closed;
    if (closed != reason)
    {
        ADD_FAILURE_AT(where.file, where.line)
            << "expected to be closed: " << ToText(reason)
            << "\nbut it is: " << (closed ? ToText(*closed) : "open");
    }
}

uint64_t
PeerTest::Unread()
{
    const Stream& stream = Node().Of(connection);
    return stream.readable - stream.read;
}

const Segment&
PeerTest::Last() const
{
    return m_last;
}

ConnectionView
PeerTest::View()
{
    return Core().View(connection);
}

const Counters&
PeerTest::Count()
{
    return Core().GetCounters();
}

// How to get somewhere.

void
PeerTest::ConnectAndEstablish(const Sketch& synAck)
{
    Connect();
    Expect(Syn());
    Advance(kRtt);
    Send(synAck);
    Expect(Ack());
    ExpectState(State::Established);
}

void
PeerTest::AcceptAndEstablish(const Sketch& syn)
{
    Listen();
    Send(syn);
    Expect(SynAck());
    Advance(kRtt);
    Send(syn.options.timestamps ? Ack().Stamp(syn.options.timestamps->value) : Ack());
    Accept();
    ExpectState(State::Established);
}

void
PeerTest::StartOver()
{
    BeforeStep();
    Note("a new endpoint");
    m_node.reset();
    m_last = {};
    m_peerNext = 0;
    m_ourNext = 0;
    m_lastStamp = 0;
}

void
PeerTest::GoTo(State state)
{
    switch (state)
    {
    case State::Closed:
        break;
    case State::Listen:
        Listen();
        break;
    case State::SynSent:
        Connect();
        Expect(Syn());
        break;
    case State::SynReceived:
        Listen();
        Send(Syn());
        Expect(SynAck());
        break;
    case State::Established:
        AcceptAndEstablish();
        break;
    case State::FinWait1:
        GoTo(State::Established);
        ShutdownSend();
        Expect(Fin());
        break;
    case State::FinWait2:
        GoTo(State::FinWait1);
        Send(Ack());
        break;
    case State::CloseWait:
        GoTo(State::Established);
        Send(Fin());
        Expect(Ack());
        break;
    case State::Closing:
        GoTo(State::FinWait1);
        Send(Fin().Ack(1));
        // Some say once more that they have no more to send.
        Expect(config.closing.repeatsFin ? Fin().Seq(1).Ack(2) : Ack());
        break;
    case State::LastAck:
        GoTo(State::CloseWait);
        ShutdownSend();
        Expect(Fin());
        break;
    case State::TimeWait:
        GoTo(State::FinWait2);
        Send(Fin());
        Expect(Ack());
        break;
    }
    ExpectState(state);
}

} // namespace lifecycle::test
