#ifndef TOPOLOGY_CHURN_RANDOM_H
#define TOPOLOGY_CHURN_RANDOM_H

#include <cmath>
#include <cstdint>
#include <random>

namespace churn
{

/**
 * \brief Random numbers that are the same with every compiler and library for the same seed.
 *
 * The distributions of <random> are not specified to the bit, so that only its engine is used.
 */
class Random
{
  public:
    /**
     * \param seed the user's seed
     * \param purpose a different number for each use, so that one use does not shift another
     */
    Random(uint64_t seed, uint64_t purpose)
        : m_engine(seed * 0x9e3779b97f4a7c15ULL + purpose)
    {
    }

    /// \returns a number in [0, 1)
    double Uniform()
    {
        return static_cast<double>(m_engine() >> 11) * 0x1.0p-53;
    }

    /**
     * \param end one more than the largest number wanted, at least 1
     * \returns a whole number in [0, end)
     */
    uint64_t Below(uint64_t end)
    {
        return static_cast<uint64_t>(Uniform() * static_cast<double>(end));
    }

    /**
     * \param mean the mean
     * \returns an exponentially distributed number
     */
    double Exponential(double mean)
    {
        return -mean * std::log1p(-Uniform());
    }

  private:
    std::mt19937_64 m_engine; //!< bits
};

} // namespace churn

#endif /* TOPOLOGY_CHURN_RANDOM_H */
