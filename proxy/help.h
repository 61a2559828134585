#ifndef PROXY_HELP_H
#define PROXY_HELP_H

namespace proxy
{

extern const char* const HELP_HEAD; //!< printed before the list of options
extern const char* const HELP_TAIL; //!< printed after it

} // namespace proxy

#endif /* PROXY_HELP_H */
