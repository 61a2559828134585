#ifndef PROXY_TAP_NET_DEVICE_H
#define PROXY_TAP_NET_DEVICE_H

#include "ns3/fd-net-device.h"

#include <atomic>
#include <cstdint>

namespace proxy
{

/** What passed a TapNetDevice. */
struct FrameCounts
{
    uint64_t received{0}; //!< frames from the host that entered the simulation
    uint64_t sent{0};     //!< frames handed to the host
    uint64_t filtered{0}; //!< frames from the host that IsAcceptable() kept out
    uint64_t lost{0};     //!< frames the host did not take
};

/**
 * An FdNetDevice on a tap descriptor that can face strangers: frames pass IsAcceptable() before
 * they enter the simulation, and when the simulation is behind, frames wait in the kernel's
 * queue of the tap (which drops, as a network card does) instead of in memory of ours.
 */
class TapNetDevice : public ns3::FdNetDevice
{
  public:
    /** \returns the TypeId */
    static ns3::TypeId GetTypeId();

    /** \returns what passed so far */
    FrameCounts GetCounts() const;

    ssize_t Write(uint8_t* buffer, size_t length) override;

  private:
    class Reader;

    ns3::Ptr<ns3::FdReader> DoCreateFdReader() override;
    bool IsBehind();

    std::atomic<uint64_t> m_received{0}; //!< written by the reading thread
    std::atomic<uint64_t> m_filtered{0}; //!< written by the reading thread
    uint64_t m_sent{0};                  //!< frames handed to the host
    uint64_t m_lost{0};                  //!< frames the host did not take
};

} // namespace proxy

#endif /* PROXY_TAP_NET_DEVICE_H */
