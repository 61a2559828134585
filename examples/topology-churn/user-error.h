#ifndef TOPOLOGY_CHURN_USER_ERROR_H
#define TOPOLOGY_CHURN_USER_ERROR_H

#include <stdexcept>

namespace churn
{

/// A mistake the user can mend; its text is one sentence that says what, where and what to do.
class UserError : public std::runtime_error
{
  public:
    using std::runtime_error::runtime_error;
};

} // namespace churn

#endif /* TOPOLOGY_CHURN_USER_ERROR_H */
