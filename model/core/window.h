#ifndef LIFECYCLE_CORE_WINDOW_H
#define LIFECYCLE_CORE_WINDOW_H

#include "congestion.h"
#include "connection.h"
#include "model-time.h"

namespace lifecycle
{

// The congestion window of a connection: what its congestion control is told, and when.

// Each needs a Transfer.

/** \returns the connection as its congestion control sees it */
Flow FlowOf(Connection& connection, Instant now);

/** The connection is established: its initial window (RFC 6928). */
void OpenWindow(Connection& connection, Instant now);

/** There is congestion: lowers the threshold, and leaves the window as it is. */
void LowerThreshold(Connection& connection, CongestionSignal signal, Instant now);

/** The window is no larger than the threshold, unless its congestion control knows better. */
void ShrinkToThreshold(Connection& connection);

/** A time-out closes the window (RFC 5681 §3.1). */
void CollapseWindow(Connection& connection, Instant now);

/** Data is about to be sent, for the first time: after long silence, in a smaller window. */
void NoteSending(Connection& connection, Instant now);

/** Data is about to be sent, for the first time or again. */
void NoteTransmitStart(Connection& connection, Instant now);

/** Something happened that congestion controls hear of only if they want to. */
void TellDetail(Connection& connection, CongestionEvent event, Instant now);

/** \returns what measures the delivery rate of a transfer, null if nobody wants to know it */
inline DeliveryRate*
RatesOf(const Connection& connection)
{
    const Transfer& transfer = *connection.transfer;
    return transfer.congestionMemory ? transfer.congestionMemory->rates.get() : nullptr;
}

/** The application writes: takes note if it has left the window unused. */
void NoteWriting(Connection& connection);

/** Whether so much of the congestion window is used that it may grow. */
bool IsWindowUsed(const Connection& connection);

} // namespace lifecycle

#endif /* LIFECYCLE_CORE_WINDOW_H */
