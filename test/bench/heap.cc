#include "heap.h"

#include <cstdlib>
#include <fstream>
#include <malloc.h>
#include <new>
#include <string>

namespace
{
uint64_t g_allocations = 0; ///< calls of operator new
} // namespace

[[gnu::noinline]] void*
operator new(std::size_t size)
{
    ++g_allocations;
    if (void* memory = std::malloc(size))
    {
        return memory;
    }
    throw std::bad_alloc();
}

[[gnu::noinline]] void
operator delete(void* memory) noexcept
{
    std::free(memory);
}

[[gnu::noinline]] void
operator delete(void* memory, std::size_t) noexcept
{
    std::free(memory);
}

namespace bench
{

namespace
{

double
HeapInUse()
{
    const struct mallinfo2 heap = mallinfo2();
    return static_cast<double>(heap.uordblks + heap.hblkhd);
}

/// \returns bytes that /proc says of this process under a name, such as VmHWM
double
ProcessMemory(const std::string& name)
{
    std::ifstream status("/proc/self/status");
    std::string word;
    while (status >> word)
    {
        if (word == name + ":")
        {
            double kilobytes = 0;
            status >> kilobytes;
            return 1024 * kilobytes;
        }
    }
    return 0;
}

} // namespace

HeapMeter::HeapMeter()
    : m_bytes(HeapInUse()),
      m_allocations(g_allocations),
      m_resident(ProcessMemory("VmRSS"))
{
}

double
HeapMeter::Bytes() const
{
    return HeapInUse() - m_bytes;
}

double
HeapMeter::Allocations() const
{
    return static_cast<double>(g_allocations - m_allocations);
}

double
HeapMeter::PeakBytes() const
{
    return ProcessMemory("VmHWM") - m_resident;
}

} // namespace bench
