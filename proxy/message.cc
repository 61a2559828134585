#include "message.h"

#include <iostream>

namespace proxy
{

void
Message(const std::string& text)
{
    std::cerr << "tcp-lifecycle-proxy: " + text + "\n" << std::flush;
}

} // namespace proxy
