#ifndef LIFECYCLE_BENCH_PROFILE_H
#define LIFECYCLE_BENCH_PROFILE_H

namespace bench
{

/**
 * Looks every millisecond of CPU time at what this process is doing: code of a TCP, or anything
 * else. What TCP calls, such as the making of packets, is not TCP's own; nor are ns-3's templates,
 * whose copies in this module the libraries of ns-3 use as well.
 */
class Profile
{
  public:
    /// Looks from now on; there is one at a time.
    void Start();

    /// Looks no more. \returns the part of the time in TCP since Start(), 0 to 1
    double ShareOfTcp();
};

} // namespace bench

#endif /* LIFECYCLE_BENCH_PROFILE_H */
