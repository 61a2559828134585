#ifndef PROXY_JOBS_H
#define PROXY_JOBS_H

#include "options.h"

namespace proxy
{

/**
 * Does what the command line asks for, until it is done or a signal ends it.
 * \param options the command line
 * \returns the exit status
 * \throws UserError if it cannot start
 */
int RunJob(const Options& options);

} // namespace proxy

#endif /* PROXY_JOBS_H */
