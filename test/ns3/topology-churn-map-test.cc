// The example is left out where Boost or nlohmann-json is missing, and so are its tests.
#if __has_include("topology-churn/units.h")

#include "topology-churn/graph.h"
#include "topology-churn/topology-file.h"
#include "topology-churn/transit-stub.h"
#include "topology-churn/user-error.h"

#include "ns3/simulator.h"

#include <cstdio>
#include <fstream>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sstream>
#include <string>

namespace churn
{
namespace
{

using ::testing::HasSubstr;

const std::string MAPS = "1 @Rome,+IT + bb\t(2) &5 -> <2> <3>  =a.example.net r0\n"
                         "2 @Rome,+IT + \t(1) &1 -> <1>  =b.example.net! r0\n"
                         "3 @Pisa,+IT + bb\t(1) ->  <1> {-4} =c.example.net r0\n";
const std::string WEIGHTS = "Rome1 Pisa2 2.5\nPisa2 Rome1 2.5\nPisa2 Bari3 7\n";
const std::string INET = "3 2\n0\t5\t7\n1\t9\t1\n2\t4\t4\n0\t1\t12\n1\t2\t30\n";
const std::string ORBIS = "10 20\n20 30\n30 10\n";
const std::string GRAPHML = R"(<?xml version="1.0"?>
<graphml>
  <key id="d0" for="node" attr.name="Latitude" attr.type="double"/>
  <key id="d1" for="node" attr.name="Longitude" attr.type="double"/>
  <key id="d2" for="node" attr.name="label" attr.type="string"/>
  <key id="d3" for="edge" attr.name="label" attr.type="string"/>
  <graph edgedefault="undirected">
    <node id="x"><data key="d2">Berlin</data><data key="d0">52.52</data><data key="d1">13.40</data></node>
    <node id="y"><data key="d2">Paris</data><data key="d0">48.86</data><data key="d1">2.35</data></node>
    <node id="z"><data key="d2">Somewhere</data></node>
    <edge source="x" target="y"><data key="d3">fast</data></edge>
    <edge source="y" target="x"/>
    <edge source="y" target="z"/>
  </graph>
</graphml>
)";

TopologyFormat
Detect(const std::string& text)
{
    std::istringstream in(text);
    return DetectTopologyFormat(in);
}

/** What is wrong with a text, as the user is told; empty when it is good. */
std::string
Check(const std::string& text, TopologyFormat format)
{
    std::istringstream in(text);
    try
    {
        CheckTopologyFile(in, "map.txt", format);
        return {};
    }
    catch (const UserError& error)
    {
        return error.what();
    }
}

/** A file that is gone at the end of the test. */
class MapFile
{
  public:
    explicit MapFile(const std::string& text)
        : m_name(::testing::TempDir() + "topology-churn-map-" +
                 ::testing::UnitTest::GetInstance()->current_test_info()->name() + ".txt")
    {
        std::ofstream(m_name) << text;
    }

    ~MapFile()
    {
        std::remove(m_name.c_str());
        ns3::Simulator::Destroy();
    }

    const std::string& GetName() const
    {
        return m_name;
    }

  private:
    std::string m_name;
};

Graph
ReadText(const std::string& text, const std::string& format = "auto")
{
    const MapFile file(text);
    return ReadTopologyFile(file.GetName(), format);
}

TEST(ChurnMapFile, TheContentTellsTheFormat)
{
    EXPECT_EQ(Detect(MAPS), TopologyFormat::ROCKETFUEL_MAPS);
    EXPECT_EQ(Detect(WEIGHTS), TopologyFormat::ROCKETFUEL_WEIGHTS);
    EXPECT_EQ(Detect(INET), TopologyFormat::INET);
    EXPECT_EQ(Detect(ORBIS), TopologyFormat::ORBIS);
    EXPECT_EQ(Detect(GRAPHML), TopologyFormat::GRAPHML);
    EXPECT_EQ(Detect("To whom it may concern\n"), TopologyFormat::UNKNOWN);
    EXPECT_EQ(Detect(""), TopologyFormat::UNKNOWN);
}

TEST(ChurnMapFile, EveryFormatIsRead)
{
    EXPECT_EQ(ReadText(MAPS).links.size(), 4U) << "as listed, both ways";
    EXPECT_EQ(ReadText(WEIGHTS).routers.size(), 3U);
    EXPECT_EQ(ReadText(INET).links.size(), 2U);
    EXPECT_EQ(ReadText(ORBIS).links.size(), 3U);
    EXPECT_EQ(ReadText(GRAPHML).routers.size(), 3U);
    EXPECT_EQ(ReadText(ORBIS, "orbis").routers.size(), 3U);
}

TEST(ChurnMapFile, CoordinatesBecomeFibreDelays)
{
    const auto graph = ReadText(GRAPHML);
    ASSERT_EQ(graph.links.size(), 3U);
    // Berlin to Paris is 878 km.
    ASSERT_TRUE(graph.links[0].delay);
    EXPECT_NEAR(graph.links[0].delay->GetSeconds(), 878e3 / 2e8, 0.02e-3);
    EXPECT_FALSE(graph.links[2].delay) << "one end has no coordinates";
    EXPECT_EQ(graph.routers[0].name, "Berlin");
}

TEST(ChurnMapFile, DirectedGraphMlIsRead)
{
    auto text = GRAPHML;
    text.replace(text.find("undirected"), 10, "directed");
    EXPECT_EQ(ReadText(text).links.size(), 3U);
}

TEST(ChurnMapFile, ABadLineIsNamed)
{
    EXPECT_EQ(Check(MAPS, TopologyFormat::ROCKETFUEL_MAPS), "");
    EXPECT_THAT(Check(MAPS + "4 Rome\n", TopologyFormat::ROCKETFUEL_MAPS), HasSubstr("Line 4"));
    EXPECT_THAT(Check(WEIGHTS + "a b c\n", TopologyFormat::ROCKETFUEL_WEIGHTS),
                HasSubstr("Line 4"));
    EXPECT_THAT(Check("3 2\n0 5 7\n1 x 1\n", TopologyFormat::INET), HasSubstr("Line 3"));
    EXPECT_THAT(Check("2 1\n0 5 7\n1 9 1\n0 2 5\n", TopologyFormat::INET), HasSubstr("Line 4"))
        << "there is no node 2";
    EXPECT_THAT(Check("10 20\n20 30 5\n", TopologyFormat::ORBIS), HasSubstr("Line 2"));
}

TEST(ChurnMapFile, AnInetFileThatEndsEarlyIsRejected)
{
    EXPECT_THAT(Check("3 2\n0 5 7\n", TopologyFormat::INET), HasSubstr("all of its 3 nodes"));
    EXPECT_THAT(Check("2 2\n0 5 7\n1 9 1\n0 1 12\n", TopologyFormat::INET),
                HasSubstr("all of its 2 links"));
}

TEST(ChurnMapFile, WhatNs3WouldSilentlyDropIsRejected)
{
    EXPECT_THAT(Check(WEIGHTS + "\n" + WEIGHTS, TopologyFormat::ROCKETFUEL_WEIGHTS),
                HasSubstr("Line 5"))
        << "it ends at the first empty line";
    EXPECT_EQ(Check(WEIGHTS + "\n\n", TopologyFormat::ROCKETFUEL_WEIGHTS), "");
    EXPECT_THAT(Check("Rome Pisa 2\r\n", TopologyFormat::ROCKETFUEL_WEIGHTS), HasSubstr("CR LF"));
    EXPECT_THAT(Check("1 @Rome + (2) -> <2>  <3> =a r0\n", TopologyFormat::ROCKETFUEL_MAPS),
                HasSubstr("single blank"))
        << "it ends the list of neighbours at a second blank";
    EXPECT_THAT(Check(std::string(100000, 'x'), TopologyFormat::ROCKETFUEL_WEIGHTS),
                HasSubstr("shorter"))
        << "its regular expressions would overflow the stack";
}

TEST(ChurnMapFile, ExternalRoutersMayOnlyFollowTheOthers)
{
    const std::string external = "-4 =d.example.org r1\n";
    EXPECT_EQ(Check(MAPS + external, TopologyFormat::ROCKETFUEL_MAPS), "");
    EXPECT_THAT(Check(external + MAPS, TopologyFormat::ROCKETFUEL_MAPS), HasSubstr("Line 2"));
}

TEST(ChurnMapFile, MalformedGraphMlIsTheUsersMistake)
{
    for (const auto& text : {GRAPHML.substr(0, 700),
                             std::string("<html><p>Not found</p></html>"),
                             std::string("<graphml/>")})
    {
        EXPECT_THROW(ReadText(text), UserError) << text;
    }
}

TEST(ChurnMapFile, FilesThatCannotBeUsedAreTheUsersMistake)
{
    EXPECT_THROW(ReadTopologyFile("/no/such/file", "auto"), UserError);
    EXPECT_THROW(ReadTopologyFile("/", "auto"), UserError);
    EXPECT_THROW(ReadText(""), UserError);
    EXPECT_THROW(ReadText("0 0\n", "inet"), UserError) << "no link";
    EXPECT_THROW(ReadText(GRAPHML, "orbis"), UserError);
    EXPECT_THROW(ReadText(ORBIS, "graphml"), UserError);
}

TEST(ChurnGraph, DuplicateLinksAreMergedEitherWayRoundWithTheLeastDelay)
{
    Graph graph;
    graph.routers.resize(2);
    graph.links = {{0, 1, ns3::MilliSeconds(5)}, {1, 0, ns3::MilliSeconds(3)}, {0, 1}, {1, 1}};
    const auto done = Simplify(graph);
    EXPECT_EQ(done.mergedLinks, 2U);
    EXPECT_EQ(done.selfLinks, 1U);
    ASSERT_EQ(graph.links.size(), 1U);
    EXPECT_EQ(graph.links[0].delay, ns3::MilliSeconds(3));
}

TEST(ChurnGraph, OnlyTheLargestComponentIsLeft)
{
    Graph graph;
    for (const auto* name : {"a", "b", "c", "d", "e", "f"})
    {
        graph.routers.push_back({name});
    }
    graph.links = {{0, 1}, {2, 3}, {3, 4}};
    const auto done = Simplify(graph);
    EXPECT_EQ(done.components, 3U);
    EXPECT_EQ(done.listedRouters, 6U);
    ASSERT_EQ(graph.routers.size(), 3U);
    EXPECT_EQ(graph.routers[0].name, "c");
    ASSERT_EQ(graph.links.size(), 2U);
    EXPECT_EQ(graph.links[1].a, 1U);
    EXPECT_EQ(graph.links[1].b, 2U);
}

TEST(ChurnTransitStub, IsConnectedAndHasAsManyRoutersAsAskedFor)
{
    for (const uint32_t routers : {2U, 3U, 10U, 77U, 300U, 2000U})
    {
        auto graph = MakeTransitStub(routers, 5);
        EXPECT_EQ(graph.routers.size(), routers);
        const auto done = Simplify(graph);
        EXPECT_EQ(done.components, 1U) << routers;
        EXPECT_EQ(graph.routers.size(), routers);
    }
}

TEST(ChurnTransitStub, TheSameSeedGivesTheSameMapAndAnotherSeedAnother)
{
    const auto links = [](uint64_t seed) {
        std::ostringstream text;
        for (const auto& link : MakeTransitStub(100, seed).links)
        {
            text << link.a << ' ' << link.b << ' ' << link.delay->GetMicroSeconds() << '\n';
        }
        return text.str();
    };
    EXPECT_EQ(links(1), links(1));
    EXPECT_NE(links(1), links(2));
}

} // namespace
} // namespace churn

#endif
