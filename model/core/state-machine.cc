#include "state-machine.h"

namespace lifecycle
{

std::string_view
Name(State state)
{
    static constexpr std::array<std::string_view, kStates> names{"CLOSED",
                                                                 "LISTEN",
                                                                 "SYN-SENT",
                                                                 "SYN-RECEIVED",
                                                                 "ESTABLISHED",
                                                                 "FIN-WAIT-1",
                                                                 "FIN-WAIT-2",
                                                                 "CLOSE-WAIT",
                                                                 "CLOSING",
                                                                 "LAST-ACK",
                                                                 "TIME-WAIT"};
    return names[static_cast<std::size_t>(state)];
}

std::string_view
Name(Event event)
{
    static constexpr std::array<std::string_view, kEvents> names{"PassiveOpen",
                                                                 "ActiveOpen",
                                                                 "RcvSyn",
                                                                 "RcvSynAck",
                                                                 "RcvAckOfSyn",
                                                                 "Close",
                                                                 "RcvFin",
                                                                 "RcvAckOfFin",
                                                                 "RcvFinAckOfFin",
                                                                 "RcvRst",
                                                                 "Abort",
                                                                 "GiveUp",
                                                                 "TwoMslExpired"};
    return names[static_cast<std::size_t>(event)];
}

} // namespace lifecycle
