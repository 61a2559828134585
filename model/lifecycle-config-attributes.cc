#include "internal/lifecycle-config-attributes.h"

namespace ns3
{

template <>
const std::vector<std::string>&
LifecycleChoiceNames<lifecycle::IsnChoice>()
{
    static const std::vector<std::string> names{"Hashed", "Fixed", "Random"};
    return names;
}

template <>
const std::vector<std::string>&
LifecycleChoiceNames<lifecycle::PersistProbe>()
{
    static const std::vector<std::string> names{"OneByte", "ZeroLength"};
    return names;
}

template <>
const std::vector<std::string>&
LifecycleChoiceNames<lifecycle::SynCookies>()
{
    static const std::vector<std::string> names{"Never", "OnOverflow", "Always"};
    return names;
}

template <>
const std::vector<std::string>&
LifecycleChoiceNames<lifecycle::Overflow>()
{
    static const std::vector<std::string> names{"Drop", "Reset"};
    return names;
}

template <>
const std::vector<std::string>&
LifecycleChoiceNames<lifecycle::SoftErrors>()
{
    static const std::vector<std::string> names{"EndAtOnce", "EndIfRepeated", "Note"};
    return names;
}

template <>
const std::vector<std::string>&
LifecycleChoiceNames<lifecycle::HandshakeForm>()
{
    static const std::vector<std::string> names{"ThreeWay", "TwoWay"};
    return names;
}

template <>
const std::vector<std::string>&
LifecycleChoiceNames<lifecycle::PortChoice>()
{
    static const std::vector<std::string> names{"Hashed", "Sequential", "Random"};
    return names;
}

template <>
const std::vector<std::string>&
LifecycleChoiceNames<lifecycle::TimeWaitOverflow>()
{
    static const std::vector<std::string> names{"SkipTimeWait", "EvictOldest"};
    return names;
}

template <>
const std::vector<std::string>&
LifecycleChoiceNames<lifecycle::SynReuse>()
{
    static const std::vector<std::string> names{"Never", "IfNewer", "IfHigher"};
    return names;
}

template <>
const std::vector<std::string>&
LifecycleChoiceNames<lifecycle::KeepaliveProbe>()
{
    static const std::vector<std::string> names{"Empty", "GarbageByte"};
    return names;
}

template <>
const std::vector<std::string>&
LifecycleChoiceNames<lifecycle::LossDetection>()
{
    static const std::vector<std::string> names{"DuplicateAcks", "Rack"};
    return names;
}

template <>
const std::vector<std::string>&
LifecycleChoiceNames<lifecycle::Nagle>()
{
    static const std::vector<std::string> names{"AnyInFlight", "SmallInFlight"};
    return names;
}

template <>
const std::vector<std::string>&
LifecycleChoiceNames<lifecycle::IdleRestart>()
{
    static const std::vector<std::string> names{"Never", "InitialWindow", "Halving"};
    return names;
}

template <>
const std::vector<std::string>&
LifecycleChoiceNames<lifecycle::Ecn>()
{
    static const std::vector<std::string> names{"Off", "Passive", "Active"};
    return names;
}

template <>
const std::vector<std::string>&
LifecycleChoiceNames<lifecycle::SequenceCheck>()
{
    static const std::vector<std::string> names{"Overlapping", "Touching", "Reaching"};
    return names;
}

template <>
const std::vector<std::string>&
LifecycleChoiceNames<lifecycle::OldestAck>()
{
    static const std::vector<std::string> names{"InWindow", "OfThisConnection"};
    return names;
}

template <>
const std::vector<std::string>&
LifecycleChoiceNames<lifecycle::OldStamp>()
{
    static const std::vector<std::string> names{"Answer", "AnswerNews", "AnswerText"};
    return names;
}

template <>
const std::vector<std::string>&
LifecycleChoiceNames<lifecycle::RequestSyn>()
{
    static const std::vector<std::string> names{"Forgets", "Resets", "Repeats"};
    return names;
}

template <>
const std::vector<std::string>&
LifecycleChoiceNames<lifecycle::RequestAck>()
{
    static const std::vector<std::string> names{"AfterPlace", "BeforePlace", "Ends"};
    return names;
}

template <>
const std::vector<std::string>&
LifecycleChoiceNames<lifecycle::TimeWaitAnswers>()
{
    static const std::vector<std::string> names{"ByTheRfc", "ButAtEdge", "ButExact"};
    return names;
}

} // namespace ns3
