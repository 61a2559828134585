#include "jobs.h"
#include "message.h"
#include "options.h"
#include "signal-thread.h"
#include "user-error.h"

int
main(int argc, char* argv[])
{
    constexpr int STATUS_USAGE = 2;
    try
    {
        const auto options = proxy::ParseOptions(argc, argv);
        if (!options)
        {
            return 0;
        }
        proxy::SignalThread::BlockSignals();
        return proxy::RunJob(*options);
    }
    catch (const proxy::UserError& error)
    {
        proxy::Message(error.what());
        return STATUS_USAGE;
    }
}
