#ifndef INTEROP_CHILD_PROCESS_H
#define INTEROP_CHILD_PROCESS_H

#include <optional>
#include <string>
#include <sys/types.h>
#include <vector>

namespace interop
{

/** Where the streams of a ChildProcess go: paths of files. */
struct Streams
{
    /** Path of a file, or empty for a pipe that CloseInput() and WriteInput() drive. */
    std::string input{"/dev/null"};
    std::string output{"/dev/null"};
    std::string error{"/dev/null"};
};

/** What is different for a ChildProcess than for the test that starts it. */
struct Confinement
{
    int droppedCapability{-1}; //!< a capability that the program cannot have, -1 for none
    int network{-1};           //!< descriptor of the network namespace it runs in, -1: the test's
};

/** A program started by a test. It is killed, by its process id, at the latest with the object. */
class ChildProcess
{
  public:
    /**
     * \param command program, looked up in PATH, and its arguments
     * \param streams where its streams go
     * \param confinement what it cannot have or see
     */
    ChildProcess(const std::vector<std::string>& command,
                 const Streams& streams,
                 const Confinement& confinement = {});
    ~ChildProcess();
    ChildProcess(const ChildProcess&) = delete;
    ChildProcess& operator=(const ChildProcess&) = delete;

    /** \param text written to the pipe that is its standard input */
    void WriteInput(const std::string& text);

    /** Ends its standard input, if that is a pipe. */
    void CloseInput();

    /** \param signal sent to it */
    void Kill(int signal);

    /** \returns true while it runs */
    bool IsRunning();

    /** \returns its exit status, 128 + N if signal N killed it, -1 if it does not end in time */
    int Wait();

  private:
    pid_t m_pid{-1};                   //!< its process id
    int m_input{-1};                   //!< our end of the pipe to it
    std::optional<int> m_exitStatus{}; //!< once it has ended
};

} // namespace interop

#endif /* INTEROP_CHILD_PROCESS_H */
