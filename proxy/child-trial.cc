#include "child-trial.h"

#include <array>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

namespace proxy
{

namespace
{

constexpr int STATUS_FAILED = 1;

/** The child. Does not return. */
[[noreturn]] void
RunAttempt(const std::function<bool()>& attempt, int log)
{
    const rlimit noCore{0, 0};
    setrlimit(RLIMIT_CORE, &noCore);
    dup2(log, STDERR_FILENO);
    _exit(attempt() ? 0 : STATUS_FAILED);
}

/** \param log what ns-3 printed when it gave up \returns the first message of it */
std::string
FirstMessage(const std::string& log)
{
    const std::string mark = "msg=\"";
    const auto start = log.find(mark);
    if (start == std::string::npos)
    {
        return "";
    }
    const auto text = start + mark.size();
    return log.substr(text, log.find("\", +", text) - text);
}

} // namespace

TrialResult
TryInChild(const std::function<bool()>& attempt)
{
    std::array<int, 2> pipeEnds{};
    if (pipe(pipeEnds.data()) == -1)
    {
        return {};
    }
    const pid_t child = fork();
    if (child == 0)
    {
        close(pipeEnds[0]);
        RunAttempt(attempt, pipeEnds[1]);
    }
    close(pipeEnds[1]);
    std::string log;
    std::array<char, 1024> chunk{};
    for (ssize_t size = 0; (size = read(pipeEnds[0], chunk.data(), chunk.size())) > 0;)
    {
        log.append(chunk.data(), size);
    }
    close(pipeEnds[0]);
    int status = -1;
    const bool ended = child != -1 && waitpid(child, &status, 0) == child;
    return {ended && status == 0, FirstMessage(log)};
}

} // namespace proxy
