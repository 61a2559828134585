#include "profiles.h"

#include <algorithm>
#include <cctype>

namespace lifecycle
{

namespace
{

Config
Linux()
{
    Config config;
    config.handshake.synLinearTimeouts = 4;
    config.validation.invalidInterval = 500ms;
    config.closing.restartOnAnyAck = true;
    config.data.persistProbe = PersistProbe::ZeroLength;
    return config;
}

Config
FreeBsd()
{
    Config config;
    config.handshake.timeout = 75s;
    config.keepalive.probes = 8;
    return config;
}

Config
Windows()
{
    return Config();
}

Config
Rfc9293()
{
    return Config();
}

Config
Textbook()
{
    Config config;
    config.handshake.isn = IsnChoice::Fixed;
    config.closing.msl = 2min;
    config.closing.finWait2Timeout.reset();
    config.keepalive.probes = 10;
    return config;
}

bool
EqualsIgnoringCase(std::string_view a, std::string_view b)
{
    return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](unsigned char x, unsigned char y) {
        return std::tolower(x) == std::tolower(y);
    });
}

} // namespace

std::string_view
Name(Profile profile)
{
    static constexpr std::array<std::string_view, kProfiles.size()> names{"Linux",
                                                                          "FreeBsd",
                                                                          "Windows",
                                                                          "Rfc9293",
                                                                          "Textbook"};
    return names[static_cast<std::size_t>(profile)];
}

std::optional<Profile>
FindProfile(std::string_view name)
{
    const auto found = std::find_if(kProfiles.begin(), kProfiles.end(), [&](Profile profile) {
        return EqualsIgnoringCase(Name(profile), name);
    });
    return found == kProfiles.end() ? std::nullopt : std::optional(*found);
}

Config
MakeConfig(Profile profile)
{
    switch (profile)
    {
    case Profile::FreeBsd:
        return FreeBsd();
    case Profile::Windows:
        return Windows();
    case Profile::Rfc9293:
        return Rfc9293();
    case Profile::Textbook:
        return Textbook();
    default:
        return Linux();
    }
}

} // namespace lifecycle
