#ifndef LIFECYCLE_PACKETDRILL_ERROR_QUEUE_H
#define LIFECYCLE_PACKETDRILL_ERROR_QUEUE_H

#include "core/model-time.h"

#include <cstdint>
#include <ctime> // before the kernel's header, which needs timespec
#include <deque>
#include <linux/errqueue.h>
#include <optional>

namespace lifecycle::packetdrill
{

/** One message of an error queue: what recvmsg() says with MSG_ERRQUEUE. */
struct Report
{
    sock_extended_err error{};
    std::optional<Instant> stamp; //!< goes with it as SCM_TIMESTAMPING
};

/**
 * The error queue of a connection: how far what was written has come (SO_TIMESTAMPING), and that
 * memory given with MSG_ZEROCOPY is free again.
 */
class ErrorQueue
{
  public:
    /**
     * \param offset of a byte that was written, in the stream
     * \param key what reports of it are to be called (SOF_TIMESTAMPING_OPT_ID)
     * \param wanted SOF_TIMESTAMPING_TX_... bits
     */
    void Watch(uint64_t offset, uint32_t key, uint32_t wanted);
    /** A send() with MSG_ZEROCOPY has written the stream up to \p end. */
    void Pin(uint64_t end);
    /** Bytes of the stream have left. */
    void NoteSent(uint64_t offset, uint32_t length, Instant now);
    /** All up to \p end has been acknowledged. */
    void NoteAcknowledged(uint64_t end, Instant now);
    /** The connection is gone. */
    void Release();

    bool IsEmpty() const
    {
        return m_reports.empty();
    }

    /** Takes the oldest message out. */
    std::optional<Report> Take();

  private:
    struct Watched
    {
        uint64_t offset;
        uint32_t key;
        uint32_t wanted;
        bool sent{false};
    };

    struct Pinned
    {
        uint64_t end;
        uint32_t number;
    };

    void Stamp(const Watched& watched, uint32_t bit, uint32_t what, Instant now);
    void Unpin(uint64_t end);

    std::deque<Watched> m_watched;
    std::deque<Pinned> m_pinned;
    std::deque<Report> m_reports;
    uint32_t m_pins{0}; //!< calls with MSG_ZEROCOPY so far
};

} // namespace lifecycle::packetdrill

#endif /* LIFECYCLE_PACKETDRILL_ERROR_QUEUE_H */
