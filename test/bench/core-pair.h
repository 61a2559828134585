#ifndef LIFECYCLE_BENCH_CORE_PAIR_H
#define LIFECYCLE_BENCH_CORE_PAIR_H

#include "core/endpoint.h"
#include "test/core/random.h"

#include <cstddef>
#include <cstdint>

namespace bench
{

/// What addresses a core has its connections with.
enum class Family
{
    IPV4,
    IPV6,
};

/// A connection by its names at both ends.
struct PairedIds
{
    lifecycle::ConnectionId client;
    lifecycle::ConnectionId server;
};

/// The core alone, without ns-3: a client and a server that hand each other segments at once.
class CorePair
{
  public:
    explicit CorePair(Family family);

    /// A SYN of a connection that nobody has, which the server answers in vain.
    void Syn(uint64_t number);

    /// Opens a connection. \returns its names
    PairedIds Open(uint64_t number);

    /// A request of 200 bytes and a response of 3,000, both of which are read.
    void Exchange(const PairedIds& connection);

    /// The client closes, then the server.
    void Close(const PairedIds& connection);

    /// Lets time pass, with all that is due in it.
    void Wait(lifecycle::Duration time);

    /// \returns how many the client has in a state
    std::size_t CountAtClient(lifecycle::State state) const;

    /// \returns how many the server has in a state
    std::size_t CountAtServer(lifecycle::State state) const;

  private:
    struct Place;

    void Settle();
    bool Carry(lifecycle::Endpoint& from, lifecycle::Endpoint& to);

    Family m_family;
    lifecycle::test::Random m_random{1};
    lifecycle::Instant m_now{std::chrono::seconds(1)};
    lifecycle::Endpoint m_client;
    lifecycle::Endpoint m_server;
    lifecycle::ListenerId m_listener;
};

} // namespace bench

#endif /* LIFECYCLE_BENCH_CORE_PAIR_H */
