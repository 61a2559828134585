#ifndef EXAMPLES_HEAP_BYTES_H
#define EXAMPLES_HEAP_BYTES_H

#include <cstdint>
#include <malloc.h>

/// \returns bytes that the process has allocated and not freed, as its allocator counts them; 0
/// where it does not
inline uint64_t
HeapBytes()
{
#if defined(__GLIBC__) && (__GLIBC__ > 2 || __GLIBC_MINOR__ >= 33)
    const struct mallinfo2 info = mallinfo2();
    return info.uordblks + info.hblkhd;
#else
    return 0;
#endif
}

#endif /* EXAMPLES_HEAP_BYTES_H */
