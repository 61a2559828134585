// The example is left out where Boost or nlohmann-json is missing, and so are its tests.
#if __has_include("topology-churn/units.h")

#include "topology-churn/applications.h"
#include "topology-churn/chart.h"
#include "topology-churn/connection-log.h"
#include "topology-churn/experiment.h"
#include "topology-churn/network.h"
#include "topology-churn/options.h"
#include "topology-churn/progress.h"
#include "topology-churn/report.h"
#include "topology-churn/state-history.h"
#include "topology-churn/tcp-stack.h"

#include "ns3/inet-socket-address.h"
#include "ns3/simulator.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>
#include <vector>

namespace churn
{
namespace
{

using nlohmann::json;
using ::testing::HasSubstr;

Options
ParseWords(std::vector<std::string> words)
{
    words.insert(words.begin(), "topology-churn");
    std::vector<const char*> pointers;
    for (const auto& word : words)
    {
        pointers.push_back(word.c_str());
    }
    std::string help;
    return ParseOptions(static_cast<int>(pointers.size()), pointers.data(), help).value();
}

/** The JSON report of a small run, without what differs from run to run. */
json
RunChurn(std::vector<std::string> words)
{
    const std::vector<std::string> common{"--connections=60",
                                          "--duration=1s",
                                          "--nodes=40",
                                          "--clients=6",
                                          "--servers=3"};
    words.insert(words.begin(), common.begin(), common.end());
    Progress progress(Progress::Display::NONE);
    std::ostringstream text;
    WriteJson(text, RunExperiment(ParseWords(words), progress));
    auto report = json::parse(text.str());
    report.erase("cost");
    return report;
}

class ChurnRun : public ::testing::TestWithParam<const char*>
{
  protected:
    std::string GetTcp() const
    {
        return std::string("--tcp=") + GetParam();
    }
};

TEST_P(ChurnRun, EveryConnectionOfAQuietNetworkCompletes)
{
    const auto report = RunChurn({GetTcp()});
    const auto& connections = report["connections"];
    EXPECT_EQ(connections["opened"], 60);
    EXPECT_EQ(connections["completed"], 60);
    EXPECT_EQ(connections["unfinished"], 0);
    EXPECT_EQ(report["times"]["flow_completion_s"]["count"], 60);
    EXPECT_EQ(report["states"]["at_end"]["TIME_WAIT"], 60) << "each left one, on the server";
    EXPECT_EQ(report["states"]["at_end"]["ESTABLISHED"], 0);
    EXPECT_EQ(report["states"]["at_end"]["LISTEN"], 3);
}

TEST_P(ChurnRun, TheSameSeedGivesTheSameReport)
{
    EXPECT_EQ(RunChurn({GetTcp(), "--seed=3"}), RunChurn({GetTcp(), "--seed=3"}));
}

TEST_P(ChurnRun, AnotherSeedGivesAnotherReport)
{
    EXPECT_NE(RunChurn({GetTcp(), "--seed=3"})["times"], RunChurn({GetTcp(), "--seed=4"})["times"]);
}

TEST_P(ChurnRun, LightRoutersGiveTheSameTimesAsNodesWithNixVectorRouting)
{
    // Slow links, so that packets wait for each other. Where a queue is full it matters which of
    // two events at the same instant comes first, and so the two may differ.
    const std::vector<std::string> slow{GetTcp(), "--link-rate=20Mbps", "--access-rate=10Mbps"};
    const auto run = [&](const char* routing) {
        auto words = slow;
        words.emplace_back(routing);
        return RunChurn(words);
    };
    const auto light = run("--routing=light");
    const auto nix = run("--routing=nix");
    EXPECT_EQ(light["times"], nix["times"]);
    EXPECT_EQ(light["connections"], nix["connections"]);
    EXPECT_LT(light["events"], nix["events"]);
}

TEST_P(ChurnRun, FullQueuesDropAndTheConnectionsCompleteAllTheSame)
{
    for (const auto* routing : {"--routing=light", "--routing=nix"})
    {
        const auto report = RunChurn({GetTcp(), routing, "--access-rate=10Mbps", "--queue=5"});
        EXPECT_GT(report["connections"]["packets_dropped"], 0) << routing;
        EXPECT_EQ(report["connections"]["completed"], 60) << routing;
    }
}

TEST_P(ChurnRun, DrainGoesOnUntilTimeWaitIsEmpty)
{
    const auto report = RunChurn({GetTcp(), "--drain", "--msl=2s"});
    EXPECT_EQ(report["states"]["at_end"]["TIME_WAIT"], 0);
    EXPECT_EQ(report["states"]["most"]["TIME_WAIT"]["sockets"], 60);
    EXPECT_GT(report["simulated_s"], 4);
}

TEST_P(ChurnRun, WhoClosesFirstMakesNoDifferenceToWhatIsDelivered)
{
    const auto server = RunChurn({GetTcp(), "--closer=server"});
    const auto client = RunChurn({GetTcp(), "--closer=client"});
    EXPECT_EQ(client["connections"]["completed"], 60);
    EXPECT_EQ(client["connections"]["bytes_delivered"], server["connections"]["bytes_delivered"]);
}

TEST_P(ChurnRun, TheWorkloadDoesNotDependOnTheNetwork)
{
    const auto slow = RunChurn({GetTcp(), "--access-rate=2Mbps"});
    const auto fast = RunChurn({GetTcp()});
    EXPECT_EQ(slow["connections"]["bytes_delivered"], fast["connections"]["bytes_delivered"]);
    EXPECT_GT(slow["times"]["flow_completion_s"]["p50"], fast["times"]["flow_completion_s"]["p50"]);
}

TEST_P(ChurnRun, WhatIsNotFinishedInTimeIsReported)
{
    const auto report = RunChurn({GetTcp(), "--max-time=500ms", "--access-rate=1Mbps"});
    const auto& connections = report["connections"];
    EXPECT_LT(connections["completed"], 60);
    EXPECT_GT(connections["unfinished"], 0);
    EXPECT_DOUBLE_EQ(report["simulated_s"], 0.5);
    EXPECT_EQ(report["ended"], "max_time");
}

TEST_P(ChurnRun, ARunEndsWhenItsProcessorTimeIsSpent)
{
    const auto report = RunChurn({GetTcp(), "--max-cpu=20ms", "--sizes=websearch"});
    EXPECT_EQ(report["ended"], "max_cpu");
    EXPECT_LT(report["connections"]["completed"], 60);
    EXPECT_EQ(RunChurn({GetTcp()})["ended"], "finished") << "the limit was for one run";
}

/** How a fetch from a server ends on which nothing listens, or from an address nobody has. */
Outcome
FetchInVain(const std::string& tcp, const char* address)
{
    const auto options = ParseWords({tcp, "--clients=1", "--servers=1"});
    const auto stack =
        options.tcp == "stock" ? MakeStockStack(options) : MakeLifecycleStack(options);
    Graph graph;
    graph.routers.resize(2);
    graph.links = {{0, 1}};
    const auto network = BuildNetwork(graph, options, *stack);
    ConnectionLog log;
    const auto clients = InstallClients(network.clients, options, *stack, log);
    const auto server = address ? ns3::Ipv4Address(address) : network.serverAddresses[0];
    ns3::Simulator::Schedule(ns3::Seconds(1), [&clients, server] {
        clients->Fetch(0, ns3::InetSocketAddress(server, 80), 300, 1000);
    });
    ns3::Simulator::Stop(ns3::Seconds(1000));
    ns3::Simulator::Run();
    ns3::Simulator::Destroy();
    EXPECT_EQ(log.GetOpened(), 0U);
    EXPECT_EQ(log.GetFinished(), 1U);
    auto outcome = Outcome::COMPLETED;
    while (log.Count(outcome) == 0 && outcome != Outcome::NO_PORT)
    {
        outcome = static_cast<Outcome>(static_cast<int>(outcome) + 1);
    }
    return outcome;
}

TEST_P(ChurnRun, AnAddressThatNobodyHasTimesOut)
{
    EXPECT_EQ(FetchInVain(GetTcp(), "10.200.0.1"), Outcome::TIMED_OUT);
}

TEST(ChurnRunOnLifecycleTcp, AServerWithoutAListenerRefuses)
{
    EXPECT_EQ(FetchInVain("--tcp=lifecycle", nullptr), Outcome::REFUSED);
    EXPECT_EQ(FetchInVain("--tcp=population", nullptr), Outcome::REFUSED);
}

TEST(ChurnRunOnLifecycleTcp, PopulationsDoOnTheWireWhatSocketsDo)
{
    // The limit leaves responses unfinished.
    for (const char* word : {"--closer=client", "--closer=server", "--max-time=500ms"})
    {
        const std::vector<std::string> words{word, "--access-rate=20Mbps", "--queue=20"};
        const auto run = [&](const char* tcp) {
            auto all = words;
            all.emplace_back(tcp);
            auto report = RunChurn(all);
            report.erase("tcp");
            return report;
        };
        EXPECT_EQ(run("--tcp=population"), run("--tcp=lifecycle"));
    }
}

INSTANTIATE_TEST_SUITE_P(Tcp,
                         ChurnRun,
                         ::testing::Values("lifecycle", "population", "stock"),
                         [](const auto& instance) { return std::string(instance.param); });

TEST(ChurnRunOnBothTcps, TheWorkloadIsTheSame)
{
    const auto lifecycle = RunChurn({"--tcp=lifecycle"});
    const auto stock = RunChurn({"--tcp=stock"});
    EXPECT_EQ(lifecycle["connections"]["bytes_delivered"], stock["connections"]["bytes_delivered"]);
    EXPECT_EQ(lifecycle["connections"]["asked_for"], stock["connections"]["asked_for"]);
}

TEST(ChurnChart, ARowIsDrawnForEachStateSeenAndTheOthersAreNamed)
{
    StateHistory history;
    StateCounts counts{};
    for (const uint64_t established : {0, 4, 8, 0})
    {
        counts[ns3::TcpSocket::ESTABLISHED] = established;
        history.Add(ns3::Seconds(static_cast<double>(history.GetSamples().size())), counts);
    }
    std::ostringstream chart;
    WriteStateChart(chart, history, 50);
    EXPECT_THAT(chart.str(), HasSubstr("ESTABLISHED"));
    EXPECT_THAT(chart.str(), HasSubstr("| =# |")) << "nothing, half, the most, nothing";
    EXPECT_THAT(chart.str(), HasSubstr("never seen: LISTEN, SYN_SENT"));
}

TEST(ChurnStates, CsvHasALineForEachCount)
{
    StateHistory history;
    StateCounts counts{};
    counts[ns3::TcpSocket::LISTEN] = 3;
    history.Add(ns3::MilliSeconds(0), counts);
    history.Add(ns3::MilliSeconds(100), counts);
    std::ostringstream csv;
    history.WriteCsv(csv);
    EXPECT_THAT(csv.str(), HasSubstr("time_s,LISTEN,SYN_SENT,SYN_RCVD,ESTABLISHED"));
    EXPECT_THAT(csv.str(), HasSubstr("\n0.1,3,0,"));
}

} // namespace
} // namespace churn

#endif
