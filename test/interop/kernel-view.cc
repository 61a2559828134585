#include "kernel-view.h"

#include "child-process.h"
#include "socket-table.h"

#include <fstream>
#include <sstream>

namespace interop
{

namespace
{

/** \param path a file of /proc/net, names and values in lines that alternate */
uint64_t
Lookup(const std::string& path, const std::string& name)
{
    std::ifstream file(path);
    std::string names;
    std::string values;
    while (std::getline(file, names) && std::getline(file, values))
    {
        std::istringstream nameWords(names);
        std::istringstream valueWords(values);
        std::string group;
        std::string word;
        std::string value;
        nameWords >> group;
        valueWords >> value;
        group.pop_back(); // the colon
        while (nameWords >> word && valueWords >> value)
        {
            if (group + word == name)
            {
                return std::stoull(value);
            }
        }
    }
    return 0;
}

} // namespace

uint64_t
KernelCounter(const std::string& name)
{
    return Lookup("/proc/net/netstat", name) + Lookup("/proc/net/snmp", name);
}

std::string
SetSysctl(const std::string& name, const std::string& value)
{
    std::ofstream file("/proc/sys/net/ipv4/" + name);
    file << value << std::flush;
    return file ? "" : "net.ipv4." + name + " cannot be set";
}

std::string
ForgetKernelConnection(const std::string& local)
{
    const auto colon = local.rfind(':');
    const auto port = local.substr(colon); // ":8000"
    ChildProcess ss({"ss", "-K", "-t", "sport", "=", port}, {});
    ss.Wait();
    for (const auto& line : KernelTable())
    {
        if (line.local == local && line.state != "LISTEN")
        {
            return "ss --kill has no effect: the kernel has no INET_DIAG_DESTROY";
        }
    }
    return "";
}

} // namespace interop
