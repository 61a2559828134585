#ifndef INTEROP_BOTH_ENDS_H
#define INTEROP_BOTH_ENDS_H

#include "kernel-socket.h"
#include "proxy-process.h"
#include "socket-table.h"

#include <gtest/gtest.h>
#include <iosfwd>
#include <string>

namespace interop
{

/** What a side reports that does not list a connection. */
constexpr const char* ABSENT = "";

/** Both ends of one connection, as each side reports it. */
struct BothEnds
{
    std::string kernel; //!< the kernel's state, ABSENT if `ss` does not list it
    std::string model;  //!< the model's state, ABSENT if its table does not list it

    bool operator==(const BothEnds&) const = default;
};

/** \param ends states \param output gets them, for messages of tests */
void PrintTo(const BothEnds& ends, std::ostream* output);

/** Watches one connection, known by the addresses that the kernel's side has. */
class Observer
{
  public:
    /** \param socket the kernel's side of the connection to know */
    void Follow(const KernelSocket& socket);

    /** \param local address and port of the kernel's side \param peer of the model's */
    void Follow(const std::string& local, const std::string& peer);

    /** \param proxy asked for the model's view \returns what both sides report */
    BothEnds Look(ProxyProcess& proxy);

    /** Waits until both sides are as expected, and reports both tables if they never are. */
    testing::AssertionResult Become(ProxyProcess& proxy, const BothEnds& expected);

    /** \returns the kernel's line of the connection, as last looked at */
    std::optional<SocketLine> KernelLine() const;

    /** \returns the model's line of the connection, as last looked at */
    std::optional<SocketLine> ModelLine() const;

    /** \returns both tables, as last looked at, for messages of tests */
    std::string Tables() const;

  private:
    std::string m_local;       //!< address and port of the kernel's side
    std::string m_peer;        //!< address and port of the model's side
    SocketTable m_kernelTable; //!< as last looked at
    SocketTable m_modelTable;  //!< as last looked at
};

} // namespace interop

#endif /* INTEROP_BOTH_ENDS_H */
