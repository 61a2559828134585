#ifndef LIFECYCLE_BENCH_HEAP_H
#define LIFECYCLE_BENCH_HEAP_H

#include <cstdint>

namespace bench
{

/// What is taken from the heap while it is there, by the allocator's own account.
class HeapMeter
{
  public:
    HeapMeter();

    /// \returns bytes that the allocator has handed out and not got back, more than at the start
    double Bytes() const;

    /// \returns calls of operator new, of this program and of the libraries that it uses
    double Allocations() const;

    /// \returns bytes of main memory that the process had at most, more than it has at the start
    double PeakBytes() const;

  private:
    double m_bytes;
    uint64_t m_allocations;
    double m_resident;
};

} // namespace bench

#endif /* LIFECYCLE_BENCH_HEAP_H */
