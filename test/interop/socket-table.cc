#include "socket-table.h"

#include "child-process.h"
#include "temporary-directory.h"

#include <sstream>

namespace interop
{

SocketTable
ParseSocketTable(const std::string& text)
{
    SocketTable table;
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);)
    {
        std::istringstream columns(line);
        SocketLine socket;
        if (columns >> socket.state >> socket.recvQueue >> socket.sendQueue >> socket.local >>
            socket.peer)
        {
            std::string timer;
            columns >> timer;
            if (timer.starts_with("timer:("))
            {
                socket.timer = timer.substr(7, timer.size() - 8);
            }
            table.push_back(socket);
        }
    }
    return table;
}

SocketTable
KernelTable()
{
    const TemporaryDirectory directory;
    ChildProcess ss({"ss", "-tanH"}, {.output = directory.Path("ss")});
    ss.Wait();
    return ParseSocketTable(ReadFile(directory.Path("ss")));
}

std::string
ToString(const SocketTable& table)
{
    std::ostringstream text;
    for (const auto& line : table)
    {
        text << "    " << line.state << " " << line.recvQueue << " " << line.sendQueue << " "
             << line.local << " " << line.peer << " " << line.timer << "\n";
    }
    return text.str();
}

std::optional<SocketLine>
Find(const SocketTable& table, const std::string& local, const std::string& peer)
{
    for (const auto& line : table)
    {
        if (line.local == local && line.peer == peer)
        {
            return line;
        }
    }
    return std::nullopt;
}

} // namespace interop
