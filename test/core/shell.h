#ifndef LIFECYCLE_TEST_CORE_SHELL_H
#define LIFECYCLE_TEST_CORE_SHELL_H

#include "core/endpoint.h"
#include "random.h"
#include "transcript.h"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace lifecycle::test
{

/** What the owner of an endpoint keeps for one connection: its bytes, of which only places. */
class Stream
{
  public:
    /** Bytes [left, right) of what the peer sends have arrived. */
    void Keep(uint64_t left, uint64_t right);

    /** \returns how many bytes have arrived from the first on without a hole */
    uint64_t ArrivedInOrder() const;

    uint64_t written{0};  //!< bytes handed to the core
    uint64_t acked{0};    //!< of these, bytes that the core said may be forgotten
    uint64_t readable{0}; //!< bytes that the core said may be read
    uint64_t read{0};     //!< of these, bytes that were
    uint32_t urgent{0};   //!< how often the core said that something is
    bool peerClosed{false};
    std::optional<CloseReason> closed;

  private:
    std::map<uint64_t, uint64_t> m_arrived; //!< left → right, disjoint
};

/**
 * An endpoint and its owner. It does what every owner does after every step, empties notices and
 * segments, and checks what must hold then: that the core is consistent, that it sends only bytes
 * that were written and not yet forgotten, and that it places and announces what it receives
 * where the sender took it from.
 */
class Shell
{
  public:
    Shell(std::string name, const Config& config, uint32_t seed, Transcript& transcript);

    Endpoint& Core()
    {
        return m_core;
    }

    const Endpoint& Core() const
    {
        return m_core;
    }

    /**
     * Hands the core a segment.
     * \param payloadOffset where its payload lies in the sender's stream, if it has a place there
     */
    void Receive(Instant now, const Segment& segment, std::optional<uint64_t> payloadOffset);
    /** Lets the core do all that is due. */
    void RunTimers(Instant now);
    /** To be called after every call of the core. \returns what it sends */
    std::vector<OutSegment> Settle(Instant now);

    Stream& Of(ConnectionId connection);

    /** \returns the state of the record with this tuple, Closed if there is none */
    State StateOf(const FourTuple& tuple) const;

  private:
    void Take(Instant now, const Notice& notice);
    void CheckSent(const OutSegment& out);

    std::string m_name;
    Random m_random;
    Endpoint m_core;
    Transcript& m_transcript;
    std::map<uint64_t, Stream> m_streams;
    Instant m_timersRunAt{}; //!< after that, nothing is due at that moment
};

/** \returns a reason in words, for messages */
const char* ToText(CloseReason reason);

} // namespace lifecycle::test

#endif /* LIFECYCLE_TEST_CORE_SHELL_H */
