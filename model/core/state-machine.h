#ifndef LIFECYCLE_CORE_STATE_MACHINE_H
#define LIFECYCLE_CORE_STATE_MACHINE_H

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace lifecycle
{

/** The eleven states of RFC 9293 §3.3.2. */
enum class State : uint8_t
{
    Closed,
    Listen,
    SynSent,
    SynReceived,
    Established,
    FinWait1,
    FinWait2,
    CloseWait,
    Closing,
    LastAck,
    TimeWait,
};

inline constexpr std::size_t kStates = 11;

/** What makes a connection change its state. */
enum class Event : uint8_t
{
    PassiveOpen,    //!< the application listens
    ActiveOpen,     //!< the application connects
    RcvSyn,         //!< a SYN without an ACK of ours
    RcvSynAck,      //!< a SYN that acknowledges ours
    RcvAckOfSyn,    //!< our SYN is acknowledged
    Close,          //!< the application has no more to send: a FIN is queued
    RcvFin,         //!< the peer's FIN, all before it received
    RcvAckOfFin,    //!< our FIN is acknowledged
    RcvFinAckOfFin, //!< both of these in one segment
    RcvRst,         //!< an acceptable RST
    Abort,          //!< the application, or a rule, resets the connection
    GiveUp,         //!< retransmission, keepalive, FIN_WAIT_2 or user timeout ran out
    TwoMslExpired,  //!< TIME_WAIT is over
};

inline constexpr std::size_t kEvents = 13;

/** One arrow of the state diagram. */
struct Transition
{
    State from;
    Event event;
    State to;
    std::string_view source; //!< the paragraph that demands it
};

/** Every arrow there is: the state diagram (RFC 9293 Figure 5) and the ways out of it. */
inline constexpr std::array kTransitions{
    Transition{State::Closed, Event::PassiveOpen, State::Listen, "RFC 9293 §3.10.1"},
    Transition{State::Closed, Event::ActiveOpen, State::SynSent, "RFC 9293 §3.10.1"},
    Transition{State::Listen, Event::RcvSyn, State::SynReceived, "RFC 9293 §3.10.7.2"},
    Transition{State::Listen, Event::Close, State::Closed, "RFC 9293 §3.10.4"},
    Transition{State::SynSent, Event::RcvSyn, State::SynReceived, "RFC 9293 §3.10.7.3"},
    Transition{State::SynSent, Event::RcvSynAck, State::Established, "RFC 9293 §3.10.7.3"},
    Transition{State::SynSent, Event::Close, State::Closed, "RFC 9293 §3.10.4"},
    Transition{State::SynSent, Event::RcvRst, State::Closed, "RFC 9293 §3.10.7.3"},
    Transition{State::SynSent, Event::Abort, State::Closed, "RFC 9293 §3.10.5"},
    Transition{State::SynSent, Event::GiveUp, State::Closed, "RFC 9293 §3.8.3"},
    Transition{State::SynReceived, Event::RcvAckOfSyn, State::Established, "RFC 9293 §3.10.7.4"},
    Transition{State::SynReceived, Event::Close, State::FinWait1, "RFC 9293 §3.10.4"},
    Transition{State::SynReceived, Event::RcvRst, State::Closed, "RFC 9293 §3.10.7.4"},
    Transition{State::SynReceived, Event::Abort, State::Closed, "RFC 9293 §3.10.5"},
    Transition{State::SynReceived, Event::GiveUp, State::Closed, "RFC 9293 §3.8.3"},
    Transition{State::Established, Event::Close, State::FinWait1, "RFC 9293 §3.10.4"},
    Transition{State::Established, Event::RcvFin, State::CloseWait, "RFC 9293 §3.10.7.4"},
    Transition{State::Established, Event::RcvRst, State::Closed, "RFC 9293 §3.10.7.4"},
    Transition{State::Established, Event::Abort, State::Closed, "RFC 9293 §3.10.5"},
    Transition{State::Established, Event::GiveUp, State::Closed, "RFC 9293 §3.10.8"},
    Transition{State::FinWait1, Event::RcvAckOfFin, State::FinWait2, "RFC 9293 §3.10.7.4"},
    Transition{State::FinWait1, Event::RcvFin, State::Closing, "RFC 9293 §3.10.7.4"},
    Transition{State::FinWait1, Event::RcvFinAckOfFin, State::TimeWait, "RFC 9293 §3.10.7.4"},
    Transition{State::FinWait1, Event::RcvRst, State::Closed, "RFC 9293 §3.10.7.4"},
    Transition{State::FinWait1, Event::Abort, State::Closed, "RFC 9293 §3.10.5"},
    Transition{State::FinWait1, Event::GiveUp, State::Closed, "RFC 9293 §3.10.8"},
    Transition{State::FinWait2, Event::RcvFin, State::TimeWait, "RFC 9293 §3.10.7.4"},
    Transition{State::FinWait2, Event::RcvRst, State::Closed, "RFC 9293 §3.10.7.4"},
    Transition{State::FinWait2, Event::Abort, State::Closed, "RFC 9293 §3.10.5"},
    Transition{State::FinWait2, Event::GiveUp, State::Closed, "RFC 9293 §3.10.8"},
    Transition{State::CloseWait, Event::Close, State::LastAck, "RFC 9293 §3.10.4"},
    Transition{State::CloseWait, Event::RcvRst, State::Closed, "RFC 9293 §3.10.7.4"},
    Transition{State::CloseWait, Event::Abort, State::Closed, "RFC 9293 §3.10.5"},
    Transition{State::CloseWait, Event::GiveUp, State::Closed, "RFC 9293 §3.10.8"},
    Transition{State::Closing, Event::RcvAckOfFin, State::TimeWait, "RFC 9293 §3.10.7.4"},
    Transition{State::Closing, Event::RcvRst, State::Closed, "RFC 9293 §3.10.7.4"},
    Transition{State::Closing, Event::Abort, State::Closed, "RFC 9293 §3.10.5"},
    Transition{State::Closing, Event::GiveUp, State::Closed, "RFC 9293 §3.10.8"},
    Transition{State::LastAck, Event::RcvAckOfFin, State::Closed, "RFC 9293 §3.10.7.4"},
    Transition{State::LastAck, Event::RcvRst, State::Closed, "RFC 9293 §3.10.7.4"},
    Transition{State::LastAck, Event::Abort, State::Closed, "RFC 9293 §3.10.5"},
    Transition{State::LastAck, Event::GiveUp, State::Closed, "RFC 9293 §3.10.8"},
    Transition{State::TimeWait, Event::TwoMslExpired, State::Closed, "RFC 9293 §3.10.8"},
    Transition{State::TimeWait, Event::RcvRst, State::Closed, "RFC 9293 §3.10.7.4"},
    Transition{State::TimeWait, Event::Abort, State::Closed, "RFC 9293 §3.10.5"},
};

/**
 * Where an event leads.
 * \param from the state before
 * \param event what happened
 * \returns the state after, or nothing where the diagram has no such arrow
 */
constexpr std::optional<State>
Next(State from, Event event)
{
    for (const Transition& transition : kTransitions)
    {
        if (transition.from == from && transition.event == event)
        {
            return transition.to;
        }
    }
    return std::nullopt;
}

/** The state of one connection; Fire() is the only way to change it. */
class StateMachine
{
  public:
    constexpr explicit StateMachine(State born)
        : m_state(born)
    {
    }

    constexpr State Get() const
    {
        return m_state;
    }

    /**
     * Follows the arrow of \p event.
     * \returns whether the diagram has such an arrow; if not, the state is as it was
     */
    [[nodiscard]] constexpr bool Fire(Event event)
    {
        const std::optional<State> next = Next(m_state, event);
        m_state = next.value_or(m_state);
        return next.has_value();
    }

  private:
    State m_state;
};

/** \returns the RFC's name of a state, for instance "FIN-WAIT-2" */
std::string_view Name(State state);
/** \returns the name of an event, for instance "RcvFin" */
std::string_view Name(Event event);

} // namespace lifecycle

#endif /* LIFECYCLE_CORE_STATE_MACHINE_H */
