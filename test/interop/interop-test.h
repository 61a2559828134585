#ifndef INTEROP_INTEROP_TEST_H
#define INTEROP_INTEROP_TEST_H

#include "network-namespace.h"
#include "proxy-process.h"

#include <filesystem>
#include <gtest/gtest.h>

namespace interop
{

constexpr const char* HOST = "10.44.0.1";  //!< the kernel's side of the tap
constexpr const char* MODEL = "10.44.0.2"; //!< the model's side
constexpr const char* HOST6 = "fd44::1";   //!< the kernel's side of the tap, IPv6
constexpr const char* MODEL6 = "fd44::2";  //!< the model's side, IPv6

/** A test in a network namespace of its own, skipped with the reason where there can be none. */
class InteropTest : public testing::Test
{
  protected:
    void SetUp() override
    {
        if (const auto problem = EnterNetworkNamespace(); !problem.empty())
        {
            GTEST_SKIP() << "needs a tap device in a network namespace, but " << problem;
        }
        ASSERT_TRUE(std::filesystem::exists(ProxyProcess::Program()))
            << ProxyProcess::Program()
            << " is not there: build tcp-lifecycle-proxy, or name it in the variable PROXY.";
    }
};

} // namespace interop

#endif /* INTEROP_INTEROP_TEST_H */
