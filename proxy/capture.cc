#include "capture.h"

#include "user-error.h"

#include "ns3/callback.h"
#include "ns3/simulator.h"
#include "ns3/trace-helper.h"

#include <cerrno>
#include <chrono>
#include <cstring>
#include <fstream>

namespace proxy
{

Capture::Capture(const std::string& path, ns3::Ptr<ns3::NetDevice> device)
    : m_device(device)
{
    // PcapHelper ends the process when it cannot open the file, so ask first.
    if (!std::ofstream(path, std::ios::binary))
    {
        throw UserError("--pcap: " + path + " cannot be written: " + std::strerror(errno) + ".");
    }
    ns3::PcapHelper helper;
    m_file = helper.CreateFile(path, std::ios::out, ns3::PcapHelper::DLT_EN10MB);
    m_timeOfDay = ns3::NanoSeconds(std::chrono::duration_cast<std::chrono::nanoseconds>(
                                       std::chrono::system_clock::now().time_since_epoch())
                                       .count());
    m_device->TraceConnectWithoutContext("PromiscSniffer",
                                         ns3::MakeCallback(&Capture::OnFrame, this));
}

Capture::~Capture()
{
    m_device->TraceDisconnectWithoutContext("PromiscSniffer",
                                            ns3::MakeCallback(&Capture::OnFrame, this));
}

void
Capture::OnFrame(ns3::Ptr<const ns3::Packet> frame)
{
    m_file->Write(m_timeOfDay + ns3::Simulator::Now(), frame);
}

} // namespace proxy
