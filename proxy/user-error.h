#ifndef PROXY_USER_ERROR_H
#define PROXY_USER_ERROR_H

#include <stdexcept>

namespace proxy
{

/** A mistake or a missing right the user can mend; what() is one sentence that says how. */
class UserError : public std::runtime_error
{
  public:
    using std::runtime_error::runtime_error;
};

} // namespace proxy

#endif /* PROXY_USER_ERROR_H */
