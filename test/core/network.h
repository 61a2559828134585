#ifndef LIFECYCLE_TEST_CORE_NETWORK_H
#define LIFECYCLE_TEST_CORE_NETWORK_H

#include "random.h"
#include "shell.h"
#include "transcript.h"

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>

namespace lifecycle::test
{

using namespace std::chrono_literals;

/** What a wire does to the segments that go one way. */
struct WireScript
{
    Duration latency{10ms};
    std::set<uint32_t> lose{}; //!< by number, from 0
    double loss{0};            //!< probabilities
    double duplication{0};
    double reordering{0};
    Duration reorderingDelay{50ms}; //!< at the most, beyond the latency
    Instant downUntil{};            //!< before this, everything is lost
};

/** One of two ends: an endpoint with one connection, and an application on it. */
class Host
{
  public:
    Host(std::string name, const Config& config, uint32_t seed, Transcript& transcript);

    /** Lets the application do what it can: write, shut down, read, accept, close. */
    void Work(Instant now);

    uint64_t BytesRead();

    /** Whether the connection is over on this side, for this reason. */
    bool HasEnded(CloseReason reason);

    std::string name;
    Shell shell;
    ListenerId listener{};
    ConnectionId connection{};
    FourTuple tuple{};
    WireScript outgoing; //!< the wire from here to the other end

    // The application.
    uint64_t toWrite{0};              //!< bytes still to be written
    bool shutsDown{true};             //!< closes its direction when all is written
    uint32_t readsAtMost{UINT32_MAX}; //!< bytes at a time
    Duration readsEvery{0};           //!< pause between reads
    Instant readsNext{};

    // What the other end has seen of this one, to check what follows against it.
    uint32_t segments{0};            //!< sent so far
    std::optional<uint8_t> scale;    //!< offered in its SYN
    std::optional<SeqNum> lastAck;   //!< the highest ACK it sent
    std::optional<SeqNum> rightEdge; //!< of the window it offers
    std::optional<SeqNum> edgeKnown; //!< of the other's window, as far as heard of
};

/**
 * A and Z, and a wire between them. Segments travel as headers on the wire and are checked on the
 * way: acknowledgements and the edge of the window never move back, and nothing is sent beyond it.
 */
class Network
{
  public:
    Network(const Config& ofA, const Config& ofZ, uint32_t seed);

    /** Z listens, A connects. */
    void Open();
    /** Both connect to each other at the same moment. */
    void OpenSimultaneously();
    /** Runs until nothing is left to happen, or for \p limit. */
    void Run(Duration limit = std::chrono::hours(24));

    /** All that was written has been read by the other side, and both ends have closed. */
    void ExpectAllDelivered(uint64_t fromA, uint64_t fromZ);

    friend std::ostream& operator<<(std::ostream& out, const Network& network)
    {
        return out << network.m_transcript;
    }

  private:
    struct Flight
    {
        Host* to;
        Segment segment;
        uint64_t payloadOffset;
    };

    void Connect(Host& from);
    void Step();
    void Settle(Host& host);
    void Transmit(Host& from, const OutSegment& out);
    void CheckSending(Host& from, const Segment& segment);
    void NoteArrival(Host& to, const Segment& segment);
    Instant NextEvent();

    Host& Other(const Host& host)
    {
        return &host == &a ? z : a;
    }

    Transcript m_transcript;
    Random m_random;
    std::multimap<Instant, Flight> m_flights; //!< of equal instants, the first sent is first

  public:
    Host a;
    Host z;
    Instant now{1000s};
};

} // namespace lifecycle::test

#endif /* LIFECYCLE_TEST_CORE_NETWORK_H */
