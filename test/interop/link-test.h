#ifndef INTEROP_LINK_TEST_H
#define INTEROP_LINK_TEST_H

#include "both-ends.h"
#include "interop-test.h"
#include "kernel-view.h"
#include "link.h"

#include <memory>
#include <string>
#include <vector>

namespace interop
{

using Words = std::vector<std::string>;

/** A test that decides what gets through between the kernel and the model. */
class LinkTest : public InteropTest, public Observer
{
  protected:
    void SetUp() override;

    /**
     * \param arguments of the proxy, besides those that put it on the link
     * \param settings of the model, NAME=VALUE
     * \param input path of its standard input; empty for a pipe
     * \returns the proxy at the other end of the link
     */
    std::unique_ptr<ProxyProcess> Start(Words arguments,
                                        const Words& settings = {},
                                        const std::string& input = "/dev/null");

    /**
     * \param arguments of `serve`
     * \param settings of the model, NAME=VALUE
     * \returns a server of the model that is ready
     */
    std::unique_ptr<ProxyProcess> Serve(Words arguments, const Words& settings = {});

    /** \param settings of the model \returns a server that closes once it has answered */
    std::unique_ptr<ProxyProcess> ServeFile(const Words& settings = {});

    /** \param settings of the model \returns a server that closes all it accepts on port 7 */
    std::unique_ptr<ProxyProcess> ServeNobody(const Words& settings = {});

    /** Has the model connect to the kernel. \param settings of the model \param arguments of it */
    void Connect(const Words& settings = {}, const Words& arguments = {});

    /** Checks that the client of the model has failed. \param reason after the peer's name */
    void ExpectFailure(const std::string& reason);

    std::unique_ptr<Link> link;           //!< between the kernel and the model
    TemporaryDirectory directory;         //!< what ServeFile() serves
    KernelSocket listener;                //!< of the kernel, on port 8000
    std::unique_ptr<ProxyProcess> client; //!< of the model, connected to it
    KernelSocket connection;              //!< the kernel's end of a connection
};

/** What ServeFile() is asked for, and how what it answers ends. */
constexpr const char* REQUEST = "GET /file HTTP/1.0\r\n\r\n";
constexpr const char* CONTENT = "content";

} // namespace interop

/** Sets a value of the kernel for this test, or skips it with the reason. */
#define SET_SYSCTL_OR_SKIP(name, value)                                                            \
    if (const auto problem = interop::SetSysctl(name, value); !problem.empty())                    \
    GTEST_SKIP() << problem

#endif /* INTEROP_LINK_TEST_H */
