#ifndef INTEROP_SOCKET_TABLE_H
#define INTEROP_SOCKET_TABLE_H

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace interop
{

/** One line of `ss -tan`, or of the model's table in the same columns. */
struct SocketLine
{
    std::string state;
    uint64_t recvQueue{0};
    uint64_t sendQueue{0};
    std::string local;
    std::string peer;
    std::string timer; //!< "timewait,59sec,0", empty for none
};

using SocketTable = std::vector<SocketLine>;

/** \param text lines in the columns of `ss -tan`, without their header \returns them, parsed */
SocketTable ParseSocketTable(const std::string& text);

/** \returns what `ss -tan` shows, the kernel's view */
SocketTable KernelTable();

/** \param table a table \returns it as text, for messages of tests */
std::string ToString(const SocketTable& table);

/**
 * \param table a table
 * \param local local address and port, as printed
 * \param peer address and port of the other side, as printed
 * \returns its line, if there is one
 */
std::optional<SocketLine> Find(const SocketTable& table,
                               const std::string& local,
                               const std::string& peer);

} // namespace interop

#endif /* INTEROP_SOCKET_TABLE_H */
