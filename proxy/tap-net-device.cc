#include "tap-net-device.h"

#include "frame-filter.h"

#include "ns3/fd-reader.h"
#include "ns3/uinteger.h"

#include <chrono>
#include <mutex>
#include <thread>
#include <unistd.h>

namespace proxy
{

namespace
{

constexpr std::size_t ETHERNET_HEADER = 14;
constexpr std::size_t MAX_PENDING_FRAMES = 2048;
constexpr std::chrono::milliseconds PAUSE{1};

} // namespace

/** Reads frames in a thread of its own; FdReader calls DoRead() when the descriptor is readable. */
class TapNetDevice::Reader : public ns3::FdReader
{
  public:
    explicit Reader(TapNetDevice& device)
        : m_device(device),
          m_frameSize(device.GetMtu() + ETHERNET_HEADER)
    {
    }

  private:
    Data DoRead() override
    {
        const Data nothing(nullptr, -1); // 0 would end the thread
        if (m_device.IsBehind())
        {
            std::this_thread::sleep_for(PAUSE);
            return nothing;
        }
        uint8_t* frame = m_device.AllocateBuffer(m_frameSize);
        const ssize_t size = read(m_fd, frame, m_frameSize);
        if (size > 0 && IsAcceptable({frame, static_cast<std::size_t>(size)}))
        {
            m_device.m_received++;
            return Data(frame, size);
        }
        m_device.FreeBuffer(frame);
        if (size > 0)
        {
            m_device.m_filtered++;
        }
        else
        {
            std::this_thread::sleep_for(PAUSE); // the interface is down: not a reason to spin
        }
        return nothing;
    }

    TapNetDevice& m_device;
    const std::size_t m_frameSize;
};

ns3::TypeId
TapNetDevice::GetTypeId()
{
    static ns3::TypeId tid = ns3::TypeId("proxy::TapNetDevice")
                                 .SetParent<ns3::FdNetDevice>()
                                 .HideFromDocumentation()
                                 .AddConstructor<TapNetDevice>();
    return tid;
}

FrameCounts
TapNetDevice::GetCounts() const
{
    return {m_received, m_sent, m_filtered, m_lost};
}

ssize_t
TapNetDevice::Write(uint8_t* buffer, size_t length)
{
    const ssize_t written = FdNetDevice::Write(buffer, length);
    (written == static_cast<ssize_t>(length) ? m_sent : m_lost)++;
    return written;
}

ns3::Ptr<ns3::FdReader>
TapNetDevice::DoCreateFdReader()
{
    // Beyond its own limit FdNetDevice drops frames without freeing them; keep below it.
    SetAttribute("RxQueueSize", ns3::UintegerValue(2 * MAX_PENDING_FRAMES));
    return ns3::Create<Reader>(*this);
}

bool
TapNetDevice::IsBehind()
{
    std::unique_lock lock{m_pendingReadMutex};
    return m_pendingQueue.size() >= MAX_PENDING_FRAMES;
}

} // namespace proxy
