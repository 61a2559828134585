#ifndef LIFECYCLE_PACKETDRILL_TABLE_TEST_H
#define LIFECYCLE_PACKETDRILL_TABLE_TEST_H

#include "shim/interface.h"
#include "shim/ip-packet.h"

#include <chrono>
#include <cstdint>
#include <gtest/gtest.h>
#include <optional>

namespace lifecycle::packetdrill::test
{

using namespace std::chrono_literals;

/** Drives the table of functions as packetdrill does: packets and calls in, packets out. */
class Table : public testing::Test
{
  protected:
    ~Table() override;

    /** Fills in the table, as packetdrill has it done. */
    void Load(const char* flags);

    /** A socket that listens at 192.168.0.1:8080. */
    int Listening(int backlog = 10);
    /** A connection to it from the peer, accepted. The peer's next sequence number is 1. */
    int Accepted(int listener);

    /** Sends a segment of the peer's, 192.0.2.1:40000, to port 8080. */
    void Inject(Flags flags, uint32_t seq, uint32_t ack, uint32_t payload = 0);
    /** \returns the next segment of the host under test */
    std::optional<Segment> Sniff();
    /** As packetdrill waits for an event: asleep for most of the time, then spinning. */
    void Wait(std::chrono::microseconds time);
    std::chrono::microseconds Now();

    InterfaceTable m_table{};
    void* m_self{nullptr};
    uint32_t m_iss{0}; //!< of the host under test
    std::chrono::microseconds m_sniffedAt{};
    Bytes m_sniffed; //!< the packet of the last Sniff()
};

} // namespace lifecycle::packetdrill::test

#endif /* LIFECYCLE_PACKETDRILL_TABLE_TEST_H */
