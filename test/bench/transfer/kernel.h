#ifndef BENCH_TRANSFER_KERNEL_H
#define BENCH_TRANSFER_KERNEL_H

#include "cell.h"

#include <optional>
#include <string>
#include <vector>

namespace transfer
{

/// What the Linux kernel got in a cell, in real time.
struct KernelOutcome
{
    Outcome outcome;
    double lateMs{0}; ///< by how much the simulation of the path was behind at worst
};

/// \returns empty if RunKernel() can work here, otherwise what is missing
std::string WhyNoKernel();

/**
 * The same bottleneck as RunSimulated(), under the realtime simulator, between two taps in network
 * namespaces of their own: this machine's kernel sends into one and receives from the other, with
 * CUBIC and its own buffers. Takes `cell.seconds` for all seeds together.
 *
 * \param cell line of the table
 * \param seeds a run each, all at the same time
 * \returns what came of each, none where a run failed
 */
std::vector<std::optional<KernelOutcome>> RunKernel(const Cell& cell,
                                                    const std::vector<uint32_t>& seeds);

} // namespace transfer

#endif // BENCH_TRANSFER_KERNEL_H
