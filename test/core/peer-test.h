#ifndef LIFECYCLE_TEST_CORE_PEER_TEST_H
#define LIFECYCLE_TEST_CORE_PEER_TEST_H

#include "segment-text.h"
#include "shell.h"
#include "sketch.h"
#include "transcript.h"

#include <deque>
#include <gtest/gtest.h>
#include <memory>
#include <optional>
#include <string>

namespace lifecycle::test
{

using namespace std::chrono_literals;

/** A line of a test, for messages; clang 14 has no std::source_location. */
struct Where
{
    const char* file;
    int line;

    static constexpr Where Here(const char* inFile = __builtin_FILE(),
                                int atLine = __builtin_LINE())
    {
        return {inFile, atLine};
    }
};

/**
 * One endpoint whose peer is the test itself: it sends segments by hand and says which ones it
 * expects. Every segment that the endpoint sends has to be expected, in its order. Time stands
 * still except in Advance(), ExpectAfter() and AnswerAfter().
 *
 * The initial sequence numbers are a little before 2^32, so that every test crosses the wrap.
 */
class PeerTest : public testing::Test
{
  protected:
    PeerTest();
    void TearDown() override;

    // What the peer does.

    void Send(const Sketch& sketch);
    /**
     * ICMP says that a segment did not get there.
     * \param seq of the segment, relative to the endpoint's initial sequence number
     */
    void Tell(IcmpError error, uint32_t seq = 0);
    /** The next segment that the endpoint has sent. */
    void Expect(const Sketch& sketch, Where where = Where::Here());
    /** The endpoint sends nothing for exactly \p wait, and then this. */
    void ExpectAfter(Duration wait, const Sketch& sketch, Where where = Where::Here());
    /** The endpoint has sent nothing more than was expected so far. */
    void NothingSent(Where where = Where::Here());
    /** Time goes by. */
    void Advance(Duration duration);
    /** Time goes by until the endpoint sends something, or nothing more can happen. */
    void AdvanceUntilSent();
    /** To be called after a call of the core that has no function here. */
    void Settle();
    /** Forgets what the endpoint has sent, whatever it was. */
    void Ignore();

    // What the application does.

    void Connect();
    void Listen();
    void StopListening();
    void Accept();
    void Write(uint32_t bytes);
    void Read(uint32_t bytes);
    void ReadAll();
    void ShutdownSend();
    void Close();
    void Abort();
    void Configure(const Config& changed);

    // What can be seen.

    void ExpectState(State state, Where where = Where::Here());
    /** The connection is gone, for this reason. */
    void ExpectClosed(CloseReason reason, Where where = Where::Here());
    /** Bytes that wait to be read. */
    uint64_t Unread();
    /** The segment that was expected last. */
    const Segment& Last() const;
    ConnectionView View();
    const Counters& Count();
    Endpoint& Core();
    Shell& Node();
    FourTuple Tuple() const;

    // How to get somewhere; the round-trip time is 100 ms, so that the first RTO is 300 ms.

    void ConnectAndEstablish(const Sketch& synAck = SynAck());
    void AcceptAndEstablish(const Sketch& syn = Syn());
    /** A new endpoint takes the place of this one, in a test of several cases. */
    void StartOver();
    /** Brings a new endpoint into a state, by a passive open where there is a choice. */
    void GoTo(State state);

    Config config; //!< to be changed before anything else

    static constexpr uint32_t kIss{0xfffffc00}; //!< the endpoint's
    static constexpr uint32_t kIrs{0xfffffe00}; //!< the peer's
    static constexpr Duration kRtt{100ms};
    static constexpr Duration kRto{300ms}; //!< after the handshake: SRTT + 4 · SRTT/2

    Instant now{1000s};
    ConnectionId connection{};
    ListenerId listener{};

  private:
    Segment Complete(const Sketch& sketch) const;
    bool Matches(const Sketch& sketch, const OutSegment& out) const;
    std::string Expectation(const Sketch& sketch) const;
    void Compare(const Sketch& sketch, Where where);
    void NoteSent(const Segment& segment);
    void AfterStep();
    void BeforeStep();
    void Note(const std::string& step);

    Transcript m_transcript;
    std::unique_ptr<Shell> m_node; //!< made when first used, so that the test can set `config`
    std::deque<OutSegment> m_sent; //!< not expected yet
    Segment m_last;
    uint32_t m_peerNext{0}; //!< the peer's SND.NXT, relative
    uint32_t m_ourNext{0};  //!< the endpoint's SND.NXT as far as seen, relative
    uint32_t m_lastStamp{0};
};

} // namespace lifecycle::test

#endif /* LIFECYCLE_TEST_CORE_PEER_TEST_H */
