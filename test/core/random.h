#ifndef LIFECYCLE_TEST_CORE_RANDOM_H
#define LIFECYCLE_TEST_CORE_RANDOM_H

#include "core/endpoint.h"

#include <cstdint>
#include <random>

namespace lifecycle::test
{

/** Repeatable randomness, for tests and for the endpoints in them. */
class Random : public RandomSource
{
  public:
    explicit Random(uint32_t seed)
        : m_engine(seed)
    {
    }

    uint32_t Next() override
    {
        return m_engine();
    }

    /** \returns a number from 0 to \p bound − 1 */
    uint32_t Below(uint32_t bound)
    {
        return Next() % bound;
    }

    /** \returns a number from \p low to \p high, both included */
    uint32_t Between(uint32_t low, uint32_t high)
    {
        return low + Below(high - low + 1);
    }

    bool Chance(double probability)
    {
        return Next() < probability * 4294967296.0;
    }

  private:
    std::mt19937 m_engine; // the same numbers with every standard library
};

} // namespace lifecycle::test

#endif /* LIFECYCLE_TEST_CORE_RANDOM_H */
