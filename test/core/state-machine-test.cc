#include "core/state-machine.h"

#include <gtest/gtest.h>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace lifecycle
{
namespace
{

using Row = std::map<Event, State>;

/** The diagram once more, by state instead of by arrow; what is not here must not happen. */
const std::map<State, Row>&
Diagram()
{
    using enum State;
    using enum Event;
    static const std::map<State, Row> diagram{
        {Closed, {{PassiveOpen, Listen}, {ActiveOpen, SynSent}}},
        {Listen, {{RcvSyn, SynReceived}, {Event::Close, Closed}}},
        {SynSent,
         {{RcvSyn, SynReceived},
          {RcvSynAck, Established},
          {Event::Close, Closed},
          {RcvRst, Closed},
          {Abort, Closed},
          {GiveUp, Closed}}},
        {SynReceived,
         {{RcvAckOfSyn, Established},
          {Event::Close, FinWait1},
          {RcvRst, Closed},
          {Abort, Closed},
          {GiveUp, Closed}}},
        {Established,
         {{Event::Close, FinWait1},
          {RcvFin, CloseWait},
          {RcvRst, Closed},
          {Abort, Closed},
          {GiveUp, Closed}}},
        {FinWait1,
         {{RcvAckOfFin, FinWait2},
          {RcvFin, Closing},
          {RcvFinAckOfFin, TimeWait},
          {RcvRst, Closed},
          {Abort, Closed},
          {GiveUp, Closed}}},
        {FinWait2, {{RcvFin, TimeWait}, {RcvRst, Closed}, {Abort, Closed}, {GiveUp, Closed}}},
        {CloseWait, {{Event::Close, LastAck}, {RcvRst, Closed}, {Abort, Closed}, {GiveUp, Closed}}},
        {Closing, {{RcvAckOfFin, TimeWait}, {RcvRst, Closed}, {Abort, Closed}, {GiveUp, Closed}}},
        {LastAck, {{RcvAckOfFin, Closed}, {RcvRst, Closed}, {Abort, Closed}, {GiveUp, Closed}}},
        {TimeWait, {{TwoMslExpired, Closed}, {RcvRst, Closed}, {Abort, Closed}}},
    };
    return diagram;
}

template <typename T>
std::vector<T>
All(std::size_t count)
{
    std::vector<T> all;
    for (std::size_t i = 0; i < count; ++i)
    {
        all.push_back(static_cast<T>(i));
    }
    return all;
}

TEST(StateMachine, FollowsTheDiagramInEveryStateForEveryEvent)
{
    for (State from : All<State>(kStates))
    {
        for (Event event : All<Event>(kEvents))
        {
            SCOPED_TRACE(std::string(Name(from)) + " on " + std::string(Name(event)));
            const Row& row = Diagram().at(from);
            const auto arrow = row.find(event);
            const bool expected = arrow != row.end();
            StateMachine machine(from);
            EXPECT_EQ(machine.Fire(event), expected);
            EXPECT_EQ(machine.Get(), expected ? arrow->second : from);
        }
    }
}

TEST(StateMachine, EveryStateIsReachedFromClosedAndLeadsBackToIt)
{
    const auto reachableFrom = [](State start) {
        std::set<State> reached{start};
        for (std::size_t before = 0; before != reached.size();)
        {
            before = reached.size();
            for (const Transition& arrow : kTransitions)
            {
                if (reached.count(arrow.from) != 0)
                {
                    reached.insert(arrow.to);
                }
            }
        }
        return reached;
    };
    EXPECT_EQ(reachableFrom(State::Closed).size(), kStates);
    for (State state : All<State>(kStates))
    {
        EXPECT_EQ(reachableFrom(state).count(State::Closed), 1U) << Name(state);
    }
}

TEST(StateMachine, NoArrowIsDrawnTwiceAndEachNamesItsSource)
{
    std::set<std::pair<State, Event>> seen;
    for (const Transition& arrow : kTransitions)
    {
        EXPECT_TRUE(seen.emplace(arrow.from, arrow.event).second)
            << Name(arrow.from) << " on " << Name(arrow.event);
        EXPECT_TRUE(arrow.source.starts_with("RFC ")) << arrow.source;
    }
}

TEST(StateMachine, NamesAreDistinct)
{
    std::set<std::string_view> names;
    for (State state : All<State>(kStates))
    {
        names.insert(Name(state));
    }
    for (Event event : All<Event>(kEvents))
    {
        names.insert(Name(event));
    }
    EXPECT_EQ(names.size(), kStates + kEvents);
    EXPECT_EQ(Name(State::FinWait2), "FIN-WAIT-2");
}

} // namespace
} // namespace lifecycle
