#ifndef TOPOLOGY_CHURN_PERCENTILES_H
#define TOPOLOGY_CHURN_PERCENTILES_H

#include <cstddef>
#include <vector>

namespace churn
{

/// A set of measurements, asked for its percentiles once all are in.
class Percentiles
{
  public:
    /// \param value a measurement
    void Add(double value);
    /// \returns how many measurements there are
    std::size_t GetCount() const;
    /**
     * \param percent from 0 to 100
     * \returns the smallest measurement that at least this percentage of them does not exceed
     *          (nearest rank); 0 when there are none
     */
    double At(double percent) const;

  private:
    mutable std::vector<double> m_values; //!< in order up to the last call of At()
    mutable bool m_sorted{true};          //!< whether they are in order
};

} // namespace churn

#endif /* TOPOLOGY_CHURN_PERCENTILES_H */
