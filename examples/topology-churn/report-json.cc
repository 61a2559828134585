#include "report.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string>

namespace churn
{

namespace
{

using nlohmann::ordered_json;
using ns3::TcpSocket;

ordered_json
ToJson(const Percentiles& values)
{
    ordered_json json{{"count", values.GetCount()}};
    if (values.GetCount() > 0)
    {
        json["p50"] = values.At(50);
        json["p90"] = values.At(90);
        json["p99"] = values.At(99);
        json["max"] = values.At(100);
    }
    return json;
}

const char*
GetName(End end)
{
    switch (end)
    {
    case End::FINISHED:
        return "finished";
    case End::MAX_TIME:
        return "max_time";
    case End::MAX_CPU:
        return "max_cpu";
    case End::INTERRUPTED:
        return "interrupted";
    }
    return "";
}

ordered_json
ConnectionsToJson(const Result& result)
{
    const auto& log = result.connections;
    ordered_json json{{"wanted", result.options.connections},
                      {"asked_for", log.GetAttempts()},
                      {"opened", log.GetOpened()}};
    for (std::size_t i = 0; i < OUTCOMES; ++i)
    {
        const auto outcome = static_cast<Outcome>(i);
        std::string name = Describe(outcome);
        std::replace(name.begin(), name.end(), ' ', '_');
        json[name] = log.Count(outcome);
    }
    json["unfinished"] = log.GetAttempts() - log.GetFinished();
    json["bytes_delivered"] = result.bytes;
    json["packets_dropped"] = result.drops;
    const double seconds = result.transferTime.GetSeconds();
    json["goodput_bps"] = seconds > 0 ? result.bytes * 8 / seconds : 0;
    return json;
}

ordered_json
TimesToJson(const Result& result)
{
    const auto& log = result.connections;
    ordered_json classes;
    for (std::size_t i = 0; i < SIZE_CLASSES.size(); ++i)
    {
        classes[SIZE_CLASSES[i].name] = ToJson(log.GetDurations(i));
    }
    return {{"handshake_s", ToJson(log.GetHandshakes())},
            {"flow_completion_s", ToJson(log.GetDurations())},
            {"flow_completion_by_size_s", classes}};
}

ordered_json
StatesToJson(const Result& result)
{
    ordered_json most;
    ordered_json atEnd;
    ordered_json overTime;
    auto& times = overTime["time_s"] = ordered_json::array();
    for (const auto& sample : result.states.GetSamples())
    {
        times.push_back(sample.time.GetSeconds());
    }
    for (std::size_t state = TcpSocket::CLOSED; state < TcpSocket::LAST_STATE; ++state)
    {
        const std::string name = TcpSocket::TcpStateName[state];
        const auto& peak = result.states.GetPeak(state);
        most[name] = {{"sockets", peak.counts[state]}, {"time_s", peak.time.GetSeconds()}};
        atEnd[name] = result.states.GetSamples().back().counts[state];
        auto& counts = overTime[name] = ordered_json::array();
        for (const auto& sample : result.states.GetSamples())
        {
            counts.push_back(sample.counts[state]);
        }
    }
    return {{"sample_interval_s", result.options.sampleInterval.GetSeconds()},
            {"most", most},
            {"at_end", atEnd},
            {"over_time", overTime}};
}

ordered_json
CostToJson(const Result& result)
{
    const auto& cost = result.cost;
    ordered_json json{{"setup_wall_s", cost.setupSeconds},
                      {"run_wall_s", cost.runSeconds},
                      {"run_cpu_s", cost.cpuSeconds}};
    if (cost.cpuSeconds > 0)
    {
        json["bytes_per_cpu_s"] = result.bytes / cost.cpuSeconds;
        json["connections_per_cpu_s"] = result.connections.GetFinished() / cost.cpuSeconds;
        json["events_per_cpu_s"] = result.events / cost.cpuSeconds;
    }
    json["setup_heap_bytes"] = cost.setupHeapBytes;
    json["most_heap_bytes"] = cost.mostHeapBytes;
    json["peak_memory_bytes"] = cost.peakMemoryBytes;
    return json;
}

ordered_json
NetworkToJson(const Result& result)
{
    const auto& options = result.options;
    return {{"map", result.topology},
            {"routers", result.routers},
            {"links", result.links},
            {"listed_routers", result.simplified.listedRouters},
            {"listed_links", result.simplified.listedLinks},
            {"merged_links", result.simplified.mergedLinks},
            {"self_links", result.simplified.selfLinks},
            {"components", result.simplified.components},
            {"clients", options.clients},
            {"servers", options.servers},
            {"link_rate_bps", options.linkRate.GetBitRate()},
            {"delay_s", options.delay.GetSeconds()},
            {"access_rate_bps", options.accessRate.GetBitRate()},
            {"access_delay_s", options.accessDelay.GetSeconds()},
            {"queue_packets", options.queuePackets},
            {"mtu", options.mtu},
            {"queue_disc", options.fqCoDel ? "fqcodel" : "none"},
            {"routing",
             options.routing == Routing::LIGHT ? "light"
             : options.routing == Routing::NIX ? "nix"
                                               : "global"}};
}

} // namespace

void
WriteJson(std::ostream& out, const Result& result)
{
    const auto& options = result.options;
    const ordered_json json{{"tcp", options.tcp},
                            {"seed", options.seed},
                            {"network", NetworkToJson(result)},
                            {"workload",
                             {{"connections", options.connections},
                              {"arrival_rate", options.arrivalRate},
                              {"sizes", result.sizes},
                              {"mean_size_bytes", result.meanSize},
                              {"closer", options.closer == Closer::CLIENT ? "client" : "server"},
                              {"msl_s", options.msl.GetSeconds()},
                              {"buffer_bytes", options.bufferBytes}}},
                            {"connections", ConnectionsToJson(result)},
                            {"times", TimesToJson(result)},
                            {"states", StatesToJson(result)},
                            {"simulated_s", result.endTime.GetSeconds()},
                            {"events", result.events},
                            {"ended", GetName(result.end)},
                            {"cost", CostToJson(result)}};
    out << json.dump(2) << '\n';
}

} // namespace churn
