#ifndef PROXY_CAPTURE_H
#define PROXY_CAPTURE_H

#include "ns3/net-device.h"
#include "ns3/nstime.h"
#include "ns3/packet.h"
#include "ns3/pcap-file-wrapper.h"
#include "ns3/ptr.h"

#include <string>

namespace proxy
{

/** Writes the frames of a device to a pcap file, stamped with the time of day. */
class Capture
{
  public:
    /**
     * \param path file to write, replaced if it exists
     * \param device device with the trace source PromiscSniffer; must outlive this object
     * \throws UserError if the file cannot be written
     */
    Capture(const std::string& path, ns3::Ptr<ns3::NetDevice> device);
    ~Capture();
    Capture(const Capture&) = delete;
    Capture& operator=(const Capture&) = delete;

  private:
    void OnFrame(ns3::Ptr<const ns3::Packet> frame);

    ns3::Ptr<ns3::NetDevice> m_device;     //!< the device watched
    ns3::Ptr<ns3::PcapFileWrapper> m_file; //!< the file
    ns3::Time m_timeOfDay;                 //!< time of day at simulated time 0
};

} // namespace proxy

#endif /* PROXY_CAPTURE_H */
