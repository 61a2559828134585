#include "jobs.h"

#include "capture.h"
#include "client.h"
#include "message.h"
#include "model-node.h"
#include "report.h"
#include "server.h"
#include "signal-thread.h"

#include "ns3/boolean.h"
#include "ns3/global-value.h"
#include "ns3/rng-seed-manager.h"
#include "ns3/simulator.h"
#include "ns3/string.h"

#include <iomanip>
#include <iostream>
#include <optional>
#include <random>
#include <sstream>

namespace proxy
{

namespace
{

/** \param options the command line \returns "tcplc0, 10.44.0.1/24 and fd44::1/64" */
std::string
LinkText(const ModelNode& model, const Options& options)
{
    return model.interface + ", " + options.hostAddress.Text() +
           (options.hostAddress6 ? " and " + options.hostAddress6->Text() : "");
}

void
PrintListening(const Options& options)
{
    for (const auto& service : options.services)
    {
        std::string text =
            "listening on " + SocketAddressText(ToNs3(options.modelAddress, service.port));
        if (options.modelAddress6)
        {
            text += " and " + SocketAddressText(ToNs3(*options.modelAddress6, service.port));
        }
        text += std::string(" (") + ToString(service.kind);
        if (service.kind == ServiceKind::HTTP)
        {
            text += ", files of " + options.root;
        }
        Message(text + ")");
    }
}

/** \param text gets how connections ended and what passed the tap */
void
AddEnds(std::ostream& text, const ModelNode& model, const Report& report)
{
    const auto ends = report.GetEnds();
    text << "closed normally " << ends.normal << ", reset " << ends.reset << ", timed out "
         << ends.timedOut;
    if (model.tap)
    {
        const auto frames = model.tap->GetCounts();
        text << "\n  frames       received " << frames.received << ", sent " << frames.sent
             << ", filtered out " << frames.filtered << ", lost " << frames.lost;
    }
}

/** Ends the run once every connection is closed, or after a grace period. */
class Ending
{
  public:
    explicit Ending(const Report& report)
        : m_report(report)
    {
    }

    /** Begins to wait. */
    void Begin()
    {
        m_deadline = ns3::Simulator::Now() + ns3::MilliSeconds(500);
        Wait();
    }

  private:
    void Wait()
    {
        if (!m_report.IsAnyOpen() || ns3::Simulator::Now() >= m_deadline)
        {
            ns3::Simulator::Stop();
            return;
        }
        ns3::Simulator::Schedule(ns3::MilliSeconds(10), &Ending::Wait, this);
    }

    const Report& m_report; //!< knows what is open
    ns3::Time m_deadline;   //!< end of the grace period
};

/** Runs the simulator until something stops it, then ends the thread that reads the tap. */
void
RunSimulator(const ModelNode& model)
{
    ns3::Simulator::Run();
    model.device->Dispose();
}

int
Serve(const Options& options, const ModelNode& model)
{
    Report report(model.node, options.verbose);
    Ending ending(report);
    Server server(model.node, options);
    SignalThread signals(
        model.node->GetId(),
        [&] {
            server.Stop();
            ending.Begin();
        },
        [&] { report.PrintTable(std::cerr); });
    // The device starts at time 0, in an event that was scheduled before this one.
    ns3::Simulator::Schedule(ns3::MilliSeconds(1), [&] {
        PrintListening(options);
        Message("tap " + LinkText(model, options) + ": ready");
    });

    RunSimulator(model);
    signals.Stop();
    const auto counts = server.GetCounts();
    std::ostringstream text;
    text << std::fixed << std::setprecision(1) << "served for "
         << ns3::Simulator::Now().GetSeconds() << " s\n  connections  accepted " << counts.accepted
         << ", turned away " << counts.turnedAway << ", ";
    AddEnds(text, model, report);
    text << "\n  bytes        received " << counts.bytesReceived << ", sent " << counts.bytesSent;
    Message(text.str());
    return 0;
}

int
Connect(const Options& options, const ModelNode& model, const ns3::Address& peer)
{
    Report report(model.node, options.verbose);
    Ending ending(report);
    Client client(model.node, peer, options, [] { ns3::Simulator::Stop(); });
    bool interrupted = false;
    SignalThread signals(
        model.node->GetId(),
        [&] {
            interrupted = true;
            client.Stop();
            ending.Begin();
        },
        [&] { report.PrintTable(std::cerr); });
    ns3::Simulator::Schedule(ns3::MilliSeconds(1), [&] { client.Start(); });

    RunSimulator(model);
    signals.Stop();
    client.Join();
    if (interrupted || options.verbose)
    {
        std::ostringstream text;
        text << std::fixed << std::setprecision(1) << "connected for "
             << ns3::Simulator::Now().GetSeconds() << " s\n  connections  ";
        AddEnds(text, model, report);
        text << "\n  bytes        received " << client.GetBytesRead() << ", sent "
             << client.GetBytesWritten();
        Message(text.str());
    }
    if (!client.GetFailure().empty())
    {
        Message(client.GetFailure());
        return 1;
    }
    return 0;
}

} // namespace

int
RunJob(const Options& options)
{
    std::optional<ns3::Address> peer;
    if (options.command == Command::CONNECT)
    {
        peer = Resolve(options.peerHost, options.peerPort, options.modelAddress6.has_value());
    }
    ns3::GlobalValue::Bind("SimulatorImplementationType",
                           ns3::StringValue("ns3::RealtimeSimulatorImpl"));
    ns3::GlobalValue::Bind("ChecksumEnabled", ns3::BooleanValue(true));
    // What strangers must not foresee (RFC 6528) may not be the same in each run.
    std::random_device random;
    std::uniform_int_distribution<uint32_t> anySeed(1, MAX_SEED);
    ns3::RngSeedManager::SetSeed(options.seed.value_or(anySeed(random)));

    int status = 0;
    {
        const ModelNode model = MakeModelNode(options);
        std::optional<Capture> capture;
        if (!options.pcap.empty())
        {
            capture.emplace(options.pcap, model.device);
        }
        status = peer ? Connect(options, model, *peer) : Serve(options, model);
    }
    ns3::Simulator::Destroy();
    return status;
}

} // namespace proxy
