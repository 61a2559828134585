#include "child-process.h"

#include "wait-until.h"

#include <array>
#include <cerrno>
#include <csignal>
#include <fcntl.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace interop
{

namespace
{

/** In the child: makes a path one of the standard descriptors, or ends the child. */
void
Redirect(const std::string& path, int flags, int descriptor)
{
    const int fd = open(path.c_str(), flags, 0600);
    if (fd == -1 || dup2(fd, descriptor) == -1)
    {
        _exit(127);
    }
    close(fd);
}

/** In the child: takes from it what it is not to have, or ends it. */
void
Confine(const Confinement& confinement)
{
    if (confinement.network != -1 && setns(confinement.network, CLONE_NEWNET) == -1)
    {
        _exit(127);
    }
    if (confinement.droppedCapability != -1)
    {
        prctl(PR_CAPBSET_DROP, confinement.droppedCapability);
    }
}

} // namespace

ChildProcess::ChildProcess(const std::vector<std::string>& command,
                           const Streams& streams,
                           const Confinement& confinement)
{
    std::vector<char*> arguments;
    for (const auto& argument : command)
    {
        arguments.push_back(const_cast<char*>(argument.c_str()));
    }
    arguments.push_back(nullptr);
    std::array<int, 2> pipeEnds{-1, -1};
    if (streams.input.empty() && pipe2(pipeEnds.data(), O_CLOEXEC) == -1)
    {
        throw std::system_error(errno, std::generic_category(), "pipe2");
    }

    m_pid = fork();
    if (m_pid == -1)
    {
        throw std::system_error(errno, std::generic_category(), "fork");
    }
    if (m_pid == 0)
    {
        prctl(PR_SET_PDEATHSIG, SIGKILL); // also if the test crashes
        Confine(confinement);
        if (streams.input.empty())
        {
            dup2(pipeEnds[0], STDIN_FILENO);
        }
        else
        {
            Redirect(streams.input, O_RDONLY, STDIN_FILENO);
        }
        Redirect(streams.output, O_WRONLY | O_CREAT | O_APPEND, STDOUT_FILENO);
        Redirect(streams.error, O_WRONLY | O_CREAT | O_APPEND, STDERR_FILENO);
        execvp(arguments[0], arguments.data());
        _exit(127);
    }
    if (streams.input.empty())
    {
        close(pipeEnds[0]);
        m_input = pipeEnds[1];
    }
}

ChildProcess::~ChildProcess()
{
    CloseInput();
    if (IsRunning())
    {
        Kill(SIGKILL);
        waitpid(m_pid, nullptr, 0);
    }
}

void
ChildProcess::WriteInput(const std::string& text)
{
    if (write(m_input, text.data(), text.size()) != static_cast<ssize_t>(text.size()))
    {
        throw std::system_error(errno, std::generic_category(), "write to a child process");
    }
}

void
ChildProcess::CloseInput()
{
    if (m_input != -1)
    {
        close(std::exchange(m_input, -1));
    }
}

void
ChildProcess::Kill(int signal)
{
    if (IsRunning())
    {
        kill(m_pid, signal);
    }
}

bool
ChildProcess::IsRunning()
{
    int status = 0;
    if (!m_exitStatus && waitpid(m_pid, &status, WNOHANG) == m_pid)
    {
        m_exitStatus = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    }
    return !m_exitStatus;
}

int
ChildProcess::Wait()
{
    constexpr std::chrono::seconds LONG_TRANSFER{100};
    return WaitUntil([this] { return !IsRunning(); }, LONG_TRANSFER) ? *m_exitStatus : -1;
}

} // namespace interop
