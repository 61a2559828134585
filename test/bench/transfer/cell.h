#ifndef BENCH_TRANSFER_CELL_H
#define BENCH_TRANSFER_CELL_H

#include "ns3/net-device-container.h"
#include "ns3/node-container.h"

#include <cstdint>
#include <string>

namespace transfer
{

constexpr uint32_t BUFFER = 4 << 20; ///< bytes, of senders and receivers

/// One line of the table.
struct Cell
{
    std::string rate{"10Mbps"}; ///< of the bottleneck
    double roundTripMs{20};     ///< without queues
    double loss{0};             ///< probability for a packet towards the sink
    double reordering{0};       ///< probability of being delayed by half a round trip
    uint32_t flows{1};
    double seconds{20};  ///< of sending
    bool bloated{false}; ///< the router holds 2,000 packets and drops none of them early
};

/// Bytes that each flow delivered.
struct Outcome
{
    double goodput{0};  ///< of all flows, Mbit/s
    double fairness{0}; ///< Jain's index
};

/// Adds the bytes of flows up.
class Tally
{
  public:
    /// \param bytes of a flow
    void Add(uint64_t bytes);
    /// \param seconds of sending \returns goodput and fairness of all flows added
    Outcome Get(double seconds) const;

  private:
    double m_flows{0};
    double m_sum{0};
    double m_squares{0};
};

/// \param cell what the path is like \param ends its routers \returns devices of the bottleneck;
/// what it does to packets towards the second router depends on \p seed alone
ns3::NetDeviceContainer MakeBottleneck(const Cell& cell,
                                       const ns3::NodeContainer& ends,
                                       uint32_t seed);

/// Replaces the default queue disc of the sender's end where the cell wants that; before addresses
/// are assigned, after the stack is installed.
void SetQueue(const Cell& cell, const ns3::NetDeviceContainer& bottleneck);

} // namespace transfer

#endif // BENCH_TRANSFER_CELL_H
