#include "proxy-process.h"

#include "wait-until.h"

#include <csignal>
#include <cstdlib>

namespace interop
{

namespace
{

std::vector<std::string>
CommandLine(const std::vector<std::string>& arguments)
{
    std::vector<std::string> command{ProxyProcess::Program()};
    command.insert(command.end(), arguments.begin(), arguments.end());
    return command;
}

} // namespace

ProxyProcess::ProxyProcess(const std::vector<std::string>& arguments,
                           const std::string& input,
                           const Confinement& confinement)
    : m_process(CommandLine(arguments),
                {.input = input,
                 .output = m_directory.Path("output"),
                 .error = m_directory.Path("error")},
                confinement)
{
}

bool
ProxyProcess::WaitUntilReady()
{
    return WaitUntil([this] {
               return Messages().find(": ready\n") != std::string::npos || !m_process.IsRunning();
           }) &&
           m_process.IsRunning();
}

SocketTable
ProxyProcess::Table()
{
    const auto before = Messages().size();
    m_process.Kill(SIGUSR1);
    std::string text;
    const bool complete = WaitUntil([&] {
        text = Messages().substr(before);
        const auto end = text.find("\n-- ");
        return end != std::string::npos && text.find('\n', end + 1) != std::string::npos;
    });
    if (!complete)
    {
        return {};
    }
    const auto header = text.find("State ");
    const auto first = text.find('\n', header) + 1;
    const auto end = text.find("\n-- ", header) + 1;
    return ParseSocketTable(text.substr(first, end - first));
}

int
ProxyProcess::Stop()
{
    m_process.Kill(SIGINT);
    return m_process.Wait();
}

ChildProcess&
ProxyProcess::Process()
{
    return m_process;
}

std::string
ProxyProcess::Messages() const
{
    return ReadFile(m_directory.Path("error"));
}

std::string
ProxyProcess::OutputPath() const
{
    return m_directory.Path("output");
}

std::string
ProxyProcess::Program()
{
    const char* program = std::getenv("PROXY");
    return program ? program : TCP_LIFECYCLE_BINARY_DIR "/bin/tcp-lifecycle-proxy";
}

} // namespace interop
