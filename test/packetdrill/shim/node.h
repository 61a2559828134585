#ifndef LIFECYCLE_PACKETDRILL_NODE_H
#define LIFECYCLE_PACKETDRILL_NODE_H

#include "core/endpoint.h"
#include "ip-packet.h"
#include "settings.h"
#include "streams.h"
#include "waiters.h"

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <random>
#include <set>

namespace lifecycle::packetdrill
{

/** Repeatable randomness. */
class Random : public RandomSource
{
  public:
    uint32_t Next() override
    {
        return m_engine();
    }

  private:
    std::mt19937 m_engine;
};

/** A packet that has left, and when. */
struct SentPacket
{
    Instant when;
    Bytes bytes;
};

/**
 * The host under test below its socket calls: the core, virtual time, packets in and out, and the
 * bytes of every connection. Whatever calls the core calls Settle() afterwards, and holds `mutex`.
 */
class Node
{
  public:
    explicit Node(Settings& settings);

    Endpoint& Tcp()
    {
        return m_tcp;
    }

    Settings& Set()
    {
        return m_settings;
    }

    Instant Now() const
    {
        return m_now;
    }

    /** Takes out of the core what it has to send and to tell, and lets waiting calls go on. */
    void Settle();
    /** Lets time pass, and does on the way what is due. */
    void AdvanceTo(Instant when);
    /** Waits in virtual time until \p ready, or \p until. The thread that drives lets it pass. */
    void Wait(Instant until, const std::function<bool()>& ready);
    /** The calling thread asks for the time, which creeps, as threads spin until it has come. */
    Instant TellTime();

    void Inject(ByteSpan packet);
    /** \returns the next packet that has left, or leaves before anything else can happen */
    std::optional<SentPacket> Sniff();

    /** \returns the bytes of a connection that was accepted, even if it is no more */
    std::shared_ptr<Stream> TakeAccepted(ConnectionId connection);
    /** \returns the bytes of a connection; null for one that nobody knows */
    std::shared_ptr<Stream> StreamOf(ConnectionId connection);
    /** How often there was something new to accept. */
    uint64_t& AcceptStirs(ListenerId listener);

    std::mutex mutex;

    /** IP_TOS, IP_TTL and the like of a connection. */
    std::map<uint64_t, IpTraits> traits;

  private:
    void Observe();
    void Take(const Notice& notice);
    void Close(Stream& stream, const Notice& notice);
    void Send(const OutSegment& out);
    void Count(const Segment& segment, Tally& tally) const;
    void Count(const OutSegment& out, Tally& tally) const;
    void InjectTcp(const ParsedPacket& parsed);
    void InjectIcmp(const QuotedError& error);

    Settings& m_settings;
    Random m_random;
    Endpoint m_tcp;
    Instant m_now{std::chrono::seconds(1000)}; // so that no difference of times is below zero
    std::thread::id m_driver{std::this_thread::get_id()};
    Waiters m_waiters{mutex};
    std::deque<SentPacket> m_left;
    std::map<uint64_t, std::shared_ptr<Stream>> m_streams;
    std::map<uint64_t, std::shared_ptr<Stream>> m_ended; //!< that may be accepted still
    std::map<uint64_t, uint64_t> m_acceptStirs;
};

} // namespace lifecycle::packetdrill

#endif /* LIFECYCLE_PACKETDRILL_NODE_H */
