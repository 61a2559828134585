#ifndef TOPOLOGY_CHURN_CONNECTION_LOG_H
#define TOPOLOGY_CHURN_CONNECTION_LOG_H

#include "percentiles.h"

#include "ns3/nstime.h"

#include <array>
#include <cstdint>
#include <functional>

namespace churn
{

/// How a connection ended, as its client saw it.
enum class Outcome
{
    COMPLETED, //!< the whole response arrived
    REFUSED,   //!< nobody listens there, or the listener had no room
    TIMED_OUT, //!< nothing came back
    RESET,     //!< the peer broke it off
    CUT_SHORT, //!< the server closed before all of the response had arrived
    NO_PORT,   //!< the client host had no local port left
};

/// The number of Outcome values.
constexpr std::size_t OUTCOMES = 6;

/// Responses of similar size are reported together.
struct SizeClass
{
    const char* name; //!< for reports
    uint64_t below;   //!< responses of the class are smaller than this
};

/// The size classes, smallest first.
constexpr std::array<SizeClass, 3> SIZE_CLASSES{
    {{"under 100 kB", 100000}, {"100 kB to 1 MB", 1000000}, {"1 MB and more", UINT64_MAX}}};

/// What happened to all connections of a run.
class ConnectionLog
{
  public:
    /// \param activity to be called whenever something happens; empty for nothing
    void SetActivityCallback(std::function<void()> activity);

    /// A client asks for a connection.
    void OnAttempt();
    /// \param handshake time from the attempt to the connection being established
    void OnOpened(ns3::Time handshake);
    /// \param bytes response bytes that arrived
    void OnBytes(uint64_t bytes);
    /**
     * A whole response has arrived.
     * \param size its size, bytes
     * \param duration time from the attempt to its last byte
     */
    void OnCompleted(uint64_t size, ns3::Time duration);
    /// \param outcome why a connection ended without its response
    void OnFailed(Outcome outcome);

    uint64_t GetAttempts() const;             //!< \returns connections asked for so far
    uint64_t GetOpened() const;               //!< \returns connections established so far
    uint64_t GetFinished() const;             //!< \returns connections that ended in any way
    uint64_t Count(Outcome outcome) const;    //!< \param outcome one \returns how many had it
    uint64_t GetBytes() const;                //!< \returns response bytes that arrived
    ns3::Time GetFirstAttempt() const;        //!< \returns when the first connection was asked for
    ns3::Time GetLastCompletion() const;      //!< \returns when the last response was complete
    const Percentiles& GetHandshakes() const; //!< \returns handshake times, seconds
    const Percentiles& GetDurations() const;  //!< \returns flow completion times, seconds
    /**
     * \param sizeClass index into SIZE_CLASSES
     * \returns flow completion times of that class, seconds
     */
    const Percentiles& GetDurations(std::size_t sizeClass) const;

  private:
    void NotifyActivity() const;

    std::function<void()> m_activity;            //!< told of everything
    uint64_t m_attempts{0};                      //!< connections asked for
    uint64_t m_bytes{0};                         //!< response bytes
    std::array<uint64_t, OUTCOMES> m_outcomes{}; //!< how many had each outcome
    ns3::Time m_firstAttempt;                    //!< when the first was asked for
    ns3::Time m_lastCompletion;                  //!< when the last completed
    Percentiles m_handshakes;                    //!< seconds
    Percentiles m_durations;                     //!< seconds, all classes
    std::array<Percentiles, SIZE_CLASSES.size()> m_durationsByClass; //!< seconds
};

} // namespace churn

#endif /* TOPOLOGY_CHURN_CONNECTION_LOG_H */
