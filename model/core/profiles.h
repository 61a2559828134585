#ifndef LIFECYCLE_CORE_PROFILES_H
#define LIFECYCLE_CORE_PROFILES_H

#include "config.h"

#include <array>
#include <optional>
#include <string_view>

namespace lifecycle
{

/** A system whose behaviour can be had by name. */
enum class Profile : uint8_t
{
    Linux,    //!< a current kernel with its defaults
    FreeBsd,  //!< a current release with its defaults
    Windows,  //!< Windows 11 with the template "Internet"
    Rfc9293,  //!< what the RFCs ask for, and no more
    Textbook, //!< what is taught: 2MSL of four minutes, keepalive after two hours, ISNs of zero
};

inline constexpr std::array kProfiles{Profile::Linux,
                                      Profile::FreeBsd,
                                      Profile::Windows,
                                      Profile::Rfc9293,
                                      Profile::Textbook};

/** \returns the name of a profile as scripts write it, for instance "FreeBsd" */
std::string_view Name(Profile profile);

/** \returns the profile of that name, whatever the case of its letters, or nothing */
std::optional<Profile> FindProfile(std::string_view name);

/** \returns every value of the profile; where each comes from stands in doc/notes/profiles.md */
Config MakeConfig(Profile profile);

} // namespace lifecycle

#endif /* LIFECYCLE_CORE_PROFILES_H */
