#ifndef BENCH_TRANSFER_SIMULATED_H
#define BENCH_TRANSFER_SIMULATED_H

#include "cell.h"

namespace transfer
{

/// \param lifecycle this TCP, otherwise ns-3's own \returns what flows of BulkSendApplication got
Outcome RunSimulated(const Cell& cell, bool lifecycle, uint32_t seed);

} // namespace transfer

#endif // BENCH_TRANSFER_SIMULATED_H
