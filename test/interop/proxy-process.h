#ifndef INTEROP_PROXY_PROCESS_H
#define INTEROP_PROXY_PROCESS_H

#include "child-process.h"
#include "socket-table.h"
#include "temporary-directory.h"

#include <string>
#include <vector>

namespace interop
{

/** The built proxy, running. */
class ProxyProcess
{
  public:
    /**
     * \param arguments of the proxy
     * \param input path of its standard input; empty for a pipe
     * \param confinement what it cannot have or see
     */
    explicit ProxyProcess(const std::vector<std::string>& arguments,
                          const std::string& input = "/dev/null",
                          const Confinement& confinement = {});

    /** \returns true once it says that it is ready */
    bool WaitUntilReady();

    /** \returns the model's view of its connections, by SIGUSR1; empty if it does not answer */
    SocketTable Table();

    /** Sends SIGINT. \returns its exit status */
    int Stop();

    /** \returns the process */
    ChildProcess& Process();

    /** \returns what it has written to standard error so far */
    std::string Messages() const;

    /** \returns path of the file its standard output goes to */
    std::string OutputPath() const;

    /** \returns the path of the program */
    static std::string Program();

  private:
    TemporaryDirectory m_directory; //!< holds its output
    ChildProcess m_process;         //!< the process
};

} // namespace interop

#endif /* INTEROP_PROXY_PROCESS_H */
